// SPDX-License-Identifier: BSD-3-Clause

package publish

import "github.com/scientific-python/sallyport/internal/finding"

var _ = register(finding.Rule{
	ID:       "unsigned-release-commit",
	Severity: finding.Note,
	Waivable: true,
	Title:    "The commit that is released carries no signature that GitHub could verify",
	Why: "A signed commit shows that it was made with a key of its author, and not by whoever got hold of a password. For the commit that " +
		"becomes a release this is the cheapest proof that a release manager stands behind it.",
	Bad:        "commit 0123abc: unsigned",
	Good:       "commit 0123abc: Verified",
	References: []string{"SPEC 8: hardening workflow environment permissions (signed commits)", "SSDF PS.1.1"},
}, func(a *audit, rule *finding.Rule) {
	if a.in.Commit == "" || a.in.Settings.WhyNot != "" || len(a.trusted()) == 0 {
		return // nobody asked which commit is released
	}
	answer := a.in.Settings.GitHub.Release()
	switch {
	case answer.Err != nil:
		a.skip(rule.Undecided("", "the signature of commit %s could not be read: %s", a.in.Commit, whyUnread(answer.Err)))
	case !answer.Value.Verified:
		a.add(rule.Found("", "sign release commits; GitHub shows them as \"Verified\"", "commit %s has no signature that GitHub could verify (%s)", a.in.Commit, answer.Value.Reason))
	}
})
