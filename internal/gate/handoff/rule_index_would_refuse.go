// SPDX-License-Identifier: BSD-3-Clause

package handoff

import "github.com/scientific-python/sallyport/internal/finding"

// IndexWouldRefuse is applied also by whoever makes attestations.
var IndexWouldRefuse = register(finding.Rule{
	ID:       "index-would-refuse",
	Severity: finding.Error,
	Title:    "The index would refuse an attestation that goes with a file",
	Why: "The index verifies attestations as they are uploaded and refuses the file with them, when others of the same " +
		"release may already be public and their names used up for good. What it would say is known before.",
	Bad:        "a .slsa.attestation with two subjects: \"too many subjects in statement (must be exactly one)\"",
	Good:       "one subject in each .attestation file, at most one file of each type",
	References: []string{"PEP 740: attestation verification", "PyPI: upload API"},
}, func(r *release, rule *finding.Rule) {
	for i, v := range r.res.Index {
		if v.Verdict != Refuse {
			continue
		}
		for _, a := range v.Attestations {
			// With a seal the build gate, which reports some of it, is not asked.
			if a.Verdict == Refuse && (!a.elsewhere || r.in.Sealed) {
				f := rule.Found(r.in.Files.Dists[i].Path, "make the attestation again, or remove it from the folder: PyPI's publish action makes its own",
					"the index would refuse %q: %s", a.File, a.Message)
				f.Location.File = a.File
				r.res.Add(f)
			}
		}
	}
})
