// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"maps"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

// scriptText is a text of a step that some interpreter runs.
type scriptText struct {
	text  string        // with inputs in place
	at    workflow.Text // as written
	input string        // of an action; "" for a run step
}

// scriptsOf are the scripts of a step: its run text, and inputs that the
// action runs as one.
func scriptsOf(s *graph.Step) []scriptText {
	if s.Step == nil {
		return nil
	}
	var out []scriptText
	if s.Step.Run != nil {
		out = append(out, scriptText{text: s.Script, at: s.Step.Run.Script})
		if shell := s.Step.Run.Shell; strings.Contains(shell.Value, "${{") {
			out = append(out, scriptText{text: shell.Value, at: shell, input: "shell"})
		}
	}
	out = append(out, buildCommands(s)...)
	for _, input := range s.Known.Scripts {
		if at, ok := workflow.Lookup(s.Step.With, input); ok {
			out = append(out, scriptText{text: s.With[strings.ToLower(input)], at: at, input: input})
		}
	}
	return out
}

// taint is an expression in a script whose text somebody else chooses.
type taint struct {
	who  expr.Setter
	text string // as in the script, braces included
	path string // what is chosen
	line int
	in   string // the action's input, "" for a run step
	does string // what the script does with a variable; "": it holds an expression
}

// taints are the expressions in the scripts of a step that can hold text of
// somebody else, whatever starts the run.
type taints struct {
	step  *graph.Step
	parts []taintedPart
	refs  map[string]*expr.Expr // by path; nil for what cannot be such text
	memo  map[string][]expr.Taint
	// others are the other steps that were read on the way.
	others map[otherStep]*taints
	hops   int  // steps that were followed back to here
	after  bool // the texts stand behind the step, as a job's outputs do
}

type taintedPart struct {
	taint
	chosen []expr.Taint
}

// taintsOf reads the scripts of a step once.
func taintsOf(s *graph.Step) *taints {
	ts := &taints{step: s, refs: map[string]*expr.Expr{}, memo: map[string][]expr.Taint{}}
	for _, st := range scriptsOf(s) {
		if !strings.Contains(st.text, "${{") {
			continue
		}
		t, _ := expr.ParseTemplate(st.text)
		for _, p := range t.Parts {
			if p.Expr == nil {
				continue
			}
			if found := ts.chosen(p.Expr); len(found) > 0 {
				ts.parts = append(ts.parts, taintedPart{taint{text: p.Text, line: st.at.LineAt(p.Line), in: st.input}, found})
			}
		}
	}
	if s.Step != nil && s.Step.Run != nil {
		ts.addCode()
	}
	return ts
}

// in are those that can be so in one of the runs that on yields (see
// spot.onPath), each with its least trusted setter.
func (ts *taints) in(on func(func(i int) bool)) []taint {
	var out []taint
	possible := map[string]bool{}
	for _, p := range ts.parts {
		found := p.taint
		for _, x := range p.chosen {
			if found.who != 0 && found.who <= x.Setter {
				continue
			}
			yes, known := possible[x.Path]
			if !known {
				e := ts.ref(x.Path)
				on(func(i int) bool {
					yes = e != nil && free(e, ts.step.Runs[i].Scenario)
					return !yes
				})
				possible[x.Path] = yes
			}
			if yes {
				found.who, found.path = x.Setter, x.Path
			}
		}
		if found.who != 0 {
			out = append(out, found)
		}
	}
	return out
}

// ref is a path as an expression; nil for one that holds no free text.
func (ts *taints) ref(path string) *expr.Expr {
	e, ok := ts.refs[path]
	if !ok {
		var err error
		if e, err = expr.Parse(path); err != nil {
			// Nothing is known of a path that cannot be written.
			e, err = expr.Parse("github.event")
		}
		if err != nil || plainInput(ts.step.Job, path) {
			e = nil
		}
		ts.refs[path] = e
	}
	return e
}

// chosen are the references of an expression whose text reaches its value and
// is somebody else's, through variables of the step and the job's matrix as
// well; each path once.
func (ts *taints) chosen(e *expr.Expr) []expr.Taint {
	var out []expr.Taint
	seen := map[string]bool{}
	add := func(all []expr.Taint) {
		for _, t := range all {
			if t.Flows && !seen[t.Path] {
				seen[t.Path] = true
				out = append(out, t)
			}
		}
	}
	add(e.Untrusted())
	for _, r := range e.Refs() {
		if c := r.Context(); r.Flows && (c == "env" || c == "matrix") {
			add(ts.behind(c, r.Property(0)))
		} else if r.Flows && (c == "steps" || c == "needs") {
			add(ts.handedOn(r))
		}
	}
	return out
}

// behind is what a variable or a value of the matrix is made of.
func (ts *taints) behind(context, name string) []expr.Taint {
	key := context + "." + name
	if found, ok := ts.memo[key]; ok {
		return found
	}
	ts.memo[key] = nil // one that names itself ends here
	var sources []string
	if context == "matrix" {
		sources = matrixSources(jobMatrix(ts.step.Job.Job), name)
	} else {
		for _, n := range slices.Sorted(maps.Keys(ts.step.Env)) {
			if strings.EqualFold(n, name) {
				sources = append(sources, ts.step.Env[n])
			}
		}
	}
	var out []expr.Taint
	for _, text := range sources {
		if !strings.Contains(text, "${{") {
			continue
		}
		t, _ := expr.ParseTemplate(text)
		for _, inner := range t.Exprs() {
			out = append(out, ts.chosen(inner)...)
		}
	}
	if len(sources) == 0 && context == "env" {
		out = ts.left(name)
	}
	ts.memo[key] = out
	return out
}

// plainInput reports whether a reference is an input that callers of the
// workflow can only give a number or a truth value.
func plainInput(j *graph.Job, path string) bool {
	name, ok := strings.CutPrefix(path, "inputs.")
	if !ok {
		return false
	}
	plain := false
	for _, t := range j.File.Triggers {
		for _, in := range t.Inputs {
			if strings.EqualFold(in.Name.Value, name) {
				if in.Type.Value != "boolean" && in.Type.Value != "number" {
					return false
				}
				plain = true
			}
		}
	}
	return plain
}

// free reports whether a reference can hold, in a scenario, text with which a
// script could be changed.
func free(e *expr.Expr, s *expr.Scenario) bool {
	texts, all := e.Value(s).Texts()
	if !all {
		return true
	}
	for _, t := range texts {
		for i := range len(t) {
			c := t[i] | 0x20
			if (c < 'a' || c > 'z') && (t[i] < '0' || t[i] > '9') && !strings.ContainsRune("._-/ ", rune(t[i])) {
				return true
			}
		}
	}
	return false
}
