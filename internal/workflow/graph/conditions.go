// SPDX-License-Identifier: BSD-3-Clause

package graph

import (
	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
)

// condition parses an "if" once. Nil is one that is absent; what cannot be
// parsed is unknown.
func (b *builder) condition(t workflow.Text) *expr.Expr {
	if !t.Written() || t.Null {
		return nil
	}
	e, ok := b.conditions[t.Value]
	if !ok {
		var err error
		if e, err = expr.Parse(t.Value); err != nil {
			e = nil
		}
		b.conditions[t.Value] = e
	}
	if e == nil {
		return unparsed
	}
	return e
}

// unparsed stands for a condition that is no expression: its value is unknown.
var unparsed = func() *expr.Expr {
	e, err := expr.Parse("github.sallyport_cannot_parse_this")
	if err != nil {
		panic(err)
	}
	return e
}()

func (b *builder) template(text string) expr.Template {
	t, ok := b.templates[text]
	if !ok {
		t, _ = expr.ParseTemplate(text) // what is broken stays in it, as unknown
		b.templates[text] = t
	}
	return t
}

// jobRuns says in which runs a job runs: its caller, its condition, and what
// it needs. A job whose needs are skipped is skipped too, unless its condition
// asks for their status itself.
func (b *builder) jobRuns(f frame, j *workflow.Job, needs []need) []Run {
	e := b.condition(j.If)
	out := make([]Run, len(f.runs))
	for i, r := range f.runs {
		runs := r.Runs
		needed := expr.True
		for _, n := range needs {
			if n.job != nil {
				needed = needed.And(n.job.Runs[i].Runs)
			} else {
				needed = expr.False
			}
		}
		switch {
		case runs == expr.False:
		case e == nil:
			runs = runs.And(needed)
		default:
			s := r.Scenario
			if len(needs) > 0 {
				own := *s
				own.Needs = map[string]string{}
				for _, n := range needs {
					if n.job != nil && n.job.Runs[i].Runs == expr.False {
						own.Needs[n.id] = "skipped"
					}
				}
				s = &own
			}
			if !e.HasStatus() || !e.Calls("always") && !e.Calls("failure") && !e.Calls("cancelled") {
				runs = runs.And(needed)
			}
			if runs != expr.False {
				runs = runs.And(e.Eval(s))
			}
		}
		out[i] = Run{r.Scenario, runs}
	}
	return out
}

// reaches reports whether something may run in any of the runs.
func reaches(runs []Run) bool {
	for _, r := range runs {
		if r.Runs != expr.False {
			return true
		}
	}
	return false
}

// Reachable reports whether there is a run in which the job may run.
func (j *Job) Reachable() bool { return reaches(j.Runs) }

// Reachable reports whether there is a run in which the step may run.
func (s *Step) Reachable() bool { return reaches(s.Runs) }

// environment is the job's deployment environment. A called workflow's job
// has its own or none: the caller's does not carry over.
func (b *builder) environment(f frame, j *Job) Environment {
	w := j.Job.Environment
	if w == nil {
		return Environment{}
	}
	text := f.bound.apply(w.Name.Value)
	out := Environment{Name: text, Written: true, Line: w.Pos.Line}
	t := b.template(text)
	if t.Constant() {
		out.Constant = true
		out.Names = []string{text}
		return out
	}
	seen := map[string]bool{}
	complete := true
	for _, r := range j.Runs {
		if r.Runs == expr.False {
			continue
		}
		names, all := t.Texts(r.Scenario)
		complete = complete && all
		for _, n := range names {
			if !seen[n] {
				seen[n] = true
				out.Names = append(out.Names, n)
			}
		}
	}
	if !complete {
		out.Names = nil
	}
	if complete && len(out.Names) == 1 {
		out.Name, out.Constant = out.Names[0], true
	}
	return out
}
