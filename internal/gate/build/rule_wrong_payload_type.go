// SPDX-License-Identifier: BSD-3-Clause

package build

import "github.com/scientific-python/sallyport/internal/finding"

var wrongPayloadType = register(finding.Rule{
	ID:       "wrong-payload-type",
	Severity: finding.Error,
	Title:    "The signed envelope does not hold an in-toto statement",
	Why: "The payload type is part of what is signed. Bytes that were signed as something else and happen to read as a " +
		"statement were never meant to say what they seem to say about a release.",
	Bad:        `payloadType: "text/plain"`,
	Good:       `payloadType: "application/vnd.in-toto+json"`,
	References: []string{"DSSE v1: protocol", "in-toto attestation framework: envelope"},
})
