// SPDX-License-Identifier: BSD-3-Clause

package cli_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/githubtest"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/runner/runnertest"
)

// oneStepScene is the gate in the job that uploads, directly before it does.
type oneStepScene struct{ *sealScene }

func newOneStepScene(t *testing.T) *oneStepScene {
	t.Helper()
	s := &oneStepScene{newSealScene(t)}
	put(t, filepath.Join(s.dir, ".github", "workflows", "release.yml"), []byte(release))
	put(t, filepath.Join(s.dir, ".github", "sallyport.yml"), []byte(goodPolicy))
	s.env = call{env: s.env}.inActions(t).env
	s.env["GITHUB_WORKFLOW_SHA"] = runnertest.ReleaseCommit
	s.env["GITHUB_JOB"], s.env["GITHUB_STATE"] = "publish", filepath.Join(s.dir, "state")
	put(t, s.env["GITHUB_STATE"], nil)
	delete(s.env, "GITHUB_OUTPUT")
	delete(s.env, "GITHUB_STEP_SUMMARY")
	s.github.AddEnvironment("octo-sci", "samplepkg", "pypi", githubtest.Environment{Reviewers: []string{"mara"}, Tags: []string{"v*"}})
	s.args = append(s.args, "--work-tree", "--repo", s.dir, "--no-from-github", "--bundle", filepath.Join(s.dir, "bundles"))
	return s
}

// gate runs the gate, without a seal.
func (s *oneStepScene) gate(t *testing.T) (*report.Report, result) {
	t.Helper()
	return s.command(t, append([]string{"gate", "--format", "json"}, s.args...))
}

// One step in the publish job does what gate and seal do in two.
func TestOneStep(t *testing.T) {
	s := newOneStepScene(t)
	rep, r := s.gate(t)
	if r.code != 0 || !strings.Contains(strings.Join(rep.Notes, ""), "One step judged") || len(s.issuer.Requests()) == 0 {
		t.Errorf("exit code %d, %v, notes %q, %v", r.code, rules(rep), rep.Notes, s.issuer.Requests())
	}
	for _, asked := range s.issuer.Requests() {
		if asked.Audience != "sallyport-gate" {
			t.Errorf("a token for %q was asked for", asked.Audience)
		}
	}
	// The post step has something to look at again.
	if state := get(t, s.env["GITHUB_STATE"]); !strings.Contains(state, "samplepkg-1.0") {
		t.Errorf("the state is %q", state)
	}
}

func TestOneStepRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(s *oneStepScene)
		code   int
		says   string // a rule; with exit code 2 and no report, what is said
	}{
		"a token in sight":     {func(s *oneStepScene) { s.env["TWINE_PASSWORD"] = "pypi-AgEIcHlwaS5vcmcCJGFh" }, 1, "credential-in-sight"},
		"another environment":  {func(s *oneStepScene) { s.issuer.Set(map[string]any{"environment": "staging"}) }, 1, "job-is-not-the-publisher"},
		"no token for the job": {func(s *oneStepScene) { delete(s.env, "ACTIONS_ID_TOKEN_REQUEST_URL") }, 2, "claims-unverified"},
		"another commit said":  {func(s *oneStepScene) { s.issuer.Set(map[string]any{"sha": strings.Repeat("d", 40)}) }, 2, "GITHUB_SHA is"},
		"another run said":     {func(s *oneStepScene) { s.issuer.Set(map[string]any{"run_id": "5"}) }, 2, "claims-unverified"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newOneStepScene(t)
			tt.change(s)
			rep, r := s.gate(t)
			if strings.HasPrefix(tt.says, "GITHUB_") {
				r.wants(t, tt.code, tt.says)
				return
			}
			found := rules(rep)[tt.says] > 0 || slices.ContainsFunc(rep.Unchecked, func(u report.Unchecked) bool { return u.Rule == tt.says && u.Blocking })
			if r.code != tt.code || !found {
				t.Errorf("exit code %d, %v", r.code, rules(rep))
			}
			if state := get(t, s.env["GITHUB_STATE"]); strings.Contains(state, "samplepkg") {
				t.Errorf("the state is %q", state)
			}
		})
	}
}

// What goes wrong beside a report that fails is said too.
func TestOneStepSaysAll(t *testing.T) {
	s := newOneStepScene(t)
	s.env["TWINE_PASSWORD"], s.env["GITHUB_STATE"] = "pypi-AgEIcHlwaS5vcmcCJGFh", filepath.Join(s.dir, "gone")
	if rep, r := s.gate(t); r.code != 1 || rep.Verdict != report.Fail || !strings.Contains(r.stderr, "GITHUB_STATE") {
		t.Errorf("exit code %d\n%s", r.code, r.stderr)
	}
}

// In Actions the workflows are those of a commit, or nothing: what lies in the
// folder an earlier step can have written.
func TestGateWithoutCheckout(t *testing.T) {
	s := newOneStepScene(t)
	s.args = slices.DeleteFunc(s.args, func(a string) bool { return a == "--work-tree" })
	if _, r := s.gate(t); r.code != 3 || !strings.Contains(r.stderr, "add actions/checkout to the job") {
		t.Errorf("exit code %d\n%s", r.code, r.stderr)
	}
}

// Where the runner does not say which job this is, it may be the one that
// uploads.
func TestGateOfUnknownJob(t *testing.T) {
	for _, name := range []string{"GITHUB_JOB", "GITHUB_WORKFLOW_REF"} {
		s := newOneStepScene(t)
		delete(s.env, name)
		rep, r := s.gate(t)
		if r.code != 2 || rules(rep)["claims-unverified"] == 0 || len(rep.Notes) > 0 {
			t.Errorf("without %s: exit code %d, %v, %q", name, r.code, rules(rep), rep.Notes)
		}
	}
}

// In any other job the gate asks for no token, and says who looks at the
// uploading job.
func TestGateApart(t *testing.T) {
	for name, change := range map[string]func(s *oneStepScene){
		"another job": func(s *oneStepScene) { s.env["GITHUB_JOB"] = "build" },
		"another workflow": func(s *oneStepScene) {
			s.env["GITHUB_WORKFLOW_REF"] = "octo-sci/samplepkg/.github/workflows/other.yml@refs/tags/v1.0"
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newOneStepScene(t)
			change(s)
			rep, r := s.gate(t)
			if r.code != 0 || !strings.Contains(strings.Join(rep.Notes, ""), "not applicable") || len(s.issuer.Requests()) > 0 {
				t.Errorf("exit code %d, %v, notes %q, %v", r.code, rules(rep), rep.Notes, s.issuer.Requests())
			}
		})
	}
}
