// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"path"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/known"
)

// exposure is a place at which a run that shares the caches of the default
// branch executes what an outsider sends.
type exposure struct {
	file  string
	line  int
	event string
	how   string // completes "a run on EVENT …"
}

// defaultScope are the events that an outsider causes and whose runs write
// caches where the runs of a release look for them.
var defaultScope = []string{"pull_request_target", "issue_comment", "issues", "workflow_run", "discussion", "discussion_comment", "fork", "watch", "gollum"}

// exposures are the places of a repository, at most one for each job.
func (a *audit) exposures() []exposure {
	var out []exposure
	for _, j := range a.in.Graph.Jobs {
		if a.guarded(j) {
			continue
		}
		read := map[*graph.Step]*taints{}
		for i, r := range j.Runs {
			if r.Runs == expr.False || !slices.Contains(defaultScope, r.Scenario.Event) || r.Scenario.Fork == expr.False {
				continue
			}
			if r.Scenario.Event == "workflow_run" && !a.followsPulls(j.Root) {
				continue
			}
			if x, ok := exposedIn(j, i, read); ok {
				x.event = r.Scenario.Event
				out = append(out, x)
				break
			}
		}
	}
	return out
}

// exposedIn looks for outsiders' text in the scripts of run i of a job, and for
// code that is run after an outsider's commit was checked out. Read are the
// scripts that were read for earlier runs.
func exposedIn(j *graph.Job, i int, read map[*graph.Step]*taints) (exposure, bool) {
	fetched, artifact := false, ""
	for _, s := range j.Steps {
		if s.Runs[i].Runs == expr.False || s.Step == nil || asksWho(s.Step.If) {
			continue
		}
		if read[s] == nil {
			read[s] = taintsOf(s)
		}
		for _, t := range read[s].in(func(f func(i int) bool) { f(i) }) {
			switch {
			case t.who != expr.Outsider:
			case t.does != "":
				return exposure{file: s.File, line: t.line, how: t.does}, true
			default:
				return exposure{file: s.File, line: t.line, how: "puts " + t.text + " into a script"}, true
			}
		}
		switch {
		case fetched && executes(s), fetchesAndRuns(s):
			return exposure{file: s.File, line: s.Line, how: "runs code of the pull request"}, true
		case fetched && s.Uses != nil && s.Known.Role == known.Unknown:
			return exposure{file: s.File, line: s.Line, how: "gives the files of the pull request to " + s.Uses.Raw.Value + ", which is not known here"}, true
		case artifact != "" && runsFrom(s, artifact):
			return exposure{file: s.File, line: s.Line, how: "runs what lies in an artifact of the run before it, which may be one of a pull request"}, true
		}
		fetched = fetched || fetchesPull(s)
		if j.Runs[i].Scenario.Event == "workflow_run" {
			for _, d := range s.Downloads {
				if d.Outside != "" && d.Outside != "an address" && d.Outside != "a release" {
					artifact = path.Clean(strings.TrimPrefix(d.Dest, "${{ github.workspace }}/"))
				}
			}
		}
	}
	return exposure{}, false
}

// guarded reports whether somebody else decides whether a job runs: a
// condition on who caused the run, or an environment before it that waits for a
// person: a publisher's, which the other rules look after, or one that GitHub
// says has reviewers.
func (a *audit) guarded(j *graph.Job) bool {
	jobs := append([]*graph.Job{j}, j.Callers...)
	for n := range upstream(j) {
		jobs = append(jobs, n)
	}
	return slices.ContainsFunc(jobs, func(n *graph.Job) bool {
		return a.waitsForPerson(n.Environment) || asksWho(n.Job.If)
	})
}

func (a *audit) waitsForPerson(e graph.Environment) bool {
	if !e.Written || !e.Constant || e.Name == "" {
		return false
	}
	if slices.ContainsFunc(a.publishers, func(p *publisher) bool { return p.known && strings.EqualFold(p.environment, e.Name) }) {
		return true
	}
	answer := a.in.Settings.GitHub.Environment(e.Name)
	return a.in.Settings.WhyNot == "" && answer.Err == nil && answer.Value.RequiresReview
}

// asksWho reports whether a condition lets only people run something whom it
// names.
func asksWho(t workflow.Text) bool {
	if !t.Written() {
		return false
	}
	e, err := expr.Parse(t.Value)
	return err == nil && e.AsksWho()
}

// followsPulls reports whether a workflow that starts after others may start
// after one that pull requests start.
func (a *audit) followsPulls(w *workflow.Workflow) bool {
	t := w.Trigger("workflow_run")
	if t == nil || len(t.Workflows) == 0 {
		return true
	}
	for _, name := range t.Workflows {
		found := false
		for _, o := range a.in.Graph.Repo.Workflows {
			if o.Name.Value != name.Value && o.Path != name.Value {
				continue
			}
			found = true
			for _, e := range o.Triggers {
				if strings.HasPrefix(e.Event, "pull_request") {
					return true
				}
			}
		}
		if !found {
			return true
		}
	}
	return false
}
