// SPDX-License-Identifier: BSD-3-Clause

package build

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
)

var _ = judged(rule{
	Rule: finding.Rule{
		ID:       "unknown-external-parameters",
		Severity: finding.Error,
		Title:    "The provenance has external parameters that the build type does not define",
		Why: "External parameters are what steered the build from outside. One that a verifier does not know may have changed " +
			"what was built, so SLSA asks verifiers to refuse it. GitHub's own action writes none beyond the workflow.",
		Bad:        `"externalParameters": {"workflow": {…}, "patch": "https://example.com/x.diff"}`,
		Good:       `"externalParameters": {"workflow": {"ref": "…", "repository": "…", "path": "…"}}`,
		References: []string{"SLSA: verifying artifacts, expectations (externalParameters)"},
	},
	kinds: provenance,
	judge: func(r *rule, j *judgement) {
		if j.predicate.err == nil && len(j.predicate.prov.UnknownParameters) > 0 {
			r.deviates(j, "attest with actions/attest", "the provenance has unknown external parameters: %q", strings.Join(j.predicate.prov.UnknownParameters, ", "))
		}
	},
})
