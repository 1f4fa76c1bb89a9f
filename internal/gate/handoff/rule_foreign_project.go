// SPDX-License-Identifier: BSD-3-Clause

package handoff

import (
	"slices"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/policy"
)

var _ = register(finding.Rule{
	ID:          "foreign-project",
	Severity:    finding.Error,
	OnUnchecked: finding.List,
	Title:       "A file belongs to another project",
	Why: "A trusted publisher can upload to every project it is registered for. A wheel of a second project in the folder " +
		"would be uploaded there, under the name of your release.",
	Bad:        "dist/samplepkg-1.0.0.tar.gz and dist/otherpkg-2.0.0-py3-none-any.whl",
	Good:       "all files of the project that the policy names",
	References: []string{"PyPI: trusted publishers", "SPEC 8: release artifacts"},
}, func(r *release, rule *finding.Rule) {
	want := r.in.Policy.Project
	if want != "" {
		for _, d := range r.in.Files.Dists {
			if !policy.SameProject(want, d.Name.Project) {
				r.res.Add(rule.Found(d.Path, "remove the file, or change project in the policy if it was renamed",
					"%q is of project %q, the policy says %q", d.Name.Filename, d.Name.Normalized, want))
			}
		}
		return
	}
	if len(r.in.Files.Dists) > 0 {
		r.res.Skip(rule.Undecided("", "nothing says which project this is; add project: NAME to the policy, or pass --project"))
	}
	var projects []string
	for _, d := range r.in.Files.Dists {
		if !slices.Contains(projects, d.Name.Normalized) {
			projects = append(projects, d.Name.Normalized)
		}
	}
	if len(projects) > 1 {
		r.res.Add(rule.Found("", "verify each project's release by itself, or name the project with --project",
			"the files are of %d projects: %s", len(projects), few(projects)))
	}
})
