// SPDX-License-Identifier: BSD-3-Clause

package gate

import "github.com/scientific-python/sallyport/internal/finding"

var unusedIgnore = finding.Rule{
	ID:          "unused-ignore",
	Gate:        finding.Handoff,
	Severity:    finding.Note,
	OnUnchecked: finding.List,
	Title:       "An ignore entry of the policy was not needed",
	Why: "What the entry waived is not found any more. An entry that stays behind would waive the next finding of that rule, " +
		"which nobody has looked at.",
	Bad:        "ignore: [{rule: attested-in-publish-job, …}] after the attest step was moved",
	Good:       "only entries that waive something",
	References: []string{"SPEC 8: review of the release process"},
}
