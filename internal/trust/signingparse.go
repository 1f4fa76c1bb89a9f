// SPDX-License-Identifier: BSD-3-Clause

package trust

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	prototrustroot "github.com/sigstore/protobuf-specs/gen/pb-go/trustroot/v1"
	sgroot "github.com/sigstore/sigstore-go/pkg/root"

	"github.com/scientific-python/sallyport/internal/httpx"
)

// Limits on what is read as a signing configuration. Real files are below
// 2 KiB and name a dozen services.
const (
	maxSigningBytes   = 256 << 10
	maxSigningObjects = 1000
	maxAddress        = 2048
	// maxTSAs bounds the timestamps of one bundle.
	maxTSAs = 8
)

// What the program speaks with each kind of service, as major versions of the
// API in a signing configuration.
const (
	fulcioAPI = 1
	tsaAPI    = 1
	rekor1API = 1
	rekor2API = 2
)

// parseSigning reads a Sigstore signing configuration (media type v0.2) and
// chooses from it the services that are valid now. Where a list names services
// and none of them is usable, it is an error: leaving them out in silence would
// make signatures that prove less than the configuration's author wants.
func parseSigning(data []byte, now time.Time) (*SigningConfig, error) {
	if n := bytes.Count(data, []byte("{")); n > maxSigningObjects {
		return nil, fmt.Errorf("it has %d objects, more than the %d a signing configuration may have", n, maxSigningObjects)
	}
	pb, err := sgroot.NewSigningConfigProtobuf(data)
	if err != nil {
		if hint := foreignSigning(data); hint != "" {
			return nil, errors.New(hint)
		}
		return nil, err
	}
	if got := pb.GetMediaType(); got != sgroot.SigningConfigMediaType02 {
		return nil, wrongMediaType(got)
	}
	c := &SigningConfig{}
	fulcio, err := choose("caUrls", pb.GetCaUrls(), fulcioAPI, now)
	if err != nil {
		return nil, err
	}
	if len(fulcio) == 0 {
		return nil, errors.New("caUrls names no certificate authority, so nothing can be signed")
	}
	c.Fulcio = fulcio[0]
	if err := c.chooseLogs(pb, now); err != nil {
		return nil, err
	}
	if err := c.chooseTSAs(pb, now); err != nil {
		return nil, err
	}
	switch {
	case c.Rekor2 != nil && len(c.TSAs) == 0:
		return nil, errors.New("it names a Rekor v2 log and no timestamp authority; such a log gives no time, so tsaUrls must name one")
	case c.Rekor1 == nil && len(c.TSAs) == 0:
		return nil, errors.New("it names neither a transparency log nor a timestamp authority, so the time of no signature could be proven")
	}
	return c, nil
}

// chooseLogs chooses one log of each version, as a bundle is entered into one.
func (c *SigningConfig) chooseLogs(pb *prototrustroot.SigningConfig, now time.Time) error {
	const list = "rekorTlogUrls"
	if len(pb.GetRekorTlogUrls()) == 0 {
		return nil
	}
	switch s := pb.GetRekorTlogConfig(); s.GetSelector() {
	case prototrustroot.ServiceSelector_ANY, prototrustroot.ServiceSelector_ALL:
	case prototrustroot.ServiceSelector_EXACT:
		if s.GetCount() != 1 {
			return fmt.Errorf("rekorTlogConfig wants exactly %d logs; an attestation is entered into one, so only a count of 1 will do", s.GetCount())
		}
	default:
		return noSelector("rekorTlogConfig")
	}
	all := pb.GetRekorTlogConfig().GetSelector() == prototrustroot.ServiceSelector_ALL
	for _, v := range []struct {
		version uint32
		to      **Endpoint
	}{{rekor1API, &c.Rekor1}, {rekor2API, &c.Rekor2}} {
		logs, err := choose(list, pb.GetRekorTlogUrls(), v.version, now)
		if err != nil && !errors.Is(err, errUnusable) {
			return err
		}
		switch {
		case len(logs) == 0:
		case all && len(logs) > 1:
			return fmt.Errorf("rekorTlogConfig wants ALL logs, and there are %d of version %d; an attestation is entered into one, so write ANY", len(logs), v.version)
		default:
			*v.to = &logs[0]
		}
	}
	if c.Rekor1 == nil && c.Rekor2 == nil {
		return unusable(list, "1 or 2", now)
	}
	return nil
}

// chooseTSAs chooses the timestamp authorities by the configuration's selector.
func (c *SigningConfig) chooseTSAs(pb *prototrustroot.SigningConfig, now time.Time) error {
	tsas, err := choose("tsaUrls", pb.GetTsaUrls(), tsaAPI, now)
	if err != nil || len(tsas) == 0 {
		return err
	}
	n := len(tsas)
	switch s := pb.GetTsaConfig(); s.GetSelector() {
	case prototrustroot.ServiceSelector_ANY:
		n = 1
	case prototrustroot.ServiceSelector_ALL:
	case prototrustroot.ServiceSelector_EXACT:
		if s.GetCount() == 0 || uint64(s.GetCount()) > uint64(n) {
			return fmt.Errorf("tsaConfig wants exactly %d timestamp authorities of different operators, and %d are valid", s.GetCount(), n)
		}
		n = int(s.GetCount())
	default:
		return noSelector("tsaConfig")
	}
	if n > maxTSAs {
		return fmt.Errorf("tsaConfig wants %d timestamps for each signature, more than the %d allowed", n, maxTSAs)
	}
	c.TSAs = tsas[:n:n]
	return nil
}

// choose returns the services of a list that speak the version and are valid
// now, one an operator: the one that became valid last, of equal ones the
// first. The newest come first. An empty list is none; a list without such a
// service is an error that is errUnusable.
func choose(list string, services []*prototrustroot.Service, version uint32, now time.Time) ([]Endpoint, error) {
	var fit []sgroot.Service
	for _, pb := range services {
		if s := sgroot.NewService(pb); s.MajorAPIVersion == version && s.ValidAtTime(now) {
			fit = append(fit, s)
		}
	}
	if len(services) > 0 && len(fit) == 0 {
		return nil, unusable(list, fmt.Sprint(version), now)
	}
	slices.SortStableFunc(fit, func(a, b sgroot.Service) int { return b.ValidityPeriodStart.Compare(a.ValidityPeriodStart) })
	var out []Endpoint
	operators := map[string]bool{}
	for _, s := range fit {
		if operators[s.Operator] {
			continue
		}
		operators[s.Operator] = true
		url, err := address(s.URL)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", list, err)
		}
		out = append(out, Endpoint{URL: url, Version: version})
	}
	return out, nil
}

// address checks where a service is to be asked.
func address(s string) (string, error) {
	if len(s) > maxAddress || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", fmt.Errorf("reading the service's address %.200q: it is longer than %d bytes, or not printable ASCII without spaces", s, maxAddress)
	}
	u, err := httpx.ParseBase(s)
	if err != nil {
		return "", err
	}
	return u.String(), nil
}

// errUnusable marks a list of services of which none can be used.
var errUnusable = errors.New("none is usable")

func unusable(list, versions string, now time.Time) error {
	return fmt.Errorf("%s names services, but %w: none is of API version %s and valid on %s",
		list, errUnusable, versions, now.UTC().Format(time.DateOnly))
}

func noSelector(field string) error {
	return fmt.Errorf("%s has no selector; it must be ANY, ALL or EXACT", field)
}

func wrongMediaType(got string) error {
	return fmt.Errorf("its media type is %.200q, expected %q", got, sgroot.SigningConfigMediaType02)
}

// foreignSigning says what a JSON file is that is no signing configuration of
// this version, and empty where it does not know.
func foreignSigning(data []byte) string {
	var f struct {
		MediaType string          `json:"mediaType"`
		Signed    json.RawMessage `json:"signed"`
	}
	if json.Unmarshal(data, &f) != nil {
		return ""
	}
	switch {
	case f.Signed != nil:
		return "it is metadata of a TUF repository, not a signing configuration"
	case f.MediaType == sgroot.TrustedRootMediaType01:
		return "it is a trusted root, which --trusted-root takes, not a signing configuration"
	case f.MediaType != "" && f.MediaType != sgroot.SigningConfigMediaType02:
		return wrongMediaType(f.MediaType).Error()
	}
	return ""
}
