// SPDX-License-Identifier: BSD-3-Clause

package expr

import (
	"slices"
	"strings"
)

// Trigger is one entry of a workflow's `on:`. A filter without patterns counts
// as not given. Filters on paths and on other workflows decide nothing here.
type Trigger struct {
	Event                    string
	Branches, BranchesIgnore []string
	Tags, TagsIgnore         []string
	Paths, PathsIgnore       []string
	Types, Crons, Workflows  []string
	Inputs                   []Input
}

// Input is a declared input of workflow_dispatch or workflow_call.
type Input struct {
	Name     string
	Type     string // boolean, number, string, choice, environment; "" is string
	Options  []string
	Default  *string
	Required bool
}

// Repo is what is known of the repository; empty fields are not known.
type Repo struct {
	FullName      string // owner/name
	DefaultBranch string
}

// maxPatterns is how many patterns of one filter get a scenario each. A longer
// filter gets one scenario for any name.
const maxPatterns = 32

// Scenarios returns every way in which the triggers let a run start, in the
// order of the triggers: a filter on refs gives one scenario for each positive
// pattern, a pull request one from a fork and one from the same repository.
// Ways that GitHub does not document (an event that is not known) come as a
// scenario with an unknown ref.
func Scenarios(triggers []Trigger, repo Repo) []*Scenario {
	var out []*Scenario
	for _, t := range triggers {
		for _, s := range t.scenarios(repo) {
			s.Event = t.Event
			s.Repository, s.DefaultBranch = repo.FullName, repo.DefaultBranch
			if t.Event == "workflow_call" {
				// The github context is the caller's.
				s.Event, s.Ref = "", GitRef{}
			}
			out = append(out, s)
		}
	}
	return out
}

func (t Trigger) scenarios(repo Repo) []*Scenario {
	one := func(r GitRef) []*Scenario { return []*Scenario{{Ref: r, Actions: t.Types}} }
	home := GitRef{Type: "branch", Name: repo.DefaultBranch}
	switch t.Event {
	case "push":
		return t.push()
	case "pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment":
		return t.pull()
	case "release":
		return t.release()
	case "workflow_dispatch":
		var out []*Scenario
		for _, kind := range []string{"branch", "tag"} {
			s := &Scenario{Ref: GitRef{Type: kind}}
			s.Inputs, s.EventInputs = values(t.Inputs, false), values(t.Inputs, true)
			out = append(out, s)
		}
		return out
	case "workflow_call":
		return []*Scenario{{Inputs: values(t.Inputs, false)}}
	case "schedule":
		return []*Scenario{{Ref: home, Crons: t.Crons}}
	case "workflow_run", "issues", "issue_comment", "discussion", "discussion_comment", "repository_dispatch",
		"fork", "gollum", "label", "milestone", "page_build", "public", "watch", "delete", "branch_protection_rule":
		return one(home)
	}
	return one(GitRef{})
}

// push: a filter on branches alone keeps tags out, and the other way round.
func (t Trigger) push() []*Scenario {
	branches := len(t.Branches)+len(t.BranchesIgnore) > 0
	tags := len(t.Tags)+len(t.TagsIgnore) > 0
	var out []*Scenario
	if branches || !tags {
		out = append(out, refs("branch", t.Branches, t.BranchesIgnore)...)
	}
	if tags || !branches {
		out = append(out, refs("tag", t.Tags, t.TagsIgnore)...)
	}
	return out
}

// refs returns a scenario for each positive pattern of a filter.
func refs(kind string, only, ignore []string) []*Scenario {
	var out []*Scenario
	for _, r := range gitRefs(kind, only, ignore) {
		out = append(out, &Scenario{Ref: r})
	}
	return out
}

func gitRefs(kind string, only, ignore []string) []GitRef {
	if len(only) == 0 {
		if slices.Contains(ignore, "**") {
			return nil
		}
		return []GitRef{{Type: kind}}
	}
	filter := NewFilter(only, false)
	if len(only) > maxPatterns || !slices.ContainsFunc(filter.rules, func(r rule) bool { return !r.negative }) {
		return []GitRef{{Type: kind}}
	}
	var out []GitRef
	for i, r := range filter.rules {
		if r.negative {
			continue
		}
		g := GitRef{Type: kind, Pattern: r.pattern}
		if r.pattern != nil {
			if name, ok := r.pattern.Literal(); ok {
				g = GitRef{Type: kind, Name: name}
				if filter.Match(name) == False {
					continue
				}
			}
		}
		if slices.ContainsFunc(filter.rules[i+1:], func(o rule) bool { return o.negative && o.all() }) {
			continue
		}
		out = append(out, g)
	}
	return out
}

// all reports whether the rule matches every name.
func (r rule) all() bool { return r.pattern != nil && r.pattern.src == "**" }

// pull gives pull requests from a fork and from the repository itself, and
// merged ones apart, whose ref is the branch they went into.
func (t Trigger) pull() []*Scenario {
	types := t.Types
	if len(types) == 0 && (t.Event == "pull_request" || t.Event == "pull_request_target") {
		types = []string{"opened", "synchronize", "reopened"}
	}
	var out []*Scenario
	for _, base := range gitRefs("branch", t.Branches, t.BranchesIgnore) {
		for _, fork := range []Truth{True, False} {
			s := &Scenario{Actions: types, Base: base, Fork: fork}
			switch {
			case t.Event == "pull_request_target":
				s.Ref = GitRef{Type: "branch"} // the base, or the default branch
			case slices.Contains(types, "closed"):
				merged := *s
				merged.Actions, merged.Ref = []string{"closed"}, base
				out = append(out, &merged)
				s.Ref = GitRef{Type: "pull"}
			default:
				s.Ref = GitRef{Type: "pull"}
			}
			out = append(out, s)
		}
	}
	return out
}

// release gives one scenario for each activity type.
func (t Trigger) release() []*Scenario {
	types := t.Types
	if len(types) == 0 {
		types = []string{"published", "unpublished", "created", "edited", "deleted", "prereleased", "released"}
	}
	var out []*Scenario
	for _, action := range types {
		out = append(out, &Scenario{Ref: GitRef{Type: "tag"}, Actions: []string{action}})
	}
	return out
}

// Call returns the scenario of a reusable workflow that is called in s with
// these inputs (by lower-case name): the github context stays, what belongs to
// the caller's job goes.
func (s *Scenario) Call(inputs map[string]Value) *Scenario {
	out := *s
	if inputs == nil {
		inputs = map[string]Value{}
	}
	out.Inputs, out.Env, out.Matrix, out.Needs, out.NeedsComplete, out.RunnerOS = inputs, nil, nil, nil, false, ""
	return &out
}

// values are the possible values of declared inputs; as text for
// github.event.inputs.
func values(inputs []Input, asText bool) map[string]Value {
	out := map[string]Value{}
	for _, in := range inputs {
		var v Value
		switch {
		case in.Type == "boolean" && asText:
			v = OneOf("true", "false")
		case in.Type == "boolean":
			v = AnyBool()
		case in.Type == "number" && !asText:
			v = AnyNumber()
		case in.Type == "choice" && len(in.Options) > 0 && len(in.Options) < maxItems:
			v = OneOf(anys(in.Options)...)
		default:
			v = AnyString()
		}
		if !in.Required {
			v = Either(v, OneOf("", nil))
			if in.Default != nil && in.Type == "choice" {
				v = Either(v, Known(*in.Default))
			}
		}
		out[strings.ToLower(in.Name)] = v
	}
	return out
}
