// SPDX-License-Identifier: BSD-3-Clause

package graph

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow/expr"
)

// A text that leads to steps may still come to nothing: the step is skipped, or
// the text has a condition. Then there is a Lost beside the sources, which says
// in which runs.

// fatal reports whether a text leads to no step in any run.
func (l *Lost) fatal() bool { return l != nil && l.Runs == nil }

// at reports whether it holds in run i.
func (l *Lost) at(i int) bool { return l != nil && (l.Runs == nil || i < len(l.Runs) && l.Runs[i]) }

// where is l for a step that runs in these runs; nil where it is in none of
// them.
func (l *Lost) where(runs []Run) *Lost {
	if l == nil || l.Runs == nil {
		return l
	}
	out := *l
	out.Runs = make([]bool, len(runs))
	for i, r := range runs {
		out.Runs[i] = l.at(i) && r.Runs != expr.False
	}
	if !slices.Contains(out.Runs, true) {
		return nil
	}
	return &out
}

// allBlank is what is lost of several texts beside one another: they come to
// nothing together where each of them does.
func allBlank(all []*Lost) *Lost {
	if len(all) == 0 || slices.Contains(all, nil) {
		return nil
	}
	out := *all[0]
	out.Runs = slices.Clone(out.Runs)
	for i := range out.Runs {
		for _, l := range all[1:] {
			out.Runs[i] = out.Runs[i] && l.at(i)
		}
	}
	if !slices.Contains(out.Runs, true) {
		return nil
	}
	return &out
}

// leaf is the output of a step that the text of p names. A step that is skipped
// has none.
func (n *ids) leaf(p place, s *Step, output string) ([]Source, *Lost) {
	src := p.source(s, output)
	skipped := make([]bool, len(s.Runs))
	for i, r := range s.Runs {
		skipped[i] = r.Runs == expr.False
	}
	if !slices.Contains(skipped, true) {
		return []Source{src}, nil
	}
	what := fmt.Sprintf("what job %q calls", s.Job.Job.ID.Value)
	if s.Step != nil {
		what = fmt.Sprintf("the step %q (line %d)", lower(s.Step.ID.Value), s.Line)
	}
	lost := p.lost(LostEmpty, what+" does not run")
	lost.Runs = skipped
	return []Source{src}, lost
}

// blank says in which runs an expression comes to nothing, when what it names
// does so in those of blanks (by path; nil for never).
func (n *ids) blank(p place, e *expr.Expr, blanks map[string]*Lost) *Lost {
	text := e.String()
	names := slices.Sorted(maps.Keys(blanks))
	if !strings.ContainsAny(text, "|&(*") || slices.ContainsFunc(e.Refs(), func(r expr.Ref) bool { return r.Flows && r.Dynamic }) {
		var all []*Lost
		for _, name := range names {
			all = append(all, blanks[name])
		}
		return allBlank(all)
	}
	runs := p.in.job.Runs
	if !n.b.spend(100*len(runs), p.file) {
		return nil // said as a limit
	}
	var out *Lost
	for i := range runs {
		given := map[string]expr.Value{}
		var cause *Lost
		for _, name := range names {
			given[name] = expr.SomeString("")
			if blanks[name].at(i) {
				given[name] = expr.Either(expr.AnyString(), expr.Known(nil))
				cause = blanks[name]
			}
		}
		if !e.MayBeEmpty(p.scenario(i), given) {
			continue
		}
		if out == nil {
			if out = p.lost(LostEmpty, "it comes to nothing where its condition does not hold"); cause != nil {
				one := *cause
				out = &one
			}
			out.Runs = make([]bool, len(runs))
		}
		out.Runs[i] = true
	}
	return out
}

// scenario is what is known of run i where the text stands.
func (p place) scenario(i int) *expr.Scenario {
	in := p.in
	switch {
	case in.outputs, in.depth > 0 && len(in.step.Chain) != in.depth:
		return &expr.Scenario{}
	case in.depth > 0:
		return in.step.Runs[i].Scenario
	}
	s := *in.job.Runs[i].Scenario
	if e, err := expr.Parse(in.job.Job.If.Value); !in.job.Job.If.Written() || err == nil && !e.HasStatus() {
		// It starts only where all that it needs went well.
		s.Needs, s.NeedsComplete = map[string]string{}, true
		for _, need := range in.job.Job.Needs {
			s.Needs[lower(need.Value)] = "success"
		}
	}
	return &s
}
