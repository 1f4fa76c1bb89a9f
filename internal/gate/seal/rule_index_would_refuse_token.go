// SPDX-License-Identifier: BSD-3-Clause

package seal

import (
	"fmt"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/pypi"
)

var indexWouldRefuseToken = register(finding.Rule{
	ID:       "index-would-refuse-token",
	Severity: finding.Error,
	Title:    "The index would not exchange this job's token for an upload token",
	Why: "Trusted publishing begins with an exchange: the index compares the token's claims with the publisher that is registered, and refuses in " +
		"few words, after everything else in the release is done. It goes by the file that holds the job, so that a job in a reusable workflow is not found " +
		"under the file that calls it, and it compares letter case where GitHub does not.",
	Bad:        "release.yml is registered, and calls publish.yml, which uploads",
	Good:       "release.yml is registered, and holds the job that uploads",
	References: []string{"PyPI: trusted publishers, troubleshooting", "warehouse: #11096"},
}, func(j *job, rule *finding.Rule) {
	c := j.verified()
	if c == nil || j.named(jobIsNotThePublisher) {
		return // the same cause, said in the policy's words
	}
	switch j.mint.Verdict {
	case pypi.Refuse:
		starts, holds := c.WorkflowRef, c.JobWorkflowRef
		hint := "compare the claim " + j.mint.Claim + " with the publisher under the project's settings on the index"
		switch {
		case c.EventName == "pull_request_target":
			hint = "release by a push of a tag, a release, or workflow_dispatch"
		case starts != holds && policy.SameName(repository(starts), repository(holds)):
			hint = "move the job that uploads into " + file(starts) + ", which is the publisher; what it calls may build"
		case starts != holds:
			hint = "move the job that uploads out of the other repository's workflow into " + file(starts) + ": the index accepts no upload from another repository's file"
		}
		j.res.Add(rule.Found(thisJob, hint, "the index would answer: %s%s", mintText(j.mint), twoFiles(starts, holds)))
	case pypi.Unknown:
		if j.mint.Claim == "" {
			return // no publisher is known: said above
		}
		f := rule.Found(thisJob, "compare the spelling with the publisher under the project's settings on the index, and write the policy like that", "%s", j.mint.Message)
		f.Severity = finding.Warning
		j.res.Add(f)
	}
})

// twoFiles names the files of a job whose file is not the run's.
func twoFiles(starts, holds string) string {
	if starts == holds {
		return ""
	}
	return fmt.Sprintf("; the run is %q's, and the job %q's", starts, holds)
}
