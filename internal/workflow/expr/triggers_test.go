// SPDX-License-Identifier: BSD-3-Clause

package expr

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestScenarios(t *testing.T) {
	repo := Repo{"octo/lab", "main"}
	for _, c := range []struct {
		name    string
		trigger Trigger
		want    string // descriptions, separated by "; "
	}{
		{"push", Trigger{Event: "push"}, "push on any branch; push on any tag"},
		{"paths", Trigger{Event: "push", Paths: []string{"src/**"}}, "push on any branch; push on any tag"},
		{"tags alone", Trigger{Event: "push", Tags: []string{"v*", "1.0"}}, "push on a tag like v*; push on tag 1.0"},
		{"branches alone", Trigger{Event: "push", Branches: []string{"main"}}, "push on branch main"},
		{"ignored branches", Trigger{Event: "push", BranchesIgnore: []string{"wip"}}, "push on any branch"},
		{"all branches ignored", Trigger{Event: "push", BranchesIgnore: []string{"**"}, Tags: []string{"**"}}, "push on a tag like **"},
		{"negative", Trigger{Event: "push", Tags: []string{"v*", "v1", "!v1"}}, "push on a tag like v*"},
		{"all taken back", Trigger{Event: "push", Tags: []string{"v*", "!**"}}, ""},
		{"only negative", Trigger{Event: "push", Tags: []string{"!v1"}}, "push on any tag"},
		{"empty list", Trigger{Event: "push", Branches: []string{}, Tags: []string{"v1"}}, "push on tag v1"},
		{"not readable", Trigger{Event: "push", Tags: []string{"["}}, "push on any tag"},
		{"too many", Trigger{Event: "push", Tags: strings.Fields(strings.Repeat("v1 ", maxPatterns+1))}, "push on any tag"},
		{"pull request", Trigger{Event: "pull_request"}, "pull_request from a fork into any branch; pull_request from the same repository into any branch"},
		{"closed", Trigger{Event: "pull_request", Types: []string{"closed"}, Branches: []string{"main"}},
			"pull_request (closed) from a fork into branch main; pull_request (closed) from a fork into branch main; " +
				"pull_request (closed) from the same repository into branch main; pull_request (closed) from the same repository into branch main"},
		{"target", Trigger{Event: "pull_request_target"}, "pull_request_target from a fork on any branch into any branch; " +
			"pull_request_target from the same repository on any branch into any branch"},
		{"release", Trigger{Event: "release", Types: []string{"published", "created"}}, "release (published) on any tag; release (created) on any tag"},
		{"any release", Trigger{Event: "release"}, "release (published) on any tag; release (unpublished) on any tag; release (created) on any tag; " +
			"release (edited) on any tag; release (deleted) on any tag; release (prereleased) on any tag; release (released) on any tag"},
		{"by hand", Trigger{Event: "workflow_dispatch"}, "workflow_dispatch on any branch; workflow_dispatch on any tag"},
		{"schedule", Trigger{Event: "schedule"}, "schedule on branch main"},
		{"after another", Trigger{Event: "workflow_run", Types: []string{"completed"}}, "workflow_run (completed) on branch main"},
		{"comment", Trigger{Event: "issue_comment"}, "issue_comment on branch main"},
		{"call", Trigger{Event: "workflow_call"}, "a call by another workflow"},
		{"some other", Trigger{Event: "create"}, "create"},
	} {
		var got []string
		for _, s := range Scenarios([]Trigger{c.trigger}, repo) {
			got = append(got, s.String())
			if s.Repository != repo.FullName || s.DefaultBranch != repo.DefaultBranch {
				t.Errorf("%s: %+v does not name the repository", c.name, s)
			}
		}
		if diff := cmp.Diff(c.want, strings.Join(got, "; ")); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

// TestDeletedFork: a pull request whose repository is gone has no head
// repository, and then a comparison with false holds.
func TestDeletedFork(t *testing.T) {
	e, _ := Parse("github.event.pull_request.head.repo.fork == false")
	for types, want := range map[string]Truth{"opened": False, "opened synchronize reopened": False, "labeled": Unknown, "opened edited": Unknown} {
		s := Scenarios([]Trigger{{Event: "pull_request_target", Types: strings.Fields(types)}}, Repo{})[0]
		if got := e.Eval(s); s.Fork != True || got != want {
			t.Errorf("%s: %v, want %v", types, got, want)
		}
	}
}

func TestInputs(t *testing.T) {
	text := "x"
	in := values([]Input{
		{Name: "Flag", Type: "boolean", Required: true}, {Name: "n", Type: "number", Required: true},
		{Name: "pick", Type: "choice", Options: []string{"a", "b"}, Default: &text}, {Name: "free"},
	}, false)
	for _, c := range []struct {
		name string
		want []string
		all  bool
	}{
		{"flag", []string{"true", "false"}, true}, {"n", nil, false},
		{"pick", []string{"a", "b", "", "x"}, true}, {"free", []string{""}, false},
	} {
		got, all := in[c.name].Texts()
		if diff := cmp.Diff(c.want, got); diff != "" || all != c.all {
			t.Errorf("%s: all %v %s", c.name, all, diff)
		}
	}
	if v := (Value{}); v.Truth() != Unknown {
		t.Error("the zero value is known")
	}
	var many []any
	for i := range 100 {
		many = append(many, i+1)
	}
	if _, all := OneOf(many...).Texts(); all || OneOf(many...).Truth() != True {
		t.Error("a large set is not widened to a class that is true")
	}
}
