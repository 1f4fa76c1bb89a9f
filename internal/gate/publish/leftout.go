// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

// maxGates is how many gates of one upload are looked at one by one.
const maxGates = 50

// trialInput reports whether a step's inputs tell sallyport not to stop anything.
func trialInput(s *graph.Step) bool { return !isTrueText(s.With["enforce"]) }

// isTrueText reports whether a switch that is on by default is on.
func isTrueText(text string) bool {
	text = strings.TrimSpace(text)
	return text == "" || strings.EqualFold(text, "true")
}

// gateLeftOut judges whether the gates of an upload, those before it in its job
// and those in jobs that it waits for, run wherever it does.
func (a *audit) gateLeftOut(rule *finding.Rule, k *graph.Sink, before []deed) {
	only := func(commands ...string) (out []*graph.Step) {
		for _, d := range before {
			if slices.Contains(commands, d.gate) {
				out = append(out, d.step)
			}
		}
		return out
	}
	own := only("gate", "seal")
	if len(own) == 0 {
		own = only("verify")
	}
	a.runsWithout(rule, k, own, nil)
	waits := upstream(k.Step.Job)
	for _, command := range []string{"gate", "verify"} {
		var others []*graph.Step
		for _, j := range a.in.Graph.Jobs {
			if waits[j] {
				others = append(others, a.gatesOf(j, command)...)
			}
		}
		if len(others) > 0 {
			a.runsWithout(rule, k, others, only("gate"))
			return
		}
	}
}

// runsWithout says where an upload runs and none of these gates does. Instead
// are others that make up for them.
func (a *audit) runsWithout(rule *finding.Rule, k *graph.Sink, gates, instead []*graph.Step) {
	if len(gates) == 0 {
		return
	}
	runs := func(s *graph.Step, i int) expr.Truth {
		if i >= len(s.Runs) {
			return expr.False
		}
		return s.Runs[i].Runs
	}
	j, last := k.Step.Job, gates[len(gates)-1]
	none := func(i int) bool {
		return runs(k.Step, i) != expr.False && !slices.ContainsFunc(slices.Concat(gates, instead), func(s *graph.Step) bool { return runs(s, i) != expr.False })
	}
	if on := events(j, none); len(on) > 0 {
		const hint = "take the condition away, or put the same one on the upload; for a trial that stops nothing, leave the gate in and set enforce: \"false\""
		what := "sallyport " + a.commandOf(last) + " of job " + shownText(last.Job.Job.ID.Value)
		f := a.atStep(rule, last, hint, "in a run on %s, %s does not run%s, and job %q uploads by %s (line %d) all the same: what goes out has not passed it",
			strings.Join(on, " or "), what, reasonFor(last), j.Job.ID.Value, k.Uploader, k.Line)
		if !last.Reachable() {
			f = a.atStep(rule, last, hint, "%s never runs%s, and job %q uploads by %s (line %d) all the same: what goes out has not passed it", what, reasonFor(last), j.Job.ID.Value, k.Uploader, k.Line)
		}
		// A trial stops nothing yet; it ends by itself, and the condition does not.
		trial := !slices.ContainsFunc(gates, func(s *graph.Step) bool { return !a.onTrial(s) })
		if !k.IndexKnown || trial {
			f.Severity = finding.Warning
		}
		a.add(a.withoutCondition(f, last))
		return
	}
	// What cannot be decided: the gate has a condition that the upload has not.
	if len(gates) > maxGates {
		a.skip(rule.Undecided(subject(j), "whether one of the %d steps that run sallyport runs wherever job %q uploads was not looked at: they are more than %d", len(gates), j.Job.ID.Value, maxGates))
		return
	}
	var open []condition
	shared := sharedConditions(k)
	for i := range k.Step.Runs {
		if runs(k.Step, i) == expr.False || len(instead) > 0 && slices.ContainsFunc(instead, func(s *graph.Step) bool { return runs(s, i) != expr.False }) {
			continue
		}
		var here []condition
		for _, s := range gates {
			own := ownConditions(s, k, i, shared)
			if runs(s, i) != expr.False && len(own) == 0 {
				here = nil
				break
			}
			here = append(here, own...)
		}
		open = append(open, here...)
	}
	if len(open) == 0 {
		return
	}
	if slices.ContainsFunc(open, func(c condition) bool {
		return strings.Contains(c.part, "steps.") || strings.Contains(c.part, "needs.")
	}) {
		a.skip(rule.Undecided(subject(last.Job), "whether sallyport %s (line %d) runs wherever job %q uploads cannot be told: it has a condition (if: %s) that the upload has not", a.commandOf(last), last.Line, j.Job.ID.Value, oneLine(open[0].text)))
		return
	}
	f := a.atStep(rule, last, "take the condition away, or put the same one on the upload",
		"job %q uploads by %s (line %d) also where sallyport %s of job %q does not run: that has a condition which the upload has not (if: %s)",
		j.Job.ID.Value, k.Uploader, k.Line, a.commandOf(last), last.Job.Job.ID.Value, oneLine(open[0].text))
	f.Severity = finding.Warning
	a.add(a.withoutCondition(f, last))
}

// commandOf is the command of sallyport that a step runs.
func (a *audit) commandOf(s *graph.Step) string {
	for _, d := range a.deeds(s) {
		if d.looks() {
			return d.gate
		}
	}
	return "gate"
}

// reasonFor is the condition of a gate for messages, "" for none.
func reasonFor(s *graph.Step) string {
	for _, t := range append(stepConditions(s), s.Job.Job.If) {
		if t.Written() && !onlyStatus(t.Value) {
			return " (if: " + oneLine(t.Value) + ")"
		}
	}
	return ""
}

// withoutCondition adds the step without its condition.
func (a *audit) withoutCondition(f finding.Finding, s *graph.Step) finding.Finding {
	if s.Step != nil && len(s.Chain) == 0 && s.Step.If.Written() && !strings.Contains(s.Step.If.Value, "\n") && s.Step.If.Line > s.Step.Pos.Line {
		f.Fix = a.source(s.File).WithoutLines(s.Step.Pos.Line, s.Step.End, s.Step.If.Line)
	}
	return f
}

// stepConditions are the conditions of a step and of the composite actions
// around it.
func stepConditions(s *graph.Step) []workflow.Text {
	var out []workflow.Text
	if s.Step != nil {
		out = append(out, s.Step.If)
	}
	for _, fr := range s.Chain {
		out = append(out, fr.Step.If)
	}
	return out
}

// condition is a part of a condition, as conjuncts has it, and all of its text.
type condition struct{ part, text string }

// ownConditions are the parts of a gate's conditions that leave open whether it
// runs in run i, and that an upload does not share.
func ownConditions(s *graph.Step, k *graph.Sink, i int, shared map[string]bool) []condition {
	if i >= len(s.Runs) || s.Runs[i].Runs != expr.Unknown {
		return nil
	}
	conditions := stepConditions(s)
	if s.Job != k.Step.Job && goesOnWithout(s.Job, k, i) {
		conditions = append(conditions, s.Job.Job.If)
		for _, c := range s.Job.Callers {
			conditions = append(conditions, c.Job.If)
		}
	}
	var out []condition
	for _, t := range conditions {
		e, err := expr.Parse(t.Value)
		if !t.Written() || err == nil && e.Eval(s.Runs[i].Scenario) == expr.True {
			continue
		}
		for _, part := range conjuncts(t.Value) {
			elsewhere := strings.Contains(part, "github.repository") || strings.Contains(part, "event.repository.fork") || s.Job != k.Step.Job && strings.Contains(part, "matrix.")
			if !shared[part] && !elsewhere && !onlyStatus(part) {
				out = append(out, condition{part, t.Value})
			}
		}
	}
	return out
}

// sharedConditions are the parts of the conditions that hold wherever an upload
// runs.
func sharedConditions(k *graph.Sink) map[string]bool {
	shared := map[string]bool{}
	for _, t := range append(stepConditions(k.Step), k.Step.Job.Job.If) {
		for _, part := range conjuncts(t.Value) {
			shared[part] = true
		}
	}
	for _, c := range k.Step.Job.Callers {
		for _, part := range conjuncts(c.Job.If.Value) {
			shared[part] = true
		}
	}
	for j := range upstream(k.Step.Job) {
		if !statusIn(j.Job.If.Value) { // where it is skipped, so is the upload, or what it needs
			for _, part := range conjuncts(j.Job.If.Value) {
				shared[part] = shared[part] || waitsPlainly(k.Step.Job, j)
			}
		}
	}
	return shared
}

// goesOnWithout reports whether the job of an upload may run in run i where a
// job that it needs was skipped.
func goesOnWithout(skipped *graph.Job, k *graph.Sink, i int) bool {
	for _, j := range append([]*graph.Job{k.Step.Job}, k.Step.Job.Callers...) {
		if !statusIn(j.Job.If.Value) {
			continue
		}
		e, err := expr.Parse(replaceCalls(j.Job.If.Value, map[string]string{"success": "false", "failure": "false", "always": "true", "cancelled": "false"}))
		if err != nil {
			return true
		}
		own := *j.Runs[i].Scenario
		own.Needs, own.NeedsComplete = map[string]string{}, true
		for _, n := range j.Job.Needs {
			own.Needs[strings.ToLower(n.Value)] = "success"
		}
		for _, o := range append([]*graph.Job{skipped}, skipped.Callers...) {
			if _, ok := own.Needs[strings.ToLower(o.Job.ID.Value)]; ok && o.File == j.File {
				own.Needs[strings.ToLower(o.Job.ID.Value)] = "skipped"
			}
		}
		if e.Eval(&own) != expr.False {
			return true
		}
	}
	return false
}

// waitsPlainly reports whether a job runs only where another one that it needs
// has run.
func waitsPlainly(j, other *graph.Job) bool {
	return !statusIn(j.Job.If.Value) && slices.Contains(j.Needs, other)
}

// statusIn reports whether a condition asks how what came before went.
func statusIn(text string) bool {
	e, err := expr.Parse(text)
	return err != nil && strings.TrimSpace(text) != "" || err == nil && e.HasStatus()
}

// onlyStatus reports whether a condition, or a part of one, is nothing but a
// question that is answered with yes where all went well.
func onlyStatus(text string) bool {
	switch strings.Join(strings.Fields(strings.ToLower(text)), "") {
	case "", "success()", "always()", "!cancelled()", "!failure()", "true":
		return true
	}
	return false
}

// conjuncts are the parts of a condition that must all hold, without blanks
// and in lower case; a condition of another form is one part.
func conjuncts(text string) []string {
	text = strings.TrimSpace(text)
	if inner, ok := strings.CutPrefix(text, "${{"); ok && strings.HasSuffix(inner, "}}") && !strings.Contains(inner, "${{") {
		text = strings.TrimSuffix(inner, "}}")
	}
	text = strings.Join(strings.Fields(strings.ToLower(text)), "")
	if text == "" {
		return nil
	}
	if strings.Contains(text, "||") || strings.Contains(text, "(") && strings.Contains(text, "&&") && nested(text) {
		return []string{text}
	}
	return strings.Split(text, "&&")
}

// nested reports whether a "&&" stands in brackets or in a string.
func nested(text string) bool {
	depth, quoted := 0, false
	for i := range len(text) {
		switch {
		case text[i] == '\'':
			quoted = !quoted
		case text[i] == '(':
			depth++
		case text[i] == ')':
			depth--
		case strings.HasPrefix(text[i:], "&&") && (quoted || depth > 0):
			return true
		}
	}
	return false
}
