// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	protodsse "github.com/sigstore/protobuf-specs/gen/pb-go/dsse"
)

// PayloadType is the DSSE payload type of in-toto statements.
const PayloadType = "application/vnd.in-toto+json"

// Log says in which transparency logs a signature is entered. LogV1|LogV2
// enters it in both, in this order.
type Log uint8

const (
	// LogDefault is LogV1 for PublicGood and LogNone for GitHub.
	LogDefault Log = 0
	// LogV1 is Rekor v1: dsse 0.0.1 or hashedrekord 0.0.1 with a promise.
	LogV1 Log = 1
	// LogV2 is Rekor v2: hashedrekord 0.0.2, without any time.
	LogV2 Log = 2
	// LogNone enters the signature nowhere.
	LogNone Log = 4
)

// SignOptions says how to sign; the zero value signs as GitHub's attest action
// does on the instance at hand.
type SignOptions struct {
	// Log chooses the transparency logs.
	Log Log
	// Timestamp adds an RFC 3161 timestamp. Without it there is one for
	// LogV2 and on a GitHub instance, where nothing else gives a time.
	Timestamp bool
	// NoTimestamp leaves the timestamp out even there.
	NoTimestamp bool
	// NoSCT leaves the SCT out of the certificate. A GitHub instance never
	// has one.
	NoSCT bool
	// ForgedSCT has the SCT signed by a key that is not the CT log's.
	ForgedSCT bool
	// Time is when the certificate starts; zero is DefaultTime, or the
	// start of Certificate. Whole seconds.
	Time time.Time
	// TimestampTime and LogTime override the timestamp's time and the Rekor
	// v1 entry's, which are one and two seconds after Time.
	TimestampTime, LogTime time.Time
	// Lifetime is how long the certificate is valid; zero is ten minutes.
	Lifetime time.Duration
	// PayloadType is the DSSE payload type; empty is in-toto's.
	PayloadType string
	// BundleVersion is "0.1", "0.2" or "0.3"; empty is "0.3". The older two
	// carry the certificate as a chain of one. 0.1 cannot hold LogV2 entries.
	BundleVersion string
	// Certificate signs instead of a fresh one; the claims are ignored then.
	Certificate *Certificate
}

func (o SignOptions) time() time.Time {
	at := o.Time
	if at.IsZero() && o.Certificate != nil {
		at = o.Certificate.from
	}
	if at.IsZero() {
		at = DefaultTime
	}
	return at.UTC().Truncate(time.Second)
}

// signed is what a log is told: who signed what.
type signed struct {
	cert      *Certificate
	digest    []byte // SHA-256 of what the signature covers
	signature []byte // ECDSA, DER
	envelope  []byte // DSSE envelope as JSON, nil for a message
	payload   []byte
}

// Sign puts a statement, or any other bytes, into a DSSE envelope and signs it.
func (i *Instance) Sign(statement []byte, c Claims, o SignOptions) (*Bundle, error) {
	payloadType := o.PayloadType
	if payloadType == "" {
		payloadType = PayloadType
	}
	s, pb, err := i.sign(dsse.PAE(payloadType, statement), c, o)
	if err != nil {
		return nil, fmt.Errorf("signing a statement: %w", err)
	}
	s.payload = statement
	s.envelope, err = envelopeJSON(payloadType, statement, s.signature)
	if err != nil {
		return nil, fmt.Errorf("signing a statement: %w", err)
	}
	pb.Content = &protobundle.Bundle_DsseEnvelope{DsseEnvelope: &protodsse.Envelope{
		Payload: statement, PayloadType: payloadType,
		Signatures: []*protodsse.Signature{{Sig: s.signature}},
	}}
	if err := i.witness(pb, s, o); err != nil {
		return nil, fmt.Errorf("signing a statement: %w", err)
	}
	return Wrap(pb), nil
}

// SignMessage signs an artifact's bytes themselves: a messageSignature bundle.
func (i *Instance) SignMessage(artifact []byte, c Claims, o SignOptions) (*Bundle, error) {
	s, pb, err := i.sign(artifact, c, o)
	if err != nil {
		return nil, fmt.Errorf("signing an artifact: %w", err)
	}
	pb.Content = &protobundle.Bundle_MessageSignature{MessageSignature: &protocommon.MessageSignature{
		MessageDigest: &protocommon.HashOutput{Algorithm: protocommon.HashAlgorithm_SHA2_256, Digest: s.digest},
		Signature:     s.signature,
	}}
	if err := i.witness(pb, s, o); err != nil {
		return nil, fmt.Errorf("signing an artifact: %w", err)
	}
	return Wrap(pb), nil
}

// sign makes the signature and a bundle that holds the certificate only.
func (i *Instance) sign(message []byte, c Claims, o SignOptions) (signed, *protobundle.Bundle, error) {
	pb := &protobundle.Bundle{VerificationMaterial: &protobundle.VerificationMaterial{}}
	cert := o.Certificate
	if cert == nil {
		var err error
		if cert, err = i.Issue(c, o); err != nil {
			return signed{}, nil, err
		}
	}
	raw := &protocommon.X509Certificate{RawBytes: cert.der}
	switch o.BundleVersion {
	case "", "0.3":
		pb.MediaType = "application/vnd.dev.sigstore.bundle.v0.3+json"
		pb.VerificationMaterial.Content = &protobundle.VerificationMaterial_Certificate{Certificate: raw}
	case "0.1", "0.2":
		pb.MediaType = "application/vnd.dev.sigstore.bundle+json;version=" + o.BundleVersion
		pb.VerificationMaterial.Content = &protobundle.VerificationMaterial_X509CertificateChain{
			X509CertificateChain: &protocommon.X509CertificateChain{Certificates: []*protocommon.X509Certificate{raw}},
		}
	default:
		return signed{}, nil, fmt.Errorf("unknown bundle version %q: use 0.1, 0.2 or 0.3", o.BundleVersion)
	}
	digest := sha256.Sum256(message)
	signature, err := ecdsa.SignASN1(rand.Reader, cert.key, digest[:])
	if err != nil {
		return signed{}, nil, err
	}
	return signed{cert: cert, digest: digest[:], signature: signature}, pb, nil
}

// witness adds log entries and the timestamp.
func (i *Instance) witness(pb *protobundle.Bundle, s signed, o SignOptions) error {
	logs := o.Log
	if logs == LogDefault && i.kind == PublicGood {
		logs = LogV1
	}
	switch {
	case logs&LogNone != 0 && logs != LogNone:
		return errors.New("LogNone excludes the other logs: choose one")
	case logs&(LogV1|LogV2) != 0 && i.kind != PublicGood:
		return fmt.Errorf("a %s instance has no transparency log: use LogDefault or LogNone", i.kind)
	case logs&LogV2 != 0 && o.BundleVersion == "0.1":
		return errors.New("a bundle 0.1 needs an inclusion promise, which Rekor v2 does not give: use 0.3")
	case o.Timestamp && o.NoTimestamp:
		return errors.New("reading the options: Timestamp and NoTimestamp exclude each other: choose one")
	}
	material := pb.VerificationMaterial
	if !o.NoTimestamp && (o.Timestamp || logs&LogV2 != 0 || i.kind == GitHub) {
		der, err := i.tsa.stamp(s.signature, or(o.TimestampTime, o.time().Add(time.Second)))
		if err != nil {
			return err
		}
		material.TimestampVerificationData = &protobundle.TimestampVerificationData{
			Rfc3161Timestamps: []*protocommon.RFC3161SignedTimestamp{{SignedTimestamp: der}},
		}
	}
	if logs&LogV1 != 0 {
		entry, err := i.log1.enter(s, or(o.LogTime, o.time().Add(2*time.Second)))
		if err != nil {
			return err
		}
		material.TlogEntries = append(material.TlogEntries, entry)
	}
	if logs&LogV2 != 0 {
		entry, err := i.log2.enter(s)
		if err != nil {
			return err
		}
		material.TlogEntries = append(material.TlogEntries, entry)
	}
	return nil
}

func or(at, otherwise time.Time) time.Time {
	if at.IsZero() {
		return otherwise
	}
	return at
}
