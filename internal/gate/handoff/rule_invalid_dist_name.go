// SPDX-License-Identifier: BSD-3-Clause

package handoff

import "github.com/scientific-python/sallyport/internal/finding"

var _ = register(finding.Rule{
	ID:       "invalid-dist-name",
	Severity: finding.Error,
	Title:    "A file is named like a release file, but not by the specification",
	Why: "Installers read the project, the version and the platform from the file's name. A name that the specification does " +
		"not allow is read differently by different tools, or refused by the index after the other files are already there.",
	Bad:        "samplepkg-1.0-py3-none-any.WHL, foo__bar-1.0-py3-none-any.whl",
	Good:       "samplepkg-1.0-py3-none-any.whl, samplepkg-1.0.tar.gz",
	References: []string{"PyPA: binary distribution format", "PEP 625: source distribution file names"},
}, func(r *release, rule *finding.Rule) {
	for _, f := range r.in.Files.Invalid {
		found := rule.Found(f.Path, "rename or rebuild the file with a current build back-end, or remove it", "%s", f.Reason)
		found.Location.File = f.Path
		r.res.Add(found)
	}
})
