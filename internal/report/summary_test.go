// SPDX-License-Identifier: BSD-3-Clause

package report_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/scientific-python/sallyport/internal/report"
)

func TestSummaryLimit(t *testing.T) {
	big := failures()
	for i := range 1500 {
		f := finding1(fmt.Sprintf("rule-%d", i), evilName, strings.Repeat(evilText, 3), evilText)
		big.Findings = append(big.Findings, f)
	}
	for _, limit := range []int{0, 1, 50, 120, 200, 300, 1000, 5000, 1 << 20} {
		for name, r := range map[string]*report.Report{"big": big, "good": good(), "hostile": hostile()} {
			if name == "big" && limit > 0 && limit < 200 {
				continue // the small ones tell the same
			}
			got := report.Summary(r, limit)
			most := limit
			if limit == 0 {
				most = report.MaxSummary
			}
			if len(got) > most {
				t.Errorf("%s: %d bytes with a limit of %d", name, len(got), most)
			}
			for _, line := range strings.Split(got, "\n") {
				if strings.HasPrefix(line, "|") && !strings.HasSuffix(line, "|") {
					t.Errorf("%s with %d: a row is cut: %q", name, limit, line)
				}
			}
			if name == "big" && most >= 200 && !strings.Contains(got, "rows left out here") {
				t.Errorf("%d bytes: nothing is said of the rows left out", limit)
			}
			if !utf8.ValidString(got) {
				t.Errorf("%s with %d: not UTF-8", name, limit)
			}
		}
	}
	if got := report.Summary(good(), 0); strings.Contains(got, "left out") {
		t.Errorf("a small summary leaves something out:\n%s", got)
	}
}

var tag = regexp.MustCompile(`<[^>]*>`)

// checkMarkdown holds a summary to what only our own text may do: our few
// tags, our tables with their number of cells, and nothing else that means
// anything to Markdown or HTML.
func checkMarkdown(t *testing.T, md string) {
	t.Helper()
	for _, found := range tag.FindAllString(md, -1) {
		switch found {
		case "<code>", "</code>", "<br>", "<span>", "</span>":
		default:
			t.Fatalf("a tag of somebody else's: %q", found)
		}
	}
	cells := 0
	for _, line := range strings.Split(md, "\n") {
		bare := tag.ReplaceAllString(line, "")
		if strings.ContainsAny(bare, "`[]*_\\<>@") || strings.Contains(bare, "www.") || strings.Contains(bare, "://") {
			t.Fatalf("a line that means something: %q", line)
		}
		if !strings.HasPrefix(line, "|") {
			cells = 0
			if strings.Contains(line, "|") {
				t.Fatalf("a bar outside of a table: %q", line)
			}
			continue
		}
		if n := strings.Count(line, "|"); cells != 0 && n != cells {
			t.Fatalf("a row of %d cells in a table of %d: %q", n-1, cells-1, line)
		} else {
			cells = n
		}
		if strings.Count(line, "<code>") != strings.Count(line, "</code>") {
			t.Fatalf("code that does not end: %q", line)
		}
	}
}

func TestSummaryIsInert(t *testing.T) {
	for name, r := range samples() {
		t.Run(name, func(t *testing.T) { checkMarkdown(t, report.Summary(r, 0)) })
	}
}

func FuzzSummary(f *testing.F) {
	f.Add(evilName, evilText, "https://github.com/a/b/.github/workflows/c.yml@x")
	f.Add("a|b\n| c |", "\"a\\\"b\" www.evil.example @a <b>", "\"")
	f.Add("", "\"\"", "WWW.x w.w ww&#46;")
	f.Fuzz(func(t *testing.T, name, message, signer string) {
		r := failures()
		r.Dists = r.Dists[:1]
		r.Dists[0].Path, r.Dists[0].Verified[0].Signer = name, signer
		f := finding1(message, name, message, signer)
		f.File, f.Line = name, 1
		r.Findings = []report.Finding{f}
		r.Policy.Path = message
		r.Command = signer
		r.Ignored = []report.Ignored{{Rule: name, Subject: message, Reason: signer, Until: name}}
		checkMarkdown(t, report.Summary(r, 0))
	})
}
