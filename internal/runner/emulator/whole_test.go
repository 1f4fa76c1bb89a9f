// SPDX-License-Identifier: BSD-3-Clause

package emulator_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/githubtest"
	"github.com/scientific-python/sallyport/internal/runner/emulator"
)

// checkout is a repository whose release workflow is the README's, with one
// commit, which the run is of.
func (r *release) checkout(change func(workflow string) string) (dir, commit string) {
	r.t.Helper()
	dir = r.t.TempDir()
	sample := "../../../testdata/sample/workflows/good"
	if err := os.CopyFS(dir, os.DirFS(sample)); err != nil {
		r.t.Fatal(err)
	}
	if change != nil {
		path := filepath.Join(dir, ".github/workflows/release.yml")
		text, err := os.ReadFile(path)
		if err != nil {
			r.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(change(string(text))), 0o644); err != nil {
			r.t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"init", "-q"}, {"add", "-A"}, {"commit", "-q", "-m", "Release"}} {
		git(r.t, dir, args...)
	}
	commit = git(r.t, dir, "rev-parse", "HEAD")
	for _, name := range []string{".github/sallyport.yml", ".github/workflows/release.yml"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			r.t.Fatal(err)
		}
		r.github.AddFile("octo-sci", "samplepkg", commit, name, data)
	}
	r.github.AddEnvironment("octo-sci", "samplepkg", "pypi", githubtest.Environment{Reviewers: []string{"octocat"}, Tags: []string{"v*"}})
	r.issuer.Set(map[string]any{"sha": commit, "workflow_sha": commit, "job_workflow_sha": commit})
	r.commit = commit
	return dir, commit
}

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

// The whole way of a release: attested, gated, sealed, looked at again; and
// each attack on it, stopped where it should be.
func TestWholeRelease(t *testing.T) {
	type jobs struct{ attest, gate, seal, post int }
	for name, tt := range map[string]struct {
		workflow              func(string) string // changes the workflow at the commit
		attesting             map[string]any      // claims of the attesting job
		swap, tamper, planted func(j *emulator.Job)
		publishing            map[string]any
		gateEnv               map[string]string
		publish               emulator.Options
		want                  jobs
		says                  string // in the log of the job that stops it
	}{
		"green":                   {},
		"second attempt":          {attesting: map[string]any{"run_attempt": "2"}},
		"a branch":                {attesting: map[string]any{"ref": "refs/heads/main", "workflow_ref": "octo-sci/samplepkg/.github/workflows/release.yml@refs/heads/main", "job_workflow_ref": "octo-sci/samplepkg/.github/workflows/release.yml@refs/heads/main"}, want: jobs{attest: 1}, says: "wrong-ref"},
		"swapped after attesting": {swap: func(j *emulator.Job) { j.Put("dist/samplepkg-1.0.0.tar.gz", []byte("swapped")) }, want: jobs{gate: 1}, says: "digest-mismatch"},
		"an extra wheel":          {swap: func(j *emulator.Job) { j.Put("dist/samplepkg-1.0.0-cp313-cp313-win_amd64.whl", []byte("x")) }, want: jobs{gate: 1}, says: "missing-provenance"},
		"another project's wheel": {swap: func(j *emulator.Job) { j.Put("dist/otherpkg-1.0.0-py3-none-any.whl", []byte("x")) }, want: jobs{gate: 1}, says: "foreign-project"},
		"a .gitignore in dist":    {swap: func(j *emulator.Job) { j.Put("dist/.gitignore", []byte("*\n")) }},
		"attested in another run": {gateEnv: map[string]string{"run_id": "99"}, want: jobs{gate: 1}, says: "other-run"},
		"a token in the workflow": {workflow: func(w string) string {
			return strings.Replace(w, "print-hash: true", "password: ${{ secrets.PYPI_TOKEN }}", 1)
		}, want: jobs{gate: 1}, says: "token-beside-trusted-publishing"},
		"no environment":             {workflow: func(w string) string { return strings.Replace(w, "    environment: pypi\n", "", 1) }, want: jobs{gate: 1}, says: "publish-without-environment"},
		"a token in the publish job": {publish: emulator.Options{Env: map[string]string{"TWINE_PASSWORD": "pypi-AgEIcHlwaS5vcmcCJGFh"}}, want: jobs{seal: 1}, says: "credential-in-sight"},
		"published from elsewhere":   {publishing: map[string]any{"environment": "staging"}, want: jobs{seal: 1}, says: "job-is-not-the-publisher"},
		"swapped before the seal":    {tamper: func(j *emulator.Job) { j.Put("dist/samplepkg-1.0.0.tar.gz", []byte("swapped")) }, want: jobs{seal: 1}, says: "differs-from-ledger"},
		"swapped after the seal":     {planted: func(j *emulator.Job) { j.Put("dist/samplepkg-1.0.0.tar.gz", []byte("swapped")) }, want: jobs{post: 1}, says: "changed-after-seal"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRelease(t)
			dir, _ := r.checkout(tt.workflow)
			var got jobs
			log := ""
			stops := func(code *int, res emulator.Result) bool {
				*code, log = res.Code, res.Log
				return res.Code != 0
			}
			check := func() {
				t.Helper()
				if got != tt.want || !strings.Contains(log, tt.says) {
					t.Fatalf("exit codes %+v, want %+v and %q\n%s", got, tt.want, tt.says, log)
				}
			}
			r.issuer.Set(tt.attesting)
			j := r.job(r.issuer)
			if stops(&got.attest, j.Run(attestStep)) {
				check()
				return
			}
			r.upload(j)

			j = r.jobIn(dir, tt.gateEnv)
			if tt.swap != nil {
				tt.swap(j)
			}
			res := j.Run(emulator.Step{ID: "gate", With: map[string]string{"trusted-root": "${{ runner.temp }}/root.json"}})
			if stops(&got.gate, res) {
				check()
				return
			}
			ledger := res.Outputs["ledger"]
			if ledger == "" {
				t.Fatal("the gate gave no ledger")
			}

			r.issuer.Set(map[string]any{"environment": "pypi", "sub": "repo:octo-sci/samplepkg:environment:pypi"})
			r.issuer.Set(tt.publishing)
			j = r.jobWith(r.issuer, tt.publish)
			if tt.tamper != nil {
				tt.tamper(j)
			}
			if stops(&got.seal, j.Run(emulator.Step{ID: "seal", With: map[string]string{"command": "seal", "ledger": ledger, "trusted-root": "${{ runner.temp }}/root.json"}})) {
				check()
				return
			}
			if tt.planted != nil {
				tt.planted(j)
			}
			for _, end := range j.End() {
				if stops(&got.post, end) {
					break
				}
			}
			check()
		})
	}
}
