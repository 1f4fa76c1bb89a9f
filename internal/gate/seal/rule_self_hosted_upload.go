// SPDX-License-Identifier: BSD-3-Clause

package seal

import (
	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/policy"
)

var _ = register(finding.Rule{
	ID:       "self-hosted-upload",
	Severity: finding.Error,
	Title:    "The job that uploads runs on a machine that is not GitHub's",
	Why: "A machine that outlives the job may hold what an earlier job left there: a changed tool, a password file, a process that waits for the token of this " +
		"one. For the quarter of an hour that an upload token lives, whoever is on the machine can publish with it. The index does not ask.",
	Bad:        "runs-on: self-hosted",
	Good:       "runs-on: ubuntu-latest",
	References: []string{"SLSA: Build L3 isolation", "GitHub: security hardening, self-hosted runners"},
}, func(j *job, rule *finding.Rule) {
	c := j.verified()
	if c == nil || c.RunnerEnvironment == policy.RunnersHosted || j.in.Policy.Builder.Runners == policy.RunnersAny {
		return
	}
	j.res.Add(rule.Found(thisJob, "upload from runs-on: ubuntu-latest; if you need your own machines, write builder: {runners: any} into the policy",
		"GitHub's token says that this job's runner is %s, expected %q", orNone(c.RunnerEnvironment), policy.RunnersHosted))
})
