// SPDX-License-Identifier: BSD-3-Clause

package attest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"io"
)

// ephemeralKey is an ECDSA key on P-256 that signs under one certificate and is
// then forgotten. It is not written anywhere, and not shown by any formatting
// verb.
type ephemeralKey struct {
	// private is a function so that no printer that walks a value finds it.
	private func() *ecdsa.PrivateKey
}

func newKey() (*ephemeralKey, error) {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making the signing key: %w", err)
	}
	return &ephemeralKey{func() *ecdsa.PrivateKey { return k }}, nil
}

// Public returns the public key.
func (k *ephemeralKey) Public() crypto.PublicKey { return k.private().Public() }

// Sign signs a SHA-256 and returns the signature in ASN.1. It differs from call
// to call.
func (k *ephemeralKey) Sign(random io.Reader, digest []byte, o crypto.SignerOpts) ([]byte, error) {
	return k.private().Sign(random, digest, o)
}

// Format writes a placeholder, whatever the verb.
func (k *ephemeralKey) Format(f fmt.State, _ rune) { io.WriteString(f, "(signing key)") }
