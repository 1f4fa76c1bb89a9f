// SPDX-License-Identifier: BSD-3-Clause

package build

import "github.com/scientific-python/sallyport/internal/finding"

const malformedSubjectHint = "attest again with actions/attest, which names each file once"

var malformedSubject = judged(rule{
	Rule: finding.Rule{
		ID:       "malformed-subject",
		Severity: finding.Error,
		Title:    "A statement's subjects do not name each file once with its SHA-256",
		Why: "A subject without a name or digest, or two subjects of one name, leave it open which file was attested. Digests " +
			"weaker than SHA-256 do not count.",
		Bad:        `"subject": [{"name": "a.whl", "digest": {"md5": "…"}}]`,
		Good:       `"subject": [{"name": "a.whl", "digest": {"sha256": "…"}}]`,
		References: []string{"in-toto attestation framework: resource descriptor", "PEP 740: attestation statement"},
	},
	kinds: both,
	judge: func(r *rule, j *judgement) {
		if p := j.att.Statement.SubjectProblem(); p != "" {
			r.deviates(j, malformedSubjectHint, "%s in the %s attestation", p, j.kind)
		}
	},
})
