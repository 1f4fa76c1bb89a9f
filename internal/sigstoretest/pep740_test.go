// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	protodsse "github.com/sigstore/protobuf-specs/gen/pb-go/dsse"
	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// fromPEP740 is the conversion that an index's client does.
func fromPEP740(t *testing.T, object []byte) *protobundle.Bundle {
	t.Helper()
	var in struct {
		Version  int `json:"version"`
		Material struct {
			Certificate []byte            `json:"certificate"`
			Entries     []json.RawMessage `json:"transparency_entries"`
			Timestamps  [][]byte          `json:"timestamps"`
		} `json:"verification_material"`
		Envelope struct{ Statement, Signature []byte } `json:"envelope"`
	}
	if err := json.Unmarshal(object, &in); err != nil {
		t.Fatal(err)
	}
	if in.Version != 1 || in.Material.Entries == nil {
		t.Fatalf("version %d, entries %v", in.Version, in.Material.Entries)
	}
	material := &protobundle.VerificationMaterial{Content: &protobundle.VerificationMaterial_Certificate{
		Certificate: &protocommon.X509Certificate{RawBytes: in.Material.Certificate},
	}}
	for _, raw := range in.Material.Entries {
		var entry protorekor.TransparencyLogEntry
		if err := protojson.Unmarshal(raw, &entry); err != nil {
			t.Fatal(err)
		}
		material.TlogEntries = append(material.TlogEntries, &entry)
	}
	for _, ts := range in.Material.Timestamps {
		if material.TimestampVerificationData == nil {
			material.TimestampVerificationData = &protobundle.TimestampVerificationData{}
		}
		data := material.TimestampVerificationData
		data.Rfc3161Timestamps = append(data.Rfc3161Timestamps, &protocommon.RFC3161SignedTimestamp{SignedTimestamp: ts})
	}
	return &protobundle.Bundle{
		MediaType:            "application/vnd.dev.sigstore.bundle.v0.3+json",
		VerificationMaterial: material,
		Content: &protobundle.Bundle_DsseEnvelope{DsseEnvelope: &protodsse.Envelope{
			Payload: in.Envelope.Statement, PayloadType: PayloadType,
			Signatures: []*protodsse.Signature{{Sig: in.Envelope.Signature}},
		}},
	}
}

func TestPEP740IsLossless(t *testing.T) {
	for _, c := range []struct {
		kind Kind
		o    SignOptions
	}{
		{PublicGood, SignOptions{}},
		{PublicGood, SignOptions{Timestamp: true}},
		{PublicGood, SignOptions{Log: LogV2}},
		{PublicGood, SignOptions{Log: LogV1 | LogV2}},
		{GitHub, SignOptions{}},
	} {
		i := Use(t, c.kind)
		b := i.MustSign(t, Publish(subject()), GitHubClaims(), c.o)
		back := fromPEP740(t, b.PEP740())
		if !proto.Equal(b.Proto(), back) {
			t.Errorf("%s %+v: another bundle comes back:\n%s\nfrom\n%s", c.kind, c.o, Wrap(back).JSON(), b.JSON())
		}
		if err := check(c.kind, i.TrustedRoot(), Wrap(back).JSON()); err != nil {
			t.Errorf("%s %+v: %v", c.kind, c.o, err)
		}
	}
}

func TestPEP740FromAnOldBundle(t *testing.T) {
	i := Use(t, PublicGood)
	b := i.MustSign(t, Publish(subject()), GitHubClaims(), SignOptions{BundleVersion: "0.1"})
	if err := check(PublicGood, i.TrustedRoot(), Wrap(fromPEP740(t, b.PEP740())).JSON()); err != nil {
		t.Error(err)
	}
}

func TestPEP740HasNoTimestampsWhereNone(t *testing.T) {
	b := Use(t, PublicGood).MustSign(t, Publish(subject()), GitHubClaims(), SignOptions{})
	if _, err := Remove(b.PEP740(), "/verification_material/timestamps"); err == nil {
		t.Error("timestamps are written though there are none")
	}
}

func TestProvenanceObject(t *testing.T) {
	for name, c := range map[string]struct{ got, want string }{
		"new":  {string(ProvenanceObject(GitHubPublisher("o/r", "w.yml", ""), []byte(`{"a": "<&>"}`))), `{"version":1,"attestation_bundles":[{"publisher":{"environment":null,"kind":"GitHub","repository":"o/r","workflow":"w.yml"},"attestations":[{"a":"<&>"}]}]}`},
		"env":  {string(ProvenanceObject(GitHubPublisher("o/r", "w.yml", "pypi"))), `{"version":1,"attestation_bundles":[{"publisher":{"environment":"pypi","kind":"GitHub","repository":"o/r","workflow":"w.yml"},"attestations":[]}]}`},
		"old":  {string(ProvenanceObject(OldGitHubPublisher("o/r", "w.yml", ""))), `{"version":1,"attestation_bundles":[{"publisher":{"claims":null,"environment":"","kind":"GitHub","repository":"o/r","workflow":"w.yml"},"attestations":[]}]}`},
		"none": {string(ProvenanceObjects()), `{"version":1,"attestation_bundles":[]}`},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestLines(t *testing.T) {
	i := Use(t, GitHub)
	a := i.MustSign(t, Publish(subject()), GitHubClaims(), SignOptions{})
	b := i.MustSign(t, PublishEmpty(subject()), GitHubClaims(), SignOptions{})
	if got, want := string(Lines(a, b)), string(a.JSON())+"\n"+string(b.JSON())+"\n"; got != want {
		t.Errorf("lines:\n%s", got)
	}
}
