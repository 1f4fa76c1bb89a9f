// SPDX-License-Identifier: BSD-3-Clause

package build

import "github.com/scientific-python/sallyport/internal/finding"

var unverifiedLogEntry = register(finding.Rule{
	ID:       "unverified-log-entry",
	Severity: finding.Error,
	Title:    "The signature is not proved to be in the transparency log",
	Why: "Every signature of the public instance is written into a public log, so that a stolen identity leaves a trace that " +
		"its owner can find. An attestation without such an entry, with an entry for another signature, of a log that is not " +
		"trusted, or with a broken proof, may have been made in secret.",
	Bad:        "tlogEntries: []",
	Good:       "one entry of rekor.sigstore.dev with a signed promise or an inclusion proof and checkpoint",
	References: []string{"Sigstore: client specification, transparency log", "SLSA: verifying artifacts, step 1"},
})
