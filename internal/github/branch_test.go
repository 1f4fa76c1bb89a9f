// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sha is a commit's id for tests, different for each n.
func sha(n int) string { return digest(n)[:40] }

func TestAbout(t *testing.T) {
	s := server(t)
	s.AddRepository(owner, repo, 7, true)
	s.SetDefaultBranch(owner, repo, "develop")
	s.SetPrivate(owner, repo)
	got, err := client(t, s).About(t.Context(), strings.ToUpper(owner), repo)
	if want := (About{FullName: "octo-sci/samplepkg", DefaultBranch: "develop", Private: true}); got != want || err != nil {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := client(t, s).About(t.Context(), owner, "other"); !strings.Contains(reason(t, err), "no such repository") {
		t.Error(err)
	}
	s.AnswerNext(1, 200, nil, `{"full_name":"a/b"}`)
	if _, err := client(t, s).About(t.Context(), owner, repo); !strings.Contains(fmt.Sprint(err), "default_branch") {
		t.Error(err)
	}
}

func TestBranch(t *testing.T) {
	s := server(t)
	s.AddBranch(owner, repo, "release/1.x", sha(1), true, "deletion", "pull_request")
	s.AddBranch(owner, repo, "open", sha(2), false)
	c := client(t, s)
	for _, want := range []Branch{
		{Name: "release/1.x", Head: sha(1), Protected: true, Rules: []Rule{{Type: "deletion", Ruleset: 42}, {Type: "pull_request", Ruleset: 42, Approvals: 1}}},
		{Name: "open", Head: sha(2)},
	} {
		got, err := c.Branch(t.Context(), owner, repo, want.Name)
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("%v\n%s", err, d)
		}
	}
	if _, err := c.Branch(t.Context(), owner, repo, "none"); !strings.Contains(reason(t, err), "no such branch") {
		t.Error(err)
	}
	s.Deny = map[string]int{"rules": 403}
	if b, err := c.Branch(t.Context(), owner, repo, "open"); err != nil || !strings.Contains(reason(t, b.RulesErr), "metadata: read") {
		t.Errorf("%+v, %v", b, err)
	}
	s.Deny = map[string]int{"branches": 403}
	if _, err := c.Branch(t.Context(), owner, repo, "open"); !strings.Contains(reason(t, err), "contents: read") {
		t.Error(err)
	}
}

func TestBranchAnswers(t *testing.T) {
	for body, want := range map[string]string{
		`{"name":"main","commit":{"sha":"x"},"protected":true}`:              "not lower-case hex",
		`{"name":"main","protected":true}`:                                   "no commit",
		`{"name":"main","commit":{"sha":"` + sha(1) + `"},"protected":null}`: "true or false",
		`{"name":"other","commit":{"sha":"` + sha(1) + `"}}`:                 "another branch",
		`[]`: "expected an object",
		`{"name":"main","commit":{"sha":"` + sha(1) + `"}} x`: "follows",
	} {
		s := server(t)
		s.AnswerNext(1, 200, nil, body)
		if _, err := client(t, s).Branch(t.Context(), owner, repo, "main"); !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%s: %v, want %q", body, err, want)
		}
	}
}
