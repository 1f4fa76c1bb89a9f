// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest

import (
	"fmt"
	"testing"

	"github.com/digitorus/timestamp"
	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
)

func Example() {
	sigstore, err := New(PublicGood)
	if err != nil {
		fmt.Println(err)
		return
	}
	wheel := Subject{Name: "samplepkg-1.0.0-py3-none-any.whl", SHA256: "00"}
	claims := GitHubClaims().WithEnvironment("pypi").WithRef("refs/tags/v1.0.0")
	bundle, err := sigstore.Sign(Provenance(claims, wheel), claims, SignOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	// bundle.JSON() and bundle.PEP740() verify under sigstore.TrustedRoot().
	fmt.Println(bundle.Proto().MediaType)
	// Output: application/vnd.dev.sigstore.bundle.v0.3+json
}

func TestOnlyPublicTimestampsCarryTheCertificate(t *testing.T) {
	for kind, want := range map[Kind]int{PublicGood: 1, GitHub: 0} {
		pb := Use(t, kind).MustSign(t, Publish(subject()), GitHubClaims(), SignOptions{Timestamp: true}).Proto()
		ts, err := timestamp.ParseResponse(firstStamp(pb).SignedTimestamp)
		if err != nil {
			t.Fatal(err)
		}
		if len(ts.Certificates) != want {
			t.Errorf("%s: %d certificates in the timestamp, want %d", kind, len(ts.Certificates), want)
		}
		if at := DefaultTime.Add(1e9); !ts.Time.Equal(at) {
			t.Errorf("%s: stamped at %v, want %v", kind, ts.Time, at)
		}
	}
}

func TestCopiesAreIndependent(t *testing.T) {
	b := Use(t, GitHub).MustSign(t, Publish(subject()), GitHubClaims(), SignOptions{})
	before := string(b.JSON())
	changed := b.With(func(pb *protobundle.Bundle) { pb.MediaType = "x" })
	flip(b.Leaf())
	flip(b.Payload())
	b.Proto().GetDsseEnvelope().Signatures = nil
	if string(b.JSON()) != before {
		t.Error("a copy's change reached the bundle")
	}
	if changed.Proto().MediaType != "x" {
		t.Error("the change is not in the copy")
	}
}

func TestMisusePanics(t *testing.T) {
	message, err := Use(t, GitHub).SignMessage(artifact, GitHubClaims(), SignOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got := message.Payload(); got != nil {
		t.Errorf("a message has the payload %q", got)
	}
	if got := Wrap(&protobundle.Bundle{}).Leaf(); got != nil {
		t.Errorf("an empty bundle has the certificate %x", got)
	}
	for name, f := range map[string]func(){
		"PEP 740 of a message":  func() { message.PEP740() },
		"envelope of a message": func() { message.Envelope() },
		"not UTF-8":             func() { Wrap(&protobundle.Bundle{MediaType: "\xff"}).JSON() },
		"predicate":             func() { Statement{Predicate: func() {}}.JSON() },
		"attestation":           func() { ProvenanceObject(nil, []byte("{")) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}

func TestKindNames(t *testing.T) {
	for kind, want := range map[Kind]string{PublicGood: "public-good", GitHub: "github", 9: "Kind(9)"} {
		if got := kind.String(); got != want {
			t.Errorf("kind %d is %q, want %q", int(kind), got, want)
		}
	}
}
