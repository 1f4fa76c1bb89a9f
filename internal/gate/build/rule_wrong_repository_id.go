// SPDX-License-Identifier: BSD-3-Clause

package build

import "github.com/scientific-python/sallyport/internal/finding"

var _ = judged(rule{
	Rule: finding.Rule{
		ID:       "wrong-repository-id",
		Severity: finding.Error,
		Title:    "The repository has the right name and another numeric id",
		Why: "Names can be taken over: when a repository is deleted or renamed, somebody else may create one of that name. The " +
			"numeric id is never given out twice.",
		Bad:        "repository-id: 100200300 in the policy, 999999999 in the certificate",
		Good:       "the same id in both",
		References: []string{"PyPI: account resurrection attacks", "Fulcio: 1.3.6.1.4.1.57264.1.15"},
	},
	kinds:    both,
	identity: true,
	judge: func(r *rule, j *judgement) {
		if want := j.pol.Publisher.RepositoryID; want != "" && j.id.RepositoryID != want {
			r.deviates(j, "if the repository was created anew on purpose, change publisher.repository-id in the policy; otherwise its name was taken over",
				"the %s attestation's repository id is %s, the policy says %q", j.kind, orNothing(j.id.RepositoryID), want)
		}
	},
})
