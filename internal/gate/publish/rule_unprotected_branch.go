// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"github.com/scientific-python/sallyport/internal/finding"
)

var _ = register(finding.Rule{
	ID:       "unprotected-branch",
	Severity: finding.Warning,
	Waivable: true,
	Title:    "The default branch, from which releases are made, is not protected",
	Why: "The workflow that publishes lives on the default branch. Where that may be pushed to without a review, one stolen account " +
		"rewrites the workflow itself, and every other protection of the release with it.",
	Bad:        "main: no branch protection and no ruleset",
	Good:       "main: changes need a pull request with one approval; force pushes are blocked",
	References: []string{"SPEC 8: hardening workflow environment permissions", "SSDF PS.1.1"},
}, func(a *audit, rule *finding.Rule) {
	trusted := a.trusted()
	if len(trusted) == 0 {
		return
	}
	if a.in.Settings.WhyNot != "" {
		a.skip(rule.Undecided("", "%s; compare under Settings > Branches and Settings > Rules: the default branch needs a review", a.in.Settings.WhyNot))
		return
	}
	answer := a.in.Settings.GitHub.DefaultBranch()
	switch {
	case answer.Err != nil:
		a.skip(rule.Undecided("", "the default branch could not be read: %s; compare under Settings > Branches and Settings > Rules", whyUnread(answer.Err)))
	case !answer.Value.Protected:
		j := trusted[0].Step.Job
		f := a.at(rule, j, j.File.Path, j.Job.Pos.Line, "protect it under Settings > Branches or Settings > Rules: require a pull request with one approval, block force pushes",
			"the default branch %q is not protected, and the workflow that publishes is on it", answer.Value.Name)
		f.Subject = ""
		a.add(f)
	}
})
