// SPDX-License-Identifier: BSD-3-Clause

package attest

import (
	"strconv"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
)

// The attestation object as the index has it: bytes in base64 on one line, and
// log entries in the JSON form of their protocol buffer, with numbers as texts.
type (
	attestationJSON struct {
		Version  int          `json:"version"`
		Material materialJSON `json:"verification_material"`
		Envelope envelopeJSON `json:"envelope"`
	}
	materialJSON struct {
		Certificate []byte      `json:"certificate"`
		Entries     []entryJSON `json:"transparency_entries"`
		Timestamps  [][]byte    `json:"timestamps,omitempty"`
	}
	envelopeJSON struct {
		Statement []byte `json:"statement"`
		Signature []byte `json:"signature"`
	}
	entryJSON struct {
		LogIndex string `json:"logIndex"`
		LogID    struct {
			KeyID []byte `json:"keyId"`
		} `json:"logId"`
		Kind struct {
			Kind    string `json:"kind"`
			Version string `json:"version"`
		} `json:"kindVersion"`
		Time    string       `json:"integratedTime,omitempty"`
		Promise *promiseJSON `json:"inclusionPromise,omitempty"`
		Proof   proofJSON    `json:"inclusionProof"`
		Body    []byte       `json:"canonicalizedBody"`
	}
	promiseJSON struct {
		Signature []byte `json:"signedEntryTimestamp"`
	}
	proofJSON struct {
		LogIndex   string   `json:"logIndex"`
		RootHash   []byte   `json:"rootHash"`
		TreeSize   string   `json:"treeSize"`
		Hashes     [][]byte `json:"hashes"`
		Checkpoint struct {
			Envelope string `json:"envelope"`
		} `json:"checkpoint"`
	}
)

// ToPEP740 converts a Sigstore bundle v0.3 to a PEP 740 attestation object,
// version 1, on one line without a line break, with the keys in the order in
// which the index's own tools write them. What the index would refuse, or the
// format cannot hold, is a [*RefusedError]. Nothing is verified: signature,
// certificate and log are for package evidence.
func ToPEP740(b *protobundle.Bundle) ([]byte, error) {
	if err := refuse(b); err != nil {
		return nil, err
	}
	material, envelope := b.GetVerificationMaterial(), b.GetDsseEnvelope()
	out := attestationJSON{Version: 1}
	out.Material.Certificate = material.GetCertificate().GetRawBytes()
	out.Material.Entries = []entryJSON{entryOf(material.GetTlogEntries()[0])}
	for _, t := range material.GetTimestampVerificationData().GetRfc3161Timestamps() {
		out.Material.Timestamps = append(out.Material.Timestamps, t.GetSignedTimestamp())
	}
	out.Envelope = envelopeJSON{envelope.GetPayload(), envelope.GetSignatures()[0].GetSig()}
	return encode(out)
}

// entryOf writes numbers and lists even where they are zero or empty, which
// the protocol buffer's own JSON leaves out: the index's reader wants them, and
// a young log has both.
func entryOf(e *protorekor.TransparencyLogEntry) entryJSON {
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	out := entryJSON{LogIndex: number(e.GetLogIndex()), Body: e.GetCanonicalizedBody()}
	out.LogID.KeyID = e.GetLogId().GetKeyId()
	out.Kind.Kind, out.Kind.Version = e.GetKindVersion().GetKind(), e.GetKindVersion().GetVersion()
	if t := e.GetIntegratedTime(); t != 0 {
		out.Time = number(t)
	}
	if p := e.GetInclusionPromise(); p != nil {
		out.Promise = &promiseJSON{p.GetSignedEntryTimestamp()}
	}
	proof := e.GetInclusionProof()
	out.Proof.LogIndex, out.Proof.TreeSize = number(proof.GetLogIndex()), number(proof.GetTreeSize())
	out.Proof.RootHash, out.Proof.Hashes = proof.GetRootHash(), append([][]byte{}, proof.GetHashes()...)
	out.Proof.Checkpoint.Envelope = proof.GetCheckpoint().GetEnvelope()
	return out
}
