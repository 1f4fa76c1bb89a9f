// SPDX-License-Identifier: BSD-3-Clause

package report_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/report"
)

func text(t testing.TB, r *report.Report, opts report.TextOptions) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.Text(&b, r, opts); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTextAllWell(t *testing.T) {
	got := text(t, good(), report.TextOptions{})
	lines := strings.Split(strings.TrimSuffix(got, "\n"), "\n")
	if len(lines) != 3 {
		t.Fatalf("two good files take %d lines:\n%s", len(lines), got)
	}
	for i, d := range good().Dists {
		for _, want := range []string{
			"ok ", d.Path, "provenance, publish", "octo-sci/samplepkg release.yml", "tag v1.0",
			"commit 0123456,", "github-hosted", "public-good",
		} {
			if !strings.Contains(lines[i], want) {
				t.Errorf("line %q does not say %q", lines[i], want)
			}
		}
	}
	if strings.Index(lines[0], "provenance") != strings.Index(lines[1], "provenance") {
		t.Errorf("not aligned:\n%s", got)
	}
	if !strings.HasPrefix(lines[2], "pass: 2 files") {
		t.Errorf("the last line is %q", lines[2])
	}
}

// A reusable signer and a branch that is named like a tag must be seen.
func TestTextNamesTheSigner(t *testing.T) {
	r := good()
	for i := range r.Dists[0].Verified {
		r.Dists[0].Verified[i].Signer = "https://github.com/other/builders/.github/workflows/wheels.yml@refs/heads/main"
		r.Dists[0].Verified[i].Ref = "refs/heads/v1.0"
	}
	got := text(t, r, report.TextOptions{})
	for _, want := range []string{"release.yml, signed by other/builders/.github/workflows/wheels.yml, branch v1.0,"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
}

func TestTextSumsUp(t *testing.T) {
	got := text(t, failures(), report.TextOptions{})
	if n := strings.Count(got, "ref-not-allowed]"); n != 1 {
		t.Errorf("58 identical findings are written %d times:\n%s", n, got)
	}
	if !strings.Contains(got, "and 55 more files") || !strings.Contains(got, "59 errors in 59 of 60 files") {
		t.Errorf("the count is missing:\n%s", got)
	}
	if strings.Index(got, "error[") > strings.Index(got, "warning[") || strings.Index(got, "warning[") > strings.Index(got, "unchecked[") {
		t.Errorf("not worst first:\n%s", got)
	}
}

// Only a file's own name makes two messages alike.
func TestTextKeepsDifferentMessages(t *testing.T) {
	r := base(report.Fail)
	for i, ref := range []string{"refs/heads/main", "refs/heads/next"} {
		d := dist(fmt.Sprintf("dist/samplepkg-1.%d.tar.gz", i), "sdist")
		r.Dists = append(r.Dists, d)
		r.Findings = append(r.Findings, finding1("ref-not-allowed", d.Path, d.Path+" was built from "+ref, ""))
	}
	// Short names are in no way a file's: "main" must not vanish from a message.
	for _, name := range []string{"main", "next"} {
		r.Findings = append(r.Findings, finding1("short", name, "found "+name, ""))
	}
	got := text(t, r, report.TextOptions{})
	for _, want := range []string{"built from refs/heads/main", "built from refs/heads/next", "found main", "found next"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
}

func TestTextWidth(t *testing.T) {
	r := base(report.Fail)
	r.Findings = []report.Finding{{
		Rule: "x", Gate: finding.Build, Severity: finding.Error, Subject: "a",
		Message: strings.Repeat("word ", 100) + "::error::x", Hint: strings.Repeat("hint ", 50),
	}}
	for _, line := range strings.Split(text(t, r, report.TextOptions{Width: 60}), "\n") {
		if n := utf8.RuneCountInString(line); n > 60 && (strings.HasPrefix(line, "  ") && strings.Contains(line, "word")) {
			t.Errorf("a line of %d characters: %q", n, line)
		}
	}
	if got := text(t, r, report.TextOptions{}); strings.Count(got, "word word") < 1 || strings.Contains(got, "word\n") {
		t.Errorf("wrapped without a width:\n%s", got)
	}
}

func TestTextColour(t *testing.T) {
	for name, r := range samples() {
		if got := text(t, r, report.TextOptions{}); strings.Contains(got, "\x1b") {
			t.Errorf("%s: colour that nobody asked for", name)
		}
		got := text(t, r, report.TextOptions{Color: true})
		if !strings.Contains(got, "\x1b[") {
			t.Errorf("%s: no colour", name)
		}
		for _, line := range strings.Split(got, "\n") {
			if opened := strings.Contains(line, "\x1b["); opened && !strings.Contains(line, "\x1b[0m") {
				t.Errorf("%s: the colour of %q does not end", name, line)
			}
		}
	}
}
