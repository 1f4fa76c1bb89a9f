// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/githubtest"
)

// history makes a repository whose main is 0 <- 1 <- 2 <- 3, with a release
// branch 1 <- 10 <- 11 <- 12, tags v1 at 1, v2 at 2 (annotated as 200) and
// v1.1 at 11, a commit 50 of a fork on 2, and one 60 that shares nothing.
func history(t *testing.T) *githubtest.Server {
	s := server(t)
	for _, c := range [][]int{{0}, {1, 0}, {2, 1}, {3, 2}, {10, 1}, {11, 10}, {12, 11}, {50, 2}, {60}, {70, 2}} {
		var parents []string
		for _, p := range c[1:] {
			parents = append(parents, sha(p))
		}
		s.AddCommit("actions", "thing", sha(c[0]), "unsigned", parents...)
	}
	s.AddBranch("actions", "thing", "main", sha(3), true)
	s.AddBranch("actions", "thing", "release/1.x", sha(12), true)
	s.AddTag("actions", "thing", "v1", sha(1), "")
	s.AddTag("actions", "thing", "v1.0.0", sha(1), "")
	s.AddTag("actions", "thing", "v2", sha(2), sha(200))
	s.AddTag("actions", "thing", "v1.1", sha(11), "")
	return s
}

func TestTagOfCommit(t *testing.T) {
	s := history(t)
	c := client(t, s)
	for _, tt := range []struct {
		name     string
		commit   int
		tag      string
		want     Pinned
		requests int
	}{
		{"a tag", 1, "", Pinned{Tagged: Yes, Tags: []string{"v1", "v1.0.0"}, Inside: Yes, Commit: sha(1)}, 1},
		{"the comment's tag", 1, "v1.0.0", Pinned{Tagged: Yes, Tags: []string{"v1.0.0"}, Comment: sha(1), Inside: Yes, Commit: sha(1)}, 1},
		{"the comment's annotated tag", 2, "v2", Pinned{Tagged: Yes, Tags: []string{"v2"}, Comment: sha(2), Inside: Yes, Commit: sha(2)}, 2},
		{"the comment is wrong", 1, "v2", Pinned{Tagged: Yes, Tags: []string{"v1", "v1.0.0"}, Comment: sha(2), Inside: Yes, Commit: sha(1)}, 3},
		{"the comment's tag is not there", 1, "v9", Pinned{Tagged: Yes, Tags: []string{"v1", "v1.0.0"}, Inside: Yes, Commit: sha(1)}, 2},
		{"the comment is prose", 1, "pinned for now", Pinned{Tagged: Yes, Tags: []string{"v1", "v1.0.0"}, Inside: Yes, Commit: sha(1)}, 1},
		{"an annotated tag's id", 200, "", Pinned{Tagged: Yes, Tags: []string{"v2"}, Inside: Yes, Commit: sha(2)}, 2},
		{"head of a branch", 3, "", Pinned{Tagged: No, Inside: Yes, Commit: sha(3)}, 3},
		{"on the default branch", 0, "", Pinned{Tagged: No, Inside: Yes, Commit: sha(0)}, 5},
		{"on another branch", 10, "", Pinned{Tagged: No, Inside: Yes, Commit: sha(10)}, 0},
		{"a fork's", 50, "", Pinned{Tagged: No, Inside: No, Commit: sha(50), Why: "it is not in the history of any branch or tag, as is a commit of a fork"}, 0},
		{"of no common history", 60, "v1", Pinned{Tagged: No, Inside: No, Comment: sha(1), Commit: sha(60), Why: "it is not in the history of any branch or tag, as is a commit of a fork"}, 0},
		{"unknown to GitHub", 99, "", Pinned{Tagged: No, Inside: No, Commit: sha(99), Why: "GitHub knows no such commit"}, 2},
	} {
		before := len(s.Requests())
		got, err := c.TagOfCommit(t.Context(), Pin{"actions", "thing", sha(tt.commit), tt.tag})
		if d := cmp.Diff(tt.want, got); d != "" || err != nil {
			t.Errorf("%s: %v\n%s", tt.name, err, d)
		}
		if n := len(s.Requests()) - before; tt.requests != 0 && n != tt.requests {
			t.Errorf("%s: %d requests, want %d", tt.name, n, tt.requests)
		}
	}
}

// TestManyRefs holds that what cannot be looked through is not known, and never
// said not to be there.
func TestManyRefs(t *testing.T) {
	s := history(t)
	for i := range maxCompares {
		s.AddCommit("actions", "thing", sha(1000+i), "unsigned", sha(1))
		s.AddBranch("actions", "thing", fmt.Sprintf("topic-%02d", i), sha(1000+i), false)
	}
	pin := Pin{"actions", "thing", sha(50), ""}
	got, err := client(t, s).TagOfCommit(t.Context(), pin)
	if err != nil || got.Tagged != No || got.Inside != Unknown || !strings.Contains(got.Why, "has more") {
		t.Errorf("%+v, %v", got, err)
	}
	if n := len(s.Requests()); n > maxCompares+5 {
		t.Errorf("%d requests", n)
	}
	// A tag still tells, and so does the default branch.
	for commit, want := range map[int]Pinned{
		11: {Tagged: Yes, Tags: []string{"v1.1"}, Inside: Yes, Commit: sha(11)},
		0:  {Tagged: No, Inside: Yes, Commit: sha(0)},
	} {
		got, err := client(t, s).TagOfCommit(t.Context(), Pin{"actions", "thing", sha(commit), ""})
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("%v\n%s", err, d)
		}
	}

	s = history(t)
	s.PageSize = 1
	for i := range tagPages {
		s.AddTag("actions", "thing", fmt.Sprintf("w%02d", i), sha(3), "")
	}
	for commit, want := range map[int]Known{1: Unknown, 50: Unknown} {
		got, err := client(t, s).TagOfCommit(t.Context(), Pin{"actions", "thing", sha(commit), ""})
		if err != nil || got.Tagged != want {
			t.Errorf("%+v, %v", got, err)
		}
		if commit == 50 && (got.Inside != Unknown || !strings.Contains(got.Why, "than are read")) {
			t.Errorf("%+v", got)
		}
	}
}

func TestPinUnreadable(t *testing.T) {
	pin := Pin{"actions", "thing", sha(50), ""}
	for _, tt := range []struct {
		name string
		pin  Pin
		deny map[string]int
		want string // in the reason
	}{
		{"no repository", Pin{"actions", "other", sha(1), "v1"}, nil, "no such repository"},
		{"tags refused", pin, map[string]int{"tags": 403}, "may not read"},
		{"branches refused", pin, map[string]int{"branches": 403}, "may not read"},
		{"commits refused", pin, map[string]int{"commits": 403}, "may not read"},
		{"compare refused", pin, map[string]int{"compare": 403}, "may not read"},
		{"compare answers 404", pin, map[string]int{"compare": 404}, "no such pair of commits"},
		{"the comment's tag refused", Pin{"actions", "thing", sha(1), "v1"}, map[string]int{"git": 403}, "may not read"},
		{"a short commit", Pin{"actions", "thing", sha(1)[:7], ""}, nil, "not a commit's id"},
		{"no owner", Pin{"", "thing", sha(1), ""}, nil, "not the name of an owner"},
	} {
		s := history(t)
		s.Deny = tt.deny
		got, err := client(t, s).TagOfCommit(t.Context(), tt.pin)
		if !strings.Contains(reason(t, err), tt.want) || !cmp.Equal(got, Pinned{}) {
			t.Errorf("%s: %+v, %v; want %q", tt.name, got, err, tt.want)
		}
	}
	// 404 for a commit of a private repository may be the token's fault.
	s := history(t)
	s.Deny = map[string]int{"commits": 404}
	if got, err := client(t, s).TagOfCommit(t.Context(), pin); err != nil || got.Inside != No {
		t.Errorf("%+v, %v", got, err)
	}
	s.SetPrivate("actions", "thing")
	if got, err := client(t, s).TagOfCommit(t.Context(), pin); err != nil || got.Inside != Unknown || got.Why == "" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestCompareAnswers(t *testing.T) {
	for body, want := range map[string]string{
		`{"status":"sideways"}`: "its status is none",
		`{}`:                    "its status is none",
		`{"status":1}`:          "expected a string",
		`[]`:                    "expected an object",
	} {
		s := history(t)
		s.Hook = func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.Contains(r.URL.Path, "/compare/") {
				return false
			}
			fmt.Fprint(w, body)
			return true
		}
		got, err := client(t, s).TagOfCommit(t.Context(), Pin{"actions", "thing", sha(50), ""})
		if !strings.Contains(fmt.Sprint(err), want) || got.Inside != Unknown {
			t.Errorf("%s: %+v, %v", body, got, err)
		}
	}
}
