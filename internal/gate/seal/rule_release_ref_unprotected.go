// SPDX-License-Identifier: BSD-3-Clause

package seal

import "github.com/scientific-python/sallyport/internal/finding"

var _ = register(finding.Rule{
	ID:          "release-ref-unprotected",
	Severity:    finding.Warning,
	OnUnchecked: finding.List,
	Waivable:    true,
	Title:       "The branch or tag of this release is protected by no rule",
	Why: "Whoever may push can move an unprotected tag, or put one on any commit, and so start a release of it with a workflow file of their own. " +
		"The token says whether a rule protects the ref, though not which; the index does not ask.",
	Bad:        "ref refs/tags/v1.0.0, ref_protected false",
	Good:       "a ruleset for tags v* that restricts who creates, updates and deletes them: ref_protected true",
	References: []string{"SPEC 8: protected tags", "GitHub: rulesets", "GitHub: OpenID Connect"},
}, func(j *job, rule *finding.Rule) {
	c := j.verified()
	switch {
	case c == nil || c.RefProtected == "true":
	case c.RefProtected == "false":
		j.res.Add(rule.Found(thisJob, "add a ruleset under Settings > Rules > Rulesets that lets only maintainers create, update and delete the tags that start a release",
			"the ref %q is protected by no rule of the repository", c.Ref))
	default:
		j.res.Skip(rule.Undecided(thisJob, "the token does not say whether the ref %q is protected; look under Settings > Rules > Rulesets", c.Ref))
	}
})
