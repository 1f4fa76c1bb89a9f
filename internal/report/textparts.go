// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxColumn is how wide the column of file names may get; a longer name
// pushes only its own line.
const maxColumn = 90

// dists writes one aligned line for each of ds: how it came out, its path,
// which attestations were verified, and what they prove. Where that line is
// wider than the terminal and all files were built alike, the builder is said
// once, below.
func (t *textWriter) dists(r *Report, ds []Dist) {
	states := r.states()
	pathWidth, kindWidth, widest := 0, 0, 0
	common, same := "", true
	for i := range ds {
		pathWidth = max(pathWidth, min(maxColumn, runes(clip(ds[i].Path, maxName))))
		kindWidth = max(kindWidth, min(maxColumn, runes(ds[i].kinds())))
		by := ""
		if v, ok := ds[i].builder(); ok {
			by = v.builtBy()
		}
		if i == 0 {
			common = by
		}
		same = same && by == common
		widest = max(widest, runes(by))
	}
	const markWidth = len("undecided")
	sayOnce := same && len(ds) > 1 && t.opts.Width > 0 && widest > 0 &&
		markWidth+pathWidth+kindWidth+widest+6 > t.opts.Width
	mark := func(v Verdict) (string, string) { return "ok", green }
	pad := 2
	for _, s := range states {
		if s != Pass {
			pad = markWidth
			mark = stateMark
			break
		}
	}
	for i := range ds {
		d := &ds[i]
		word, color := mark(states[d.Path])
		line := t.paint(color, word) + strings.Repeat(" ", pad-len(word)) + "  " +
			padded(clip(d.Path, maxName), pathWidth) + "  " + padded(d.kinds(), kindWidth)
		if v, ok := d.builder(); ok && !sayOnce {
			line += "  " + v.builtBy()
		}
		t.line("%s", strings.TrimRight(line, " "))
	}
	if sayOnce {
		t.wrapped(strings.Repeat(" ", pad+2), pad+2, pad+4, "built by "+common)
	}
}

func stateMark(v Verdict) (string, string) {
	switch v {
	case Pass:
		return "ok", green
	case Fail:
		return "FAIL", red
	}
	return "undecided", yellow
}

// rest says in one line how the files came out, each by itself.
func (t *textWriter) rest(r *Report) {
	if len(r.Dists) == 0 {
		return
	}
	n := map[Verdict]int{}
	for _, s := range r.states() {
		n[s]++
	}
	var said []string
	for _, part := range []struct {
		state Verdict
		words string
	}{{Fail, "with errors"}, {Undecided, "undecided"}, {Pass, "without errors"}} {
		if n[part.state] > 0 {
			said = append(said, fmt.Sprintf("%d %s", n[part.state], part.words))
		}
	}
	t.line("%s: %s", count(len(r.Dists), "file"), strings.Join(said, ", "))
}

// index says which files the package index itself would refuse. Its reasons
// are among the findings, in our words, so this is for who asks for everything.
func (t *textWriter) index(r *Report) {
	if !t.opts.Verbose {
		return
	}
	for _, d := range r.Dists {
		if d.Index.Verdict != "refuse" {
			continue
		}
		t.gap()
		t.line("the index would refuse %s", clip(d.Path, maxName))
		for _, a := range d.Index.Attestations {
			if a.Verdict == "refuse" {
				t.wrapped("  ", 2, 6, clip(a.File, maxName)+": "+clip(a.Message, maxMessage))
			}
		}
	}
}

// waivers writes each use of an ignore entry.
func (t *textWriter) waivers(r *Report) {
	if len(r.Ignored) > 0 {
		t.gap()
	}
	for _, w := range r.Ignored {
		t.wrapped("", 0, 4, fmt.Sprintf("waived[%s] until %s: %s (%s)", clip(w.Rule, maxName),
			clip(w.Until, maxName), clip(w.Subject, maxName), clip(w.Reason, maxMessage)))
	}
}

// paths writes every way by which a workflow reaches an index with all that is
// known of it, for who asks for everything.
func (t *textWriter) paths(r *Report) {
	if !t.opts.Verbose {
		return
	}
	if len(r.PublishPaths) > 0 {
		t.gap()
	}
	for _, p := range r.PublishPaths {
		var said []string
		add := func(format string, v string) {
			if v != "" {
				said = append(said, fmt.Sprintf(format, clip(v, maxFact)))
			}
		}
		add("%s", p.Uploader)
		add("to %s", p.Index)
		add("by %s", p.Credential)
		add("environment %s", p.Environment)
		if len(p.Via) > 0 {
			add("via %s", strings.Join(p.Via, " > "))
		}
		if !p.Reachable {
			said = append(said, "not reachable")
		}
		t.wrapped("", 0, 4, fmt.Sprintf("publishes: %s job %s: %s",
			place(Finding{File: p.File, Line: p.Line}), clip(p.Job, maxName), strings.Join(said, ", ")))
	}
}

// basis writes what the run was judged by.
func (t *textWriter) basis(r *Report) {
	t.gap()
	var gates []string
	for _, g := range r.Gates {
		if r.Command == "audit" && g.Status == NotRun {
			continue // it is about one gate only
		}
		gates = append(gates, fmt.Sprintf("%s %s", clip(string(g.Gate), maxName), clip(string(g.Status), maxName)))
	}
	if len(gates) > 0 {
		t.line("gates: %s", strings.Join(gates, ", "))
	}
	if roots := r.trustLine(); roots != "" {
		t.line("trust roots: %s", roots)
	}
	t.line("policy: %s", r.Policy.policyLine())
}

func runes(s string) int { return utf8.RuneCountInString(s) }

// padded fills s with spaces up to width characters.
func padded(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-runes(s)))
}
