// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"
	"sync"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/known"
)

// starter is how a step starts runs of another workflow, or lets one go on.
type starter struct {
	what string // completes "a run … "
	line int
	file string
	// event is the event that it causes; "" for any.
	event string
	// token: GitHub starts no run for what GITHUB_TOKEN does there.
	own bool
}

// chains finds the steps by which a run that an outsider can start makes a run
// start that publishes, or lets it pass a reviewed environment.
func (a *audit) chains(rule *finding.Rule) {
	leads := map[string]*graph.Sink{}
	for _, j := range a.in.Graph.Jobs {
		if !opens(j) || a.guarded(j) || mergedOnly(j) {
			continue
		}
		keyed := sync.OnceValue(func() bool { return pushesAsAnother(j) })
		behind := a.followsPulls(j.Root) && !afterOwnRun(j)
		for _, s := range j.Steps {
			if s.Step == nil || asksWho(s.Step.If) {
				continue
			}
			event := openEvent(s, behind && !ownRunOnly(s.Step.If.Value))
			if event == "" {
				continue
			}
			for _, st := range starters(s) {
				k, ok := leads[st.event]
				if !ok {
					k = a.startedBy(st)
					leads[st.event] = k
				}
				if k == nil || !mayStart(j, s, st, keyed) {
					continue
				}
				a.add(a.at(rule, j, st.file, st.line,
					"start releases by hand; or let the job run only for people of the project, by an if on github.event.comment.author_association or by an environment with reviewers",
					"the event %q starts runs in which job %q %s, and anybody can cause it; by that, job %q uploads to %s", event, j.Job.ID.Value, st.what, k.Step.Job.Job.ID.Value, indexName(k.Index)))
				break
			}
		}
	}
}

// opens reports whether a job may run in a run that outsiders cause.
func opens(j *graph.Job) bool {
	return slices.ContainsFunc(j.Runs, func(r graph.Run) bool {
		return r.Runs != expr.False && (r.Scenario.Event == "workflow_run" || slices.Contains(openEvents, r.Scenario.Event) || slices.Contains(reviewEvents, r.Scenario.Event))
	})
}

// openEvent is an event that outsiders can cause, in a run of which the step
// has the repository's own rights; "" for none. Behind says that the end of
// another run is such an event.
func openEvent(s *graph.Step, behind bool) string {
	for _, r := range s.Runs {
		if r.Runs == expr.False || r.Scenario.Fork == expr.False {
			continue
		}
		e := r.Scenario.Event
		if slices.Contains(openEvents, e) || slices.Contains(reviewEvents, e) && tokenIn(r.Scenario) || e == "workflow_run" && behind {
			return e
		}
	}
	return ""
}

// afterOwnRun reports whether conditions let a job run only behind runs that
// are the repository's own.
func afterOwnRun(j *graph.Job) bool {
	jobs := append([]*graph.Job{j}, j.Callers...)
	for n := range upstream(j) {
		jobs = append(jobs, n)
	}
	return slices.ContainsFunc(jobs, func(n *graph.Job) bool { return ownRunOnly(n.Job.If.Value) })
}

// ownRunOnly reports whether a condition asks where the run that ended came
// from.
func ownRunOnly(condition string) bool {
	t := strings.ReplaceAll(strings.ToLower(condition), " ", "")
	if strings.Contains(t, "||") {
		return false
	}
	return slices.ContainsFunc([]string{
		"workflow_run.event=='push'", "workflow_run.event=='release'", "workflow_run.event=='workflow_dispatch'", "workflow_run.event=='schedule'",
		"workflow_run.event!='pull_request'", "workflow_run.head_repository.full_name==github.repository", "workflow_run.head_repository.fork==false",
	}, func(part string) bool { return strings.Contains(t, part) })
}

// mergedOnly reports whether a job runs for pull requests that somebody merged.
func mergedOnly(j *graph.Job) bool {
	return strings.Contains(strings.ToLower(j.Job.If.Value), "pull_request.merged")
}

// startingTexts are what requests and commands are told by, in lower case.
var startingTexts = []struct{ text, what, event string }{
	{"pending_deployments", "approves a waiting deployment", ""},
	{"reviewpendingdeployments", "approves a waiting deployment", ""},
	{"/approve", "approves a run that waits", "-"},
	{"createworkflowdispatch", "starts another workflow", "workflow_dispatch"},
	{"createdispatchevent", "starts another workflow", "repository_dispatch"},
	{"createrelease", "makes a release", "release"},
	{"createref", "makes a tag", "push"},
}

// starters are how a step starts other runs.
func starters(s *graph.Step) []starter {
	var out []starter
	at := func(what, event string, own bool, file string, line int) {
		out = append(out, starter{what: what, event: event, own: own, file: file, line: line})
	}
	if u := s.Uses; u != nil {
		name := strings.ToLower(u.Name())
		switch {
		case strings.Contains(name, "repository-dispatch"):
			at("sends a repository_dispatch", "repository_dispatch", false, s.File, s.Line)
		case strings.Contains(name, "workflow-dispatch"):
			at("starts another workflow", "workflow_dispatch", false, s.File, s.Line)
		case strings.Contains(name, "release-drafter") && !strings.EqualFold(s.With["publish"], "true"), strings.EqualFold(s.With["draft"], "true"):
		case s.Known.Role == known.Releases:
			at("makes a release", "release", true, s.File, s.Line)
		case strings.Contains(name, "tag-action") || strings.HasSuffix(name, "-tag") || strings.Contains(name, "create-tag"):
			at("pushes a tag", "push", true, s.File, s.Line)
		}
		for _, text := range s.With {
			lower := strings.ToLower(text)
			for _, t := range startingTexts {
				if t.event != "-" && strings.Contains(lower, t.text) {
					at(t.what, t.event, t.event == "release" || t.event == "push", s.File, s.Line)
				}
			}
		}
		return out
	}
	for _, c := range s.Commands {
		words := strings.ToLower(strings.Join(commandWords(c.Command), " "))
		a := commandArgs(c.Command)
		switch c.Program() {
		case "gh":
			switch v := positional(a, "-R", "--repo", "--hostname"); {
			case len(v) > 1 && v[0] == "workflow" && v[1] == "run":
				at("starts another workflow", "workflow_dispatch", false, c.File, c.Line)
			case len(v) > 1 && v[0] == "release" && (v[1] == "create" || v[1] == "edit") && !hasFlag(a, "--draft", "-d"):
				at("makes a release", "release", true, c.File, c.Line)
			case len(v) > 0 && v[0] == "api":
				request(words, at, c)
			}
		case "curl", "wget", "hub", "http", "https", "xh", "invoke-restmethod", "invoke-webrequest":
			request(words, at, c)
		case "git":
			if slices.Contains(a, "push") && (hasFlag(a, "--tags", "--follow-tags", "--mirror") || strings.Contains(words, "refs/tags") || strings.Contains(words, "tag") || strings.Contains(words, " v") || makesTag(s)) {
				at("pushes a tag", "push", true, c.File, c.Line)
			}
		}
	}
	return out
}

// makesTag reports whether a step makes a tag.
func makesTag(s *graph.Step) bool {
	return slices.ContainsFunc(s.Commands, func(c graph.Command) bool {
		a := commandArgs(c.Command)
		return c.Program() == "git" && len(a) > 1 && a[0] == "tag" && !hasFlag(a, "-l", "--list", "--points-at", "--contains", "--sort", "-d", "--delete")
	})
}

func request(words string, at func(what, event string, own bool, file string, line int), c graph.Command) {
	switch {
	case strings.Contains(words, "/actions/workflows/") && strings.Contains(words, "/dispatches"):
		at("starts another workflow", "workflow_dispatch", false, c.File, c.Line)
	case strings.Contains(words, "/dispatches"):
		at("sends a repository_dispatch", "repository_dispatch", false, c.File, c.Line)
	case strings.Contains(words, "pending_deployments"), strings.Contains(words, "/deployment_protection_rule"):
		at("approves a waiting deployment", "", false, c.File, c.Line)
	case strings.Contains(words, "/git/refs") && strings.Contains(words, "tags"):
		at("makes a tag", "push", true, c.File, c.Line)
	case strings.Contains(words, "/releases") && (strings.Contains(words, "post") || strings.Contains(words, "tag_name")):
		at("makes a release", "release", true, c.File, c.Line)
	}
}

// startedBy is an upload that a start may lead to, nil for none.
func (a *audit) startedBy(st starter) *graph.Sink {
	for _, k := range a.releases() {
		for i, r := range k.Step.Runs {
			if !sends(k, i) || !releasesTo(k) {
				continue
			}
			e := r.Scenario
			if st.event == "" && k.Step.Job.Environment.Written || e.Event == st.event && (st.event != "push" || e.Ref.Type == "tag") || st.event == "release" && e.Event == "push" && e.Ref.Type == "tag" {
				return k
			}
		}
	}
	return nil
}

// mayStart reports whether a step has the rights for it: those of the job, or a
// token of another's.
func mayStart(j *graph.Job, s *graph.Step, st starter, keyed func() bool) bool {
	texts := []string{s.Script}
	for _, t := range s.Env {
		texts = append(texts, t)
	}
	for _, t := range s.With {
		texts = append(texts, t)
	}
	for _, t := range texts {
		t = strings.ReplaceAll(strings.ToLower(t), "secrets.github_token", "")
		if strings.Contains(t, "secrets.") || strings.Contains(t, "secrets[") || strings.Contains(t, "outputs.token") {
			return true
		}
	}
	if st.own {
		return keyed()
	}
	scope := "actions"
	if st.event == "repository_dispatch" {
		scope = "contents"
	}
	access := j.Permissions.Of(scope)
	return access == workflow.WriteAccess || access == workflow.UnknownAccess
}

// pushesAsAnother reports whether a job's checkout leaves a token or key behind
// that is not GITHUB_TOKEN.
func pushesAsAnother(j *graph.Job) bool {
	return slices.ContainsFunc(j.Steps, func(o *graph.Step) bool {
		t := strings.ToLower(o.With["token"] + o.With["ssh-key"])
		return o.Known.Role == known.Checkout && (strings.Contains(t, "secrets.") && !strings.Contains(t, "secrets.github_token") || strings.Contains(t, "outputs."))
	})
}
