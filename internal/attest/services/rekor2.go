// SPDX-License-Identifier: BSD-3-Clause

package services

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/scientific-python/sallyport/internal/strictjson"
)

// p256 is what Rekor v2 calls ECDSA on the curve P-256 with SHA-256.
const p256 = "PKIX_ECDSA_P256_SHA_256"

// Rekor2 enters signatures in a transparency log with Rekor's API of version 2.
// It is safe for concurrent use.
type Rekor2 struct{ *client }

// NewRekor2 returns a client of the log at o.URL.
func NewRekor2(o Options) (*Rekor2, error) {
	c, err := newClient(rekorName, o)
	return &Rekor2{c}, err
}

// The members stand in the order of their names, as the canonical form of the
// entry's body has them.
type (
	hashedRequest struct {
		Request hashedV2 `json:"hashedRekordRequestV002"`
	}
	hashedV2 struct {
		Digest    []byte      `json:"digest"`
		Signature signatureV2 `json:"signature"`
	}
	signatureV2 struct {
		Content  []byte     `json:"content"`
		Verifier verifierV2 `json:"verifier"`
	}
	verifierV2 struct {
		KeyDetails  string        `json:"keyDetails"`
		Certificate certificateV2 `json:"x509Certificate"`
	}
	certificateV2 struct {
		Raw []byte `json:"rawBytes"`
	}
	bodyV2 struct {
		APIVersion string `json:"apiVersion"`
		Kind       string `json:"kind"`
		Spec       specV2 `json:"spec"`
	}
	specV2 struct {
		Record recordV2 `json:"hashedRekordV002"`
	}
	recordV2 struct {
		Data      dataV2      `json:"data"`
		Signature signatureV2 `json:"signature"`
	}
	dataV2 struct {
		Algorithm string `json:"algorithm"`
		Digest    []byte `json:"digest"`
	}
)

// Add enters a signature of a P-256 key over digest, made with the key of the
// certificate (DER), as an entry of kind hashedrekord 0.0.2. Of a statement,
// digest is the SHA-256 of the envelope's pre-authentication encoding. The
// entry that comes back is about this signature; its proof is not verified. It
// has no time: the signature needs a timestamp.
//
// Errors: [*ServiceError], which wraps [ErrExists] where the log has the entry
// already (what it then says is not enough to make an entry of: sign again),
// and one that wraps the context's.
func (r *Rekor2) Add(ctx context.Context, digest [32]byte, signature, certificate []byte) (*protorekor.TransparencyLogEntry, error) {
	sig := signatureV2{signature, verifierV2{p256, certificateV2{certificate}}}
	body, err := json.Marshal(hashedRequest{hashedV2{digest[:], sig}})
	if err != nil {
		return nil, fmt.Errorf("preparing the log entry: %w", err)
	}
	// Base64 and the names hold nothing that one JSON writer escapes and
	// another does not: this is the canonical form already.
	want, err := json.Marshal(bodyV2{"0.0.2", "hashedrekord", specV2{recordV2{dataV2{"SHA2_256", digest[:]}, sig}}})
	if err != nil {
		return nil, fmt.Errorf("preparing the log entry: %w", err)
	}
	var entry *protorekor.TransparencyLogEntry
	err = r.do(ctx, request{
		method: http.MethodPost, path: "/api/v2/log/entries", body: body, contentType: "application/json", accept: "application/json",
		limit: maxEntry, takes: []int{http.StatusCreated, http.StatusOK, http.StatusConflict}, refused: refusedEntry,
		read: func(status int, _ http.Header, body []byte) (err error) {
			if status == http.StatusConflict {
				return ErrExists
			}
			entry, err = entryV2In(body, want)
			return err
		},
	})
	if err != nil {
		return nil, err
	}
	return entry, nil
}

// entryV2In reads an answer of Rekor v2, an entry in the JSON form of its
// protocol buffer, whose body must be want.
func entryV2In(body, want []byte) (*protorekor.TransparencyLogEntry, error) {
	if err := strictjson.Check(body, limits(maxEntry)); err != nil {
		return nil, err
	}
	// What later versions of the log add does not get into a bundle.
	e := new(protorekor.TransparencyLogEntry)
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(body, e); err != nil {
		return nil, errors.New("it is not a log entry in the JSON form of its protocol buffer")
	}
	switch kind := e.GetKindVersion(); {
	case kind.GetKind() != "hashedrekord" || kind.GetVersion() != "0.0.2":
		return nil, fmt.Errorf("the entry is of the kind %.50q, version %.50q, instead of %q, version %q",
			kind.GetKind(), kind.GetVersion(), "hashedrekord", "0.0.2")
	case !bytes.Equal(e.GetCanonicalizedBody(), want):
		return nil, errors.New("the entry is about something else than what was sent")
	}
	if err := whole(e); err != nil {
		return nil, err
	}
	return e, nil
}
