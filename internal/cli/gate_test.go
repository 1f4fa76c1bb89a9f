// SPDX-License-Identifier: BSD-3-Clause

package cli_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/gate/handoff"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

// gateScene is a release with its provenance and a repository's workflows, as
// they lie in a folder.
type gateScene struct {
	call
	sample
	dir string
}

func newGateScene(t *testing.T) *gateScene {
	t.Helper()
	g := &gateScene{dir: t.TempDir()}
	g.sample = writeSample(t, g.dir)
	put(t, filepath.Join(g.dir, ".github", "workflows", "release.yml"), []byte(release))
	put(t, filepath.Join(g.dir, ".github", "sallyport.yml"), []byte(goodPolicy))
	g.args = []string{"gate", "--offline", "--work-tree", "--repo", g.dir, "--trusted-root", g.root, "--bundle", filepath.Join(g.dir, "bundles"), g.dist}
	return g
}

// One command judges files and workflows, and writes the ledger.
func TestGate(t *testing.T) {
	g := newGateScene(t)
	out := filepath.Join(g.dir, "ledger.out")
	g.args = append(g.args, "--ledger-out", out)
	rep, r := g.report(t)
	r.wants(t, 0)
	var ran []string
	for _, s := range rep.Gates {
		if s.Status != report.NotRun {
			ran = append(ran, string(s.Gate)+" "+string(s.Status))
		}
	}
	if diff := cmp.Diff([]string{"build pass", "hand-off pass", "publish pass"}, ran); diff != "" {
		t.Errorf("gates (-want +got):\n%s", diff)
	}
	if rep.Command != "gate" || len(rep.PublishPaths) != 1 || len(rep.Dists) != 2 || len(rep.Trust) != 1 {
		t.Errorf("command %q, %d paths, %d dists", rep.Command, len(rep.PublishPaths), len(rep.Dists))
	}
	l, err := handoff.ParseLedger([]byte(get(t, out)))
	if err != nil {
		t.Fatal(err)
	}
	if l.Project != "samplepkg" || l.Version != "1.0" || l.Commit != sigstoretest.DefaultCommit || len(l.Dists) != 2 || l.Run != "11122233344" {
		t.Errorf("%+v", l)
	}
	// What verify and audit say apart is what the gate says.
	g.run(t).wants(t, 0, "upload.pypi.org   ok", "pass: 2 files, 1 way to the index, by trusted publishing")
}

// Whatever either of them finds fails the gate, and there is no ledger.
func TestGateFails(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(t *testing.T, g *gateScene)
		code   int
		rule   string
	}{
		"branch": {func(t *testing.T, g *gateScene) {
			g.args[slices.Index(g.args, filepath.Join(g.dir, "bundles"))] = filepath.Join(g.dir, "branch")
		}, 1, "wrong-ref"},
		"token": {func(t *testing.T, g *gateScene) {
			put(t, filepath.Join(g.dir, ".github", "workflows", "release.yml"), []byte(strings.Replace(release, "print-hash: true", "password: ${{ secrets.PYPI_TOKEN }}", 1)))
		}, 1, "token-beside-trusted-publishing"},
		"swapped": {func(t *testing.T, g *gateScene) { put(t, filepath.Join(g.dist, wheel), []byte("x")) }, 1, "digest-mismatch"},
		"no workflows": {func(t *testing.T, g *gateScene) {
			put(t, filepath.Join(g.dir, ".github", "workflows", "release.yml"), []byte("on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo\n"))
		}, 1, "no-publish-path"},
		"no checkout": {func(t *testing.T, g *gateScene) {
			g.args[slices.Index(g.args, "--repo")+1] = t.TempDir()
			g.args = append(g.args, "--policy", filepath.Join(g.dir, ".github", "sallyport.yml"))
		}, 1, "no-publish-path"},
		"no files": {func(t *testing.T, g *gateScene) { g.args[slices.Index(g.args, g.dist)] = t.TempDir() }, 2, "no-dists"},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGateScene(t)
			out := filepath.Join(g.dir, "ledger.out")
			g.args = append(g.args, "--ledger-out", out)
			tt.change(t, g)
			rep, r := g.report(t)
			if r.code != tt.code || tt.rule != "" && rules(rep)[tt.rule] == 0 {
				t.Errorf("exit code %d, %v", r.code, rules(rep))
			}
			if exists(out) {
				t.Error("a ledger was written")
			}
		})
	}
}

// In Actions the files must be of the running workflow's run and commit.
func TestGateThisRun(t *testing.T) {
	for name, tt := range map[string]struct {
		env    map[string]string
		policy string
		code   int
		rule   string // with exit code 3, what is said
	}{
		"this run":               {nil, "", 0, ""},
		"another run":            {map[string]string{"GITHUB_RUN_ID": "99"}, "", 1, "other-run"},
		"another run, allowed":   {map[string]string{"GITHUB_RUN_ID": "99"}, "builder:\n  run: any\n", 0, ""},
		"a run without a number": {map[string]string{"GITHUB_RUN_ID": ""}, "", 3, "does not say which run"},
		"a run of no commit":     {map[string]string{"GITHUB_SHA": ""}, "", 3, "does not say which run"},
		"neither, allowed":       {map[string]string{"GITHUB_RUN_ID": "", "GITHUB_SHA": ""}, "builder:\n  run: any\n", 0, ""},
		"second attempt":         {map[string]string{"GITHUB_RUN_ATTEMPT": "2"}, "", 0, ""},
		"another commit":         {map[string]string{"GITHUB_SHA": strings.Repeat("a", 40)}, "", 1, "wrong-commit"},
		"the policy's commit":    {map[string]string{"GITHUB_SHA": strings.Repeat("a", 40)}, "builder:\n  commit: " + sigstoretest.DefaultCommit + "\n", 0, ""},
		"files from another run": {map[string]string{"GITHUB_SHA": strings.Repeat("a", 40)}, "builder:\n  run: any\n", 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGateScene(t)
			g.call = g.inActions(t)
			g.output, g.summary = "", ""
			delete(g.env, "GITHUB_OUTPUT")
			for k, v := range tt.env {
				g.env[k] = v
			}
			put(t, filepath.Join(g.dir, ".github", "sallyport.yml"), []byte(goodPolicy+tt.policy))
			if tt.code == 3 {
				g.run(t).wants(t, 3, tt.rule)
				return
			}
			rep, r := g.report(t)
			if r.code != tt.code || tt.rule != "" && rules(rep)[tt.rule] == 0 {
				t.Errorf("exit code %d, %v", r.code, rules(rep))
			}
		})
	}
}

// A trial does not stop a release, says so, ends by itself, and leaves no
// ledger of what it would have stopped.
func TestGateTrial(t *testing.T) {
	g := newGateScene(t)
	g.args[slices.Index(g.args, filepath.Join(g.dir, "bundles"))] = filepath.Join(g.dir, "branch")
	g.now = sigstoretest.DefaultTime.Add(24 * time.Hour) // 2026-06-16
	out := filepath.Join(g.dir, "ledger.out")
	g.args = append(g.args, "--ledger-out", out, "--enforce=false")
	for day, tt := range map[string]struct {
		code int
		says string
	}{
		"":           {3, "--enforce-from"},
		"2026-07-01": {0, "fail: "},
		"2026-06-16": {1, "fail: "},
		"2026-06-01": {1, "fail: "},
		"2027-06-01": {3, "more than 90 days"},
		"soon":       {3, "YYYY-MM-DD"},
	} {
		c := g.call
		if day != "" {
			c.args = append(slices.Clone(c.args), "--enforce-from", day)
		}
		c.run(t).wants(t, tt.code, tt.says)
		if exists(out) {
			t.Fatal("a ledger was written")
		}
	}
	// What passes is handed on, so that the seal has what it seals.
	c := g.call
	c.args = append(slices.Clone(c.args), "--enforce-from", "2026-07-01")
	c.args[slices.Index(c.args, filepath.Join(g.dir, "branch"))] = filepath.Join(g.dir, "bundles")
	if c.run(t).wants(t, 0, "pass: "); !exists(out) {
		t.Error("no ledger was written of a release that passes")
	}
	c = g.call
	c.args = append(slices.Clone(g.args[:len(g.args)-1]), "--enforce-from", "2026-07-01")
	c.run(t).wants(t, 3, "goes with --enforce=false")
}

func exists(path string) bool {
	m, err := filepath.Glob(path)
	return err == nil && len(m) > 0
}

// A policy that lets more pass than at the previous release's tag is shown with
// what stood there.
func TestGateLooserPolicy(t *testing.T) {
	for name, tt := range map[string]struct {
		then, now string
		shallow   bool
		says      string // of looser-policy; "" for nothing
		of        string // the earlier release's tag; "" for v0.9
	}{
		"runners":            {"builder:\n  runners: github-hosted\n", "builder:\n  runners: any\n", false, "warning: since refs/tags/v0.9 the policy is looser", ""},
		"require":            {"require: [provenance, publish]\n", "", false, "warning: since refs/tags/v0.9", ""},
		"a higher version":   {"require: [provenance, publish]\n", "", false, "warning: since refs/tags/v9.9", "v9.9"},
		"the same":           {"builder:\n  runners: any\n", "builder:\n  runners: any\n", false, "", ""},
		"stricter":           {"builder:\n  runners: any\n", "", false, "", ""},
		"no earlier release": {"none", "builder:\n  runners: any\n", false, "", ""},
		"shallow":            {"", "", true, "unchecked: whether the policy lets more pass", ""},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGateScene(t)
			dir := filepath.Join(g.dir, "repo")
			write := func(policy string) {
				put(t, filepath.Join(dir, ".github", "workflows", "release.yml"), []byte(release))
				put(t, filepath.Join(dir, ".github", "sallyport.yml"), []byte(goodPolicy+policy))
				git(t, dir, "add", "-A")
				git(t, dir, "commit", "-q", "--allow-empty", "-m", "x")
			}
			put(t, filepath.Join(dir, "README"), []byte("x"))
			git(t, dir, "init", "-q")
			if tt.then != "none" {
				write(tt.then)
				git(t, dir, "tag", "v0.9")
				if tt.of != "" {
					git(t, dir, "tag", "-d", "v0.9")
					git(t, dir, "tag", tt.of)
				}
			}
			write(tt.now)
			if tt.then == "none" {
				git(t, dir, "tag", "v9.9") // a clone with tags, none of an ancestor
			}
			if tt.shallow {
				head := git(t, dir, "rev-parse", "HEAD")
				put(t, filepath.Join(dir, ".git", "shallow"), []byte(head+"\n"))
				git(t, dir, "tag", "-d", "v0.9")
			}
			g.args = slices.DeleteFunc(g.args, func(a string) bool { return a == "--work-tree" })
			g.args[slices.Index(g.args, "--repo")+1] = dir
			rep, r := g.report(t)
			got := strings.Join(said(rep, "looser-policy"), "\n")
			if !strings.HasPrefix(got, tt.says) || (tt.says == "") != (got == "") {
				t.Errorf("exit code %d, %q, want %q; all: %v", r.code, got, tt.says, rules(rep))
			}
		})
	}
}
