// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
)

// gateQuestions are what the gates ask, in words for who has never heard of
// them.
var gateQuestions = map[finding.Gate]string{
	finding.Source:  "Is every byte from the commit?",
	finding.Build:   "Built by the right workflow, from the right commit?",
	finding.Handoff: "Exactly the files that were built?",
	finding.Publish: "Is trusted publishing the only way to the index?",
	finding.Index:   "Does the index serve exactly these files?",
}

// question is what a gate asks in r's command.
func (r *Report) question(gate finding.Gate) string {
	if r.Command == sealCommand {
		switch gate {
		case finding.Handoff:
			return "Exactly the files that passed the gate?"
		case finding.Publish:
			return "Is this job the trusted publisher, with no credential in sight?"
		}
	}
	return gateQuestions[gate]
}

// showsGates reports whether r's command is about gates as such: audit and the
// second look after the upload are about one, and attest makes attestations.
func (r *Report) showsGates() bool {
	return r.Command != "audit" && r.Command != "attest" && r.Command != postCommand
}

// gateRows writes how each gate came out. All five are there: one that did not
// run holds nothing, and says so.
func (r *Report) gateRows(d *mdDoc) {
	if !r.showsGates() {
		return
	}
	byGate := map[finding.Gate]GateStatus{}
	for _, g := range r.Gates {
		byGate[g.Gate] = g
	}
	var rows [][]string
	for _, gate := range finding.Gates() {
		g, ok := byGate[gate]
		if !ok {
			g = GateStatus{Gate: gate, Status: NotRun}
		}
		rows = append(rows, []string{verdictMark(g.Status), "<strong>" + strings.ReplaceAll(string(gate), "-", "&#8209;") + "</strong>",
			r.question(gate), r.gateAnswer(g)})
	}
	d.table("", []string{"", "Gate", "Question", "Answer"}, rows)
}

// gateAnswer says in a few words how a gate came out.
func (r *Report) gateAnswer(g GateStatus) string {
	if g.Status == NotRun {
		return r.whyNotRun(g.Gate)
	}
	var failed []string
	n := map[finding.Severity]int{}
	for _, f := range r.Findings {
		if f.Gate != g.Gate {
			continue
		}
		n[f.Severity]++
		if f.Severity == finding.Error && !slices.Contains(failed, f.Rule) {
			failed = append(failed, f.Rule)
		}
	}
	blocking, listed := 0, 0
	for _, u := range r.Unchecked {
		switch {
		case u.Gate != g.Gate:
		case u.Blocking:
			blocking++
		default:
			listed++
		}
	}
	word := map[Verdict]string{Pass: "yes", Fail: "no", Undecided: "not known"}[g.Status]
	if word == "" {
		word = clip(string(g.Status), maxName)
	}
	var said []string
	if len(failed) > 0 {
		names := make([]string, 0, 3)
		for _, rule := range failed[:min(3, len(failed))] {
			names = append(names, mdRule(rule))
		}
		more := ""
		if len(failed) > 3 {
			more = fmt.Sprintf(" and %d more", len(failed)-3)
		}
		said = append(said, count(n[finding.Error], "error")+" ("+strings.Join(names, ", ")+more+")")
	}
	say := func(n int, words string) {
		if n > 0 {
			said = append(said, words)
		}
	}
	say(blocking, fmt.Sprintf("%d not checked", blocking))
	say(n[finding.Warning], count(n[finding.Warning], "warning"))
	say(listed, fmt.Sprintf("%d listed as unchecked", listed))
	said = append(said, count(g.RulesChecked, "rule")+" applied")
	return "<strong>" + mdEntities(word) + "</strong>: " + strings.Join(said, ", ")
}

// whyNotRun says why a gate was not asked, and what would ask it.
func (r *Report) whyNotRun(gate finding.Gate) string {
	const head = "not run: "
	switch gate {
	case finding.Source:
		return head + "not part of this version"
	case finding.Index:
		return head + "asked after the upload, not part of this version"
	case finding.Publish:
		return head + "audit and gate ask this"
	case finding.Build:
		if r.Command == sealCommand {
			return head + "the gate asked this before it wrote the ledger"
		}
	}
	return head + "verify and gate ask this"
}
