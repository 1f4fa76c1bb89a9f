// SPDX-License-Identifier: BSD-3-Clause

package trust

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"
)

type object = map[string]any

// authority is a certificate authority of a test: a root that signed an
// intermediate that signs leaves.
type authority struct {
	root, inter *x509.Certificate
	rootKey     crypto.Signer
	key         crypto.Signer // of the intermediate
}

func newAuthority(t testing.TB, org string) *authority {
	t.Helper()
	rootKey, interKey := newKey(t), newKey(t)
	root := certificate(t, org, "root", true, nil, rootKey, rootKey)
	return &authority{root, certificate(t, org, "intermediate", true, root, interKey, rootKey), rootKey, interKey}
}

// leaf returns a signing certificate of the authority.
func (a *authority) leaf(t testing.TB) *x509.Certificate {
	t.Helper()
	return certificate(t, "", "leaf", false, a.inter, newKey(t), a.key)
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func certificate(t testing.TB, org, cn string, ca bool, parent *x509.Certificate, key, signer crypto.Signer) *x509.Certificate {
	t.Helper()
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		Subject:      pkix.Name{CommonName: cn},
		NotBefore:    time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		BasicConstraintsValid: true, IsCA: ca,
		KeyUsage: x509.KeyUsageDigitalSignature,
	}
	if org != "" {
		tmpl.Subject.Organization = []string{org}
	}
	if ca {
		tmpl.KeyUsage = x509.KeyUsageCertSign
	}
	if parent == nil {
		parent = tmpl
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// trustedRoot is a trusted root of the authorities, with one log, one CT log
// and one timestamp authority, after the edits.
func trustedRoot(t testing.TB, as []*authority, edits ...func(object)) []byte {
	t.Helper()
	var cas []any
	for _, a := range as {
		cas = append(cas, authorityJSON(a.inter, a.root))
	}
	tsa := newAuthority(t, "tsa.test")
	m := object{
		"mediaType":              "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
		"certificateAuthorities": cas,
		"tlogs":                  []any{logJSON(t, "https://rekor.test")},
		"ctlogs":                 []any{logJSON(t, "https://ct.test")},
		"timestampAuthorities":   []any{authorityJSON(tsa.inter, tsa.root)},
	}
	for _, edit := range edits {
		edit(m)
	}
	return marshal(t, m)
}

func without(keys ...string) func(object) {
	return func(m object) {
		for _, key := range keys {
			delete(m, key)
		}
	}
}

func authorityJSON(chain ...*x509.Certificate) object {
	var certs []any
	for _, c := range chain {
		certs = append(certs, object{"rawBytes": c.Raw})
	}
	return object{
		"uri": "https://ca.test", "certChain": object{"certificates": certs},
		"validFor": object{"start": "2020-01-01T00:00:00Z"},
	}
}

func logJSON(t testing.TB, url string) object {
	t.Helper()
	spki, err := x509.MarshalPKIXPublicKey(newKey(t).Public())
	if err != nil {
		t.Fatal(err)
	}
	id := sha256.Sum256(spki)
	return object{
		"baseUrl": url, "hashAlgorithm": "SHA2_256", "logId": object{"keyId": id[:]},
		"publicKey": object{
			"rawBytes": spki, "keyDetails": "PKIX_ECDSA_P256_SHA_256",
			"validFor": object{"start": "2020-01-01T00:00:00Z"},
		},
	}
}

// edited returns a trusted root after the edits.
func edited(t testing.TB, data []byte, edits ...func(object)) []byte {
	t.Helper()
	var m object
	if err := json.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	for _, edit := range edits {
		edit(m)
	}
	return marshal(t, m)
}

func marshal(t testing.TB, m object) []byte {
	t.Helper()
	data, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func write(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
