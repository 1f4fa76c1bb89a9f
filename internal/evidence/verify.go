// SPDX-License-Identifier: BSD-3-Clause

package evidence

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	"github.com/sigstore/sigstore-go/pkg/bundle"
	"github.com/sigstore/sigstore-go/pkg/tlog"
	"github.com/sigstore/sigstore-go/pkg/verify"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/scientific-python/sallyport/internal/lazyregexp"
	"github.com/scientific-python/sallyport/internal/strictjson"
	"github.com/scientific-python/sallyport/internal/trust"
)

// Verifier verifies documents under a set of trust roots: one sigstore-go
// verifier per root, made once. It is safe for parallel use.
type Verifier struct {
	roots *trust.Set
	mu    sync.Mutex
	made  map[*trust.Root]*verify.Verifier
}

// NewVerifier makes a verifier over roots.
func NewVerifier(roots *trust.Set) *Verifier {
	return &Verifier{roots: roots, made: map[*trust.Root]*verify.Verifier{}}
}

// Verify verifies one document. It never returns nil; a document that could
// not be verified carries its Problem. The raw bytes of others are let go.
func (v *Verifier) Verify(doc Document) *Attestation {
	return v.check(doc, false)
}

// AsIndex verifies the document of a once more, only as strictly as the
// package index does: it looks at the first log entry alone and asks for one
// source of time. It is for predicting the index's answer and never counts.
func (v *Verifier) AsIndex(a *Attestation) *Attestation {
	if a.Form != PEP740 || len(a.Raw) == 0 {
		return a
	}
	return v.check(a.Document, true)
}

func (v *Verifier) check(doc Document, relaxed bool) *Attestation {
	a := &Attestation{Document: doc, LogIndex: -1}
	a.Raw = nil
	if doc.Problem != nil {
		a.Problem = doc.Problem
		return a
	}
	a.SHA256 = sha256.Sum256(doc.Raw)
	b, err := load(doc)
	if err != nil {
		a.Problem = err
		return a
	}
	if relaxed && len(b.GetVerificationMaterial().GetTlogEntries()) > 1 {
		b.VerificationMaterial.TlogEntries = b.VerificationMaterial.TlogEntries[:1]
	}
	a.Problem = v.verify(a, b, relaxed)
	if a.Problem != nil {
		if doc.Form == PEP740 && doc.Origin.Local() {
			a.Raw = doc.Raw // AsIndex may be asked for it
		}
		a.Unverified = claimed(b)
		a.Root, a.Signer, a.Statement, a.MessageDigest, a.LogIndex, a.Time = nil, nil, nil, "", -1, time.Time{}
	}
	return a
}

// load reads a document into a bundle, in whichever form it is.
func load(doc Document) (*bundle.Bundle, *Problem) {
	var pb *protobundle.Bundle
	switch doc.Form {
	case PEP740:
		var err error
		if pb, err = fromPEP740(doc.Raw, doc.checked); err != nil {
			return nil, malformed(err)
		}
	case Bundle:
		pb = &protobundle.Bundle{}
		if !doc.checked {
			if err := strictjson.Check(doc.Raw, strictjson.Default); err != nil {
				return nil, malformed(err)
			}
		}
		if err := protojson.Unmarshal(doc.Raw, pb); err != nil {
			return nil, malformed(fmt.Errorf("reading the bundle: %w", plainProto(err)))
		}
	default:
		return nil, malformed(fmt.Errorf("reading the attestation: unknown form %q", doc.Form))
	}
	b, err := bundle.NewBundle(pb)
	if errors.Is(err, bundle.ErrUnsupportedMediaType) {
		return nil, &Problem{Unsupported, fmt.Sprintf("reading the bundle: media type %q, expecting a Sigstore bundle of version 0.1, 0.2 or 0.3", clip(pb.GetMediaType())),
			"make the attestation with a released version of its tool, or update sallyport"}
	}
	if err != nil && strings.Contains(err.Error(), "inclusion pro") {
		// A promise or proof is missing, or the proof's checkpoint.
		return nil, &Problem{Log, fmt.Sprintf("reading the bundle: %v", err), "the log entry was cut down or never complete; sign again"}
	}
	if err != nil {
		return nil, malformed(fmt.Errorf("reading the bundle: %w", err))
	}
	return b, nil
}

// verify fills a from b, or says why b proves nothing.
func (v *Verifier) verify(a *Attestation, b *bundle.Bundle, relaxed bool) *Problem {
	content, err := b.VerificationContent()
	if err != nil {
		return malformed(fmt.Errorf("reading the signing certificate: %w", err))
	}
	leaf := content.Certificate()
	if leaf == nil {
		return &Problem{Unsupported, "reading the attestation: it is signed with a key that only its owner knows, not with a Sigstore certificate",
			"sign with the workflow's identity (actions/attest, or PyPI's publish action)"}
	}
	env := b.GetDsseEnvelope()
	if env != nil && env.GetPayloadType() != PayloadInToto {
		return &Problem{PayloadType, fmt.Sprintf("the envelope's payload type is %q, expecting %q", clip(env.GetPayloadType()), PayloadInToto),
			"the signature was made for something other than an in-toto statement; make the attestation with actions/attest or PyPI's publish action"}
	}
	root := v.roots.Likely(leaf)
	if root == nil {
		if root, err = v.roots.For(leaf); err != nil {
			return &Problem{Certificate, err.Error(), hintUntrusted}
		}
	}
	if p := knownEntries(b, root); p != nil && !relaxed {
		return p
	}
	artifact := verify.WithoutArtifactUnsafe() // subjects are matched by the build gate, on the strictly parsed statement
	if env == nil {
		digest := b.GetMessageSignature().GetMessageDigest()
		if digest.GetAlgorithm() != protocommon.HashAlgorithm_SHA2_256 || len(digest.GetDigest()) != 32 {
			return &Problem{Unsupported, "the signature is over a digest other than SHA-256", "sign with SHA-256"}
		}
		a.MessageDigest = hex.EncodeToString(digest.GetDigest())
		artifact = verify.WithArtifactDigest("sha256", digest.GetDigest())
	}
	checker, err := v.verifier(root)
	if err != nil {
		return &Problem{Certificate, fmt.Sprintf("preparing the verifier of the %s root: %v", root.Instance, err), "pass another --trusted-root"}
	}
	result, err := checker.Verify(b, verify.NewPolicy(artifact, verify.WithoutIdentitiesUnsafe()))
	if err != nil {
		if _, err := v.roots.For(leaf); err != nil { // the root was chosen by name
			return &Problem{Certificate, err.Error(), hintUntrusted}
		}
		return classify(err, b, leaf)
	}
	if p := allTimestamps(b, root); p != nil && !relaxed {
		return p
	}
	if p := wholeProofs(b); p != nil && !relaxed {
		return p
	}
	if a.Signer, err = ParseIdentity(leaf); err != nil {
		return &Problem{Certificate, err.Error(), "the certificate is not one that Sigstore's authority issues to a workflow; sign again"}
	}
	a.Root = root
	a.Key = key(b, leaf)
	for _, ts := range result.VerifiedTimestamps {
		if a.Time.IsZero() || ts.Timestamp.Before(a.Time) {
			a.Time = ts.Timestamp.UTC()
		}
	}
	var p *Problem
	if a.LogIndex, p = logIndex(b, root); p != nil {
		return p
	}
	if env == nil {
		return nil
	}
	if a.Statement, err = ParseStatement(env.GetPayload()); err != nil {
		return &Problem{BadContent, fmt.Sprintf("reading the signed statement: %v", err), hintStatement}
	}
	return nil
}

// verifier returns the sigstore-go verifier of one root. The thresholds follow
// what the root offers; a root that offers nothing never gets here (loading
// it is an error).
func (v *Verifier) verifier(root *trust.Root) (*verify.Verifier, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if c, ok := v.made[root]; ok {
		return c, nil
	}
	// Only the statement's frame is parsed by sigstore-go; ParseStatement
	// reads it strictly afterwards.
	opts := []verify.VerifierOption{verify.WithoutStatementPredicate()}
	if root.HasCT {
		opts = append(opts, verify.WithSignedCertificateTimestamps(1))
	}
	if root.HasTlog {
		opts = append(opts, verify.WithTransparencyLog(1), verify.WithObserverTimestamps(1))
	} else {
		opts = append(opts, verify.WithSignedTimestamps(1))
	}
	c, err := verify.NewVerifier(root.Material, opts...)
	if err != nil {
		return nil, err
	}
	v.made[root] = c
	return c, nil
}

// knownEntries refuses what sigstore-go passes over in silence: entries of
// logs that the root does not hold, and promises that do not verify beside an
// entry that does. A bundle is then either whole or refused.
func knownEntries(b *bundle.Bundle, root *trust.Root) *Problem {
	entries := b.GetVerificationMaterial().GetTlogEntries()
	if len(entries) == 0 && root.HasTlog {
		return &Problem{Log, "the attestation has no transparency log entry", "the log entry was removed or never made; sign again"}
	}
	if !root.HasTlog {
		return nil
	}
	logs := root.Material.RekorLogs()
	for _, e := range entries {
		if id := e.GetLogId().GetKeyId(); logs[hex.EncodeToString(id)] == nil {
			return &Problem{Log, fmt.Sprintf("the log entry is of a log (key id %x) that the trust root does not hold", id),
				"if the log is new, update sallyport or let it refresh its roots (without --offline)"}
		}
	}
	if len(entries) == 1 {
		return nil // sigstore-go needs one, and passes over none
	}
	parsed, err := b.TlogEntries()
	if err != nil {
		return malformed(fmt.Errorf("reading the log entries: %w", err))
	}
	for _, e := range parsed {
		if !e.HasInclusionPromise() {
			continue
		}
		if err := tlog.VerifySET(e, logs); err != nil {
			return &Problem{Log, fmt.Sprintf("the log's signed promise does not verify: %v", err), hintTampered}
		}
	}
	return nil
}

// allTimestamps refuses timestamps that do not verify, where sigstore-go is
// content with one source of time.
func allTimestamps(b *bundle.Bundle, root *trust.Root) *Problem {
	given, err := b.Timestamps()
	if err != nil {
		return malformed(fmt.Errorf("reading the timestamps: %w", err))
	}
	if len(given) == 0 {
		return nil
	}
	_, bad, err := verify.VerifySignedTimestamp(b, root.Material)
	if err == nil && len(bad) > 0 {
		err = bad[0]
	}
	if err != nil {
		return &Problem{Timestamp, fmt.Sprintf("a timestamp does not verify: %v", err), hintTampered}
	}
	return nil
}

// key identifies what was signed by whom: certificate, payload and signature.
func key(b *bundle.Bundle, leaf *x509.Certificate) [32]byte {
	h := sha256.New()
	env := b.GetDsseEnvelope()
	parts := [][]byte{leaf.Raw, env.GetPayload(), b.GetMessageSignature().GetSignature(), b.GetMessageSignature().GetMessageDigest().GetDigest()}
	for _, s := range env.GetSignatures() {
		parts = append(parts, s.GetSig())
	}
	for _, p := range parts {
		fmt.Fprintf(h, "%d:", len(p))
		h.Write(p)
	}
	return [32]byte(h.Sum(nil))
}

// logIndex returns the index that the log vouches for. Under a signed promise
// that is the entry's. Without one, an inclusion proof of Rekor v1 proves the
// index that the proof names, and one of Rekor v2 the entry's, which the proof
// repeats: a difference between the two would leave one of them unproved.
func logIndex(b *bundle.Bundle, root *trust.Root) (int64, *Problem) {
	if !root.HasTlog {
		return -1, nil
	}
	e := b.GetVerificationMaterial().GetTlogEntries()[0]
	proof := e.GetInclusionProof()
	if e.GetInclusionPromise() != nil {
		return e.GetLogIndex(), nil
	}
	if rekorV1Origin.MatchString(proof.GetCheckpoint().GetEnvelope()) {
		return proof.GetLogIndex(), nil
	}
	if proof.GetLogIndex() != e.GetLogIndex() {
		return -1, &Problem{Log, fmt.Sprintf("the log entry says index %d, its inclusion proof %d", e.GetLogIndex(), proof.GetLogIndex()), hintTampered}
	}
	return e.GetLogIndex(), nil
}

// rekorV1Origin matches a checkpoint whose first line ends in a tree id.
var rekorV1Origin = lazyregexp.New(`^[^\n]* - [0-9]+\n`)

// claimed reads, without any trust, whom an unverifiable bundle was meant for.
func claimed(b *bundle.Bundle) []Subject {
	env := b.GetDsseEnvelope()
	if env == nil {
		return nil
	}
	st, err := ParseStatement(env.GetPayload())
	if err != nil {
		return nil
	}
	return st.Subjects
}
