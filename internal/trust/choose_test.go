// SPDX-License-Identifier: BSD-3-Clause

package trust

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

func TestForUnknown(t *testing.T) {
	mine := newAuthority(t, "mine.test")
	custom, err := Load(t.Context(), Options{Files: []string{write(t, "root.json", trustedRoot(t, []*authority{mine}))}})
	if err != nil {
		t.Fatal(err)
	}
	offline, err := Load(t.Context(), Options{Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	// A leaf that names the authority rightly but was signed by another key.
	forged := certificate(t, "", "leaf", false, mine.inter, newKey(t), mine.key)
	forged.Signature[len(forged.Signature)-1] ^= 1
	stagingID, _ := hex.DecodeString("718630a6147c626ff9f7d6f4051a7f5fffeb6fac")
	fromStaging := newAuthority(t, "sigstore.dev").leaf(t)
	fromStaging.AuthorityKeyId = stagingID
	intermediate := offline.Roots[0].Issuers[1]
	githubIntermediate := offline.Roots[1].Issuers[0]

	for name, tt := range map[string]struct {
		set    *Set
		leaf   *x509.Certificate
		looks  Instance
		proven bool
		want   string
	}{
		"someone's":           {offline, mine.leaf(t), "", false, "O=mine.test"},
		"forged":              {custom, forged, "", false, "O=mine.test"},
		"staging":             {offline, fromStaging, Staging, false, "staging instance"},
		"calls itself public": {offline, newAuthority(t, "sigstore.dev").leaf(t), PublicGood, false, "or pass the instance's current root"},
		"calls itself GitHub": {offline, newAuthority(t, "GitHub, Inc.").leaf(t), GitHub, false, "without --offline"},
		"really public":       {custom, intermediate, PublicGood, true, "was signed by Sigstore's public-good instance"},
		"really GitHub":       {custom, githubIntermediate, GitHub, true, "was signed by GitHub's instance"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := tt.set.For(tt.leaf)
			var unknown *UnknownIssuerError
			if r != nil || !errors.As(err, &unknown) {
				t.Fatalf("got %v, %v; want an UnknownIssuerError", r, err)
			}
			if unknown.Looks != tt.looks || unknown.Proven != tt.proven {
				t.Errorf("looks like %q, proven %v; want %q, %v", unknown.Looks, unknown.Proven, tt.looks, tt.proven)
			}
			if !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "choosing the trust root: ") {
				t.Errorf("got %q, want %q in it", err, tt.want)
			}
		})
	}
	var unknown *UnknownIssuerError
	if r, err := offline.For(nil); r != nil || err == nil || errors.As(err, &unknown) {
		t.Errorf("no certificate: got %v, %v; want an error of its own", r, err)
	}
	if r, err := offline.For(&x509.Certificate{}); r != nil || err == nil {
		t.Errorf("an empty certificate: got %v, %v; want an error", r, err)
	}
}

// The key identifier helps to find the authority; it neither makes nor breaks
// the match.
func TestForKeyIdentifier(t *testing.T) {
	a := newAuthority(t, "a.test")
	s, err := Load(t.Context(), Options{Files: []string{write(t, "root.json", trustedRoot(t, []*authority{a}))}})
	if err != nil {
		t.Fatal(err)
	}
	leaf := a.leaf(t)
	for _, id := range [][]byte{leaf.AuthorityKeyId, nil, []byte("another")} {
		leaf.AuthorityKeyId = id
		if r, err := s.For(leaf); r != s.Roots[0] {
			t.Errorf("identifier %x: got %v, %v; want the root", id, r, err)
		}
	}
	// Same name and key identifier, another key.
	b := newAuthority(t, "a.test")
	other := b.leaf(t)
	other.AuthorityKeyId = a.inter.SubjectKeyId
	if r, err := s.For(other); err == nil {
		t.Errorf("got %v for a leaf of another key", r)
	}
}

func TestForGenerations(t *testing.T) {
	s, err := Load(t.Context(), Options{Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	// Authorities are signed by authorities of the same root, so they serve as
	// certificates that an instance has really signed.
	for _, r := range s.Roots {
		for _, c := range r.Issuers {
			if got, err := s.For(c); got != r {
				t.Errorf("%s %x: got %v, %v", c.Subject, c.SubjectKeyId, got, err)
			}
		}
	}
}

func TestForParallel(t *testing.T) {
	a, b := newAuthority(t, "a.test"), newAuthority(t, "b.test")
	s, err := Load(t.Context(), Options{Files: []string{
		write(t, "a.json", trustedRoot(t, []*authority{a})), write(t, "b.json", trustedRoot(t, []*authority{b})),
	}})
	if err != nil {
		t.Fatal(err)
	}
	leaves := []*x509.Certificate{a.leaf(t), b.leaf(t), newAuthority(t, "c.test").leaf(t)}
	var wg sync.WaitGroup
	for range 8 {
		for i, leaf := range leaves {
			wg.Go(func() {
				r, err := s.For(leaf)
				if i < 2 && r != s.Roots[i] || i == 2 && err == nil {
					t.Errorf("leaf %d: got %v, %v", i, r, err)
				}
			})
		}
	}
	wg.Wait()
}

// Real certificates find their instance.
func TestForCorpus(t *testing.T) {
	dir := os.Getenv("SALLYPORT_CORPUS")
	if dir == "" {
		t.Skip("SALLYPORT_CORPUS is not set: real certificates are not looked at")
	}
	staged, err := os.ReadFile(filepath.Join(dir, "trust/trusted_root_staging.json"))
	if err != nil {
		t.Fatal(err)
	}
	stagingSet, err := Load(t.Context(), Options{Files: []string{write(t, "staging.json", staged)}})
	if err != nil {
		t.Fatal(err)
	}
	if got := stagingSet.Roots[0].LooksLike; got != Staging {
		t.Errorf("staging's root looks like %q", got)
	}
	for _, c := range stagingSet.Roots[0].Issuers {
		if !staging[hex.EncodeToString(c.SubjectKeyId)] {
			t.Errorf("%s %x of staging is not known", c.Subject, c.SubjectKeyId)
		}
	}
	s, err := Load(t.Context(), Options{Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[Instance]int{}
	err = filepath.WalkDir(filepath.Join(dir, "attestations"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, leaf := range leaves(data) {
			r, err := s.For(leaf)
			var unknown *UnknownIssuerError
			switch {
			case err == nil:
				seen[r.Instance]++
			case errors.As(err, &unknown) && unknown.Looks == Staging:
				seen[Staging]++
				if r, err := stagingSet.For(leaf); err != nil {
					t.Errorf("%s under staging: %v, %v", path, r, err)
				}
			default:
				t.Errorf("%s: %v", path, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range []Instance{PublicGood, GitHub, Staging} {
		if seen[i] == 0 {
			t.Errorf("no certificate of %s was met", i)
		}
	}
	t.Logf("certificates by instance: %v", seen)
}

var certificateField = regexp.MustCompile(`"(?:certificate|rawBytes)":\s*("[A-Za-z0-9+/=\\n]+")`)

// leaves finds the signing certificates in a file, of whatever format.
func leaves(data []byte) []*x509.Certificate {
	var ders [][]byte
	if block, _ := pem.Decode(data); block != nil {
		ders = append(ders, block.Bytes)
	}
	for _, m := range certificateField.FindAllSubmatch(data, -1) {
		var s string
		if json.Unmarshal(m[1], &s) == nil {
			if der, err := base64.StdEncoding.DecodeString(s); err == nil {
				ders = append(ders, der)
			}
		}
	}
	var certs []*x509.Certificate
	for _, der := range ders {
		if c, err := x509.ParseCertificate(der); err == nil && !c.IsCA {
			certs = append(certs, c)
		}
	}
	return certs
}

func BenchmarkFor(b *testing.B) {
	s, err := builtin()
	if err != nil {
		b.Fatal(err)
	}
	for _, leaf := range []*x509.Certificate{s.Roots[0].Issuers[1], s.Roots[1].Issuers[0]} {
		b.Run(leaf.Issuer.CommonName, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.For(leaf); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		for _, data := range [][]byte{publicGoodJSON, githubJSON} {
			if _, err := parseRoot(data); err != nil {
				b.Fatal(err)
			}
		}
	}
}
