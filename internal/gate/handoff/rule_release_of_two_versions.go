// SPDX-License-Identifier: BSD-3-Clause

package handoff

import (
	"fmt"

	"github.com/scientific-python/sallyport/internal/finding"
)

var _ = register(finding.Rule{
	ID:       "release-of-two-versions",
	Severity: finding.Error,
	Title:    "The files are of two versions",
	Why: "A folder with files of an earlier release uploads them too: as new files of an old version, which people who pinned " +
		"that version will install.",
	Bad:        "dist/samplepkg-1.0.0.tar.gz and dist/samplepkg-0.9.0-py3-none-any.whl",
	Good:       "all files of one version",
	References: []string{"SPEC 8: release artifacts"},
}, func(r *release, rule *finding.Rule) {
	first := map[string]string{} // project -> version
	for _, d := range r.in.Files.Dists {
		v, ok := first[d.Name.Normalized]
		if !ok {
			first[d.Name.Normalized] = d.Name.Canonical
			continue
		}
		if v != d.Name.Canonical {
			r.res.Add(rule.Found(d.Path, "empty the folder before the build, and verify one release at a time",
				"%q is of version %q, other files are of version %s", d.Name.Filename, d.Name.Canonical, fmt.Sprintf("%q", v)))
		}
	}
})
