// SPDX-License-Identifier: BSD-3-Clause

package handoff

import "github.com/scientific-python/sallyport/internal/finding"

var _ = register(finding.Rule{
	ID:       "hidden-file",
	Severity: finding.Note,
	Waivable: true,
	Title:    "There is a hidden file in the folder",
	Why: "Uploaders pass over files whose name begins with a dot, and uv leaves a .gitignore in dist/ on purpose. It is shown " +
		"so that nothing in the folder goes unmentioned.",
	Bad:        "dist/.samplepkg-1.0.0.tar.gz",
	Good:       "no hidden files",
	References: []string{"SPEC 8: release artifacts"},
}, func(r *release, rule *finding.Rule) {
	for _, p := range r.in.Files.Hidden {
		r.res.Add(rule.Found(p, "nothing to do: no uploader takes it", "%q is hidden and was not looked at", p))
	}
})
