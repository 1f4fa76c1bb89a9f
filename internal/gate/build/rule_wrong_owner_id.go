// SPDX-License-Identifier: BSD-3-Clause

package build

import "github.com/scientific-python/sallyport/internal/finding"

var _ = judged(rule{
	Rule: finding.Rule{
		ID:       "wrong-owner-id",
		Severity: finding.Error,
		Title:    "The repository's owner has the right name and another numeric id",
		Why: "An account or organisation that was deleted or renamed leaves its name to whoever registers it next, with all " +
			"repositories that they create under it. The numeric id is never given out twice; the index compares it too.",
		Bad:        "owner-id: 400500 in the policy, 777777 in the certificate",
		Good:       "the same id in both",
		References: []string{"PyPI: account resurrection attacks", "Fulcio: 1.3.6.1.4.1.57264.1.17"},
	},
	kinds:    both,
	identity: true,
	judge: func(r *rule, j *judgement) {
		if want := j.pol.Publisher.OwnerID; want != "" && j.id.OwnerID != want {
			r.deviates(j, "if the project moved to a new owner, change publisher.owner-id in the policy; otherwise the owner's name was taken over",
				"the %s attestation's owner id is %s, the policy says %q", j.kind, orNothing(j.id.OwnerID), want)
		}
	},
})
