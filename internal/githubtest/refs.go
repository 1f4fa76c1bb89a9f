// SPDX-License-Identifier: BSD-3-Clause

package githubtest

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

func branchAnswer(name string, b branch) any {
	return map[string]any{"name": name, "commit": map[string]any{"sha": b.head, "url": "x"}, "protected": b.protected}
}

func (s *Server) branchList(repo *repository, protected bool) []any {
	var all []any
	for _, n := range slices.Sorted(maps.Keys(repo.branches)) {
		if b := repo.branches[n]; b.protected || !protected {
			all = append(all, branchAnswer(n, b))
		}
	}
	return all
}

// gitData answers below /git: ref/tags/…, ref/heads/… and tags/ID.
func gitData(w http.ResponseWriter, repo *repository, part []string) {
	object := func(ref, kind, sha string) any {
		return map[string]any{"ref": ref, "object": map[string]any{"type": kind, "sha": sha, "url": "x"}}
	}
	name := ""
	if len(part) > 2 {
		name = strings.Join(part[2:], "/")
	}
	switch {
	case part[0] == "ref" && part[1] == "tags":
		if t, ok := repo.tags[name]; ok && t.object != "" {
			answer(w, object("refs/tags/"+name, "tag", t.object))
		} else {
			found(w, ok, object("refs/tags/"+name, "commit", t.commit))
		}
	case part[0] == "ref" && part[1] == "heads":
		b, ok := repo.branches[name]
		found(w, ok, object("refs/heads/"+name, "commit", b.head))
	case part[0] == "tags" && len(part) == 2:
		for n, t := range repo.tags {
			if t.object == part[1] {
				answer(w, map[string]any{"tag": n, "sha": t.object, "message": "x", "object": map[string]any{"type": "commit", "sha": t.commit}})
				return
			}
		}
		message(w, http.StatusNotFound, "Not Found")
	default:
		message(w, http.StatusNotFound, "Not Found")
	}
}

// commit answers for a commit or an annotated tag; of what is unknown GitHub
// says that it cannot process it.
func (repo *repository) commit(w http.ResponseWriter, sha string) {
	for _, t := range repo.tags {
		if t.object == sha {
			sha = t.commit
		}
	}
	c, ok := repo.commits[sha]
	if !ok {
		message(w, http.StatusUnprocessableEntity, "No commit found for SHA: "+sha)
		return
	}
	answer(w, map[string]any{"sha": sha, "files": []any{}, "commit": map[string]any{"message": "x",
		"verification": map[string]any{"verified": c.verified, "reason": c.reason, "signature": nil, "payload": nil}}})
}

// compare answers for BASE...HEAD by the commits' parents.
func (repo *repository) compare(w http.ResponseWriter, pair string) {
	base, head, ok := strings.Cut(pair, "...")
	_, known := repo.commits[base]
	if _, also := repo.commits[head]; !ok || !known || !also {
		message(w, http.StatusNotFound, "Not Found")
		return
	}
	ofBase, ofHead := repo.history(base), repo.history(head)
	status := "diverged"
	switch {
	case base == head:
		status = "identical"
	case ofBase[head]:
		status = "behind"
	case ofHead[base]:
		status = "ahead"
	default:
		common := false
		for sha := range ofHead {
			common = common || ofBase[sha]
		}
		if !common {
			message(w, http.StatusNotFound, "No common ancestor between "+base+" and "+head+".")
			return
		}
	}
	answer(w, map[string]any{"status": status, "ahead_by": 1, "behind_by": 1, "commits": []any{}})
}

func (repo *repository) history(sha string) map[string]bool {
	seen := map[string]bool{}
	for todo := []string{sha}; len(todo) > 0; {
		sha, todo = todo[0], todo[1:]
		if !seen[sha] {
			seen[sha] = true
			todo = append(todo, repo.commits[sha].parents...)
		}
	}
	return seen
}
