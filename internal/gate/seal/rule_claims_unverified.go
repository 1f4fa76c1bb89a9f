// SPDX-License-Identifier: BSD-3-Clause

package seal

import "github.com/scientific-python/sallyport/internal/finding"

// ClaimsUnverified is used also by who cannot tell whether this job uploads.
var ClaimsUnverified = register(finding.Rule{
	ID:       "claims-unverified",
	Severity: finding.Error,
	Title:    "Nothing that is proved says which job this is",
	Why: "What a job says of itself in its environment, an earlier step can have written. GitHub signs a token that says which repository, workflow, " +
		"environment, commit and event a job is of, and the index decides by it. The gate asks for one that nobody else accepts, " +
		"verifies it, and knows before the upload what the index will see. Without it none of that is known.",
	Bad:        "a job without permissions: id-token: write",
	Good:       "permissions:\n  id-token: write   # in the job that uploads, and in no other",
	References: []string{"SPEC 8: OIDC through Trusted Publishers", "GitHub: OpenID Connect"},
}, func(j *job, rule *finding.Rule) {
	if j.in.Claims != nil {
		return
	}
	why := j.in.WhyNoClaims
	if why == "" {
		why = "no token was asked for"
	}
	j.res.Skip(rule.Undecided(thisJob, "%s; so it is not known whether this job is the publisher, what the index would say to it, "+
		"and whether its event, ref, runner, commit and run are those of the release", why))
})
