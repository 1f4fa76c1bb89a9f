// SPDX-License-Identifier: BSD-3-Clause

package seal

import (
	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/policy"
)

var _ = register(finding.Rule{
	ID:       "ledger-of-another-commit",
	Severity: finding.Error,
	Title:    "The files that were verified are not of the commit that this run releases",
	Why: "The ledger says which commit the files were built from; the token says which one this run is of. Files of an older commit are genuine, " +
		"and not this release: perhaps one with a hole that the tag says is closed.",
	Bad:        "ledger: commit 1111…; token: commit 2222…",
	Good:       "one commit in both; or, where the files come from elsewhere on purpose, builder: {run: any}",
	References: []string{"SPEC 8: build and publish in one workflow", "GitHub: OpenID Connect"},
}, func(j *job, rule *finding.Rule) {
	c := j.verified()
	if c == nil || j.in.Commit == "" || !j.oneRun() {
		return
	}
	if !policy.SameDigest(j.in.Commit, c.SHA) {
		j.res.Add(rule.Found(thisJob, "take the ledger from the job of this run that verified the files; if it is that one, find out how files of another commit got into the artifact",
			"the ledger is of commit %q, this run of %q", j.in.Commit, c.SHA))
	}
})

// oneRun reports whether the policy has the files built by the run that
// publishes them, from the repository that publishes: else neither commit nor
// run need be this one's.
func (j *job) oneRun() bool {
	p := j.in.Policy
	return p.Builder.Run != policy.RunAny &&
		(p.Source.Repository == "" || j.in.Claims == nil || policy.SameName(p.Source.Repository, j.in.Claims.Repository))
}
