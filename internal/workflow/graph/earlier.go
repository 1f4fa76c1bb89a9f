// SPDX-License-Identifier: BSD-3-Clause

package graph

import (
	"maps"
	"slices"

	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

// Limits of what may hold after conditional steps: how many environments are
// looked at, and how many ways of filling in a run's inputs.
const (
	maxEnvironments = 12
	maxFillings     = 24
)

// left is what a step leaves for the steps behind it: variables that it writes
// to the file of $GITHUB_ENV, and settings of uploaders.
type left struct {
	env  map[string]string
	cond *expr.Expr   // the step's own condition, nil for none
	only []expr.Truth // whether it runs where its job does, parallel to Job.Runs
}

// certain reports whether the step runs in every run of its job.
func (l left) certain() bool {
	return !slices.ContainsFunc(l.only, func(t expr.Truth) bool { return t != expr.True })
}

// earlier is what the steps of a job so far have left.
type earlier struct {
	left []left
	all  map[string]string // of steps that certainly ran, where all did
	open bool              // some of them run only in some runs
}

// add takes in what a step has left.
func (e *earlier) add(l left) {
	if len(l.env) == 0 {
		return
	}
	e.left = append(e.left, l)
	e.open = e.open || !l.certain()
	e.all = over(e.all, l.env)
}

func over(under, top map[string]string) map[string]string {
	if len(top) == 0 {
		return under
	}
	out := maps.Clone(under)
	if out == nil {
		out = map[string]string{}
	}
	maps.Copy(out, top)
	return out
}

// environments are what a step may find, one for each way in which the steps
// before it may have run; there is at least one. A step that runs under a
// condition leaves its variables in some runs and not in others: two that set
// one variable to this or that address are two ways, not the last one.
func (b *builder) environments(e *earlier, s *Step, cond *expr.Expr) []map[string]string {
	if !e.open {
		return []map[string]string{e.all}
	}
	var out []map[string]string
	for i, r := range s.Runs {
		if r.Runs == expr.False {
			continue
		}
		// Conditions of the job's own steps speak of the job's inputs, not of
		// those of a composite action around this step.
		for _, in := range fillings(s.Job.Runs[i].Scenario, e.conditions(cond)) {
			if cond != nil && cond.Eval(in) == expr.False {
				continue
			}
			if !b.spend(30*len(e.left)*(1+len(e.all)/8), s.File) {
				return []map[string]string{e.unknown()}
			}
			for _, env := range e.in(i, in) {
				if !slices.ContainsFunc(out, func(o map[string]string) bool { return maps.Equal(o, env) }) {
					out = append(out, env)
				}
			}
			if len(out) > maxEnvironments {
				return []map[string]string{e.unknown()}
			}
		}
	}
	if len(out) == 0 {
		return []map[string]string{e.all}
	}
	return out
}

// in are the environments of run i when it is started as in says.
func (e *earlier) in(i int, in *expr.Scenario) []map[string]string {
	envs := []map[string]string{nil}
	for _, l := range e.left {
		runs := l.only[i]
		if runs == expr.Unknown && l.cond != nil {
			runs = l.cond.Eval(in)
		}
		if runs == expr.False {
			continue
		}
		n := len(envs)
		for k := range n {
			set := over(envs[k], l.env)
			if runs == expr.Unknown && !maps.Equal(set, envs[k]) {
				envs = append(envs, set)
			} else {
				envs[k] = set
			}
		}
		if len(envs) > maxEnvironments {
			return []map[string]string{e.unknown()}
		}
	}
	return envs
}

// unknown has every variable that was left, with a value that is not known.
func (e *earlier) unknown() map[string]string {
	out := maps.Clone(e.all)
	for name, text := range out {
		if slices.ContainsFunc(e.left, func(l left) bool { v, ok := l.env[name]; return !l.certain() || ok && v != text }) {
			out[name] = "${{ computed by a script }}"
		}
	}
	return out
}

func (e *earlier) conditions(own *expr.Expr) []*expr.Expr {
	out := []*expr.Expr{own}
	for _, l := range e.left {
		if !l.certain() {
			out = append(out, l.cond)
		}
	}
	return out
}

// fillings are the ways in which a run may be started, told apart by the
// values of those inputs that the conditions ask for and that can be listed.
func fillings(s *expr.Scenario, conditions []*expr.Expr) []*expr.Scenario {
	out := []*expr.Scenario{s}
	seen := map[string]bool{}
	for _, c := range conditions {
		if c == nil {
			continue
		}
		for _, ref := range c.Refs() {
			name := ""
			switch {
			case ref.Context() == "inputs":
				name = ref.Property(0)
			case ref.Context() == "github" && ref.Property(0) == "event" && ref.Property(1) == "inputs":
				name = ref.Property(2)
			}
			if name == "" || seen[name] {
				continue
			}
			seen[name] = true
			values, all := s.Inputs[name].Texts()
			if given, ok := s.EventInputs[name]; ok {
				values, all = given.Texts()
			}
			if !all || len(values) < 2 || len(values)*len(out) > maxFillings {
				continue
			}
			var next []*expr.Scenario
			for _, o := range out {
				for _, v := range values {
					next = append(next, filled(o, name, v))
				}
			}
			out = next
		}
	}
	return out
}

// filled is a scenario with one input known.
func filled(s *expr.Scenario, name, text string) *expr.Scenario {
	out := *s
	out.Inputs, out.EventInputs = maps.Clone(s.Inputs), maps.Clone(s.EventInputs)
	if _, ok := out.EventInputs[name]; ok {
		out.EventInputs[name] = expr.Known(text)
	}
	if _, ok := out.Inputs[name]; ok {
		v := expr.Known(text)
		switch text {
		case "true", "false": // a switch, or a choice of these words
			v = expr.Either(v, expr.Known(text == "true"))
		case "":
			v = expr.Either(v, expr.OneOf(nil, false))
		}
		out.Inputs[name] = v
	}
	return &out
}

// uploadsAlso adds the uploads of a step in another environment than the one
// it was read with.
func (b *builder) uploadsAlso(f frame, s *Step, bound bindings, ctx sinks.Context) {
	if !b.spend(1000, f.file.Path) {
		return
	}
	gaps, known := len(b.g.Gaps), len(b.g.Sinks)
	again := *s
	again.Sinks, again.Commands, again.Downloads, again.Uploads, again.Caches = nil, nil, nil, nil, nil
	b.run(f, &again, bound, ctx)
	found := slices.Clone(b.g.Sinks[known:])
	b.g.Gaps, b.g.Sinks = b.g.Gaps[:gaps], b.g.Sinks[:known]
	for _, k := range found {
		if slices.ContainsFunc(s.Sinks, func(o *Sink) bool {
			return o.File == k.File && o.Line == k.Line && o.Uploader == k.Uploader && o.Index == k.Index && o.Credential == k.Credential && slices.Equal(o.Files, k.Files)
		}) {
			continue
		}
		k.Step = s
		s.Sinks = append(s.Sinks, k)
		b.g.Sinks = append(b.g.Sinks, k)
	}
}
