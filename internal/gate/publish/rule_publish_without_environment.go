// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

var _ = register(finding.Rule{
	ID:       "publish-without-environment",
	Severity: finding.Error,
	Waivable: true,
	Title:    "The job that publishes runs in no deployment environment",
	Why: "Everybody who may push a branch can publish from it, by this job in a workflow file of their own making, and the index accepts it. " +
		"The environment is where GitHub asks for a reviewer and where it checks that the run is for a release tag. Without one the index " +
		"cannot tell the jobs of the file apart either: it accepts each of them that has id-token: write.",
	Bad: "publish:\n  permissions:\n    id-token: write\n  steps:\n    - uses: pypa/gh-action-pypi-publish@…",
	Good: "publish:\n  environment: pypi   # with reviewers, and deployment limited to release tags\n  permissions:\n    id-token: write\n" +
		"  steps:\n    - uses: pypa/gh-action-pypi-publish@…",
	References: []string{"SPEC 8: use GitHub Actions environments", "PyPI: trusted publishing security model"},
}, func(a *audit, rule *finding.Rule) {
	for _, k := range a.trusted() {
		j := k.Step.Job
		if j.Environment.Written || a.gateUpstream(j) != nil {
			continue // the second is environment-on-another-job's
		}
		f := a.at(rule, j, j.File.Path, j.Job.Pos.Line,
			"add an environment to the job, create it under Settings > Environments with a reviewer and a tag rule, and name it in the publisher on the index",
			"job %q uploads to %s by trusted publishing and runs in no environment%s", j.Job.ID.Value, indexName(k.Index), a.alsoAccepted(j))
		if alsoForChannel(j) {
			f.Hint = "first move the upload to the other channel into a job of its own, since a tag rule would stop the scheduled runs; then " + f.Hint
		}
		name, want := environmentFor(k.Index), a.otherEnvironments(k)
		if len(want) > 0 {
			name = want[0]
			f.Message += "; " + policyHas(want)
		}
		f.Fix = a.source(j.File.Path).InJob(j.Job, "environment: "+name)
		p := a.policyOf(j.File.Path, k.Index)
		if len(want) == 0 && k.Index == sinks.TestPyPI || p != nil && p.Publisher.Environment == policy.NoEnvironment {
			f.Severity = finding.Warning
		}
		a.add(f)
	}
})

// alsoForChannel reports whether a job also uploads to a channel, in runs that
// are for no release: by a schedule or a push to a branch.
func alsoForChannel(j *graph.Job) bool {
	other, release := false, false
	for _, k := range sinksOf(j) {
		if k.DryRun || !k.Reachable {
			continue
		}
		if k.Credential == sinks.TrustedPublishing {
			release = true
			continue
		}
		for i, r := range k.Step.Runs {
			other = other || r.Runs != expr.False && j.Runs[i].Scenario.Event == "schedule"
		}
	}
	return other && release
}
