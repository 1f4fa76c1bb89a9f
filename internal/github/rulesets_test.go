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

func TestTagRulesets(t *testing.T) {
	s := server(t)
	s.PageSize = 1
	for _, r := range []githubtest.Ruleset{
		{ID: 1, Name: "releases", Include: []string{"refs/tags/v*"}, Exclude: []string{"refs/tags/v0*"}, Rules: []string{"update", "deletion", "creation", "update"}, Bypass: -1},
		{ID: 2, Name: "trial", Enforcement: "evaluate", Include: []string{"~ALL"}, Rules: []string{"deletion"}},
		{ID: 3, Name: "main", Target: "branch", Include: []string{"~DEFAULT_BRANCH"}, Rules: []string{"deletion"}},
		{ID: 4, Name: "all", Include: []string{"~ALL"}, Rules: []string{"deletion"}, Bypass: 2},
	} {
		s.AddRuleset(owner, repo, r)
	}
	c := client(t, s)
	source := owner + "/" + repo
	want := []Ruleset{
		{ID: 1, Name: "releases", Source: source, Active: true, Include: []string{"refs/tags/v*"}, Exclude: []string{"refs/tags/v0*"}, Refs: true,
			Rules: []string{"creation", "deletion", "update"}, Bypass: -1},
		{ID: 2, Name: "trial", Source: source, Bypass: -1},
		{ID: 4, Name: "all", Source: source, Active: true, Include: []string{"~ALL"}, Refs: true, Rules: []string{"deletion"}, Bypass: 2},
	}
	got, err := c.TagRulesets(t.Context(), owner, repo)
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Errorf("%v\n%s", err, d)
	}
	s.Hook = func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/rulesets/1") {
			return false
		}
		w.WriteHeader(403)
		return true
	}
	got, err = c.TagRulesets(t.Context(), owner, repo)
	if err != nil || len(got) != 3 || !strings.Contains(reason(t, got[0].Err), "metadata: read") || got[0].Rules != nil || got[2].Err != nil {
		t.Errorf("%+v, %v", got, err)
	}
	s.Hook = nil
	s.Deny = map[string]int{"rulesets": 404}
	if got, err := c.TagRulesets(t.Context(), owner, repo); got != nil || !strings.Contains(reason(t, err), "no such list of rulesets") {
		t.Errorf("%+v, %v", got, err)
	}
	s.Deny = nil
	for i := range maxRulesets {
		s.AddRuleset(owner, repo, githubtest.Ruleset{ID: int64(100 + i)})
	}
	s.PageSize = 0
	if _, err := c.TagRulesets(t.Context(), owner, repo); !strings.Contains(fmt.Sprint(err), "limit of 50") {
		t.Error(err)
	}
}

func TestRulesetAnswers(t *testing.T) {
	for body, want := range map[string]string{
		`{"id":1,"target":"tag","enforcement":"active"}`:                                           `no "rules"`,
		`{"id":2,"target":"tag","enforcement":"active","rules":[]}`:                                "another ruleset",
		`{"id":1,"enforcement":"active","rules":[]}`:                                               "another ruleset",
		`{"id":1,"target":"tag","rules":[]}`:                                                       "no enforcement",
		`{"id":1,"target":"tag","enforcement":"active","rules":[{}]}`:                              "no type",
		`{"id":1,"target":"tag","enforcement":"active","conditions":{"ref_name":{"include":[1]}}}`: "expected a string",
	} {
		s := server(t)
		s.AddRuleset(owner, repo, githubtest.Ruleset{ID: 1, Name: "x"})
		s.Hook = func(w http.ResponseWriter, r *http.Request) bool {
			if strings.HasSuffix(r.URL.Path, "/1") {
				fmt.Fprint(w, body)
			}
			return strings.HasSuffix(r.URL.Path, "/1")
		}
		got, err := client(t, s).TagRulesets(t.Context(), owner, repo)
		if err != nil || len(got) != 1 || !strings.Contains(fmt.Sprint(got[0].Err), want) {
			t.Errorf("%s: %+v, %v; want %q", body, got, err, want)
		}
	}
}

// TestTargetsPassedOver holds that a ruleset for branches does not count for
// tags where GitHub lists it all the same.
func TestTargetsPassedOver(t *testing.T) {
	s := server(t)
	s.AnswerNext(1, 200, nil, `[{"id":1,"name":"a","target":"branch","enforcement":"active"},{"id":2,"name":"b","enforcement":"active"},{"id":3,"name":"c","target":"push","enforcement":"active"}]`)
	got, err := client(t, s).TagRulesets(t.Context(), owner, repo)
	if len(got) != 0 || err != nil || len(s.Requests()) != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}
