// SPDX-License-Identifier: BSD-3-Clause

package trust

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	sgroot "github.com/sigstore/sigstore-go/pkg/root"
)

// Limits on what is read as trusted roots. Real files are below 50 KiB and
// have some 150 objects.
const (
	maxRootBytes = 4 << 20
	maxRoots     = 16
	// maxObjects bounds the JSON objects of one root: an empty one of three
	// bytes takes up a hundred when parsed.
	maxObjects = 10_000
)

// Errors of a root that is well-formed and yet of no use.
var (
	errNoCA   = errors.New("it names no certificate authority, so no certificate can belong to it")
	errNoTime = errors.New("it names neither a transparency log nor a timestamp authority, so the time of no signature can be proven")
)

// parseRoots reads the trusted roots in data: one JSON object, or several one
// after another, as JSON Lines have them. There is at least one.
func parseRoots(data []byte) ([]*Root, error) {
	var roots []*Root
	dec := json.NewDecoder(bytes.NewReader(data))
	for {
		var raw json.RawMessage
		err := dec.Decode(&raw)
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("root %d is no JSON: %w", len(roots)+1, err)
		}
		if len(roots) == maxRoots {
			return nil, fmt.Errorf("there are more than %d roots in it", maxRoots)
		}
		r, err := parseRoot(raw)
		if err != nil {
			return nil, fmt.Errorf("root %d: %w", len(roots)+1, err)
		}
		roots = append(roots, r)
	}
	if len(roots) == 0 {
		return nil, errors.New("it is empty")
	}
	return roots, nil
}

// parseRoot reads one trusted root, filling in the facts that follow from its
// content.
func parseRoot(data []byte) (*Root, error) {
	if n := bytes.Count(data, []byte("{")); n > maxObjects {
		return nil, fmt.Errorf("it has %d objects, more than the %d a trusted root may have", n, maxObjects)
	}
	pb, err := sgroot.NewTrustedRootProtobuf(data)
	if err != nil {
		if hint := foreign(data); hint != "" {
			return nil, errors.New(hint)
		}
		return nil, err
	}
	if got := pb.GetMediaType(); got != sgroot.TrustedRootMediaType01 {
		return nil, fmt.Errorf("its media type is %q, expected %q", got, sgroot.TrustedRootMediaType01)
	}
	material, err := sgroot.NewTrustedRootFromProtobuf(pb)
	if err != nil {
		return nil, err
	}
	r := &Root{
		Material: material,
		HasCT:    len(material.CTLogs()) > 0,
		HasTlog:  len(material.RekorLogs()) > 0,
		HasTSA:   len(material.TimestampingAuthorities()) > 0,
	}
	seen := map[string]bool{}
	for _, ca := range material.FulcioCertificateAuthorities() {
		for _, c := range chain(ca) {
			if !seen[string(c.Raw)] {
				seen[string(c.Raw)] = true
				r.Issuers = append(r.Issuers, c)
			}
		}
	}
	switch {
	case len(r.Issuers) == 0:
		return nil, errNoCA
	case !r.HasTlog && !r.HasTSA:
		return nil, errNoTime
	}
	return r, nil
}

// chain returns the certificates of a certificate authority, its root last.
func chain(ca sgroot.CertificateAuthority) []*x509.Certificate {
	f, ok := ca.(*sgroot.FulcioCertificateAuthority)
	if !ok || f.Root == nil {
		return nil
	}
	return append(f.Intermediates[:len(f.Intermediates):len(f.Intermediates)], f.Root)
}

// foreign says what a JSON file is that is often taken for a trusted root,
// and empty where it does not know.
func foreign(data []byte) string {
	var f struct {
		MediaType string          `json:"mediaType"`
		Signed    json.RawMessage `json:"signed"`
	}
	if json.Unmarshal(data, &f) != nil {
		return ""
	}
	switch {
	case f.Signed != nil:
		return "it is metadata of a TUF repository, not a trusted root"
	case f.MediaType != "" && f.MediaType != sgroot.TrustedRootMediaType01:
		return fmt.Sprintf("its media type is %q, expected %q", f.MediaType, sgroot.TrustedRootMediaType01)
	}
	return ""
}
