// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/githubtest"
)

// settled is a repository of which everything can be read, and the query for
// all of it.
func settled(t *testing.T) (*githubtest.Server, SettingsQuery) {
	s := history(t)
	s.AddEnvironment(owner, repo, "pypi", githubtest.Environment{Reviewers: []string{"octocat"}})
	s.AddBranch(owner, repo, "main", sha(1), true, "pull_request")
	s.AddBranch(owner, repo, "maint/1.x", sha(1), false)
	s.AddCommit(owner, repo, sha(1), "valid")
	s.AddRuleset(owner, repo, githubtest.Ruleset{ID: 1, Name: "releases", Include: []string{"refs/tags/v*"}, Rules: []string{"update", "deletion"}, Bypass: -1})
	return s, SettingsQuery{
		Owner: owner, Repo: repo, Environments: []string{"PyPI", "pypi", "testpypi"}, Branches: []string{"maint/1.x", "maint/1.x"}, Tags: true, Commit: sha(1),
		Pins: []Pin{{"actions", "thing", sha(1), ""}, {"actions", "thing", sha(3), ""}, {"actions", "thing", sha(50), ""}, {"actions", "thing", sha(1), ""}},
		Refs: []Ref{{"actions", "thing", "v2"}, {"actions", "thing", "v2"}, {"actions", "thing", "none"}},
	}
}

func TestReadSettings(t *testing.T) {
	s, q := settled(t)
	s.Token = token
	got, err := client(t, s).ReadSettings(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	if a := got.Environment("PYPI"); a.Err != nil || !a.Value.RequiresReview {
		t.Errorf("%+v", a)
	}
	if a := got.Environment("testpypi"); a.Err != nil || !a.Value.Missing {
		t.Errorf("%+v", a)
	}
	if a := got.DefaultBranch(); a.Err != nil || a.Value.Name != "main" || !a.Value.Protected || len(a.Value.Rules) != 1 {
		t.Errorf("%+v", a)
	}
	if a := got.Branch("maint/1.x"); a.Err != nil || a.Value.Protected {
		t.Errorf("%+v", a)
	}
	if a := got.Rulesets(); a.Err != nil || ProtectionOf(a.Value, SampleTags([]string{"v*"})...).Fixed() != Yes {
		t.Errorf("%+v", a)
	}
	if a := got.Release(); a.Err != nil || !a.Value.Verified {
		t.Errorf("%+v", a)
	}
	for i, want := range []Known{Yes, Yes, No} {
		if a := got.Pin(q.Pins[i]); a.Err != nil || a.Value.Inside != want {
			t.Errorf("%+v", a)
		}
	}
	if a := got.Ref(q.Refs[0]); a.Err != nil || a.Value.Commit() != sha(2) {
		t.Errorf("%+v", a)
	}
	if a := got.Ref(q.Refs[2]); !strings.Contains(reason(t, a.Err), "no such tag or branch") {
		t.Errorf("%+v", a)
	}
	asked := map[string]int{}
	for _, r := range s.Requests() {
		asked[r.Path+"?"+r.Query]++
	}
	for _, p := range []string{"/repos/actions/thing/tags?per_page=100", "/repos/actions/thing/branches?per_page=100", "/repos/actions/thing/git/ref/tags/v2?"} {
		if asked[p] != 1 {
			t.Errorf("%s was asked %d times", p, asked[p])
		}
	}
	onlyToAPI(t, s)
	again, err := client(t, s).ReadSettings(t.Context(), q)
	equal := cmp.Comparer(func(a, b error) bool { return a == b || a != nil && b != nil && a.Error() == b.Error() })
	if d := cmp.Diff(got, again, equal); d != "" || err != nil {
		t.Errorf("the second time differs: %v\n%s", err, d)
	}
}

// each answer's error, by what was asked.
func errorsOf(s Settings, q SettingsQuery) map[string]error {
	out := map[string]error{"default": s.DefaultBranch().Err, "tags": s.Rulesets().Err, "commit": s.Release().Err}
	for _, e := range q.Environments {
		out["environment "+strings.ToLower(e)] = s.Environment(e).Err
	}
	for _, b := range q.Branches {
		out["branch "+b] = s.Branch(b).Err
	}
	for _, p := range q.Pins {
		out["pin "+p.Commit] = s.Pin(p).Err
	}
	for _, r := range q.Refs {
		out["ref "+r.Name] = s.Ref(r).Err
	}
	return out
}

// TestNotAsked holds that the zero Settings, and any for another question, say
// nothing.
func TestNotAsked(t *testing.T) {
	_, q := settled(t)
	for what, err := range errorsOf(Settings{}, q) {
		if !strings.Contains(reason(t, err), "not asked for") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestSettingsRefused holds that each refusal is the error of what it refuses,
// and that one which holds for everything ends the asking.
func TestSettingsRefused(t *testing.T) {
	for _, tt := range []struct {
		name     string
		setUp    func(*githubtest.Server)
		errors   string // the beginnings of what has an error, besides the ref that is not there
		requests int    // at most
	}{
		{"nothing", func(*githubtest.Server) {}, "", 100},
		{"environments", func(s *githubtest.Server) { s.Deny = map[string]int{"environments": 403} }, "environment", 100},
		{"rulesets", func(s *githubtest.Server) { s.Deny = map[string]int{"rulesets": 403} }, "tags", 100},
		{"commits", func(s *githubtest.Server) { s.Deny = map[string]int{"commits": 403} }, "commit|pin", 100},
		{"token", func(s *githubtest.Server) { s.Token = "other" }, "default|tags|commit|environment|branch|pin|ref", parallel},
		{"rate limit", func(s *githubtest.Server) { s.RateLimit(1000, time.Unix(4e9, 0)) }, "default|tags|commit|environment|branch|pin|ref", parallel},
		{"broken", func(s *githubtest.Server) {
			s.Hook = func(w http.ResponseWriter, r *http.Request) bool { w.WriteHeader(500); return true }
		}, "default|tags|commit|environment|branch|pin|ref", 100},
	} {
		s, q := settled(t)
		tt.setUp(s)
		got, err := client(t, s).ReadSettings(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for what, err := range errorsOf(got, q) {
			if what == "ref none" {
				continue
			}
			want := false
			for _, p := range strings.Split(tt.errors, "|") {
				want = want || p != "" && strings.HasPrefix(what, p)
			}
			// The tagged pin needs no commit to be read.
			if tt.name == "commits" && what == "pin "+sha(1) {
				want = false
			}
			if want != (err != nil) {
				t.Errorf("%s: %s: %v", tt.name, what, err)
			}
			if err != nil {
				reason(t, err)
			}
		}
		if n := len(s.Requests()); n > tt.requests {
			t.Errorf("%s: %d requests", tt.name, n)
		}
	}
}

func TestSettingsEnd(t *testing.T) {
	s, q := settled(t)
	s.Delay = time.Minute
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		for len(s.Requests()) == 0 {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	got, err := client(t, s).ReadSettings(ctx, q)
	if !errors.Is(err, context.Canceled) || !cmp.Equal(got, Settings{}) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestSettingsQueryIsChecked(t *testing.T) {
	s := server(t)
	for name, q := range map[string]SettingsQuery{
		"no owner": {Repo: repo},
		"too many": {Owner: owner, Repo: repo, Pins: make([]Pin, maxAsked+1)},
	} {
		if _, err := client(t, s).ReadSettings(t.Context(), q); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if n := len(s.Requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// TestReasons holds that a reason is short, has no address, and says what to
// do where something can be done.
func TestReasons(t *testing.T) {
	const address = "https://api.github.com/repos/o/r"
	for _, tt := range []struct {
		err  error
		want string
	}{
		{&RateLimitError{URL: address, Reset: time.Unix(0, 0)}, "until 1970-01-01T00:00:00Z"},
		{&RateLimitError{URL: address}, "try again later"},
		{&PermissionError{URL: address, Status: 401}, "does not accept the token"},
		{&PermissionError{URL: address, Status: 403, Permission: "actions: read"}, "`permissions: actions: read`"},
		{&NotFoundError{URL: address, What: "environment"}, "no such environment"},
		{&StatusError{URL: address, Status: 500}, "status 500"},
		{&TransportError{URL: address}, "did not answer"},
		{&AnswerError{URL: address, Err: errors.New("x")}, "not what its API promises"},
		{&AnswerError{URL: address, Err: &LimitError{What: "list", Limit: 3, Unit: "pages"}}, "limit of 3 pages"},
		{context.DeadlineExceeded, "time for it was over"},
		{errors.New("else"), "else"},
	} {
		u := &UnreadableError{What: "it", Err: tt.err}
		if got := u.Reason(); !strings.Contains(got, tt.want) || strings.Contains(got, "https:") {
			t.Errorf("%v: %q, want %q", tt.err, got, tt.want)
		}
		if !errors.Is(u, tt.err) {
			t.Errorf("%v is not in %v", tt.err, u)
		}
	}
}
