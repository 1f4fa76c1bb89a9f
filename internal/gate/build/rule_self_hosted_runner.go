// SPDX-License-Identifier: BSD-3-Clause

package build

import "github.com/scientific-python/sallyport/internal/finding"

var _ = judged(rule{
	Rule: finding.Rule{
		ID:       "self-hosted-runner",
		Severity: finding.Error,
		Title:    "The file was built on a runner that is not GitHub's",
		Why: "A hosted runner is a fresh machine for each job. A self-hosted one may keep what an earlier job, perhaps of a pull " +
			"request, left on it, and is only as safe as whoever looks after it. The index does not check.",
		Bad:        "runner environment self-hosted",
		Good:       "runner environment github-hosted",
		References: []string{"SLSA: Build L3 isolation", "Fulcio: 1.3.6.1.4.1.57264.1.11"},
	},
	kinds:    both,
	identity: true,
	judge: func(r *rule, j *judgement) {
		if j.pol.Builder.Runners == "any" || j.id.Runner == "github-hosted" {
			return
		}
		r.deviates(j, "build on runs-on: ubuntu-latest (or another hosted runner); if you need your own machines, write builder: {runners: any} into the policy",
			"the %s attestation was made on runner %s, expected %q", j.kind, orNothing(j.id.Runner), "github-hosted")
	},
})
