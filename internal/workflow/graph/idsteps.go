// SPDX-License-Identifier: BSD-3-Clause

package graph

import (
	"fmt"

	"github.com/scientific-python/sallyport/internal/workflow"
)

// steps follows an output of a step, among those that the text can name: the
// job's own, or those of the composite action that it stands in.
func (n *ids) steps(p place, id, name string) ([]Source, *Lost) {
	for _, s := range p.in.job.Steps {
		if s == p.in.until {
			break
		}
		if s.Step == nil || !p.in.beside(s) {
			continue
		}
		if len(s.Chain) > p.in.depth { // inside a composite action
			frame := s.Chain[p.in.depth]
			if lower(frame.Step.ID.Value) != id {
				continue
			}
			if text, ok := workflow.Lookup(frame.Action.Outputs, name); ok {
				return n.follow(place{text, frame.Action.Path, scope{job: s.Job, step: s, depth: p.in.depth + 1}})
			}
			return nil, p.lost(LostEmpty, fmt.Sprintf("the action %q has no output %q", frame.Step.Uses.Raw.Value, name))
		}
		if lower(s.Step.ID.Value) != id {
			continue
		}
		return n.leaf(p, s, name)
	}
	return nil, p.lost(LostEmpty, fmt.Sprintf("no step %q runs before", id))
}

// beside reports whether a step is in the scope or in an action inside it.
func (in scope) beside(s *Step) bool {
	if len(s.Chain) < in.depth {
		return false
	}
	for i := range in.depth {
		if s.Chain[i].Step != in.step.Chain[i].Step {
			return false
		}
	}
	return true
}

// input follows an input of the composite action or of the called workflow
// that a text stands in.
func (n *ids) input(p place, name string) ([]Source, *Lost) {
	constant := "it is the default of an input, and " + n.made + " is made in the run"
	in := p.in
	if in.depth > 0 {
		frame := in.step.Chain[in.depth-1]
		for _, bound := range frame.Inputs {
			if lower(bound.Name) != name {
				continue
			}
			if bound.Default {
				return nil, p.unset(bound.Value.Value, constant)
			}
			return n.follow(place{bound.Value, frame.File, scope{job: in.job, step: in.step, depth: in.depth - 1, until: in.until}})
		}
		return nil, p.lost(LostEmpty, fmt.Sprintf("the action has no input %q", name))
	}
	caller, file := in.job.caller(), in.job.File
	if in.outputs { // the inputs are those of the workflow that the job calls
		callee, _, err := n.b.callee(in.job.Job.Call)
		if err != nil {
			return nil, p.lost(LostInUnknown, "the workflow could not be read")
		}
		caller, file = in.job, callee
	}
	if caller == nil {
		if startsByCallOnly(in.job) {
			return nil, p.lost(LostToCaller, fmt.Sprintf("the input %q is what a caller hands over", name))
		}
		return nil, p.lost(LostHere, fmt.Sprintf("the input %q is what somebody writes who starts the run, or nothing where it starts by itself", name))
	}
	if text, ok := workflow.Lookup(caller.Job.Call.With, name); ok {
		return n.follow(place{text, caller.File.Path, scope{job: caller}})
	}
	if t := file.Trigger("workflow_call"); t != nil {
		for _, declared := range t.Inputs {
			if lower(declared.Name.Value) == name {
				return nil, p.unset(declared.Default.Value, fmt.Sprintf("job %q does not hand over %q; %s", caller.Job.ID.Value, name, constant))
			}
		}
	}
	return nil, p.lost(LostEmpty, fmt.Sprintf("the workflow has no input %q", name))
}

// unset is an id that is an input's default.
func (p place) unset(text, reason string) *Lost {
	if text == "" {
		return p.lost(LostEmpty, "the input is not handed over, and its default is empty")
	}
	return p.lost(LostHere, reason)
}

// startsByCallOnly reports whether a job's workflow is there for callers that
// are not in the repository.
func startsByCallOnly(j *Job) bool {
	for _, t := range j.Root.Triggers {
		if t.Event != "workflow_call" {
			return false
		}
	}
	return len(j.Root.Triggers) > 0 && !j.Root.Incomplete
}

// ownID is the id by which a step, or the step whose composite it is in, is
// known to its job.
func ownID(s *Step) string {
	if len(s.Chain) > 0 {
		return lower(s.Chain[0].Step.ID.Value)
	}
	return lower(s.Step.ID.Value)
}
