// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/edit"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

var _ = register(finding.Rule{
	ID:       "missing-permissions",
	Severity: finding.Warning,
	Waivable: true,
	Title:    "A release workflow does not say what its jobs may do",
	Why: "Without a permissions block a setting of the repository decides, and in older repositories that is write access to " +
		"nearly everything. A build step that goes wrong can then push to branches, move tags and edit releases with the " +
		"job's own token, which is all an attacker needs to get the next release out.",
	Bad:        "on: …\njobs:\n  build: …",
	Good:       "on: …\npermissions:\n  contents: read\njobs:\n  build: …",
	References: []string{"SPEC 8: restrict permissions in GitHub Actions", "SSDF PO.5.1"},
}, func(a *audit, rule *finding.Rule) {
	jobs := map[*workflow.Workflow][]string{}
	var files []*workflow.Workflow
	for _, sp := range a.spots {
		// A called workflow's jobs have what the caller has.
		if sp.job.Permissions.Kind != workflow.Default {
			continue
		}
		w := sp.job.Root
		if !slices.Contains(files, w) {
			files = append(files, w)
		}
		name := `"` + sp.job.Job.ID.Value + `"`
		if !slices.Contains(jobs[w], name) {
			jobs[w] = append(jobs[w], name)
		}
	}
	for _, w := range files {
		src := a.source(w.Path)
		what, has := "jobs", "have"
		if len(jobs[w]) == 1 {
			what, has = "job", "has"
		}
		f := rule.Found(w.Path, "add permissions: contents: read at the top, and give single jobs what they need beyond that",
			"%s has no permissions at its top, and %s %s, on the path to the index, %s none either; expected them to be written", w.Path, what, fewNames(jobs[w]), has)
		line := 1
		for n := 1; n <= len(src.Lines(1, 1<<30)); n++ {
			if strings.HasPrefix(src.Line(n), "jobs:") {
				line = n
				f.Fix = a.topPermissions(w, src, src.Line(n))
				break
			}
		}
		f.Location = finding.Location{File: w.Path, Line: line}
		a.add(f)
	}
})

// topPermissions is a block for the top of a file, and one for each job that
// would lose what it needs by it; jobs is the line that it comes before.
func (a *audit) topPermissions(w *workflow.Workflow, src edit.Source, jobs string) string {
	fix := "permissions:\n  contents: read\n\n" + jobs
	var lines, names, calls []string
	for _, j := range w.Jobs {
		if j.Permissions != nil {
			continue
		}
		if j.Call != nil {
			if !a.callReads(j) {
				calls = append(calls, shownText(j.ID.Value))
			}
			continue
		}
		line, writes := a.ownToken(j)
		if line == 0 {
			continue
		}
		own, inner := src.JobIndent(j)
		if inner == "" {
			return ""
		}
		names = append(names, shownText(j.ID.Value))
		lines = append(lines, own+j.ID.Value+":", inner+"permissions:", inner+"  "+tokenLine(line, writes))
	}
	if len(names)+len(calls) == 0 {
		return fix
	}
	if len(calls) > 0 {
		names = append(names, "the call in "+list(calls))
	}
	return strings.Join(append([]string{"# sketch: more than to read may be needed by " + list(names), fix}, lines...), "\n")
}

// callReads reports whether a job calls a workflow that was read and in which
// no job works with the run's own token.
func (a *audit) callReads(caller *workflow.Job) bool {
	followed := false
	for _, j := range a.in.Graph.Jobs {
		if !slices.ContainsFunc(j.Callers, func(c *graph.Job) bool { return c.Job == caller }) {
			continue
		}
		followed = true
		if line, _ := a.ownToken(j.Job); line != 0 || j.Remote != nil {
			return false
		}
	}
	return followed
}
