// SPDX-License-Identifier: BSD-3-Clause

package act

import (
	"bytes"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/disttest"
	"github.com/scientific-python/sallyport/internal/runner"
	"github.com/scientific-python/sallyport/internal/runner/runnertest"
)

// replaced has one thing in place of another.
func replaced(old, new string) func(string) string {
	return func(text string) string { return strings.Replace(text, old, new, 1) }
}

// What a release of the sample consists of.
const (
	wheel = "samplepkg-1.0.0-py3-none-any.whl"
	sdist = "samplepkg-1.0.0.tar.gz"
)

// The jobs by act's names. A called workflow's jobs have the caller's before
// theirs.
const (
	buildJob, attestJob, gateJob, publishJob = "build/build/build", "build/build/attest", "gate/gate/gate", "release/publish"
)

// TestGreen holds that releases which are in order go out, as they were built.
func TestGreen(t *testing.T) {
	called := map[string]string{buildJob: "success", attestJob: "success", gateJob: "success", publishJob: "success"}
	for name, tt := range map[string]struct {
		change
		jobs map[string]string
		// beside are the files that lie beside the release's when it goes out.
		beside []string
		// verdicts is how many signed verdicts there are of each release file.
		verdicts int
		// passed says what the summaries of the jobs begin with.
		passed map[string]string
	}{
		"the README's workflow": {
			jobs: called, beside: []string{".slsa.attestation"}, verdicts: 1,
			passed: map[string]string{gateJob: "## ✅ sallyport gate: pass", publishJob: "## ✅ sallyport gate seal: pass"},
		},
		// The job that failed is run again: what it takes was attested before.
		"the one step, at the second attempt": {
			change: change{example: "one-step", attempt: "2", claims: map[string]map[string]any{"attest": {"run_attempt": "1"}}},
			jobs:   map[string]string{"release/build": "success", "release/attest": "success", publishJob: "success"},
			passed: map[string]string{publishJob: "## ✅ sallyport gate: pass"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRelease(t, tt.change)
			res := r.run()
			if res.code != 0 {
				t.Errorf("act ended with %d", res.code)
			}
			if diff := cmp.Diff(tt.jobs, res.jobs()); diff != "" {
				t.Errorf("jobs (-want +got):\n%s", diff)
			}
			want := []string{wheel, sdist}
			for _, suffix := range tt.beside {
				want = append(want, wheel+suffix, sdist+suffix)
			}
			slices.Sort(want)
			if diff := cmp.Diff(want, res.out); diff != "" {
				t.Errorf("what went out (-want +got):\n%s", diff)
			}
			for _, name := range []string{wheel, sdist} {
				// The first artifact is what the build job left.
				if !t.Failed() && !bytes.Equal(get(t, filepath.Join(r.dir, "artifacts/ids/7100", name)), get(t, filepath.Join(r.dir, "out", name))) {
					t.Errorf("%s went out otherwise than it was built", name)
				}
			}
			for job, want := range tt.passed {
				if summary := res.summary(job); !strings.HasPrefix(summary, want) {
					t.Errorf("the summary of %s does not begin with %q:\n%s", job, want, summary)
				}
			}
			// What the documents give is in order: no warning, and nothing to look at
			// but what a container cannot see.
			for line := range strings.Lines(res.said("")) {
				if strings.Contains(line, "warning[") || strings.Contains(line, "unchecked[") && !strings.Contains(line, "[credentials-unseen]") {
					t.Errorf("a release that is in order is told %s", line)
				}
			}
			if len(r.github.Stored()) == 0 {
				t.Error("no attestation was stored with GitHub")
			}
			verdicts, _ := filepath.Glob(filepath.Join(r.dir, "artifacts/ids/*/*.vsa.sigstore.json"))
			if want := 2 * tt.verdicts; len(verdicts) != want {
				t.Errorf("signed verdicts: %q, want %d", verdicts, want)
			}
			if publish := r.issuers["publish"]; publish == nil || len(publish.Requests()) == 0 {
				t.Error("the job that uploads was never asked who it is")
			}
			r.judge(res)
		})
	}
}

// TestRed holds that a release with one thing wrong is stopped in the right job,
// by the right rule, and that nothing goes out.
func TestRed(t *testing.T) {
	_, other := disttest.Sdist(disttest.Options{Version: "1.0.0"})
	stopped := map[string]string{buildJob: "success", attestJob: "success", gateJob: "failure"}
	const secret = "pypi-AgEIcHlwaS5vcmcCJGFh"
	for name, tt := range map[string]struct {
		change
		jobs  map[string]string // stopped where nil
		in    string            // the job that is red, gateJob where empty
		rules []string          // all that are errors
		says  string            // what to do
	}{
		"swapped": {
			change: change{planted: map[string]map[string][]byte{"gate": {sdist: other}}},
			rules:  []string{"differs-from-build", "digest-mismatch"}, says: "see what ran between the build and this job",
		},
		"token": {
			change: change{workflow: replaced("    environment: pypi\n", "    environment: pypi\n    env:\n      TWINE_PASSWORD: ${{ secrets.PYPI_TOKEN }}\n")},
			rules:  []string{"token-beside-trusted-publishing"}, says: "revoke the token on the index",
		},
		// Nothing in the workflow shows it: an earlier step has set it.
		"token-set-by-a-step": {
			change: change{variables: map[string]string{"publish": "TWINE_PASSWORD=" + secret}},
			jobs:   map[string]string{buildJob: "success", attestJob: "success", gateJob: "success", publishJob: "failure"}, in: publishJob,
			rules: []string{"credential-in-sight"}, says: "revoke",
		},
		"cached": {
			change: change{over: "cached"},
			jobs:   map[string]string{"release/build": "success", "release/attest": "success", gateJob: "failure"},
			rules:  []string{"cache-reaches-index"}, says: "build a release without it",
		},
		"other-run": {
			change: change{claims: map[string]map[string]any{"attest": {"run_id": "11122233300"}}},
			rules:  []string{"other-run"}, says: "build and attest the files in this run",
		},
		"no-environment": {
			change: change{workflow: replaced("    environment: pypi\n", "")},
			rules:  []string{"publish-without-environment"}, says: "add an environment to the job",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRelease(t, tt.change)
			res := r.run()
			if tt.jobs == nil {
				tt.jobs = stopped
			}
			command := "gate seal"
			if tt.in == "" {
				tt.in, command = gateJob, "gate"
			}
			if res.code != 1 {
				t.Errorf("act ended with %d", res.code)
			}
			if diff := cmp.Diff(tt.jobs, res.jobs()); diff != "" {
				t.Errorf("jobs (-want +got):\n%s", diff)
			}
			if len(res.out) > 0 {
				t.Errorf("%q went out", res.out)
			}
			said := res.said(tt.in)
			if diff := cmp.Diff(tt.rules, errorRules(said)); diff != "" {
				t.Errorf("errors (-want +got):\n%s", diff)
			}
			summary, annotations := res.summary(tt.in), res.annotations(tt.in)
			for _, text := range []string{said, annotations, summary} {
				if !strings.Contains(text, tt.says) {
					t.Errorf("%q is not said:\n%s", tt.says, text)
				}
				if strings.Contains(text, secret) {
					t.Errorf("a secret is said:\n%s", text)
				}
			}
			if want := "## ❌ sallyport " + command + ": fail\n\n<strong>Do not upload these files.</strong>"; !strings.HasPrefix(summary, want) {
				t.Errorf("the summary begins with %.200q", summary)
			}
			r.golden(name, said, annotations, summary)
			r.judge(res)
		})
	}
}

// judge holds what must be so of any run.
func (r *release) judge(res result) {
	r.t.Helper()
	w := r.world.web
	w.mu.Lock()
	if len(w.refused) > 0 {
		r.t.Errorf("asked for %q", w.refused)
	}
	w.mu.Unlock()
	secrets := []string{token}
	for _, id := range slices.Sorted(maps.Keys(r.issuers)) {
		issuer := r.issuers[id]
		secrets = append(append(secrets, issuer.Tokens()...), issuer.Env("")["ACTIONS_ID_TOKEN_REQUEST_TOKEN"])
		for _, ask := range issuer.Requests() {
			if !slices.Contains([]string{"sigstore", runner.GateAudience}, ask.Audience) || !ask.Authorized {
				r.t.Errorf("job %s asked for a token for %q, authorized %v", id, ask.Audience, ask.Authorized)
			}
		}
	}
	for _, l := range res.lines {
		for _, s := range secrets {
			// The command that masks it has to name it.
			if strings.Contains(l.Msg+l.Content, s) {
				r.t.Errorf("a secret is in the log: %s", l.Msg)
			}
		}
	}
	for _, c := range runnertest.ParseLog(res.said("")) {
		r.t.Errorf("the runner would take this for a command: %q", c.Line)
	}
	if r.t.Failed() {
		r.t.Log(res.text())
	}
	r.t.Logf("%.0f s; from a container's start to its last word: %s", res.took.Seconds(), res.containers())
}
