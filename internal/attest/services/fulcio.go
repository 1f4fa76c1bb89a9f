// SPDX-License-Identifier: BSD-3-Clause

package services

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// maxChain is how large an answer of Fulcio may be, in bytes: a few
// certificates of about 1 KiB.
const maxChain = 256 << 10

// Fulcio asks a certificate authority of Sigstore's kind for certificates. It
// is safe for concurrent use.
type Fulcio struct{ *client }

// NewFulcio returns a client of the Fulcio at o.URL.
func NewFulcio(o Options) (*Fulcio, error) {
	c, err := newClient(fulcioName, o)
	return &Fulcio{c}, err
}

type (
	certRequest struct {
		Key keyRequest `json:"publicKeyRequest"`
	}
	keyRequest struct {
		PublicKey publicKey `json:"publicKey"`
		Proof     []byte    `json:"proofOfPossession"`
	}
	publicKey struct {
		Algorithm string `json:"algorithm"`
		Content   string `json:"content"`
	}
)

// Certificate asks for a certificate for an ECDSA key, in the name of whom the
// identity token is for (POST /api/v2/signingCert of Fulcio's API). The
// certificate is for this key and valid now; whether it says what the token
// says is for the caller.
//
// Errors: [*ServiceError], also joined with [ErrTokenExpired], one that wraps
// the context's, and plain ones for a token that cannot be read. None holds
// the token.
func (f *Fulcio) Certificate(ctx context.Context, token string, key crypto.Signer) (*x509.Certificate, error) {
	sub, expires, err := subject(token)
	if err != nil {
		return nil, err
	}
	body, err := ask(sub, key)
	if err != nil {
		return nil, fmt.Errorf("preparing the question to Fulcio: %w", err)
	}
	var leaf *x509.Certificate
	err = f.do(ctx, request{
		method: http.MethodPost, path: "/api/v2/signingCert", body: body, token: token,
		contentType: "application/json", accept: "application/json", limit: maxChain,
		takes: []int{http.StatusOK, http.StatusCreated},
		read: func(_ int, _ http.Header, body []byte) (err error) {
			leaf, err = certificateIn(body, key.Public(), f.now())
			return err
		},
		refused: func(e *StatusError) string {
			switch {
			case !refusesToken(e):
				return ""
			case !expires.IsZero() && !f.now().Before(expires):
				return "the token has expired meanwhile: ask for a new one"
			case strings.Contains(e.Message, "processing the identity token"):
				return `a wrong audience, an expired token and an issuer that this Fulcio does not know get one and the same answer: check that the token is for the audience "sigstore", that it has not expired, and that this Fulcio is for its issuer`
			}
			return "check that the token is one of a GitHub workflow, and that this Fulcio is for those"
		},
	})
	if e := new(StatusError); errors.As(err, &e) && refusesToken(e) && !expires.IsZero() && !f.now().Before(expires) {
		return nil, fmt.Errorf("%w: %w", ErrTokenExpired, err)
	}
	if err != nil {
		return nil, err
	}
	return leaf, nil
}

// refusesToken reports whether an answer may be about the token.
func refusesToken(e *StatusError) bool {
	switch e.Status {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden:
		return true
	}
	return false
}

// ask writes the question: the key, and the token's subject signed with it.
func ask(sub string, key crypto.Signer) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256([]byte(sub))
	proof, err := key.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		return nil, err
	}
	return json.Marshal(certRequest{keyRequest{
		publicKey{"ECDSA", string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))}, proof,
	}})
}
