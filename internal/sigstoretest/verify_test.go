// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/sigstore/sigstore-go/pkg/bundle"
	"github.com/sigstore/sigstore-go/pkg/fulcio/certificate"
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/verify"
)

var artifact = []byte("the bytes of a wheel\n")

func subject() Subject {
	sum := sha256.Sum256(artifact)
	return Subject{Name: "samplepkg-1.0.0-py3-none-any.whl", SHA256: hex.EncodeToString(sum[:])}
}

// check verifies bundle JSON under trusted root JSON, with the thresholds of
// the instance's kind and the identity of GitHubClaims.
func check(kind Kind, rootJSON, bundleJSON []byte) error {
	trusted, err := root.NewTrustedRootFromJSON(rootJSON)
	if err != nil {
		return fmt.Errorf("root: %w", err)
	}
	opts := []verify.VerifierOption{verify.WithSignedTimestamps(1)}
	if kind == PublicGood {
		opts = []verify.VerifierOption{
			verify.WithSignedCertificateTimestamps(1), verify.WithTransparencyLog(1), verify.WithObserverTimestamps(1),
		}
	}
	v, err := verify.NewVerifier(trusted, opts...)
	if err != nil {
		return err
	}
	var b bundle.Bundle
	if err := b.UnmarshalJSON(bundleJSON); err != nil {
		return fmt.Errorf("bundle: %w", err)
	}
	c := GitHubClaims()
	san, err := verify.NewSANMatcher(c.SAN, "")
	if err != nil {
		return err
	}
	issuer, err := verify.NewIssuerMatcher(c.Issuer, "")
	if err != nil {
		return err
	}
	id, err := verify.NewCertificateIdentity(san, issuer, certificate.Extensions{
		SourceRepositoryURI: c.SourceRepositoryURI, RunnerEnvironment: c.RunnerEnvironment,
	})
	if err != nil {
		return err
	}
	_, err = v.Verify(&b, verify.NewPolicy(verify.WithArtifact(bytes.NewReader(artifact)), verify.WithCertificateIdentity(id)))
	return err
}

func TestEveryCombinationVerifies(t *testing.T) {
	ecdsa, err := New(PublicGood, WithECDSARekorV2())
	if err != nil {
		t.Fatal(err)
	}
	instances := map[string]*Instance{"public": Use(t, PublicGood), "ecdsa": ecdsa, "github": Use(t, GitHub)}
	logs := map[string]Log{"default": LogDefault, "v1": LogV1, "v2": LogV2, "both": LogV1 | LogV2, "none": LogNone}
	stamps := map[string]SignOptions{"default": {}, "stamp": {Timestamp: true}, "nostamp": {NoTimestamp: true}}
	for iname, i := range instances {
		for lname, log := range logs {
			if iname == "ecdsa" && log&LogV2 == 0 {
				continue // the same as "public"
			}
			for sname, o := range stamps {
				for _, version := range []string{"0.1", "0.2", "0.3"} {
					for _, kind := range []string{"dsse", "message"} {
						o.Log, o.BundleVersion = log, version
						t.Run(strings.Join([]string{iname, lname, sname, version, kind}, "/"), func(t *testing.T) {
							testCombination(t, i, o, kind)
						})
					}
				}
			}
		}
	}
}

func testCombination(t *testing.T, i *Instance, o SignOptions, kind string) {
	var b *Bundle
	var err error
	if kind == "dsse" {
		b, err = i.Sign(Provenance(GitHubClaims(), subject()), GitHubClaims(), o)
	} else {
		b, err = i.SignMessage(artifact, GitHubClaims(), o)
	}
	impossible := i.Kind() == GitHub && o.Log&(LogV1|LogV2) != 0 || o.Log&LogV2 != 0 && o.BundleVersion == "0.1"
	if impossible {
		if err == nil {
			t.Fatal("signed what no real instance can")
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}

	logV1 := i.Kind() == PublicGood && (o.Log == LogDefault || o.Log&LogV1 != 0)
	logV2 := o.Log&LogV2 != 0
	stamp := !o.NoTimestamp && (o.Timestamp || logV2 || i.Kind() == GitHub)
	want := stamp
	if i.Kind() == PublicGood {
		// Some log, and some time: the promise's or the TSA's.
		want = (logV1 || logV2) && (logV1 || stamp)
	}

	material := b.Proto().GetVerificationMaterial()
	entries := 0
	for _, in := range []bool{logV1, logV2} {
		if in {
			entries++
		}
	}
	if got := len(material.GetTlogEntries()); got != entries {
		t.Errorf("%d log entries, want %d", got, entries)
	}
	if got := len(material.GetTimestampVerificationData().GetRfc3161Timestamps()) > 0; got != stamp {
		t.Errorf("timestamp: %v, want %v", got, stamp)
	}
	if got := material.GetX509CertificateChain() != nil; got != (o.BundleVersion != "0.3") {
		t.Errorf("certificate chain: %v", got)
	}
	err = check(i.Kind(), i.TrustedRoot(), b.JSON())
	if want && err != nil {
		t.Errorf("does not verify: %v", err)
	}
	if !want && err == nil {
		t.Error("verifies without a log or a time")
	}
}

func TestOneCertificateForSeveralStatements(t *testing.T) {
	i := Use(t, PublicGood)
	cert, err := i.Issue(GitHubClaims(), SignOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range [][]byte{Provenance(GitHubClaims(), subject()), Publish(subject())} {
		b := i.MustSign(t, statement, Claims{}, SignOptions{Certificate: cert})
		if !bytes.Equal(b.Leaf(), cert.DER()) {
			t.Error("another certificate was used")
		}
		if !bytes.Equal(b.Payload(), statement) {
			t.Error("another statement was signed")
		}
		if err := check(PublicGood, i.TrustedRoot(), b.JSON()); err != nil {
			t.Error(err)
		}
	}
}

func TestConcurrentSigning(t *testing.T) {
	i := Use(t, PublicGood)
	var group sync.WaitGroup
	for n := range 8 {
		group.Go(func() {
			o := SignOptions{Log: LogV1}
			if n%2 == 1 {
				o.Log = LogV2
			}
			b, err := i.Sign(Publish(subject()), GitHubClaims(), o)
			if err == nil {
				err = check(PublicGood, i.TrustedRoot(), b.JSON())
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

func TestBadOptions(t *testing.T) {
	i, gh := Use(t, PublicGood), Use(t, GitHub)
	for name, sign := range map[string]func() error{
		"bundle version": func() error { return signWith(i, SignOptions{BundleVersion: "0.4"}) },
		"log and none":   func() error { return signWith(i, SignOptions{Log: LogV1 | LogNone}) },
		"stamp and none": func() error { return signWith(i, SignOptions{Timestamp: true, NoTimestamp: true}) },
		"forged no sct":  func() error { return signWith(i, SignOptions{ForgedSCT: true, NoSCT: true}) },
		"forged github":  func() error { return signWith(gh, SignOptions{ForgedSCT: true}) },
		"unknown kind":   func() error { _, err := New(Kind(7)); return err },
		"shared unknown": func() error { _, err := Shared(Kind(7)); return err },
		"organisation":   func() error { _, err := New(GitHub, WithOrganization("")); return err },
	} {
		if err := sign(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func signWith(i *Instance, o SignOptions) error {
	_, err := i.Sign(Publish(subject()), GitHubClaims(), o)
	return err
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		if _, err := New(PublicGood); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSign(b *testing.B) {
	i := Use(b, PublicGood)
	for b.Loop() {
		i.MustSign(b, Publish(subject()), GitHubClaims(), SignOptions{})
	}
}
