// SPDX-License-Identifier: BSD-3-Clause

package evidence

import (
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// GitHubIssuer is the OIDC issuer of GitHub's hosted service.
const GitHubIssuer = "https://token.actions.githubusercontent.com"

// Identity is what a Fulcio certificate says of its owner: the extensions
// under 1.3.6.1.4.1.57264.1 (Fulcio's oid-info.md) and the alternative names.
// Empty strings: the certificate does not say.
type Identity struct {
	Issuer            string // .8, or .1 where a certificate has no .8
	SignerURI         string // .9
	SignerDigest      string // .10
	Runner            string // .11
	RepositoryURI     string // .12
	Commit            string // .13
	Ref               string // .14
	RepositoryID      string // .15
	OwnerURI          string // .16
	OwnerID           string // .17
	BuildConfigURI    string // .18
	BuildConfigDigest string // .19
	Event             string // .20
	RunURI            string // .21
	Visibility        string // .22
	Environment       string // .23
	TokenSubject      string // .24

	// The deprecated extensions .1 to .6, as raw strings.
	OldIssuer, OldEvent, OldCommit, OldWorkflow, OldRepository, OldRef string

	URIs   []string // URI alternative names
	Emails []string
	// OtherNames counts alternative names of any other kind.
	OtherNames int

	NotBefore, NotAfter time.Time
}

// fulcioArc is the arc of Fulcio's extensions.
var fulcioArc = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 57264, 1}

var sanOID = asn1.ObjectIdentifier{2, 5, 29, 17}

// maxExtension bounds one extension's value; GitHub's longest are URIs of a
// few hundred bytes.
const maxExtension = 4096

// ParseIdentity reads the identity out of a leaf certificate. An extension
// whose value is not what the specification says (raw for .1 to .6, one DER
// UTF8String for .8 and above) is an error, never an empty value.
func ParseIdentity(leaf *x509.Certificate) (*Identity, error) {
	id := &Identity{
		Emails: leaf.EmailAddresses, NotBefore: leaf.NotBefore, NotAfter: leaf.NotAfter,
		OtherNames: len(leaf.DNSNames) + len(leaf.IPAddresses),
	}
	for _, u := range leaf.URIs {
		id.URIs = append(id.URIs, u.String())
	}
	fields := id.fields()
	for _, ext := range leaf.Extensions {
		if ext.Id.Equal(sanOID) {
			if err := id.countNames(ext.Value); err != nil {
				return nil, err
			}
			continue
		}
		if len(ext.Id) != len(fulcioArc)+1 || !ext.Id[:len(fulcioArc)].Equal(fulcioArc) {
			continue
		}
		n := ext.Id[len(fulcioArc)]
		field, ok := fields[n]
		if !ok {
			continue
		}
		value, err := extensionValue(n, ext.Value)
		if err != nil {
			return nil, fmt.Errorf("reading certificate extension 1.3.6.1.4.1.57264.1.%d: %w", n, err)
		}
		*field = value
	}
	if id.Issuer == "" {
		id.Issuer = id.OldIssuer
	}
	return id, nil
}

func (id *Identity) fields() map[int]*string {
	return map[int]*string{
		1: &id.OldIssuer, 2: &id.OldEvent, 3: &id.OldCommit, 4: &id.OldWorkflow, 5: &id.OldRepository, 6: &id.OldRef,
		8: &id.Issuer, 9: &id.SignerURI, 10: &id.SignerDigest, 11: &id.Runner, 12: &id.RepositoryURI,
		13: &id.Commit, 14: &id.Ref, 15: &id.RepositoryID, 16: &id.OwnerURI, 17: &id.OwnerID,
		18: &id.BuildConfigURI, 19: &id.BuildConfigDigest, 20: &id.Event, 21: &id.RunURI, 22: &id.Visibility,
		23: &id.Environment, 24: &id.TokenSubject,
	}
}

func extensionValue(n int, raw []byte) (string, error) {
	if len(raw) > maxExtension {
		return "", fmt.Errorf("%d bytes are more than the limit of %d", len(raw), maxExtension)
	}
	value := string(raw)
	if n >= 8 {
		var v asn1.RawValue
		rest, err := asn1.Unmarshal(raw, &v)
		if err != nil || len(rest) > 0 || v.Class != asn1.ClassUniversal || v.Tag != asn1.TagUTF8String || v.IsCompound {
			return "", fmt.Errorf("the value is not one DER UTF8String")
		}
		value = string(v.Bytes)
	}
	if !utf8.ValidString(value) || strings.ContainsFunc(value, func(r rune) bool { return r < 0x20 || r == 0x7f }) {
		return "", fmt.Errorf("the value %q has control characters", clip(value))
	}
	return value, nil
}

// countNames counts alternative names that crypto/x509 does not surface, such
// as otherName, so that nothing in the certificate goes unseen.
func (id *Identity) countNames(der []byte) error {
	var seq asn1.RawValue
	rest, err := asn1.Unmarshal(der, &seq)
	if err != nil || len(rest) > 0 || seq.Tag != asn1.TagSequence || !seq.IsCompound {
		return fmt.Errorf("reading the certificate's alternative names: not one DER sequence")
	}
	rest = seq.Bytes
	for len(rest) > 0 {
		var v asn1.RawValue
		if rest, err = asn1.Unmarshal(rest, &v); err != nil {
			return fmt.Errorf("reading the certificate's alternative names: %w", err)
		}
		switch v.Tag {
		case 1, 2, 6, 7: // rfc822Name, dNSName, URI, iPAddress: crypto/x509 has them
		default:
			id.OtherNames++
		}
	}
	return nil
}

// Name is the identity in one string: the first URI, else the first e-mail
// address, else "an unnamed signer".
func (id *Identity) Name() string {
	switch {
	case len(id.URIs) > 0:
		return id.URIs[0]
	case len(id.Emails) > 0:
		return id.Emails[0]
	}
	return "an unnamed signer"
}
