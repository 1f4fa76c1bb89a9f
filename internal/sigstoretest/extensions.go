// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"slices"
)

// OID returns 1.3.6.1.4.1.57264.1.N, the identifier of Fulcio's extension N.
func OID(n int) asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 57264, 1, n}
}

var (
	oidSAN     = asn1.ObjectIdentifier{2, 5, 29, 17}
	oidSCTList = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11129, 2, 4, 2}
)

// extensions returns the alternative name and Fulcio's extensions, in the
// order in which Fulcio writes them.
func (c Claims) extensions() ([]pkix.Extension, error) {
	san, err := c.san()
	if err != nil {
		return nil, err
	}
	list := []pkix.Extension{}
	if san.Value != nil {
		list = append(list, san)
	}
	// .1 to .6 are the bare bytes, those from .8 on are DER strings.
	for n, value := range []string{
		1: c.Issuer, 2: c.Trigger, 3: c.SourceRepositoryDigest,
		4: c.WorkflowName, 5: c.Repository(), 6: c.SourceRepositoryRef,
	} {
		if value != "" && !slices.Contains(c.Omit, n) {
			list = append(list, pkix.Extension{Id: OID(n), Value: []byte(value)})
		}
	}
	for n, value := range []string{
		8: c.Issuer, 9: c.BuildSignerURI, 10: c.BuildSignerDigest, 11: c.RunnerEnvironment,
		12: c.SourceRepositoryURI, 13: c.SourceRepositoryDigest, 14: c.SourceRepositoryRef,
		15: c.RepositoryID, 16: c.OwnerURI, 17: c.OwnerID, 18: c.BuildConfigURI,
		19: c.BuildConfigDigest, 20: c.Trigger, 21: c.RunURI, 22: c.Visibility,
		23: c.Environment, 24: c.TokenSubject,
	} {
		if value == "" || slices.Contains(c.Omit, n) {
			continue
		}
		der, err := asn1.MarshalWithParams(value, "utf8")
		if err != nil {
			return nil, fmt.Errorf("encoding extension .%d %q: %w", n, value, err)
		}
		list = append(list, pkix.Extension{Id: OID(n), Value: der})
	}
	for _, extra := range c.Extra {
		at := slices.IndexFunc(list, func(e pkix.Extension) bool { return e.Id.Equal(extra.Id) })
		if at >= 0 {
			list[at] = extra
		} else {
			list = append(list, extra)
		}
	}
	return list, nil
}

// san encodes the alternative names by hand, since a name may be one that
// crypto/x509 refuses to write. It is critical because the subject is empty.
func (c Claims) san() (pkix.Extension, error) {
	var names []asn1.RawValue
	add := func(tag int, value string) {
		names = append(names, asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: tag, Bytes: []byte(value)})
	}
	if c.SAN != "" {
		add(6, c.SAN)
	}
	for _, uri := range c.ExtraURIs {
		add(6, uri)
	}
	if c.Email != "" {
		add(1, c.Email)
	}
	if names == nil {
		return pkix.Extension{}, nil
	}
	der, err := asn1.Marshal(names)
	if err != nil {
		return pkix.Extension{}, fmt.Errorf("encoding the alternative name %q: %w", c.SAN, err)
	}
	return pkix.Extension{Id: oidSAN, Critical: true, Value: der}, nil
}
