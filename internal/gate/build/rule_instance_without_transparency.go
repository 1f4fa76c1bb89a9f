// SPDX-License-Identifier: BSD-3-Clause

package build

import "github.com/scientific-python/sallyport/internal/finding"

var _ = judged(rule{
	Rule: finding.Rule{
		ID:       "instance-without-transparency",
		Severity: finding.Error,
		Title:    "A public repository's attestation is in no public log",
		Why: "For a public repository GitHub signs through the public instance, and everybody can see each signature in its log. " +
			"An attestation of the instance for private repositories leaves no public trace: a misuse of your identity would " +
			"never be noticed.",
		Bad:        "repository visibility public, signed by fulcio.githubapp.com",
		Good:       "repository visibility public, signed by fulcio.sigstore.dev and logged in Rekor",
		References: []string{"GitHub: artifact attestations", "Fulcio: 1.3.6.1.4.1.57264.1.22"},
	},
	kinds:    both,
	identity: true,
	judge: func(r *rule, j *judgement) {
		if j.att.Root.HasTlog || j.id.Visibility == "private" || j.id.Visibility == "internal" {
			return
		}
		const hint = "attest again now that the repository is public; GitHub's action then uses the public instance"
		if j.pol.Builder.Instance == "github" {
			f := r.Found(j.dist.Path, hint, "the %s attestation of a repository with visibility %s is in no public log; the policy allows it with instance %q", j.kind, orNothing(j.id.Visibility), "github")
			f.Severity = finding.Warning
			j.Add(f)
			return
		}
		r.deviates(j, hint, "the %s attestation was signed by an instance without a transparency log, and the repository's visibility is %s; expected the public instance",
			j.kind, orNothing(j.id.Visibility))
	},
})
