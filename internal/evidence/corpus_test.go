// SPDX-License-Identifier: BSD-3-Clause

package evidence_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/corpus"
	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/trust"
)

// proved is what a real attestation proves, as far as the test looks.
type proved struct {
	Root, Issuer, Signer, Repository, Ref, Event, Predicate, Subject string
}

// TestRealAttestations verifies the corpus's real attestations under each of
// the three real trust roots: exactly one of them may accept each.
func TestRealAttestations(t *testing.T) {
	dir := corpus.Path(t, "attestations")
	const (
		actions = evidence.GitHubIssuer
		toB     = "https://github.com/trailofbits/pypi-attestations"
		toBFlow = toB + "/.github/workflows/release.yml@refs/tags/v0.0.19"
		models  = "https://github.com/trailofbits/pypi-attestation-models"
		sample  = "https://github.com/pypa/sampleproject"
		pub     = evidence.PredicatePublish
		slsa    = evidence.PredicateProvenanceV1
	)
	for _, c := range []struct {
		file string
		want []proved
	}{
		{"pypi/pypi_attestations-0.0.19.tar.gz.publish.attestation", []proved{{"prod", actions, toBFlow, toB, "refs/tags/v0.0.19", "release", pub, "pypi_attestations-0.0.19.tar.gz"}}},
		{"pypi/pypi_attestations-0.0.19.tar.gz.slsa.attestation", []proved{{"prod", actions, toBFlow, toB, "refs/tags/v0.0.19", "release", slsa, "pypi_attestations-0.0.19.tar.gz"}}},
		{"pypi/pypi_attestations-0.0.19.tar.gz.provenance", []proved{{"prod", actions, toBFlow, toB, "refs/tags/v0.0.19", "release", pub, "pypi_attestations-0.0.19.tar.gz"}}},
		{"pypi/pypi_attestations-0.0.19.tar.gz.publish.attestation.with_timestamp", []proved{{"prod", "https://github.com/login/oauth", "", "", "", "", pub, "pypi_attestations-0.0.19.tar.gz"}}},
		{"pypi/pypi_attestation_models-0.0.4a2.tar.gz.attestation", []proved{{"prod", actions, models + "/.github/workflows/release.yml@refs/tags/v0.0.4a2", models, "refs/tags/v0.0.4a2", "release", pub, "pypi_attestation_models-0.0.4a2.tar.gz"}}},
		{"pypi/pypi_attestation_models-0.0.4a2.tar.gz.sigstore", []proved{{"prod", actions, models + "/.github/workflows/release.yml@refs/tags/v0.0.4a2", models, "refs/tags/v0.0.4a2", "release", pub, "pypi_attestation_models-0.0.4a2.tar.gz"}}},
		{"pypi/gitlab_oidc_project-0.0.3.tar.gz.publish.attestation", []proved{{"prod", "https://gitlab.com", "https://gitlab.com/facutuesca/gitlab-oidc-project//.gitlab-ci.yml@refs/heads/main", "https://gitlab.com/facutuesca/gitlab-oidc-project", "refs/heads/main", "", pub, "gitlab_oidc_project-0.0.3.tar.gz"}}},
		{"pypi/gcb_attestation_test-0.0.0.tar.gz.provenance", []proved{{"prod", "https://accounts.google.com", "919436158236-compute@developer.gserviceaccount.com", "", "", "", pub, "gcb_attestation_test-0.0.0.tar.gz"}}},
		{"pypi/sampleproject-4.0.0.tar.gz.provenance.json", []proved{{"prod", actions, sample + "/.github/workflows/release.yml@refs/heads/main", sample, "refs/heads/main", "push", pub, "sampleproject-4.0.0.tar.gz"}}},
		{"pypi/sampleproject-4.0.0-py3-none-any.whl.publish.attestation", []proved{{"prod", actions, sample + "/.github/workflows/release.yml@refs/heads/main", sample, "refs/heads/main", "push", pub, "sampleproject-4.0.0-py3-none-any.whl"}}},
		{"pypi/sampleproject-3.0.0.tar.gz.publish.attestation", []proved{{"prod", "https://accounts.google.com", "", "", "", "", pub, "sampleproject-3.0.0.tar.gz"}}},
		{"pypi/rfc8785-0.1.2-py3-none-any.whl.attestation", []proved{{"staging", "", "", "", "", "", pub, "rfc8785-0.1.2-py3-none-any.whl"}}},
		{"pypi/rfc8785-0.1.2-py3-none-any.whl.publish.attestation", []proved{{"staging", "", "", "", "", "", pub, "rfc8785-0.1.2-py3-none-any.whl"}}},
		{"pypi/rfc8785-0.1.2-py3-none-any.whl.sigstore", []proved{{"staging", "", "", "", "", "", "", ""}}},
		{"pypi/spt3g-1.0-cp310-cp310-manylinux_2_17_x86_64.manylinux2014_x86_64.whl.publish.attestation", []proved{{"staging", "", "", "", "", "", pub, ""}}},
		{"github/github_provenance_demo-0.0.12-py3-none-any-bundle.jsonl", []proved{{"github", actions, "https://github.com/actions/attest-demo/.github/workflows/build-python.yml@refs/heads/main", "https://github.com/actions/attest-demo", "refs/heads/main", "workflow_dispatch", slsa, "github_provenance_demo-0.0.12-py3-none-any.whl"}}},
		{"github/github_provenance_demo-0.0.12-py3-none-any-bundle-missing-cert.jsonl", nil},
		{"github/reusable-workflow-attestation.sigstore.json", []proved{{"prod", actions, "https://github.com/github/artifact-attestations-workflows/.github/workflows/attest.yml@09b495c3f12c7881b3cc17209a327792065c1a1d", "https://github.com/malancas/attest-demo", "refs/heads/main", "workflow_dispatch", slsa, "github_provenance_demo-0.0.0-py3-none-any.whl"}}},
		{"github/custom-issuer.sigstore.json", []proved{{"prod", actions + "/hammer-time", "https://github.com/too-legit/attest/.github/workflows/integration.yml@refs/heads/main", "https://github.com/too-legit/attest", "refs/heads/main", "workflow_dispatch", slsa, "artifact"}}},
		{"github/github_release_bundle.json", []proved{{"github", "", "https://dotcom.releases.github.com", "", "", "", "https://in-toto.io/attestation/release/v0.1", ""}}},
	} {
		t.Run(filepath.Base(c.file), func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(dir, c.file))
			if err != nil {
				t.Fatal(err)
			}
			docs, err := evidence.Split(data, c.file, evidence.Folder)
			if err != nil {
				t.Fatal(err)
			}
			var got []proved
			for _, doc := range docs {
				for _, root := range []string{"prod", "staging", "github"} {
					a := realVerifier(t, root).Verify(doc)
					t.Logf("%s: %v", root, a.Problem)
					if a.OK() {
						got = append(got, summary(a, root))
					}
				}
			}
			if len(c.want) == 1 && len(got) == 1 { // values that the table leaves open
				leaveOpen(&got[0], c.want[0])
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func summary(a *evidence.Attestation, root string) proved {
	p := proved{Root: root, Issuer: a.Signer.Issuer, Signer: a.Signer.Name(), Repository: a.Signer.RepositoryURI, Ref: a.Signer.Ref, Event: a.Signer.Event, Predicate: a.PredicateType()}
	if a.Statement != nil {
		p.Subject = a.Statement.Subjects[0].Name
	}
	return p
}

func leaveOpen(got *proved, want proved) {
	for _, f := range []struct{ got, want *string }{
		{&got.Issuer, &want.Issuer}, {&got.Signer, &want.Signer}, {&got.Predicate, &want.Predicate}, {&got.Subject, &want.Subject}, {&got.Event, &want.Event},
	} {
		if *f.want == "" {
			*f.got = ""
		}
	}
}

func realVerifier(t *testing.T, root string) *evidence.Verifier {
	t.Helper()
	file := map[string]string{"prod": "trusted_root.json", "staging": "trusted_root_staging.json", "github": "trusted_root_github.json"}[root]
	set, err := trust.Load(t.Context(), trust.Options{Files: []string{corpus.Path(t, "trust", file)}, Offline: true})
	if err != nil {
		t.Fatal(fmt.Errorf("%s: %w", root, err))
	}
	return evidence.NewVerifier(set)
}
