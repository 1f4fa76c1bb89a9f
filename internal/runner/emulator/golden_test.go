// SPDX-License-Identifier: BSD-3-Clause

package emulator_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/runner/emulator"
)

var update = flag.Bool("update", false, "write testdata/whole/*.golden anew; read the difference before you keep it")

// golden holds what a job said against testdata/whole/NAME.golden.
func (r *release) golden(name string, s scene, res emulator.Result) {
	r.t.Helper()
	got := r.excerpt(s, res)
	path := filepath.Join("testdata", "whole", name+".golden")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			r.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			r.t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		r.t.Fatalf("%v; write it with -update", err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		r.t.Errorf("differs from %s; run the test with -update if that is meant (-want +got):\n%s", path, diff)
	}
}

// excerpt is what a job said: the annotations as the run's page lists them, the
// log and the summary, without what is the same in each report.
func (r *release) excerpt(s scene, res emulator.Result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", s.story)
	if s.stops != "" {
		fmt.Fprintf(&b, "The job %q stops it: exit code %d.\n", s.stops, res.Code)
	}
	b.WriteString("\n=== Annotations of the run's page\n\n")
	for _, a := range res.Annotations {
		at := a.File
		if a.Line > 0 {
			at += fmt.Sprintf("#L%d", a.Line)
		}
		fmt.Fprintf(&b, "%s: %s\n", strings.TrimSpace(strings.Join([]string{a.Level, at}, " ")), a.Title)
		for line := range strings.SplitSeq(a.Message, "\n") {
			fmt.Fprintf(&b, "    %s\n", line)
		}
	}
	b.WriteString("\n=== Log of the step\n\n")
	log, _, _ := strings.Cut(res.Log, "\n##[") // annotations
	b.WriteString(strings.TrimSpace(log) + "\n\n=== Summary of the step\n\n")
	summary := diagram.ReplaceAllString(res.Summary, "[a diagram]")
	summary = shown.ReplaceAllString(summary, "")
	b.WriteString(strings.TrimSpace(summary) + "\n")
	return r.same(b.String())
}

var (
	diagram = regexp.MustCompile("(?s)```mermaid\n.*?\n```")
	shown   = regexp.MustCompile(`(?s)### What this release shows\n.*?</details>\n*`)
)

// differing is what differs from run to run or from machine to machine, or with
// each new rule of ours, and the name that it gets.
var differing = []struct {
	pattern *regexp.Regexp
	name    string
}{
	{regexp.MustCompile(`/[^\s<>"|]*/\d{3}/github/`), "/github/"},
	{regexp.MustCompile(`\b[0-9a-f]{64}\b`), "DIGEST"},
	{regexp.MustCompile(`\(sha256 [0-9a-f]{7,63}\)`), "(sha256 DIGEST)"},
	{regexp.MustCompile(`\b\d{4}-\d\d-\d\d[ T]\d\d(:|&#58;)\d\d(:|&#58;)\d\d( UTC|Z)`), "TIME"},
	{regexp.MustCompile(`\(tuf, \d{4}-\d\d-\d\d\)`), "(tuf, DAY)"},
	{regexp.MustCompile(`\b127\.0\.0\.1(:|&#58;)\d+`), "127.0.0.1:PORT"},
	{regexp.MustCompile(`\b\d+ rules (checked|applied)`), "N rules $1"},
}

// same makes a text the same on each machine and in each run.
func (r *release) same(text string) string {
	for commit, name := range map[string]string{r.commit: "COMMIT", r.earlier: "EARLIER-COMMIT"} {
		for _, n := range []int{40, 12, 7} {
			if commit != "" {
				text = strings.ReplaceAll(text, commit[:n], name)
			}
		}
	}
	for _, d := range differing {
		text = d.pattern.ReplaceAllString(text, d.name)
	}
	return text
}
