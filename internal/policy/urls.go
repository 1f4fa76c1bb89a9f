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
	case "pypi.org":
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
	case !isASCII(u.Hostname()):
		return nil, badValue("the host of %q has characters beyond ASCII, which can stand for a plain one; write the host as it is looked up (in a browser's address bar, xn--… for such names)", clip(s))
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

// pypiHosts are the domains under which PyPI answers: its own, old ones that
// lead there, and the names that its content delivery network gives it.
var pypiHosts = []string{"pypi.org", "pypi.python.org", "testpypi.python.org", "pythonhosted.org", "pypi.io", "pypa.io", "python.map.fastly.net"}

// pypiHost returns "test.pypi.org" or "pypi.org" where the host of u belongs to
// the one or the other, else "".
func pypiHost(u *url.URL) string {
	h := strings.TrimRight(strings.ToLower(u.Hostname()), ".")
	if under(h, "test.pypi.org") {
		return "test.pypi.org"
	}
	for _, own := range pypiHosts {
		if under(h, own) {
			return "pypi.org"
		}
	}
	return ""
}

// under reports whether a host is a domain or below it.
func under(host, domain string) bool { return host == domain || strings.HasSuffix(host, "."+domain) }

// isASCII: letters of other scripts are written in a host as xn--…; some, such
// as the ideographic full stop, are turned into plain ones by programs.
func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
