// SPDX-License-Identifier: BSD-3-Clause

package report_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/report/reporttest"
	"github.com/scientific-python/sallyport/internal/runner/runnertest"
)

var update = flag.Bool("update", false, "write testdata/*.golden")

// forms renders a report in every form.
func forms(t testing.TB, r *report.Report) map[string]string {
	t.Helper()
	out := map[string]string{}
	write := func(name string, f func(*bytes.Buffer) error) {
		var b bytes.Buffer
		if err := f(&b); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out[name] = b.String()
	}
	write("txt", func(b *bytes.Buffer) error { return report.Text(b, r, report.TextOptions{}) })
	write("terminal", func(b *bytes.Buffer) error {
		return report.Text(b, r, report.TextOptions{Color: true, Width: 80, Verbose: true})
	})
	write("json", func(b *bytes.Buffer) error { return report.JSON(b, r) })
	write("sarif", func(b *bytes.Buffer) error { return report.SARIF(b, r, rules, report.SARIFOptions{}) })
	out["md"] = report.Summary(r, 0)
	var notes strings.Builder
	for _, a := range report.Annotations(r, 0) {
		fmt.Fprintf(&notes, "%+v\n", a)
	}
	out["annotations"] = notes.String()
	return out
}

func TestGolden(t *testing.T) {
	for name, r := range samples() {
		for form, got := range forms(t, r) {
			t.Run(name+"."+form, func(t *testing.T) {
				path := filepath.Join("testdata", name+"."+form+".golden")
				if *update {
					if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), got); diff != "" {
					t.Errorf("differs from %s; run the test with -update if that is meant (-want +got):\n%s", path, diff)
				}
			})
		}
	}
}

func TestReportsFitTheSchema(t *testing.T) {
	for name, r := range samples() {
		if name == "hostile" {
			continue // its enumerated words are hostile, too, and must be refused
		}
		reporttest.ValidateJSON(t, []byte(forms(t, r)["json"]))
	}
	if err := reporttest.Validate(t, reporttest.Report, []byte(forms(t, hostile())["json"])); err == nil {
		t.Error("the hostile report fits the schema")
	}
}

// Nothing that any form prints does anything: not to the runner that reads the
// log, not to the terminal.
func TestNothingIsExecuted(t *testing.T) {
	for name, r := range samples() {
		for form, text := range forms(t, r) {
			if cmds := runnertest.ParseLog(text); len(cmds) > 0 {
				t.Errorf("%s as %s: the runner executes %+v", name, form, cmds)
			}
			if strings.Contains(text, "##[") {
				t.Errorf("%s as %s holds \"##[\"", name, form)
			}
			if form == "terminal" {
				for _, ours := range []string{"\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[33m"} {
					text = strings.ReplaceAll(text, ours, "")
				}
			}
			for _, c := range text {
				if c != '\n' && c != '\ufe0f' && !unicode.IsPrint(c) { // U+FE0F: our own warning sign
					t.Errorf("%s as %s holds %U", name, form, c)
				}
			}
		}
	}
}
