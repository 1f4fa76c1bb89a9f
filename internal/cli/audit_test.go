// SPDX-License-Identifier: BSD-3-Clause

package cli_test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/githubtest"
	"github.com/scientific-python/sallyport/internal/report"
)

// release is a workflow in which nothing is wrong.
const release = `name: release
on:
  push:
    tags: ["v*"]
permissions: {}
concurrency:
  group: release-${{ github.ref }}
jobs:
  build:
    runs-on: ubuntu-24.04
    permissions:
      contents: read
    outputs:
      artifact-id: ${{ steps.upload.outputs.artifact-id }}
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - run: python -m pip install --require-hashes -r requirements/build.txt
      - run: python -m build --no-isolation
      - uses: actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a # v7.0.1
        id: upload
        with:
          name: dist
          path: dist/
  publish:
    needs: build
    runs-on: ubuntu-24.04
    environment: pypi
    permissions:
      id-token: write
    steps:
      - uses: actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1
        with:
          artifact-ids: ${{ needs.build.outputs.artifact-id }}
          path: dist
      - uses: pypa/gh-action-pypi-publish@dc37677b2e1c63e2034f94d8a5b11f265b73ba33 # v1.14.2
        with:
          print-hash: true
`

// leak is the same with a token.
var leak = strings.Replace(release, "print-hash: true", "password: ${{ secrets.PYPI_TOKEN }}", 1)

// folder writes a folder with workflows and returns it.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		put(t, path, []byte(text))
	}
	return dir
}

func workflows(text string) map[string]string {
	return map[string]string{".github/workflows/release.yml": text}
}

// git runs git in a folder, and skips the test where there is none.
func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath("git")
	if err != nil {
		t.Skip("skipping: there is no git to make a repository with")
	}
	cmd := exec.Command(path, append([]string{"-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func TestAudit(t *testing.T) {
	good, bad := folder(t, workflows(release)), folder(t, workflows(leak))
	empty := folder(t, map[string]string{"README": "x"})
	policy := workflows(release)
	policy[".github/sallyport.yml"] = "project: samplepkg\npublisher: {repository: octo-sci/samplepkg, workflow: other.yml, environment: pypi}\n"
	other := folder(t, policy)
	broken := workflows(release)
	broken[".github/sallyport.yml"] = "project: samplepkg\npublisherr: {}\n"
	for name, tt := range map[string]struct {
		args []string
		code int
		says string
	}{
		"good":                  {[]string{good}, 0, "pass: 1 way to the index, by trusted publishing"},
		"good by --repo":        {[]string{"--repo", good}, 0, "pass: 1 way to the index"},
		"the same twice":        {[]string{good + "/", "--repo", good}, 0, "pass: 1 way to the index"},
		"strict":                {[]string{good, "--strict"}, 2, "undecided"},
		"bad":                   {[]string{bad}, 1, "error[token-beside-trusted-publishing]"},
		"another publisher":     {[]string{other}, 1, "error[upload-outside-publisher]"},
		"publisher by a flag":   {[]string{good, "--workflow", "other.yml"}, 1, "error[upload-outside-publisher]"},
		"environment by a flag": {[]string{good, "--environment", "other"}, 1, "error[upload-outside-publisher]"},
		"nothing uploads":       {[]string{empty}, 2, "undecided[no-publish-path]"},
		"says that it lies":     {[]string{good}, 0, "note[audited-work-tree]"},
		"two folders":           {[]string{good, bad}, 3, "takes one folder"},
		"folder and --repo":     {[]string{good, "--repo", bad}, 3, "given twice"},
		"no such folder":        {[]string{filepath.Join(good, "x")}, 3, "name the folder of a repository"},
		"a file":                {[]string{filepath.Join(good, ".github/workflows/release.yml")}, 3, "is no folder"},
		"an empty argument":     {[]string{""}, 3, "empty argument"},
		"empty --commit":        {[]string{good, "--commit", ""}, 3, "--commit is given an empty value"},
		"--commit, no git":      {[]string{good, "--commit", strings.Repeat("a", 40)}, 3, "holds no .git"},
		"--commit, work tree":   {[]string{good, "--commit", strings.Repeat("a", 40), "--work-tree"}, 3, "give one"},
		"a bad policy":          {[]string{folder(t, broken)}, 3, "publisherr"},
		"a flag of verify":      {[]string{good, "--run", "any"}, 3, "unknown flag"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := call{args: append([]string{"audit", "--offline"}, tt.args...)}.run(t)
			r.wants(t, tt.code, tt.says)
		})
	}
}

// A policy that is a link to nowhere is there, and cannot be read.
func TestAuditPolicyLink(t *testing.T) {
	dir := folder(t, workflows(release))
	if err := os.Symlink("nowhere", filepath.Join(dir, ".github", "sallyport.yml")); err != nil {
		t.Skipf("skipping: making a symbolic link: %v", err)
	}
	call{args: []string{"audit", "--offline", dir}}.run(t).wants(t, 3, "no regular file")
}

// In a checkout the commit counts, not what lies there.
func TestAuditCommit(t *testing.T) {
	dir := folder(t, workflows(leak))
	git(t, dir, "init", "-q")
	git(t, dir, "add", "-A")
	git(t, dir, "commit", "-qm", "first")
	first := git(t, dir, "rev-parse", "HEAD")
	put(t, filepath.Join(dir, ".github", "workflows", "release.yml"), []byte(release))
	audit := func(args ...string) result {
		return call{args: append([]string{"audit", "--offline", dir}, args...)}.run(t)
	}
	r := audit()
	r.wants(t, 1, "token-beside-trusted-publishing")
	r.wants(t, 1, "note[uncommitted-workflow]")
	audit("--work-tree").wants(t, 0, "--work-tree asks for that")
	git(t, dir, "commit", "-qam", "second")
	r = audit()
	r.wants(t, 0, "pass")
	if strings.Contains(r.stdout, "uncommitted") || strings.Contains(r.stdout, "audited-work-tree") {
		t.Errorf("a clean checkout is said to be none:\n%s", r.stdout)
	}
	audit("--commit", first).wants(t, 1, "token-beside-trusted-publishing")
	audit("--commit", strings.Repeat("a", 40)).wants(t, 2, "not in this copy")
	audit("--commit", "main").wants(t, 2, "40 hex")

	// In Actions it is the running workflow's commit.
	in := call{args: []string{"audit", "--offline", dir}, env: map[string]string{}}.inActions(t)
	in.env["GITHUB_WORKFLOW_SHA"] = first
	in.run(t).wants(t, 1, "token-beside-trusted-publishing")
	in.env["GITHUB_WORKFLOW_SHA"] = strings.Repeat("b", 40)
	in.run(t).wants(t, 2, "not in this copy")
}

// settings is an audit with GitHub on loopback.
type settings struct {
	call
	github *githubtest.Server
}

func newSettings(t *testing.T) *settings {
	t.Helper()
	s := &settings{github: githubtest.New()}
	t.Cleanup(s.github.Close)
	s.github.Token = token
	s.github.AddRepository("octo-sci", "samplepkg", 1, true)
	s.github.AddBranch("octo-sci", "samplepkg", "main", strings.Repeat("c", 40), true, "pull_request")
	s.github.AddRuleset("octo-sci", "samplepkg", githubtest.Ruleset{ID: 1, Name: "tags", Include: []string{"~ALL"}, Rules: []string{"creation", "update", "deletion"}})
	for _, pin := range []struct{ owner, name, tag, commit string }{
		{"actions", "checkout", "v7.0.1", "3d3c42e5aac5ba805825da76410c181273ba90b1"},
		{"actions", "upload-artifact", "v7.0.1", "043fb46d1a93c77aae656e7c1c64a875d1fc6a0a"},
		{"actions", "download-artifact", "v8.0.1", "3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c"},
		{"pypa", "gh-action-pypi-publish", "v1.14.2", "dc37677b2e1c63e2034f94d8a5b11f265b73ba33"},
	} {
		s.github.AddRepository(pin.owner, pin.name, 2, true)
		s.github.AddCommit(pin.owner, pin.name, pin.commit, "valid")
		s.github.AddTag(pin.owner, pin.name, pin.tag, pin.commit, "")
		s.github.AddBranch(pin.owner, pin.name, "main", pin.commit, true)
	}
	dir := folder(t, workflows(release))
	s.call = call{
		args:   []string{"audit", "--work-tree", "--repository", "octo-sci/samplepkg", dir},
		client: &http.Client{Transport: loopback{t}},
		env:    map[string]string{"GITHUB_API_URL": s.github.URL(), "GITHUB_TOKEN": token},
	}.inActions(t)
	return s
}

// TestAuditSettings holds what the settings on GitHub come to.
func TestAuditSettings(t *testing.T) {
	tags := githubtest.Environment{Reviewers: []string{"mara"}, PreventSelfReview: true, Tags: []string{"v*"}}
	for name, tt := range map[string]struct {
		change    func(s *settings)
		verdict   report.Verdict
		rule      string // found, or unchecked
		unchecked bool
	}{
		"in order":            {func(s *settings) { s.github.AddEnvironment("octo-sci", "samplepkg", "pypi", tags) }, report.Pass, "", false},
		"no such environment": {func(*settings) {}, report.Fail, "unprotected-environment", false},
		"no protection":       {func(s *settings) { s.github.AddEnvironment("octo-sci", "samplepkg", "pypi", githubtest.Environment{}) }, report.Fail, "unprotected-environment", false},
		"a pattern for anything": {func(s *settings) {
			s.github.AddEnvironment("octo-sci", "samplepkg", "pypi", githubtest.Environment{Tags: []string{"*"}})
		}, report.Fail, "unprotected-environment", false},
		"a tag rule will do": {func(s *settings) {
			s.github.AddEnvironment("octo-sci", "samplepkg", "pypi", githubtest.Environment{Tags: []string{"v*"}})
		}, report.Pass, "", false},
		"review by oneself": {func(s *settings) {
			s.github.AddEnvironment("octo-sci", "samplepkg", "pypi", githubtest.Environment{Reviewers: []string{"mara"}})
		}, report.Pass, "unprotected-environment", false},
		"not readable": {func(s *settings) {
			s.github.AddEnvironment("octo-sci", "samplepkg", "pypi", tags)
			s.github.Deny = map[string]int{"environments": 403}
		}, report.Pass, "unprotected-environment", true},
		"everything is refused": {func(s *settings) {
			s.github.AddEnvironment("octo-sci", "samplepkg", "pypi", tags)
			s.github.FailNext(1000, 500, nil)
		}, report.Pass, "unprotected-tag", true},
		"a pin that is no tag": {func(s *settings) {
			s.github.AddEnvironment("octo-sci", "samplepkg", "pypi", tags)
			s.github.AddRepository("pypa", "gh-action-pypi-publish", 9, true)
			s.github.AddTag("pypa", "gh-action-pypi-publish", "v1.14.2", strings.Repeat("e", 40), "")
		}, report.Pass, "pin-is-no-release", false},
		"no token, no pins": {func(s *settings) {
			s.github.AddEnvironment("octo-sci", "samplepkg", "pypi", tags)
			s.github.Token = ""
			delete(s.env, "GITHUB_TOKEN")
		}, report.Pass, "pin-is-no-release", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSettings(t)
			tt.change(s)
			rep, _ := s.report(t)
			if rep.Verdict != tt.verdict {
				t.Errorf("%s", rep.Verdict)
			}
			found := slices.ContainsFunc(rep.Findings, func(f report.Finding) bool { return f.Rule == tt.rule })
			open := slices.ContainsFunc(rep.Unchecked, func(u report.Unchecked) bool { return u.Rule == tt.rule && !u.Blocking })
			if tt.rule != "" && (tt.unchecked && !open || !tt.unchecked && !found) {
				t.Errorf("%s: found %v, unchecked %v", tt.rule, found, open)
			}
			for _, f := range rep.Findings {
				if f.Rule != tt.rule && f.Severity != "note" && f.Rule != "audited-work-tree" {
					t.Errorf("%s: %s", f.Rule, f.Message)
				}
			}
			for _, u := range rep.Unchecked {
				if u.Rule != tt.rule && name != "everything is refused" {
					t.Errorf("unchecked %s: %s", u.Rule, u.Reason)
				}
			}
		})
	}
}
