// SPDX-License-Identifier: BSD-3-Clause

package foreign

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"

	"github.com/scientific-python/sallyport/internal/evidence"
	st "github.com/scientific-python/sallyport/internal/sigstoretest"
)

// release is two files in a folder of their own.
type release struct {
	dir      string
	files    []string
	subjects []st.Subject
}

func makeRelease(t *testing.T) release {
	t.Helper()
	r := release{dir: t.TempDir()}
	for _, name := range []string{"samplepkg-1.0.0-py3-none-any.whl", "samplepkg-1.0.0.tar.gz"} {
		data := bytes.Repeat([]byte(name), 1000)
		path := filepath.Join(r.dir, name)
		write(t, path, data)
		sum := sha256.Sum256(data)
		r.files = append(r.files, path)
		r.subjects = append(r.subjects, st.Subject{Name: name, SHA256: hex.EncodeToString(sum[:])})
	}
	return r
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// signed is a bundle in each shape that sallyport writes.
type signed struct {
	name   string
	sig    *st.Instance
	bundle *st.Bundle
	file   string // the bundle's name
	typ    string // of the predicate
	covers int    // how many of the release's files are subjects
}

func shapes(t *testing.T, r release) []signed {
	t.Helper()
	public, private := st.Use(t, st.PublicGood), st.Use(t, st.GitHub)
	claims := st.GitHubClaims()
	one, all := st.Provenance(claims, r.subjects[0]), st.Provenance(claims, r.subjects...)
	var out []signed
	add := func(name string, sig *st.Instance, statement []byte, o st.SignOptions, file, typ string, covers int) {
		out = append(out, signed{name, sig, sig.MustSign(t, statement, claims, o), file, typ, covers})
	}
	const bundle, lines = "one.sigstore.json", "samplepkg-1.0.0.intoto.jsonl"
	add("v1-one", public, one, st.SignOptions{}, bundle, st.ProvenanceV1, 1)
	add("v1-all", public, all, st.SignOptions{}, lines, st.ProvenanceV1, 2)
	add("v1-all-timestamp", public, all, st.SignOptions{Timestamp: true}, lines, st.ProvenanceV1, 2)
	add("v2-one", public, one, st.SignOptions{Log: st.LogV2}, bundle, st.ProvenanceV1, 1)
	add("v2-all", public, all, st.SignOptions{Log: st.LogV2}, lines, st.ProvenanceV1, 2)
	add("v1-publish", public, st.Publish(r.subjects[0]), st.SignOptions{}, bundle, st.PublishV1, 1)
	// What goes to the package index has another form, and is the same again.
	last := &out[len(out)-1]
	back, err := evidence.BundleFromPEP740(last.bundle.PEP740())
	if err != nil {
		t.Fatal(err)
	}
	last.bundle = st.Wrap(back)
	file := func(name string, o st.SignOptions) {
		data, err := os.ReadFile(r.files[0])
		if err != nil {
			t.Fatal(err)
		}
		b, err := public.SignMessage(data, claims, o)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, signed{name, public, b, bundle, "", 1})
	}
	file("v1-file", st.SignOptions{})
	file("v2-file", st.SignOptions{Log: st.LogV2})
	add("github-all", private, all, st.SignOptions{}, lines, st.ProvenanceV1, 2)
	return out
}

func (s signed) write(t *testing.T, r release) Case {
	t.Helper()
	dir := t.TempDir()
	c := Case{
		Artifact: r.files[0], Bundle: filepath.Join(dir, s.file), TrustedRoot: filepath.Join(dir, "trusted_root.json"),
		Identity: st.GitHubClaims().SAN, Issuer: st.GitHubIssuer, Repository: st.GitHubClaims().Repository(), PredicateType: s.typ,
	}
	write(t, c.TrustedRoot, s.sig.TrustedRoot())
	write(t, c.Bundle, st.Lines(s.bundle))
	return c
}
