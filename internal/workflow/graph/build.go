// SPDX-License-Identifier: BSD-3-Clause

package graph

import (
	"fmt"
	"io/fs"
	"slices"

	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
)

// Limits of the graph; what is beyond them is a [Gap]. MaxWork bounds, in small
// steps, what is spent on steps in all their runs and on following artifacts.
const (
	MaxJobs  = 2_000  // jobs, those of called workflows counted for each call
	MaxSteps = 20_000 // steps of all jobs
	MaxCalls = 10     // reusable workflows that call one another
	MaxRuns  = 200    // ways in which one workflow starts
	MaxSinks = 1_000  // uploads to an index
	MaxWork  = 20_000_000
)

// Facts is what is known of the repository from elsewhere; empty fields are
// not known.
type Facts struct {
	Repository    string // OWNER/NAME
	DefaultBranch string
}

// Build joins the workflows that [workflow.Read] read with the other files of
// the same tree.
func Build(fsys fs.FS, repo *workflow.Repository, facts Facts) *Graph {
	b := &builder{
		g: &Graph{Repo: repo}, fs: fsys, facts: facts, files: map[string]string{}, unreadable: map[string]bool{},
		conditions: map[string]*expr.Expr{}, templates: map[string]expr.Template{}, scripts: map[scriptKey]*parsed{}, uv: map[string]bool{},
	}
	for _, p := range repo.Problems {
		if p.Lost {
			b.g.Gaps = append(b.g.Gaps, Gap{Kind: UnreadFile, File: p.File, Line: p.Line, Name: p.File, Reason: p.Message})
		}
	}
	if repo.Incomplete {
		b.g.Gaps = append(b.g.Gaps, Gap{Kind: UnreadFile, File: workflow.Folder, Name: workflow.Folder, Reason: "it holds files that were not read (links, or too many)"})
	}
	called := b.called()
	for _, w := range repo.Workflows {
		var triggers []expr.Trigger
		for _, t := range w.Triggers {
			if t.Event != "workflow_call" || !called[w] {
				triggers = append(triggers, trigger(t))
			}
		}
		var runs []Run
		for _, s := range expr.Scenarios(triggers, expr.Repo{FullName: facts.Repository, DefaultBranch: facts.DefaultBranch}) {
			runs = append(runs, Run{s, expr.True})
		}
		if len(runs) > MaxRuns {
			b.gap(Gap{Kind: UnreadFile, File: w.Path, Name: w.Path, Reason: fmt.Sprintf("it can start in %d ways, more than the %d that are looked at one by one", len(runs), MaxRuns)})
			runs = []Run{{&expr.Scenario{}, expr.Unknown}}
		}
		if len(runs) == 0 && len(w.Triggers) == 0 {
			// A file whose triggers were not understood may start in any way.
			runs = []Run{{&expr.Scenario{}, expr.Unknown}}
		}
		if len(runs) > 0 {
			b.instance(frame{root: w, file: w, runs: runs})
		}
	}
	b.link()
	return b.g
}

type builder struct {
	g          *Graph
	fs         fs.FS
	facts      Facts
	files      map[string]string
	unreadable map[string]bool // files that are there, or may be, and cannot be read
	conditions map[string]*expr.Expr
	templates  map[string]expr.Template
	scripts    map[scriptKey]*parsed
	steps      int
	uv         map[string]bool // by folder: its pyproject.toml has settings of uv
	work       int
	full       bool // a limit was met and told
}

func (b *builder) gap(g Gap) { b.g.Gaps = append(b.g.Gaps, g) }

// called are the workflows that another one of the repository calls.
func (b *builder) called() map[*workflow.Workflow]bool {
	out := map[*workflow.Workflow]bool{}
	for _, w := range b.g.Repo.Workflows {
		for _, j := range w.Jobs {
			if j.Call == nil {
				continue
			}
			if callee, _, err := b.callee(j.Call); err == nil && callee != w {
				out[callee] = true
			}
		}
	}
	return out
}

func trigger(t workflow.Trigger) expr.Trigger {
	out := expr.Trigger{
		Event: t.Event, Branches: texts(t.Branches), BranchesIgnore: texts(t.BranchesIgnore), Tags: texts(t.Tags), TagsIgnore: texts(t.TagsIgnore),
		Paths: texts(t.Paths), PathsIgnore: texts(t.PathsIgnore), Types: texts(t.Types), Crons: texts(t.Cron), Workflows: texts(t.Workflows),
	}
	for _, in := range t.Inputs {
		e := expr.Input{Name: in.Name.Value, Type: in.Type.Value, Options: texts(in.Options), Required: in.Required}
		if in.Default.Written() {
			e.Default = &in.Default.Value
		}
		out.Inputs = append(out.Inputs, e)
	}
	return out
}

func texts(all []workflow.Text) []string {
	var out []string
	for _, t := range all {
		out = append(out, t.Value)
	}
	return out
}

// frame is one workflow file as it runs: started by itself or called.
type frame struct {
	root    *workflow.Workflow
	callers []*Job
	file    *workflow.Workflow
	runs    []Run
	// perms are the calling job's, nil at the root.
	perms *workflow.Permissions
	bound bindings
}

// instance adds the jobs of a workflow file and of those it calls, and returns
// them.
func (b *builder) instance(f frame) []*Job {
	made := make([]*Job, len(f.file.Jobs))
	state := make([]int, len(f.file.Jobs)) // 1 = being made, 2 = made
	ids := map[string]int{}
	for i, j := range f.file.Jobs {
		ids[lower(j.ID.Value)] = i
	}
	// inside are the jobs that a call stands for.
	inside := make([][]*Job, len(f.file.Jobs))
	var all []*Job
	var makeJob func(i int)
	makeJob = func(i int) {
		state[i] = 1
		written := f.file.Jobs[i]
		var needs []need
		for _, n := range written.Needs {
			k, ok := ids[lower(n.Value)]
			if ok && state[k] == 0 {
				makeJob(k)
			}
			if !ok || state[k] != 2 {
				needs = append(needs, need{id: lower(n.Value)}) // GitHub starts no such run
				continue
			}
			needs = append(needs, need{lower(n.Value), made[k], inside[k]})
		}
		made[i], inside[i] = b.job(f, written, needs)
		state[i] = 2
	}
	for i := range f.file.Jobs {
		if len(b.g.Jobs)+len(all) >= MaxJobs || b.steps >= MaxSteps {
			b.limit(f.file.Path)
			break
		}
		if state[i] == 0 {
			makeJob(i)
		}
	}
	for i, j := range made {
		if j != nil {
			all = append(all, j)
			b.g.Jobs = append(b.g.Jobs, j)
			if j.Calls {
				all = append(all, inside[i]...)
			}
		}
	}
	return all
}

// limit tells that a limit was met.
func (b *builder) limit(file string) {
	if !b.full {
		b.full = true
		b.gap(Gap{Kind: UnreadFile, File: file, Name: file, Reason: fmt.Sprintf("the workflows run more than %d jobs, %d steps or %d uploads, or take too long to follow; the rest was not looked at", MaxJobs, MaxSteps, MaxSinks)})
	}
}

// spend reports whether there is work left for n more small steps.
func (b *builder) spend(n int, file string) bool {
	if b.work += n; b.work > MaxWork {
		b.limit(file)
		return false
	}
	return true
}

type need struct {
	id     string
	job    *Job   // nil: there is no such job
	inside []*Job // where job calls a workflow
}

func (b *builder) job(f frame, written *workflow.Job, needs []need) (*Job, []*Job) {
	j := &Job{Root: f.root, Callers: f.callers, File: f.file, Job: written, variants: b.variants(f, written)}
	j.Windows = windows(j.variants)
	effective := f.file.EffectivePermissions(written)
	if f.perms != nil {
		j.Permissions = workflow.Intersect(f.perms, effective)
	} else {
		j.Permissions = *effective
	}
	for _, n := range needs {
		switch {
		case n.job == nil:
		case n.job.Calls:
			j.Needs = append(j.Needs, n.inside...)
		default:
			j.Needs = append(j.Needs, n.job)
		}
	}
	j.Runs = b.jobRuns(f, written, needs)
	j.Environment = b.environment(f, j)
	if written.Incomplete {
		b.gap(Gap{Kind: UnreadFile, Job: j, File: f.file.Path, Line: written.Pos.Line, Name: "job " + written.ID.Value, Reason: "part of it could not be read"})
	}
	if written.Call == nil {
		b.jobSteps(f, j)
		return j, nil
	}
	callee, elsewhere, err := b.callee(written.Call)
	switch {
	case err != nil:
		j.Remote = written.Call
		b.remote(f, j, err)
		return j, nil
	case callee == f.file || len(f.callers) >= MaxCalls || slices.ContainsFunc(f.callers, func(c *Job) bool { return c.File == callee }):
		b.gap(Gap{Kind: UnknownWorkflow, Job: j, File: f.file.Path, Line: written.Pos.Line, Name: callee.Path, Reason: "it calls itself, or calls nest too deep; GitHub does not run that"})
		return j, nil
	}
	j.Calls = true
	if elsewhere != "" {
		b.gap(Gap{Kind: UnknownWorkflow, Job: j, File: f.file.Path, Line: written.Call.Uses.Pos.Line, Name: written.Call.Uses.Raw.Value,
			Reason: fmt.Sprintf("it is this repository's own file as of %q, whose text may be another one than what was read; call it by ./%s", elsewhere, callee.Path)})
	}
	inner := frame{root: f.root, callers: append(slices.Clip(slices.Clone(f.callers)), j), file: callee, perms: &j.Permissions, bound: b.bindCall(f, written.Call, callee)}
	for i, r := range j.Runs {
		inner.runs = append(inner.runs, Run{r.Scenario.Call(b.callValues(f, i, written.Call, callee)), r.Runs})
	}
	return j, b.instance(inner)
}
