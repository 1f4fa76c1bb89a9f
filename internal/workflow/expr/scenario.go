// SPDX-License-Identifier: BSD-3-Clause

package expr

import (
	"fmt"
	"strings"
)

// GitRef is what is known of the ref that a run is for.
type GitRef struct {
	// Type is "branch", "tag", "pull" (refs/pull/N/merge), or "" if not known.
	Type string
	// Name is the short name, "" if it is not known.
	Name string
	// Pattern is a filter pattern that the name matches, nil for none. It does
	// not count when Name is set.
	Pattern *Pattern
}

// Scenario is one way in which a run of a workflow starts. What is left empty
// is not known, unless a field says otherwise.
type Scenario struct {
	// Event is github.event_name; "" is any event.
	Event string
	// Actions are the possible activity types (github.event.action). Empty:
	// any, for the events that have one.
	Actions []string
	// Ref is github.ref.
	Ref GitRef
	// Base is the branch that a pull request is to be merged into.
	Base GitRef
	// Repository is github.repository, "owner/name". A repository whose own
	// workflows are read is taken to be no fork itself.
	Repository string
	// DefaultBranch is the name of its default branch.
	DefaultBranch string
	// Fork says whether a pull request comes from another repository.
	Fork Truth
	// Crons are the schedules that can start the run.
	Crons []string
	// Inputs is the inputs context by lower-case name. nil: none, but for the
	// events workflow_dispatch and "", where it is not known.
	Inputs map[string]Value
	// EventInputs are the inputs given by hand (github.event.inputs, always
	// text), by lower-case name; nil as for Inputs.
	EventInputs map[string]Value
	// Env, Vars and Matrix give properties of these contexts by name (Env in
	// its exact spelling, Vars and Matrix in lower case). What is missing is
	// not known.
	Env, Vars, Matrix map[string]Value
	// Needs gives the result of jobs by lower-case id: success, failure,
	// cancelled or skipped. What is missing is not known. NeedsComplete says
	// that no other job is needed.
	Needs         map[string]string
	NeedsComplete bool
	// RunnerOS is runner.os: Linux, Windows or macOS.
	RunnerOS string
}

// String describes the scenario in a few words.
func (s *Scenario) String() string {
	if s.Event == "" {
		return "a call by another workflow"
	}
	out := s.Event
	if len(s.Actions) == 1 {
		out += " (" + s.Actions[0] + ")"
	}
	switch s.Fork {
	case True:
		out += " from a fork"
	case False:
		out += " from the same repository"
	}
	if d := s.Ref.describe(); d != "" && s.Event != "pull_request" {
		out += " on " + d
	}
	if d := s.Base.describe(); d != "" {
		out += " into " + d
	}
	return out
}

func (r GitRef) describe() string {
	if r.Type == "" || r.Type == "pull" {
		return ""
	}
	switch {
	case r.Name != "":
		return fmt.Sprintf("%s %s", r.Type, r.Name)
	case r.Pattern != nil:
		return fmt.Sprintf("a %s like %s", r.Type, r.Pattern)
	}
	return "any " + r.Type
}

// folder is the start of the full ref.
func (r GitRef) folder() string {
	switch r.Type {
	case "branch":
		return "refs/heads/"
	case "tag":
		return "refs/tags/"
	case "pull":
		return "refs/pull/"
	}
	return "refs/"
}

// full is the value of github.ref, short that of github.ref_name. sym tells
// one unknown ref from another.
func (r GitRef) full(sym string) Value {
	if r.Name != "" && r.Type != "" {
		return Known(r.folder() + r.Name)
	}
	return r.open(r.folder(), sym+".full")
}

func (r GitRef) short(sym string) Value {
	if r.Name != "" {
		return Known(r.Name)
	}
	return r.open("", sym+".short")
}

func (r GitRef) open(base, sym string) Value {
	o := open{kinds: kindString, truthy: true, prefix: base, sym: sym}
	if r.Pattern != nil && r.Type != "" && r.Type != "pull" {
		start, _ := r.Pattern.head()
		o.prefix += start
		o.names = &names{base, r.Pattern}
	}
	return openValue(o)
}

// refType is github.ref_type.
func (r GitRef) refType() Value {
	switch r.Type {
	case "branch", "tag":
		return Known(r.Type)
	case "pull":
		return OneOf("branch", "")
	}
	return OneOf("branch", "tag", "")
}

// repository is github.repository; other is a repository that is not it.
func (s *Scenario) repository() Value {
	if s.Repository != "" {
		return Known(s.Repository)
	}
	return openValue(open{kinds: kindString, truthy: true, plain: true, sym: "repository"})
}

func (s *Scenario) owner() Value {
	if owner, _, ok := strings.Cut(s.Repository, "/"); ok {
		return Known(owner)
	}
	return openValue(open{kinds: kindString, truthy: true, sym: "owner"})
}

func (s *Scenario) repositoryName() Value {
	if _, name, ok := strings.Cut(s.Repository, "/"); ok {
		return Known(name)
	}
	return openValue(open{kinds: kindString, truthy: true, sym: "name"})
}

// headRepository is the full name of the repository a pull request comes from.
func (s *Scenario) headRepository() Value {
	switch s.Fork {
	case False:
		return s.repository()
	case True:
		o := open{kinds: kindString, truthy: true, plain: true, differs: []string{"repository"}}
		if s.Repository != "" {
			o.differs = []string{"=" + lowerASCII(s.Repository)}
		}
		return openValue(o)
	}
	return openValue(open{kinds: kindString, truthy: true, plain: true})
}

func (s *Scenario) defaultBranch() Value {
	if s.DefaultBranch != "" {
		return Known(s.DefaultBranch)
	}
	return openValue(open{kinds: kindString, truthy: true, sym: "default branch"})
}
