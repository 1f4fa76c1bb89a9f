// SPDX-License-Identifier: BSD-3-Clause

package handoff

import "github.com/scientific-python/sallyport/internal/finding"

var _ = register(finding.Rule{
	ID:       "no-dists",
	Severity: finding.Error,
	Title:    "There are no release files",
	Why: "An empty folder has nothing wrong in it, and a check that passes on it would pass when the build or the download " +
		"silently produced nothing. No files means that nothing was checked.",
	Bad:        "sallyport verify dist/, and dist/ is empty",
	Good:       "dist/samplepkg-1.0.0.tar.gz and its wheels",
	References: []string{"SPEC 8: release artifacts"},
}, func(r *release, rule *finding.Rule) {
	if len(r.in.Files.Dists) == 0 {
		r.res.Skip(rule.Undecided("", "no wheel (.whl) or source distribution (.tar.gz) was found; name the folder that holds them, and see whether the build or the artifact's download made any"))
	}
})
