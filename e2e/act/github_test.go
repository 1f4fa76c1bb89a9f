// SPDX-License-Identifier: BSD-3-Clause

package act

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/scientific-python/sallyport/internal/githubtest"
)

// pinLine is an action of others by commit, with the tag that it stands for.
var pinLine = regexp.MustCompile(`uses: ([\w.-]+)/([\w.-]+)(?:/[^@\s]*)?@([0-9a-f]{40}) # (v[0-9.]+)`)

// workflows are the files of the release workflow and of those of ours.
func (r *release) workflows() []string {
	return []string{r.repo + "/.github/workflows/release.yml", r.ours + "/.github/workflows/build.yml", r.ours + "/.github/workflows/gate.yml"}
}

// layGitHub says to GitHub's stand-in what the program may ask about.
func (r *release) layGitHub() {
	r.t.Helper()
	const owner, name = "octo-sci", "samplepkg"
	g := r.github
	g.Token = token
	g.AddRepository(owner, name, 100200300, true)
	for _, path := range strings.Fields(r.git("ls-files", ".github")) {
		g.AddFile(owner, name, r.sha, path, get(r.t, filepath.Join(r.repo, path)))
	}
	g.AddBranch(owner, name, "main", r.sha, true, "pull_request", "non_fast_forward", "deletion")
	g.AddTag(owner, name, "v1.0.0", r.sha, "")
	g.AddCommit(owner, name, r.sha, "valid")
	g.AddRuleset(owner, name, githubtest.Ruleset{ID: 1, Name: "release tags", Include: []string{"refs/tags/v*"}, Rules: []string{"creation", "update", "deletion"}, Bypass: 1})
	for _, path := range r.workflows() {
		for _, pin := range pinLine.FindAllStringSubmatch(string(get(r.t, path)), -1) {
			g.AddRepository(pin[1], pin[2], 1, true)
			g.AddTag(pin[1], pin[2], pin[4], pin[3], "")
			g.AddCommit(pin[1], pin[2], pin[3], "valid")
		}
	}
	g.AddRepository("scientific-python", "sallyport", 2, true)
	g.AddTag("scientific-python", "sallyport", "v1.0.0", commit, "")
	g.AddCommit("scientific-python", "sallyport", commit, "valid")
	g.AddEnvironment(owner, name, "pypi", githubtest.Environment{Reviewers: []string{"octocat"}, PreventSelfReview: true, NoAdminBypass: true, Tags: []string{"v*"}})
}

// event is what GitHub says of the push of the tag.
func (r *release) event() []byte {
	data, err := json.Marshal(map[string]any{
		"ref": "refs/tags/v1.0.0", "before": placeholder, "after": r.sha, "created": true, "deleted": false, "forced": false,
		"repository": map[string]any{"id": 100200300, "full_name": "octo-sci/samplepkg", "name": "samplepkg", "default_branch": "main", "private": false, "visibility": "public",
			"owner": map[string]any{"login": "octo-sci", "id": 400500}},
		"sender": map[string]any{"login": "octocat", "id": 583231},
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return data
}
