// SPDX-License-Identifier: BSD-3-Clause

package evidence

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"strings"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"github.com/sigstore/sigstore-go/pkg/bundle"
)

const (
	hintUntrusted = "sign with Sigstore's public instance or GitHub's; a private deployment's root is named with --trusted-root"
	hintStatement = "make the attestation with actions/attest or PyPI's publish action"
	hintTampered  = "the file was changed after signing, or put together from two attestations; make it again from the original release files"
)

// stages maps the prefixes of sigstore-go's errors, which are untyped, to
// kinds. They are asserted by tests that break each part of a bundle in turn:
// a prefix that changes with the library falls through to Signature below and
// fails those tests, never to success.
var stages = []struct {
	prefix string
	kind   Kind
	text   string
}{
	{"failed to verify log inclusion: integrated time outside certificate validity", Certificate, "the signing certificate was not valid when the log took the entry"},
	{"failed to verify log inclusion: ", Log, "the transparency log entry does not verify"},
	{"failed to verify timestamps: ", Timestamp, "the signing time is not proved"},
	{"failed to summarize certificate: ", Certificate, "the signing certificate is unreadable"},
	{"failed to verify leaf certificate: ", Certificate, "the signing certificate was not valid at the signing time, or not issued by the trusted authority"},
	{"failed to verify signed certificate timestamp: ", SCT, "the signing certificate is not in a trusted certificate transparency log"},
	{"failed to fetch signature content: ", Malformed, "the signature is unreadable"},
	{"failed to get signature verifier: ", Signature, "the certificate's key is of a kind that signs no attestation"},
	{"failed to verify signature: ", Signature, "the signature does not verify"},
	{"failed to fetch envelope statement: ", BadContent, "reading the signed statement"}, // after the signature
}

// classify turns sigstore-go's error into a problem of ours. sigstore-go looks
// at the log entry and the time first and so blames them for a changed payload
// or signature; the envelope's own signature is looked at here to say what
// really was changed.
func classify(err error, b *bundle.Bundle, leaf *x509.Certificate) *Problem {
	msg := err.Error()
	p := &Problem{Kind: Signature, Message: msg, Hint: hintTampered}
	for _, s := range stages {
		if rest, ok := strings.CutPrefix(msg, s.prefix); ok {
			p.Kind, p.Message = s.kind, strings.TrimSuffix(s.text+": "+clip(rest), ": ")
			break
		}
	}
	if _, err := ParseStatement(b.GetDsseEnvelope().GetPayload()); p.Kind == BadContent && err != nil {
		p.Message, p.Hint = fmt.Sprintf("reading the signed statement: %v", err), hintStatement
	}
	if (p.Kind == Log || p.Kind == Timestamp || p.Kind == Signature || p.Kind == BadContent) && signatureBroken(b, leaf) {
		p.Kind, p.Hint = Signature, hintTampered
		p.Message = fmt.Sprintf("the signature does not verify with the certificate's key: the statement, the signature or the certificate is not the one that was signed with (%s)", clip(msg))
	}
	return p
}

// signatureBroken reports whether the envelope's only signature is certainly
// not the leaf key's over its payload (DSSE v1 pre-authentication encoding), or
// there is none.
func signatureBroken(b *bundle.Bundle, leaf *x509.Certificate) bool {
	env := b.GetDsseEnvelope()
	if env == nil || len(env.GetSignatures()) != 1 {
		return env != nil && len(env.GetSignatures()) == 0
	}
	key, ok := leaf.PublicKey.(*ecdsa.PublicKey)
	if !ok || key.Curve.Params().BitSize != 256 {
		return false
	}
	sum := sha256.Sum256(dsse.PAE(env.GetPayloadType(), bytes.Clone(env.GetPayload())))
	return !ecdsa.VerifyASN1(key, sum[:], env.GetSignatures()[0].GetSig())
}
