// SPDX-License-Identifier: BSD-3-Clause

package gate

import "github.com/scientific-python/sallyport/internal/finding"

// AuditedWorkTree is applied by whoever reads the workflows.
var AuditedWorkTree = finding.Rule{
	ID:          "audited-work-tree",
	Gate:        finding.Publish,
	Severity:    finding.Note,
	OnUnchecked: finding.Block,
	Title:       "The workflow files were read as they lie in the folder, not at a commit",
	Why: "GitHub runs the files of a commit. Those that lie in a folder may have been edited since, and in a workflow any earlier " +
		"step can rewrite them, so what was audited may not be what runs.",
	Bad:        "sallyport audit in a folder without .git, or with --work-tree",
	Good:       "sallyport audit in a checkout: the files of its commit are read from git's objects",
	References: []string{"SLSA: source integrity", "SPEC 8: hardening workflow environment permissions"},
}

// UncommittedWorkflow is applied by whoever reads the workflows.
var UncommittedWorkflow = finding.Rule{
	ID:          "uncommitted-workflow",
	Gate:        finding.Publish,
	Severity:    finding.Note,
	OnUnchecked: finding.List,
	Title:       "A workflow file in the folder differs from the commit that was audited",
	Why: "In a checkout the files of its commit are audited, since those are what GitHub runs. A change that is not committed yet " +
		"is not looked at, which is easily overlooked while mending a workflow.",
	Bad:        "git status: modified: .github/workflows/release.yml",
	Good:       "a clean work tree, or sallyport audit --work-tree",
	References: []string{"SLSA: source integrity"},
}
