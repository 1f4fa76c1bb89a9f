// SPDX-License-Identifier: BSD-3-Clause

package build

import "github.com/scientific-python/sallyport/internal/finding"

var malformedAttestation = register(finding.Rule{
	ID:       "malformed-attestation",
	Severity: finding.Error,
	Title:    "An attestation file cannot be read",
	Why: "A file that lies beside a distribution as its attestation, or was named with --bundle, is not a whole PEP 740 " +
		"attestation, provenance object or Sigstore bundle: it is truncated, larger than any attestation, nested without end, " +
		"has a key twice, or one line of a JSON Lines file is broken. It proves nothing, and a tool that skipped it would " +
		"leave you believing that it did.",
	Bad:        `{"version": 1, "verification_material": {"certif`,
	Good:       `{"version": 1, "verification_material": {…}, "envelope": {…}}`,
	References: []string{"PEP 740: attestation objects", "Sigstore: bundle format"},
})
