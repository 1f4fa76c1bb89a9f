// SPDX-License-Identifier: BSD-3-Clause

package services

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"time"

	protodsse "github.com/sigstore/protobuf-specs/gen/pb-go/dsse"
	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
)

// maxEntry is how large an answer of a log may be, in bytes. Entries hold
// digests and a certificate, not what was signed.
const maxEntry = 1 << 20

const entriesV1 = "/api/v1/log/entries"

// Rekor1 enters signatures in a transparency log with Rekor's API of version 1.
// It is safe for concurrent use.
type Rekor1 struct{ *client }

// NewRekor1 returns a client of the log at o.URL.
func NewRekor1(o Options) (*Rekor1, error) {
	c, err := newClient(rekorName, o)
	return &Rekor1{c}, err
}

type (
	proposal struct {
		APIVersion string `json:"apiVersion"`
		Kind       string `json:"kind"`
		Spec       any    `json:"spec"`
	}
	dsseSpec struct {
		Content dsseContent `json:"proposedContent"`
	}
	dsseContent struct {
		Envelope  string   `json:"envelope"`
		Verifiers [][]byte `json:"verifiers"`
	}
	envelopeJSON struct {
		Payload     []byte          `json:"payload"`
		PayloadType string          `json:"payloadType"`
		Signatures  []signatureJSON `json:"signatures"`
	}
	signatureJSON struct {
		Sig []byte `json:"sig"`
	}
	hashedSpec struct {
		Data struct {
			Hash hashJSON `json:"hash"`
		} `json:"data"`
		Signature struct {
			Content   []byte `json:"content"`
			PublicKey struct {
				Content []byte `json:"content"`
			} `json:"publicKey"`
		} `json:"signature"`
	}
	hashJSON struct {
		Algorithm string `json:"algorithm"`
		Value     string `json:"value"`
	}
)

// Add enters an envelope with one signature, made with the key of the
// certificate (DER), as an entry of kind dsse 0.0.1. The entry that comes back
// is about this envelope; its proof and promise are not verified. Where the
// log has an equal entry already, that one is fetched.
//
// Errors: [*ServiceError], which wraps [ErrExists] where the log has the entry
// and does not say where, one that wraps the context's, and a plain one for an
// envelope without its one signature.
func (r *Rekor1) Add(ctx context.Context, envelope *protodsse.Envelope, certificate []byte) (*protorekor.TransparencyLogEntry, error) {
	if len(envelope.GetSignatures()) != 1 {
		return nil, fmt.Errorf("preparing the log entry: the envelope has %d signatures instead of one", len(envelope.GetSignatures()))
	}
	sig := envelope.GetSignatures()[0].GetSig()
	text, err := json.Marshal(envelopeJSON{envelope.GetPayload(), envelope.GetPayloadType(), []signatureJSON{{sig}}})
	if err != nil {
		return nil, fmt.Errorf("preparing the log entry: %w", err)
	}
	verifier := certPEM(certificate)
	return r.enter(ctx, proposal{"0.0.1", "dsse", dsseSpec{dsseContent{string(text), [][]byte{verifier}}}},
		expected{kind: "dsse", envelope: text, payload: envelope.GetPayload(), signature: sig, verifier: verifier})
}

// AddDigest enters a signature over a file's SHA-256 as an entry of kind
// hashedrekord 0.0.1. Otherwise it is like [Rekor1.Add].
func (r *Rekor1) AddDigest(ctx context.Context, digest [32]byte, signature, certificate []byte) (*protorekor.TransparencyLogEntry, error) {
	verifier := certPEM(certificate)
	var spec hashedSpec
	spec.Data.Hash = hashJSON{"sha256", hex.EncodeToString(digest[:])}
	spec.Signature.Content, spec.Signature.PublicKey.Content = signature, verifier
	return r.enter(ctx, proposal{"0.0.1", "hashedrekord", spec},
		expected{kind: "hashedrekord", digest: digest, signature: signature, verifier: verifier})
}

func certPEM(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func (r *Rekor1) enter(ctx context.Context, p proposal, want expected) (*protorekor.TransparencyLogEntry, error) {
	body, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("preparing the log entry: %w", err)
	}
	var (
		entry *protorekor.TransparencyLogEntry
		id    string
		start = time.Now()
	)
	read := func(status int, h http.Header, body []byte) (err error) {
		if status == http.StatusConflict {
			if id = entryID(h.Get("Location")); id == "" {
				return ErrExists
			}
			return nil
		}
		entry, err = entryIn(body, want)
		return err
	}
	err = r.do(ctx, request{
		method: http.MethodPost, path: entriesV1, body: body, contentType: "application/json", accept: "application/json",
		limit: maxEntry, takes: []int{http.StatusCreated, http.StatusOK, http.StatusConflict}, read: read, refused: refusedEntry,
	})
	if err != nil || entry != nil {
		return entry, err
	}
	// The entry may be the one of a try whose answer was lost, and not be in
	// the tree yet.
	err = r.do(ctx, request{
		budget: max(time.Millisecond, r.timeout-time.Since(start)),
		method: http.MethodGet, path: entriesV1 + "/" + id, accept: "application/json",
		limit: maxEntry, takes: []int{http.StatusOK}, again: []int{http.StatusNotFound}, read: read,
	})
	return entry, err
}

// entryID takes the identifier of an entry out of the address that the log
// gives for it. Only that is taken: the log is asked where it was asked before.
func entryID(location string) string {
	u, err := url.Parse(location)
	if err != nil {
		return ""
	}
	id := path.Base(u.Path)
	if _, err := hex.DecodeString(id); err != nil || len(id) != 64 && len(id) != 80 {
		return ""
	}
	return id
}

func refusedEntry(e *StatusError) string {
	if e.Status == http.StatusBadRequest {
		return "the log found the signature or the entry wrong: that is a mistake of this program or of something between it and the log; try again, and report it if it stays"
	}
	return ""
}
