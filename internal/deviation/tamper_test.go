// SPDX-License-Identifier: BSD-3-Clause

package deviation_test

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"

	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	protodsse "github.com/sigstore/protobuf-specs/gen/pb-go/dsse"
	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
)

func flip(b []byte) { b[len(b)-1] ^= 1 }

func entry(pb *pbundle) *protorekor.TransparencyLogEntry {
	return pb.VerificationMaterial.TlogEntries[0]
}

func stamp(pb *pbundle) *protocommon.RFC3161SignedTimestamp {
	return pb.VerificationMaterial.TimestampVerificationData.Rfc3161Timestamps[0]
}

func envelope(pb *pbundle) *protodsse.Envelope { return pb.GetDsseEnvelope() }

// damage is one part of a bundle that was tampered with, dropped, doubled, or
// taken from another bundle of the same signer and statement.
type damage struct {
	name string
	do   func(pb, other *pbundle)
	rule string
	// bundle says that a PEP 740 file has no place for it.
	bundle bool
}

const (
	badCertificate = "untrusted-certificate"
	badSignature   = "invalid-signature"
	badLog         = "unverified-log-entry"
	badTime        = "unverified-timestamp"
	malformed      = "malformed-attestation"
)

// signedParts are those of every bundle.
var signedParts = []damage{
	{"certificate/tampered", func(pb, _ *pbundle) {
		c := pb.VerificationMaterial.GetCertificate()
		c.RawBytes = bytes.ReplaceAll(c.RawBytes, []byte("octo-sci"), []byte("evil-sci"))
	}, badCertificate, false},
	{"certificate/signature tampered", func(pb, _ *pbundle) { flip(pb.VerificationMaterial.GetCertificate().RawBytes) }, badCertificate, false},
	{"certificate/truncated", func(pb, _ *pbundle) {
		c := pb.VerificationMaterial.GetCertificate()
		c.RawBytes = c.RawBytes[:len(c.RawBytes)/2]
	}, malformed, false},
	{"certificate/dropped", func(pb, _ *pbundle) { pb.VerificationMaterial.Content = nil }, malformed, true},
	{"certificate/doubled", func(pb, _ *pbundle) {
		c := pb.VerificationMaterial.GetCertificate()
		c.RawBytes = append(c.RawBytes, c.RawBytes...)
	}, malformed, false},
	{"certificate/grafted", func(pb, o *pbundle) { pb.VerificationMaterial.Content = o.VerificationMaterial.Content }, badSignature, false},
	{"signature/tampered", func(pb, _ *pbundle) { flip(envelope(pb).Signatures[0].Sig) }, badSignature, false},
	{"signature/dropped", func(pb, _ *pbundle) { envelope(pb).Signatures = nil }, badSignature, true},
	{"signature/doubled", func(pb, _ *pbundle) {
		envelope(pb).Signatures = append(envelope(pb).Signatures, envelope(pb).Signatures[0])
	}, badSignature, true},
	{"signature/grafted", func(pb, o *pbundle) { envelope(pb).Signatures = envelope(o).Signatures }, badSignature, false},
	{"signature/second, of another", func(pb, o *pbundle) {
		envelope(pb).Signatures = append(envelope(pb).Signatures, envelope(o).Signatures[0])
	}, badSignature, true},
	{"payload/tampered", func(pb, _ *pbundle) {
		envelope(pb).Payload = bytes.Replace(envelope(pb).Payload, []byte("octo-sci"), []byte("evil-sci"), 1)
	}, badSignature, false},
	{"payload/dropped", func(pb, _ *pbundle) { envelope(pb).Payload = nil }, badSignature, true},
	{"payload/a space more", func(pb, _ *pbundle) { envelope(pb).Payload = append(envelope(pb).Payload, ' ') }, badSignature, false},
	{"payload/type changed", func(pb, _ *pbundle) { envelope(pb).PayloadType = "application/json" }, "wrong-payload-type", true},
	{"payload/type dropped", func(pb, _ *pbundle) { envelope(pb).PayloadType = "" }, "wrong-payload-type", true},
	{"envelope/dropped", func(pb, _ *pbundle) { pb.Content = nil }, malformed, true},
	{"envelope/grafted", func(pb, o *pbundle) { pb.Content = o.Content }, badSignature, false},
}

// loggedParts are those of a log entry of either kind.
var loggedParts = []damage{
	{"entry/dropped", func(pb, _ *pbundle) { pb.VerificationMaterial.TlogEntries = nil }, badLog, false},
	{"entry/doubled", func(pb, _ *pbundle) {
		pb.VerificationMaterial.TlogEntries = append(pb.VerificationMaterial.TlogEntries, entry(pb))
	}, badLog, false},
	{"entry/grafted", func(pb, o *pbundle) { pb.VerificationMaterial.TlogEntries = o.VerificationMaterial.TlogEntries }, badLog, false},
	{"entry/second, of another", func(pb, o *pbundle) {
		pb.VerificationMaterial.TlogEntries = append(pb.VerificationMaterial.TlogEntries, entry(o))
	}, badLog, false},
	{"entry/log id", func(pb, _ *pbundle) { flip(entry(pb).LogId.KeyId) }, badLog, false},
	{"entry/log id dropped", func(pb, _ *pbundle) { entry(pb).LogId = nil }, malformed, false},
	{"body/tampered", func(pb, _ *pbundle) { swapDigit(entry(pb)) }, badLog, false},
	{"body/dropped", func(pb, _ *pbundle) { entry(pb).CanonicalizedBody = nil }, malformed, false},
	{"body/grafted", func(pb, o *pbundle) { entry(pb).CanonicalizedBody = entry(o).CanonicalizedBody }, badLog, false},
	{"proof/dropped", func(pb, _ *pbundle) { entry(pb).InclusionProof = nil }, badLog, false},
	{"proof/grafted", func(pb, o *pbundle) { entry(pb).InclusionProof = entry(o).InclusionProof }, badLog, false},
	{"proof/hash tampered", func(pb, _ *pbundle) { flip(entry(pb).InclusionProof.Hashes[0]) }, badLog, false},
	{"proof/hash dropped", func(pb, _ *pbundle) {
		entry(pb).InclusionProof.Hashes = entry(pb).InclusionProof.Hashes[1:]
	}, badLog, false},
	{"proof/hash doubled", func(pb, _ *pbundle) {
		p := entry(pb).InclusionProof
		p.Hashes = append(p.Hashes, p.Hashes[0])
	}, badLog, false},
	{"proof/no hashes", func(pb, _ *pbundle) { entry(pb).InclusionProof.Hashes = nil }, badLog, false},
	{"proof/root tampered", func(pb, _ *pbundle) { flip(entry(pb).InclusionProof.RootHash) }, badLog, false},
	{"proof/size", func(pb, _ *pbundle) { entry(pb).InclusionProof.TreeSize++ }, badLog, false},
	{"proof/index", func(pb, _ *pbundle) { entry(pb).InclusionProof.LogIndex++ }, badLog, false},
	{"checkpoint/tampered", func(pb, _ *pbundle) {
		c := entry(pb).InclusionProof.Checkpoint
		lines := strings.SplitN(c.Envelope, "\n", 3)
		c.Envelope = lines[0] + "\n1" + lines[1] + "\n" + lines[2]
	}, badLog, false},
	{"checkpoint/signature tampered", func(pb, _ *pbundle) {
		c := entry(pb).InclusionProof.Checkpoint
		c.Envelope = resigned(c.Envelope)
	}, badLog, false},
	{"checkpoint/signature dropped", func(pb, _ *pbundle) {
		c := entry(pb).InclusionProof.Checkpoint
		c.Envelope = c.Envelope[:strings.Index(c.Envelope, "\n\n")+2]
	}, badLog, false},
	{"checkpoint/dropped", func(pb, _ *pbundle) { entry(pb).InclusionProof.Checkpoint = nil }, badLog, false},
	{"checkpoint/grafted", func(pb, o *pbundle) {
		entry(pb).InclusionProof.Checkpoint = entry(o).InclusionProof.Checkpoint
	}, badLog, false},
}

// promisedParts are those of Rekor v1 alone.
var promisedParts = []damage{
	{"promise/tampered", func(pb, _ *pbundle) { flip(entry(pb).InclusionPromise.SignedEntryTimestamp) }, badLog, false},
	{"promise/dropped", func(pb, _ *pbundle) { entry(pb).InclusionPromise = nil }, badTime, false},
	{"promise/emptied", func(pb, _ *pbundle) { entry(pb).InclusionPromise.SignedEntryTimestamp = nil }, badTime, false},
	{"promise/grafted", func(pb, o *pbundle) { entry(pb).InclusionPromise = entry(o).InclusionPromise }, badLog, false},
	{"entry/time", func(pb, _ *pbundle) { entry(pb).IntegratedTime++ }, badLog, false},
	{"entry/index", func(pb, _ *pbundle) { entry(pb).LogIndex++ }, badLog, false},
}

// stampedParts are those where a timestamp is the only time.
var stampedParts = []damage{
	{"timestamp/tampered", func(pb, _ *pbundle) { flip(stamp(pb).SignedTimestamp) }, badTime, false},
	{"timestamp/truncated", func(pb, _ *pbundle) { stamp(pb).SignedTimestamp = stamp(pb).SignedTimestamp[:100] }, badTime, false},
	{"timestamp/dropped", func(pb, _ *pbundle) { pb.VerificationMaterial.TimestampVerificationData = nil }, badTime, false},
	{"timestamp/doubled", func(pb, _ *pbundle) {
		d := pb.VerificationMaterial.TimestampVerificationData
		d.Rfc3161Timestamps = append(d.Rfc3161Timestamps, stamp(pb))
	}, badTime, false},
	{"timestamp/grafted", func(pb, o *pbundle) { stamp(pb).SignedTimestamp = stamp(o).SignedTimestamp }, badTime, false},
	{"timestamp/second, of another", func(pb, o *pbundle) {
		d := pb.VerificationMaterial.TimestampVerificationData
		d.Rfc3161Timestamps = append(d.Rfc3161Timestamps, stamp(o))
	}, badTime, false},
}

// tiledParts are those of Rekor v2 alone.
var tiledParts = []damage{
	{"entry/index", func(pb, _ *pbundle) { entry(pb).LogIndex++ }, badLog, false},
}

// swapDigit changes one character of an entry's body, which stays JSON.
func swapDigit(e *protorekor.TransparencyLogEntry) {
	for _, key := range []string{`"value":"`, `"digest":"`} {
		if i := bytes.Index(e.CanonicalizedBody, []byte(key)); i >= 0 {
			at := &e.CanonicalizedBody[i+len(key)+2]
			if *at == 'a' {
				*at = 'b'
			} else {
				*at = 'a'
			}
			return
		}
	}
	panic("the entry's body holds no digest")
}

// resigned changes one bit of a checkpoint's signature.
func resigned(checkpoint string) string {
	at := strings.LastIndexByte(strings.TrimSuffix(checkpoint, "\n"), ' ') + 1
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSuffix(checkpoint[at:], "\n"))
	if err != nil {
		panic(err)
	}
	flip(raw)
	return checkpoint[:at] + base64.StdEncoding.EncodeToString(raw) + "\n"
}

// damaged makes a row of each damage to a bundle and, of the first base, one of
// the same in a PEP 740 file.
func damaged(base string, parts ...[]damage) []row {
	var rows []row
	for _, d := range slices.Concat(parts...) {
		do := func(s *scene) { s.change(func(a *attestation) { a.tamper = d.do }, wheelBuild) }
		rows = append(rows, row{name: d.name, base: base, do: do, rule: d.rule, says: []string{wheelBundle},
			also: []string{"missing-provenance"}, about: []string{wheelName, wheelBundle}})
		if !d.bundle && base == "" {
			rows = append(rows, row{name: d.name + ", PEP 740", base: "attested", do: do, rule: d.rule,
				says: []string{wheelName + ".slsa.attestation"}, also: []string{"missing-provenance"}})
		}
	}
	return rows
}

var (
	_ = table("rekor v1", damaged("", signedParts, loggedParts, promisedParts))
	_ = table("rekor v2", damaged("rekor2", signedParts, loggedParts, stampedParts, tiledParts))
	_ = table("github", damaged("private", signedParts, stampedParts))
)
