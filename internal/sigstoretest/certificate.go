// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Certificate is a leaf with its P-256 key, good for any number of signatures.
type Certificate struct {
	key  *ecdsa.PrivateKey
	der  []byte
	from time.Time
}

// DER returns the certificate's encoding.
func (c *Certificate) DER() []byte { return slices.Clone(c.der) }

// Issue makes a certificate by the options Time, Lifetime, NoSCT and
// ForgedSCT; the others are of no concern here. Give it to several signatures
// by [SignOptions].Certificate.
func (i *Instance) Issue(c Claims, o SignOptions) (*Certificate, error) {
	if o.ForgedSCT && (o.NoSCT || i.ctlog == nil) {
		return nil, errors.New("issuing a certificate: ForgedSCT needs an instance with a CT log, and SCTs: drop it or NoSCT")
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making a signing key: %w", err)
	}
	der, err := i.issueFor(key.Public(), c, o)
	if err != nil {
		return nil, fmt.Errorf("issuing a certificate: %w", err)
	}
	return &Certificate{key: key, der: der, from: o.time()}, nil
}

// issueFor makes a certificate for somebody's key.
func (i *Instance) issueFor(pub crypto.PublicKey, c Claims, o SignOptions) ([]byte, error) {
	template, err := leafTemplate(pub, c, o)
	if err != nil {
		return nil, err
	}
	// Not parsed here: extensions may be malformed on purpose.
	der, err := x509.CreateCertificate(rand.Reader, template, i.ca.issuer(), pub, i.ca.key)
	if err != nil || i.ctlog == nil || o.NoSCT {
		return der, err
	}
	return i.withSCT(template, der, pub, o)
}

// withSCT submits a precertificate to the CT log and issues the final one.
func (i *Instance) withSCT(template *x509.Certificate, pre []byte, pub crypto.PublicKey, o SignOptions) ([]byte, error) {
	var parts struct {
		TBS       asn1.RawValue
		Algorithm asn1.RawValue
		Signature asn1.BitString
	}
	if _, err := asn1.Unmarshal(pre, &parts); err != nil {
		return nil, fmt.Errorf("taking a precertificate apart: %w", err)
	}
	log := i.ctlog
	if o.ForgedSCT {
		var err error
		if log, err = log.forged(); err != nil {
			return nil, err
		}
	}
	sct, err := log.sct(parts.TBS.FullBytes, i.ca.issuer(), o.time().Add(200*time.Millisecond))
	if err != nil {
		return nil, err
	}
	template.ExtraExtensions = append(template.ExtraExtensions, sct)
	return x509.CreateCertificate(rand.Reader, template, i.ca.issuer(), pub, i.ca.key)
}

func leafTemplate(pub crypto.PublicKey, c Claims, o SignOptions) (*x509.Certificate, error) {
	extensions, err := c.extensions()
	if err != nil {
		return nil, err
	}
	serial, err := newSerial()
	if err != nil {
		return nil, err
	}
	id, err := keyID(pub)
	if err != nil {
		return nil, err
	}
	lifetime := o.Lifetime
	if lifetime == 0 {
		lifetime = 10 * time.Minute
	}
	return &x509.Certificate{
		SerialNumber:    serial,
		NotBefore:       o.time(),
		NotAfter:        o.time().Add(lifetime),
		KeyUsage:        x509.KeyUsageDigitalSignature,
		ExtKeyUsage:     []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning},
		SubjectKeyId:    id,
		ExtraExtensions: extensions,
	}, nil
}
