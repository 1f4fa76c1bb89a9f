// SPDX-License-Identifier: BSD-3-Clause

package evidence_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	"github.com/scientific-python/sallyport/internal/evidence"
	st "github.com/scientific-python/sallyport/internal/sigstoretest"
)

var fuzzSubject = st.Subject{Name: "samplepkg-1.0.0.tar.gz", SHA256: fmt.Sprintf("%x", sha256.Sum256([]byte("x")))}

func fuzzBundle(t testing.TB) *st.Bundle {
	claims := st.GitHubClaims()
	return st.Use(t, st.PublicGood).MustSign(t, st.Provenance(claims, fuzzSubject), claims, st.SignOptions{})
}

// FuzzDocument feeds whole files to everything that reads them. Whatever is
// accepted must be about the subject that the test signed: the fuzzer has the
// signed documents as seeds and no key.
func FuzzDocument(f *testing.F) {
	b := fuzzBundle(f)
	f.Add(b.JSON())
	f.Add(b.PEP740())
	f.Add(st.Lines(b, b))
	f.Add(st.ProvenanceObject(st.GitHubPublisher("o/r", "release.yml", ""), b.PEP740()))
	f.Add(b.Envelope())
	f.Add([]byte(`{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"certificate":{}}}`))
	f.Add([]byte("{}\n{}\n"))
	f.Add(bytes.Repeat([]byte(`{"a":`), 200))
	v := verifierFor(f, st.Use(f, st.PublicGood))
	f.Fuzz(func(t *testing.T, data []byte) {
		docs, err := evidence.Split(data, "fuzzed", evidence.Folder)
		if err != nil && len(docs) > 0 {
			t.Fatalf("%d documents and an error", len(docs))
		}
		for _, d := range docs {
			a := v.Verify(d)
			if a == nil || a.OK() == (a.Signer == nil) || a.OK() == (a.Root == nil) {
				t.Fatalf("half an attestation: %+v", a)
			}
			if a.OK() && (a.Statement == nil || a.Statement.Subjects[0].SHA256 != fuzzSubject.SHA256) {
				t.Fatalf("accepted something that was never signed: %+v", a.Statement)
			}
			if !a.OK() && a.Problem.Message == "" {
				t.Fatal("a problem without a message")
			}
		}
	})
}

// FuzzPEP740 holds that what is read as an attestation is one whole bundle,
// and always the same. Package attest holds the way back.
func FuzzPEP740(f *testing.F) {
	b := fuzzBundle(f)
	f.Add(b.PEP740())
	f.Add([]byte(`{"version":1,"verification_material":{"certificate":"YQ==","transparency_entries":[{"logIndex":"7"}],"timestamps":["Yg=="]},"envelope":{"statement":"Y\n2M=","signature":"ZA=="}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		first, err := evidence.BundleFromPEP740(data)
		if err != nil {
			return
		}
		second, err := evidence.BundleFromPEP740(data)
		if err != nil || !proto.Equal(first, second) {
			t.Fatalf("read again, it is another bundle (%v):\n%v\n%v", err, first, second)
		}
		if len(first.GetDsseEnvelope().GetSignatures()) != 1 || len(first.GetDsseEnvelope().GetPayload()) == 0 || len(first.GetVerificationMaterial().GetTlogEntries()) == 0 {
			t.Fatalf("a part is missing: %v", first)
		}
	})
}

// FuzzStatement holds that a statement is read the same after it was read.
func FuzzStatement(f *testing.F) {
	claims := st.GitHubClaims()
	f.Add(st.Provenance(claims, fuzzSubject))
	f.Add(st.Provenance2024(claims, fuzzSubject))
	f.Add(st.ProvenanceV02(claims.WithGenericGenerator(), fuzzSubject))
	f.Add(st.Publish(fuzzSubject))
	f.Add([]byte(`{"_type":"x","predicateType":"y","subject":[{"digest":{"sha256":"zz"}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := evidence.ParseStatement(data)
		if err != nil {
			if s != nil {
				t.Fatal("a statement and an error")
			}
			return
		}
		if len(s.Subjects) == 0 || s.PredicateType == "" {
			t.Fatalf("half a statement: %+v", s)
		}
		again, err := evidence.ParseStatement(data)
		if err != nil || !cmp.Equal(s, again) {
			t.Fatalf("read twice, differently: %v", err)
		}
		if evidence.IsProvenance(s.PredicateType) {
			if p, err := evidence.ParseProvenance(s); err == nil && !p.Known && len(p.Claims)+len(p.Missing) > 0 {
				t.Fatalf("claims of an unknown build type: %+v", p)
			}
		}
	})
}
