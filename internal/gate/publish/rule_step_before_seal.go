// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"

	"github.com/scientific-python/sallyport/internal/finding"
)

var _ = register(finding.Rule{
	ID:       "step-before-seal",
	Severity: finding.Error,
	Waivable: true,
	Title:    "Something other than the download runs before the files are compared with the ledger",
	Why: "The comparison in the publishing job needs the files and the ledger, no checkout and no tool. A program that ran before it is still " +
		"there: it can wait in the background and change the files after the comparison, or bend the comparison itself, and it has the id-token.",
	Bad: "publish:\n  steps:\n    - uses: actions/checkout@…\n    - run: pip install -r requirements.txt\n    - uses: actions/download-artifact@…\n" +
		"    - uses: scientific-python/sallyport@…\n      with: {command: seal, dists: dist/}",
	Good: "publish:\n  steps:\n    - uses: actions/download-artifact@…\n    - uses: scientific-python/sallyport@…\n" +
		"      with: {command: seal, dists: dist/}\n    - uses: pypa/gh-action-pypi-publish@…",
	References: []string{"PyPI: trusted publishing security model", "SLSA: isolated builds"},
}, func(a *audit, rule *finding.Rule) {
	for _, j := range a.in.Graph.Jobs {
		all := a.deedsOf(j)
		seal := slices.IndexFunc(all, func(d deed) bool { return d.gate == "seal" && d.step.Reachable() })
		if seal < 0 {
			continue
		}
		byCommand := slices.ContainsFunc(all, func(d deed) bool { return d.sink && !d.action })
		var found []deed
		for _, d := range all[:seal] {
			if !d.before(byCommand) && together(d.step, all[seal].step) {
				found = append(found, d)
			}
		}
		if len(found) == 0 {
			continue
		}
		// What can do most harm comes first.
		slices.SortStableFunc(found, func(x, y deed) int { return int(y.kind) - int(x.kind) })
		d := found[0]
		f := a.at(rule, j, d.file, d.line,
			"take this out of the job, or move it to the build job: before the comparison there should be the download alone",
			"in job %q, %s comes before the files are compared with the ledger (line %d), where nothing but the download should%s", j.Job.ID.Value, d.what, all[seal].line, others(found))
		if top := slices.MinFunc(found, func(x, y deed) int { return x.line - y.line }); !slices.ContainsFunc(found, func(d deed) bool { return len(d.step.Chain) > 0 || d.file != j.File.Path }) && all[seal].file == j.File.Path {
			f.Fix = a.source(j.File.Path).WithoutLines(top.step.Step.Pos.Line, all[seal].step.Step.End, linesOf(found)...)
		}
		a.add(f)
	}
})

// linesOf are the lines of the steps of some deeds.
func linesOf(all []deed) []int {
	var out []int
	for _, d := range all {
		if d.step.Step == nil {
			continue
		}
		for n := d.step.Step.Pos.Line; n <= d.step.Step.End; n++ {
			out = append(out, n)
		}
	}
	return out
}
