// SPDX-License-Identifier: BSD-3-Clause

package handoff_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"

	"github.com/scientific-python/sallyport/internal/dist"
	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/gate/handoff"
	"github.com/scientific-python/sallyport/internal/policy"
	st "github.com/scientific-python/sallyport/internal/sigstoretest"
	"github.com/scientific-python/sallyport/internal/trust"
)

const sdist = "samplepkg-1.0.0.tar.gz"

// TestIndex replays what PyPI would answer, with its own words, to attestation
// files beside one source distribution.
func TestIndex(t *testing.T) {
	sigstore := st.Use(t, st.PublicGood)
	other, err := st.New(st.PublicGood)
	if err != nil {
		t.Fatal(err)
	}
	v := verifier(t, sigstore)
	claims := st.GitHubClaims()
	subject := st.Subject{Name: sdist, SHA256: fmt.Sprintf("%064x", 7)}
	sign := func(c st.Claims, statement []byte) []byte {
		return sigstore.MustSign(t, statement, c, st.SignOptions{}).PEP740()
	}
	publish, provenance := sign(claims, st.Publish(subject)), sign(claims, st.Provenance(claims, subject))
	named := func(name string) st.Subject { return st.Subject{Name: name, SHA256: subject.SHA256} }
	foreign := sigstore.MustSign(t, st.Publish(subject), claims, st.SignOptions{})
	foreignEntry := other.MustSign(t, st.Publish(subject), claims, st.SignOptions{}).Proto().GetVerificationMaterial().GetTlogEntries()[0]
	second := foreign.With(func(b *protobundle.Bundle) {
		b.VerificationMaterial.TlogEntries = append(b.VerificationMaterial.TlogEntries, foreignEntry)
	}).PEP740()

	for _, c := range []struct {
		name    string
		files   map[string][]byte // ending of the name -> content
		policy  func(*policy.Policy)
		verdict string
		message string // of the first file that is not accepted
	}{
		{name: "none", verdict: handoff.NoAttestation},
		{name: "a bundle, which no uploader sends", files: map[string][]byte{".sigstore.json": foreign.JSON()}, verdict: handoff.NoAttestation},
		{name: "both kinds", files: map[string][]byte{".publish.attestation": publish, ".slsa.attestation": provenance}, verdict: handoff.Accept},
		{name: "free type name", files: map[string][]byte{".build.attestation": provenance}, verdict: handoff.Accept},
		{name: "publish with {}", files: map[string][]byte{".publish.attestation": sign(claims, st.PublishEmpty(subject))}, verdict: handoff.Accept},
		{name: "three", files: map[string][]byte{".a.attestation": publish, ".b.attestation": provenance, ".c.attestation": provenance}, verdict: handoff.Refuse, message: "A maximum of 2 attestations per file are supported"},
		{name: "one type twice", files: map[string][]byte{".a.attestation": publish, ".b.attestation": sign(claims, st.Publish(subject))}, verdict: handoff.Refuse,
			message: "Multiple attestations for the same file with the same predicate type (https://docs.pypi.org/attestations/publish/v1) are not supported"},
		{name: "two subjects", files: map[string][]byte{".slsa.attestation": sign(claims, st.Provenance(claims, subject, named("x-1.0.tar.gz")))}, verdict: handoff.Refuse, message: "too many subjects in statement (must be exactly one)"},
		{name: "a bundle under an attestation's name", files: map[string][]byte{".publish.attestation": foreign.JSON()}, verdict: handoff.Refuse, message: "Malformed attestations: "},
		{name: "a provenance object", files: map[string][]byte{".publish.attestation": st.ProvenanceObject(st.GitHubPublisher("o/r", "w.yml", ""), publish)}, verdict: handoff.Refuse, message: "Malformed attestations: "},
		{name: "truncated", files: map[string][]byte{".publish.attestation": publish[:200]}, verdict: handoff.Refuse, message: "Malformed attestations: "},
		{name: "other digest", files: map[string][]byte{".publish.attestation": sign(claims, st.Publish(st.Subject{Name: sdist, SHA256: strings.Repeat("8", 64)}))}, verdict: handoff.Refuse, message: "subject does not match distribution digest"},
		{name: "digest in capitals", files: map[string][]byte{".publish.attestation": sign(claims, st.Publish(st.Subject{Name: sdist, Digests: map[string]string{"sha256": strings.ToUpper(strings.Repeat("ab", 32))}}))}, verdict: handoff.Refuse, message: "subject does not match distribution digest"},
		{name: "other spelling of the name", files: map[string][]byte{".publish.attestation": sign(claims, st.Publish(named("Samplepkg-1.0.tar.gz")))}, verdict: handoff.Accept},
		{name: "other name", files: map[string][]byte{".publish.attestation": sign(claims, st.Publish(named("samplepkg-1.0.1.tar.gz")))}, verdict: handoff.Refuse, message: "subject does not match distribution name: samplepkg-1.0.1.tar.gz != samplepkg-1.0.0.tar.gz"},
		{name: "no distribution's name", files: map[string][]byte{".publish.attestation": sign(claims, st.Publish(named("notes.txt")))}, verdict: handoff.Refuse, message: "invalid subject: "},
		{name: "SBOM", files: map[string][]byte{".sbom.attestation": sign(claims, st.Statement{Type: st.StatementV1, Subjects: []st.Subject{subject}, PredicateType: "https://spdx.dev/Document/v2.3", Predicate: map[string]any{}}.JSON())}, verdict: handoff.Refuse, message: "unknown attestation type: https://spdx.dev/Document/v2.3"},
		{name: "other repository", files: map[string][]byte{".publish.attestation": sign(claims.WithRepository("evil/samplepkg"), st.Publish(subject))}, verdict: handoff.Refuse, message: "Certificate's Source Repository URI does not match"},
		{name: "other workflow", files: map[string][]byte{".publish.attestation": sign(claims.WithWorkflow("other.yml"), st.Publish(subject))}, verdict: handoff.Refuse, message: "does not match expected Trusted Publisher (release.yml @ octo-sci/samplepkg)"},
		{name: "other issuer", files: map[string][]byte{".publish.attestation": sign(with(claims, func(c *st.Claims) { c.Issuer = "https://gitlab.com" }), st.Publish(subject))}, verdict: handoff.Refuse, message: "issuer"},
		{name: "what the index does not look at", files: map[string][]byte{".publish.attestation": sign(claims.WithRef("refs/heads/evil").WithEvent("issue_comment").WithEnvironment("other"), st.Publish(subject))}, verdict: handoff.Accept},
		{name: "publisher unknown", files: map[string][]byte{".publish.attestation": publish}, policy: func(p *policy.Policy) { p.Publisher.Workflow = "" }, verdict: handoff.Unknown, message: "not known"},
		{name: "a second entry of a foreign log, which the index does not look at", files: map[string][]byte{".publish.attestation": second}, verdict: handoff.Accept},
		{name: "another instance", files: map[string][]byte{".publish.attestation": other.MustSign(t, st.Publish(subject), claims, st.SignOptions{}).PEP740()}, verdict: handoff.Refuse, message: "Verification failed: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			name, err := dist.ParseName(sdist)
			if err != nil {
				t.Fatal(err)
			}
			d := &dist.Dist{Path: filepath.Join("dist", sdist), Name: name, Size: 1}
			if d.Digest, err = dist.ParseDigest(subject.SHA256); err != nil {
				t.Fatal(err)
			}
			if c.name == "digest in capitals" {
				d.Digest, _ = dist.ParseDigest(strings.Repeat("ab", 32))
			}
			in := handoff.Input{Files: &dist.Collection{Dists: []*dist.Dist{d}}, Policy: policy.New().WithDefaults(), Relaxed: v.AsIndex}
			in.Policy.Publisher.Repository, in.Policy.Publisher.Workflow = "octo-sci/samplepkg", "release.yml"
			if c.policy != nil {
				c.policy(in.Policy)
			}
			for ending, content := range c.files {
				docs, err := evidence.Split(content, d.Path+ending, evidence.Folder)
				if err != nil {
					t.Fatal(err)
				}
				for _, doc := range docs {
					in.Attestations = append(in.Attestations, v.Verify(doc))
				}
			}
			got := handoff.Judge(in).Index[0]
			if got.Verdict != c.verdict {
				t.Errorf("%s, want %s: %+v", got.Verdict, c.verdict, got.Attestations)
			}
			if diff := cmp.Diff(len(c.files) > 0 && c.verdict != handoff.NoAttestation, len(got.Attestations) > 0); diff != "" {
				t.Errorf("answers to the files: %+v", got.Attestations)
			}
			for _, a := range got.Attestations {
				if a.Verdict != handoff.Accept {
					if !strings.Contains(a.Message, c.message) || c.message == "" {
						t.Errorf("%s: %q, want %q", a.File, a.Message, c.message)
					}
					return
				}
			}
		})
	}
}

func with(c st.Claims, change func(*st.Claims)) st.Claims {
	change(&c)
	return c
}

func verifier(t *testing.T, i *st.Instance) *evidence.Verifier {
	t.Helper()
	file := filepath.Join(t.TempDir(), "root.json")
	if err := os.WriteFile(file, i.TrustedRoot(), 0o600); err != nil {
		t.Fatal(err)
	}
	set, err := trust.Load(context.Background(), trust.Options{Files: []string{file}, Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	return evidence.NewVerifier(set)
}
