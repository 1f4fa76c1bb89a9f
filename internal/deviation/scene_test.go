// SPDX-License-Identifier: BSD-3-Clause

package deviation_test

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"

	"github.com/scientific-python/sallyport/internal/disttest"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

type (
	claims  = sigstoretest.Claims
	subject = sigstoretest.Subject
	pbundle = protobundle.Bundle
)

// distFile is a release file in the folder dist.
type distFile struct {
	name string
	data []byte
}

func (d distFile) digest() string {
	sum := sha256.Sum256(d.data)
	return hex.EncodeToString(sum[:])
}

func (d distFile) subject() subject { return subject{Name: d.name, SHA256: d.digest()} }

func newDist(name string, data []byte) distFile { return distFile{name, data} }

func wheelOf(o disttest.Options) distFile { return newDist(disttest.Wheel(o)) }

func sdistOf(o disttest.Options) distFile { return newDist(disttest.Sdist(o)) }

// attestation is one attestation of a scene, described by what is signed, by
// whom, and what happened to it since.
type attestation struct {
	file     string // below the scene's folder, with slashes
	given    bool   // handed over with --bundle
	pep740   bool
	sigstore sigstoretest.Kind
	// stranger signs in place of the instance that the scene trusts.
	stranger *sigstoretest.Instance
	claims   claims
	// predicate makes the predicate of other claims than the certificate's.
	predicate *claims
	statement func(claims, ...subject) []byte
	subjects  []subject
	options   sigstoretest.SignOptions
	// edit changes the statement before it is signed, tamper the bundle
	// afterwards (other is one of the same instance about the same subjects),
	// raw the file's bytes at last.
	edit   func(tb testing.TB, statement []byte) []byte
	tamper func(pb, other *pbundle)
	raw    func([]byte) []byte

	body []byte // what was signed before any change, for scenes made from it
}

// write returns the attestation's bytes.
func (a *attestation) write(tb testing.TB) []byte {
	tb.Helper()
	if a.body != nil {
		return a.body
	}
	b := a.sign(tb)
	if a.tamper != nil {
		other := a.sign(tb).Proto()
		b = b.With(func(pb *pbundle) { a.tamper(pb, other) })
	}
	body := b.JSON()
	if a.pep740 {
		body = b.PEP740()
	}
	if a.raw != nil {
		body = a.raw(body)
	}
	a.body = body
	return body
}

func (a *attestation) sign(tb testing.TB) *sigstoretest.Bundle {
	tb.Helper()
	said := a.claims
	if a.predicate != nil {
		said = *a.predicate
	}
	statement := a.statement(said, a.subjects...)
	if a.edit != nil {
		statement = a.edit(tb, statement)
	}
	i := a.stranger
	if i == nil {
		i = sigstoretest.Use(tb, a.sigstore)
	}
	return i.MustSign(tb, statement, a.claims, a.options)
}

// file is something that lies in the scene's folder besides.
type file struct {
	name string // with slashes
	data []byte
}

// scene is everything that one run of the program sees.
type scene struct {
	// policy holds the policy's keys by their full names, values in YAML;
	// nil is no policy file at all.
	policy map[string]string
	// ignore are entries of the policy's "ignore", in YAML.
	ignore       []string
	dists        []distFile
	attestations []*attestation
	files        []file
	// roots are given with --trusted-root.
	roots [][]byte
	// flags come after all others; FOLDER in them is the scene's.
	flags []string
	// paths are named on the command line, below the scene's folder.
	paths []string
	world func(tb testing.TB, e *environment)
	// prepare changes the folder after everything was written.
	prepare func(tb testing.TB, folder string)
}

func (s *scene) clone() *scene {
	c := *s
	c.policy = maps.Clone(s.policy)
	c.ignore = slices.Clone(s.ignore)
	c.dists = slices.Clone(s.dists)
	c.files = slices.Clone(s.files)
	c.roots = slices.Clone(s.roots)
	c.flags = slices.Clone(s.flags)
	c.paths = slices.Clone(s.paths)
	c.attestations = nil
	for _, a := range s.attestations {
		copied := *a
		copied.subjects = slices.Clone(a.subjects)
		c.attestations = append(c.attestations, &copied)
	}
	return &c
}

// change changes attestations, by their place in the scene; none is all.
func (s *scene) change(f func(*attestation), which ...int) {
	for i, a := range s.attestations {
		if len(which) == 0 || slices.Contains(which, i) {
			f(a)
			a.body = nil
		}
	}
}

// claim changes the certificates' claims of attestations.
func (s *scene) claim(f func(claims) claims, which ...int) {
	s.change(func(a *attestation) { a.claims = f(a.claims) }, which...)
}

// write makes the scene's folder.
func (s *scene) write(tb testing.TB, folder string) {
	tb.Helper()
	put := func(name string, data []byte) {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			tb.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(folder, "dist"), 0o755); err != nil {
		tb.Fatal(err)
	}
	for _, d := range s.dists {
		put("dist/"+d.name, d.data)
	}
	for _, a := range s.attestations {
		put(a.file, a.write(tb))
	}
	for _, f := range s.files {
		put(f.name, f.data)
	}
	for i, r := range s.roots {
		put(rootFile(i), r)
	}
	if s.policy != nil {
		put("sallyport.yml", []byte(s.policyText()))
	}
	if s.prepare != nil {
		s.prepare(tb, folder)
	}
}

func rootFile(i int) string { return "trust/root-" + string(rune('a'+i)) + ".json" }

// policyText writes the policy; keys with a dot go into their section.
func (s *scene) policyText() string {
	var b strings.Builder
	sections := map[string]bool{}
	for _, key := range slices.Sorted(maps.Keys(s.policy)) {
		section, name, nested := strings.Cut(key, ".")
		if !nested {
			b.WriteString(key + ": " + s.policy[key] + "\n")
			continue
		}
		if !sections[section] {
			sections[section] = true
			b.WriteString(section + ":\n")
		}
		b.WriteString("  " + name + ": " + s.policy[key] + "\n")
	}
	if s.ignore != nil {
		b.WriteString("ignore:\n  - " + strings.Join(s.ignore, "\n  - ") + "\n")
	}
	return b.String()
}
