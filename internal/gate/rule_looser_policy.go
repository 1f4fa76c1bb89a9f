// SPDX-License-Identifier: BSD-3-Clause

package gate

import "github.com/scientific-python/sallyport/internal/finding"

// LooserPolicy is applied by whoever reads the policy of two commits.
var LooserPolicy = finding.Rule{
	ID:          "looser-policy",
	Gate:        finding.Build,
	Severity:    finding.Warning,
	OnUnchecked: finding.List,
	Title:       "The policy lets more pass than at the previous release",
	Why: "Whoever can push a tag brings the policy along with it: the same commit that changes the code can allow another " +
		"workflow, another runner or a branch. Such a change may be meant. It is shown with what stood there before, so that " +
		"whoever approves the release sees it. It is shown once: what the previous tag has already, also one whose release was stopped, is not new.",
	Bad:        "v1.0: runners: github-hosted\nv1.1: runners: any",
	Good:       "the policy of the previous release, or a stricter one",
	References: []string{"SPEC 8: protected tags and branches", "SSDF PS.1: protect all forms of code"},
}
