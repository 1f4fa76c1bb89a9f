// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"github.com/scientific-python/sallyport/internal/finding"
)

var _ = register(finding.Rule{
	ID:       "attestation-made-in-publish-job",
	Severity: finding.Warning,
	Waivable: true,
	Title:    "Build provenance is made in the job that publishes",
	Why: "A file that was swapped or added between the build and the upload is attested like the others, and no check of the attestation finds " +
		"anything wrong. Provenance says which job made a file; signed in the publishing job it covers whatever arrived there.",
	Bad: "publish:\n  environment: pypi\n  steps:\n    - uses: actions/download-artifact@…\n    - uses: actions/attest-build-provenance@…\n" +
		"    - uses: pypa/gh-action-pypi-publish@…",
	Good: "build:\n  outputs:\n    artifact-id: ${{ steps.upload.outputs.artifact-id }}\n  steps:\n    - run: python -m build\n" +
		"    - id: upload\n      uses: actions/upload-artifact@…\nattest:\n  needs: build\n  steps:\n    - uses: actions/download-artifact@…\n" +
		"      with: {artifact-ids: \"${{ needs.build.outputs.artifact-id }}\"}\n    - uses: actions/attest-build-provenance@…",
	References: []string{"SLSA: provenance is authentic", "SPEC 8: adopt SLSA"},
}, func(a *audit, rule *finding.Rule) {
	for _, sp := range a.spots {
		if !sp.publishes {
			continue
		}
		for _, s := range a.signings(sp.job) {
			if !sp.in(s.step) {
				continue
			}
			f := a.at(rule, sp.job, s.file, s.line,
				"make it in the build job; here only download and upload",
				"job %q publishes and makes build provenance with %s: it covers whatever files arrived in the job, not what the build made", sp.job.Job.ID.Value, s.what)
			a.add(sp.cap(f))
			break
		}
	}
})
