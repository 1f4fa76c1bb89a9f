// SPDX-License-Identifier: BSD-3-Clause

package attest

import (
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/dist"
	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/policy"
)

// ResourceURI names a release file by a package URL (the purl specification,
// type pypi): pkg:pypi/NAME@VERSION?file_name=FILE, with the name by PEP 503,
// the version in its normal form (PEP 440) and the file's name as it is. The
// index's own address of the file is not known before the upload. Files for
// another index than PyPI also have repository_url, so that a verdict for the
// one is never good for the other. An empty index is an error.
func ResourceURI(n dist.Name, index string) (string, error) {
	if n.Filename == "" || n.Normalized == "" || n.Canonical == "" {
		return "", errors.New("naming the file by a package URL: it has no project, version or name")
	}
	s := "pkg:pypi/" + purlEscape(n.Normalized) + "@" + purlEscape(n.Canonical) + "?file_name=" + purlEscape(n.Filename)
	switch index {
	case "":
		return "", errors.New("naming the file by a package URL: the index is empty")
	case policy.DefaultIndex:
		return s, nil
	case policy.TestIndex:
		index = "https://test.pypi.org"
	}
	return s + "&repository_url=" + purlEscape(index), nil
}

// purlEscape percent-encodes everything but letters, digits, ".-_~" and the
// colon, which the purl specification leaves as it is.
func purlEscape(s string) string {
	const hexadecimal = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte(".-_~:", c) >= 0:
			b.WriteByte(c)
		default:
			b.Write([]byte{'%', hexadecimal[c>>4], hexadecimal[c&15]})
		}
	}
	return b.String()
}

// maxInputs bounds how many attestations one verdict lists.
const maxInputs = 1024

// inputs lists the attestations by the digest of their documents, each once. A
// local file has no address that others could fetch it from, only a name.
func inputs(all []*evidence.Attestation) ([]inputJSON, error) {
	var out []inputJSON
	for _, a := range all {
		in := inputJSON{Digest: digestJSON{hex.EncodeToString(a.SHA256[:])}}
		if u, err := url.Parse(a.Source); err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil {
			in.URI = u.String()
		} else {
			in.Name = strings.ToValidUTF8(path.Base(filepath.ToSlash(a.Source)), "\uFFFD")
		}
		out = append(out, in)
	}
	slices.SortFunc(out, func(a, b inputJSON) int {
		return cmp.Or(cmp.Compare(a.Digest.SHA256, b.Digest.SHA256), cmp.Compare(a.URI, b.URI), cmp.Compare(a.Name, b.Name))
	})
	out = slices.CompactFunc(out, func(a, b inputJSON) bool { return a.Digest == b.Digest })
	if len(out) > maxInputs {
		return nil, fmt.Errorf("%d attestations are more than the %d that a verdict lists; remove those that nobody needs", len(out), maxInputs)
	}
	return out, nil
}
