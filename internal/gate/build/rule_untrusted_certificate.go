// SPDX-License-Identifier: BSD-3-Clause

package build

import "github.com/scientific-python/sallyport/internal/finding"

var untrustedCertificate = register(finding.Rule{
	ID:       "untrusted-certificate",
	Severity: finding.Error,
	Title:    "The signing certificate was not issued by a trusted authority, or not valid at signing time",
	Why: "The certificate says who signed. Anybody can make one that names your workflow; only one issued by the Sigstore " +
		"authority you trust was given to a job that proved its identity to GitHub. A certificate of Sigstore's staging " +
		"instance, or of somebody's own authority, proves nothing about a release.",
	Bad:        "issuer: CN=sigstore-intermediate of the staging instance",
	Good:       "issuer: CN=sigstore-intermediate, O=sigstore.dev, valid at the signing time",
	References: []string{"Sigstore: client specification, certificate verification"},
})
