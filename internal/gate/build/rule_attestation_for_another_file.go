// SPDX-License-Identifier: BSD-3-Clause

package build

import "github.com/scientific-python/sallyport/internal/finding"

var attestationForAnotherFile = register(finding.Rule{
	ID:       "attestation-for-another-file",
	Severity: finding.Error,
	Title:    "An attestation lies beside a file that it is not about",
	Why: "An uploader sends the attestations that lie beside a file with it, by name. One that is about another file is " +
		"refused by the index at best, and at worst believed by a person who looks at the folder.",
	Bad:        "samplepkg-1.0.0.tar.gz.publish.attestation whose subject is samplepkg-0.9.0.tar.gz",
	Good:       "the attestation whose subject is samplepkg-1.0.0.tar.gz",
	References: []string{"PEP 740: attestation verification"},
})
