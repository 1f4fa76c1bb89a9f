// SPDX-License-Identifier: BSD-3-Clause

package services

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"time"

	"github.com/digitorus/timestamp"

	"github.com/scientific-python/sallyport/internal/httpx"
)

// maxTimestamp is how large a timestamp may be, in bytes: real ones, with
// their certificates, have some 2 to 6 KiB.
const maxTimestamp = 64 << 10

// TSA asks a timestamp authority (RFC 3161 over HTTP) for the time. It is safe
// for concurrent use.
type TSA struct{ *client }

// NewTSA returns a client of the timestamp authority at o.URL, which is the
// whole address.
func NewTSA(o Options) (*TSA, error) {
	c, err := newClient(tsaName, o)
	return &TSA{c}, err
}

// Timestamp asks for a timestamp over the SHA-256 of a signature, with the
// authority's certificate and a nonce. It returns the TimeStampResp in DER, as
// bundles have it, and the time that it names. It is about this signature and
// answers this question; who signed it is not verified.
//
// Errors: [*ServiceError], and one that wraps the context's.
func (t *TSA) Timestamp(ctx context.Context, signature []byte) (der []byte, at time.Time, err error) {
	digest := sha256.Sum256(signature)
	nonce, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 63))
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("drawing a nonce: %w", err)
	}
	query := timestamp.Request{HashAlgorithm: crypto.SHA256, HashedMessage: digest[:], Certificates: true, Nonce: nonce}
	body, err := query.Marshal()
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("preparing the timestamp query: %w", err)
	}
	err = t.do(ctx, request{
		method: http.MethodPost, body: body, contentType: "application/timestamp-query", accept: "application/timestamp-reply",
		limit: maxTimestamp, takes: []int{http.StatusOK, http.StatusCreated},
		read: func(_ int, _ http.Header, body []byte) (err error) {
			der = body
			at, err = timeIn(body, digest, nonce)
			return err
		},
	})
	if err != nil {
		return nil, time.Time{}, err
	}
	return der, at, nil
}

// timeIn reads a TimeStampResp that must be about digest and nonce.
func timeIn(der []byte, digest [32]byte, nonce *big.Int) (at time.Time, err error) {
	defer func() {
		// The library reads BER, which is easy to get wrong.
		if recover() != nil {
			at, err = time.Time{}, errors.New("it is not a timestamp")
		}
	}()
	ts, err := timestamp.ParseResponse(der)
	switch {
	case err != nil:
		return time.Time{}, fmt.Errorf("reading the timestamp: %q", httpx.Clean(err.Error()))
	case ts.HashAlgorithm != crypto.SHA256 || !bytes.Equal(ts.HashedMessage, digest[:]):
		return time.Time{}, errors.New("the timestamp is about something else than what was sent")
	case ts.Nonce == nil || ts.Nonce.Cmp(nonce) != 0:
		return time.Time{}, errors.New("the timestamp answers another question: its nonce is not the one that was sent")
	case ts.Time.IsZero():
		return time.Time{}, errors.New("the timestamp names no time")
	}
	return ts.Time.UTC(), nil
}
