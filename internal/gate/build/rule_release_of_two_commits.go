// SPDX-License-Identifier: BSD-3-Clause

package build

import "github.com/scientific-python/sallyport/internal/finding"

var releaseOfTwoCommits = register(finding.Rule{
	ID:       "release-of-two-commits",
	Severity: finding.Error,
	Title:    "The files of one release were built from different commits",
	Why: "Each file is properly attested, and yet they are not one release: one wheel was built from other sources than the " +
		"rest. That happens when a tag is moved between two builds, and when an attacker needs only one platform's wheel.",
	Bad:        "the sdist from commit 0123…, the Windows wheel from 89ab…",
	Good:       "all files from one commit",
	References: []string{"SPEC 8: releases are made from tags"},
})

var _ = together(func(r *release) {
	groups := r.group(func(j *judgement) string { return j.id.Commit })
	if len(groups) > 1 {
		r.res.Add(releaseOfTwoCommits.Found("", "build all files of the release again from one commit", "the release's files are from %d commits: %s", len(groups), describeGroups(groups)))
	}
})
