// SPDX-License-Identifier: BSD-3-Clause

package githubtest

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// settings are what a repository's settings and refs are made of.
type settings struct {
	private       bool
	defaultBranch string
	environments  map[string]Environment // by lower-case name
	rulesets      []Ruleset
	branches      map[string]branch
	tags          map[string]tag
	commits       map[string]commit
}

type branch struct {
	head      string
	protected bool
	rules     []string
}

type tag struct {
	commit string
	object string // of an annotated tag
}

type commit struct {
	parents  []string
	reason   string
	verified bool
}

func newSettings() settings {
	return settings{defaultBranch: "main", environments: map[string]Environment{}, branches: map[string]branch{},
		tags: map[string]tag{}, commits: map[string]commit{}}
}

// Environment is a deployment environment; the zero value has no protection.
type Environment struct {
	// Reviewers are logins, or slugs of teams that begin with "team:".
	Reviewers         []string
	PreventSelfReview bool
	WaitMinutes       int
	NoAdminBypass     bool
	// ProtectedBranches and the patterns exclude each other.
	ProtectedBranches bool
	Branches, Tags    []string
	Apps              []string
	// Raw replaces the answer of the environment itself where not empty.
	Raw string
}

// Ruleset is a ruleset of the repository or of its organisation.
type Ruleset struct {
	ID               int64
	Name             string
	Target           string // "tag" where empty
	Enforcement      string // "active" where empty
	Include, Exclude []string
	Rules            []string
	Bypass           int // negative: not said
}

// SetPrivate makes a repository private, in which a token may see too little.
func (s *Server) SetPrivate(owner, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.repository(owner, name).private = true
}

// SetDefaultBranch replaces "main".
func (s *Server) SetDefaultBranch(owner, name, branch string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.repository(owner, name).defaultBranch = branch
}

// AddEnvironment puts an environment into a repository.
func (s *Server) AddEnvironment(owner, name, env string, e Environment) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.repository(owner, name)
	r.environments[strings.ToLower(env)] = e
}

// AddRuleset puts a ruleset into a repository.
func (s *Server) AddRuleset(owner, name string, r Ruleset) {
	s.mu.Lock()
	defer s.mu.Unlock()
	repo := s.repository(owner, name)
	repo.rulesets = append(repo.rulesets, r)
}

// AddBranch makes a branch; rules are the types of those that cover it.
func (s *Server) AddBranch(owner, name, branchName, head string, protected bool, rules ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.repository(owner, name).branches[branchName] = branch{head, protected, rules}
}

// AddTag makes a tag; object, where not empty, is the id of the annotated tag.
func (s *Server) AddTag(owner, name, tagName, commit, object string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.repository(owner, name).tags[tagName] = tag{commit, object}
}

// AddCommit makes a commit, as of the repository or of a fork: which one it is
// follows from the branches and tags. The reason is GitHub's word for what its
// signature is worth; "valid" means verified.
func (s *Server) AddCommit(owner, name, sha, reason string, parents ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.repository(owner, name).commits[sha] = commit{parents, reason, reason == "valid"}
}

// settings answers what is about settings and refs. The path is taken as it
// was sent, since a name may hold an escaped slash.
func (s *Server) settings(w http.ResponseWriter, r *http.Request, repo *repository) {
	var part []string
	for _, p := range strings.Split(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/")[3:] {
		p, _ = url.PathUnescape(p)
		part = append(part, p)
	}
	if status := s.Deny[part[0]]; status != 0 {
		message(w, status, map[int]string{401: "Bad credentials", 403: "Resource not accessible by integration", 404: "Not Found"}[status])
		return
	}
	is := func(form ...string) bool {
		return slices.EqualFunc(part, form, func(p, f string) bool { return f == "*" || f == p })
	}
	switch {
	case part[0] == "environments":
		s.environment(w, r, repo, part[1:])
	case is("branches"):
		s.paged(w, r, "", s.branchList(repo, r.URL.Query().Get("protected") == "true"))
	case is("branches", "*"):
		b, ok := repo.branches[part[1]]
		found(w, ok, branchAnswer(part[1], b))
	case is("rules", "branches", "*"):
		s.paged(w, r, "", rules(repo.branches[part[2]].rules))
	case part[0] == "rulesets":
		s.ruleset(w, r, repo, part[1:])
	case is("tags"):
		var all []any
		for _, n := range slices.Backward(slices.Sorted(maps.Keys(repo.tags))) {
			all = append(all, map[string]any{"name": n, "commit": map[string]any{"sha": repo.tags[n].commit, "url": "x"}, "node_id": "x"})
		}
		s.paged(w, r, "", all)
	case len(part) > 2 && part[0] == "git":
		gitData(w, repo, part[1:])
	case is("commits", "*"):
		repo.commit(w, part[1])
	case is("compare", "*"):
		repo.compare(w, part[1])
	default:
		message(w, http.StatusNotFound, "Not Found")
	}
}

func found(w http.ResponseWriter, ok bool, v any) {
	if !ok {
		message(w, http.StatusNotFound, "Not Found")
		return
	}
	answer(w, v)
}

// paged answers with one page of a list, by number as GitHub does; key, where
// not empty, wraps it.
func (s *Server) paged(w http.ResponseWriter, r *http.Request, key string, all []any) {
	q := r.URL.Query()
	size, err := strconv.Atoi(q.Get("per_page"))
	if err != nil || size < 1 || size > 100 {
		size = 30
	}
	if s.PageSize > 0 {
		size = min(size, s.PageSize)
	}
	page, err := strconv.Atoi(q.Get("page"))
	if err != nil || page < 1 {
		page = 1
	}
	from := min((page-1)*size, len(all))
	to := min(from+size, len(all))
	if to < len(all) {
		q.Set("page", strconv.Itoa(page+1))
		w.Header().Set("Link", fmt.Sprintf(`<%s%s?%s>; rel="next"`, s.api.URL, r.URL.EscapedPath(), q.Encode()))
	}
	out := append([]any{}, all[from:to]...)
	if key == "" {
		answer(w, out)
		return
	}
	answer(w, map[string]any{"total_count": len(all), key: out})
}
