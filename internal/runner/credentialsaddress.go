// SPDX-License-Identifier: BSD-3-Clause

package runner

import (
	"net"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"github.com/scientific-python/sallyport/internal/lazyregexp"
)

var (
	// tokenForm is what an upload token looks like: a macaroon of the second
	// form begins with the byte 2, one of the first with digits.
	tokenForm = compiled(`pypi-(?:Ag|MD)[A-Za-z0-9_-]{20,}={0,2}`)
	// withUser is an address with user information, which ends at the last "@"
	// before the path.
	withUser = compiled(`(?i)https?://([^\s/?#"]*)@([^\s/?#"'<>@,;]+)`)
	// plainName is what is shown of names that others choose.
	plainName = lazyregexp.New(`^[A-Za-z_][A-Za-z0-9_.-]{0,59}$`)
)

// lazy is a regular expression that is compiled when it is first used.
type lazy func() *regexp.Regexp

func compiled(s string) lazy {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(s) })
}

func (l lazy) FindAllString(s string, n int) []string { return l().FindAllString(s, n) }

func (l lazy) FindAllStringSubmatch(s string, n int) [][]string {
	return l().FindAllStringSubmatch(s, n)
}

// addressSecret finds the first http(s) address with a password in a text, and
// says which index it is of. GitHub's own addresses carry its own tokens, which
// no index takes; they count where anyHost is set, as for a variable that only
// uploaders read.
func addressSecret(text string, anyHost bool) (index string, found bool) {
	for _, m := range withUser.FindAllStringSubmatch(text, maxLooked) {
		_, password, _ := strings.Cut(m[1], ":")
		if password == "" {
			continue
		}
		host := hostName(m[2])
		if !anyHost && (host == "github.com" || strings.HasSuffix(host, ".github.com") || host == "ghcr.io") {
			continue
		}
		// The index that could do most harm counts.
		if i := hostIndex(host); !found || i == IndexPyPI {
			index, found = i, true
		}
	}
	return index, found
}

// hostName takes a port off and folds letter case.
func hostName(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

// hostIndex says which index a host is of.
func hostIndex(host string) string {
	switch host {
	case "pypi.org", "upload.pypi.org", "pypi.python.org":
		return IndexPyPI
	case "test.pypi.org", "testpypi.python.org":
		return IndexTest
	}
	return IndexOther
}

// indexOf says which index a setting sends uploads to: an address, or one of the
// names that uploaders know. A name of the user's own may stand for any: "".
func indexOf(setting string) string {
	if u, err := url.Parse(strings.TrimSpace(setting)); err == nil && u.Host != "" && u.Scheme != "https" {
		return IndexOther // who listens on the way can be any
	}
	return secretIndex(setting)
}

// secretIndex says which index a secret beside such a setting is for: the
// host's, however it is reached.
func secretIndex(setting string) string {
	setting = strings.TrimSpace(setting)
	switch strings.ToLower(setting) {
	case "pypi":
		return IndexPyPI
	case "testpypi":
		return IndexTest
	}
	u, err := url.Parse(setting)
	if err != nil || u.Host == "" {
		return ""
	}
	return hostIndex(hostName(u.Host))
}
