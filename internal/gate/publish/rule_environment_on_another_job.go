// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

var _ = register(finding.Rule{
	ID:       "environment-on-another-job",
	Severity: finding.Error,
	Waivable: true,
	Title:    "The environment is on another job than the one that publishes",
	Why: "The approval can be gone around: a reviewer who approves an earlier job stops only runs of the workflow as it stands. The index never hears of it: the " +
		"token names the environment of the job that uploads, and that one has none. A branch whose workflow file leaves the " +
		"waiting job out publishes without anybody having been asked.",
	Bad:        "approve:\n  environment: pypi\npublish:\n  needs: approve\n  permissions:\n    id-token: write",
	Good:       "publish:\n  environment: pypi\n  permissions:\n    id-token: write",
	References: []string{"SPEC 8: use GitHub Actions environments", "PyPI: trusted publishing security model"},
}, func(a *audit, rule *finding.Rule) {
	for _, k := range a.trusted() {
		j := k.Step.Job
		up := a.gateUpstream(j)
		if j.Environment.Written || up == nil {
			continue
		}
		index := releaseIndex(k)
		f := a.at(rule, j, j.File.Path, j.Job.Pos.Line,
			"move the environment to the job that uploads, take it away from the other one unless that needs its secrets, and name it in the publisher on the index, so that the index asks for it too",
			"job %q uploads to %s by trusted publishing in no environment; environment %q is on job %q, which it waits for; expected it on %q%s",
			j.Job.ID.Value, indexName(k.Index), up.Environment.Name, up.Job.ID.Value, j.Job.ID.Value, a.alsoAccepted(j))
		name := up.Environment.Name
		if !up.Environment.Constant {
			name = environmentFor(index)
		}
		want := a.otherEnvironments(k)
		if len(want) > 0 {
			name = want[0]
			f.Message += "; " + policyHas(want)
		}
		src := a.source(j.File.Path)
		if f.Fix = src.InJob(j.Job, "environment: "+name); f.Fix != "" {
			own, _ := src.JobIndent(j.Job)
			f.Fix += "\n" + own + "# and take \"environment\" out of job " + shownText(up.Job.ID.Value) + " (line " + itoa(up.Environment.Line) + "), so that nobody approves twice"
		}
		p := a.policyOf(j.File.Path, k.Index)
		if len(want) == 0 && index == sinks.TestPyPI || p != nil && p.Publisher.Environment == policy.NoEnvironment {
			f.Severity = finding.Warning
		}
		a.add(f)
	}
})

// gateUpstream is the job before j whose environment stands there as the gate
// of a release, nil for none: by its name, or because the job does nothing else.
func (a *audit) gateUpstream(j *graph.Job) *graph.Job {
	up := environmentUpstream(j)
	if up == nil {
		return nil
	}
	name := strings.ToLower(up.Environment.Name)
	for _, w := range []string{"pypi", "publish", "release", "deploy", "upload", "prod", "approv", "wait", "gate", "dist"} {
		if strings.Contains(name, w) {
			return up
		}
	}
	if slices.ContainsFunc(a.deedsOf(up), func(d deed) bool { return d.kind.foreign() }) {
		return nil
	}
	return up
}
