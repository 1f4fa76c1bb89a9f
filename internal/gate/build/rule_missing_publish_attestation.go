// SPDX-License-Identifier: BSD-3-Clause

package build

import "github.com/scientific-python/sallyport/internal/finding"

var missingPublish = register(finding.Rule{
	ID:       "missing-publish-attestation",
	Severity: finding.Error,
	Title:    "A release file has no publish attestation",
	Why: "The policy requires that the publisher itself attests each file (PEP 740). Without it nobody can tell later whether " +
		"the index served what the trusted publisher uploaded.",
	Bad:        "require: [provenance, publish] and only provenance for the file",
	Good:       "dist/samplepkg-1.0.0.tar.gz.publish.attestation",
	References: []string{"PEP 740: publish attestation", "PyPI: attestations"},
})
