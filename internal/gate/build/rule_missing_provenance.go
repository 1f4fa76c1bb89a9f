// SPDX-License-Identifier: BSD-3-Clause

package build

import "github.com/scientific-python/sallyport/internal/finding"

var missingHint = map[kind]string{
	provenance: "attest every release file in the build (sallyport attest, or actions/attest with subject-path: dist/*), and let the attestation lie beside the file, on GitHub, or where --bundle (the action's input bundles) says; if nobody knows the file, find out how it got there before you remove it",
	publish:    "let PyPI's publish action upload the file (it makes publish attestations), or take \"publish\" out of the policy's require",
}

var missingProvenance = register(finding.Rule{
	ID:       "missing-provenance",
	Severity: finding.Error,
	Title:    "A release file has no build provenance",
	Why: "Nothing shows where the file was built. It may have been made on a laptop, or put into the folder by whoever could " +
		"write to it; the files of Ultralytics 8.3.45 and 8.3.46 that were uploaded with a leftover token had none.",
	Bad:        "dist/samplepkg-1.0.0.tar.gz, and no attestation whose subject has its digest",
	Good:       "dist/samplepkg-1.0.0.tar.gz and dist/samplepkg-1.0.0.tar.gz.slsa.attestation",
	References: []string{"SPEC 8: build provenance attestations", "SLSA: Build L1 provenance exists"},
})
