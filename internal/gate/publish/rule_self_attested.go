// SPDX-License-Identifier: BSD-3-Clause

package publish

import "github.com/scientific-python/sallyport/internal/finding"

var _ = register(finding.Rule{
	ID:       "self-attested",
	Severity: finding.Error,
	Waivable: true,
	Title:    "One job makes the attestations and checks them",
	Why: "A check is worth something where it is made by somebody else. A job that signs the files it holds and then verifies those signatures " +
		"passes with any files: what was swapped before is signed and verified like the rest.",
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
				"move the attestation to the build job, or the gate to a job of its own that has no id-token: write",
				"job %q makes attestations (%s, line %d) and checks them itself with sallyport %s, which proves nothing", j.Job.ID.Value, s.what, s.line, gate.gate))
			break
		}
	}
})
