// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"time"

	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
	"github.com/sigstore/sigstore/pkg/signature"
)

const (
	rekorV1Host = "rekor.sallyport.test"
	rekorV1URL  = "https://" + rekorV1Host
	rekorV1Tree = 4611686018427387
	// rekorV1Shift is what earlier shards hold: the log's own index of an
	// entry is larger than the index in its proof by this.
	rekorV1Shift = 5_000_000
)

// rekorV1 is a log of the first kind: it promises inclusion with a signed
// entry timestamp, and its checkpoints name a tree id.
type rekorV1 struct {
	*history
	key signature.Signer
	pub []byte // DER
	id  [sha256.Size]byte
}

func newRekorV1() (*rekorV1, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making the Rekor v1 key: %w", err)
	}
	pub, err := x509.MarshalPKIXPublicKey(private.Public())
	if err != nil {
		return nil, fmt.Errorf("encoding the Rekor v1 key: %w", err)
	}
	key, err := signature.LoadECDSASigner(private, crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("loading the Rekor v1 key: %w", err)
	}
	h, err := newHistory(fmt.Sprintf("%s - %d", rekorV1Host, int64(rekorV1Tree)), rekorV1Host, key)
	if err != nil {
		return nil, err
	}
	return &rekorV1{history: h, key: key, pub: pub, id: sha256.Sum256(pub)}, nil
}

// The bodies have their fields in the order of RFC 8785 (JCS), in which Rekor
// stores them; all values are ASCII without characters that need escapes.
type (
	v1Body struct {
		APIVersion string `json:"apiVersion"`
		Kind       string `json:"kind"`
		Spec       any    `json:"spec"`
	}
	v1Hash struct {
		Algorithm string `json:"algorithm"`
		Value     string `json:"value"`
	}
	v1DSSE struct {
		EnvelopeHash v1Hash       `json:"envelopeHash"`
		PayloadHash  v1Hash       `json:"payloadHash"`
		Signatures   []v1Verified `json:"signatures"`
	}
	v1Verified struct {
		Signature string `json:"signature"`
		Verifier  string `json:"verifier"`
	}
	v1HashedRekord struct {
		Data struct {
			Hash v1Hash `json:"hash"`
		} `json:"data"`
		Signature struct {
			Content   string `json:"content"`
			PublicKey struct {
				Content string `json:"content"`
			} `json:"publicKey"`
		} `json:"signature"`
	}
)

// body returns the entry for what was signed, and its kind and version.
func (l *rekorV1) body(s signed) ([]byte, *protorekor.KindVersion, error) {
	verifier := base64.StdEncoding.EncodeToString(
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.cert.der}))
	sig := base64.StdEncoding.EncodeToString(s.signature)
	body := v1Body{APIVersion: "0.0.1"}
	if s.envelope == nil {
		var spec v1HashedRekord
		spec.Data.Hash = v1Hash{"sha256", hex.EncodeToString(s.digest)}
		spec.Signature.Content = sig
		spec.Signature.PublicKey.Content = verifier
		body.Kind, body.Spec = "hashedrekord", spec
	} else {
		body.Kind, body.Spec = "dsse", v1DSSE{
			EnvelopeHash: hashOf(s.envelope),
			PayloadHash:  hashOf(s.payload),
			Signatures:   []v1Verified{{sig, verifier}},
		}
	}
	out, err := marshal(body)
	if err != nil {
		return nil, nil, fmt.Errorf("encoding a Rekor v1 entry: %w", err)
	}
	return out, &protorekor.KindVersion{Kind: body.Kind, Version: body.APIVersion}, nil
}

func hashOf(data []byte) v1Hash {
	sum := sha256.Sum256(data)
	return v1Hash{"sha256", hex.EncodeToString(sum[:])}
}

// enter logs what was signed, with the given integrated time.
func (l *rekorV1) enter(s signed, at time.Time) (*protorekor.TransparencyLogEntry, error) {
	body, kind, err := l.body(s)
	if err != nil {
		return nil, err
	}
	return l.enterBody(body, kind, at)
}

// enterBody logs an entry in its canonical form.
func (l *rekorV1) enterBody(body []byte, kind *protorekor.KindVersion, at time.Time) (*protorekor.TransparencyLogEntry, error) {
	proof, err := l.include(body)
	if err != nil {
		return nil, err
	}
	return l.entry(body, kind, at, proof)
}

// entry promises what the proof proves.
func (l *rekorV1) entry(body []byte, kind *protorekor.KindVersion, at time.Time, proof *protorekor.InclusionProof) (*protorekor.TransparencyLogEntry, error) {
	index := proof.LogIndex + rekorV1Shift
	// Again in the order of JCS.
	promise, err := marshal(struct {
		Body           string `json:"body"`
		IntegratedTime int64  `json:"integratedTime"`
		LogID          string `json:"logID"`
		LogIndex       int64  `json:"logIndex"`
	}{base64.StdEncoding.EncodeToString(body), at.Unix(), hex.EncodeToString(l.id[:]), index})
	if err != nil {
		return nil, fmt.Errorf("encoding an inclusion promise: %w", err)
	}
	set, err := l.key.SignMessage(bytes.NewReader(promise))
	if err != nil {
		return nil, fmt.Errorf("signing an inclusion promise: %w", err)
	}
	return &protorekor.TransparencyLogEntry{
		LogIndex:          index,
		LogId:             &protocommon.LogId{KeyId: l.id[:]},
		KindVersion:       kind,
		IntegratedTime:    at.Unix(),
		InclusionPromise:  &protorekor.InclusionPromise{SignedEntryTimestamp: set},
		InclusionProof:    proof,
		CanonicalizedBody: body,
	}, nil
}
