// SPDX-License-Identifier: BSD-3-Clause

package publish

import "github.com/scientific-python/sallyport/internal/finding"

var _ = register(finding.Rule{
	ID:       "release-process-undocumented",
	Severity: finding.Note,
	Waivable: true,
	Title:    "How a release is made is not written down",
	Why: "When the one person who makes releases is away, or an account is lost, the next release is made from memory and under pressure: with a token " +
		"from a laptop, past the gates. A page that lists each step and the permissions it needs is also what shows that a release was not made that way.",
	Bad:        "# neither RELEASING.md nor a page on releases in the documentation",
	Good:       "# RELEASING.md\n1. Tag the commit: git tag -s v1.2.3 && git push origin v1.2.3\n2. A second maintainer approves the environment pypi",
	References: []string{"SPEC 8: document the release process", "SPEC 6: restricted resources are documented"},
}, func(a *audit, rule *finding.Rule) {
	all := a.releases()
	if a.in.Files.ReleaseDoc != "" || len(all) == 0 {
		return
	}
	j := all[0].Step.Job
	a.add(a.at(rule, j, j.File.Path, j.Job.Pos.Line, "write RELEASING.md: each step of a release, who may take it, and what to do when it goes wrong",
		"job %q publishes releases, and no RELEASING.md or release page in the documentation says how a release is made", j.Job.ID.Value))
})
