// SPDX-License-Identifier: BSD-3-Clause

package build

import "github.com/scientific-python/sallyport/internal/finding"

var malformedStatement = register(finding.Rule{
	ID:       "malformed-statement",
	Severity: finding.Error,
	Title:    "The signed statement can be read in two ways, or not at all",
	Why: "A key that stands twice, or in another case, is read differently by different programs: one verifier would see the " +
		"digest of your wheel, another that of the attacker's. A statement without subjects is about nothing. Such a statement " +
		"is refused even with a valid signature.",
	Bad:        `{"subject": […], "Subject": […]}`,
	Good:       `{"_type": "https://in-toto.io/Statement/v1", "subject": [{"name": "…", "digest": {"sha256": "…"}}], …}`,
	References: []string{"in-toto attestation framework: statement v1"},
})
