// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

var _ = register(finding.Rule{
	ID:       "attestation-not-bound-to-build",
	Severity: finding.Note,
	Waivable: true,
	Title:    "The job that attests takes its files by a name that another job could have stored",
	Why: "Any job of the run can store or replace an artifact of that name, and the provenance then vouches for files that the build never made. " +
		"A job of its own for provenance is right: no code of the build runs in it. The id of the artifact, or a digest, handed over as an output " +
		"of the build job cannot be taken by others.",
	Bad: "attest:\n  needs: build\n  steps:\n    - uses: actions/download-artifact@…\n      with: {name: dist, path: dist/}\n" +
		"    - uses: actions/attest-build-provenance@…",
	Good: "attest:\n  needs: build\n  steps:\n    - uses: actions/download-artifact@…\n" +
		"      with: {artifact-ids: \"${{ needs.build.outputs.artifact-id }}\", path: dist/}\n    - uses: actions/attest-build-provenance@…",
	References: []string{"SLSA: provenance is unforgeable", "SPEC 8: adopt SLSA"},
}, func(a *audit, rule *finding.Rule) {
	for _, j := range a.in.Graph.Jobs {
		if sp := a.spot(j); j.Calls || j.Remote != nil || sp != nil && sp.publishes {
			continue
		}
		for _, s := range a.signings(j) {
			d := a.takesRelease(j, s.step)
			if d == nil || d.By == graph.ByID || boundDigest(s) || ofMatrix(d) {
				continue
			}
			f := a.at(rule, j, d.File, d.Line,
				"give the build job an output with the id of its artifact (outputs.artifact-id of actions/upload-artifact) and fetch by artifact-ids",
				"job %q attests with %s what it fetches %s, and not by the id of the artifact that the build job stored", j.Job.ID.Value, s.what, selection(d))
			if d.By == graph.ByName && len(d.From) == 1 && d.Step.Step != nil && d.Step.Step.Uses != nil && len(d.Step.Chain) == 0 {
				from := d.From[0].Step.Job.Job.ID.Value
				f.Fix = strings.ReplaceAll(a.source(d.File).WithInput(d.Step.Step, "name", "@"), "name: @", "artifact-ids: ${{ needs."+from+".outputs.artifact-id }}")
			}
			a.add(f)
			break
		}
	}
})

// ofMatrix reports whether a download takes several artifacts by a pattern:
// each leg of a matrix has an id of its own, and outputs hand over only one.
func ofMatrix(d *graph.Download) bool {
	return d.By == graph.ByPattern && (len(d.From) > 1 || slices.ContainsFunc(d.From, func(u *graph.Upload) bool { return strings.Contains(u.Pattern, "*") }))
}

// boundDigest reports whether what is signed is named by digests that another
// job handed over.
func boundDigest(s signing) bool {
	return strings.Contains(s.step.With["subject-digest"], "needs.") || s.signed != nil && strings.Contains(s.signed.Checksums, "needs.")
}

// selection says how a download chooses, for messages.
func selection(d *graph.Download) string {
	switch d.By {
	case graph.ByName:
		return "by the name \"" + d.Text + "\""
	case graph.ByPattern:
		return "by the pattern \"" + d.Text + "\""
	case graph.ByID:
		return "by its id"
	}
	return "without naming it"
}
