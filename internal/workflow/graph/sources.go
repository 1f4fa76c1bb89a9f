// SPDX-License-Identifier: BSD-3-Clause

package graph

import (
	"fmt"
	"slices"

	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/shell"
)

// Source is an output that a text comes from: of a step, or of another
// repository's workflow that a job calls, whose Step.Step is nil.
type Source struct {
	Step *Step
	// Output is its name, in lower case. Whether the step has one of that name
	// is not known here.
	Output string
	// File, Line and Text are the place that names it, and what stands there.
	File string
	Line int
	Text string
}

// Sources follows a text that is written in a step of a job to the outputs
// that it comes from: through outputs of jobs, called workflows and composite
// actions, through inputs and through variables of the environment. Where one
// part of it leads to no output, all of it is lost.
//
// What is the text that a reason names: "the ledger"; and by what makes it.
func (g *Graph) Sources(s *Step, text workflow.Text, made, by string) ([]Source, *Lost) {
	n := g.ids.asking(made, by)
	out, lost := n.follow(place{text, s.File, scope{job: s.Job, until: s, step: s, depth: len(s.Chain)}})
	if lost.fatal() {
		return nil, lost
	}
	return out, nil
}

// asking is n for another kind of text. What is known of the outputs of one kind
// holds for another one too, but not the reasons.
func (n *ids) asking(made, by string) *ids {
	if n.made == made && n.by == by {
		return n
	}
	other := n.others[made+"\x00"+by]
	if other == nil {
		other = &ids{b: n.b, made: made, by: by, jobs: n.jobs, outputs: map[outputKey]*trail{}}
		n.others[made+"\x00"+by] = other
	}
	return other
}

// source is an output that the text of p names.
func (p place) source(s *Step, output string) Source {
	return Source{Step: s, Output: output, File: p.file, Line: p.Line, Text: p.Value}
}

func (src Source) lost(kind LostKind, format string, args ...any) *Lost {
	return &Lost{Kind: kind, File: src.File, Line: src.Line, Text: src.Text, Reason: fmt.Sprintf(format, args...)}
}

// uploads are the artifacts of which an output is the id.
func (src Source) uploads() ([]*Upload, *Lost) {
	s := src.Step
	out := stored(s, src.Output)
	switch {
	case len(out) > 0:
		return out, nil
	case s.Step == nil && !s.Known.Known:
		lost := src.lost(LostInUnknown, "what the workflow hands over that job %q calls is not known here", s.Job.Job.ID.Value)
		lost.call = s
		return nil, lost
	case s.Step == nil:
		if s.Known.Outputs != nil && !slices.Contains(s.Known.Outputs, src.Output) {
			return nil, src.lost(LostEmpty, "the workflow %q has no output %q", s.Job.Remote.Uses.Name(), src.Output)
		}
		return nil, src.lost(LostHere, "the output %q of %q %s the id of an artifact", src.Output, s.Job.Remote.Uses.Name(), isNot(s))
	}
	id := lower(s.Step.ID.Value)
	switch {
	case s.Step.Run != nil:
		return nil, src.lost(LostHere, "the step %q (line %d) is a script, which may write what it likes", id, s.Line)
	case !s.Known.Known:
		return nil, src.lost(LostHere, "what the step %q (line %d) hands over is not known here", id, s.Line)
	case s.Known.Outputs != nil && !slices.Contains(s.Known.Outputs, src.Output):
		return nil, src.lost(LostEmpty, "the action %q of the step %q (line %d) has no output %q", s.Step.Uses.Name(), id, s.Line, src.Output)
	}
	return nil, src.lost(LostHere, "the output %q of the step %q (line %d) %s the id of an artifact", src.Output, id, s.Line, isNot(s))
}

// isNot is how sure it is that an output of a step is not the id that is looked
// for: where the table has no output for one of its artifacts, it may be that.
func isNot(s *Step) string {
	if slices.ContainsFunc(s.Uploads, func(u *Upload) bool { return u.idOutput != "" }) || len(s.Uploads) == 0 {
		return "is not"
	}
	return "is not known to be"
}

// stored are the artifacts of an action or a called workflow of which an output
// is the id.
func stored(s *Step, output string) []*Upload {
	var out []*Upload
	for _, u := range s.Uploads {
		if u.idOutput != "" && u.idOutput == output {
			out = append(out, u)
		}
	}
	return out
}

// variable follows a variable of the environment: of the step that the text is
// written in, of those that use the composite actions around it, what earlier
// steps left for later ones, of the job, and of the workflow.
func (n *ids) variable(p place, name string) ([]Source, *Lost) {
	in := p.in
	if in.step != nil && in.variables <= aroundStep {
		level := in.depth
		if in.variables == aroundStep {
			level--
		}
		for ; level >= 0; level-- {
			written, file := in.step.Step, in.step.File
			if level < len(in.step.Chain) {
				written, file = in.step.Chain[level].Step, in.step.Chain[level].File
			}
			here := scope{job: in.job, step: in.step, depth: level, until: in.until, variables: aroundStep}
			if out, lost, found := n.among(p, written.Env, name, file, here); found {
				return out, lost
			}
		}
	}
	if in.variables <= aroundStep {
		for _, s := range in.job.Steps {
			if s == in.until {
				break
			}
			for _, w := range s.EnvWrites {
				if lower(w.Name) == name || w.Name == shell.AnyVariable {
					return nil, p.lost(LostHere, fmt.Sprintf("the variable %q may be set by the step on line %d, a script, which may write what it likes", name, s.CallerLine))
				}
			}
		}
	}
	if in.variables < ofWorkflow {
		if out, lost, found := n.among(p, in.job.Job.Env, name, in.job.File.Path, scope{job: in.job, variables: ofWorkflow}); found {
			return out, lost
		}
	}
	if in.variables < noVariables {
		if out, lost, found := n.among(p, in.job.File.Env, name, in.job.File.Path, scope{job: in.job, variables: noVariables}); found {
			return out, lost
		}
	}
	return nil, p.lost(LostEmpty, fmt.Sprintf("the variable %q is not set", name))
}

// among follows all variables of a name, in any letters: which of them a program
// reads depends on the system.
func (n *ids) among(p place, vars []workflow.Var, name, file string, in scope) (out []Source, lost *Lost, found bool) {
	for _, v := range vars {
		switch {
		case !v.Name.Written() || v.Name.HasExpression():
			return nil, p.lost(LostHere, fmt.Sprintf("the variable %q may be among some whose names are computed", name)), true
		case lower(v.Name.Value) != name:
			continue
		}
		found = true
		from, empty := n.follow(place{v.Value, file, in})
		if empty.fatal() {
			return nil, empty, true
		}
		if out = append(out, from...); empty != nil {
			lost = empty
		}
	}
	return out, lost, found
}
