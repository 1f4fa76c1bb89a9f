// SPDX-License-Identifier: BSD-3-Clause

package build

import (
	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/policy"
)

// Registered is the publisher that the index names for the newest release with
// provenance, where there is no policy file to say it.
type Registered struct {
	Repository, Workflow, Environment string
	// File is the release file that it was read from.
	File string
}

var publisherDiffersFromIndex = register(finding.Rule{
	ID:       "publisher-differs-from-index",
	Severity: finding.Error,
	Title:    "The publisher is another one than at the last release",
	Why: "Without a policy file, what is expected comes from the last release on the index. If this run or the flags name " +
		"another repository or workflow, either the project has moved, or this is not the project.",
	Bad:        "last release by octo-sci/samplepkg release.yml, this run is octo-sci/samplepkg publish.yml",
	Good:       "the same repository and workflow, or a policy file that names the new ones",
	References: []string{"PyPI: trusted publishers", "PEP 740: provenance objects"},
})

var _ = together(func(r *release) {
	reg := r.in.Registered
	if reg == nil {
		return
	}
	const hint = "if the project has moved, write the new publisher into .github/sallyport.yml"
	p := r.in.Policy.Publisher
	if p.Repository != "" && !policy.SameName(reg.Repository, p.Repository) {
		r.res.Add(publisherDiffersFromIndex.Found("", hint, "the repository is %q, the last release with provenance on the index (%s) is from %q", p.Repository, reg.File, reg.Repository))
	}
	if p.Workflow != "" && !policy.Same(reg.Workflow, p.Workflow) {
		r.res.Add(publisherDiffersFromIndex.Found("", hint, "the workflow is %q, the last release with provenance on the index (%s) was published by %q", p.Workflow, reg.File, reg.Workflow))
	}
})
