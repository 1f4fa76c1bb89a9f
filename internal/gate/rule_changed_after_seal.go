// SPDX-License-Identifier: BSD-3-Clause

package gate

import "github.com/scientific-python/sallyport/internal/finding"

// ChangedAfterSeal is what the action's second look finds, at the end of the
// job that uploads.
var ChangedAfterSeal = finding.Rule{
	ID:          "changed-after-seal",
	Gate:        finding.Handoff,
	Severity:    finding.Error,
	OnUnchecked: finding.Block,
	Title:       "After the seal, the files that were sealed have changed",
	Why: "The upload happens after the seal, in the same job. A step in between, or the uploader itself, can change the files " +
		"first. At the end of the job the folder is compared once more: this does not stop the upload, which has happened, but it " +
		"is known at once and not when somebody else finds it.",
	Bad:        "a step between the seal and the upload that writes to dist/",
	Good:       "the upload directly after the seal, and nothing that writes to the folder",
	References: []string{"SPEC 8: build and publish in separate jobs", "PyPI: yanking a release"},
}
