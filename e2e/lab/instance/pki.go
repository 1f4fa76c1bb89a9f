// SPDX-License-Identifier: BSD-3-Clause

package instance

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"time"
)

// authority is a certificate and its key.
type authority struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
}

// keys is everything secret of one lab, made anew for each.
type keys struct {
	since time.Time // from when on all of it is valid

	issuer *rsa.PrivateKey
	// webCA issued web, which the issuer serves TLS with by GitHub's name.
	webCA, web *authority
	// The certificate authority, as the public instance has it: two levels.
	fulcioRoot, fulcio *authority
	tsaRoot, tsaCA     *authority
	tsa                *authority
	ct, rekor1         *ecdsa.PrivateKey
	rekor2             ed25519.PrivateKey
}

// newKeys makes them, valid from a while before now to a month after.
func newKeys(now time.Time) (*keys, error) {
	k := &keys{since: now.Add(-time.Hour).Truncate(time.Second)}
	var err error
	if k.issuer, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		return nil, err
	}
	if _, k.rekor2, err = ed25519.GenerateKey(rand.Reader); err != nil {
		return nil, err
	}
	for _, key := range []**ecdsa.PrivateKey{&k.ct, &k.rekor1} {
		if *key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			return nil, err
		}
	}
	until := now.AddDate(0, 1, 0)
	ca := func(org, name string, usage ...x509.ExtKeyUsage) *x509.Certificate {
		return &x509.Certificate{
			Subject:   pkix.Name{Organization: []string{org}, CommonName: name},
			NotBefore: k.since, NotAfter: until, ExtKeyUsage: usage,
			IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		}
	}
	leaf := func(name string) *x509.Certificate {
		return &x509.Certificate{
			Subject:   pkix.Name{Organization: []string{"sallyport lab"}, CommonName: name},
			NotBefore: k.since, NotAfter: until, KeyUsage: x509.KeyUsageDigitalSignature,
		}
	}
	web := leaf(githubHost)
	web.DNSNames, web.ExtKeyUsage = []string{githubHost}, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	// RFC 3161, 2.3: this one usage, and critical, which x509 cannot say itself.
	usage, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}})
	if err != nil {
		return nil, err
	}
	tsa := leaf("sallyport lab timestamp authority")
	tsa.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: usage}}

	p256, p384 := elliptic.P256(), elliptic.P384()
	for _, c := range []struct {
		to       **authority
		curve    elliptic.Curve
		template *x509.Certificate
		parent   **authority
	}{
		{&k.webCA, p256, ca("sallyport lab", "sallyport lab web"), nil},
		{&k.web, p256, web, &k.webCA},
		// The organisation by which everybody tells the public instance.
		{&k.fulcioRoot, p384, ca("sigstore.dev", "sigstore"), nil},
		{&k.fulcio, p384, ca("sigstore.dev", "sigstore-intermediate", x509.ExtKeyUsageCodeSigning), &k.fulcioRoot},
		{&k.tsaRoot, p384, ca("sallyport lab", "sallyport lab timestamp root"), nil},
		{&k.tsaCA, p384, ca("sallyport lab", "sallyport lab timestamp intermediate", x509.ExtKeyUsageTimeStamping), &k.tsaRoot},
		{&k.tsa, p256, tsa, &k.tsaCA},
	} {
		var parent *authority
		if c.parent != nil {
			parent = *c.parent
		}
		if *c.to, err = issue(c.curve, c.template, parent); err != nil {
			return nil, err
		}
	}
	return k, nil
}

// issue makes a key and a certificate by parent, or by itself.
func issue(curve elliptic.Curve, template *x509.Certificate, parent *authority) (*authority, error) {
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		return nil, err
	}
	if parent == nil {
		parent = &authority{key, template}
	}
	if template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120)); err != nil {
		return nil, err
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent.cert, &key.PublicKey, parent.key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &authority{key, cert}, nil
}

// certPEM is a chain of certificates, in the order given.
func certPEM(chain ...*authority) []byte {
	var out []byte
	for _, a := range chain {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})...)
	}
	return out
}

// keyPEM is a private key in PKCS #8. None is encrypted: a password beside the
// key it guards would guard nothing.
func keyPEM(key crypto.Signer) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// publicDER is the SubjectPublicKeyInfo of a key.
func publicDER(key crypto.Signer) ([]byte, error) { return x509.MarshalPKIXPublicKey(key.Public()) }

func keyDER(key crypto.Signer) ([]byte, error) { return x509.MarshalPKCS8PrivateKey(key) }

func publicPEM(key crypto.Signer) ([]byte, error) {
	der, err := publicDER(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), nil
}
