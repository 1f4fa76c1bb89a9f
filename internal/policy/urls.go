// SPDX-License-Identifier: BSD-3-Clause

package policy

import (
	"net/netip"
	"net/url"
	"strings"
)

// checkIndex takes the upload address of an index.
func checkIndex(s string) (string, error) {
	u, err := checkURL(s)
	if err != nil {
		return "", err
	}
	// The host's upload address is the publisher's; its other addresses are
	// what people copy by mistake.
	var want string
	switch pypiHost(u) {
	case "pypi.org", "upload.pypi.org":
		want = DefaultIndex
	case "test.pypi.org":
		want = TestIndex
	}
	if want != "" && s != want {
		return "", badValue("%q is not the index's upload address; write %s", clip(s), want)
	}
	return s, nil
}

// checkURL takes an absolute https URL; http only on the loopback interface.
func checkURL(s string) (*url.URL, error) {
	const want = "write an https address such as " + DefaultIndex
	u, err := url.Parse(s)
	if err != nil || !isPrintable(s) || strings.Contains(s, " ") || u.Host == "" || u.Hostname() == "" || u.Opaque != "" {
		return nil, badValue("%q is not a full address; %s", clip(s), want)
	}
	switch {
	case u.Scheme == "http" && !isLoopback(u.Hostname()), u.Scheme != "http" && u.Scheme != "https":
		return nil, badValue("%q does not begin with https://; %s", clip(s), want)
	case u.User != nil:
		return nil, badValue("the address of %s holds a user name or password; take it out of the file, and replace that credential", u.Hostname())
	case u.RawQuery != "", u.ForceQuery, strings.Contains(s, "#"):
		return nil, badValue("%q has a query or fragment; %s", clip(s), want)
	}
	return u, nil
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

// pypiHost returns the host of u where it belongs to PyPI, else "".
func pypiHost(u *url.URL) string {
	switch h := strings.TrimSuffix(strings.ToLower(u.Hostname()), "."); h {
	case "pypi.org", "upload.pypi.org", "test.pypi.org":
		return h
	case "www.pypi.org", "pypi.python.org", "testpypi.python.org", "files.pythonhosted.org", "warehouse.pypa.io":
		return "pypi.org"
	}
	return ""
}
