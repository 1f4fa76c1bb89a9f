// SPDX-License-Identifier: BSD-3-Clause

package attest

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/e2e/foreign"
	"github.com/scientific-python/sallyport/internal/attest"
	"github.com/scientific-python/sallyport/internal/evidence"
)

const (
	identity   = "https://github.com/octo-sci/samplepkg/.github/workflows/release.yml@refs/tags/v1.0.0"
	provenance = "https://slsa.dev/provenance/v1"
	publish    = "https://docs.pypi.org/attestations/publish/v1"
)

// Everything that attest writes, on either version of Rekor, is accepted by
// GitHub's, Sigstore's and npm's verifiers, and refused for another file, for
// another signer, and when a byte of the signature is another.
func TestOthersAccept(t *testing.T) {
	for name, without := range map[string]int{"Rekor v1": 2, "Rekor v2": 0} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, 3)
			if without > 0 {
				s.without(t, without)
			}
			s.issuer.Set(map[string]any{"environment": "pypi", "sub": "repo:octo-sci/samplepkg:environment:pypi"})
			s.attest(t, "--kinds", "slsa,publish,bundle,release").wants(t, 0)
			dists, err := filepath.Glob(filepath.Join(s.dist, "*.whl"))
			if err != nil || len(dists) != 2 {
				t.Fatalf("%q, %v", dists, err)
			}
			artifact, other := dists[0], dists[1]
			stranger := filepath.Join(s.dir, "stranger.whl")
			put(t, stranger, []byte("somebody else's"))
			bundles := map[string]string{ // by what they hold
				"bundle":  filepath.Join(s.bundles(), filepath.Base(artifact)+".sigstore.json"),
				"release": filepath.Join(s.bundles(), "samplepkg-1.0.0.intoto.jsonl"),
				"slsa":    s.asBundle(t, artifact+".slsa.attestation"),
				"publish": s.asBundle(t, artifact+".publish.attestation"),
			}
			for kind, bundle := range bundles {
				typ := provenance
				if kind == "publish" {
					typ = publish
				}
				good := foreign.Case{Artifact: artifact, Bundle: bundle, TrustedRoot: s.lab.TrustedRoot, Identity: identity,
					Issuer: evidence.GitHubIssuer, Repository: "octo-sci/samplepkg", PredicateType: typ}
				for _, tool := range foreign.Tools() {
					t.Run(kind+" "+tool.Name, func(t *testing.T) {
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
						bad.Bundle = flipped(t, bundle)
						refused(t, tool, bad, "another signature")
						all := good
						all.Artifact = other
						if err := tool.Verify(t.Context(), all); kind == "release" && err != nil {
							t.Errorf("the release's second file: %v", err)
						} else if kind != "release" && !foreign.IsRefused(err) {
							t.Errorf("another file of the release: %v", err)
						}
					})
				}
			}
		})
	}
}

func refused(t *testing.T, tool foreign.Tool, c foreign.Case, what string) {
	t.Helper()
	if err := tool.Verify(t.Context(), c); !foreign.IsRefused(err) {
		t.Errorf("%s: %v", what, err)
	}
}

// asBundle writes a PEP 740 attestation as the bundle that it stands for.
func (s *scene) asBundle(t *testing.T, path string) string {
	t.Helper()
	b, err := evidence.BundleFromPEP740(get(t, path))
	if err != nil {
		t.Fatal(err)
	}
	data, err := attest.BundleJSON(b)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(s.dir, filepath.Base(path)+".json")
	put(t, out, data)
	return out
}

// flipped writes a bundle with another signature.
func flipped(t *testing.T, path string) string {
	t.Helper()
	data := get(t, path)
	i := bytes.Index(data, []byte(`"sig":"`))
	if i < 0 {
		t.Fatal("no signature")
	}
	i += len(`"sig":"`) + 20
	c := byte('A')
	if data[i] == c {
		c = 'B'
	}
	data[i] = c
	out := filepath.Join(t.TempDir(), filepath.Base(path))
	put(t, out, data)
	return out
}
