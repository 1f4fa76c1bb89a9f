// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

var _ = register(finding.Rule{
	ID:       "id-token-on-untrusted-event",
	Severity: finding.Warning,
	Waivable: true,
	Title:    "The job whose id-token the index accepts also runs for pull requests",
	Why: "Only the upload is kept to releases here; the job itself, with the id-token that the index accepts, runs for pull requests and the like. " +
		"Whatever its other steps run then can ask for that token and upload by itself: the index does not look at the event.",
	Bad: "on: [push, pull_request]\njobs:\n  release:\n    permissions: {id-token: write}\n    steps:\n      - run: python -m build\n" +
		"      - uses: pypa/gh-action-pypi-publish@…\n        if: startsWith(github.ref, 'refs/tags/')",
	Good:       "release:\n  if: startsWith(github.ref, 'refs/tags/')\n  needs: build\n  permissions: {id-token: write}",
	References: []string{"PyPI: trusted publishing security model", "SPEC 8: restrict permissions"},
}, func(a *audit, rule *finding.Rule) {
	for _, j := range a.in.Graph.Jobs {
		if j.Calls || j.Remote != nil {
			continue
		}
		accepting := a.accepting(j)
		if len(accepting) == 0 {
			continue
		}
		test := !slices.ContainsFunc(accepting, func(p *publisher) bool { return p.index != sinks.TestPyPI })
		open := events(j, func(i int) bool { return slices.Contains(openEvents, j.Runs[i].Scenario.Event) && a.works(j, i) })
		pulls := events(j, func(i int) bool {
			s := j.Runs[i].Scenario
			return tokenIn(s) && slices.Contains(append([]string{"pull_request"}, reviewEvents...), s.Event) && a.works(j, i)
		})
		hint := "keep the whole job to releases with an if on the job, such as startsWith(github.ref, 'refs/tags/'), or move the upload into a job of its own that has the id-token alone"
		fix := a.source(j.File.Path).InJob(j.Job, "if: "+uploadCondition(j))
		if j.Job.If.Written() {
			fix = ""
		}
		switch {
		case len(open) > 0:
			f := a.at(rule, j, j.File.Path, j.Job.Pos.Line, hint,
				"job %q may ask for the id-token that %s accepts and also runs for %s, which anybody can cause", j.Job.ID.Value, indexName(accepting[0].index), list(quoted(open)))
			if !test {
				f.Severity = finding.Error
			}
			f.Fix = fix
			a.add(f)
		case len(pulls) > 0 && !test:
			f := a.at(rule, j, j.File.Path, j.Job.Pos.Line, hint,
				"job %q may ask for the id-token that %s accepts and also runs for %s from branches of this repository, when nothing is uploaded",
				j.Job.ID.Value, indexName(accepting[0].index), list(quoted(pulls)))
			f.Fix = fix
			a.add(f)
		}
	}
})

// uploadCondition is what keeps the upload of a job to releases, as far as it
// can stand on the job.
func uploadCondition(j *graph.Job) string {
	for _, s := range j.Steps {
		if len(s.Sinks) == 0 || s.Step == nil || len(s.Chain) > 0 {
			continue
		}
		text := oneLine(s.Step.If.Value)
		if text != "" && !strings.HasSuffix(text, "…") && !strings.HasPrefix(text, "!") &&
			!slices.ContainsFunc([]string{"steps.", "env.", "runner.", "matrix.", "job.", "hashFiles", ": ", " #"}, func(x string) bool { return strings.Contains(text, x) }) {
			return text
		}
	}
	return "startsWith(github.ref, 'refs/tags/')"
}

// works reports whether a job does something in run i, and uploads nothing in
// it: what does upload is publish-from-untrusted-event's.
func (a *audit) works(j *graph.Job, i int) bool {
	if j.Runs[i].Runs == expr.False {
		return false
	}
	some := false
	for _, s := range j.Steps {
		if s.Runs[i].Runs == expr.False {
			continue
		}
		if len(s.Sinks) > 0 {
			return false
		}
		some = some || slices.ContainsFunc(a.deeds(s), func(d deed) bool { return d.kind > changes })
	}
	return some
}
