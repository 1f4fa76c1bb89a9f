// SPDX-License-Identifier: BSD-3-Clause

package services

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"time"

	"github.com/scientific-python/sallyport/internal/strictjson"
)

// maxSkew is how far ahead of this machine's clock Fulcio's may be.
const maxSkew = 5 * time.Minute

const (
	embeddedSCT = "signedCertificateEmbeddedSct"
	detachedSCT = "signedCertificateDetachedSct"
)

// certificateIn reads the leaf certificate out of an answer: the first of a
// chain in PEM, in either of the two forms that Fulcio has. A Fulcio without a
// certificate transparency log uses the form for detached promises, without
// one.
func certificateIn(body []byte, key crypto.PublicKey, now time.Time) (*x509.Certificate, error) {
	f, err := object(body, limits(maxChain), embeddedSCT, detachedSCT)
	if err != nil {
		return nil, err
	}
	form := embeddedSCT
	switch embedded, detached := f.has(embeddedSCT), f.has(detachedSCT); {
	case embedded && detached:
		return nil, errors.New("it holds two chains of certificates")
	case detached:
		form = detachedSCT
	case !embedded:
		return nil, errors.New("it holds no certificate")
	}
	signed := f.object(form, "chain", "signedCertificateTimestamp")
	chain := signed.object("chain", "certificates")
	certificates := chain.array("certificates")
	if f.err != nil || signed.err != nil || chain.err != nil {
		return nil, errors.Join(f.err, signed.err, chain.err)
	}
	if len(certificates) == 0 || len(certificates) > 16 {
		return nil, fmt.Errorf("its chain has %d certificates", len(certificates))
	}
	if signed.has("signedCertificateTimestamp") {
		if sct := signed.text("signedCertificateTimestamp"); sct != "" || signed.err != nil {
			return nil, final{errors.New("the certificate's transparency promise is not in the certificate, and a bundle has no place for it"),
				"use a Fulcio that embeds the promise in the certificate"}
		}
	}
	text, err := strictjson.String(certificates[0])
	if err != nil {
		return nil, fmt.Errorf("reading the certificate: %w", err)
	}
	leaf, err := leafIn(text)
	if err != nil {
		return nil, err
	}
	if err := fits(leaf, key, now); err != nil {
		return nil, err
	}
	return leaf, nil
}

// leafIn reads PEM that holds one certificate and nothing else.
func leafIn(text string) (*x509.Certificate, error) {
	block, rest := pem.Decode([]byte(text))
	if block == nil || block.Type != "CERTIFICATE" || len(bytes.TrimSpace(rest)) > 0 {
		return nil, errors.New("its first certificate is not one certificate in PEM")
	}
	leaf, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("reading the certificate: %w", err)
	}
	return leaf, nil
}

// fits holds a certificate against what was asked for.
func fits(leaf *x509.Certificate, key crypto.PublicKey, now time.Time) error {
	if k, ok := leaf.PublicKey.(interface{ Equal(crypto.PublicKey) bool }); !ok || !k.Equal(key) {
		return errors.New("the certificate is for another key than the one that was sent")
	}
	if leaf.IsCA {
		return errors.New("the certificate is an authority's, not a signer's")
	}
	if now.Add(maxSkew).Before(leaf.NotBefore) || !now.Before(leaf.NotAfter) || !leaf.NotBefore.Before(leaf.NotAfter) {
		return fmt.Errorf("the certificate is valid from %s to %s, and now it is %s by this machine's clock, which may be wrong",
			leaf.NotBefore.UTC().Format(time.RFC3339), leaf.NotAfter.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	}
	return nil
}
