// SPDX-License-Identifier: BSD-3-Clause

package attest

import (
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	protodsse "github.com/sigstore/protobuf-specs/gen/pb-go/dsse"

	"github.com/scientific-python/sallyport/internal/evidence"
)

// Content is what is signed: a statement, or else a file.
type Content struct {
	// Statement is an in-toto statement in JSON. It is signed in a DSSE envelope.
	Statement []byte
	// SHA256 is the digest of a file whose bytes are signed as they are. It is
	// not looked at where there is a statement.
	SHA256 [32]byte
}

// Log is a kind of transparency log.
type Log int

const (
	// NoLog enters a signature nowhere; it has timestamps.
	NoLog Log = iota
	// RekorV1 is Rekor's API of version 1: kind dsse 0.0.1 for a statement,
	// hashedrekord 0.0.1 for a file. The log says when it took the entry.
	RekorV1
	// RekorV2 is Rekor's API of version 2: kind hashedrekord 0.0.2. The log
	// says nothing of the time; the signature has timestamps.
	RekorV2
)

// String returns the name of the log.
func (l Log) String() string {
	switch l {
	case NoLog:
		return "no log"
	case RekorV1:
		return "Rekor v1"
	case RekorV2:
		return "Rekor v2"
	}
	return fmt.Sprintf("Log(%d)", int(l))
}

// Task is one thing to sign.
type Task struct {
	Content Content
	Log     Log
	// Timestamp asks for timestamps where the log gives a time by itself. With
	// [RekorV2] and [NoLog] there are always timestamps.
	Timestamp bool
}

// stamped reports whether the signature gets timestamps.
func (t Task) stamped() bool { return t.Timestamp || t.Log != RekorV1 }

// possible says why a task cannot be done with the services at hand.
func (s *Signer) possible(t Task) error {
	const config = "name one in the signing configuration"
	switch {
	case t.Content.Statement == nil && t.Content.SHA256 == [32]byte{}, t.Content.Statement != nil && len(t.Content.Statement) == 0:
		return errors.New("signing: there is neither a statement nor a digest")
	case t.Log < NoLog || t.Log > RekorV2:
		return fmt.Errorf("signing: there is no %v", t.Log)
	case t.Log == RekorV1 && s.rekor1 == nil, t.Log == RekorV2 && s.rekor2 == nil:
		return fmt.Errorf("signing: the signing services have no %v log; %s", t.Log, config)
	case t.stamped() && len(s.tsas) == 0:
		return fmt.Errorf("signing with %v: the signing services have no timestamp authority, and the signature needs one; %s", t.Log, config)
	}
	return nil
}

// digest is what the signature is over: a file's digest, or that of the
// envelope's pre-authentication encoding.
func (c Content) digest() [32]byte {
	if c.Statement == nil {
		return c.SHA256
	}
	return sha256.Sum256(dsse.PAE(evidence.PayloadInToto, c.Statement))
}

// bundleType is the media type of bundles of version 0.3.
const bundleType = "application/vnd.dev.sigstore.bundle.v0.3+json"

// bundle starts a bundle: what was signed, the signature and the certificate.
func (c Content) bundle(signature, certificate []byte) *protobundle.Bundle {
	b := &protobundle.Bundle{MediaType: bundleType, VerificationMaterial: &protobundle.VerificationMaterial{
		Content: &protobundle.VerificationMaterial_Certificate{Certificate: &protocommon.X509Certificate{RawBytes: certificate}},
	}}
	if c.Statement == nil {
		b.Content = &protobundle.Bundle_MessageSignature{MessageSignature: &protocommon.MessageSignature{
			MessageDigest: &protocommon.HashOutput{Algorithm: protocommon.HashAlgorithm_SHA2_256, Digest: c.SHA256[:]},
			Signature:     signature,
		}}
		return b
	}
	b.Content = &protobundle.Bundle_DsseEnvelope{DsseEnvelope: &protodsse.Envelope{
		Payload: c.Statement, PayloadType: evidence.PayloadInToto, Signatures: []*protodsse.Signature{{Sig: signature}},
	}}
	return b
}

// StatementContent is an in-toto statement in JSON, to be signed in an envelope.
func StatementContent(statement []byte) Content { return Content{Statement: statement} }

// FileContent is a file, by its digest, to be signed as it is.
func FileContent(sha256 [32]byte) Content { return Content{SHA256: sha256} }
