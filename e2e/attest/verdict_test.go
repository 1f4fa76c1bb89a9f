// SPDX-License-Identifier: BSD-3-Clause

package attest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/scientific-python/sallyport/e2e/foreign"
	"github.com/scientific-python/sallyport/internal/attest"
	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/githubtest"
	"github.com/scientific-python/sallyport/internal/trust"
)

// gated makes the scene's job that of the gate: a checkout of a repository with
// a good release workflow, and GitHub's settings. It returns the checkout.
func (s *scene) gated(t *testing.T) string {
	t.Helper()
	repo := filepath.Join(s.dir, "repo")
	sample := filepath.Join("..", "..", "testdata", "sample", "workflows", "good", ".github", "workflows", "release.yml")
	put(t, filepath.Join(repo, ".github", "workflows", "release.yml"), get(t, sample))
	put(t, filepath.Join(repo, ".github", "sallyport.yml"), []byte(policyText))
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("skipping: there is no git to make a repository with")
	}
	commit := ""
	for _, args := range [][]string{{"init", "-q"}, {"add", "-A"}, {"commit", "-q", "-m", "x"}, {"rev-parse", "HEAD"}} {
		cmd := exec.Command(git, append([]string{"-C", repo, "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"}, args...)...)
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("git %q: %v\n%s", args, err, out)
		}
		commit = strings.TrimSpace(string(out))
	}
	s.issuer.Set(map[string]any{"sha": commit, "workflow_sha": commit, "job_workflow_sha": commit})
	gh := githubtest.New()
	t.Cleanup(gh.Close)
	gh.AddFile("octo-sci", "samplepkg", commit, "README.md", []byte("x"))
	gh.AddEnvironment("octo-sci", "samplepkg", "pypi", githubtest.Environment{Reviewers: []string{"mara"}, PreventSelfReview: true, Tags: []string{"v*"}})
	s.env = append(s.env, "GITHUB_API_URL="+gh.URL(), "GITHUB_JOB=gate")
	return repo
}

// The gate's verdict, signed by the real servers, is accepted by everybody's
// verifiers as what it is, and by nobody as something else.
func TestVerdict(t *testing.T) {
	s := newScene(t, 3)
	repo := s.gated(t)
	s.attest(t).wants(t, 0, "pass: 3 files")
	ledger, verdicts := filepath.Join(s.dir, "ledger.json"), filepath.Join(s.dir, "verdicts")
	args := []string{"gate", "--sign-verdict", "--repo", repo, "--bundle-dir", verdicts, "--ledger-out", ledger, "--signing-config", s.config, "--trusted-root", s.lab.TrustedRoot, s.dist}
	r := finish(t, s.command(t, args))
	r.wants(t, 0, "pass: 3 files", "3 files: signed verdict of one file")
	if _, err := os.Stat(ledger); err != nil {
		t.Error(err)
	}
	bundles, err := filepath.Glob(filepath.Join(verdicts, "*.vsa.sigstore.json"))
	if err != nil || len(bundles) != 3 {
		t.Fatalf("%q, %v", bundles, err)
	}
	roots, err := trust.Load(t.Context(), trust.Options{Files: []string{s.lab.TrustedRoot}, Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range bundles {
		docs, err := evidence.Split(get(t, path), path, evidence.Given)
		if err != nil || len(docs) != 1 {
			t.Fatalf("%d documents, %v", len(docs), err)
		}
		a := evidence.NewVerifier(roots).Verify(docs[0])
		if !a.OK() || a.PredicateType() != attest.PredicateSummary || a.Signer.SignerURI != identity ||
			!strings.Contains(string(a.Statement.Predicate), `"verificationResult":"PASSED","verifiedLevels":["SLSA_BUILD_LEVEL_2","SALLYPORT_GATE_BUILD"`) {
			t.Errorf("%s: %+v\n%s", path, a.Problem, a.Statement.Predicate)
		}
	}
	artifact := filepath.Join(s.dist, strings.TrimSuffix(filepath.Base(bundles[0]), ".vsa.sigstore.json"))
	stranger := filepath.Join(s.dir, "stranger.whl")
	put(t, stranger, []byte("somebody else's"))
	good := foreign.Case{Artifact: artifact, Bundle: bundles[0], TrustedRoot: s.lab.TrustedRoot, Identity: identity,
		Issuer: evidence.GitHubIssuer, Repository: "octo-sci/samplepkg", PredicateType: attest.PredicateSummary}
	for _, tool := range foreign.Tools() {
		t.Run(tool.Name, func(t *testing.T) {
			t.Parallel()
			if err := tool.Verify(t.Context(), good); err != nil {
				t.Fatal(err)
			}
			bad := good
			bad.Artifact = stranger
			refused(t, tool, bad, "a file that it is not about")
			bad = good
			bad.Identity = strings.Replace(identity, "release.yml", "other.yml", 1)
			refused(t, tool, bad, "another signer")
			bad = good
			bad.PredicateType = provenance
			refused(t, tool, bad, "another kind of statement")
		})
	}
	// Alone it is no provenance.
	if err := os.RemoveAll(s.bundles()); err != nil {
		t.Fatal(err)
	}
	for _, a := range must(filepath.Glob(filepath.Join(s.dist, "*.attestation")))(t) {
		if err := os.Remove(a); err != nil {
			t.Fatal(err)
		}
	}
	s.verify(t, "--bundle", verdicts).wants(t, 1, "no provenance attestation covers", attest.PredicateSummary)
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
