// SPDX-License-Identifier: BSD-3-Clause

package build

import "github.com/scientific-python/sallyport/internal/finding"

var digestMismatch = register(finding.Rule{
	ID:       "digest-mismatch",
	Severity: finding.Error,
	Title:    "The file is not the one that was attested under its name",
	Why: "An attestation names this file, and its SHA-256 is another one. The file was changed, rebuilt or replaced after it " +
		"was attested: that is exactly what provenance is there to show.",
	Bad:        "samplepkg-1.0.0.tar.gz rebuilt after the attest step",
	Good:       "the file that the attest step saw, unchanged",
	References: []string{"SLSA: verifying artifacts, step 2", "PEP 740: attestation verification"},
})
