// SPDX-License-Identifier: BSD-3-Clause

package corpus_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/cli"
	"github.com/scientific-python/sallyport/internal/corpus"
	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/report/reporttest"
)

// TestVerdicts runs the command on real distributions and real attestations,
// under the real roots, and holds the verdicts to what the corpus says of them.
func TestVerdicts(t *testing.T) {
	const (
		toB  = "pypi_attestations-0.0.19.tar.gz"
		mods = "pypi_attestation_models-0.0.4a2.tar.gz"
		demo = "github_provenance_demo-0.0.12-py3-none-any"
		zero = "github_provenance_demo-0.0.0-py3-none-any.whl"
	)
	toBPolicy := "project: pypi-attestations\npublisher: {repository: trailofbits/pypi-attestations, workflow: release.yml, environment: pypi}\nrequire: [provenance, publish]\n"
	models := "publisher: {repository: trailofbits/pypi-attestation-models, workflow: release.yml}\nrequire: [publish]\n"
	demoPolicy := "publisher: {repository: actions/attest-demo, workflow: build-python.yml}\nbuilder: {refs: [refs/heads/main], instance: github}\n"
	reusable := "publisher: {repository: malancas/attest-demo, workflow: shared.yml}\nbuilder:\n  refs: [refs/heads/main]\n"
	for _, c := range []struct {
		name   string
		files  map[string]string // name in the folder -> file of the corpus
		policy string
		root   string // file under trust; "" for the built-in roots
		errors []string
		index  string
	}{
		{name: "PyPI's own", files: same("pypi", toB, ".publish.attestation", ".slsa.attestation", ".provenance"), policy: toBPolicy, index: "accept"},
		{name: "other repository", files: same("pypi", toB, ".publish.attestation", ".slsa.attestation"),
			policy: strings.Replace(toBPolicy, "trailofbits/pypi", "trailofbits/pypj", 1), errors: []string{"wrong-repository"}, index: "refuse"},
		{name: "other workflow", files: same("pypi", toB, ".publish.attestation", ".slsa.attestation"),
			policy: strings.Replace(toBPolicy, "release.yml", "publish.yml", 1), errors: []string{"wrong-workflow"}, index: "refuse"},
		{name: "a person's, with a timestamp", files: map[string]string{toB: "pypi/" + toB, toB + ".publish.attestation": "pypi/" + toB + ".publish.attestation.with_timestamp"},
			policy: strings.Replace(toBPolicy, "[provenance, publish]", "[publish]", 1), errors: []string{"unsupported-builder"}, index: "refuse"},
		{name: "predicate {}", files: same("pypi", mods, ".attestation"), policy: models, index: "accept"},
		{name: "the same as a bundle", files: same("pypi", mods, ".sigstore"), policy: models, index: "no-attestation"},
		{name: "GitLab", files: same("pypi", "gitlab_oidc_project-0.0.3.tar.gz", ".publish.attestation"),
			policy: "publisher: {repository: facutuesca/gitlab-oidc-project, workflow: release.yml}\nrequire: [publish]\n", errors: []string{"unsupported-builder"}, index: "refuse"},
		{name: "Google", files: same("pypi", "sampleproject-3.0.0.tar.gz", ".publish.attestation"),
			policy: "publisher: {repository: pypa/sampleproject, workflow: release.yml}\nrequire: [publish]\n", errors: []string{"unsupported-builder"}, index: "refuse"},
		{name: "staging under the real roots", files: same("pypi", "rfc8785-0.1.2-py3-none-any.whl", ".publish.attestation"),
			policy: "publisher: {repository: trailofbits/rfc8785.py, workflow: release.yml}\nrequire: [publish]\n", errors: []string{"missing-publish-attestation", "untrusted-certificate"}, index: "refuse"},
		{name: "staging under its own root", files: same("pypi", "rfc8785-0.1.2-py3-none-any.whl", ".publish.attestation"), root: "trusted_root_staging.json",
			policy: "publisher: {repository: trailofbits/rfc8785.py, workflow: release.yml}\nrequire: [publish]\n", errors: []string{"unsupported-builder"}, index: "refuse"},
		{name: "GitHub's instance", files: map[string]string{demo + ".whl": "github/" + demo + ".whl", demo + ".whl.sigstore.json": "github/" + demo + "-bundle.jsonl"}, policy: demoPolicy, index: "no-attestation"},
		{name: "GitHub's instance under the public root", files: map[string]string{demo + ".whl": "github/" + demo + ".whl", demo + ".whl.sigstore.json": "github/" + demo + "-bundle.jsonl"},
			policy: demoPolicy, root: "trusted_root.json", errors: []string{"missing-provenance", "untrusted-certificate"}, index: "no-attestation"},
		{name: "without a certificate", files: map[string]string{demo + ".whl": "github/" + demo + ".whl", demo + ".whl.sigstore.json": "github/" + demo + "-bundle-missing-cert.jsonl"},
			policy: demoPolicy, errors: []string{"malformed-attestation", "missing-provenance"}, index: "no-attestation"},
		{name: "reusable workflow, listed", files: map[string]string{zero: "github/reusable-workflow-artifact", zero + ".sigstore.json": "github/reusable-workflow-attestation.sigstore.json"},
			policy: reusable + "  signers: [github/artifact-attestations-workflows/.github/workflows/attest.yml@09b495c3f12c7881b3cc17209a327792065c1a1d]\n", index: "no-attestation"},
		{name: "reusable workflow, not listed", files: map[string]string{zero: "github/reusable-workflow-artifact", zero + ".sigstore.json": "github/reusable-workflow-attestation.sigstore.json"},
			policy: reusable, errors: []string{"untrusted-signer"}, index: "no-attestation"},
		{name: "an enterprise's issuer", files: map[string]string{"artifact-1.0.tar.gz": "github/custom-issuer-artifact", "artifact-1.0.tar.gz.sigstore.json": "github/custom-issuer.sigstore.json"},
			policy: "publisher: {repository: too-legit/attest, workflow: integration.yml}\nbuilder: {refs: [refs/heads/main]}\n", errors: []string{"subject-name-mismatch", "wrong-issuer"}, index: "no-attestation"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			dist := filepath.Join(dir, "dist")
			if err := os.Mkdir(dist, 0o755); err != nil {
				t.Fatal(err)
			}
			for name, from := range c.files {
				data, err := os.ReadFile(corpus.Path(t, "attestations", filepath.FromSlash(from)))
				if err != nil {
					t.Fatal(err)
				}
				write(t, filepath.Join(dist, name), data)
			}
			write(t, filepath.Join(dir, "policy.yml"), []byte(c.policy))
			args := []string{"verify", "--offline", "--policy", filepath.Join(dir, "policy.yml"), "--format", "json"}
			if c.root != "" {
				args = append(args, "--trusted-root", corpus.Path(t, "trust", c.root))
			}
			rep, code := run(t, append(args, dist)...)
			var errors []string
			for _, f := range rep.Findings {
				if f.Severity == finding.Error && !slices.Contains(errors, f.Rule) {
					errors = append(errors, f.Rule)
				}
			}
			slices.Sort(errors)
			if diff := cmp.Diff(c.errors, errors); diff != "" {
				t.Errorf("errors, -want +got:\n%s%s", diff, dump(rep))
			}
			wantVerdict, wantCode := report.Pass, 0
			if len(c.errors) > 0 {
				wantVerdict, wantCode = report.Fail, 1
			}
			if rep.Verdict != wantVerdict || code != wantCode {
				t.Errorf("verdict %s, exit %d; want %s, %d\n%s", rep.Verdict, code, wantVerdict, wantCode, dump(rep))
			}
			if got := rep.Dists[0].Index.Verdict; got != c.index {
				t.Errorf("the index would %s, want %s: %v", got, c.index, rep.Dists[0].Index.Attestations)
			}
		})
	}
}

// same lays out a file and its attestations under their own names.
func same(folder, name string, endings ...string) map[string]string {
	files := map[string]string{name: folder + "/" + name}
	for _, e := range endings {
		files[name+e] = folder + "/" + name + e
	}
	return files
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func run(t *testing.T, args ...string) (*report.Report, int) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := cli.Main(cli.Env{
		Args: args, Lookup: func(string) (string, bool) { return "", false }, Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr, Now: time.Now,
	})
	if stderr.Len() > 0 {
		t.Fatalf("exit %d: %s", code, stderr.String())
	}
	reporttest.ValidateJSON(t, stdout.Bytes())
	rep := &report.Report{}
	if err := json.Unmarshal(stdout.Bytes(), rep); err != nil {
		t.Fatal(err)
	}
	return rep, code
}

func dump(rep *report.Report) string {
	var b strings.Builder
	for _, f := range rep.Findings {
		fmt.Fprintf(&b, "%s[%s]: %s\n", f.Severity, f.Rule, f.Message)
	}
	for _, u := range rep.Unchecked {
		fmt.Fprintf(&b, "unchecked[%s]: %s\n", u.Rule, u.Reason)
	}
	return b.String()
}
