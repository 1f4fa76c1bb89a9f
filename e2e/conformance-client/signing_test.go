// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"os"
	"strings"
	"testing"

	st "github.com/scientific-python/sallyport/internal/sigstoretest"
)

// The official suite signs in four of its tests. It cannot run without the
// internet, where it fetches its token, and signs with the real services. So
// the four are written down here, each with what the official one asserts, and
// run twice: with the stand-ins of package sigstoretest, always, and with the
// real servers on loopback, in the end-to-end run.
//
// The suite calls the client as a program and takes its exit code; here run is
// called, whose error is that code. Where it has a second client verify what the
// first signed ("selftest"), the foreign verifiers do so here.

func TestSigning(t *testing.T) {
	t.Run("stand-ins", func(t *testing.T) { testSigning(t, standIns(t)) })
	t.Run("servers", func(t *testing.T) { testSigning(t, servers(t)) })
}

func testSigning(t *testing.T, w world) {
	t.Run("test_simple", func(t *testing.T) { testSimple(t, w) })
	t.Run("test_sign_does_not_produce_root", func(t *testing.T) { testNoRoot(t, w) })
	t.Run("test_sign_verify_rekor2", func(t *testing.T) { testRekor2(t, w) })
	t.Run("test_sign_verify_dsse", func(t *testing.T) { testDSSE(t, w) })
	t.Run("refused", func(t *testing.T) { testRefused(t, w) })
}

// testSimple is test/test_simple.py, test_simple: there is no bundle; the client
// signs a file; there is one; the client verifies it, and so does the selftest
// client.
func testSimple(t *testing.T, w world) {
	s := newSigning(t, w)
	s.absent(t)
	must(t, s.sign(t, w.v1, s.file))
	must(t, s.verify(t, s.file))
	s.selftest(t, "")
	// More than the suite: by digest, and not another file.
	data, err := os.ReadFile(s.file)
	must(t, err)
	must(t, s.verify(t, fmt.Sprintf("sha256:%x", sha256.Sum256(data))))
	if err := s.verify(t, s.statement); err == nil || !strings.Contains(err.Error(), "comparing the digest") {
		t.Errorf("another file: %v", err)
	}
}

// testNoRoot is test/test_bundle.py, test_sign_does_not_produce_root: the bundle
// of a file has a message signature and no DSSE envelope; it has certificates,
// and none is an authority's.
func testNoRoot(t *testing.T, w world) {
	s := newSigning(t, w)
	s.absent(t)
	must(t, s.sign(t, w.v1, s.file))
	b := s.read(t)
	if b.GetMessageSignature() == nil || b.GetDsseEnvelope() != nil {
		t.Errorf("the bundle of a file has %T", b.GetContent())
	}
	m := b.GetVerificationMaterial()
	certificates := m.GetX509CertificateChain().GetCertificates()
	if c := m.GetCertificate(); c != nil {
		certificates = append(certificates, c)
	}
	if len(certificates) == 0 {
		t.Fatal("there is no certificate")
	}
	for _, c := range certificates {
		parsed, err := x509.ParseCertificate(c.GetRawBytes())
		must(t, err)
		if parsed.BasicConstraintsValid && parsed.IsCA {
			t.Errorf("%s is an authority's certificate", parsed.Subject)
		}
	}
}

// testRekor2 is test/test_bundle.py, test_sign_verify_rekor2: with a signing
// configuration that has a Rekor v2 log, the first entry is of kind hashedrekord
// 0.0.2; the client verifies the bundle, and so does the selftest client, which
// wants a timestamp.
func testRekor2(t *testing.T, w world) {
	s := newSigning(t, w)
	s.absent(t)
	must(t, s.sign(t, w.newest, s.file))
	s.wantRekor2(t)
	must(t, s.verify(t, s.file))
	s.selftest(t, "")
}

func (s signing) wantRekor2(t *testing.T) {
	t.Helper()
	m := s.read(t).GetVerificationMaterial()
	if len(m.GetTlogEntries()) != 1 {
		t.Fatalf("%d log entries", len(m.GetTlogEntries()))
	}
	if kind := m.GetTlogEntries()[0].GetKindVersion(); kind.GetKind() != "hashedrekord" || kind.GetVersion() != "0.0.2" {
		t.Errorf("the entry is of kind %v", kind)
	}
	if len(m.GetTimestampVerificationData().GetRfc3161Timestamps()) == 0 {
		t.Error("there is no timestamp")
	}
}

// testDSSE is test/test_bundle.py, test_sign_verify_dsse: a statement's bundle
// has a DSSE envelope and no message signature; the payload is the statement,
// byte by byte; the client verifies the bundle for the file that the statement
// is about, and so does the selftest client. The suite has it for one log; that
// of Rekor v2 is an open wish of its own.
func testDSSE(t *testing.T, w world) {
	for name, config := range map[string]string{"v1": w.v1, "newest": w.newest} {
		t.Run(name, func(t *testing.T) {
			s := newSigning(t, w)
			s.absent(t)
			must(t, s.sign(t, config, s.statement, "--in-toto"))
			b := s.read(t)
			if b.GetDsseEnvelope() == nil || b.GetMessageSignature() != nil {
				t.Fatalf("the bundle of a statement has %T", b.GetContent())
			}
			statement, err := os.ReadFile(s.statement)
			must(t, err)
			if !bytes.Equal(b.GetDsseEnvelope().GetPayload(), statement) {
				t.Errorf("the payload is %q", b.GetDsseEnvelope().GetPayload())
			}
			if name == "newest" {
				s.wantRekor2(t)
			}
			must(t, s.verify(t, s.file))
			s.selftest(t, predicateType)
			if err := s.verify(t, s.bundle); err == nil || !strings.Contains(err.Error(), "comparing the subjects") {
				t.Errorf("another file: %v", err)
			}
		})
	}
}

// testRefused is ours: what cannot be signed leaves no bundle, and no token in
// what is said.
func testRefused(t *testing.T, w world) {
	for name, change := range map[string]func(*signing){
		"a token for somebody else": func(s *signing) { s.token = s.token[:strings.LastIndex(s.token, ".")] + ".c2ln" },
		"no token":                  func(s *signing) { s.token = "secret-token" },
		"another root": func(s *signing) {
			other, err := st.New(st.PublicGood)
			must(t, err)
			s.root = write(t, t.TempDir(), "trusted_root.json", other.TrustedRoot())
		},
		"no file": func(s *signing) { s.file += ".gone" },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSigning(t, w)
			change(&s)
			err := s.sign(t, w.newest, s.file)
			if err == nil {
				t.Fatal("it signs")
			}
			if strings.Contains(err.Error(), s.token) {
				t.Errorf("the token is in the error: %v", err)
			}
			s.absent(t)
			t.Log(err)
		})
	}
}
