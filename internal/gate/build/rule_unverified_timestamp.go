// SPDX-License-Identifier: BSD-3-Clause

package build

import "github.com/scientific-python/sallyport/internal/finding"

var unverifiedTimestamp = register(finding.Rule{
	ID:       "unverified-timestamp",
	Severity: finding.Error,
	Title:    "The signing time is not proved",
	Why: "Signing certificates live for ten minutes. Without a time from the log or from a timestamp authority nobody can say " +
		"that the signature was made while the certificate was valid, and a key that leaked afterwards would sign as well.",
	Bad:        "an entry of a Rekor v2 log and no RFC 3161 timestamp",
	Good:       "a Rekor v1 entry with its signed time, or a timestamp of an authority in the trust root",
	References: []string{"Sigstore: client specification, signing time", "RFC 3161"},
})
