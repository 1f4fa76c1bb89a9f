// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"fmt"
	"slices"

	"github.com/scientific-python/sallyport/internal/finding"
)

var _ = register(finding.Rule{
	ID:       "step-between-gate-and-upload",
	Severity: finding.Error,
	Waivable: true,
	Title:    "Something runs between the gate and the upload",
	Why: "The gate has looked at the files as they were. A step after it that fetches, changes or runs anything can put other files in their " +
		"place, and the upload sends those: the gate then vouches for files that it has never seen.",
	Bad: "- uses: scientific-python/sallyport@…\n  with: {command: seal, dists: dist/}\n- run: ./scripts/finish.sh\n" +
		"- uses: pypa/gh-action-pypi-publish@…",
	Good:       "- run: ./scripts/finish.sh   # in the build job\n…\n- uses: scientific-python/sallyport@…\n  with: {command: seal, dists: dist/}\n- uses: pypa/gh-action-pypi-publish@…",
	References: []string{"PyPI: trusted publishing security model", "SLSA: verifying artifacts"},
}, func(a *audit, rule *finding.Rule) {
	for _, sp := range a.spots {
		if !sp.publishes {
			continue
		}
		all := a.deedsOf(sp.job)
		for i, up := range all {
			if !up.sink || !sp.in(up.step) {
				continue
			}
			gate := -1
			for n, d := range all[:i] {
				if slices.Contains([]string{"gate", "seal", "verify"}, d.gate) && together(d.step, up.step) {
					gate = n
				}
			}
			if gate < 0 {
				continue
			}
			for _, d := range all[gate+1 : i] {
				if d.keeps() || !together(d.step, up.step, all[gate].step) {
					continue
				}
				what := d.what + " " + d.kind.verb()
				switch {
				case len(d.step.Downloads) > 0:
					what = d.what + " fetches files"
				case d.action && d.kind == locked:
					what = d.what + " sets up tools"
				case d.action && d.kind == unheard:
					what = d.what + " runs"
				case d.kind <= uploads:
					what = fmt.Sprintf("%s writes %q", d.what, writes(d.step))
				}
				a.add(sp.cap(a.at(rule, sp.job, d.file, d.line,
					"move the step before the gate, or into the build job, so that the upload comes right after the gate",
					"in job %q, %s between sallyport %s (line %d) and the upload by %s (line %d)", sp.job.Job.ID.Value, what, all[gate].gate, all[gate].line, up.what, up.line)))
				break
			}
		}
	}
})
