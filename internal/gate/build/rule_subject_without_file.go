// SPDX-License-Identifier: BSD-3-Clause

package build

import "github.com/scientific-python/sallyport/internal/finding"

var subjectWithoutFile = register(finding.Rule{
	ID:       "subject-without-file",
	Severity: finding.Note,
	Waivable: true,
	Title:    "An attested file is not among the files",
	Why: "The build attested more than what is here. That is usual where some wheels are not meant for the index (numpy takes " +
		"its wasm wheels out); it is shown so that a wheel lost on the way is noticed.",
	Bad:        "provenance for 60 wheels, 59 in the folder, and nobody left one out on purpose",
	Good:       "provenance for 60 wheels, all in the folder",
	References: []string{"SPEC 8: build provenance attestations"},
})
