// SPDX-License-Identifier: BSD-3-Clause

package evidence_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/corpus"
	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/trust"
)

const (
	conformanceIdentity = "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main"
	conformanceCases    = 70
)

// TestConformance runs the official client test suite's cases, each with the
// artifact and with its digest. Cases that verify with a key are run by the
// client under e2e: evidence refuses keys, and that is what is asserted here.
func TestConformance(t *testing.T) {
	dir := corpus.Path(t, "sigstore-conformance", "bundle-verify")
	cases, err := filepath.Glob(filepath.Join(dir, "*", "bundle.sigstore.json"))
	if err != nil || len(cases) != conformanceCases {
		t.Fatalf("%d cases (%v), expecting %d", len(cases), err, conformanceCases)
	}
	for _, file := range cases {
		name := filepath.Base(filepath.Dir(file))
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, root := conformanceVerify(t, filepath.Dir(file))
			artifact, err := os.ReadFile(either(filepath.Join(filepath.Dir(file), "artifact"), filepath.Join(dir, "..", "a.txt")))
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256(artifact)
			err = accept(a, root, hex.EncodeToString(sum[:]))
			withKey := exists(filepath.Join(filepath.Dir(file), "key.pub"))
			want := !strings.HasSuffix(name, "_fail") && !withKey
			if (err == nil) != want {
				t.Errorf("accepted: %v (%v), want %v", err == nil, err, want)
			}
		})
	}
}

func conformanceVerify(t *testing.T, dir string) (*evidence.Attestation, error) {
	t.Helper()
	root := either(filepath.Join(dir, "trusted_root.json"), corpus.Path(t, "trust", "trusted_root.json"))
	set, err := trust.Load(t.Context(), trust.Options{Files: []string{root}, Offline: true})
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(filepath.Join(dir, "bundle.sigstore.json"))
	if err != nil {
		t.Fatal(err)
	}
	docs, err := evidence.Split(data, "bundle.sigstore.json", evidence.Given)
	if err != nil {
		return nil, err
	}
	if len(docs) != 1 {
		return nil, fmt.Errorf("%d documents", len(docs))
	}
	return evidence.NewVerifier(set).Verify(docs[0]), nil
}

func accept(a *evidence.Attestation, err error, digest string) error {
	if err != nil {
		return err
	}
	if !a.OK() {
		return a.Problem
	}
	if a.Signer.Issuer != evidence.GitHubIssuer || !slices.Equal(a.Signer.URIs, []string{conformanceIdentity}) {
		return fmt.Errorf("issuer %q, signer %q", a.Signer.Issuer, a.Signer.Name())
	}
	if a.Statement == nil {
		if a.MessageDigest != digest {
			return fmt.Errorf("digest %s, expecting %s", a.MessageDigest, digest)
		}
		return nil
	}
	for _, s := range a.Statement.Subjects {
		if s.SHA256 == digest {
			return nil
		}
	}
	return errors.New("no subject has the digest")
}

func either(path, otherwise string) string {
	if exists(path) {
		return path
	}
	return otherwise
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
