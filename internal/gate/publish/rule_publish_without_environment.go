// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

var _ = register(finding.Rule{
	ID:       "publish-without-environment",
	Severity: finding.Error,
	Waivable: true,
	Title:    "The job that publishes runs in no deployment environment",
	Why: "The environment is where GitHub asks for a reviewer and where it checks that the run is for a release tag. Without one, " +
		"everybody who may push a branch can run this job with a workflow file of their own making, and the index accepts it.",
	Bad: "publish:\n  permissions:\n    id-token: write\n  steps:\n    - uses: pypa/gh-action-pypi-publish@…",
	Good: "publish:\n  environment: pypi   # with reviewers, and deployment limited to release tags\n  permissions:\n    id-token: write\n" +
		"  steps:\n    - uses: pypa/gh-action-pypi-publish@…",
	References: []string{"SPEC 8: use GitHub Actions environments", "PyPI: trusted publishing security model"},
}, func(a *audit, rule *finding.Rule) {
	for _, k := range a.trusted() {
		j := k.Step.Job
		if j.Environment.Written || environmentUpstream(j) != nil {
			continue // the second is environment-on-another-job's
		}
		f := a.at(rule, j, j.File.Path, j.Job.Pos.Line,
			"add an environment to the job, create it under Settings > Environments with a reviewer and a tag rule, and name it in the publisher on the index",
			"job %q uploads to %s by trusted publishing and runs in no environment", j.Job.ID.Value, indexName(k.Index))
		f.Fix = a.source(j.File.Path).InJob(j.Job, "environment: "+environmentFor(k.Index))
		p := a.policyOf(j.File.Path, k.Index)
		if k.Index == sinks.TestPyPI || p != nil && p.Publisher.Environment == policy.NoEnvironment {
			f.Severity = finding.Warning
		}
		a.add(f)
	}
})
