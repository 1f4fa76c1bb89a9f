// SPDX-License-Identifier: BSD-3-Clause

package emulator_test

import (
	"testing"

	"github.com/scientific-python/sallyport/internal/runner/emulator"
)

// limits are attacks that get through, each with the reason. They are kept here
// so that nobody believes otherwise, and so that a better answer is noticed: it
// turns the scene red, and the scene moves to the others.
var limits = map[string]scene{
	// The seal knows that the ledger is of this run and this commit, and of
	// exactly these files. Who wrote it, it cannot know: what stands in the way is
	// that no job can change another job's outputs. So whoever can choose what
	// the seal is given for a ledger can choose the files.
	"a ledger of this run that the gate did not write": {
		placed: swapAlone,
		ledger: func(r *release, _ string) string { return r.forgedLedger(r.commit, thisRun) },
	},
	// The policy is compared with the one at the previous tag, released or not.
	"a looser policy at the second tag": {
		example: "compiled", before: edits{policyFile: more("builder:\n  run: any\n")}, edits: edits{policyFile: more("builder:\n  run: any\n")},
		with: map[string]string{"strict": "true"},
	},
}

// swapAlone swaps the wheel, and takes away what was said of the old one.
func swapAlone(r *release, j *emulator.Job) {
	swapWheel(r, j)
	remove(r.t, j.Path("dist/"+wheel+".slsa.attestation"))
}

func TestWholeReleaseLimits(t *testing.T) {
	for name, s := range limits {
		t.Run(name, func(t *testing.T) { s.check(t) })
	}
}
