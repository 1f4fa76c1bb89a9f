// SPDX-License-Identifier: BSD-3-Clause

package cli_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/scientific-python/sallyport/internal/disttest"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

const (
	repository = "octo-sci/samplepkg"
	wheel      = "samplepkg-1.0-py3-none-any.whl"
	sdist      = "samplepkg-1.0.tar.gz"
)

// goodPolicy fits what sigstoretest.GitHubClaims signs.
const goodPolicy = `project: samplepkg
publisher:
  repository: octo-sci/samplepkg
  workflow: release.yml
  environment: pypi
`

// sample is a release that was signed by the test Sigstore.
type sample struct {
	root, dist string            // trusted root, folder of the files
	digests    map[string]string // by file name
	// bundle is the provenance of all files, as a Sigstore bundle.
	bundle []byte
}

// writeSample writes a signed release into dir:
//
//	root.json                 the trusted root
//	good.yml                  a policy that fits
//	dist/                     a wheel and a source distribution
//	bundles/provenance.sigstore.json    their provenance
//	other/provenance.sigstore.json      provenance of files of the same name and other content
//	branch/provenance.sigstore.json     their provenance, built from a branch
//	ledger.json               the ledger of dist
func writeSample(t testing.TB, dir string) sample {
	t.Helper()
	s := sample{root: filepath.Join(dir, "root.json"), dist: filepath.Join(dir, "dist"), digests: map[string]string{}}
	sigstore := sigstoretest.Use(t, sigstoretest.PublicGood)
	var entries []map[string]any
	for _, build := range []func(disttest.Options) (string, []byte){disttest.Wheel, disttest.Sdist} {
		name, data := build(disttest.Options{})
		put(t, filepath.Join(s.dist, name), data)
		s.digests[name] = sha(data)
		entries = append(entries, map[string]any{"name": name, "sha256": sha(data), "size": len(data)})
	}
	signed := signSample(t, s)
	s.bundle = signed[0]
	put(t, s.root, sigstore.TrustedRoot())
	put(t, filepath.Join(dir, "good.yml"), []byte(goodPolicy))
	put(t, filepath.Join(dir, "bundles", "provenance.sigstore.json"), s.bundle)
	put(t, filepath.Join(dir, "branch", "provenance.sigstore.json"), signed[1])
	put(t, filepath.Join(dir, "other", "provenance.sigstore.json"), signed[2])
	ledger, err := json.Marshal(map[string]any{
		"schema_version": 1, "project": "samplepkg", "version": "1.0", "commit": sigstoretest.DefaultCommit, "run": "1", "dists": entries,
	})
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "ledger.json"), ledger)
	return s
}

var (
	signing sync.Mutex
	once    [][]byte
)

// signSample makes the three bundles, once for all tests: the files are
// always the same.
func signSample(t testing.TB, s sample) [][]byte {
	t.Helper()
	signing.Lock()
	defer signing.Unlock()
	if once == nil {
		claims := sigstoretest.GitHubClaims()
		other := sample{digests: map[string]string{wheel: sha([]byte("w")), sdist: sha([]byte("s"))}}
		once = [][]byte{s.sign(t, claims), s.sign(t, claims.WithRef("refs/heads/main")), other.sign(t, claims)}
	}
	return once
}

// sign makes a bundle with the provenance of all files.
func (s sample) sign(t testing.TB, c sigstoretest.Claims) []byte {
	t.Helper()
	return sigstoretest.Use(t, sigstoretest.PublicGood).MustSign(t, sigstoretest.Provenance(c, s.subjects()...), c, sigstoretest.SignOptions{}).JSON()
}

func (s sample) subjects() []sigstoretest.Subject {
	var out []sigstoretest.Subject
	for _, name := range slices.Sorted(maps.Keys(s.digests)) {
		out = append(out, sigstoretest.Subject{Name: name, SHA256: s.digests[name]})
	}
	return out
}

func sha(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// put writes a file and makes its folder.
func put(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}
