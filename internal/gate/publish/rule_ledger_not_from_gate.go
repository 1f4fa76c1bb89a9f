// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

var _ = register(finding.Rule{
	ID:       "ledger-not-from-gate",
	Severity: finding.Error,
	Title:    "The files are compared with a list that the gate has not written",
	Why: "The ledger says which files may go out, and whoever can write it lets any file pass: the comparison then finds exactly the files that it was told to find. " +
		"As the output of the gate, handed on as an output of its job, no other job and no script can change it. A file of an artifact, and what a script writes, others can. " +
		"Only where no output has room for it, in a release of some thousand wheels, is it a file: of an artifact that the gate's job stores and that is taken by its id.",
	Bad:        "- uses: scientific-python/sallyport@…\n  with:\n    command: seal\n    ledger: dist/ledger.json   # came with the files",
	Good:       "- uses: scientific-python/sallyport@…\n  with:\n    command: seal\n    ledger: ${{ needs.gate.outputs.ledger }}   # of the job that runs the gate",
	References: []string{"SLSA: verifying artifacts", "SPEC 8: adopt SLSA"},
}, func(a *audit, rule *finding.Rule) {
	for _, sp := range a.spots {
		if !sp.publishes {
			continue
		}
		for _, d := range a.deedsOf(sp.job) {
			if (d.gate == "seal" || d.gate == "verify") && sp.in(d.step) {
				a.judgeLedger(rule, sp, a.ledgerOf(d))
			}
		}
	}
})

func (a *audit) judgeLedger(rule *finding.Rule, sp *spot, l ledger) {
	const hint = "hand over the gate's own output: outputs: {ledger: ${{ steps.GATE.outputs.ledger }}} in the job that runs sallyport gate, " +
		"and ledger: ${{ needs.JOB.outputs.ledger }} here"
	job, text := sp.job.Job.ID.Value, shortName(l.text.Value)
	found := func(severity finding.Severity, file string, line int, format string, args ...any) {
		f := a.at(rule, sp.job, file, line, hint, format, args...)
		f.Severity = severity
		if line == l.line || line == l.text.Line {
			f.Fix = a.withLedger(sp.job, l)
		}
		a.add(sp.cap(f))
	}
	at := l.line
	if l.text.Line > 0 && l.action {
		at = l.text.Line
	}
	switch {
	case l.text.Value == "" && l.gate != "seal":
		return
	case l.text.Value == "":
		f := a.at(rule, sp.job, l.file, l.line, hint, "in job %q sallyport seal is handed no ledger, so it does not know which files the gate has judged, and leaves the verdict open", job)
		f.Severity = finding.Warning
		f.Fix = a.withLedger(sp.job, l)
		a.add(f)
	case l.unread:
		f := a.at(rule, sp.job, l.file, at, hint, "in job %q sallyport %s is handed a ledger that cannot be followed to the gate (%s): a script puts it together", job, l.gate, text)
		f.Severity = finding.Warning
		a.add(f)
	case l.path != "":
		d := fetchedFile(l.path, l.step)
		switch {
		case d == nil:
			found(finding.Error, l.file, at, "in job %q sallyport %s compares the files with %s, which is neither an output of the gate nor a file that was taken from it", job, l.gate, text)
		case a.gateFile(d):
			return
		case d.Outside != "":
			found(finding.Error, l.file, at, "in job %q sallyport %s compares the files with %s, which comes from %s (line %d): whoever can write it lets any file pass", job, l.gate, text, d.Outside, d.Line)
		default:
			found(finding.Error, l.file, at, "in job %q sallyport %s compares the files with %s, a file of an artifact (line %d): whoever can store that artifact lets any file pass", job, l.gate, text, d.Line)
		}
	case l.lost != nil:
		a.lostLedger(rule, sp, l, found)
	default:
		for _, src := range l.from {
			fault, sure := a.ledgerFault(src)
			if fault == "" {
				continue
			}
			if sure == unknown {
				a.skip(rule.Undecided(subject(sp.job), "whether the ledger for sallyport %s at %s:%d is the gate's cannot be told: %s; hand over the output of a gate that can be seen", l.gate, l.file, l.line, fault))
				return
			}
			severity := finding.Error
			if sure == likely {
				severity = finding.Warning
			}
			found(severity, src.File, src.Line, "in job %q sallyport %s compares the files with a list that is not the gate's (%s): %s", job, l.gate, shortName(src.Text), fault)
			return
		}
	}
}

// lostLedger judges a ledger that comes from no step.
func (a *audit) lostLedger(rule *finding.Rule, sp *spot, l ledger, found func(severity finding.Severity, file string, line int, format string, args ...any)) {
	job, file, line := sp.job.Job.ID.Value, l.file, l.line
	if l.lost.Line > 0 {
		file, line = l.lost.File, l.lost.Line
	}
	text := shortName(l.text.Value)
	if line != l.text.Line {
		text = shortName(l.lost.Text)
	}
	switch l.lost.Kind {
	case graph.LostToCaller: // each caller is judged where it calls
	case graph.LostInUnknown:
		a.skip(rule.Undecided(subject(sp.job), "whether the ledger for sallyport %s at %s:%d is the gate's cannot be told: %s; hand over the output of a gate that can be seen", l.gate, l.file, l.line, l.lost.Reason))
	case graph.LostEmpty:
		found(finding.Error, file, line, "in job %q sallyport %s is handed a ledger that nothing gives a value (%s): %s; it has nothing to compare the files with", job, l.gate, text, l.lost.Reason)
	default:
		found(finding.Error, file, line, "in job %q sallyport %s compares the files with a list that is not the gate's (%s): %s", job, l.gate, text, l.lost.Reason)
	}
}

// withLedger writes the step of the action with the ledger that it should be
// handed; "" where that is not plain.
func (a *audit) withLedger(j *graph.Job, l ledger) string {
	if !l.action || len(l.step.Chain) > 0 {
		return ""
	}
	name := ""
	for _, n := range j.Needs {
		if len(n.Callers) != len(j.Callers) || n.File != j.File {
			continue
		}
		for _, output := range ledgerOutputs(n) {
			if name != "" {
				return "" // of two gates
			}
			name = "${{ needs." + n.Job.ID.Value + ".outputs." + output + " }}"
		}
	}
	if name == "" {
		return ""
	}
	return a.source(l.file).WithInput(l.step.Step, "ledger", name)
}

// ledgerOutputs are the outputs of a job that are plainly a gate's ledger.
func ledgerOutputs(j *graph.Job) []string {
	var out []string
	for _, s := range j.Steps {
		switch {
		case s.Known.Ledger == "" || len(s.Chain) > 0:
		case s.Step == nil:
			out = append(out, s.Known.Ledger)
		default:
			for _, o := range j.Job.Outputs {
				if plain := strings.Join(strings.Fields(o.Value.Value), ""); s.Step.ID.Written() && strings.EqualFold(plain, "${{steps."+s.Step.ID.Value+".outputs."+s.Known.Ledger+"}}") {
					out = append(out, o.Name.Value)
				}
			}
		}
	}
	return out
}
