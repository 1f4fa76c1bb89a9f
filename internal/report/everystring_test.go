// SPDX-License-Identifier: BSD-3-Clause

package report_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/report/reporttest"
	"github.com/scientific-python/sallyport/internal/runner"
	"github.com/scientific-python/sallyport/internal/runner/runnertest"
)

// everyForm holds every form of a report against whatever reads it.
func everyForm(t *testing.T, name string, r *report.Report) {
	t.Helper()
	all := forms(t, r)
	for form, text := range all {
		if cmds := runnertest.ParseLog(text); len(cmds) > 0 {
			t.Errorf("%s as %s: the runner executes %+v", name, form, cmds)
		}
		if strings.Contains(text, "##[") {
			t.Errorf("%s as %s holds \"##[\"", name, form)
		}
		if form == "terminal" {
			for _, own := range []string{"\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[33m"} {
				text = strings.ReplaceAll(text, own, "")
			}
		}
		for _, c := range text {
			if c != '\n' && c != '\ufe0f' && !unicode.IsPrint(c) { // U+FE0F: our own warning sign
				t.Errorf("%s as %s holds %U", name, form, c)
				break
			}
		}
	}
	checkMarkdown(t, all["md"])
	checkSARIF(t, name, r)
	checkExact(t, name, r, all["json"])
	checkRunner(t, name, r, all["md"])
}

// checkExact reads the JSON form back: it holds the very strings.
func checkExact(t *testing.T, name string, r *report.Report, text string) {
	t.Helper()
	var got report.Report
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Errorf("%s: the JSON form cannot be read: %v", name, err)
		return
	}
	read := func(r *report.Report) (out []string) {
		reporttest.Strings(r, func(path, value string) string {
			if utf8.ValidString(value) && !strings.HasSuffix(path, ".Index.Verdict") {
				out = append(out, path+"="+value)
			}
			return value
		})
		return out
	}
	want := read(r)
	have := map[string]bool{}
	for _, s := range read(&got) {
		have[s] = true
	}
	for _, s := range want {
		if !have[s] && !strings.HasSuffix(s, "=") {
			t.Errorf("%s: the JSON form lost %.200q", name, s)
			return
		}
	}
}

// checkRunner gives annotations and summary to the runner, as a step would, and
// reads the log and the file as the runner does.
func checkRunner(t *testing.T, name string, r *report.Report, summary string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "summary")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	step := runner.New(func(name string) (string, bool) {
		v, ok := map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": path}[name]
		return v, ok
	}, &log)
	notes := report.Annotations(r, 0)
	for _, a := range notes {
		if err := step.Annotate(a.Level, a.File, a.Line, a.Col, a.Title, a.Message); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	var want, got []string
	for _, a := range notes {
		want = append(want, a.Level)
	}
	for _, c := range runnertest.ParseLog(log.String()) {
		got = append(got, c.Name)
		for key := range c.Properties {
			if !slices.Contains([]string{"file", "line", "col", "title"}, key) {
				t.Errorf("%s: an annotation has a property %q", name, key)
			}
		}
	}
	if !slices.Equal(want, got) {
		t.Errorf("%s: the runner executes %q, meant are %q", name, got, want)
	}
	if err := step.AppendSummary(summary); err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

// Each text in every string at once: no word of ours is left to lean on.
func TestEveryStringHostile(t *testing.T) {
	for i, evil := range reporttest.Payloads() {
		r := reporttest.Full(2)
		reporttest.Strings(r, func(string, string) string { return evil })
		everyForm(t, "full of "+strings.ToValidUTF8(reporttest.Payloads()[i][:4], "?"), r)
	}
}

// All texts together in one field at a time of reports that are otherwise as
// they should be, so that every branch of the forms meets them.
func TestEachStringHostile(t *testing.T) {
	evil := strings.Join(reporttest.Payloads(), "\n")
	seen := map[string]bool{}
	for name, make := range map[string]func() *report.Report{
		"gate-pass": gatePass, "gate-off": gateOff, "attest": attested, "full": func() *report.Report { return reporttest.Full(2) },
	} {
		var paths []string
		reporttest.Strings(make(), func(path, value string) string {
			if !slices.Contains(paths, path) {
				paths = append(paths, path)
			}
			return value
		})
		for _, path := range paths {
			r := make()
			r.Dists = r.Dists[:min(2, len(r.Dists))]
			reporttest.Strings(r, func(p, value string) string {
				if p == path {
					return evil
				}
				return value
			})
			everyForm(t, name+" "+path, r)
			seen[path] = true
		}
	}
	if len(seen) < 70 {
		t.Errorf("only %d strings of a report were tried", len(seen))
	}
	for _, path := range []string{"EnforceFrom", "Notes[]", "Attestations[].URL", "PublishPaths[].Stages[].Artifact", "PublishPaths[].Stages[].Events[]", "Findings[].Fix"} {
		if !seen[path] {
			t.Errorf("%s was not tried", path)
		}
	}
}

// A text of a megabyte in any one field buries nothing else: what people and
// the runner read stays short.
func TestEachStringHuge(t *testing.T) {
	huge := strings.Repeat("::error::x\n##[error]`|<b>@a ", 1<<20/28)
	full := reporttest.Full(1)
	var paths []string
	reporttest.Strings(full, func(path, value string) string {
		paths = append(paths, path)
		return value
	})
	for _, path := range paths {
		r := reporttest.Full(1)
		r.Command, r.Verdict, r.Findings[0].Severity = "gate", report.Fail, finding.Error
		reporttest.Strings(r, func(p, value string) string {
			if p == path {
				return huge
			}
			return value
		})
		var text bytes.Buffer
		if err := report.Text(&text, r, report.TextOptions{Verbose: true}); err != nil {
			t.Fatal(err)
		}
		if n := text.Len(); n > 100_000 {
			t.Errorf("%s: %d bytes of text", path, n)
		}
		md := report.Summary(r, 0)
		if len(md) > 100_000 {
			t.Errorf("%s: a summary of %d bytes", path, len(md))
		}
		checkMarkdown(t, md)
		data, _ := sarif(t, r, report.SARIFOptions{})
		if len(data) > 100_000 {
			t.Errorf("%s: %d bytes of SARIF", path, len(data))
		}
		checkRunner(t, path, r, md)
	}
}

// The walk reaches every string that the type has.
func TestStringsFindsAll(t *testing.T) {
	want := countStrings(reflect.TypeFor[report.Report]())
	got := 0
	reporttest.Strings(reporttest.Full(1), func(_, value string) string { got++; return value })
	if got != want || want < 70 {
		t.Errorf("%d strings found, the type has %d", got, want)
	}
}

func countStrings(t reflect.Type) int {
	switch t.Kind() {
	case reflect.String:
		return 1
	case reflect.Slice:
		return countStrings(t.Elem())
	case reflect.Struct:
		n := 0
		for i := range t.NumField() {
			n += countStrings(t.Field(i).Type)
		}
		return n
	case reflect.Bool, reflect.Int, reflect.Int64:
		return 0
	}
	panic("a report holds a " + t.String() + ", which the walk does not know")
}
