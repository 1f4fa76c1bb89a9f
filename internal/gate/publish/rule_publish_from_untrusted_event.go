// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

// openEvents start a run in the repository's own scope, with its secrets and
// id-tokens, and anybody with an account can cause them.
var openEvents = []string{
	"pull_request_target", "issue_comment", "issues", "discussion", "discussion_comment", "fork", "watch", "gollum",
}

// reviewEvents can be caused by anybody; for a pull request from a fork the run has
// no secrets and no id-token.
var reviewEvents = []string{"pull_request_review", "pull_request_review_comment"}

var _ = register(finding.Rule{
	ID:       "publish-from-untrusted-event",
	Severity: finding.Error,
	Waivable: true,
	Title:    "An event that outsiders can cause reaches the upload",
	Why: "Whoever writes a comment or opens a pull request decides when a release is made, and often from which files. GitHub runs workflows for " +
		"some of these events with the repository's own secrets and id-token. It is the same where such a run starts the release, tags it or approves it, " +
		"and where a run behind another one (workflow_run) builds the commit that one was for. PyPI refuses tokens of pull_request_target runs and of no other event.",
	Bad:        "on: issue_comment\njobs:\n  publish:\n    if: github.event.comment.body == '/release'\n    environment: pypi",
	Good:       "on:\n  push:\n    tags: [\"v*\"]\njobs:\n  publish:\n    environment: pypi",
	References: []string{"SPEC 8: hardening workflow environment permissions", "PyPI: incident report of 2024-12-11"},
}, func(a *audit, rule *finding.Rule) {
	for _, k := range a.releases() {
		j := k.Step.Job
		open := events(j, func(i int) bool {
			r := j.Runs[i].Scenario
			return sends(k, i) && (slices.Contains(openEvents, r.Event) || slices.Contains(reviewEvents, r.Event) && tokenIn(r))
		})
		hint := "start releases by pushing a tag, by publishing a release or by workflow_dispatch, and take this event out of the workflow's \"on\" or out of the job's runs with an if on github.event_name"
		switch {
		case len(open) > 0:
			f := a.at(rule, j, j.Root.Path, triggerLine(j, open[0]), hint,
				"the event %s starts runs in which job %q uploads to %s, and anybody can cause it; %s", list(quoted(open)), j.Job.ID.Value, indexName(k.Index), refused(k, open))
			if k.Index == sinks.TestPyPI || k.Guessed {
				f.Severity = finding.Warning
			}
			a.add(f)
		case slices.Contains(events(j, sendsWhere(k)), "workflow_run"):
			if s := a.headBuilt(k); s != nil {
				f := a.atStep(rule, s, "build the commit of the release, from a pushed tag or a published release; where runs of others must start this one, let it go on only behind github.event.workflow_run.event == 'push'",
					"job %q takes the commit of the run that started this one (workflow_run), which may be anybody's pull request, and its files reach %s; a branch name proves nothing, since forks choose theirs",
					s.Job.Job.ID.Value, indexName(k.Index))
				if k.Index == sinks.TestPyPI {
					f.Severity = finding.Warning
				}
				a.add(f)
				continue
			}
			f := a.at(rule, j, j.Root.Path, triggerLine(j, "workflow_run"),
				"make the upload a job of the workflow that builds, behind its needs; a run that was started by another run cannot tell who started that one",
				"job %q uploads to %s in runs that another workflow's end starts (workflow_run), with secrets and id-token even where that one ran for a pull request",
				j.Job.ID.Value, indexName(k.Index))
			f.Severity = finding.Warning
			a.add(f)
		}
	}
	a.chains(rule)
})

// headBuilt is a step on the path to an upload that gets the commit of the run
// which started this one, where that may be an outsider's, and after which code
// runs or files are stored; nil for none.
func (a *audit) headBuilt(k *graph.Sink) *graph.Step {
	for _, st := range k.Path {
		s, ok := a.doing.heads[st.Job]
		if !ok {
			if a.doing.heads == nil {
				a.doing.heads = map[*graph.Job]*graph.Step{}
			}
			s = a.headIn(st)
			a.doing.heads[st.Job] = s
		}
		if s != nil {
			return s
		}
	}
	return nil
}

func (a *audit) headIn(st *graph.Stage) *graph.Step {
	if !a.followsPulls(st.Job.Root) || afterOwnRun(st.Job) {
		return nil
	}
	var head *graph.Step
	for _, s := range st.Job.Steps {
		if s.Step == nil || !st.In(s) || !slices.ContainsFunc(s.Runs, func(r graph.Run) bool { return r.Runs != expr.False && r.Scenario.Event == "workflow_run" }) {
			continue
		}
		if head != nil && together(head, s) && (len(s.Uploads) > 0 || len(s.Sinks) > 0 || executes(s)) {
			return head
		}
		if head == nil && fetchesPull(s) && !ownRunOnly(s.Step.If.Value) {
			head = s
		}
		if head == s && fetchesAndRuns(s) {
			return head
		}
	}
	return nil
}

// refused adds what the index does about it.
func refused(k *graph.Sink, open []string) string {
	if k.Credential == sinks.TrustedPublishing && len(open) == 1 && open[0] == "pull_request_target" {
		return "PyPI refuses its token, but the job still runs with it"
	}
	return "only people who make releases should start one"
}

// triggerLine is the line of an event under "on" of the file that starts the
// runs of a job.
func triggerLine(j *graph.Job, event string) int {
	if t := j.Root.Trigger(event); t != nil {
		return t.Pos.Line
	}
	return 1
}

func quoted(all []string) []string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = `"` + s + `"`
	}
	return out
}
