// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
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

// secretWords mark a secret by its name as a credential for PyPI or TestPyPI.
var secretWords = []string{"PYPI", "TWINE", "FLIT_", "HATCH_INDEX", "UV_PUBLISH", "MATURIN_PASSWORD", "PDM_PUBLISH", "POETRY_HTTP_BASIC"}

// otherWords mark one of them as something else: a credential for another
// index, or no credential of an index at all.
var otherWords = []string{"PRIVATE", "INTERNAL", "ARTIFACTORY", "JFROG", "NEXUS", "FURY", "CLOUDSMITH", "CODEARTIFACT", "GITLAB", "AZURE", "AWS", "GCP",
	"ANACONDA", "CONDA", "SLACK", "DISCORD", "WEBHOOK", "GPG", "SSH"}

// plainEnds end the names of secrets that hold no credential.
var plainEnds = []string{"_USERNAME", "_USER", "_URL", "_SERVER", "_HOST", "_NAME", "_PROJECT", "_REPOSITORY", "_REPO", "_PACKAGE", "_INDEX"}

// indexOfSecret guesses by a secret's name which index it is a credential for.
func indexOfSecret(name string) (string, bool) {
	name = strings.ToUpper(name)
	in := func(word string) bool { return strings.Contains(name, word) }
	if !slices.ContainsFunc(secretWords, in) || slices.ContainsFunc(otherWords, in) ||
		slices.ContainsFunc(plainEnds, func(end string) bool { return strings.HasSuffix(name, end) }) {
		return "", false
	}
	if isTestName(name) {
		return sinks.TestPyPI, true
	}
	return sinks.PyPI, true
}

// isTestName reports whether a name in upper case says that it is about the
// test index; PYTEST_PYPI_TOKEN does not.
func isTestName(name string) bool {
	return strings.Contains(name, "TESTPYPI") || strings.Contains(name, "PYPITEST") || slices.Contains(strings.Split(name, "_"), "TEST")
}

// credentialVariables are those that uploaders to PyPI read a password or a
// token from.
var credentialVariables = []string{"FLIT_PASSWORD", "HATCH_INDEX_AUTH", "MATURIN_PASSWORD", "MATURIN_PYPI_TOKEN", "PDM_PUBLISH_PASSWORD",
	"PYPI_PASSWORD", "PYPI_TOKEN", "PYPI_TOKEN_MAP", "RYE_TOKEN", "TWINE_PASSWORD", "UV_PUBLISH_PASSWORD", "UV_PUBLISH_TOKEN"}

func isCredentialVariable(name string) bool {
	name = strings.ToUpper(name)
	return slices.Contains(credentialVariables, name) || strings.HasPrefix(name, "POETRY_PYPI_TOKEN_") ||
		strings.HasPrefix(name, "POETRY_HTTP_BASIC_") && strings.HasSuffix(name, "_PASSWORD")
}

// secretIndexes says which indexes the uploads in the files use a secret for,
// by its name in upper case. An index that is not constant counts as PyPI.
func (a *audit) secretIndexes() map[string][]string {
	out := map[string][]string{}
	for _, k := range a.in.Graph.Sinks {
		if k.Guessed {
			continue
		}
		for _, name := range k.Secrets {
			index := sinks.PyPI
			if k.IndexKnown {
				index = canonical(k.Index)
			} else if channelUploader(k) {
				index = policy.NightlyIndex
			} else if isTestName(strings.ToUpper(name)) {
				index = sinks.TestPyPI
			}
			name = strings.ToUpper(name)
			if !slices.Contains(out[name], index) {
				out[name] = append(out[name], index)
			}
		}
	}
	return out
}

// credentialFor is the index that a secret is a credential for: by its use,
// else by its name.
func credentialFor(uses map[string][]string, name string) (string, bool) {
	if used := uses[name]; len(used) > 0 {
		i := slices.IndexFunc(used, offersTrusted)
		if i < 0 {
			return "", false
		}
		return used[i], true
	}
	return indexOfSecret(name)
}
