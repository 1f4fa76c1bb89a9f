// SPDX-License-Identifier: BSD-3-Clause

package handoff

import (
	"slices"

	"github.com/scientific-python/sallyport/internal/finding"
)

var _ = register(finding.Rule{
	ID:       "differs-from-build",
	Severity: finding.Error,
	Title:    "The files are not exactly those that the build made",
	Why: "The job that signs has not built the files: it takes them from an artifact, and vouches for what it finds there. " +
		"The digests that the build handed on beside the artifact say whether it is what was built. Who signs must have all of " +
		"them; a file that is left out later is a note.",
	Bad:        "an artifact in which another job has replaced a wheel",
	Good:       "sallyport attest --checksums \"$SUMS\" dist, with SUMS from an output of the build job",
	References: []string{"SPEC 8: build and publish in separate jobs", "SLSA: Build L3, isolated signing"},
}, func(r *release, rule *finding.Rule) {
	if r.in.Checksums == nil {
		return
	}
	const hint = "do not upload it: see what ran between the build and this job, and release again; take the artifact by the id that the build job gives out"
	met := map[string]bool{}
	for _, d := range r.in.Files.Dists {
		want, ok := r.in.Checksums[d.Name.Filename]
		met[d.Name.Filename] = true
		switch {
		case !ok:
			r.res.Add(rule.Found(d.Path, hint, "%q is not among the files that the build lists", d.Name.Filename))
		case !want.Equal(d.Digest):
			r.res.Add(rule.Found(d.Path, hint, "%q has sha256 %s, the build says sha256 %s", d.Name.Filename, d.Digest.Hex(), want.Hex()))
		}
	}
	var missing []string
	for name := range r.in.Checksums {
		if !met[name] {
			missing = append(missing, name)
		}
	}
	slices.Sort(missing)
	for _, name := range missing {
		f := rule.Found(name, hint, "the build lists %q, and it is not among the files", name)
		if !r.in.Exact {
			// What is not uploaded harms nobody: numpy builds wheels that PyPI does
			// not take.
			f.Severity = finding.Note
			f.Hint = "nothing, if it was left out on purpose; else take the artifact by the id that the build job gives out"
		}
		r.res.Add(f)
	}
})
