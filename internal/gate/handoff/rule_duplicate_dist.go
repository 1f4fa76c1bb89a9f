// SPDX-License-Identifier: BSD-3-Clause

package handoff

import (
	"fmt"

	"github.com/scientific-python/sallyport/internal/finding"
)

var _ = register(finding.Rule{
	ID:       "duplicate-dist",
	Severity: finding.Error,
	Title:    "There are two different files of one name",
	Why: "Only one of them can be uploaded, and which one depends on the order in which a tool meets them. One may be good " +
		"and attested, and the other the one that goes out.",
	Bad:        "dist/samplepkg-1.0.0.tar.gz and wheelhouse/samplepkg-1.0.0.tar.gz",
	Good:       "each file name once",
	References: []string{"SPEC 8: release artifacts"},
}, func(r *release, rule *finding.Rule) {
	for _, d := range r.in.Files.Duplicates {
		var paths []string
		for _, p := range d.Paths {
			paths = append(paths, fmt.Sprintf("%q", p))
		}
		r.res.Add(rule.Found(d.Paths[0], "keep the one that is to be published, and find out where the other came from",
			"%q is there %d times: %s", d.Filename, len(d.Paths), few(paths)))
	}
	r.twoSdists(rule)
})

// twoSdists reports two source distributions of one release: the index takes
// only one, whatever their names.
func (r *release) twoSdists(rule *finding.Rule) {
	sdists := map[string][]string{}
	for _, d := range r.in.Files.Dists {
		if d.Name.Kind == "sdist" {
			key := d.Name.Normalized + " " + d.Name.Canonical
			sdists[key] = append(sdists[key], d.Name.Filename)
		}
	}
	for _, d := range r.in.Files.Dists {
		key := d.Name.Normalized + " " + d.Name.Canonical
		names := sdists[key]
		if d.Name.Kind == "sdist" && len(names) > 1 && names[0] != names[1] && names[0] == d.Name.Filename {
			r.res.Add(rule.Found(d.Path, "keep one source distribution", "there are %d source distributions of %s: %s; the index takes one", len(names), key, few(names)))
		}
	}
}
