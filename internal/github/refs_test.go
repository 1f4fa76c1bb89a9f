// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestRefNames(t *testing.T) {
	s := server(t)
	c := client(t, s)
	for _, n := range []string{"", "@", "/x", "x/", "x..y", "x//y", "x@{1}", "a b", "a~1", "a^", "a:b", "a?", "a*", "a[", `a\b`, "a\n", ".a", "a/.b", "a.lock", "a.lock/b", "a.",
		strings.Repeat("a", maxName+1), "${{ github.ref }}"} {
		if _, err := c.Branch(t.Context(), owner, repo, n); !strings.Contains(fmt.Sprint(err), "is not the name") {
			t.Errorf("branch %q: %v", n, err)
		}
		if _, err := c.ResolveRef(t.Context(), owner, repo, n); !strings.Contains(fmt.Sprint(err), "is not the name") {
			t.Errorf("ref %q: %v", n, err)
		}
	}
	if n := len(s.Requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
	for _, n := range []string{"main", "v1.2.3", "a/b", "a@b", "a%2fb", "é", "#1"} {
		if err := checkRef(n); err != nil {
			t.Error(err)
		}
	}
}

func TestResolveRef(t *testing.T) {
	s := server(t)
	s.PageSize = 1
	s.AddTag(owner, repo, "v1", sha(1), "")
	s.AddTag(owner, repo, "a/v2", sha(2), sha(20))
	s.AddTag(owner, repo, "same", sha(3), sha(30))
	s.AddBranch(owner, repo, "same", sha(3), false)
	s.AddTag(owner, repo, "both", sha(4), "")
	s.AddBranch(owner, repo, "both", sha(5), false)
	s.AddBranch(owner, repo, "a/b%2f#c", sha(6), false)
	c := client(t, s)
	for _, tt := range []struct {
		ref    string
		want   Resolved
		commit string
	}{
		{"v1", Resolved{Tag: sha(1)}, sha(1)},
		{"refs/tags/v1", Resolved{Tag: sha(1)}, sha(1)},
		{"a/v2", Resolved{Tag: sha(2)}, sha(2)},
		{"same", Resolved{Tag: sha(3), Branch: sha(3)}, sha(3)},
		{"both", Resolved{Tag: sha(4), Branch: sha(5)}, ""},
		{"refs/heads/both", Resolved{Branch: sha(5)}, sha(5)},
		{"a/b%2f#c", Resolved{Branch: sha(6)}, sha(6)},
	} {
		got, err := c.ResolveRef(t.Context(), owner, repo, tt.ref)
		if got != tt.want || got.Commit() != tt.commit || err != nil {
			t.Errorf("%s: %+v, %v", tt.ref, got, err)
		}
	}
	for _, ref := range []string{"none", "refs/tags/none", "refs/heads/v1"} {
		if _, err := c.ResolveRef(t.Context(), owner, repo, ref); !strings.Contains(reason(t, err), "no such tag or branch") {
			t.Error(err)
		}
	}
	s.Deny = map[string]int{"git": 403}
	if r, err := c.ResolveRef(t.Context(), owner, repo, "v1"); !strings.Contains(reason(t, err), "may not read") || r != (Resolved{}) {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestRefAnswers(t *testing.T) {
	endless := `{"ref":"refs/tags/v1","object":{"type":"tag","sha":"` + sha(1) + `"}}`
	for _, tt := range []struct{ name, body, want string }{
		{"a longer name", `{"ref":"refs/tags/v1.2","object":{"type":"commit","sha":"` + sha(1) + `"}}`, "no such tag or branch"},
		{"a list", `[]`, "expected an object"},
		{"a tree", `{"ref":"refs/tags/v1","object":{"type":"tree","sha":"` + sha(1) + `"}}`, "neither a commit nor a tag"},
		{"no object", `{"ref":"refs/tags/v1"}`, "no type"},
		{"tags for ever", endless, "limit of 5 tags"},
	} {
		s := server(t)
		s.Hook = func(w http.ResponseWriter, r *http.Request) bool {
			fmt.Fprint(w, tt.body)
			return true
		}
		if _, err := client(t, s).ResolveRef(t.Context(), owner, repo, "refs/tags/v1"); !strings.Contains(fmt.Sprint(err), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

func TestCommit(t *testing.T) {
	s := server(t)
	s.AddCommit(owner, repo, sha(1), "valid")
	s.AddCommit(owner, repo, sha(2), "unsigned")
	s.AddTag(owner, repo, "v1", sha(1), sha(10))
	c := client(t, s)
	for asked, want := range map[string]Commit{
		sha(1):  {SHA: sha(1), Verified: true, Reason: "valid"},
		sha(2):  {SHA: sha(2), Reason: "unsigned"},
		sha(10): {SHA: sha(1), Verified: true, Reason: "valid"},
	} {
		if got, err := c.Commit(t.Context(), owner, repo, asked); got != want || err != nil {
			t.Errorf("%+v, %v", got, err)
		}
	}
	if _, err := c.Commit(t.Context(), owner, repo, sha(3)); !strings.Contains(reason(t, err), "no such commit") {
		t.Error(err)
	}
	if _, err := c.Commit(t.Context(), owner, repo, "main"); !strings.Contains(reason(t, err), "not a commit's id") {
		t.Error(err)
	}
	for body, want := range map[string]string{
		`{"sha":"` + sha(1) + `","commit":{"verification":null}}`:               `no "verified"`,
		`{"sha":"` + sha(1) + `","commit":{"verification":{"verified":"yes"}}}`: "true or false",
		`{"commit":{"verification":{"verified":true}}}`:                         `no "sha"`,
		`{"sha":"` + sha(1) + `","commit":{"verification":[]}}`:                 "expected an object",
	} {
		s.AnswerNext(1, 200, nil, body)
		if got, err := c.Commit(t.Context(), owner, repo, sha(1)); !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%s: %+v, %v", body, got, err)
		}
	}
}
