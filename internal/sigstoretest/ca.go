// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
)

// authority is a CA: the certificate that signs leaves, its key, and the chain
// from it to the self-signed root, in this order.
type authority struct {
	uri   string
	key   *ecdsa.PrivateKey
	chain []*x509.Certificate
}

func (a *authority) issuer() *x509.Certificate { return a.chain[0] }

var oidEKU = asn1.ObjectIdentifier{2, 5, 29, 37}

// newPublicAuthorities makes the chains of the public-good instance: the CA
// has an intermediate, the TSA's leaf hangs under a root of its own.
func newPublicAuthorities(organization string) (*authority, *timestamper, error) {
	root, err := newRoot("https://fulcio.sallyport.test", organization, "sigstore", 1)
	if err != nil {
		return nil, nil, err
	}
	ca, err := root.intermediate(organization, "sigstore-intermediate", 0, x509.ExtKeyUsageCodeSigning)
	if err != nil {
		return nil, nil, err
	}
	tsaRoot, err := newRoot("https://timestamp.sallyport.test/api/v1/timestamp", organization, "sigstore-tsa-selfsigned", 0)
	if err != nil {
		return nil, nil, err
	}
	tsa, err := newTimestamper(tsaRoot, organization, "sigstore-tsa", true)
	return ca, tsa, err
}

// newGitHubAuthorities makes the chains of GitHub's instance: one root, two
// intermediates down to the CA, one to the TSA.
func newGitHubAuthorities(organization string) (*authority, *timestamper, error) {
	root, err := newRoot("fulcio.githubapp.test", organization, "Internal Services Root", 2)
	if err != nil {
		return nil, nil, err
	}
	first, err := root.intermediate(organization, "Fulcio Intermediate l1", 1)
	if err != nil {
		return nil, nil, err
	}
	ca, err := first.intermediate(organization, "Fulcio Intermediate l2", 0, x509.ExtKeyUsageCodeSigning)
	if err != nil {
		return nil, nil, err
	}
	tsaCA, err := root.intermediate(organization, "TSA intermediate", 0, x509.ExtKeyUsageTimeStamping)
	if err != nil {
		return nil, nil, err
	}
	tsaCA.uri = "timestamp.githubapp.test"
	tsa, err := newTimestamper(tsaCA, organization, "TSA Timestamping", false)
	return ca, tsa, err
}

// newRoot makes a self-signed P-384 CA that allows depth further CAs below it.
func newRoot(uri, organization, name string, depth int) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making the key of %q: %w", name, err)
	}
	template, err := caTemplate(key, organization, name, depth)
	if err != nil {
		return nil, err
	}
	cert, err := issue(template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	return &authority{uri: uri, key: key, chain: []*x509.Certificate{cert}}, nil
}

// intermediate makes a P-384 CA below a, with the same URI.
func (a *authority) intermediate(organization, name string, depth int, usage ...x509.ExtKeyUsage) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making the key of %q: %w", name, err)
	}
	template, err := caTemplate(key, organization, name, depth)
	if err != nil {
		return nil, err
	}
	template.ExtKeyUsage = usage
	cert, err := issue(template, a.issuer(), key.Public(), a.key)
	if err != nil {
		return nil, err
	}
	return &authority{uri: a.uri, key: key, chain: append([]*x509.Certificate{cert}, a.chain...)}, nil
}

func caTemplate(key *ecdsa.PrivateKey, organization, name string, depth int) (*x509.Certificate, error) {
	serial, err := newSerial()
	if err != nil {
		return nil, err
	}
	id, err := keyID(key.Public())
	if err != nil {
		return nil, err
	}
	return &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{Organization: []string{organization}, CommonName: name},
		NotBefore:             notBefore,
		NotAfter:              notAfter,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLen:            depth,
		MaxPathLenZero:        depth == 0,
		SubjectKeyId:          id,
	}, nil
}

// issue signs a template and parses the result.
func issue(template, parent *x509.Certificate, pub crypto.PublicKey, key crypto.Signer) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, pub, key)
	if err != nil {
		return nil, fmt.Errorf("issuing %q: %w", template.Subject.CommonName, err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("reading the certificate just issued: %w", err)
	}
	return cert, nil
}

// newSerial returns a random positive serial number of 20 octets or less.
func newSerial() (*big.Int, error) {
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 159))
	if err != nil {
		return nil, fmt.Errorf("drawing a serial number: %w", err)
	}
	return n.Add(n, big.NewInt(1)), nil
}

// keyID is the subject key identifier by RFC 5280 4.2.1.2 method 1, the one
// that Fulcio writes: SHA-1 of the key's bit string.
func keyID(pub crypto.PublicKey) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(pub)
	if err != nil {
		return nil, fmt.Errorf("encoding a public key: %w", err)
	}
	var spki struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}
	if _, err := asn1.Unmarshal(der, &spki); err != nil {
		return nil, fmt.Errorf("decoding a public key: %w", err)
	}
	sum := sha1.Sum(spki.Key.Bytes)
	return sum[:], nil
}
