// SPDX-License-Identifier: BSD-3-Clause

// Package release makes releases to measure with: wheels of random bytes,
// signed by a test Sigstore.
package release

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	st "github.com/scientific-python/sallyport/internal/sigstoretest"
)

// Release is where the parts are: Dir holds the distributions and their
// attestations, Root is one JSON object on one line (as some tools want it).
type Release struct{ Dir, Root, Policy string }

// Identity is the signer's name in every certificate, and Repository what it
// builds.
const (
	Identity   = "https://github.com/octo-sci/samplepkg/.github/workflows/release.yml@refs/tags/v1.0.0"
	Repository = "octo-sci/samplepkg"
)

var platforms = []string{"x86_64", "aarch64", "ppc64le", "s390x", "i686", "armv7l", "riscv64", "loongarch64", "mips64", "sparc64"}

// Make writes n wheels (100 at most) of size bytes below top. With multi, one
// bundle of provenance covers all of them and each has a publish attestation;
// without, each has a bundle of provenance of its own.
func Make(top string, n, size int, multi bool) (Release, error) {
	r := Release{Dir: filepath.Join(top, "dist"), Root: filepath.Join(top, "trusted_root.json"), Policy: filepath.Join(top, "sallyport.yml")}
	if n > 10*len(platforms) {
		return r, fmt.Errorf("making a release: %d wheels are more than %d", n, 10*len(platforms))
	}
	sigstore, err := st.Shared(st.PublicGood)
	if err != nil {
		return r, err
	}
	if err := os.MkdirAll(r.Dir, 0o755); err != nil {
		return r, err
	}
	w := writer{}
	var root bytes.Buffer
	if err := json.Compact(&root, sigstore.TrustedRoot()); err != nil {
		return r, err
	}
	w.write(r.Root, append(root.Bytes(), '\n')) // gh passes over a last line without an end
	w.write(r.Policy, []byte("project: samplepkg\npublisher:\n  repository: "+Repository+"\n  workflow: release.yml\n  environment: pypi\n"))
	claims := st.GitHubClaims()
	sign := func(c st.Claims, statement []byte) *st.Bundle {
		b, err := sigstore.Sign(statement, c, st.SignOptions{})
		w.keep(err)
		return b
	}
	noise := make([]byte, size)
	_, _ = rand.Read(noise)
	var subjects []st.Subject
	for i := range n {
		name := fmt.Sprintf("samplepkg-1.0.0-cp3%d-cp3%d-manylinux_2_28_%s.whl", i%10, i%10, platforms[i/10])
		copy(noise, fmt.Sprintf("wheel %05d", i))
		w.write(filepath.Join(r.Dir, name), noise)
		s := st.Subject{Name: name, SHA256: fmt.Sprintf("%x", sha256.Sum256(noise))}
		subjects = append(subjects, s)
		if w.err != nil {
			return r, w.err
		}
		if multi {
			w.write(filepath.Join(r.Dir, name+".publish.attestation"), sign(claims.WithEnvironment("pypi"), st.Publish(s)).PEP740())
		} else {
			w.write(filepath.Join(r.Dir, name+".sigstore.json"), sign(claims, st.Provenance(claims, s)).JSON())
		}
	}
	if multi {
		w.write(filepath.Join(r.Dir, "samplepkg-1.0.0.intoto.jsonl"), st.Lines(sign(claims, st.Provenance(claims, subjects...))))
	}
	return r, w.err
}

// writer keeps the first error.
type writer struct{ err error }

func (w *writer) keep(err error) {
	if w.err == nil {
		w.err = err
	}
}

func (w *writer) write(path string, data []byte) {
	if w.err == nil {
		w.keep(os.WriteFile(path, data, 0o644))
	}
}
