// SPDX-License-Identifier: BSD-3-Clause

package attest_test

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	protodsse "github.com/sigstore/protobuf-specs/gen/pb-go/dsse"
	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/scientific-python/sallyport/internal/attest"
	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

type bundle = protobundle.Bundle

// signed is a publish attestation as it should be.
func signed(t testing.TB, o sigstoretest.SignOptions) *bundle {
	t.Helper()
	statement, err := attest.Publish(aFile[0].Name, aFile[0].SHA256)
	if err != nil {
		t.Fatal(err)
	}
	return sigstoretest.Use(t, sigstoretest.PublicGood).MustSign(t, statement, certified(claimsOf(t, nil)), o).Proto()
}

func entry(b *bundle) *protorekor.TransparencyLogEntry {
	return b.GetVerificationMaterial().GetTlogEntries()[0]
}

// TestConversionIsLossless converts to the index's form and back.
func TestConversionIsLossless(t *testing.T) {
	for name, change := range map[string]func(*bundle){
		"as signed":      func(*bundle) {},
		"other spelling": func(b *bundle) { b.MediaType = "application/vnd.dev.sigstore.bundle+json;version=0.3" },
		"a young log": func(b *bundle) {
			entry(b).LogIndex, entry(b).InclusionProof.LogIndex = 0, 0
			entry(b).InclusionProof.TreeSize, entry(b).InclusionProof.Hashes = 1, nil
		},
		"timestamps": func(b *bundle) {
			b.VerificationMaterial.TimestampVerificationData = &protobundle.TimestampVerificationData{
				Rfc3161Timestamps: []*protocommon.RFC3161SignedTimestamp{{SignedTimestamp: []byte{1}}, {SignedTimestamp: []byte{2}}}}
		},
		"text in the checkpoint": func(b *bundle) {
			entry(b).InclusionProof.Checkpoint.Envelope = "<log> & \"co\"\n1\n— \u2028\\\x7f é\n"
		},
	} {
		b := signed(t, sigstoretest.SignOptions{})
		change(b)
		data, err := attest.ToPEP740(b)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		back, err := evidence.BundleFromPEP740(data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := proto.CloneOf(b)
		want.MediaType = back.MediaType
		want.GetDsseEnvelope().GetSignatures()[0].Keyid = "" // has no place there
		if want.VerificationMaterial.TimestampVerificationData.GetRfc3161Timestamps() == nil {
			want.VerificationMaterial.TimestampVerificationData = nil
		}
		if diff := cmp.Diff(want, back, protocmp.Transform()); diff != "" {
			t.Errorf("%s (-bundle +back):\n%s", name, diff)
		}
		if again, err := attest.ToPEP740(b); err != nil || string(again) != string(data) {
			t.Errorf("%s: converted again it is another: %v", name, err)
		}
		if strings.Contains(string(data), "\n") {
			t.Errorf("%s: more than one line", name)
		}
	}
}

// TestKeys holds that every key that the index's reader wants is there, also
// for the first entry of a log, whose numbers are zero.
func TestKeys(t *testing.T) {
	b := signed(t, sigstoretest.SignOptions{})
	entry(b).LogIndex, entry(b).InclusionProof.LogIndex, entry(b).InclusionProof.Hashes = 0, 0, nil
	data, err := attest.ToPEP740(b)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Version  any
		Material struct {
			Entries []map[string]json.RawMessage `json:"transparency_entries"`
		} `json:"verification_material"`
	}
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	e := got.Material.Entries[0]
	want := []string{"canonicalizedBody", "inclusionPromise", "inclusionProof", "integratedTime", "kindVersion", "logId", "logIndex"}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(e))); diff != "" {
		t.Errorf("keys of an entry (-want +got):\n%s", diff)
	}
	if string(e["logIndex"]) != `"0"` || !strings.HasPrefix(string(e["inclusionProof"]), `{"logIndex":"0","rootHash":"`) || !strings.Contains(string(e["inclusionProof"]), `"hashes":[],"checkpoint":{"envelope":"`) {
		t.Errorf("logIndex %s, inclusionProof %s", e["logIndex"], e["inclusionProof"])
	}
}

// TestRefused holds what the index would refuse, and what has no form for it.
func TestRefused(t *testing.T) {
	statement := func(edit string, value any) func(*bundle) {
		return func(b *bundle) {
			e := b.GetDsseEnvelope()
			e.Payload = sigstoretest.MustEdit(t, e.Payload, edit, value)
		}
	}
	for _, tt := range []struct {
		name   string
		change func(*bundle)
		says   string
	}{
		{"version 0.1", func(b *bundle) { b.MediaType = "application/vnd.dev.sigstore.bundle+json;version=0.1" }, "no bundle of version 0.3"},
		{"no version", func(b *bundle) { b.MediaType = "" }, "no bundle of version 0.3"},
		{"no envelope", func(b *bundle) { b.Content = nil }, "no statement"},
		{"message signature", func(b *bundle) { b.Content = &protobundle.Bundle_MessageSignature{} }, "no statement"},
		{"no signature", func(b *bundle) { b.GetDsseEnvelope().Signatures = nil }, "0 signatures"},
		{"two signatures", func(b *bundle) {
			e := b.GetDsseEnvelope()
			e.Signatures = append(e.Signatures, e.Signatures[0])
		}, "2 signatures"},
		{"empty signature", func(b *bundle) { b.GetDsseEnvelope().Signatures = []*protodsse.Signature{{}} }, "signature is empty"},
		{"payload type", func(b *bundle) { b.GetDsseEnvelope().PayloadType = "text/plain" }, `"text/plain"`},
		{"no material", func(b *bundle) { b.VerificationMaterial = nil }, "no certificate"},
		{"no certificate", func(b *bundle) { b.VerificationMaterial.Content = nil }, "no certificate"},
		{"chain", func(b *bundle) {
			b.VerificationMaterial.Content = &protobundle.VerificationMaterial_X509CertificateChain{X509CertificateChain: &protocommon.X509CertificateChain{
				Certificates: []*protocommon.X509Certificate{b.VerificationMaterial.GetCertificate()}}}
		}, "no certificate"},
		{"junk certificate", func(b *bundle) { b.VerificationMaterial.GetCertificate().RawBytes = []byte("junk") }, "no certificate that can be read"},
		{"no entry", func(b *bundle) { b.VerificationMaterial.TlogEntries = nil }, "0 log entries"},
		{"two entries", func(b *bundle) {
			b.VerificationMaterial.TlogEntries = append(b.VerificationMaterial.TlogEntries, entry(b))
		}, "2 log entries"},
		{"empty entry", func(b *bundle) {
			b.VerificationMaterial.TlogEntries = []*protorekor.TransparencyLogEntry{{}}
		}, `of the kind " "`},
		{"other kind", func(b *bundle) { entry(b).KindVersion.Kind = "intoto" }, `"intoto 0.0.1"`},
		{"dsse 0.0.2", func(b *bundle) { entry(b).KindVersion.Version = "0.0.2" }, `"dsse 0.0.2"`},
		{"no promise", func(b *bundle) { entry(b).InclusionPromise = nil }, "no promise"},
		{"empty promise", func(b *bundle) { entry(b).InclusionPromise = &protorekor.InclusionPromise{} }, "no promise"},
		{"no time", func(b *bundle) { entry(b).IntegratedTime = 0 }, "no time"},
		{"no log", func(b *bundle) { entry(b).LogId = nil }, "names no log"},
		{"no body", func(b *bundle) { entry(b).CanonicalizedBody = nil }, "no content"},
		{"no proof", func(b *bundle) { entry(b).InclusionProof = nil }, "no proof"},
		{"no root", func(b *bundle) { entry(b).InclusionProof.RootHash = nil }, "no proof"},
		{"empty tree", func(b *bundle) { entry(b).InclusionProof.TreeSize = 0 }, "no proof"},
		{"no checkpoint", func(b *bundle) { entry(b).InclusionProof.Checkpoint = nil }, "without a checkpoint"},
		{"negative index", func(b *bundle) { entry(b).LogIndex = -1 }, "negative"},
		{"negative index in the proof", func(b *bundle) { entry(b).InclusionProof.LogIndex = -1 }, "negative"},
		{"empty timestamp", func(b *bundle) {
			b.VerificationMaterial.TimestampVerificationData = &protobundle.TimestampVerificationData{Rfc3161Timestamps: []*protocommon.RFC3161SignedTimestamp{{}}}
		}, "timestamps is empty"},
		{"no statement", func(b *bundle) { b.GetDsseEnvelope().Payload = nil }, "the document is empty"},
		{"statement v0.1", statement("/_type", "https://in-toto.io/Statement/v0.1"), "Statement/v0.1"},
		{"no subject", statement("/subject", []any{}), "about no file"},
		{"two subjects", statement("/subject/-", map[string]any{"name": "a-1.zip", "digest": map[string]any{"sha256": oneHex}}), "about 2 files"},
		{"no digest", statement("/subject/0/digest", map[string]any{"sha512": "00"}), "no SHA-256"},
		{"upper-case digest", statement("/subject/0/digest/sha256", strings.ToUpper(oneHex)), "lower-case"},
		{"not a release file", statement("/subject/0/name", "notes.txt"), `"notes.txt"`},
		{"no name", statement("/subject/0/name", nil), "file name"},
		{"other predicate", statement("/predicateType", "https://slsa.dev/verification_summary/v1"), "verification_summary"},
		{"provenance v0.2", statement("/predicateType", "https://slsa.dev/provenance/v0.2"), "provenance/v0.2"},
		{"publish with a predicate", statement("/predicate", map[string]any{"approved": true}), "not empty"},
	} {
		b := signed(t, sigstoretest.SignOptions{})
		tt.change(b)
		data, err := attest.ToPEP740(b)
		no := new(attest.RefusedError)
		if data != nil || !errors.As(err, &no) || !strings.Contains(err.Error(), tt.says) || no.Hint == "" {
			t.Errorf("%s: %v; want %q", tt.name, err, tt.says)
		}
	}
	for _, b := range []*bundle{nil, {}} {
		if data, err := attest.ToPEP740(b); err == nil {
			t.Errorf("nothing: %s", data)
		}
	}
}

// TestRekorV2 holds the dated constant: as long as it is empty, nothing of
// Rekor v2 goes to the index, with or without a timestamp.
func TestRekorV2(t *testing.T) {
	for _, o := range []sigstoretest.SignOptions{
		{Log: sigstoretest.LogV2}, {Log: sigstoretest.LogV2, Timestamp: true}, {Log: sigstoretest.LogV1 | sigstoretest.LogV2},
	} {
		data, err := attest.ToPEP740(signed(t, o))
		both := o.Log != sigstoretest.LogV2
		if takes := attest.IndexTakesRekorV2Since != ""; (err == nil) != (takes && !both) {
			t.Errorf("%+v: %v; the index takes Rekor v2: %v: %s", o, err, takes, data)
		} else if err != nil && !strings.Contains(err.Error(), "Rekor v1") {
			t.Errorf("%+v: %q does not name Rekor v1", o, err)
		}
	}
}
