// SPDX-License-Identifier: BSD-3-Clause

package build

import "github.com/scientific-python/sallyport/internal/finding"

var _ = judged(rule{
	Rule: finding.Rule{
		ID:       "wrong-instance",
		Severity: finding.Error,
		Title:    "The attestation was signed by another Sigstore instance than the policy names",
		Why: "The public instance writes every signature into a public log; GitHub's own, for private repositories, does not. " +
			"Which one a project uses does not change from release to release.",
		Bad:        "instance: public-good in the policy and an attestation of GitHub's instance",
		Good:       "an attestation of the instance that the policy names",
		References: []string{"GitHub: artifact attestations", "Sigstore: trust roots"},
	},
	kinds:    both,
	identity: true,
	judge: func(r *rule, j *judgement) {
		switch {
		case j.pol.Builder.Instance == "public-good" && !j.att.Root.HasTlog:
			r.deviates(j, "attest with the public instance, or write builder: {instance: github} into the policy",
				"the %s attestation was signed by an instance without a transparency log, the policy says %q", j.kind, "public-good")
		case j.pol.Builder.Instance == "github" && j.att.Root.HasTlog:
			r.deviates(j, "write builder: {instance: public-good} into the policy if the repository is public now",
				"the %s attestation was signed by an instance with a public log, the policy says %q", j.kind, "github")
		}
	},
})
