// SPDX-License-Identifier: BSD-3-Clause

package build

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
)

var _ = judged(rule{
	Rule: finding.Rule{
		ID:       "incomplete-predicate",
		Severity: finding.Error,
		Title:    "The provenance leaves out what its build type always states",
		Why: "Provenance without a commit, workflow or run does not say what was built, by what, or when. What is left out cannot " +
			"contradict the certificate, and is missed by everybody who reads the provenance later.",
		Bad:        `"resolvedDependencies": []`,
		Good:       `"resolvedDependencies": [{"uri": "git+https://github.com/…@refs/tags/v1.0.0", "digest": {"gitCommit": "…"}}]`,
		References: []string{"SLSA: provenance v1, GitHub Actions workflow build type"},
	},
	kinds: provenance,
	judge: func(r *rule, j *judgement) {
		if j.predicate.err != nil || !j.predicate.prov.Known || len(j.predicate.prov.Missing) == 0 {
			return
		}
		var missing []string
		for _, a := range j.predicate.prov.Missing {
			missing = append(missing, string(a))
		}
		r.deviates(j, "attest with actions/attest", "the provenance does not state: %s", strings.Join(missing, ", "))
	},
})
