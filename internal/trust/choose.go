// SPDX-License-Identifier: BSD-3-Clause

package trust

import (
	"bytes"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"slices"
)

// issuer is one certificate that may sign leaves, and the root it belongs to.
type issuer struct {
	cert *x509.Certificate
	root *Root
}

// index finds issuers by their encoded distinguished name.
type index map[string][]issuer

func newIndex(roots []*Root) index {
	x := index{}
	for _, r := range roots {
		for _, c := range r.Issuers {
			x[string(c.RawSubject)] = append(x[string(c.RawSubject)], issuer{c, r})
		}
	}
	return x
}

// signer returns the root that holds the certificate whose key signed leaf,
// nil if there is none. GitHub's generations of authorities and Sigstore's
// staging share names, so the key identifiers say which key to try first; the
// signature alone decides.
func (x index) signer(leaf *x509.Certificate) *Root {
	named := x[string(leaf.RawIssuer)]
	for _, matching := range []bool{true, false} {
		for _, i := range named {
			if bytes.Equal(i.cert.SubjectKeyId, leaf.AuthorityKeyId) == matching && leaf.CheckSignatureFrom(i.cert) == nil {
				return i.root
			}
		}
	}
	return nil
}

// For returns the one root under which a bundle with this signing certificate
// counts: that whose certificate authority signed it. Nothing else of the
// certificate is checked. Where there is none the error is an
// [*UnknownIssuerError].
func (s *Set) For(leaf *x509.Certificate) (*Root, error) {
	if leaf == nil {
		return nil, errors.New("choosing the trust root: there is no signing certificate; sign with a Fulcio certificate")
	}
	if r := s.index.signer(leaf); r != nil {
		return r, nil
	}
	e := &UnknownIssuerError{Issuer: clipText(leaf.Issuer.String())}
	if b, err := builtin(); err == nil {
		if r := b.index.signer(leaf); r != nil {
			e.Looks, e.Proven = r.Instance, true
			return nil, e
		}
	}
	org := leaf.Issuer.Organization
	switch {
	case staging[hex.EncodeToString(leaf.AuthorityKeyId)]:
		e.Looks = Staging
	case slices.Contains(org, "sigstore.dev"):
		e.Looks = PublicGood
	case slices.Contains(org, "GitHub, Inc."):
		e.Looks = GitHub
	}
	return nil, e
}

// Likely returns the root whose certificate authority leaf names by
// distinguished name and key identifier, where exactly one root has it, else
// nil. No signature is checked, which saves a millisecond a leaf: a verifier of
// that root checks it anyway, and where it refuses, [Set.For] tells whether the
// certificate was the reason.
func (s *Set) Likely(leaf *x509.Certificate) *Root {
	if leaf == nil || len(leaf.AuthorityKeyId) == 0 {
		return nil
	}
	var found *Root
	for _, i := range s.index[string(leaf.RawIssuer)] {
		if bytes.Equal(i.cert.SubjectKeyId, leaf.AuthorityKeyId) {
			if found != nil && found != i.root {
				return nil
			}
			found = i.root
		}
	}
	return found
}

// staging holds the subject key identifiers of the certificate authorities of
// Sigstore's staging instance, which has the same names as the public-good
// one. They only ever improve a message.
var staging = map[string]bool{
	"718630a6147c626ff9f7d6f4051a7f5fffeb6fac": true, // sigstore-intermediate, 2022
	"ff4232ba687dab3a70afdc0cd41ae23e878f6665": true, // sigstore, 2022
	"486120419ba0b094b499d91c0fcf5a2e7793fc52": true, // sigstore-intermediate, 2026
	"97423f92a62c8b470ca3538c87574af35314520c": true, // sigstore, 2026
}

// looksLike returns the instance to which all certificate authorities of r
// belong, by the roots of their chains: a chain that ends in an instance's own
// root certificate cannot certify a leaf without that instance's key.
func looksLike(r *Root) Instance {
	b, err := builtin()
	if err != nil {
		return ""
	}
	for _, known := range b.Roots {
		if anchors := anchors(known); all(r, func(c *x509.Certificate) bool { return anchors[string(c.Raw)] }) {
			return known.Instance
		}
	}
	if all(r, func(c *x509.Certificate) bool { return staging[hex.EncodeToString(c.SubjectKeyId)] }) {
		return Staging
	}
	return ""
}

// anchors returns the last certificates of r's chains, by their encoding.
func anchors(r *Root) map[string]bool {
	m := map[string]bool{}
	all(r, func(c *x509.Certificate) bool { m[string(c.Raw)] = true; return true })
	return m
}

// all reports whether f holds for the last certificate of every chain of r.
func all(r *Root, f func(*x509.Certificate) bool) bool {
	for _, ca := range r.Material.FulcioCertificateAuthorities() {
		c := chain(ca)
		if len(c) == 0 || !f(c[len(c)-1]) {
			return false
		}
	}
	return true
}
