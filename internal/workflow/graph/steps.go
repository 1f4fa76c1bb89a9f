// SPDX-License-Identifier: BSD-3-Clause

package graph

import (
	"maps"

	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

// jobSteps adds the steps of a job, local composites expanded.
func (b *builder) jobSteps(f frame, j *Job) {
	indexes := map[*workflow.Step]int{}
	for i, s := range j.Job.Steps {
		for own := range workflow.All([]*workflow.Step{s}) {
			indexes[own] = i + 1
		}
	}
	base := layer(containerEnv(j.Job.Container, f.bound), f.file.Env, f.bound)
	base = layer(base, j.Job.Env, f.bound)
	ctx := sinks.Context{IDToken: idToken(j)}
	var before earlier
	laid := overlays{own: doubtful(j), told: map[*workflow.Step]bool{}}
	for x := range b.g.Repo.Expand(f.file.Path, j.Job.Steps) {
		// An expression is a few dozen small steps.
		// What earlier steps left is copied for each.
		if b.steps++; b.steps > MaxSteps || !b.spend(50*len(j.Runs)*(1+len(x.Chain))+30*len(before.all), f.file.Path) {
			b.limit(f.file.Path)
			return
		}
		if x.Truncated {
			b.gap(Gap{Kind: UnreadFile, Job: j, File: f.file.Path, Line: j.Job.Pos.Line, Name: "job " + j.Job.ID.Value, Reason: x.Fault})
		}
		own := x.Step
		if len(x.Chain) > 0 {
			own = x.Chain[0].Step
		}
		s := &Step{Job: j, Index: indexes[own], File: x.File, Line: x.Step.Pos.Line, CallerFile: f.file.Path, CallerLine: own.Pos.Line, Expanded: x}
		bound, scenarios := b.enter(f, j, s)
		s.Runs = make([]Run, len(j.Runs))
		here := b.condition(x.Step.If)
		rest := left{cond: here, only: scenarios.runs}
		for i, r := range j.Runs {
			s.Runs[i] = Run{scenarios.at(i), r.Runs.And(scenarios.runs[i])}
			if here != nil && s.Runs[i].Runs != expr.False {
				holds := here.Eval(s.Runs[i].Scenario)
				s.Runs[i].Runs = s.Runs[i].Runs.And(holds)
				rest.only[i] = rest.only[i].And(holds)
			}
		}
		if len(x.Chain) > 0 {
			rest.cond = nil // it speaks of the composite's inputs
		}
		s.Env = base
		outer := f.bound
		for k, fr := range x.Chain {
			s.Env = layer(s.Env, fr.Step.Env, outer)
			outer = scenarios.bound[k]
		}
		s.Env = layer(s.Env, x.Step.Env, bound)
		s.With = with(x.Step.With, bound)
		ctx.StepEnv = names(x.Step.Env)
		b.fault(s)
		next, ways := ctx, b.environments(&before, s, rest.cond)
		for i, env := range ways {
			ctx.Env = merged(s.Env, env, x.Step.Env)
			if i > 0 {
				b.uploadsAlso(f, s, bound, ctx)
				continue
			}
			if s.found = ctx.Env; len(ways) > 1 {
				s.found = merged(s.Env, before.unknown(), x.Step.Env)
			}
			next = b.run(f, s, bound, ctx)
			b.alternatives(f, s, bound, ctx)
		}
		ctx = next
		b.check(&laid, s)
		laid.add(b, s)
		rest.env = s.leaves
		before.add(rest)
		j.Steps = append(j.Steps, s)
	}
}

// run adds what a step runs, and returns the context of the next step but for
// its environment.
func (b *builder) run(f frame, s *Step, bound bindings, ctx sinks.Context) sinks.Context {
	switch {
	case s.Step.Uses != nil:
		return b.action(s, ctx)
	case s.Step.Run != nil:
		return b.script(f, s, bound, ctx)
	}
	return ctx
}

// inside is what holds inside the composite actions that lead to a step.
type inside struct {
	j     *Job
	runs  []expr.Truth // the conditions of the using steps
	calls []*expr.Scenario
	bound []bindings
}

func (in *inside) at(i int) *expr.Scenario {
	if in.calls != nil {
		return in.calls[i]
	}
	return in.j.Runs[i].Scenario
}

// enter follows the chain of composites to a step: their conditions, and what
// their inputs stand for.
func (b *builder) enter(f frame, j *Job, s *Step) (bindings, *inside) {
	in := &inside{j: j, runs: make([]expr.Truth, len(j.Runs))}
	for i := range in.runs {
		in.runs[i] = expr.True
	}
	bound := f.bound
	for _, fr := range s.Chain {
		cond := b.condition(fr.Step.If)
		next := bindings{inputs: map[string]string{}, secrets: bound.secrets}
		values := make([]map[string]expr.Value, len(j.Runs))
		for i := range j.Runs {
			if cond != nil && in.runs[i] != expr.False {
				in.runs[i] = in.runs[i].And(cond.Eval(in.at(i)))
			}
			values[i] = map[string]expr.Value{}
		}
		for _, bd := range fr.Inputs {
			text := bd.Value.Value
			if !bd.Default {
				text = bound.apply(text)
			}
			name := lower(bd.Name)
			next.inputs[name] = text
			for i := range j.Runs {
				values[i][name] = b.value(text, in.at(i), "")
			}
		}
		calls := make([]*expr.Scenario, len(j.Runs))
		for i := range j.Runs {
			calls[i] = in.at(i).Call(values[i])
		}
		in.calls = calls
		bound = next
		in.bound = append(in.bound, bound)
	}
	return bound, in
}

// layer lays variables over others; the result is shared where nothing is
// added.
func layer(under map[string]string, over []workflow.Var, bound bindings) map[string]string {
	if len(over) == 0 {
		return under
	}
	out := maps.Clone(under)
	if out == nil {
		out = map[string]string{}
	}
	for _, v := range over {
		name := bound.apply(v.Name.Value)
		if !v.Name.Written() {
			// The variables are given whole as an expression: any name.
			name = "${{ any }}"
		}
		out[name] = bound.apply(v.Value.Value)
	}
	return out
}

// merged is the environment of a step after earlier steps of the job have set
// variables: those win over what the workflow and the job say, and lose
// against what the step itself says.
func merged(written, before map[string]string, own []workflow.Var) map[string]string {
	if len(before) == 0 {
		return written
	}
	out := maps.Clone(written)
	if out == nil {
		out = map[string]string{}
	}
	for name, text := range before {
		if _, ok := out[name]; ok {
			mine := false
			for _, v := range own {
				mine = mine || v.Name.Value == name
			}
			if mine {
				continue
			}
		}
		out[name] = text
	}
	return out
}

func names(vars []workflow.Var) []string {
	var out []string
	for _, v := range vars {
		if v.Name.Written() {
			out = append(out, v.Name.Value)
		}
	}
	return out
}

func with(vars []workflow.Var, bound bindings) map[string]string {
	if len(vars) == 0 {
		return nil
	}
	out := make(map[string]string, len(vars))
	for _, v := range vars {
		if !v.Name.Written() {
			// The inputs are given whole as an expression: any name.
			out["${{ any }}"] = bound.apply(v.Value.Value)
			continue
		}
		out[lower(v.Name.Value)] = bound.apply(v.Value.Value)
	}
	return out
}

// idToken says whether the uploaders of a job can ask for an id-token.
func idToken(j *Job) sinks.Truth {
	switch j.Permissions.Of(workflow.IDToken) {
	case workflow.WriteAccess:
		return sinks.Yes
	case workflow.UnknownAccess:
		return sinks.Unclear
	}
	return sinks.No
}

// IDToken says whether steps of the job can ask for an id-token: Unknown where
// that depends on what the files do not say.
func (j *Job) IDToken() expr.Truth {
	switch j.Permissions.Of(workflow.IDToken) {
	case workflow.WriteAccess:
		return expr.True
	case workflow.UnknownAccess:
		return expr.Unknown
	}
	return expr.False
}

// fault tells what of a step is not in the model.
func (b *builder) fault(s *Step) {
	switch {
	case s.Action != nil:
		b.gap(Gap{Kind: LocalCode, Job: s.Job, Step: s, File: s.File, Line: s.Line, Name: s.Step.Uses.Raw.Value, Reason: "it is a local action that is a program or container, which is not read"})
	case s.Fault != "" && !s.Truncated && b.g.Repo.Actions[s.Step.Uses.Path] == nil:
		// It may be there when the job runs, in a folder that a step fetches:
		// but not by $/, which is the commit that the workflow is from.
		kind := LocalCode
		if s.Step.Uses.Kind == workflow.Self {
			kind = Missing
		}
		b.gap(Gap{Kind: kind, Job: s.Job, Step: s, File: s.File, Line: s.Line, Name: s.Step.Uses.Raw.Value, Reason: "the local action is not in the tree"})
	case s.Fault != "" && !s.Truncated:
		b.gap(Gap{Kind: UnreadFile, Job: s.Job, Step: s, File: s.File, Line: s.Line, Name: s.Step.Uses.Raw.Value, Reason: s.Fault})
	case s.Step.Incomplete:
		b.gap(Gap{Kind: UnreadFile, Job: s.Job, Step: s, File: s.File, Line: s.Line, Name: "a step", Reason: "part of it could not be read"})
	}
}
