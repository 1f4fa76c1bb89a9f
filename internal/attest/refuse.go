// SPDX-License-Identifier: BSD-3-Clause

package attest

import (
	"crypto/x509"
	"fmt"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"

	"github.com/scientific-python/sallyport/internal/dist"
	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/strictjson"
)

// IndexTakesRekorV2Since is the day (YYYY-MM-DD) since which the package index
// accepts attestations that are entered in a Rekor v2 log, or "" while it does
// not. Last looked up on 2026-11-21: the index's verifier drops timestamps
// before it verifies, and such an entry has no time of its own.
const IndexTakesRekorV2Since = ""

// bundleTypes are the two spellings of the bundle's version 0.3.
var bundleTypes = map[string]bool{
	"application/vnd.dev.sigstore.bundle.v0.3+json":        true,
	"application/vnd.dev.sigstore.bundle+json;version=0.3": true,
}

// RefusedError is a bundle that the package index refuses as an attestation,
// or that has no PEP 740 form.
type RefusedError struct {
	Reason string
	Hint   string // what to do
}

// Error says why.
func (e *RefusedError) Error() string {
	return "converting the bundle for the package index: " + e.Reason + "; " + e.Hint
}

func refused(hint, format string, args ...any) error {
	return &RefusedError{fmt.Sprintf(format, args...), hint}
}

const (
	signAgain   = "sign the file again"
	useRekorV1  = "sign with the public-good instance and Rekor v1"
	oneFileOnly = "attest each file by itself for the index"
)

// refuse finds what keeps a bundle from being an attestation of the index, of
// all that can be seen without keys.
func refuse(b *protobundle.Bundle) error {
	if t := b.GetMediaType(); !bundleTypes[t] {
		return refused(signAgain, "its media type is %.100q, which is no bundle of version 0.3", t)
	}
	envelope := b.GetDsseEnvelope()
	switch n := len(envelope.GetSignatures()); {
	case envelope == nil:
		return refused(signAgain, "it signs a file's bytes and holds no statement")
	case n != 1:
		return refused(signAgain, "it has %d signatures instead of one", n)
	case len(envelope.GetSignatures()[0].GetSig()) == 0:
		return refused(signAgain, "its signature is empty")
	case envelope.GetPayloadType() != evidence.PayloadInToto:
		return refused(signAgain, "its payload type is %.100q instead of %q", envelope.GetPayloadType(), evidence.PayloadInToto)
	}
	material := b.GetVerificationMaterial()
	if _, err := x509.ParseCertificate(material.GetCertificate().GetRawBytes()); err != nil {
		return refused(signAgain, "it holds no certificate that can be read: %v", err)
	}
	// The index looks at the first entry only, so that nobody would verify
	// another one.
	entries := material.GetTlogEntries()
	if len(entries) != 1 {
		return refused(useRekorV1, "it has %d log entries instead of one", len(entries))
	}
	if err := refuseEntry(entries[0]); err != nil {
		return err
	}
	for _, t := range material.GetTimestampVerificationData().GetRfc3161Timestamps() {
		if len(t.GetSignedTimestamp()) == 0 {
			return refused(signAgain, "one of its timestamps is empty")
		}
	}
	return refuseStatement(envelope.GetPayload())
}

func refuseEntry(e *protorekor.TransparencyLogEntry) error {
	kind := e.GetKindVersion().GetKind() + " " + e.GetKindVersion().GetVersion()
	v2 := kind == "hashedrekord 0.0.2" && IndexTakesRekorV2Since != ""
	proof := e.GetInclusionProof()
	switch {
	case kind != "dsse 0.0.1" && !v2:
		return refused(useRekorV1, "its log entry is of the kind %.100q, and the index takes %q", kind, "dsse 0.0.1")
	case !v2 && (len(e.GetInclusionPromise().GetSignedEntryTimestamp()) == 0 || e.GetIntegratedTime() <= 0):
		return refused(useRekorV1, "its log entry has no promise or no time, from which the index would learn when it was signed")
	case len(e.GetLogId().GetKeyId()) == 0, len(e.GetCanonicalizedBody()) == 0:
		return refused(signAgain, "its log entry names no log or has no content")
	case len(proof.GetRootHash()) == 0, proof.GetTreeSize() <= 0, proof.GetCheckpoint().GetEnvelope() == "":
		return refused(signAgain, "its log entry has no proof of inclusion, or one without a checkpoint")
	case e.GetLogIndex() < 0, proof.GetLogIndex() < 0:
		return refused(signAgain, "its log entry has a negative index")
	}
	return nil
}

func refuseStatement(payload []byte) error {
	st, err := evidence.ParseStatement(payload)
	if err != nil {
		return refused(signAgain, "its statement: %v", err)
	}
	switch {
	case st.Type != evidence.StatementV1:
		return refused(signAgain, "its statement is of the type %.100q instead of %q", st.Type, evidence.StatementV1)
	case len(st.Subjects) != 1:
		return refused(oneFileOnly, "its statement is about %d files, and the index takes one", len(st.Subjects))
	case st.Subjects[0].SHA256 == "" || st.Subjects[0].Upper:
		return refused(signAgain, "its subject has no SHA-256 in lower-case hexadecimal digits")
	case st.PredicateType != evidence.PredicateProvenanceV1 && st.PredicateType != evidence.PredicatePublish:
		return refused("store it with GitHub or as a bundle", "its predicate type is %.200q, which the index does not know", st.PredicateType)
	case st.PredicateType == evidence.PredicatePublish && !emptyPredicate(st.Predicate):
		return refused(signAgain, "it is a publish attestation whose predicate is not empty")
	}
	if _, err := dist.ParseName(st.Subjects[0].Name); err != nil {
		return refused(signAgain, "its subject: %v", err)
	}
	return nil
}

func emptyPredicate(raw []byte) bool {
	if strictjson.IsNull(raw) {
		return true
	}
	m, err := strictjson.Object(raw)
	return err == nil && len(m) == 0
}
