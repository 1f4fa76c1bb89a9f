// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
)

var _ = register(finding.Rule{
	ID:       "id-token-in-build-job",
	Severity: finding.Note,
	Waivable: true,
	Title:    "A job that builds may ask for an id-token",
	Why: "The index does not accept this job, but its id-token signs provenance. A build backend or dependency that goes bad can sign any file " +
		"as made by this job. That is SLSA Build Level 2: fine to begin with, and less than a signature by a job that runs no code of the build.",
	Bad: "build:\n  permissions:\n    id-token: write\n    attestations: write\n  steps:\n    - run: python -m build\n" +
		"    - uses: actions/attest-build-provenance@…",
	Good: "build:\n  permissions:\n    contents: read\n  steps:\n    - run: python -m build\n    - uses: actions/upload-artifact@…\n" +
		"attest:\n  needs: build\n  permissions:\n    id-token: write\n    attestations: write",
	References: []string{"SLSA: Build L3, provenance is unforgeable", "SPEC 8: adopt SLSA"},
}, func(a *audit, rule *finding.Rule) {
	for _, sp := range a.spots {
		j := sp.job
		if sp.publishes || j.Remote != nil || j.IDToken() != expr.True || len(a.accepting(j)) > 0 {
			continue
		}
		for _, s := range sp.steps() {
			if d := first(a.deeds(s), func(d deed) bool { return d.kind.foreign() }); d != nil {
				a.add(a.at(rule, j, d.file, d.line,
					"for provenance that a build cannot forge, sign in a job of its own that takes the artifact by its id, and drop id-token: write here",
					"job %q has id-token: write and %s %s in it: provenance signed here can be forged by what it runs", j.Job.ID.Value, d.what, d.kind.verb()))
				break
			}
		}
	}
})

// first is the first deed that is meant, nil for none.
func first(all []deed, meant func(deed) bool) *deed {
	for i := range all {
		if meant(all[i]) {
			return &all[i]
		}
	}
	return nil
}
