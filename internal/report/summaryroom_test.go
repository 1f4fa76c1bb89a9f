// SPDX-License-Identifier: BSD-3-Clause

package report_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/report"
)

// crowded is a gate's report with far more than a summary has room for, all
// names as long and as hostile as name makes them.
func crowded(findings, dists int, name func(i int) string) *report.Report {
	r := gateFail()
	r.Findings, r.Dists, r.Unchecked = nil, nil, nil
	for i := range findings {
		severity := []finding.Severity{finding.Note, finding.Warning, finding.Error}[i%3]
		f := workflowFinding(severity, fmt.Sprintf("rule-%c", 'a'+i%7), ".github/workflows/release.yml", "build", i+1,
			name(i), fmt.Sprintf("%d: %s", i, strings.Repeat(evilText, 2)), "- ```\n- uses: "+evilText)
		if i%2 == 0 {
			f = finding1(fmt.Sprintf("rule-%c", 'a'+i%7), fmt.Sprintf("dist/%d%s", i, name(i)), fmt.Sprintf("%d: %s", i, evilText), evilText)
			f.Severity = severity
		}
		r.Findings = append(r.Findings, f)
	}
	for i := range dists {
		d := dist(fmt.Sprintf("dist/%05d%s", i, name(i)), "wheel")
		d.Verified[0].Signer += strconv.Itoa(i) // no two alike
		r.Dists = append(r.Dists, d)
		r.Unchecked = append(r.Unchecked, report.Unchecked{Rule: "missing-provenance", Gate: finding.Build, Subject: d.Path,
			Reason: fmt.Sprintf("%d: %s", i, name(i)), Blocking: i%2 == 0})
	}
	return r
}

var leftOut = regexp.MustCompile(`(?m)^(\d+) (?:more|in all): see the JSON report\.$`)

// What there is no room for is left out from the end of each section, which
// says how much that is; no section takes all the room.
func TestSummaryRoom(t *testing.T) {
	evil := func(i int) string { return strings.Repeat(evilName, 4) + strconv.Itoa(i) }
	plain := func(i int) string { return fmt.Sprintf("samplepkg-1.0-cp%d-cp%d-any.whl", i, i) }
	for name, tt := range map[string]struct {
		r     *report.Report
		limit int
		has   []string // in this order
	}{
		"all of it":    {crowded(5000, 2000, plain), report.MaxSummary, []string{"| Gate |", "### Findings", "### Not checked, and needed", "### Files", "### Ways to the index", "### Notes", "Judged by"}},
		"hostile":      {crowded(5000, 2000, evil), report.MaxSummary, []string{"| Gate |", "### Findings", "### Not checked, and needed", "### Files", "### Ways to the index", "### Notes", "Judged by"}},
		"little room":  {crowded(1000, 400, evil), 30_000, []string{"| Gate |", "### Findings", "### Not checked, and needed", "### Files", "Judged by"}},
		"only dists":   {crowded(0, 2000, plain), report.MaxSummary, []string{"| Gate |", "### Not checked, and needed", "### Files", "Judged by"}},
		"hardly any":   {crowded(1000, 400, evil), 4000, []string{"| Gate |", "### Findings", "Judged by"}},
		"only verdict": {crowded(50, 20, evil), 800, []string{"sallyport gate: fail", "Judged by"}},
	} {
		t.Run(name, func(t *testing.T) {
			md := report.Summary(tt.r, tt.limit)
			if len(md) > tt.limit {
				t.Errorf("%d bytes with a limit of %d", len(md), tt.limit)
			}
			checkMarkdown(t, md)
			rest := md
			for _, want := range tt.has {
				_, after, ok := strings.Cut(rest, want)
				if !ok {
					t.Fatalf("%q is missing, or before another:\n%.3000s", want, md)
				}
				rest = after
			}
			sum := 0
			for _, m := range leftOut.FindAllStringSubmatch(md, -1) {
				n, _ := strconv.Atoi(m[1])
				sum += n
			}
			_, last, _ := strings.Cut(md, "Judged by")
			if want := fmt.Sprintf("\n%d rows left out here; the JSON report has all.\n", sum); tt.limit > 10_000 && sum > 0 && !strings.HasSuffix(last, want) {
				t.Errorf("the sections leave out %d, the summary ends with %q", sum, last)
			}
			// The last come go first.
			if at := strings.Index(md, "00001"); at >= 0 && strings.Contains(md, "01999") && sum > 0 && !strings.Contains(md, "01000") {
				t.Error("what is left out is not at the end")
			}
		})
	}
}

// Errors are shown before what decides nothing, however late they were found.
func TestSummaryErrorsFirst(t *testing.T) {
	r := crowded(5000, 0, func(i int) string { return strings.Repeat("x", 100) })
	r.Findings = append(r.Findings, finding1("the-last", "dist/last.whl", "found at the very end", ""))
	md := report.Summary(r, 100_000)
	errors, warnings := strings.Index(md, "found at the very end"), strings.Index(md, "warning: ")
	if errors < 0 && warnings >= 0 || errors > warnings && warnings >= 0 {
		t.Errorf("the last error is at %d, the first warning at %d", errors, warnings)
	}
	if !strings.Contains(md, "error: ") {
		t.Error("no error is shown")
	}
}

// In a fold too, every row is whole and the rest is counted.
func TestSummaryCountsAdd(t *testing.T) {
	r := crowded(0, 2000, func(i int) string { return strconv.Itoa(i) })
	r.Unchecked = nil
	for _, limit := range []int{5_000, 20_000, 100_000, 300_000, report.MaxSummary} {
		md := report.Summary(r, limit)
		rows := strings.Count(md, "<br><sub>")
		left := 0
		for _, m := range leftOut.FindAllStringSubmatch(md, -1) {
			left, _ = strconv.Atoi(m[1])
		}
		if rows+left != 2000 {
			t.Errorf("%d bytes: %d files are shown and %d left out", limit, rows, left)
		}
		checkMarkdown(t, md)
	}
}
