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
	Why: "Whatever this job runs for a pull request can ask for the token that the index accepts and upload by itself: the index does not look at " +
		"the event. A condition on the upload step keeps only that step to releases, not the job and its id-token.",
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
		index := accepting[0].index
		if i := slices.IndexFunc(accepting, func(p *publisher) bool { return p.index != sinks.TestPyPI }); i >= 0 {
			index = accepting[i].index
		}
		open := events(j, func(i int) bool { return slices.Contains(openEvents, j.Runs[i].Scenario.Event) && a.works(j, i, test) })
		pulls := events(j, func(i int) bool {
			s := j.Runs[i].Scenario
			return tokenIn(s) && slices.Contains(append([]string{"pull_request"}, reviewEvents...), s.Event) && a.works(j, i, test)
		})
		hint := "keep the whole job to releases with an if on the job, such as startsWith(github.ref, 'refs/tags/'), and do in another job what pull requests are to do; or move the upload into a job of its own that has the id-token alone"
		fix, condition := "", uploadCondition(j)
		switch {
		case len(sinksOf(j)) == 0:
			hint = "take id-token: write away from this job; where it signs provenance with it, give the publisher an environment that only the uploading job names"
		case condition != "" && !j.Job.If.Written():
			fix = a.source(j.File.Path).InJob(j.Job, "if: "+condition)
		}
		switch {
		case len(open) > 0:
			f := a.at(rule, j, j.File.Path, j.Job.Pos.Line, hint,
				"job %q may ask for the id-token that %s accepts and also runs for %s, which anybody can cause", j.Job.ID.Value, indexName(index), list(quoted(open)))
			if !test {
				f.Severity = finding.Error
			}
			f.Fix = fix
			a.add(f)
		case len(pulls) > 0 && !test:
			f := a.at(rule, j, j.File.Path, j.Job.Pos.Line, hint,
				"job %q may ask for the id-token that %s accepts and also runs for %s from branches of this repository, when it uploads nothing there",
				j.Job.ID.Value, indexName(index), list(quoted(pulls)))
			f.Fix = fix
			a.add(f)
		}
	}
})

// uploadCondition is what keeps the uploads of a job to releases, as it can stand
// on the job; "" where it cannot be lifted there as it is, or the uploads differ,
// so that it would end one of them (a dry run for pull requests).
func uploadCondition(j *graph.Job) string {
	found := ""
	for _, k := range sinksOf(j) {
		s := k.Step
		if k.DryRun || s.Step == nil || len(s.Chain) > 0 {
			return ""
		}
		text := strings.Join(strings.Fields(s.Step.If.Value), " ")
		if !liftable(text) || found != "" && found != text {
			return ""
		}
		found = text
	}
	return found
}

// liftable reports whether a step's condition means the same on its job, and
// can be written there without quotes.
func liftable(text string) bool {
	const longest = 300
	e, err := expr.Parse(text)
	if err != nil || text == "" || len(text) > longest || e.HasStatus() || e.Calls("hashFiles") || strings.Contains(text, ": ") || strings.Contains(text, " #") ||
		strings.ContainsAny(text[:1], "!&*'\"[]{}>|%@`#,?-") {
		return false
	}
	return !slices.ContainsFunc(e.Refs(), func(r expr.Ref) bool {
		return !slices.Contains([]string{"github", "inputs", "needs", "vars"}, r.Context())
	})
}

// works reports whether a job does something in run i and publishes nothing in
// it: where it does, that is publish-from-untrusted-event's. An upload to the
// test index counts only where the job has no other publisher.
func (a *audit) works(j *graph.Job, i int, test bool) bool {
	if j.Runs[i].Runs == expr.False {
		return false
	}
	some := false
	for _, s := range j.Steps {
		if s.Runs[i].Runs == expr.False {
			continue
		}
		for _, k := range s.Sinks {
			if !k.DryRun && sends(k, i) && (test || !testIn(k, j.Runs[i].Scenario)) {
				return false
			}
			some = true
		}
		some = some || slices.ContainsFunc(a.deeds(s), func(d deed) bool { return d.kind > changes })
	}
	return some
}
