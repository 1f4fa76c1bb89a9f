// SPDX-License-Identifier: BSD-3-Clause

package graph

import "github.com/scientific-python/sallyport/internal/workflow"

// Lost is where the id of an artifact cannot be followed any further.
type Lost struct {
	Kind LostKind
	// File, Line and Text are the place and what stands there.
	File string
	Line int
	Text string
	// Reason is a sentence on it, without its full stop.
	Reason string
	// Runs says, parallel to Job.Runs, in which runs that is so; nil for all. In
	// the others it leads to the steps that store what is taken.
	Runs []bool

	call *Step // of the workflow that is not known, nil for none
}

// LostKind says why an id cannot be followed.
type LostKind int

// The kinds of [Lost].
const (
	// LostHere: what stands there is not the id of what a step has stored: a
	// constant, a variable, the output of a script or of an action that is not
	// known.
	LostHere LostKind = iota
	// LostEmpty: nothing gives it a value. Who downloads by an empty id gets
	// all artifacts of the run.
	LostEmpty
	// LostInUnknown: it comes out of a file that could not be read, or of
	// another repository's workflow that is not known. A [Gap] says so.
	LostInUnknown
	// LostToCaller: it is an input of a workflow that nothing in the repository
	// calls, and that starts in no other way than by a call.
	LostToCaller
)

// hidden is the artifact that a called workflow which is not known must have
// stored, since it hands over its id: so the workflow is on the path.
func (l *Lost) hidden() []*Upload {
	s := l.call
	switch {
	case s == nil:
		return nil
	case len(s.Uploads) == 0:
		s.Uploads = []*Upload{{Step: s, Name: "*", Pattern: "*", Remote: true, hidden: true}}
	case !s.Uploads[0].hidden:
		return nil // it is among the others
	}
	return s.Uploads[:1:1]
}

// place is a text that an id is read from.
type place struct {
	workflow.Text
	file string
	in   scope
}

// lost is an id that ends here.
func (p place) lost(kind LostKind, reason string) *Lost {
	return &Lost{Kind: kind, File: p.file, Line: p.Line, Text: p.Value, Reason: reason}
}

// scope is where a text is written, as far as that decides what the names in it
// mean: a job and its steps, a composite action that a step of it uses, or the
// outputs of a workflow that the job calls. A name means the same thing only
// within one scope: the caller's job "build" is not that of the called workflow.
type scope struct {
	job *Job
	// depth is how many composite actions of step's chain the text is inside.
	step  *Step
	depth int
	// until is the step that the text is for, where it is one's: of that job,
	// only the steps before it have outputs by then.
	until *Step
	// outputs: it is an output of the workflow that job calls.
	outputs bool
	// variables is which variables the text can name.
	variables variables
}

// variables are those that a text can name: the value of one can name only
// those around it.
type variables int

const (
	allVariables variables = iota
	aroundStep             // those of the step that the text is written in are being set
	ofWorkflow             // those of the job are being set
	noVariables            // those of the workflow are being set
)
