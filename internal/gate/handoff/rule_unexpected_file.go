// SPDX-License-Identifier: BSD-3-Clause

package handoff

import "github.com/scientific-python/sallyport/internal/finding"

var _ = register(finding.Rule{
	ID:       "unexpected-file",
	Severity: finding.Error,
	Title:    "Something in the folder is neither a release file nor an attestation",
	Why: "Publishing tools take everything in the folder. A stray file stops the upload in the middle of a release, and a " +
		"folder that holds what nobody expected is the first sign that something else wrote to it. Directly before the upload " +
		"a symbolic link is such a thing, too: what it leads to can be exchanged, and can be another file for another program.",
	Bad:        "dist/notes.txt, dist/build/, a link to a wheel elsewhere",
	Good:       "wheels, one source distribution, and their .attestation files",
	References: []string{"PyPI: uploading with twine", "SPEC 8: release artifacts"},
}, func(r *release, rule *finding.Rule) {
	for _, p := range r.in.Stray {
		r.res.Add(rule.Found(p, "remove the file from the folder before the upload", "%q is neither a release file nor an attestation, and an uploader would take it or stop at it", p))
	}
	if r.in.Sealed || r.in.Uploading {
		for _, p := range r.in.Files.Links {
			r.res.Add(rule.Found(p, "put the file itself into the folder; artifacts hold no links, so find out which step made this one", "%q is a symbolic link: what was checked is what it leads to now, and the uploader may find another file there", p))
		}
	}
	for _, p := range r.in.Files.Folders {
		r.res.Add(rule.Found(p, "move the files up, or remove the folder", "%q is a folder inside the release folder; nothing in it was checked, and an uploader stops at it", p))
	}
})
