// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"time"

	ct "github.com/google/certificate-transparency-go"
	"github.com/google/certificate-transparency-go/tls"
	"github.com/google/certificate-transparency-go/x509util"
)

const ctURL = "https://ctfe.sallyport.test/2026"

// ctLog signs SCTs by RFC 6962. It keeps no tree: nobody asks a CT log for
// proofs when a certificate is verified.
type ctLog struct {
	key *ecdsa.PrivateKey
	id  [sha256.Size]byte
}

func newCTLog() (*ctLog, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making the CT log's key: %w", err)
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return nil, fmt.Errorf("encoding the CT log's key: %w", err)
	}
	return &ctLog{key: key, id: sha256.Sum256(der)}, nil
}

// forged returns a log with this log's id and another key: its SCTs name a
// trusted log that never signed them.
func (l *ctLog) forged() (*ctLog, error) {
	other, err := newCTLog()
	if err != nil {
		return nil, err
	}
	other.id = l.id
	return other, nil
}

// sct returns the extension that embeds one SCT over a precertificate: its
// TBSCertificate without the poison, which is the final certificate's without
// this very extension.
func (l *ctLog) sct(tbs []byte, issuer *x509.Certificate, at time.Time) (pkix.Extension, error) {
	sct := ct.SignedCertificateTimestamp{
		SCTVersion: ct.V1,
		LogID:      ct.LogID{KeyID: l.id},
		Timestamp:  uint64(at.UnixMilli()),
	}
	input, err := ct.SerializeSCTSignatureInput(sct, ct.LogEntry{Leaf: ct.MerkleTreeLeaf{
		Version:  ct.V1,
		LeafType: ct.TimestampedEntryLeafType,
		TimestampedEntry: &ct.TimestampedEntry{
			Timestamp: sct.Timestamp,
			EntryType: ct.PrecertLogEntryType,
			PrecertEntry: &ct.PreCert{
				IssuerKeyHash:  sha256.Sum256(issuer.RawSubjectPublicKeyInfo),
				TBSCertificate: tbs,
			},
		},
	}})
	if err != nil {
		return pkix.Extension{}, fmt.Errorf("encoding the SCT's input: %w", err)
	}
	digest := sha256.Sum256(input)
	signature, err := ecdsa.SignASN1(rand.Reader, l.key, digest[:])
	if err != nil {
		return pkix.Extension{}, fmt.Errorf("signing the SCT: %w", err)
	}
	sct.Signature = ct.DigitallySigned{
		Algorithm: tls.SignatureAndHashAlgorithm{Hash: tls.SHA256, Signature: tls.ECDSA},
		Signature: signature,
	}
	list, err := x509util.MarshalSCTsIntoSCTList([]*ct.SignedCertificateTimestamp{&sct})
	if err != nil {
		return pkix.Extension{}, fmt.Errorf("encoding the SCT: %w", err)
	}
	encoded, err := tls.Marshal(*list)
	if err != nil {
		return pkix.Extension{}, fmt.Errorf("encoding the SCT list: %w", err)
	}
	der, err := asn1.Marshal(encoded)
	if err != nil {
		return pkix.Extension{}, fmt.Errorf("encoding the SCT extension: %w", err)
	}
	return pkix.Extension{Id: oidSCTList, Value: der}, nil
}
