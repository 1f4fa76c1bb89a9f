// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"fmt"

	"github.com/cyberphone/json-canonicalization/go/src/webpki.org/jsoncanonicalizer"
	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
	rekortiles "github.com/sigstore/rekor-tiles/v2/pkg/generated/protobuf"
	rekornote "github.com/sigstore/rekor-tiles/v2/pkg/note"
	"github.com/sigstore/sigstore/pkg/signature"
	"google.golang.org/protobuf/encoding/protojson"
)

const (
	rekorV2Host = "log2026-1.rekor.sallyport.test"
	rekorV2URL  = "https://" + rekorV2Host
)

// rekorV2 is a log of the second kind, on tiles: no promise and no time, only
// the inclusion proof; every entry is a hashedrekord, for DSSE over the PAE.
type rekorV2 struct {
	*history
	pub     []byte // DER
	details protocommon.PublicKeyDetails
	id      []byte // the untruncated key hash of the checkpoint's signature
}

func newRekorV2(useECDSA bool) (*rekorV2, error) {
	var (
		public crypto.PublicKey
		key    signature.Signer
		l      rekorV2
	)
	if useECDSA {
		private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return nil, fmt.Errorf("making the Rekor v2 key: %w", err)
		}
		if key, err = signature.LoadECDSASigner(private, crypto.SHA256); err != nil {
			return nil, fmt.Errorf("loading the Rekor v2 key: %w", err)
		}
		public, l.details = private.Public(), protocommon.PublicKeyDetails_PKIX_ECDSA_P256_SHA_256
	} else {
		pub, private, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return nil, fmt.Errorf("making the Rekor v2 key: %w", err)
		}
		if key, err = signature.LoadED25519Signer(private); err != nil {
			return nil, fmt.Errorf("loading the Rekor v2 key: %w", err)
		}
		public, l.details = pub, protocommon.PublicKeyDetails_PKIX_ED25519
	}
	var err error
	if l.pub, err = x509.MarshalPKIXPublicKey(public); err != nil {
		return nil, fmt.Errorf("encoding the Rekor v2 key: %w", err)
	}
	if _, l.id, err = rekornote.KeyHash(rekorV2Host, public); err != nil {
		return nil, fmt.Errorf("hashing the Rekor v2 key: %w", err)
	}
	l.history, err = newHistory(rekorV2Host, rekorV2Host, key)
	return &l, err
}

// enter logs what was signed.
func (l *rekorV2) enter(s signed) (*protorekor.TransparencyLogEntry, error) {
	return l.enterEntry(&rekortiles.Entry{
		ApiVersion: "0.0.2",
		Kind:       "hashedrekord",
		Spec: &rekortiles.Spec{Spec: &rekortiles.Spec_HashedRekordV002{
			HashedRekordV002: &rekortiles.HashedRekordLogEntryV002{
				Data: &protocommon.HashOutput{Algorithm: protocommon.HashAlgorithm_SHA2_256, Digest: s.digest},
				Signature: &rekortiles.Signature{
					Content: s.signature,
					Verifier: &rekortiles.Verifier{
						KeyDetails: protocommon.PublicKeyDetails_PKIX_ECDSA_P256_SHA_256,
						Verifier: &rekortiles.Verifier_X509Certificate{
							X509Certificate: &protocommon.X509Certificate{RawBytes: s.cert.der},
						},
					},
				},
			},
		}},
	})
}

// v2Body is the form in which the log stores an entry.
func v2Body(entry *rekortiles.Entry) ([]byte, error) {
	raw, err := protojson.Marshal(entry)
	if err != nil {
		return nil, fmt.Errorf("encoding a Rekor v2 entry: %w", err)
	}
	body, err := jsoncanonicalizer.Transform(raw)
	if err != nil {
		return nil, fmt.Errorf("canonicalizing a Rekor v2 entry: %w", err)
	}
	return body, nil
}

func (l *rekorV2) enterEntry(entry *rekortiles.Entry) (*protorekor.TransparencyLogEntry, error) {
	body, err := v2Body(entry)
	if err != nil {
		return nil, err
	}
	proof, err := l.include(body)
	if err != nil {
		return nil, err
	}
	return &protorekor.TransparencyLogEntry{
		LogIndex:          proof.LogIndex,
		LogId:             &protocommon.LogId{KeyId: l.id},
		KindVersion:       &protorekor.KindVersion{Kind: "hashedrekord", Version: "0.0.2"},
		InclusionProof:    proof,
		CanonicalizedBody: body,
	}, nil
}
