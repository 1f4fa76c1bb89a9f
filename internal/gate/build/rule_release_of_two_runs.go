// SPDX-License-Identifier: BSD-3-Clause

package build

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
)

var releaseOfTwoRuns = register(finding.Rule{
	ID:       "release-of-two-runs",
	Severity: finding.Error,
	Title:    "The files of one release were built in different workflow runs",
	Why: "A release that is built in one run has no place where files of another build can come in. Files of an earlier run " +
		"of the same commit may have been built with other tools, or restored from a place that others can write to.",
	Bad:        "wheels of run 111, an sdist of run 222",
	Good:       "all files of one run (its re-runs count as the same), or builder: {run: any} where several workflows build on purpose",
	References: []string{"SPEC 8: build and publish in one workflow"},
})

var _ = together(func(r *release) {
	if r.in.Policy.Builder.Run == "any" {
		return
	}
	groups := r.group(func(j *judgement) string {
		run, _, _ := strings.Cut(j.id.RunURI, "/attempts/")
		return run
	})
	if len(groups) > 1 {
		r.res.Add(releaseOfTwoRuns.Found("", "build the release in one run, or write builder: {run: any} into the policy if several workflows build it on purpose",
			"the release's files are from %d runs: %s", len(groups), describeGroups(groups)))
	}
})
