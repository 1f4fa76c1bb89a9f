// SPDX-License-Identifier: BSD-3-Clause

package report_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/report"
)

// manyRules is a report with findings of every severity: rules times each.
func manyRules(rules, each int) *report.Report {
	r := base(report.Fail)
	for _, s := range []finding.Severity{finding.Error, finding.Warning, finding.Note} {
		for i := range rules {
			for j := range each {
				r.Findings = append(r.Findings, report.Finding{
					Rule: fmt.Sprintf("rule-%d", i), Gate: finding.Build, Severity: s, File: "a.yml", Line: j + 1,
					Subject: fmt.Sprintf("file-%d", j), Message: fmt.Sprintf("message %d", j),
				})
			}
		}
	}
	return r
}

func TestAnnotationBudget(t *testing.T) {
	for _, c := range []struct{ rules, each, limit, want int }{
		{1, 1, 0, 1}, {2, 5, 0, 10}, {2, 6, 0, 2}, {10, 3, 0, 10}, {11, 1, 0, 10}, {40, 4, 0, 10},
		{40, 4, 3, 3}, {5, 1, 1, 1}, {5, 5, 99, 5}, {0, 0, 0, 0},
	} {
		got := map[string]int{}
		named := map[string]string{}
		for _, a := range report.Annotations(manyRules(c.rules, c.each), c.limit) {
			got[a.Level]++
			named[a.Level] += a.Title + a.Message + "\n"
		}
		for _, level := range []string{report.AnnotateError, report.AnnotateWarning, report.AnnotateNotice} {
			if got[level] != c.want {
				t.Errorf("%+v: %d annotations of level %s", c, got[level], level)
			}
			for i := range c.rules {
				if !strings.Contains(named[level], fmt.Sprintf("rule-%d", i)) {
					t.Errorf("%+v: rule-%d is not named at level %s", c, i, level)
				}
			}
		}
	}
}

func TestAnnotationOfManyFiles(t *testing.T) {
	first := report.Annotations(failures(), 0)[0]
	if first.Title != "sallyport: ref-not-allowed (58 times)" || !strings.Contains(first.Message, "and 54 more files") {
		t.Errorf("the annotation of 58 findings: %+v", first)
	}
	if !strings.HasPrefix(first.Message, failures().Dists[0].Path) || !strings.Contains(first.Message, "\nhint: ") {
		t.Errorf("file or hint missing: %+v", first)
	}
}

func TestAnnotationLevels(t *testing.T) {
	item := report.Unchecked{Rule: "a", Gate: finding.Build, Reason: "r", Blocking: true}
	for verdict, want := range map[report.Verdict]string{report.Undecided: "error", report.Fail: "warning"} {
		r := base(verdict)
		r.Unchecked = []report.Unchecked{item, {Rule: "listed", Gate: finding.Build, Reason: "r"}}
		got := report.Annotations(r, 0)
		if len(got) != 1 || got[0].Level != want {
			t.Errorf("verdict %s: %+v", verdict, got)
		}
	}
}

func TestAnnotationLength(t *testing.T) {
	for _, unit := range []string{"x", "é", "😀", "::", "\n"} {
		r := base(report.Fail)
		f := finding1("x", "s", strings.Repeat(unit, 9000), strings.Repeat(unit, 9000))
		f.File = strings.Repeat(unit, 9000)
		r.Findings = []report.Finding{f}
		for _, a := range report.Annotations(r, 0) {
			if n := len(utf16.Encode([]rune(a.Message))); n > report.MaxAnnotationMessage {
				t.Errorf("%q: a message of %d units", unit, n)
			}
			if !strings.Contains(a.Message, "(cut") {
				t.Errorf("%q: cut without a word", unit)
			}
			if len(a.Title) > 1000 || len([]rune(a.File)) > 300 {
				t.Errorf("%q: title of %d bytes, file of %d", unit, len(a.Title), len(a.File))
			}
		}
	}
}
