// SPDX-License-Identifier: BSD-3-Clause

package handoff

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
)

var _ = register(finding.Rule{
	ID:       "unreadable-file",
	Severity: finding.Error,
	Title:    "A file could not be read",
	Why: "A file that cannot be opened, vanished while it was read, changed its size, or is a pipe, a device or a circle of " +
		"links, was not checked. It may be readable again when the uploader comes to it.",
	Bad:        "dist/samplepkg-1.0.0.tar.gz: permission denied",
	Good:       "regular files that the checking job may read",
	References: []string{"SLSA: verifying artifacts"},
}, func(r *release, rule *finding.Rule) {
	for _, p := range r.in.Files.Problems {
		r.res.Skip(rule.Undecided(p.Path, "%s", advised(p.Err)))
	}
	for _, p := range r.in.Unreadable {
		r.res.Skip(rule.Undecided(p.Path, "%s", advised(p.Err)))
	}
})

// advised is an error with what to do about it, which an unchecked item has no
// other place for. Where the reader knew better, it said so after a semicolon.
func advised(err error) string {
	if text := err.Error(); strings.Contains(text, "; ") {
		return text
	}
	return err.Error() + "; see that it is there, a regular file or a folder that this job may read, or leave the path out"
}
