// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"net/url"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

// canonical is the upload address of the index that an address belongs to:
// PyPI's or TestPyPI's for any address on their hosts, else the address.
func canonical(index string) string {
	u, err := url.Parse(index)
	if err != nil {
		return index
	}
	h := strings.TrimRight(strings.ToLower(plainHost(u.Hostname())), ".")
	for _, own := range []struct{ domain, index string }{
		{"test.pypi.org", sinks.TestPyPI}, {"testpypi.python.org", sinks.TestPyPI},
		{"pypi.org", sinks.PyPI}, {"pypi.python.org", sinks.PyPI}, {"pypi.io", sinks.PyPI}, {"python.map.fastly.net", sinks.PyPI},
	} {
		if h == own.domain || strings.HasSuffix(h, "."+own.domain) {
			return own.index
		}
	}
	return index
}

// plainHost is a host with the wide forms of ASCII characters and the full
// stops of other scripts as uploaders look them up.
func plainHost(host string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\u3002' || r == '\uff61':
			return '.'
		case '\uff01' <= r && r <= '\uff5e':
			return r - 0xfee0
		}
		return r
	}, host)
}

// channelUploader reports whether an uploader knows no index but anaconda.org.
func channelUploader(k *graph.Sink) bool {
	name := strings.ToLower(k.Uploader)
	return !k.Guessed && (strings.Contains(name, "anaconda") || strings.Contains(name, "upload-nightly-action") || strings.HasPrefix(name, "binstar"))
}

// plainHTTP reports whether an address sends what it is given unencrypted.
func plainHTTP(index string) bool { return strings.HasPrefix(strings.ToLower(index), "http://") }

// looksLikePyPI reports whether a host that is not PyPI's is named to be taken
// for it: pypi.org inside a longer name, or a letter or two beside it.
func looksLikePyPI(index string) bool {
	if canonical(index) != index || offersTrusted(index) {
		return false
	}
	h := host(index)
	if i := strings.LastIndexByte(h, ':'); i >= 0 {
		h = h[:i]
	}
	if strings.ContainsFunc(h, func(r rune) bool { return r >= 0x80 }) {
		return true // as letters of another script can look
	}
	if strings.Contains(h, "pypi.org") || strings.Contains(h, "pypi-org") || strings.Contains(h, "pythonhosted") {
		return true
	}
	return slices.ContainsFunc([]string{"pypi.org", "upload.pypi.org", "test.pypi.org"}, func(real string) bool { return distance(h, real) <= 2 })
}

// distance is how many letters have to be changed, added or taken away to make
// b of a; names of very different lengths are simply far apart.
func distance(a, b string) int {
	if len(a)-len(b) > 2 || len(b)-len(a) > 2 {
		return len(a) + len(b)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			last, row[j+1] = row[j+1], min(last+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// allowed reports whether an upload address is one that releases may go to:
// exactly an index's own, or, where no id-token goes there, one that the policy
// names. Whoever gets the id-token can publish with it at PyPI.
func (a *audit) allowed(index string, trusted bool) bool {
	if sameIndex(index, sinks.PyPI) || sameIndex(index, sinks.TestPyPI) {
		return true
	}
	return !trusted && a.named(index)
}

// named reports whether the policy names an upload address.
func (a *audit) named(index string) bool {
	return a.channel(index) != nil || a.in.FromFile && slices.ContainsFunc(a.in.Policies, func(p *policy.Policy) bool { return sameIndex(p.Index(), index) })
}
