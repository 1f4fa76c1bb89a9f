// SPDX-License-Identifier: BSD-3-Clause

package sinks

import (
	"net/url"
	"strings"
)

// address is an upload address as far as it is known.
type address struct {
	url         string
	known       bool
	credentials bool // it carries a password
	from        string
	secrets     []string
}

// at reads an upload address. User information is cut off and never kept.
func at(v value) address {
	a := address{from: v.from}
	text := strings.TrimSpace(v.text)
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok || !strings.EqualFold(scheme, "https") && !strings.EqualFold(scheme, "http") {
		return a
	}
	host, path := rest, ""
	if i := authorityEnd(rest); i >= 0 {
		host, path = rest[:i], rest[i:]
	}
	static := v.static
	if i := strings.LastIndexByte(host, '@'); i >= 0 {
		a.credentials = strings.Contains(host[:i], ":") || host[:i] != "__token__" && dynamic(host[:i])
		a.secrets = secretsIn(host[:i])
		host = host[i+1:]
		static = !dynamic(host + path)
	}
	text = strings.ToLower(scheme) + "://" + host + path
	if u, err := url.Parse(text); err != nil || u.Host == "" || !static {
		return a
	}
	a.url, a.known = text, true
	for _, index := range []string{PyPI, TestPyPI} {
		if text+"/" == index {
			a.url = index // the same address to uploaders
		}
	}
	return a
}

// authorityEnd is where the path begins: the first slash outside a template.
func authorityEnd(text string) int {
	depth := 0
	for i := range len(text) {
		switch text[i] {
		case '{':
			depth++
		case '}':
			depth--
		case '/', '?', '#':
			if depth <= 0 {
				return i
			}
		}
	}
	return -1
}

// dynamic says that text holds a template or a shell expansion.
func dynamic(text string) bool { return strings.ContainsAny(text, "$`") }

func known(u, from string) address { return address{url: u, known: true, from: from} }

// named looks a repository name up: in a .pypirc, then among the two that
// every uploader knows. A name that is an address is one.
func (c *call) named(v value) address {
	if !v.static {
		return address{from: v.from}
	}
	name := strings.TrimSpace(v.text)
	if section, ok := c.pypirc()[name]; ok && section["repository"] != "" {
		return at(c.resolve(word{section["repository"], !dynamic(section["repository"])}, ".pypirc"))
	}
	switch strings.ToLower(name) {
	case "pypi":
		return known(PyPI, v.from)
	case "testpypi":
		return known(TestPyPI, v.from)
	}
	return at(v)
}

// offersOIDC: trusted publishing exists at the address. Where the address is
// unknown, so is this.
func (a address) offersOIDC() Truth {
	if !a.known {
		return Unclear
	}
	u, err := url.Parse(a.url)
	if err != nil {
		return No
	}
	switch strings.ToLower(u.Hostname()) {
	case "pypi.org", "upload.pypi.org", "test.pypi.org":
		return Yes
	}
	return No
}
