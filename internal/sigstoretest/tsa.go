// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"time"

	"github.com/digitorus/timestamp"
)

// timestamper answers as an RFC 3161 timestamp authority: leaf first, then the
// CA chain up to the root.
type timestamper struct {
	uri   string
	key   *ecdsa.PrivateKey
	chain []*x509.Certificate
	// embed says whether responses carry the leaf certificate: those of the
	// public-good instance do, GitHub's do not.
	embed bool
}

var (
	oidTimeStamping    = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 8}
	oidTimestampPolicy = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 57264, 2}
)

func newTimestamper(ca *authority, organization, name string, embed bool) (*timestamper, error) {
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making the timestamp key: %w", err)
	}
	serial, err := newSerial()
	if err != nil {
		return nil, err
	}
	id, err := keyID(key.Public())
	if err != nil {
		return nil, err
	}
	// RFC 3161 2.3: the extended key usage is critical, which crypto/x509 does
	// not do by itself.
	usage, err := asn1.Marshal([]asn1.ObjectIdentifier{oidTimeStamping})
	if err != nil {
		return nil, fmt.Errorf("encoding the extended key usage: %w", err)
	}
	cert, err := issue(&x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{Organization: []string{organization}, CommonName: name},
		NotBefore:             notBefore,
		NotAfter:              notAfter,
		KeyUsage:              x509.KeyUsageDigitalSignature,
		BasicConstraintsValid: true,
		SubjectKeyId:          id,
		ExtraExtensions:       []pkix.Extension{{Id: oidEKU, Critical: true, Value: usage}},
	}, ca.issuer(), key.Public(), ca.key)
	if err != nil {
		return nil, err
	}
	return &timestamper{
		uri: ca.uri, key: key, embed: embed,
		chain: append([]*x509.Certificate{cert}, ca.chain...),
	}, nil
}

// stamp returns the DER of a TimeStampResp over a signature, whole seconds
// like the real authorities. (The CMS attribute signingTime is the clock's: the
// library offers no way to set it, and verifiers use genTime.)
func (t *timestamper) stamp(signature []byte, at time.Time) ([]byte, error) {
	digest := sha256.Sum256(signature)
	return t.answer(&timestamp.Request{
		HashAlgorithm: crypto.SHA256, HashedMessage: digest[:], Certificates: t.embed,
	}, at)
}

// answer returns the DER of a TimeStampResp that grants a query.
func (t *timestamper) answer(q *timestamp.Request, at time.Time) ([]byte, error) {
	ts := timestamp.Timestamp{
		HashAlgorithm:     q.HashAlgorithm,
		HashedMessage:     q.HashedMessage,
		Time:              at.UTC().Truncate(time.Second),
		Accuracy:          time.Second,
		Nonce:             q.Nonce,
		Policy:            oidTimestampPolicy,
		AddTSACertificate: q.Certificates,
	}
	der, err := ts.CreateResponseWithOpts(t.chain[0], t.key, crypto.SHA384)
	if err != nil {
		return nil, fmt.Errorf("making a timestamp: %w", err)
	}
	return der, nil
}
