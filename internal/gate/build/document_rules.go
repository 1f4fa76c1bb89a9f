// SPDX-License-Identifier: BSD-3-Clause

package build

import (
	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/finding"
)

// documentRules maps the kinds of problem that evidence reports to rules.
var documentRules = map[evidence.Kind]*finding.Rule{
	evidence.Malformed:   malformedAttestation,
	evidence.Unsupported: unsupportedAttestation,
	evidence.Certificate: untrustedCertificate,
	evidence.Log:         unverifiedLogEntry,
	evidence.Timestamp:   unverifiedTimestamp,
	evidence.SCT:         unverifiedSCT,
	evidence.Signature:   invalidSignature,
	evidence.PayloadType: wrongPayloadType,
	evidence.BadContent:  malformedStatement,
}
