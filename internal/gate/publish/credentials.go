// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
)

// mention is a place where a workflow or local action names a secret.
type mention struct {
	file string
	line int
	job  *workflow.Job // nil outside of a job
	step *workflow.Step
	// secret is the name in upper case: [expr.AllSecrets] for one that is not
	// constant, "" where a token stands in the text itself.
	secret string
	// in is where it stands, for messages: env "TWINE_PASSWORD".
	in string
}

// tokenText is how an API token of PyPI or TestPyPI begins: the prefix and the
// version byte of what it encodes.
const tokenText = "pypi-AgE"

// mentions are all places in the files that name a secret other than GitHub's
// own, in the order of files and lines, whether a run reaches them or not.
func (a *audit) mentions() []mention {
	if a.mentioned == nil {
		a.mentioned = append([]mention{}, a.scan()...)
	}
	return slices.Clip(a.mentioned)
}

func (a *audit) scan() []mention {
	var s scanner
	for _, w := range a.in.Graph.Repo.Workflows {
		s.workflow(w)
	}
	var folders []string
	for folder := range a.in.Graph.Repo.Actions {
		folders = append(folders, folder)
	}
	slices.Sort(folders)
	for _, folder := range folders {
		act := a.in.Graph.Repo.Actions[folder]
		s.at = mention{file: act.Path}
		s.vars("env", act.Env)
		for _, t := range act.Args {
			s.text("args", t)
		}
		s.steps(act.Steps)
	}
	return s.found
}

// scanner walks the texts of the files; at is where it is.
type scanner struct {
	at    mention
	found []mention
}

func (s *scanner) workflow(w *workflow.Workflow) {
	s.at = mention{file: w.Path}
	s.vars("env", w.Env)
	for _, j := range w.Jobs {
		s.at = mention{file: w.Path, job: j}
		s.vars("env", j.Env)
		s.vars("output", j.Outputs)
		s.container(j.Container)
		for _, service := range j.Services {
			s.container(service.Container)
		}
		if j.Call != nil {
			s.vars("input", j.Call.With)
			s.vars("secret", j.Call.Secrets)
		}
		s.steps(j.Steps)
	}
}

func (s *scanner) container(c *workflow.Container) {
	if c == nil {
		return
	}
	s.vars("env", c.Env)
	for _, t := range []workflow.Text{c.Image, c.Options, c.Username, c.Password, c.Credentials} {
		s.text("the container", t)
	}
}

func (s *scanner) steps(steps []*workflow.Step) {
	for step := range workflow.All(steps) {
		s.at.step = step
		s.vars("env", step.Env)
		s.vars("input", step.With)
		if step.Run != nil {
			s.text("the script", step.Run.Script)
			s.text("the shell", step.Run.Shell)
		}
	}
	s.at.step = nil
}

func (s *scanner) vars(kind string, vars []workflow.Var) {
	for _, v := range vars {
		in := kind
		if v.Name.Written() {
			in += ` "` + v.Name.Value + `"`
		}
		s.text(in, v.Value)
	}
}

func (s *scanner) text(in string, t workflow.Text) {
	if i := strings.Index(t.Value, tokenText); i >= 0 {
		s.add(in, "", t.LineOf(i))
	}
	if !strings.Contains(t.Value, "${{") || !strings.Contains(strings.ToLower(t.Value), "secrets") {
		return
	}
	tpl, _ := expr.ParseTemplate(t.Value) // GitHub starts no run with a broken one
	for _, p := range tpl.Parts {
		if p.Expr == nil {
			continue
		}
		for _, name := range p.Expr.Secrets() {
			if name != "GITHUB_TOKEN" {
				s.add(in, name, t.LineOf(p.Offset))
			}
		}
	}
}

func (s *scanner) add(in, secret string, line int) {
	m := s.at
	m.in, m.secret, m.line = in, secret, line
	s.found = append(s.found, m)
}
