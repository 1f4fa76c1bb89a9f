// SPDX-License-Identifier: BSD-3-Clause

package httpx

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// ParseBase reads a service's address: https, or http where the host is a
// loopback address. User information, a query and a fragment are refused; a
// slash at the end is dropped.
func ParseBase(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil {
		// The parser's error repeats the address, which may hold a password.
		return nil, errors.New("reading the service's address: it is not a URL")
	}
	if u.User != nil {
		return nil, errors.New("reading the service's address: it holds a user name or password; give the token apart")
	}
	if u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return nil, fmt.Errorf("reading the service's address %q: it has a query or a fragment; remove it", redact(u))
	}
	if u.Hostname() == "" || !secure(u, true) {
		return nil, fmt.Errorf("reading the service's address %q: it must begin with https:// and name a host (http:// is for loopback addresses only)", s)
	}
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = strings.TrimRight(u.RawPath, "/")
	return u, nil
}

// secure reports whether u may be asked: over https, or over http on this
// machine where loopback is set.
func secure(u *url.URL, loopback bool) bool {
	switch u.Scheme {
	case "https":
		return u.Hostname() != ""
	case "http":
		return loopback && isLoopback(u)
	}
	return false
}

func isLoopback(u *url.URL) bool {
	host := u.Hostname()
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// sameOrigin compares scheme, host and port, with the schemes' default ports.
func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	if u.Scheme == "https" {
		return "443"
	}
	return "80"
}

// redact is u without anything that may be secret: no user, query or fragment.
func redact(u *url.URL) string {
	return u.Scheme + "://" + u.Host + u.EscapedPath()
}
