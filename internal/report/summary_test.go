// SPDX-License-Identifier: BSD-3-Clause

package report_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/report"
)

func TestSummaryLimit(t *testing.T) {
	big := failures()
	for i := range 1500 {
		f := finding1(fmt.Sprintf("rule-%d", i), evilName, strings.Repeat(evilText, 3), evilText)
		big.Findings = append(big.Findings, f)
	}
	for _, limit := range []int{0, 1, 50, 120, 200, 300, 1000, 5000, 1 << 20} {
		for name, r := range map[string]*report.Report{"big": big, "good": good(), "hostile": hostile(),
			"poisoned": auditPoisoned(), "evil": auditHostile(), "large": auditLarge()} {
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
			checkMarkdown(t, got)
			if !utf8.ValidString(got) {
				t.Errorf("%s with %d: not UTF-8", name, limit)
			}
		}
	}
	if got := report.Summary(good(), 0); strings.Contains(got, "left out") {
		t.Errorf("a small summary leaves something out:\n%s", got)
	}
}

var (
	tag  = regexp.MustCompile(`<[^>]*>`)
	ours = regexp.MustCompile(`^</?(code|span|strong|sub|details|summary)>$|^<br>$|^</a>$` +
		`|^<a href="https://github\.com/scientific-python/sallyport/blob/main/docs/rules/[a-z0-9-]+\.md">$`)
	// How a line may begin, so that nobody else's text begins one: there it
	// could be a list, a heading or a rule.
	begin = regexp.MustCompile(`^$|^\| |^\|( --- \|)+$|^#{2,4} \S|^> (\[!CAUTION\]|🛑 <strong>)$|^> 🛑 <strong>[^>]|^<(strong|details)>[^ ]|^</details>$` +
		`|^(Judged by|All signed by|Only what the gates) |^Corrected lines( for |:$)|^\d+ [a-z]|^(Nothing|No way) [a-z]|^too much to draw`)
)

// checkMarkdown holds a summary to what only our own text may do: our few
// tags, our tables with their number of cells, and nothing else that means
// anything to Markdown or HTML.
func checkMarkdown(t *testing.T, md string) {
	t.Helper()
	md = withoutBlocks(t, md)
	for _, found := range tag.FindAllString(md, -1) {
		if !ours.MatchString(found) {
			t.Fatalf("a tag of somebody else's: %q", found)
		}
	}
	cells := 0
	for _, line := range strings.Split(md, "\n") {
		if !begin.MatchString(line) {
			t.Fatalf("a line that begins with somebody else's text: %q", line)
		}
		for _, name := range []string{"code", "span", "strong", "sub", "a", "summary"} {
			opened := strings.Count(line, "<"+name+">") + strings.Count(line, "<"+name+" ")
			if opened != strings.Count(line, "</"+name+">") {
				t.Fatalf("%s that does not end: %q", name, line)
			}
		}
		bare := tag.ReplaceAllString(line, "")
		if bare == "> [!CAUTION]" {
			continue
		}
		bare = strings.TrimPrefix(bare, "> 🛑 ")
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
	}
	if strings.Count(md, "<details>") != strings.Count(md, "</details>") {
		t.Fatal("a fold that does not end")
	}
}

var (
	openFence = regexp.MustCompile("^(`{3,})(mermaid|yaml)$")
	// What a line of our graph may be. A label holds letters, digits, spaces,
	// entities and our own marks and line breaks.
	mmLine = regexp.MustCompile(`^(flowchart LR` +
		`|  subgraph f\d+\[LABEL\]|  end` +
		`|    n\d+(\(\[LABEL\]\)|\[LABEL\]|\[\[LABEL\]\])|  n\d+\[\(LABEL\)\]` +
		`|  {1,4}n\d+ (-->|-\.->)(\|LABEL\|)? n\d+` +
		`|  classDef [a-z]+ [a-z0-9#:,\- ]+|  class [nf]\d+(,[nf]\d+)* [a-z]+)$`)
	mmQuoted = regexp.MustCompile(`"([\p{L}\p{M}\p{N} ✗!?]|#[0-9]+;|<br/>)+"`)
)

// withoutBlocks takes the fenced blocks out of a summary as CommonMark finds
// them, and checks the graphs line by line.
func withoutBlocks(t *testing.T, md string) string {
	t.Helper()
	var kept []string
	fence, info := "", ""
	for _, line := range strings.Split(md, "\n") {
		if fence == "" {
			if m := openFence.FindStringSubmatch(line); m != nil {
				fence, info = m[1], m[2]
				continue
			}
			kept = append(kept, line)
			continue
		}
		bare := strings.TrimRight(line, " \t")
		for range 3 {
			bare = strings.TrimPrefix(bare, " ")
		}
		switch {
		case len(bare) >= len(fence) && strings.Trim(bare, "`") == "":
			if line != fence {
				t.Fatalf("somebody else ends a block: %q", line)
			}
			fence = ""
		case info == "mermaid":
			if form := mmQuoted.ReplaceAllString(line, "LABEL"); !mmLine.MatchString(form) {
				t.Fatalf("a line of the graph that is not ours: %q", line)
			}
		}
	}
	if fence != "" {
		t.Fatalf("a block that does not end:\n%s", md)
	}
	return strings.Join(kept, "\n")
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
		r = auditBase(report.Fail)
		r.PublishPaths = []report.PublishPath{way(name, message, signer, name, 1, []string{message, signer},
			report.Stage{Job: signer, Artifact: message, Deviations: []string{name}}, report.Stage{Job: name, Artifact: name, To: signer})}
		r.Findings = []report.Finding{workflowFinding(finding.Error, message, name, message, 3, signer, name, message+"\n"+signer)}
		checkMarkdown(t, report.Summary(r, 0))
		forms(t, r)
	})
}
