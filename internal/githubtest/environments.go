// SPDX-License-Identifier: BSD-3-Clause

package githubtest

import (
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// environment answers below /environments.
func (s *Server) environment(w http.ResponseWriter, r *http.Request, repo *repository, part []string) {
	if len(part) == 0 {
		var all []any
		for _, n := range slices.Sorted(maps.Keys(repo.environments)) {
			all = append(all, repo.environments[n].answer(n))
		}
		s.paged(w, r, "environments", all)
		return
	}
	e, ok := repo.environments[strings.ToLower(part[0])]
	switch {
	case !ok:
		message(w, http.StatusNotFound, "Not Found")
	case len(part) == 1 && e.Raw != "":
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = io.WriteString(w, e.Raw)
	case len(part) == 1:
		answer(w, e.answer(part[0]))
	case part[1] == "deployment-branch-policies" && len(e.Branches)+len(e.Tags) > 0:
		var all []any
		for _, l := range []struct {
			kind  string
			names []string
		}{{"branch", e.Branches}, {"tag", e.Tags}} {
			for _, n := range l.names {
				all = append(all, map[string]any{"id": len(all) + 1, "node_id": "x", "name": n, "type": l.kind})
			}
		}
		s.paged(w, r, "branch_policies", all)
	case part[1] == "deployment_protection_rules":
		var all []any
		for _, n := range e.Apps {
			all = append(all, map[string]any{"id": len(all) + 1, "enabled": true,
				"app": map[string]any{"id": len(all) + 1, "slug": n, "integration_url": "https://api.github.com/apps/" + n}})
		}
		s.paged(w, r, "custom_deployment_protection_rules", all)
	default:
		message(w, http.StatusNotFound, "Not Found")
	}
}

func (e Environment) answer(name string) any {
	rules := []any{}
	if e.WaitMinutes > 0 {
		rules = append(rules, map[string]any{"id": 1, "type": "wait_timer", "wait_timer": e.WaitMinutes})
	}
	if len(e.Reviewers) > 0 {
		var all []any
		for _, n := range e.Reviewers {
			if team, ok := strings.CutPrefix(n, "team:"); ok {
				all = append(all, map[string]any{"type": "Team", "reviewer": map[string]any{"id": 1, "name": "The " + team, "slug": team}})
				continue
			}
			all = append(all, map[string]any{"type": "User", "reviewer": map[string]any{"id": 1, "login": n, "type": "User"}})
		}
		rules = append(rules, map[string]any{"id": 2, "type": "required_reviewers", "prevent_self_review": e.PreventSelfReview, "reviewers": all})
	}
	var policy any
	if e.ProtectedBranches || len(e.Branches)+len(e.Tags) > 0 {
		rules = append(rules, map[string]any{"id": 3, "type": "branch_policy"})
		policy = map[string]any{"protected_branches": e.ProtectedBranches, "custom_branch_policies": !e.ProtectedBranches}
	}
	return map[string]any{"id": 1, "node_id": "x", "name": name, "created_at": "2020-11-23T22:00:40Z",
		"protection_rules": rules, "deployment_branch_policy": policy, "can_admins_bypass": !e.NoAdminBypass}
}

// ruleset answers below /rulesets. The list has no rules and no conditions.
func (s *Server) ruleset(w http.ResponseWriter, r *http.Request, repo *repository, part []string) {
	target := r.URL.Query().Get("targets")
	var all []any
	for _, set := range repo.rulesets {
		kind, enforcement := set.Target, set.Enforcement
		if kind == "" {
			kind = "tag"
		}
		if enforcement == "" {
			enforcement = "active"
		}
		m := map[string]any{"id": set.ID, "name": set.Name, "target": kind, "enforcement": enforcement,
			"source_type": "Repository", "source": repo.owner + "/" + repo.name}
		if len(part) == 0 {
			if target == "" || target == kind {
				all = append(all, m)
			}
			continue
		}
		if part[0] != strconv.FormatInt(set.ID, 10) {
			continue
		}
		m["conditions"] = map[string]any{"ref_name": map[string]any{"include": list(set.Include), "exclude": list(set.Exclude)}}
		m["rules"] = rules(set.Rules)
		if set.Bypass >= 0 {
			actors := []any{}
			for i := range set.Bypass {
				actors = append(actors, map[string]any{"actor_id": i, "actor_type": "RepositoryRole", "bypass_mode": "always"})
			}
			m["bypass_actors"] = actors
		}
		answer(w, m)
		return
	}
	if len(part) > 0 {
		message(w, http.StatusNotFound, "Not Found")
		return
	}
	s.paged(w, r, "", all)
}

func list(names []string) []string { return append([]string{}, names...) }

func rules(types []string) []any {
	all := []any{}
	for _, t := range types {
		m := map[string]any{"type": t, "ruleset_id": 42, "ruleset_source_type": "Repository", "ruleset_source": "x"}
		if t == "pull_request" {
			m["parameters"] = map[string]any{"required_approving_review_count": 1}
		}
		all = append(all, m)
	}
	return all
}
