// SPDX-License-Identifier: BSD-3-Clause

package handoff

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
)

var _ = register(finding.Rule{
	ID:       "attestation-stops-upload",
	Severity: finding.Warning,
	Waivable: true,
	Title:    "An attestation lies in the folder in a form that uploaders stop at",
	Why: "twine and PyPI's publish action know only files named DIST.publish.attestation and DIST.slsa.attestation. They take " +
		"a Sigstore bundle or a .jsonl file in the same folder for a release file of an unknown format, and stop.",
	Bad:        "dist/samplepkg-1.0.0.tar.gz.sigstore.json",
	Good:       "dist/samplepkg-1.0.0.tar.gz.slsa.attestation, bundles in another folder",
	References: []string{"PyPI: uploading with twine", "PEP 740: upload"},
}, func(r *release, rule *finding.Rule) {
	var seen []string
	for _, a := range r.in.Attestations {
		if a.Origin.Local() && !strings.HasSuffix(a.Source, ".attestation") && slices.Contains(r.in.Files.Beside, a.Source) && !slices.Contains(seen, a.Source) {
			seen = append(seen, a.Source)
			r.res.Add(rule.Found(a.Source, "if this folder is uploaded as it is, keep bundles in another folder and name it with --bundle",
				"%q is an attestation that uploaders do not know by this name", filepath.Base(a.Source)))
		}
	}
})
