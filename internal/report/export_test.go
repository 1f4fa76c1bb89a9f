// SPDX-License-Identifier: BSD-3-Clause

package report

import "github.com/scientific-python/sallyport/internal/finding"

// Claim is a claim, for tests.
type Claim struct {
	Gate              finding.Gate
	What, SPEC8, SSDF string
	Rules             []string
}

// Claims are all claims that a report may support.
func Claims() []Claim {
	var out []Claim
	for _, c := range claims {
		out = append(out, Claim{c.gate, c.what, c.spec8, c.ssdf, c.rules})
	}
	return out
}
