// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
)

// group writes what was found on one publish path.
func (t *textWriter) group(g *group) {
	t.gap()
	t.line("%s", t.paint(bold, g.title()))
	hints := map[place2]bool{}
	for i, r := range g.remarks {
		if i > 0 {
			t.gap()
		}
		label, color := r.label()
		head := "  " + label + "[" + clip(r.Rule, maxName) + "]: "
		t.wrapped(t.paint(color, strings.TrimSuffix(head, " "))+" ", runes(head), 6, clip(r.Message, maxMessage))
		if at := r.where(g); at != "" {
			t.wrapped("    at: ", 8, 8, at)
		}
		if why := t.whyOnce(r); why != "" {
			t.wrapped("    why: ", 9, 9, why)
		}
		if same := (place2{r.Hint, r.Rule}); r.Hint != "" && !hints[same] { // the same advice once a path
			hints[same] = true
			t.wrapped("    hint: ", 10, 10, clip(r.Hint, maxMessage))
		}
		for _, f := range r.fixes() {
			t.fix(f)
		}
		if t.opts.Verbose {
			for _, ref := range r.References {
				t.wrapped("    reference: ", 15, 15, clip(ref, maxMessage))
			}
		}
		t.see(r.Rule, r.Severity)
	}
}

// fix writes corrected lines as they are, below the place that they are for.
func (t *textWriter) fix(f fix) {
	head := "    change this to:"
	sketch := strings.HasPrefix(strings.TrimSpace(f.text), "# sketch")
	switch where := f.spots[0].file != ""; {
	case sketch && where:
		head = "    sketch for " + f.place() + ":"
	case sketch:
		head = "    sketch:"
	case where && f.spots[0].line == 0:
		head = "    add " + f.place() + ":"
	case where:
		head = "    change " + f.place() + " to:"
	}
	t.line("%s", head)
	for _, line := range f.lines() {
		t.line("%s", strings.TrimRight("      "+line, " "))
	}
}

// see names a rule's page, once.
func (t *textWriter) see(rule string, s finding.Severity) {
	if rule != "" && !t.explained[rule] && s != finding.Note {
		t.explained[rule] = true
		t.line("    see: sallyport explain %s", clip(rule, maxName))
	}
}

// whyOnce is why a rule matters, in one sentence, the first time.
func (t *textWriter) whyOnce(r *remark) string {
	if t.explained[r.Rule] || r.unchecked {
		return ""
	}
	for _, rule := range t.opts.Rules {
		if rule.ID == r.Rule {
			return clip(firstSentence(rule.Why), maxFact)
		}
	}
	return ""
}

// firstSentence cuts a paragraph behind its first sentence.
func firstSentence(why string) string {
	why = strings.Join(strings.Fields(why), " ")
	for i := 0; i+2 < len(why); i++ {
		// "e.g. x" and "v1.2 x" go on in lower case or with a digit.
		if c := why[i+2]; why[i] == '.' && why[i+1] == ' ' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return why[:i+1]
		}
	}
	return why
}
