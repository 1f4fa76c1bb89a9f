// SPDX-License-Identifier: BSD-3-Clause

package workflow

import (
	"errors"
	"fmt"
	"iter"
	"path"
)

// All yields steps and, each after its group, the steps of parallel groups, at
// any depth.
func All(steps []*Step) iter.Seq[*Step] {
	return func(yield func(*Step) bool) { all(steps, yield) }
}

func all(steps []*Step, yield func(*Step) bool) bool {
	for _, s := range steps {
		if !yield(s) || !all(s.Parallel, yield) {
			return false
		}
	}
	return true
}

// Errors of [Repository.Callee].
var (
	// ErrRemote is for a workflow of another repository.
	ErrRemote = errors.New("the reusable workflow is in another repository")
	// ErrNoCallee is for a local workflow that is not in the tree.
	ErrNoCallee = errors.New("the reusable workflow is not in the tree")
)

// Callee returns the local reusable workflow that a job calls. The error is
// [ErrRemote] or [ErrNoCallee], or says that the file cannot be called.
// Following callees is the caller's: they may form a cycle.
func (r *Repository) Callee(c *Call) (*Workflow, error) {
	u := &c.Uses
	switch u.Kind {
	case Remote:
		return nil, ErrRemote
	case Local, Self:
	default:
		return nil, fmt.Errorf("%w: %q", ErrNoCallee, clip(u.Raw.Value))
	}
	if path.Dir(u.Path) == Folder {
		for _, w := range r.Workflows {
			if w.Path != u.Path {
				continue
			}
			if w.Trigger("workflow_call") == nil && !w.Incomplete {
				return nil, fmt.Errorf("reading %q: it has no workflow_call trigger", w.Path)
			}
			return w, nil
		}
	}
	return nil, fmt.Errorf("%w: %q", ErrNoCallee, clip(u.Raw.Value))
}

// Expanded is a step that a job runs, in place: what a composite action runs
// stands where it is used.
type Expanded struct {
	// File is the file in which Step is written.
	File string
	Step *Step
	// Group is the parallel group that Step is in, nil for none.
	Group *Step
	// Chain are the uses of local composite actions that lead to Step, the
	// job's own step first. Their conditions and environments hold for Step.
	Chain []Frame
	// Action is set where Step uses a local action that is not composite.
	Action *Action
	// Fault says why a step that uses a local action is not expanded, or why
	// nothing comes after it; "" means that all is well. What such a step does
	// is unknown.
	Fault string
	// Truncated is true on the last step if there are more than [MaxExpanded].
	Truncated bool
}

// Frame is one use of a local composite action.
type Frame struct {
	File   string // in which the using step is written
	Step   *Step
	Group  *Step // as in [Expanded]
	Action *Action
	Inputs []Binding // the action's inputs in its order, then others
}

// Binding is an input of a composite action with the text it is bound to: the
// using step's, else the default. Expressions in the text belong to the file
// it is written in: the using step's, or the action's for a default.
type Binding struct {
	Name       string
	Value      Text
	Default    bool // Value is the action's default
	Undeclared bool // the action does not declare it
}

// Input returns what an input of the innermost composite action is bound to.
func (x *Expanded) Input(name string) (Binding, bool) {
	if len(x.Chain) > 0 {
		for _, b := range x.Chain[len(x.Chain)-1].Inputs {
			if equalFold(b.Name, name) {
				return b, true
			}
		}
	}
	return Binding{}, false
}

// Expand yields the steps that a job of a file runs, in their order, with
// local composite actions expanded in place. A parallel group yields its
// steps, not itself. It ends after [MaxExpanded] steps; composites that call
// themselves, nest deeper than [MaxActionDepth], or are not in the tree are
// yielded with a Fault.
func (r *Repository) Expand(file string, steps []*Step) iter.Seq[Expanded] {
	return func(yield func(Expanded) bool) {
		e := expansion{r: r, yield: yield}
		e.steps(file, steps, nil, nil)
	}
}

type expansion struct {
	r     *Repository
	yield func(Expanded) bool
	count int
	work  int // frames entered; a composite may be empty
}

func (e *expansion) emit(x Expanded) bool {
	if e.count++; e.count >= MaxExpanded {
		x.Truncated = true
		x.Fault = fmt.Sprintf("the job runs %d steps or more; the rest was not read", MaxExpanded)
		e.yield(x)
		return false
	}
	return e.yield(x)
}

func (e *expansion) steps(file string, steps []*Step, group *Step, chain []Frame) bool {
	for _, s := range steps {
		if s.Parallel != nil {
			if !e.steps(file, s.Parallel, s, chain) {
				return false
			}
			if s.Uses == nil && s.Run == nil {
				continue
			}
		}
		x := Expanded{File: file, Step: s, Group: group, Chain: chain}
		if s.Uses == nil || s.Uses.Kind != Local && s.Uses.Kind != Self {
			if !e.emit(x) {
				return false
			}
			continue
		}
		a := e.r.Actions[s.Uses.Path]
		switch {
		case a == nil:
			x.Fault = fmt.Sprintf("the local action %q is not in the tree", clip(s.Uses.Raw.Value))
		case a.Incomplete:
			x.Fault = fmt.Sprintf("the local action %q could not be read whole", a.Path)
		case a.Kind != ActionComposite:
			x.Action = a
		case contains(chain, a):
			x.Fault = fmt.Sprintf("the composite action %q uses itself", a.Path)
		case len(chain) >= MaxActionDepth:
			x.Fault = fmt.Sprintf("composite actions nest deeper than %d", MaxActionDepth)
		}
		if x.Fault != "" || x.Action != nil {
			if !e.emit(x) {
				return false
			}
			if a == nil || !a.Incomplete || a.Kind != ActionComposite || contains(chain, a) || len(chain) >= MaxActionDepth {
				continue
			}
		}
		if e.work++; e.work > MaxExpanded {
			x.Truncated = true
			x.Fault = fmt.Sprintf("the job uses %d composite actions or more; the rest was not read", MaxExpanded)
			e.yield(x)
			return false
		}
		frame := Frame{File: file, Step: s, Group: group, Action: a, Inputs: bind(s, a)}
		if !e.steps(a.Path, a.Steps, nil, append(chain[:len(chain):len(chain)], frame)) {
			return false
		}
	}
	return true
}

func contains(chain []Frame, a *Action) bool {
	for _, f := range chain {
		if f.Action == a {
			return true
		}
	}
	return false
}

func bind(s *Step, a *Action) []Binding {
	out := make([]Binding, 0, len(a.Inputs))
	for _, in := range a.Inputs {
		b := Binding{Name: in.Name.Value, Value: in.Default, Default: true}
		if v, ok := Lookup(s.With, in.Name.Value); ok {
			b.Value, b.Default = v, false
		}
		out = append(out, b)
	}
	for _, v := range s.With {
		declared := false
		for _, in := range a.Inputs {
			declared = declared || equalFold(in.Name.Value, v.Name.Value)
		}
		if !declared {
			out = append(out, Binding{Name: v.Name.Value, Value: v.Value, Undeclared: true})
		}
	}
	return out
}
