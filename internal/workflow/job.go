// SPDX-License-Identifier: BSD-3-Clause

package workflow

import (
	"slices"

	"go.yaml.in/yaml/v4"
)

// workflow reads a whole workflow file into w.
func (f *file) workflow(w *Workflow) {
	fields := f.fields(f.root, "the workflow", exact)
	if isMapping := f.root.Kind == yaml.MappingNode; isMapping && !slices.ContainsFunc(fields, func(e field) bool {
		key := lower(e.key.Value)
		return key == "on" || key == "jobs"
	}) {
		// Some keep other files in the folder. GitHub runs nothing of them.
		f.problem(f.start(f.root), false, "the file is no workflow: it has neither \"on\" nor \"jobs\"")
		return
	}
	defer f.check()
	jobs := false
	for _, e := range fields {
		switch key := e.key.Value; key {
		case "name":
			w.Name = f.text(e.val, key)
		case "run-name":
			w.RunName = f.text(e.val, key)
		case "on":
			w.Triggers = append(w.Triggers, f.triggers(e.val)...)
		case "permissions":
			w.Permissions = f.permissions(e)
		case "env":
			w.Env = f.vars(e.val, "env")
		case "defaults":
			w.Defaults = f.defaults(e.val)
		case "concurrency":
			w.Concurrency = f.concurrency(e)
		case "jobs":
			jobs = true
			for _, e := range f.fields(e.val, "jobs", anyCase) {
				w.Jobs = append(w.Jobs, f.job(e))
			}
		default:
			f.unknown(e.key, "the workflow", true)
		}
	}
	if !jobs {
		f.problem(f.start(f.root), true, "the workflow has no jobs")
	}
}

func (f *file) job(e field) *Job {
	j := &Job{ID: e.key, Pos: e.key.Pos(), End: max(e.key.Line, f.end(e.raw))}
	defer f.enter(&j.Incomplete)()
	what := "the job " + quote(j.ID.Value)
	var call Call
	steps, uses := false, false
	for _, e := range f.fields(e.val, what, exact) {
		switch key := e.key.Value; key {
		case "name":
			j.Name = f.text(e.val, key)
		case "if":
			j.If = f.text(e.val, key)
		case "needs":
			j.Needs = f.texts(e.val, key)
		case "runs-on":
			j.RunsOn = f.runsOn(e.val)
		case "permissions":
			j.Permissions = f.permissions(e)
		case "environment":
			j.Environment = f.environment(e)
		case "env":
			j.Env = f.vars(e.val, key)
		case "defaults":
			j.Defaults = f.defaults(e.val)
		case "concurrency":
			j.Concurrency = f.concurrency(e)
		case "outputs":
			j.Outputs = f.vars(e.val, key)
		case "strategy":
			j.Strategy = f.strategy(e)
		case "container":
			j.Container = f.container(e.val)
		case "services":
			j.Services = f.services(e.val)
		case "continue-on-error":
			j.ContinueOnError = f.text(e.val, key)
		case "timeout-minutes":
			j.TimeoutMinutes = f.text(e.val, key)
		case "steps":
			steps = true
			j.Steps = append(j.Steps, f.steps(e.val, key)...)
		case "uses":
			uses = true
			call.Uses = f.uses(e)
		case "with":
			call.With = f.vars(e.val, key)
		case "secrets":
			if e.val.Kind == yaml.ScalarNode && e.val.Value == "inherit" {
				call.Inherit = true
			} else {
				call.Secrets = f.vars(e.val, key)
			}
		case "snapshot": // makes an image of the runner; nothing of it is a step
		default:
			f.unknown(e.key, what, true)
		}
	}
	if uses {
		j.Call = &call
	}
	switch {
	case steps && uses:
		f.problem(j.Pos, true, "%s has both steps and uses; GitHub refuses it", what)
	case !steps && !uses:
		f.problem(j.Pos, true, "%s has neither steps nor uses", what)
	}
	return j
}

func (f *file) permissions(e field) *Permissions {
	p := &Permissions{Kind: Named, Pos: e.key.Pos()}
	if null(e.val) {
		p.Kind = Unread
		f.problem(f.start(e.val), true, "permissions is empty; {} is how to give none")
		return p
	}
	if e.val.Kind == yaml.ScalarNode {
		switch t := f.text(e.val, "permissions"); t.Value {
		case "read-all":
			p.Kind = ReadAll
		case "write-all":
			p.Kind = WriteAll
		default:
			p.Kind = Unread
			f.problem(t.Pos(), true, "permissions is %s; GitHub takes read-all, write-all or a mapping", quote(t.Value))
		}
		return p
	}
	if e.val.Kind == yaml.SequenceNode {
		p.Kind = Unread
	}
	for _, e := range f.fields(e.val, "permissions", anyCase) {
		s := Scope{Name: e.key}
		switch t := f.text(e.val, "a permission"); t.Value {
		case "none":
		case "read":
			s.Access = ReadAccess
		case "write":
			s.Access = WriteAccess
		default:
			s.Access = UnknownAccess
			f.problem(t.Pos(), true, "the permission %s is %s; GitHub takes none, read and write", quote(s.Name.Value), quote(t.Value))
		}
		if !knownScope(s.Name.Value) {
			f.problem(e.key.Pos(), false, "%s is no permission that is known", quote(s.Name.Value))
		}
		p.Scopes = append(p.Scopes, s)
	}
	return p
}

func (f *file) environment(e field) *Environment {
	if null(e.val) {
		f.problem(e.key.Pos(), false, "environment is empty, which is none")
		return nil
	}
	out := &Environment{Pos: e.key.Pos()}
	if e.val.Kind == yaml.ScalarNode {
		out.Name = f.text(e.val, "environment")
		return out
	}
	for _, e := range f.fields(e.val, "environment", exact) {
		switch key := e.key.Value; key {
		case "name":
			out.Name = f.text(e.val, key)
		case "url":
			out.URL = f.text(e.val, key)
		case "deployment":
			out.Deployment = f.text(e.val, key)
		default:
			f.unknown(e.key, "environment", true)
		}
	}
	return out
}

func (f *file) concurrency(e field) *Concurrency {
	if null(e.val) {
		return nil
	}
	out := &Concurrency{Pos: e.key.Pos()}
	if e.val.Kind == yaml.ScalarNode {
		out.Group = f.text(e.val, "concurrency")
		return out
	}
	for _, e := range f.fields(e.val, "concurrency", exact) {
		switch key := e.key.Value; key {
		case "group":
			out.Group = f.text(e.val, key)
		case "cancel-in-progress":
			out.CancelInProgress = f.text(e.val, key)
		case "queue":
			f.ours[e.key.Pos()] = true
			out.Queue = f.text(e.val, key)
		default:
			f.unknown(e.key, "concurrency", false)
		}
	}
	return out
}

func (f *file) defaults(n *yaml.Node) Defaults {
	var out Defaults
	for _, e := range f.fields(n, "defaults", exact) {
		if e.key.Value != "run" {
			f.unknown(e.key, "defaults", true)
			continue
		}
		for _, e := range f.fields(e.val, "defaults.run", exact) {
			switch key := e.key.Value; key {
			case "shell":
				out.Shell = f.text(e.val, key)
			case "working-directory":
				out.WorkingDirectory = f.text(e.val, key)
			default:
				f.unknown(e.key, "defaults.run", true)
			}
		}
	}
	return out
}
