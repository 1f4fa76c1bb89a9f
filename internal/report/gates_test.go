// SPDX-License-Identifier: BSD-3-Clause

package report_test

import (
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/report"
)

// row is the row of a gate in a summary.
func row(t *testing.T, md, gate string) string {
	t.Helper()
	for _, line := range strings.Split(md, "\n") {
		if strings.Contains(line, " | <strong>"+gate+"</strong> | ") {
			return line
		}
	}
	t.Errorf("no row of gate %s in:\n%s", gate, md)
	return ""
}

// Each gate has its row, with what came of it; one that did not run says so.
func TestSummaryGates(t *testing.T) {
	type want struct{ mark, text string }
	for name, c := range map[string]struct {
		r    *report.Report
		want map[string]want
	}{
		"pass": {gatePass(), map[string]want{"source": {"⚪", "not run: not part"}, "build": {"✅", "<strong>yes</strong>: 52 rules"},
			"publish": {"✅", "<strong>yes</strong>: 2 listed as unchecked, 58 rules"}, "index": {"⚪", "not run: asked after"}}},
		"fail": {gateFail(), map[string]want{"build": {"❌", "<strong>no</strong>: 1 error ("}, "hand&#8209;off": {"❌", "differs-from-build"},
			"publish": {"❌", "upload-with-token"}}},
		"undecided": {gateUndecided(), map[string]want{"build": {"⚠️", "<strong>not known</strong>: 1 not checked"}, "hand&#8209;off": {"✅", "yes"}}},
		"verify":    {good(), map[string]want{"publish": {"⚪", "not run: audit and gate ask this"}, "build": {"✅", "yes"}}},
		"seal":      {gateSealed(), map[string]want{"build": {"⚪", "before it wrote the ledger"}, "publish": {"✅", "Is this job"}}},
	} {
		md := report.Summary(c.r, 0)
		for gate, want := range c.want {
			if got := row(t, md, gate); !strings.HasPrefix(got, "| "+want.mark+" | ") || !strings.Contains(got, want.text) {
				t.Errorf("%s: gate %s: %s", name, gate, got)
			}
		}
	}
	for _, r := range []*report.Report{auditClean(), attested(), second()} {
		if md := report.Summary(r, 0); strings.Contains(md, "| Gate |") {
			t.Errorf("%s has a table of gates:\n%s", r.Command, md)
		}
	}
}

// A gate that the report leaves out did not run.
func TestSummaryGateLeftOut(t *testing.T) {
	r := gatePass()
	r.Gates = r.Gates[:1]
	if got := row(t, report.Summary(r, 0), "build"); !strings.HasPrefix(got, "| ⚪ |") {
		t.Errorf("a gate that is not in the report: %s", got)
	}
}

func TestSummaryBanner(t *testing.T) {
	for name, c := range map[string]struct {
		r    *report.Report
		want string
	}{
		"pass":      {gatePass(), "## ✅ sallyport gate: pass\n\n<strong>These files may be uploaded.</strong> 60 files, "},
		"fail":      {gateFail(), "## ❌ sallyport gate: fail\n\n<strong>Do not upload these files.</strong> 3 errors in 2 of 3 files, "},
		"undecided": {gateUndecided(), "## ⚠️ sallyport gate: undecided\n\n<strong>This is not a pass"},
		"off":       {gateOff(), "## ❌ sallyport gate: fail, not enforced\n\n> [!CAUTION]\n> 🛑 <strong>The gate is switched off until <code>2027-01-31</code>."},
		"seal":      {gateSealed(), "## ✅ sallyport gate seal: pass\n\n<strong>These files may be uploaded.</strong>"},
		"post":      {second(), "## ❌ sallyport post: fail\n\n<strong>What was uploaded may not be what was verified"},
		"audit":     {auditClean(), "## ✅ sallyport audit: pass\n\n2 ways to the index"},
	} {
		if got := report.Summary(c.r, 0); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s begins with:\n%.300s", name, got)
		}
	}
}

// What decides nothing is folded where there is much of it, and never what
// decides.
func TestSummaryFolds(t *testing.T) {
	r := gateFail()
	for i := range 9 {
		name := "note-" + string(rune('a'+i))
		r.Findings = append(r.Findings, report.Finding{Rule: name, Gate: finding.Build, Severity: finding.Note, Message: "m"},
			report.Finding{Rule: "error-" + name, Gate: finding.Build, Severity: finding.Error, Message: "m"})
		r.Unchecked = append(r.Unchecked, report.Unchecked{Rule: "listed-" + name, Gate: finding.Build, Reason: name},
			report.Unchecked{Rule: "open-" + name, Gate: finding.Build, Reason: name, Blocking: true})
	}
	md := report.Summary(r, 0)
	var folded strings.Builder
	for rest := md; ; {
		_, after, ok := strings.Cut(rest, "<details>")
		if !ok {
			break
		}
		inside, after, _ := strings.Cut(after, "</details>")
		folded.WriteString(inside)
		rest = after
	}
	for _, want := range []string{"note: <a", "listed-note-c", "9 notes"} {
		if !strings.Contains(folded.String(), want) {
			t.Errorf("%q is not folded", want)
		}
	}
	for _, not := range []string{"error-note-a", "open-note-a", "upload-with-token"} {
		if !strings.Contains(md, not) || strings.Contains(folded.String(), not) {
			t.Errorf("%q is folded, or not there", not)
		}
	}
}

// Rules that could not be checked at one place for one reason share a row.
func TestSummaryJoinsUnchecked(t *testing.T) {
	md := report.Summary(gatePass(), 0)
	if n := strings.Count(md, "rules were not read"); n != 1 || !strings.Contains(md, "unprotected-branch</a>, <a href") {
		t.Errorf("the reason is said %d times:\n%s", n, md)
	}
}
