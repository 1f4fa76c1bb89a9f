// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

var _ = register(finding.Rule{
	ID:       "self-attested",
	Severity: finding.Error,
	Waivable: true,
	Title:    "One job makes the attestations and checks them",
	Why: "A job that signs the files it holds and then verifies those signatures passes with any files: what was swapped before is signed and " +
		"verified like the rest. A check is worth something where another job made what it checks.",
	Bad: "release:\n  steps:\n    - uses: actions/attest-build-provenance@…\n      with: {subject-path: dist/*}\n" +
		"    - uses: scientific-python/sallyport@…\n      with: {command: gate, dists: dist/}",
	Good: "build:\n  steps:\n    - uses: actions/attest-build-provenance@…\n      with: {subject-path: dist/*}\ngate:\n  needs: build\n" +
		"  steps:\n    - uses: scientific-python/sallyport@…\n      with: {command: gate, dists: dist/}",
	References: []string{"SLSA: verifying artifacts", "SPEC 8: adopt SLSA"},
}, func(a *audit, rule *finding.Rule) {
	for _, j := range a.in.Graph.Jobs {
		for _, s := range a.signings(j) {
			gate := first(a.deedsOf(j), func(d deed) bool { return (d.gate == "gate" || d.gate == "verify") && together(d.step, s.step) })
			if gate == nil {
				continue
			}
			a.add(a.at(rule, j, gate.file, gate.line,
				"move the attestation to the build job, or the gate to a job of its own",
				"job %q makes attestations (%s, line %d) and checks them itself with sallyport %s, which proves nothing", j.Job.ID.Value, s.what, s.line, gate.gate))
			break
		}
		if s, v := a.ownCheck(j); v != nil && a.releasing(j) {
			f := a.at(rule, j, v.file, v.line,
				"to check what the build made, sign in the build job, and verify in the publishing job with --signer-workflow and --source-digest; here the check only shows that signing worked",
				"job %q signs the files that it holds (%s, line %d) and then checks its own signatures with %s: that passes with any files", j.Job.ID.Value, s.what, s.line, v.name)
			f.Severity = finding.Warning
			a.add(f)
		}
	}
})

// ownCheck is the first gh attestation verify of a job behind a step that signs
// in the same job, and that step; nil for none.
func (a *audit) ownCheck(j *graph.Job) (*signing, *verification) {
	for _, s := range a.signings(j) {
		at := slices.Index(j.Steps, s.step)
		for _, o := range j.Steps[at+1:] {
			if o.Step == nil || !together(o, s.step) {
				continue
			}
			for _, v := range a.verifications(o) {
				if v.name == "gh attestation verify" {
					return &s, &v
				}
			}
		}
	}
	return nil, nil
}
