// SPDX-License-Identifier: BSD-3-Clause

package gate

import "github.com/scientific-python/sallyport/internal/finding"

// PolicyUnread is applied by whoever reads the policy.
var PolicyUnread = finding.Rule{
	ID:          "policy-unread",
	Gate:        finding.Build,
	Severity:    finding.Error,
	OnUnchecked: finding.Block,
	Title:       "The policy file at the run's commit could not be read",
	Why: "In a workflow the policy is read as it stands at the run's own commit, not from the work tree, which any step before " +
		"may have changed. Where it cannot be read, judging by defaults would drop what the project asked for.",
	Bad:        "403 for repos/octo-sci/samplepkg/contents/.github/sallyport.yml",
	Good:       "permissions: contents: read",
	References: []string{"GitHub: permissions for the GITHUB_TOKEN"},
}

// PolicyFromWorkTree is applied by whoever reads the policy.
var PolicyFromWorkTree = finding.Rule{
	ID:          "policy-from-work-tree",
	Gate:        finding.Build,
	Severity:    finding.Warning,
	OnUnchecked: finding.Block,
	Waivable:    false,
	Title:       "In a workflow, the policy was read from a file that earlier steps could write",
	Why: "A build step that is taken over can rewrite a file in the work tree, the policy included, and then everything it " +
		"produces fits. Without --policy the file is read at the run's commit instead.",
	Bad:        "sallyport verify --policy .github/sallyport.yml dist/ in a workflow step",
	Good:       "sallyport verify dist/ in a workflow step",
	References: []string{"SPEC 8: hardening workflows"},
}
