// SPDX-License-Identifier: BSD-3-Clause

package build

import "github.com/scientific-python/sallyport/internal/finding"

var _ = judged(rule{
	Rule: finding.Rule{
		ID:       "unknown-build-type",
		Severity: finding.Error,
		Title:    "The provenance is of a build type that cannot be compared with the certificate",
		Why: "The build type says what the fields of the provenance mean. Where it is unknown, nothing in the provenance can be " +
			"compared with the certificate, and it may claim anything.",
		Bad:        `"buildType": "https://example.com/my-build/v1"`,
		Good:       `"buildType": "https://actions.github.io/buildtypes/workflow/v1"`,
		References: []string{"SLSA: verifying artifacts, expectations (buildType)"},
	},
	kinds: provenance,
	judge: func(r *rule, j *judgement) {
		const hint = "attest with actions/attest, which writes GitHub's build type"
		if j.predicate.err != nil {
			r.deviates(j, hint, "%v", j.predicate.err)
		} else if !j.predicate.prov.Known {
			r.deviates(j, hint, "the provenance's build type is %s, which is not one that sallyport can compare with the certificate", orNothing(j.predicate.prov.BuildType))
		}
	},
})
