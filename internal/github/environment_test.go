// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/githubtest"
)

const owner, repo = "octo-sci", "samplepkg"

// reason is the reason of an UnreadableError; all else fails the test.
func reason(t *testing.T, err error) string {
	t.Helper()
	u := new(UnreadableError)
	if !errors.As(err, &u) {
		t.Fatalf("%v is no UnreadableError", err)
	}
	noSecret(t, err)
	if !strings.HasPrefix(err.Error(), "reading ") || u.What == "" {
		t.Errorf("%v", err)
	}
	return u.Reason()
}

func TestEnvironment(t *testing.T) {
	s := server(t)
	s.Token, s.PageSize = token, 2
	patterns := []string{"v1.*", "v2.*", "v3.*", "v4.*", "v5.*"}
	s.AddEnvironment(owner, repo, "pypi", githubtest.Environment{
		Reviewers: []string{"octocat", "team:release"}, PreventSelfReview: true, WaitMinutes: 5, NoAdminBypass: true,
		Branches: []string{"main"}, Tags: patterns, Apps: []string{"gatekeeper"}})
	s.AddEnvironment(owner, repo, "bare", githubtest.Environment{})
	s.AddEnvironment(owner, repo, "a/b é", githubtest.Environment{ProtectedBranches: true})
	c := client(t, s)

	policies := []DeploymentPolicy{{Pattern: "main"}}
	for _, p := range patterns {
		policies = append(policies, DeploymentPolicy{Pattern: p, Tag: true})
	}
	for _, tt := range []struct {
		name string
		want Environment
	}{
		{"PyPI", Environment{Name: "PyPI", RequiresReview: true, Reviewers: []Reviewer{{"User", "octocat"}, {"Team", "release"}},
			PreventSelfReview: true, WaitMinutes: 5, Apps: []string{"gatekeeper"}, Restriction: Selected, Policies: policies}},
		{"bare", Environment{Name: "bare", AdminsBypass: true}},
		{"a/b é", Environment{Name: "a/b é", AdminsBypass: true, Restriction: ProtectedOnly}},
		{"none", Environment{Name: "none", AdminsBypass: true, Missing: true}},
	} {
		got, err := c.Environment(t.Context(), owner, repo, tt.name)
		if d := cmp.Diff(tt.want, got); d != "" || err != nil {
			t.Errorf("%s: %v\n%s", tt.name, err, d)
		}
	}
	s.AddBranch(owner, repo, "main", commit, true)
	if e, err := c.Environment(t.Context(), owner, repo, "a/b é"); err != nil || e.AnyProtected != Yes {
		t.Errorf("%+v, %v", e, err)
	}
	onlyToAPI(t, s)
}

func TestEnvironmentName(t *testing.T) {
	s := server(t)
	for _, n := range []string{"", ".", "..", "a\nb", strings.Repeat("x", 256)} {
		if _, err := client(t, s).Environment(t.Context(), owner, repo, n); !strings.Contains(reason(t, err), "not the name") {
			t.Errorf("%q: %v", n, err)
		}
	}
	if _, err := client(t, s).Environment(t.Context(), "a/b", repo, "x"); err == nil {
		t.Error("an owner with a slash is accepted")
	}
	if n := len(s.Requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// TestEnvironmentUnreadable holds that a refusal is never an answer.
func TestEnvironmentUnreadable(t *testing.T) {
	for _, tt := range []struct {
		name  string
		setUp func(*githubtest.Server)
		want  string // in the reason; empty: an answer
	}{
		{"no permission", func(s *githubtest.Server) { s.Deny = map[string]int{"environments": 403} }, "add `permissions: actions: read`"},
		{"token not accepted", func(s *githubtest.Server) { s.Token = "other" }, "does not accept the token"},
		{"rate limit", func(s *githubtest.Server) { s.SecondaryLimit(9, "3600") }, "answers no more until"},
		{"hidden in a private repository", func(s *githubtest.Server) {
			s.Deny = map[string]int{"environments": 404}
			s.SetPrivate(owner, repo)
		}, "no such environment"},
		{"not there in a public repository", func(s *githubtest.Server) { s.Deny = map[string]int{"environments": 404} }, ""},
		{"no such repository", func(s *githubtest.Server) {
			s.Hook = func(w http.ResponseWriter, r *http.Request) bool { http.NotFound(w, r); return true }
		}, "no such environment"},
		{"broken service", func(s *githubtest.Server) { s.FailNext(3, 502, nil) }, "status 502"},
		{"HTML", func(s *githubtest.Server) { s.AnswerNext(1, 200, nil, "<html>") }, "not what its API promises"},
		{"another environment", func(s *githubtest.Server) { s.AnswerNext(1, 200, nil, `{"name":"test"}`) }, "not what its API promises"},
		{"too large", func(s *githubtest.Server) {
			s.AnswerNext(1, 200, nil, `{"name":"pypi","x":"`+strings.Repeat("x", maxSetting)+`"}`)
		}, "too large"},
		{"listed all the same", func(s *githubtest.Server) { s.AnswerNext(1, 404, nil, `{}`) }, "not what its API promises"},
	} {
		s := server(t)
		s.AddEnvironment(owner, repo, "pypi", githubtest.Environment{Reviewers: []string{"octocat"}})
		tt.setUp(s)
		e, err := client(t, s).Environment(t.Context(), owner, repo, "pypi")
		if tt.want == "" {
			if err != nil || !e.Missing {
				t.Errorf("%s: %+v, %v", tt.name, e, err)
			}
			continue
		}
		if got := reason(t, err); !strings.Contains(got, tt.want) || !cmp.Equal(e, Environment{}) {
			t.Errorf("%s: %+v, %q; want %q", tt.name, e, got, tt.want)
		}
	}
}

func TestEnvironmentParts(t *testing.T) {
	for _, tt := range []struct {
		name, part string
		status     int
		body       string
		apps, pats string // in the parts' reasons
	}{
		{"apps refused", "deployment_protection_rules", 403, "{}", "may not read", ""},
		{"apps not offered", "deployment_protection_rules", 404, "{}", "", ""},
		{"apps of a wrong type", "deployment_protection_rules", 200, `{"custom_deployment_protection_rules":{}}`, "not what its API", ""},
		{"patterns refused", "deployment-branch-policies", 403, "{}", "", "may not read"},
		{"patterns not there", "deployment-branch-policies", 404, "{}", "", "no such list"},
		{"patterns of a wrong kind", "deployment-branch-policies", 200, `{"branch_policies":[{"name":"x","type":"moon"}]}`, "", "not what its API"},
		{"too many patterns", "deployment-branch-policies", 200, `{"branch_policies":[` + strings.Repeat(`{"name":"x"},`, maxEntries) + `{"name":"x"}]}`, "", "limit of 1000 entries"},
		{"patterns without a key", "deployment-branch-policies", 200, `{}`, "", "not what its API"},
	} {
		s := server(t)
		s.AddEnvironment(owner, repo, "pypi", githubtest.Environment{Tags: []string{"v*"}, Apps: []string{"app"}})
		s.Hook = func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.HasSuffix(r.URL.Path, tt.part) {
				return false
			}
			w.WriteHeader(tt.status)
			fmt.Fprint(w, tt.body)
			return true
		}
		e, err := client(t, s).Environment(t.Context(), owner, repo, "pypi")
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range []struct {
			err  error
			want string
			rest int
		}{{e.AppsErr, tt.apps, len(e.Apps)}, {e.PoliciesErr, tt.pats, len(e.Policies)}} {
			switch {
			case p.want == "" && p.err != nil, p.want != "" && !strings.Contains(reason(t, p.err), p.want):
				t.Errorf("%s: %v, want %q", tt.name, p.err, p.want)
			case p.err != nil && p.rest > 0:
				t.Errorf("%s: facts beside an error: %+v", tt.name, e)
			}
		}
	}
}

// TestEndlessPages holds that a list without an end costs a bounded number of
// requests and is an error.
func TestEndlessPages(t *testing.T) {
	for _, loop := range []bool{false, true} {
		s := server(t)
		s.AddEnvironment(owner, repo, "pypi", githubtest.Environment{Tags: []string{"v*"}})
		n := 0
		s.Hook = func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.HasSuffix(r.URL.Path, "policies") {
				return false
			}
			if n++; loop {
				n = 1
			}
			w.Header().Set("Link", fmt.Sprintf(`<%s%s?page=%d>; rel="next"`, s.URL(), r.URL.Path, n))
			fmt.Fprint(w, `{"branch_policies":[{"name":"v*","type":"tag"}]}`)
			return true
		}
		e, err := client(t, s).Environment(t.Context(), owner, repo, "pypi")
		most, want := 12, "limit of 10 pages"
		if loop {
			most, want = 4, "read before"
		}
		if err != nil || len(e.Policies) > 0 || len(s.Requests()) > most || !strings.Contains(fmt.Sprint(e.PoliciesErr), want) {
			t.Errorf("loop %t: %+v, %v, %d requests", loop, e, err, len(s.Requests()))
		}
	}
}

func TestDecodeEnvironmentAnswers(t *testing.T) {
	for _, tt := range []struct{ name, raw, want string }{
		{"no name", `{"protection_rules":[]}`, `no "name"`},
		{"name is a number", `{"name":1}`, "expected a string"},
		{"rules are an object", `{"name":"pypi","protection_rules":{}}`, "protection_rules: expected an array"},
		{"rule without a type", `{"name":"pypi","protection_rules":[{}]}`, "no type"},
		{"bypass is a word", `{"name":"pypi","can_admins_bypass":"false"}`, "expected true or false"},
		{"both restrictions", `{"name":"pypi","deployment_branch_policy":{"protected_branches":true,"custom_branch_policies":true}}`, "or neither"},
		{"neither restriction", `{"name":"pypi","deployment_branch_policy":{"protected_branches":false,"custom_branch_policies":false}}`, "or neither"},
		{"negative timer", `{"name":"pypi","protection_rules":[{"type":"wait_timer","wait_timer":-1}]}`, "not negative"},
		{"twice", `{"name":"pypi","name":"test"}`, "there twice"},
		{"long name", `{"name":"` + strings.Repeat("x", maxName+1) + `"}`, "limit of 1024 bytes"},
		{"many reviewers", `{"name":"pypi","protection_rules":[{"reviewers":[` + strings.Repeat(`{},`, 200) + `{}]}]}`, "limit of 100"},
		{"many rules", `{"name":"pypi","protection_rules":[` + strings.Repeat(`{"type":"x"},`, 200) + `{"type":"x"}]}`, "limit of 100"},
	} {
		s := server(t)
		s.AddEnvironment(owner, repo, "pypi", githubtest.Environment{Raw: tt.raw})
		_, err := client(t, s).Environment(t.Context(), owner, repo, "pypi")
		if reason(t, err); !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
	s := server(t)
	s.AddEnvironment(owner, repo, "pypi", githubtest.Environment{
		Raw: `{"name":"pypi","protection_rules":[{"type":"new_kind"},{"type":"required_reviewers","prevent_self_review":true,"reviewers":[{"type":"Team","reviewer":null}]},{"type":"required_reviewers"}]}`})
	e, err := client(t, s).Environment(t.Context(), owner, repo, "pypi")
	want := Environment{Name: "pypi", RequiresReview: true, Reviewers: []Reviewer{{Type: "Team"}}, PreventSelfReview: true, AdminsBypass: true, OtherRules: []string{"new_kind"}}
	if d := cmp.Diff(want, e); d != "" || err != nil {
		t.Errorf("%v\n%s", err, d)
	}
}

func TestPolicyWithoutType(t *testing.T) {
	s := server(t)
	s.AddEnvironment(owner, repo, "pypi", githubtest.Environment{Tags: []string{"v*"}})
	s.Hook = func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "policies") {
			return false
		}
		fmt.Fprint(w, `{"total_count":2,"branch_policies":[{"id":1,"name":"main","type":null},{"id":2,"name":"v*","type":"tag"}]}`)
		return true
	}
	e, err := client(t, s).Environment(t.Context(), owner, repo, "pypi")
	if d := cmp.Diff([]DeploymentPolicy{{"main", false}, {"v*", true}}, e.Policies); d != "" || err != nil || e.PoliciesErr != nil {
		t.Errorf("%v, %v\n%s", err, e.PoliciesErr, d)
	}
}
