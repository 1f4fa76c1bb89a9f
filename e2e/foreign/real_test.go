// SPDX-License-Identifier: BSD-3-Clause

package foreign

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/scientific-python/sallyport/internal/attest"
	"github.com/scientific-python/sallyport/internal/corpus"
	"github.com/scientific-python/sallyport/internal/evidence"
	st "github.com/scientific-python/sallyport/internal/sigstoretest"
)

// TestReal asks about a file that lies on the package index, attested by the
// public-good instance: that the tools are asked rightly does not hang on what
// sallyport's own tests make.
func TestReal(t *testing.T) {
	dir := corpus.Path(t, "attestations", "pypi")
	for typ, suffix := range map[string]string{st.ProvenanceV1: ".slsa.attestation", st.PublishV1: ".publish.attestation"} {
		artifact := filepath.Join(dir, "pypi_attestations-0.0.19.tar.gz")
		data, err := os.ReadFile(artifact + suffix)
		if err != nil {
			t.Fatal(err)
		}
		b, err := evidence.BundleFromPEP740(data)
		if err != nil {
			t.Fatal(err)
		}
		bundle, err := attest.BundleJSON(b)
		if err != nil {
			t.Fatal(err)
		}
		c := Case{
			Artifact: artifact, Bundle: filepath.Join(t.TempDir(), "bundle.json"), TrustedRoot: corpus.Path(t, "trust", "trusted_root.json"),
			Identity: st.GitHubServer + "/trailofbits/pypi-attestations/.github/workflows/release.yml@refs/tags/v0.0.19", Issuer: st.GitHubIssuer,
			Repository: "trailofbits/pypi-attestations", PredicateType: typ,
		}
		write(t, c.Bundle, bundle)
		for _, tool := range Tools() {
			t.Run(tool.Name+suffix, func(t *testing.T) {
				need(t, tool)
				c := c
				if err := tool.Verify(t.Context(), c); err != nil {
					t.Error(err)
				}
				c.Repository = "trailofbits/another"
				if err := tool.Verify(t.Context(), c); !IsRefused(err) {
					t.Errorf("another repository: %v", err)
				}
			})
		}
	}
}
