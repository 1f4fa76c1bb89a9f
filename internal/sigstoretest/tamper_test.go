// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest

import (
	"strings"
	"testing"
	"time"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
)

func flip(b []byte) { b[len(b)/2] ^= 1 }

func firstEntry(pb *protobundle.Bundle) *protorekor.TransparencyLogEntry {
	return pb.VerificationMaterial.TlogEntries[0]
}

func firstStamp(pb *protobundle.Bundle) *protocommon.RFC3161SignedTimestamp {
	return pb.VerificationMaterial.TimestampVerificationData.Rfc3161Timestamps[0]
}

// TestEachPartMatters takes a bundle that verifies, damages one part, and sees
// it refused: so no part is decoration.
func TestEachPartMatters(t *testing.T) {
	type damage struct {
		name string
		do   func(pb, other *protobundle.Bundle)
	}
	common := []damage{
		{"signature", func(pb, _ *protobundle.Bundle) { flip(pb.GetDsseEnvelope().Signatures[0].Sig) }},
		{"signature dropped", func(pb, _ *protobundle.Bundle) { pb.GetDsseEnvelope().Signatures = nil }},
		{"signature grafted", func(pb, o *protobundle.Bundle) {
			pb.GetDsseEnvelope().Signatures = o.GetDsseEnvelope().Signatures
		}},
		{"payload", func(pb, _ *protobundle.Bundle) {
			e := pb.GetDsseEnvelope()
			e.Payload = []byte(strings.Replace(string(e.Payload), "1.0.0", "1.0.1", 1))
		}},
		{"payload type", func(pb, _ *protobundle.Bundle) { pb.GetDsseEnvelope().PayloadType = "application/json" }},
		{"envelope grafted", func(pb, o *protobundle.Bundle) { pb.Content = o.Content }},
		{"certificate", func(pb, _ *protobundle.Bundle) { flip(pb.VerificationMaterial.GetCertificate().RawBytes) }},
		{"certificate grafted", func(pb, o *protobundle.Bundle) {
			pb.VerificationMaterial.Content = o.VerificationMaterial.Content
		}},
		{"certificate dropped", func(pb, _ *protobundle.Bundle) { pb.VerificationMaterial.Content = nil }},
	}
	stamped := []damage{
		{"timestamp", func(pb, _ *protobundle.Bundle) {
			s := firstStamp(pb)
			s.SignedTimestamp[len(s.SignedTimestamp)-8] ^= 1
		}},
		{"timestamp dropped", func(pb, _ *protobundle.Bundle) { pb.VerificationMaterial.TimestampVerificationData = nil }},
		{"timestamp grafted", func(pb, o *protobundle.Bundle) {
			firstStamp(pb).SignedTimestamp = firstStamp(o).SignedTimestamp
		}},
	}
	logged := []damage{
		{"entry dropped", func(pb, _ *protobundle.Bundle) { pb.VerificationMaterial.TlogEntries = nil }},
		{"entry doubled", func(pb, _ *protobundle.Bundle) {
			pb.VerificationMaterial.TlogEntries = append(pb.VerificationMaterial.TlogEntries, firstEntry(pb))
		}},
		{"entry grafted", func(pb, o *protobundle.Bundle) { pb.VerificationMaterial.TlogEntries[0] = firstEntry(o) }},
		{"log id", func(pb, _ *protobundle.Bundle) { flip(firstEntry(pb).LogId.KeyId) }},
		{"proof dropped", func(pb, _ *protobundle.Bundle) { firstEntry(pb).InclusionProof = nil }},
		{"proof hash", func(pb, _ *protobundle.Bundle) { flip(firstEntry(pb).InclusionProof.Hashes[1]) }},
		{"proof hash dropped", func(pb, _ *protobundle.Bundle) {
			p := firstEntry(pb).InclusionProof
			p.Hashes = p.Hashes[1:]
		}},
		{"checkpoint size", func(pb, _ *protobundle.Bundle) {
			c := firstEntry(pb).InclusionProof.Checkpoint
			lines := strings.SplitN(c.Envelope, "\n", 3)
			c.Envelope = lines[0] + "\n1" + lines[1] + "\n" + lines[2]
		}},
		{"checkpoint signature", func(pb, _ *protobundle.Bundle) {
			c := firstEntry(pb).InclusionProof.Checkpoint
			raw := []byte(c.Envelope)
			raw[len(raw)-10] ^= 1
			c.Envelope = string(raw)
		}},
		{"checkpoint grafted", func(pb, o *protobundle.Bundle) {
			firstEntry(pb).InclusionProof.Checkpoint = firstEntry(o).InclusionProof.Checkpoint
		}},
	}
	v1 := []damage{
		{"promise", func(pb, _ *protobundle.Bundle) { flip(firstEntry(pb).InclusionPromise.SignedEntryTimestamp) }},
		{"promise dropped", func(pb, _ *protobundle.Bundle) { firstEntry(pb).InclusionPromise = nil }},
		{"promise grafted", func(pb, o *protobundle.Bundle) {
			firstEntry(pb).InclusionPromise = firstEntry(o).InclusionPromise
		}},
		{"integrated time", func(pb, _ *protobundle.Bundle) { firstEntry(pb).IntegratedTime++ }},
		{"log index", func(pb, _ *protobundle.Bundle) { firstEntry(pb).LogIndex++ }},
		{"proof index", func(pb, _ *protobundle.Bundle) { firstEntry(pb).InclusionProof.LogIndex++ }},
		{"proof root", func(pb, _ *protobundle.Bundle) { flip(firstEntry(pb).InclusionProof.RootHash) }},
		{"body", func(pb, _ *protobundle.Bundle) {
			e := firstEntry(pb)
			e.CanonicalizedBody = []byte(strings.Replace(string(e.CanonicalizedBody), `"value":"`, `"value":"0`, 1))
		}},
		{"body grafted", func(pb, o *protobundle.Bundle) {
			firstEntry(pb).CanonicalizedBody = firstEntry(o).CanonicalizedBody
		}},
	}
	v2 := []damage{
		{"log index", func(pb, _ *protobundle.Bundle) { firstEntry(pb).LogIndex++ }},
	}
	for name, c := range map[string]struct {
		kind    Kind
		o       SignOptions
		damages [][]damage
	}{
		"v1":     {PublicGood, SignOptions{Log: LogV1}, [][]damage{common, logged, v1}},
		"v2":     {PublicGood, SignOptions{Log: LogV2}, [][]damage{common, logged, v2, stamped}},
		"github": {GitHub, SignOptions{}, [][]damage{common, stamped}},
	} {
		i := Use(t, c.kind)
		good := i.MustSign(t, Provenance(GitHubClaims(), subject()), GitHubClaims(), c.o)
		other := i.MustSign(t, Publish(subject()), GitHubClaims(), c.o)
		for _, b := range []*Bundle{good, other} {
			if err := check(c.kind, i.TrustedRoot(), b.JSON()); err != nil {
				t.Fatalf("%s: before any damage: %v", name, err)
			}
		}
		for _, list := range c.damages {
			for _, d := range list {
				t.Run(name+"/"+d.name, func(t *testing.T) {
					bad := good.With(func(pb *protobundle.Bundle) { d.do(pb, other.Proto()) })
					if err := check(c.kind, i.TrustedRoot(), bad.JSON()); err == nil {
						t.Error("verifies all the same")
					}
				})
			}
		}
		if err := check(c.kind, i.TrustedRoot(), good.JSON()); err != nil {
			t.Errorf("%s: the original was changed: %v", name, err)
		}
	}
}

// TestSignedWrong are deviations that no later change can make, since they lie
// under a signature.
func TestSignedWrong(t *testing.T) {
	early, late := DefaultTime.Add(-time.Hour), DefaultTime.Add(time.Hour)
	for name, c := range map[string]struct {
		kind Kind
		o    SignOptions
		want string
	}{
		"no SCT":                {PublicGood, SignOptions{NoSCT: true}, "signed certificate timestamp"},
		"forged SCT":            {PublicGood, SignOptions{ForgedSCT: true}, "signed certificate timestamp"},
		"logged late":           {PublicGood, SignOptions{LogTime: late}, "integrated time"},
		"logged early":          {PublicGood, SignOptions{LogTime: early}, "integrated time"},
		"stamped late":          {PublicGood, SignOptions{Log: LogV2, TimestampTime: late}, "leaf certificate"},
		"stamped early":         {GitHub, SignOptions{TimestampTime: early}, "leaf certificate"},
		"certificate too brief": {GitHub, SignOptions{Lifetime: time.Second, TimestampTime: DefaultTime.Add(2 * time.Second)}, "leaf certificate"},
		"other payload type":    {GitHub, SignOptions{PayloadType: "application/json"}, "payload type"},
	} {
		t.Run(name, func(t *testing.T) {
			i := Use(t, c.kind)
			b := i.MustSign(t, Publish(subject()), GitHubClaims(), c.o)
			err := check(c.kind, i.TrustedRoot(), b.JSON())
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error about %q", err, c.want)
			}
		})
	}
}
