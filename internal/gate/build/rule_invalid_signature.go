// SPDX-License-Identifier: BSD-3-Clause

package build

import "github.com/scientific-python/sallyport/internal/finding"

var invalidSignature = register(finding.Rule{
	ID:       "invalid-signature",
	Severity: finding.Error,
	Title:    "The signature does not verify",
	Why: "The statement was changed after it was signed, the signature belongs to another statement, or the certificate is " +
		"not the signer's. Whatever the attestation says, nobody signed it.",
	Bad:        "a statement whose digest was replaced by that of another file",
	Good:       "the attestation as the signing job wrote it",
	References: []string{"DSSE v1: protocol", "SLSA: verifying artifacts, step 1"},
})
