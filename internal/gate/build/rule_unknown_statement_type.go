// SPDX-License-Identifier: BSD-3-Clause

package build

import (
	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/finding"
)

var _ = judged(rule{
	Rule: finding.Rule{
		ID:       "unknown-statement-type",
		Severity: finding.Error,
		Title:    "The signed statement is not of a version that is known",
		Why: "The statement's type says how its subjects and predicate are to be read. An unknown one may mean anything; the old " +
			"version 0.1 is accepted only together with SLSA provenance v0.2 from a reusable workflow that the policy lists " +
			"(slsa-github-generator), and never in PEP 740 form.",
		Bad:        `"_type": "https://example.com/not-a-statement"`,
		Good:       `"_type": "https://in-toto.io/Statement/v1"`,
		References: []string{"in-toto attestation framework: statement v1", "PEP 740: attestation statement"},
	},
	kinds: both,
	judge: func(r *rule, j *judgement) {
		st := j.att.Statement
		old := st.PredicateType == evidence.PredicateProvenanceV02
		switch {
		case st.Type == evidence.StatementV1 && !old:
		case st.Type == evidence.StatementV01 && old && j.att.Form == evidence.Bundle && (j.foreign || listed(j) != nil):
		case st.Type == evidence.StatementV01 && old && j.att.Form == evidence.Bundle:
			r.deviates(j, "add the reusable workflow that signed to builder.signers, or attest with actions/attest",
				"the statement is of the old type %q, which is accepted only from a signer listed in the policy, and %s is not one", st.Type, orNothing(j.id.SignerURI))
		default:
			r.deviates(j, "make the attestation with actions/attest or PyPI's publish action",
				"the statement's type is %q with predicate type %q, expected %q", st.Type, st.PredicateType, evidence.StatementV1)
		}
	},
})
