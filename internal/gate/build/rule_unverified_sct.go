// SPDX-License-Identifier: BSD-3-Clause

package build

import "github.com/scientific-python/sallyport/internal/finding"

var unverifiedSCT = register(finding.Rule{
	ID:       "unverified-sct",
	Severity: finding.Error,
	Title:    "The signing certificate is not in a certificate transparency log",
	Why: "The public instance writes every certificate it issues into a certificate transparency log. A certificate without " +
		"the log's signed receipt may have been issued in secret by a misused authority, and its owner would never learn of it.",
	Bad:        "a certificate without a signed certificate timestamp, or with one of an unknown log",
	Good:       "a certificate with a signed certificate timestamp of a log in the trust root",
	References: []string{"RFC 6962: certificate transparency", "Sigstore: client specification, certificate verification"},
})
