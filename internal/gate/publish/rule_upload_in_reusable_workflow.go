// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

var _ = register(finding.Rule{
	ID:       "upload-in-reusable-workflow",
	Severity: finding.Warning,
	Waivable: true,
	Title:    "The upload sits in a reusable workflow",
	Why: "The index accepts such an upload and refuses its attestation, so that the release fails, or goes out without a proof of where it " +
		"came from. PyPI finds the publisher by the file in which the uploading job is written, but the attestation's certificate names " +
		"the file that started the run, and in a reusable workflow these are two files. A workflow of another " +
		"repository is no publisher at all. The arrangement works by accident and is not supported.",
	Bad:        "# release.yml\njobs:\n  publish:\n    uses: ./.github/workflows/publish.yml   # uploads",
	Good:       "# release.yml\njobs:\n  build:\n    uses: ./.github/workflows/build.yml\n  publish:\n    needs: build\n    steps:\n      - uses: pypa/gh-action-pypi-publish@…",
	References: []string{"PyPI: trusted publishers, reusable workflows", "warehouse: #11096", "gh-action-pypi-publish: #166, #283"},
}, func(a *audit, rule *finding.Rule) {
	for _, k := range a.releases() {
		j := k.Step.Job
		if j.Remote != nil {
			// No token is minted for the files of another repository.
			if k.Credential == sinks.TrustedPublishing || k.Credential == sinks.None && j.IDToken() == expr.True {
				f := a.at(rule, j, k.File, k.Line, "let the called workflow build only, and upload in a job of this file with what it has stored as artifacts",
					"job %q has %q upload to %s without a token; the index accepts no upload by trusted publishing from another repository's workflow", j.Job.ID.Value, j.Remote.Uses.Raw.Value, indexName(k.Index))
				f.Severity = finding.Error
				a.add(f)
			}
			continue
		}
		if k.Credential != sinks.TrustedPublishing || k.Mints || len(j.Callers) == 0 && !onlyCalled(j) {
			continue
		}
		hint := "move the job that uploads into " + j.Root.Path + ", and register that file as the publisher; the called workflow may still build"
		f := a.at(rule, j, k.File, k.Line, hint,
			"job %q uploads to %s from %s, which %s calls: the index looks for a publisher named %q, and refuses the attestation, whose certificate names %q; expected the upload in the file that starts the run",
			j.Job.ID.Value, indexName(k.Index), j.File.Path, j.Root.Path, base(j.File.Path), base(j.Root.Path))
		if len(j.Callers) == 0 {
			f.Hint = "move the job that uploads into the workflow that is started, and register that file as the publisher"
			f.Message = "job " + shownText(j.Job.ID.Value) + " uploads to " + indexName(k.Index) + " from " + j.File.Path + ", which runs only when it is called: another repository's run is refused by the index, and this one's loses its attestation; expected the upload in the file that starts the run"
		}
		a.add(f)
	}
})

// onlyCalled reports whether a job's workflow starts in no other way than by a
// call.
func onlyCalled(j *graph.Job) bool {
	return len(j.Root.Triggers) > 0 && !slices.ContainsFunc(j.Runs, func(r graph.Run) bool { return r.Scenario.Event != "" })
}

// library reports whether a job is in a workflow that only others can call,
// and nothing in the repository calls it: it is there for other repositories.
func (a *audit) library(j *graph.Job) bool {
	if len(j.Callers) > 0 || !onlyCalled(j) {
		return false
	}
	for _, w := range a.in.Graph.Repo.Workflows {
		for _, o := range w.Jobs {
			// A call by the repository's own name is no local one, but it is one.
			if c := o.Call; c != nil && c.Uses.Kind == workflow.Remote && c.Uses.Path == j.File.Path &&
				(a.in.Repository == "" || strings.EqualFold(c.Uses.Owner+"/"+c.Uses.Repo, a.in.Repository)) {
				return false
			}
		}
	}
	return true
}
