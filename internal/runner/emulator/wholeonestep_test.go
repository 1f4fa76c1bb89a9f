// SPDX-License-Identifier: BSD-3-Clause

package emulator_test

import (
	"testing"

	"github.com/scientific-python/sallyport/internal/runner/emulator"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

// oneStepReds are attacks on a release whose one check is a gate in the publish
// job, directly before the upload.
var oneStepReds = map[string]scene{
	"one-step-token-in-sight": {
		story: "One step is the gate and the seal. An earlier step of its job sets a token that no workflow file names.",
		gated: func(_ *release, j *emulator.Job) { j.SetEnv("TWINE_PASSWORD", stored) },
		stops: "gate", rule: "credential-in-sight",
	},
	"one-step-another-environment": {
		story:      "One step is the gate and the seal. Its job runs in another environment than the policy's.",
		publishing: map[string]any{"environment": "staging", "sub": "repo:octo-sci/samplepkg:environment:staging"},
		stops:      "gate", rule: "job-is-not-the-publisher",
	},
	"one-step-swapped": {
		story: "One step is the gate and the seal. The wheel is swapped before it.",
		gated: swapWheel, stops: "gate", rule: "digest-mismatch",
	},
	"one-step-swapped-after": {
		story:  "One step is the gate and the seal. A step behind it swaps the wheel; the upload happens.",
		sealed: swapWheel, stops: "post", rule: "changed-after-seal",
	},
	"one-step-signed-there": {
		story: "One step is the gate and the seal. A step before it swaps the wheel and signs the new one with the job's own token.",
		gated: signedHere, stops: "gate", rule: "attested-in-publish-job",
	},
	"one-step-self-attested": {
		story: "One step is the gate and the seal. The job that it stands in signs the provenance, too.",
		edits: edits{releaseFile: swap(
			"      - uses: scientific-python/sallyport@"+sallyport+"\n",
			"      - uses: actions/attest-build-provenance@0f67c3f4856b2e3261c31976d6725780e5e4c373 # v4.1.1\n        with:\n          subject-path: dist/*\n"+
				"      - uses: scientific-python/sallyport@"+sallyport+"\n",
			"      attestations: read # what the build stored\n", "      attestations: write\n")},
		gated: signedHere, stops: "gate", rule: "self-attested",
	},
}

// signedHere swaps the wheel in the publish job and signs the new one there.
func signedHere(r *release, j *emulator.Job) {
	swapWheel(r, j)
	path := j.Path("dist/" + wheel)
	r.store(r.signed(sigstoretest.PublicGood, r.claims(), path), sigstoretest.ProvenanceV1, path)
}

func TestOneStepRed(t *testing.T) {
	for name, s := range oneStepReds {
		t.Run(name, func(t *testing.T) {
			s.example, s.oneStep, s.signer = "one-step", true, byGitHub
			r, got := s.check(t)
			r.golden(name, s, got[s.stops])
		})
	}
}
