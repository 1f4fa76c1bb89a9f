// SPDX-License-Identifier: BSD-3-Clause

package graph

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
)

// ids follows what a step is handed to the steps that made it: the ids of
// artifacts from the download to the steps that stored them, and other texts
// for [Graph.Sources]. It goes through outputs of jobs, of called workflows and
// of composite actions, through the inputs of both, and through variables.
type ids struct {
	b *builder
	// made is what is followed, and by what makes it, for reasons.
	made, by string
	jobs     map[jobKey]*Job
	// outputs are those of jobs that were followed; one that is being followed
	// is nil.
	outputs map[outputKey]*trail
	others  map[string]*ids // by what they follow
}

// jobKey names a job in a run: of the root, or of what the job caller calls.
type jobKey struct {
	root   *workflow.Workflow
	caller *Job
	id     string
}

type outputKey struct {
	job  *Job
	name string
}

// trail is where an id leads: to outputs of steps, or out of sight, or both (see
// [Lost.Runs]).
type trail struct {
	from []Source
	lost *Lost
}

func newIDs(b *builder) *ids {
	n := &ids{b: b, made: "the id of an artifact", by: "a step that stores an artifact", jobs: map[jobKey]*Job{}, outputs: map[outputKey]*trail{}, others: map[string]*ids{}}
	for _, j := range b.g.Jobs {
		n.jobs[jobKey{j.Root, j.caller(), lower(j.Job.ID.Value)}] = j
	}
	return n
}

// caller is the job that calls the workflow that j is in, nil for none.
func (j *Job) caller() *Job {
	if len(j.Callers) == 0 {
		return nil
	}
	return j.Callers[len(j.Callers)-1]
}

// download follows the ids of a download.
func (n *ids) download(d *Download) ([]*Upload, *Lost) {
	s := d.Step
	in := scope{job: s.Job, until: s}
	var vars []workflow.Var
	switch call := s.Job.Job.Call; {
	case s.Step != nil:
		vars, in.step, in.depth = s.Step.With, s, len(s.Chain)
	case call != nil:
		vars = call.With
	}
	text, ok := workflow.Lookup(vars, d.input)
	if !ok || d.input == "" {
		return nil, &Lost{File: d.File, Line: d.Line, Text: d.Text, Reason: "it is not written as an input of its own"}
	}
	sources, blank := n.follow(place{text, d.File, in})
	if blank.fatal() {
		return nil, blank
	}
	var out []*Upload
	for _, src := range sources {
		from, lost := src.uploads()
		if lost != nil {
			return nil, lost
		}
		for _, u := range from {
			if !n.b.spend(1+len(out), d.File) {
				return nil, &Lost{File: d.File, Line: d.Line, Text: d.Text, Reason: tooLong}
			}
			if !slices.Contains(out, u) {
				out = append(out, u)
			}
		}
	}
	return out, blank.where(s.Runs)
}

const tooLong = "it takes too long to follow"

// constant is a text that no step has made.
func (n *ids) constant() string { return "it is a constant, and " + n.made + " is made in the run" }

// follow follows all that a text hands on. One part that leads nowhere is
// enough for the whole to be lost.
func (n *ids) follow(p place) ([]Source, *Lost) {
	var out []Source
	var blanks []*Lost
	for _, part := range n.b.template(p.Value).Parts {
		switch {
		case part.Broken:
			return nil, p.lost(LostHere, "it cannot be read")
		case part.Expr == nil:
			if strings.Trim(part.Text, " \t\r\n,") != "" { // ids are parted by commas
				return nil, p.lost(LostHere, n.constant())
			}
			continue
		}
		from, lost := n.expression(p, part.Expr)
		if lost.fatal() {
			return nil, lost
		}
		blanks = append(blanks, lost)
		for _, src := range from {
			if !n.b.spend(1+len(out), p.file) {
				return nil, p.lost(LostHere, tooLong)
			}
			if !slices.Contains(out, src) {
				out = append(out, src)
			}
		}
	}
	if len(out) == 0 {
		return nil, p.lost(LostEmpty, "it is empty")
	}
	return out, allBlank(blanks)
}

func (n *ids) expression(p place, e *expr.Expr) ([]Source, *Lost) {
	var out []Source
	flows := false
	blanks := map[string]*Lost{}
	for _, ref := range e.Refs() {
		if !ref.Flows {
			continue // it is only compared
		}
		if flows = true; !n.b.spend(1+len(out), p.file) {
			return nil, p.lost(LostHere, tooLong)
		}
		from, lost := n.ref(p, ref)
		if lost.fatal() {
			return nil, lost
		}
		blanks[ref.Path] = lost
		out = append(out, from...)
	}
	if !flows {
		return nil, p.lost(LostHere, n.constant())
	}
	return out, n.blank(p, e, blanks)
}

// ref follows one name in a text.
func (n *ids) ref(p place, ref expr.Ref) ([]Source, *Lost) {
	in := p.in
	switch name, outputs := ref.Property(0), ref.Property(1) == "outputs" && ref.Property(2) != "" && ref.Property(3) == ""; ref.Context() {
	case "needs":
		if outputs && in.depth == 0 && !in.outputs {
			return n.needs(p, ref)
		}
	case "jobs":
		if outputs && in.outputs {
			if j := n.jobs[jobKey{in.job.Root, in.job, name}]; j != nil {
				return n.output(p, j, ref.Property(2))
			}
			return nil, p.lost(LostEmpty, fmt.Sprintf("the workflow has no job %q", name))
		}
	case "steps":
		if outputs && !in.outputs {
			return n.steps(p, name, ref.Property(2))
		}
	case "inputs":
		if ref.Property(1) == "" {
			return n.input(p, name)
		}
	case "env":
		if ref.Property(1) == "" && !ref.Dynamic && !in.outputs {
			return n.variable(p, name)
		}
	}
	return nil, p.lost(LostHere, fmt.Sprintf("%q is not the output of %s", ref.Path, n.by))
}

// needs follows an output of a job that the text's job waits for; of all those
// jobs where the name is a filter or is computed.
func (n *ids) needs(p place, ref expr.Ref) ([]Source, *Lost) {
	id, name := ref.Property(0), ref.Property(2)
	all := ref.Dynamic && id == "*"
	var out []Source
	var blanks []*Lost
	found := false
	for _, need := range p.in.job.Job.Needs {
		j := n.jobs[jobKey{p.in.job.Root, p.in.job.caller(), lower(need.Value)}]
		if j == nil || !all && lower(need.Value) != id {
			continue
		}
		found = true
		from, lost := n.output(p, j, name)
		switch {
		case !lost.fatal():
			out, blanks = append(out, from...), append(blanks, lost)
		case !all || lost.Kind != LostEmpty:
			return nil, lost
		}
	}
	if !found {
		return nil, p.lost(LostEmpty, fmt.Sprintf("job %q does not name %q in its needs, and without that its outputs are empty", p.in.job.Job.ID.Value, id))
	}
	if len(out) == 0 {
		return nil, p.lost(LostEmpty, fmt.Sprintf("no job that it needs has an output %q", name))
	}
	return out, allBlank(blanks)
}

// output follows an output of a job, for the text p.
func (n *ids) output(p place, j *Job, name string) ([]Source, *Lost) {
	if j.Remote != nil {
		return n.outputOf(p, j, name)
	}
	key := outputKey{j, name}
	t, seen := n.outputs[key]
	switch {
	case seen && t == nil:
		return nil, p.lost(LostHere, "it refers to itself")
	case !seen:
		n.outputs[key] = nil
		t = &trail{}
		t.from, t.lost = n.outputOf(p, j, name)
		n.outputs[key] = t
	}
	if t.lost != nil && t.lost.Kind == LostEmpty && t.lost.Line == 0 {
		// What is missing is missed where it is asked for.
		return nil, p.lost(LostEmpty, t.lost.Reason)
	}
	return t.from, t.lost
}

func (n *ids) outputOf(p place, j *Job, name string) ([]Source, *Lost) {
	id := j.Job.ID.Value
	missing := &Lost{Kind: LostEmpty, Reason: fmt.Sprintf("job %q has no output %q", id, name)}
	switch {
	case j.Job.Incomplete:
		return nil, p.lost(LostInUnknown, fmt.Sprintf("part of job %q could not be read", id))
	case j.Remote != nil:
		if len(j.Steps) == 0 {
			return nil, p.lost(LostInUnknown, fmt.Sprintf("what the workflow hands over that job %q calls is not known here", id))
		}
		return n.leaf(p, j.Steps[0], name)
	case j.Calls:
		callee, _, err := n.b.callee(j.Job.Call)
		if err != nil || callee.Trigger("workflow_call") == nil {
			return nil, p.lost(LostInUnknown, fmt.Sprintf("the workflow that job %q calls could not be read", id))
		}
		if text, ok := workflow.Lookup(callee.Trigger("workflow_call").Outputs, name); ok {
			return n.follow(place{text, callee.Path, scope{job: j, outputs: true}})
		}
		return nil, missing
	}
	if text, ok := workflow.Lookup(j.Job.Outputs, name); ok {
		return n.follow(place{text, j.File.Path, scope{job: j}})
	}
	return nil, missing
}
