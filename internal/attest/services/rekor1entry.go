// SPDX-License-Identifier: BSD-3-Clause

package services

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"

	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
)

// expected is what an entry of Rekor v1 must be about.
type expected struct {
	kind              string // "dsse" or "hashedrekord"
	envelope, payload []byte // of dsse
	digest            [32]byte
	signature         []byte
	verifier          []byte // the certificate in PEM
}

// entryIn reads an answer of Rekor v1, an object of one entry by its
// identifier, and puts it into the form that bundles have: two indices, of
// which the entry's counts over all trees of the log and the proof's within
// one, and bytes where the answer has hexadecimal digits.
func entryIn(body []byte, want expected) (*protorekor.TransparencyLogEntry, error) {
	answer, err := object(body, limits(maxEntry))
	if err != nil {
		return nil, err
	}
	if len(answer.m) != 1 {
		return nil, fmt.Errorf("it holds %d entries instead of one", len(answer.m))
	}
	var id string
	for id = range answer.m {
	}
	e := answer.object(id, "body", "integratedTime", "logID", "logIndex", "verification")
	verification := e.object("verification", "inclusionProof", "signedEntryTimestamp")
	proof := verification.object("inclusionProof", "checkpoint", "hashes", "logIndex", "rootHash", "treeSize")
	out := &protorekor.TransparencyLogEntry{
		LogIndex:          e.number("logIndex"),
		LogId:             &protocommon.LogId{KeyId: e.hash("logID")},
		KindVersion:       &protorekor.KindVersion{Kind: want.kind, Version: "0.0.1"},
		IntegratedTime:    e.number("integratedTime"),
		InclusionPromise:  &protorekor.InclusionPromise{SignedEntryTimestamp: verification.bytes("signedEntryTimestamp")},
		CanonicalizedBody: e.bytes("body"),
		InclusionProof: &protorekor.InclusionProof{
			LogIndex:   proof.number("logIndex"),
			RootHash:   proof.hash("rootHash"),
			TreeSize:   proof.number("treeSize"),
			Checkpoint: &protorekor.Checkpoint{Envelope: proof.text("checkpoint")},
		},
	}
	for _, raw := range proof.array("hashes") {
		one := fields{m: map[string]json.RawMessage{"hashes": raw}}
		out.InclusionProof.Hashes = append(out.InclusionProof.Hashes, one.hash("hashes"))
		if one.err != nil {
			return nil, one.err
		}
	}
	if err := errors.Join(answer.err, e.err, verification.err, proof.err); err != nil {
		return nil, err
	}
	if out.IntegratedTime == 0 {
		return nil, errors.New("the entry has no time")
	}
	if err := whole(out); err != nil {
		return nil, err
	}
	if err := want.matches(out.CanonicalizedBody); err != nil {
		return nil, err
	}
	return out, nil
}

// whole is what entries of both versions must have.
func whole(e *protorekor.TransparencyLogEntry) error {
	proof := e.GetInclusionProof()
	switch n := len(proof.GetHashes()); {
	case len(e.GetLogId().GetKeyId()) == 0:
		return errors.New("the entry names no log")
	case len(proof.GetRootHash()) != sha256.Size, proof.GetTreeSize() <= 0, proof.GetCheckpoint().GetEnvelope() == "":
		return errors.New("the entry has no whole proof that it is in the log")
	case n > 64:
		return fmt.Errorf("the entry's proof has %d hashes, and no tree is that high", n)
	case proof.GetLogIndex() < 0, proof.GetLogIndex() >= proof.GetTreeSize(), e.GetLogIndex() < 0:
		return errors.New("the entry's index lies outside the log")
	}
	return nil
}

// matches holds an entry's body against what was sent.
func (x expected) matches(body []byte) error {
	f, err := object(body, limits(maxEntry), "apiVersion", "kind", "spec")
	if err != nil {
		return fmt.Errorf("reading the entry's body: %w", err)
	}
	if kind, version := f.text("kind"), f.text("apiVersion"); f.err == nil && (kind != x.kind || version != "0.0.1") {
		return fmt.Errorf("the entry is of the kind %.50q, version %.50q, instead of %q, version %q", kind, version, x.kind, "0.0.1")
	}
	spec := x.dsse
	if x.kind == "hashedrekord" {
		spec = x.hashed
	}
	switch ours := spec(f); {
	case f.err != nil:
		return fmt.Errorf("reading the entry's body: %w", f.err)
	case !ours:
		return errors.New("the entry is about something else than what was sent")
	}
	return nil
}

func (x expected) dsse(f *fields) bool {
	spec := f.object("spec", "envelopeHash", "payloadHash", "signatures")
	envelope, payload := spec.digest("envelopeHash"), spec.digest("payloadHash")
	signatures := spec.array("signatures")
	if f.take(spec) || len(signatures) != 1 {
		return false
	}
	one := inner(signatures[0], "signature", "verifier")
	signature, verifier := one.bytes("signature"), one.bytes("verifier")
	return !f.take(one) && envelope == sha256.Sum256(x.envelope) && payload == sha256.Sum256(x.payload) &&
		bytes.Equal(signature, x.signature) && sameCertificate(verifier, x.verifier)
}

func (x expected) hashed(f *fields) bool {
	spec := f.object("spec", "data", "signature")
	data := spec.object("data", "hash")
	digest := data.digest("hash")
	signature := spec.object("signature", "content", "publicKey")
	content := signature.bytes("content")
	key := signature.object("publicKey", "content")
	verifier := key.bytes("content")
	return !f.take(spec) && !f.take(data) && !f.take(signature) && !f.take(key) &&
		digest == x.digest && bytes.Equal(content, x.signature) && sameCertificate(verifier, x.verifier)
}

// sameCertificate compares what two pieces of PEM hold, and not how they are
// wrapped.
func sameCertificate(a, b []byte) bool {
	x, _ := pem.Decode(a)
	y, _ := pem.Decode(b)
	return x != nil && y != nil && x.Type == y.Type && bytes.Equal(x.Bytes, y.Bytes)
}
