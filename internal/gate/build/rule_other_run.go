// SPDX-License-Identifier: BSD-3-Clause

package build

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
)

var _ = judged(rule{
	Rule: finding.Rule{
		ID:       "other-run",
		Severity: finding.Error,
		Title:    "The provenance is of another workflow run than the one that releases",
		Why: "Files that another run built and attested are genuine, and still not what this run made: an old build of the same " +
			"commit, or one that was put into this run's artifact. Re-runs of one run have its number and count as the same.",
		Bad:        "run 222 releases a wheel whose provenance names run 111",
		Good:       "all files built and attested in the run that releases, or builder: {run: any} where they come from elsewhere on purpose",
		References: []string{"SPEC 8: build and publish in one workflow", "Fulcio: 1.3.6.1.4.1.57264.1.21"},
	},
	kinds:    provenance,
	identity: true,
	judge: func(r *rule, j *judgement) {
		if j.run == "" || j.pol.Builder.Run == "any" {
			return
		}
		if number := runNumber(j.id.RunURI); number != j.run {
			r.deviates(j, "build and attest the files in this run, or write builder: {run: any} into the policy if they come from another one on purpose",
				"the provenance is of run %s, and this is run %s", orNothing(number), j.run)
		}
	},
})

// runNumber is the number in a run's URI (https://…/actions/runs/NUMBER/…), ""
// where it has none.
func runNumber(uri string) string {
	_, number, _ := strings.Cut(uri, "/actions/runs/")
	number, _, _ = strings.Cut(number, "/")
	return number
}
