// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
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
		if guarded(j) {
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
	fetched := false
	for _, s := range j.Steps {
		if s.Runs[i].Runs == expr.False || s.Step == nil || asksWho(s.Step.If) {
			continue
		}
		if read[s] == nil {
			read[s] = taintsOf(s)
		}
		for _, t := range read[s].in(func(f func(i int) bool) { f(i) }) {
			if t.who == expr.Outsider {
				return exposure{file: s.File, line: t.line, how: "puts " + t.text + " into a script"}, true
			}
		}
		if fetched && executes(s) {
			return exposure{file: s.File, line: s.Line, how: "runs code of the pull request"}, true
		}
		fetched = fetched || fetchesPull(s)
	}
	return exposure{}, false
}

// guarded reports whether somebody else decides whether a job runs: a
// condition on who caused the run, or a reviewed environment before it.
func guarded(j *graph.Job) bool {
	jobs := append([]*graph.Job{j}, j.Callers...)
	for n := range upstream(j) {
		jobs = append(jobs, n)
	}
	return slices.ContainsFunc(jobs, func(n *graph.Job) bool {
		return n.Environment.Written || asksWho(n.Job.If)
	})
}

// asksWho reports whether a condition looks at who caused the run.
func asksWho(t workflow.Text) bool {
	text := strings.ToLower(t.Value)
	for _, path := range []string{"author_association", "github.actor", "triggering_actor", "sender.login", "user.login", "workflow_run.event"} {
		if strings.Contains(text, path) {
			return true
		}
	}
	return false
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

// fetchesPull reports whether a step gets the commit of a pull request.
func fetchesPull(s *graph.Step) bool {
	if s.Known.Role == known.Checkout {
		return namesPull(s.With["ref"]) || namesPull(s.With["repository"])
	}
	for _, c := range s.Commands {
		words := make([]string, len(c.Words))
		for i, w := range c.Words {
			words[i] = w.Text
		}
		switch c.Program() {
		case "gh", "hub":
			if len(words) > 2 && words[1] == "pr" && words[2] == "checkout" {
				return true
			}
		case "git":
			if slices.ContainsFunc(words, namesPull) {
				return true
			}
		}
	}
	return false
}

// namesPull reports whether a text leads to the commit of a pull request.
func namesPull(text string) bool {
	text = strings.ToLower(text)
	if strings.HasPrefix(text, "refs/pull/") || strings.HasPrefix(text, "pull/") || strings.HasPrefix(text, "+refs/pull/") {
		return true
	}
	t, _ := expr.ParseTemplate(text)
	for _, e := range t.Exprs() {
		for _, r := range e.Refs() {
			p := strings.TrimPrefix(r.Path, "github.event.")
			switch {
			case !r.Flows:
			case strings.HasPrefix(p, "pull_request.head."), p == "pull_request.merge_commit_sha", strings.HasPrefix(p, "workflow_run.head_"),
				strings.HasPrefix(p, "workflow_run.pull_requests"), p == "github.head_ref",
				(r.Context() == "steps" || r.Context() == "needs") && strings.Contains(r.Property(2), "head"):
				return true
			}
		}
	}
	return false
}

// executes reports whether a step runs code that lies in the workspace.
func executes(s *graph.Step) bool {
	if len(s.Chain) > 0 && s.Chain[0].Step.Uses.Kind == workflow.Local || s.Step.Uses != nil && s.Step.Uses.Kind == workflow.Local {
		return true // the action itself is from the pull request
	}
	switch s.Known.Role {
	case known.Builds, known.Tests, known.Installs:
		return true
	}
	return slices.ContainsFunc(s.Commands, func(c graph.Command) bool { return !inert(c) })
}

// inert reports whether a command runs no code that lies in the workspace.
func inert(c graph.Command) bool {
	name := c.Program()
	if strings.Contains(" "+inertPrograms+" ", " "+name+" ") && name != "" {
		return true
	}
	in, ok := installOf(c)
	return ok && !in.local && len(in.files) == 0
}

const inertPrograms = "git gh hub echo printf cat ls cd pwd mkdir cp mv rm jq yq grep sed awk cut sort uniq head tail test [ [[ ( : export set exit true false " +
	"curl wget date sleep find tr wc tee touch diff sha256sum sha512sum tar unzip zip gzip read local unset shift return cmp basename dirname apt-get apt brew sudo"
