// SPDX-License-Identifier: BSD-3-Clause

package build

import "github.com/scientific-python/sallyport/internal/finding"

var unsupportedAttestation = register(finding.Rule{
	ID:       "unsupported-attestation",
	Severity: finding.Error,
	Title:    "An attestation is of a form that cannot be verified",
	Why: "A bare DSSE envelope carries no certificate and no log entry, a signature by a private key names nobody, and a " +
		"bundle of an unknown version may mean something else tomorrow. None of them shows which workflow signed and when, " +
		"so none of them can count.",
	Bad:        `{"payloadType": "application/vnd.in-toto+json", "payload": "…", "signatures": […]}`,
	Good:       `{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "verificationMaterial": {…}, "dsseEnvelope": {…}}`,
	References: []string{"Sigstore: bundle format", "PEP 740: attestation objects"},
})
