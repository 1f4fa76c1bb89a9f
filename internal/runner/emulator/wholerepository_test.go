// SPDX-License-Identifier: BSD-3-Clause

package emulator_test

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/githubtest"
)

const (
	policyFile  = ".github/sallyport.yml"
	releaseFile = ".github/workflows/release.yml"
)

// edits change files of a commit by their names. A file that is not there is
// "", and one that becomes "" goes.
type edits map[string]func(text string) string

// swap is an edit that replaces the first of each pair by the second, once; the
// first must be there.
func swap(pairs ...string) func(string) string {
	return func(text string) string {
		for i := 0; i < len(pairs); i += 2 {
			if !strings.Contains(text, pairs[i]) {
				panic(fmt.Sprintf("no %q in\n%s", pairs[i], text))
			}
			text = strings.Replace(text, pairs[i], pairs[i+1], 1)
		}
		return text
	}
}

// more is an edit that adds to the end.
func more(text string) func(string) string { return func(old string) string { return old + text } }

// full is the edit that makes a file of this text.
func full(text string) func(string) string { return func(string) string { return text } }

// checkout is the repository of a scene, with the commit that the run is of, on
// this machine and on GitHub.
func (r *release) checkout(s scene) (dir string) {
	r.t.Helper()
	dir = r.t.TempDir()
	git(r.t, dir, "init", "-q", "-b", "main")
	put(r.t, filepath.Join(dir, "README.md"), "samplepkg\n")
	git(r.t, dir, "add", "-A")
	git(r.t, dir, "commit", "-q", "-m", "Begin")
	git(r.t, dir, "tag", "begin") // a clone without any tag says nothing of earlier releases
	if s.before != nil {
		r.earlier = r.commitTo(dir, s.example, s.before, "v0.9.0")
	}
	if s.orphan {
		git(r.t, dir, "checkout", "-q", "--orphan", "other")
	}
	r.commit = r.commitTo(dir, s.example, s.edits, "v1.0.0")
	r.issuer.Set(map[string]any{"sha": r.commit, "workflow_sha": r.commit})
	owner, name, _ := strings.Cut(r.repository(), "/")
	for _, file := range strings.Fields(git(r.t, dir, "ls-files")) {
		data, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			r.t.Fatal(err)
		}
		r.github.AddFile(owner, name, r.commit, file, data)
		r.pins(string(data))
	}
	for _, env := range []string{"pypi", "testpypi"} {
		r.github.AddEnvironment(owner, name, env, githubtest.Environment{
			Reviewers: []string{"octocat"}, PreventSelfReview: true, Tags: []string{"v*"}, NoAdminBypass: true,
		})
	}
	r.github.AddRuleset(owner, name, githubtest.Ruleset{ID: 1, Name: "tags", Include: []string{"~ALL"}, Rules: []string{"creation", "update", "deletion"}})
	r.github.AddBranch(owner, name, "main", r.commit, true, "pull_request")
	r.github.AddCommit(owner, name, r.commit, "valid")
	return dir
}

var pinned = regexp.MustCompile(`uses: ([\w.-]+)/([\w.-]+)\S*@([0-9a-f]{40})(?: # (v\S+))?`)

// pins has GitHub know the repositories of the actions in a workflow, and the
// tags of the commits that are used.
func (r *release) pins(workflow string) {
	for _, m := range pinned.FindAllStringSubmatch(workflow, -1) {
		owner, name, commit, tag := m[1], m[2], m[3], m[4]
		if tag == "" {
			tag = "v1"
		}
		r.github.AddRepository(owner, name, 2, true)
		r.github.AddCommit(owner, name, commit, "valid")
		r.github.AddTag(owner, name, tag, commit, "")
		r.github.AddBranch(owner, name, "main", commit, true)
	}
}

// commitTo commits an example with changes.
func (r *release) commitTo(dir, example string, changes edits, tag string) string {
	r.t.Helper()
	if example == "" {
		example = "pure-python"
	}
	for _, folder := range []string{".github", "requirements"} {
		path := filepath.Join(dir, folder)
		if err := os.RemoveAll(path); err != nil {
			r.t.Fatal(err)
		}
		if err := os.CopyFS(path, os.DirFS(filepath.Join("../../../examples", example, folder))); err != nil {
			r.t.Fatal(err)
		}
	}
	put(r.t, filepath.Join(dir, "RELEASING.md"), "Tag the commit, and approve the environment.\n")
	for name, change := range changes {
		path := filepath.Join(dir, filepath.FromSlash(name))
		old, err := os.ReadFile(path)
		if err != nil && !os.IsNotExist(err) {
			r.t.Fatal(err)
		}
		if text := change(string(old)); text != "" {
			put(r.t, path, text)
		} else if err := os.Remove(path); err != nil {
			r.t.Fatal(err)
		}
	}
	git(r.t, dir, "add", "-A")
	git(r.t, dir, "commit", "-q", "--allow-empty", "-m", "Release "+tag)
	git(r.t, dir, "tag", tag)
	return git(r.t, dir, "rev-parse", "HEAD")
}

// sums is what the build job would say of the files in a folder.
func sums(t *testing.T, folder string) string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(e.Name(), ".") { // as the shell has it
			fmt.Fprintf(&b, "%x  dist/%s\n", sha256.Sum256(data), e.Name())
		}
	}
	return base64.StdEncoding.EncodeToString([]byte(b.String()))
}

// put writes a file and makes its folder.
func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath("git")
	if err != nil {
		t.Skip("skipping: there is no git to make a repository with")
	}
	cmd := exec.Command(path, append([]string{"-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false", "-c", "core.autocrlf=false"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}
