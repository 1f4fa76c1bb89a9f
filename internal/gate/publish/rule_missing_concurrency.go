// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

var _ = register(finding.Rule{
	ID:       "missing-concurrency",
	Severity: finding.Note,
	Waivable: true,
	Title:    "Two runs can publish at the same time",
	Why: "Two runs for one release, a tag pushed twice or a run started by hand beside the automatic one, race to upload files of the same names. " +
		"The index then has a mixture of both runs, and half of it is not what the surviving run attested. A concurrency group makes the second run wait. " +
		"Do not cancel a running upload: that leaves half a release.",
	Bad:        "on:\n  push:\n    tags: ['v*']\njobs:",
	Good:       "concurrency:\n  group: ${{ github.workflow }}-${{ github.ref }}\n  cancel-in-progress: false\njobs:",
	References: []string{"SPEC 8: concurrency in the example workflow"},
}, func(a *audit, rule *finding.Rule) {
	seen := map[string]bool{}
	for _, k := range a.trusted() {
		j := k.Step.Job
		if seen[j.File.Path] || grouped(j) || k.Index == sinks.TestPyPI {
			continue
		}
		seen[j.File.Path] = true
		f := a.at(rule, j, j.File.Path, j.Job.Pos.Line, "add a concurrency group to the job or the workflow, without cancel-in-progress",
			"job %q uploads to %s and neither it nor its workflow has a concurrency group: two runs can upload at once", j.Job.ID.Value, indexName(k.Index))
		f.Fix = a.source(j.File.Path).InJob(j.Job, "concurrency:", "  group: publish-${{ github.ref }}", "  cancel-in-progress: false")
		a.add(f)
	}
})

// grouped reports whether a concurrency group holds for a job.
func grouped(j *graph.Job) bool {
	if j.Job.Concurrency != nil || j.File.Concurrency != nil || j.Root.Concurrency != nil {
		return true
	}
	for _, c := range j.Callers {
		if c.Job.Concurrency != nil {
			return true
		}
	}
	return false
}
