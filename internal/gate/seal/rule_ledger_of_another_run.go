// SPDX-License-Identifier: BSD-3-Clause

package seal

import (
	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/policy"
)

var _ = register(finding.Rule{
	ID:       "ledger-of-another-run",
	Severity: finding.Error,
	Title:    "The files were verified in another run than this one",
	Why: "The ledger is only as good as the way it came: as an output of a job of this run. One of another run may say that quite different files are " +
		"fine. Whoever can swap the artifact could bring the ledger of an older release along, and the two would agree.",
	Bad:        "ledger: run 111; token: run 222",
	Good:       "ledger: ${{ needs.gate.outputs.ledger }}",
	References: []string{"SPEC 8: build and publish in separate jobs", "GitHub: OpenID Connect"},
}, func(j *job, rule *finding.Rule) {
	c := j.verified()
	if c == nil || j.in.Run == "" || j.in.Policy.Builder.Run == policy.RunAny {
		return
	}
	if !policy.Same(j.in.Run, c.RunID) {
		j.res.Add(rule.Found(thisJob, "hand the ledger on as an output of the job of this run that verified the files: ledger: ${{ needs.gate.outputs.ledger }}; if it is that one, find out how a ledger of another run got there, and upload nothing",
			"the ledger is of run %q, this is run %q", j.in.Run, c.RunID))
	}
})
