// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

var _ = register(finding.Rule{
	ID:       "upload-past-gate",
	Severity: finding.Error,
	Waivable: true,
	Title:    "The upload goes past the gate",
	Why: "A gate stops an upload only where it runs before it, in the same run. One that comes after the upload finds what is wrong when it is on the " +
		"index already, and one that a condition leaves out lets everything pass, while the file looks as if there were a gate.",
	Bad: "- uses: scientific-python/sallyport@…\n  if: github.event_name == 'release'\n" +
		"- uses: pypa/gh-action-pypi-publish@…   # also in runs by hand",
	Good:       "- uses: scientific-python/sallyport@…\n- uses: pypa/gh-action-pypi-publish@…",
	References: []string{"SLSA: verifying artifacts", "SPEC 8: adopt SLSA"},
}, func(a *audit, rule *finding.Rule) {
	for _, k := range a.releases() {
		if k.Step.Step == nil || canonical(k.Index) == sinks.TestPyPI {
			continue
		}
		before, behind := a.around(k)
		if len(before) == 0 {
			a.gateBehind(rule, k, behind)
		}
		a.gateLeftOut(rule, k, before)
	}
})

// around are the deeds of a job before and after one of its uploads that are
// sallyport, looking at files.
func (a *audit) around(k *graph.Sink) (before, behind []deed) {
	all := a.deedsOf(k.Step.Job)
	at := slices.IndexFunc(all, func(d deed) bool { return d.step == k.Step && d.sink && (d.action || d.line == k.Line) })
	if at < 0 {
		at = slices.IndexFunc(all, func(d deed) bool { return d.step == k.Step && (d.sink || d.action) })
	}
	if at < 0 {
		return nil, nil
	}
	looking := func(all []deed) []deed {
		return slices.DeleteFunc(slices.Clone(all), func(d deed) bool { return !d.looks() })
	}
	return looking(all[:at]), looking(all[at+1:])
}

// gateBehind judges an upload without a gate before it: whether one comes after
// it, in its job or in one that waits for it.
func (a *audit) gateBehind(rule *finding.Rule, k *graph.Sink, behind []deed) {
	if a.gateElsewhere(k) != nil {
		return // before it or beside it, which is gate-without-seal's
	}
	j := k.Step.Job
	for _, d := range behind {
		if d.gate == "verify" || !together(d.step, k.Step) {
			continue
		}
		f := a.at(rule, j, d.file, d.line, "move the step directly before the upload",
			"in job %q sallyport %s comes after the upload by %s (line %d): what it finds is on the index already", j.Job.ID.Value, d.gate, k.Uploader, k.Line)
		if d.trial() {
			f.Severity = finding.Warning
		}
		if len(d.step.Chain)+len(k.Step.Chain) == 0 && d.step.Index == k.Step.Index+1 {
			src := a.source(d.file)
			f.Fix = src.WithoutLines(d.step.Step.Pos.Line, d.step.Step.End) + "\n" + src.WithoutLines(k.Step.Step.Pos.Line, k.Step.Step.End)
		}
		a.add(f)
		return
	}
	for _, o := range a.downstream(j) {
		for _, s := range a.gatesOf(o, "gate") {
			if !together(s, k.Step) {
				continue
			}
			f := a.atStep(rule, s, "let job "+j.Job.ID.Value+" wait for job "+o.Job.ID.Value+" (needs), not the other way round, and seal directly before the upload",
				"job %q runs sallyport gate only after job %q has uploaded (%s:%d): what it finds is on the index already", o.Job.ID.Value, j.Job.ID.Value, k.File, k.Line)
			if a.onTrial(s) {
				f.Severity = finding.Warning
			}
			a.add(f)
			return
		}
	}
}

// downstream are the jobs that wait for j, directly or not, in the order of the
// graph.
func (a *audit) downstream(j *graph.Job) []*graph.Job {
	if a.waiting == nil {
		a.waiting = map[*graph.Job][]*graph.Job{}
		for _, o := range a.in.Graph.Jobs {
			for _, n := range needs(o, map[*graph.Job]bool{}) {
				a.waiting[n] = append(a.waiting[n], o)
			}
		}
	}
	seen := map[*graph.Job]bool{}
	for queue := slices.Clone(a.waiting[j]); len(queue) > 0; queue = queue[1:] {
		if n := queue[0]; !seen[n] {
			seen[n] = true
			queue = append(queue, a.waiting[n]...)
		}
	}
	var out []*graph.Job
	for _, o := range a.in.Graph.Jobs {
		if seen[o] {
			out = append(out, o)
		}
	}
	return out
}

// gatesOf are the steps of a job that run a command of sallyport, and for the
// gate calls of workflows that do.
func (a *audit) gatesOf(j *graph.Job, command string) []*graph.Step {
	var out []*graph.Step
	for _, s := range j.Steps {
		if slices.ContainsFunc(a.deeds(s), func(d deed) bool { return d.gate == command }) || command == "gate" && s.Step == nil && s.Known.Ledger != "" {
			out = append(out, s)
		}
	}
	return out
}

// trial reports whether a gate is told not to stop anything.
func (d deed) trial() bool {
	if d.action {
		return trialInput(d.step)
	}
	return !isTrueText(flagText(commandArgs(d.command.Command), "--enforce"))
}

// onTrial is trial for a step.
func (a *audit) onTrial(s *graph.Step) bool {
	return trialInput(s) || slices.ContainsFunc(a.deeds(s), func(d deed) bool { return d.looks() && d.trial() })
}
