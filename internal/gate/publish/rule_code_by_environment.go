// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/shell"
)

var _ = register(finding.Rule{
	ID:          "code-by-environment",
	Severity:    finding.Error,
	OnUnchecked: finding.Block,
	Waivable:    true,
	Title:       "What surrounds the steps of a job runs code of its own",
	Why: "Some variables make every shell, Python or Node of a job first run what they name, and a shell line can start any program before the script: " +
		"the steps look harmless and an attacker's code runs in each of them. BASH_ENV and NODE_OPTIONS do it, a folder in front of PATH does it, and so " +
		"does the image that a job runs in. In a job that can publish, such code asks for the id-token and uploads what it likes.",
	Bad:        "publish:\n  env:\n    BASH_ENV: ci/setup.sh\n  steps:\n    - uses: pypa/gh-action-pypi-publish@…",
	Good:       "publish:\n  steps:\n    - uses: pypa/gh-action-pypi-publish@…",
	References: []string{"SPEC 8: isolate build and publish", "SLSA: Build L3, isolated builds", "SSDF PO.5.1"},
}, func(a *audit, rule *finding.Rule) {
	c := surroundings{audit: a, rule: rule, said: map[string]bool{}}
	for _, holds := range []bool{true, false} { // one variable of a file is said of the job that matters most
		for _, j := range a.in.Graph.Jobs {
			sp := a.spotOf(j)
			publishes := sp != nil && sp.holdsToken() || j.Reachable() && a.mayPublish(j)
			if publishes != holds || !publishes && sp == nil {
				continue
			}
			steps := j.Steps
			if sp != nil && !publishes {
				steps = sp.steps()
			}
			first := true
			for _, s := range steps {
				if s.Reachable() {
					c.step(sp, s, publishes, first)
					first = false
				}
			}
			if publishes {
				c.images(j)
			}
		}
	}
})

// spotOf is the job's spot, nil for none.
func (a *audit) spotOf(j *graph.Job) *spot {
	for _, sp := range a.spots {
		if sp.job == j {
			return sp
		}
	}
	return nil
}

// surroundings judges what runs around steps.
type surroundings struct {
	*audit
	rule *finding.Rule
	said map[string]bool // file, line and name
}

const (
	hintPublishing = "take it out: a job that publishes fetches the checked files and uploads them, and needs nothing else"
	hintBuilding   = "take it out, or run what it names in a step of its own, where it can be seen"
)

// step judges one step; first is the job's first one, of which the variables of
// job and file are said.
func (c *surroundings) step(sp *spot, s *graph.Step, publishes, first bool) {
	computed := false
	for _, name := range variables(s, first) {
		if strings.Contains(name, "$") {
			if publishes && !computed {
				computed = true
				file, line := written(s, name)
				if c.once(file, line, "$") {
					c.skip(c.rule.Undecided(subject(s.Job), "%s:%d: the names of variables of job %q are computed, and some variables make a shell run code; write each by its name", file, line, s.Job.Job.ID.Value))
				}
			}
			continue
		}
		does := runsByVariable(name, s.Env[name], publishes)
		if does == "" {
			continue
		}
		if file, line := written(s, name); c.once(file, line, name) {
			c.found(sp, s, publishes, file, line, "sets the variable "+shownText(name)+", and "+does)
		}
	}
	for _, w := range s.EnvWrites {
		switch {
		case w.Name == shell.AnyVariable:
			if publishes && c.once(w.File, w.Line, w.Name) {
				c.skip(c.rule.Undecided(subject(s.Job), "%s:%d: what this writes to the file of $GITHUB_ENV is not known, and it may set a variable that makes every later step run code; write NAME=value", w.File, w.Line))
			}
		case w.Name == "PATH":
			if what := foreignFolder(w, publishes); what != "" && c.once(w.File, w.Line, w.Name) {
				c.found(sp, s, publishes, w.File, w.Line, "puts "+what+" in front of PATH, and later steps run the programs that lie there")
			}
		default:
			if does := runsByVariable(w.Name, w.Text, publishes); does != "" && c.once(w.File, w.Line, w.Name) {
				c.found(sp, s, publishes, w.File, w.Line, "sets the variable "+shownText(w.Name)+" for its later steps, and "+does)
			}
		}
	}
	c.shellLine(sp, s, publishes)
}

// variables are the names of those that a step has, in order: of its own and of
// the actions around it only, unless all are wanted.
func variables(s *graph.Step, all bool) []string {
	names := map[string]bool{}
	if all {
		for name := range s.Env {
			names[name] = true
		}
	}
	own := [][]workflow.Var{}
	if s.Step != nil {
		own = append(own, s.Step.Env)
	}
	for _, fr := range s.Chain {
		own = append(own, fr.Step.Env)
	}
	computed := false
	for _, vars := range own {
		for _, v := range vars {
			if v.Name.Written() && !v.Name.HasExpression() {
				names[v.Name.Value] = true
			}
			computed = computed || !v.Name.Written() || v.Name.HasExpression()
		}
	}
	if computed {
		for name := range s.Env { // what inputs make of them, or what stays open
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// shellLine judges the command line that runs a step's script.
func (c *surroundings) shellLine(sp *spot, s *graph.Step, publishes bool) {
	if s.Shell == "" || graph.PlainShell(s.Shell) {
		return
	}
	texts, all := comesTo(s.Job, s.Shell)
	for _, t := range texts {
		if !graph.PlainShell(t) && (publishes || fetchesCode(t)) && c.once(s.File, s.ShellLine, "shell") {
			c.found(sp, s, publishes, s.File, s.ShellLine, "runs scripts by the shell line "+shownText(t)+", which starts more than a shell")
		}
	}
	if !all && publishes && c.once(s.File, s.ShellLine, "shell") {
		c.skip(c.rule.Undecided(subject(s.Job), "%s:%d: the shell line %q is not constant; name the shell", s.File, s.ShellLine, s.Shell))
	}
}

func (c *surroundings) found(sp *spot, s *graph.Step, publishes bool, file string, line int, what string) {
	role, hint := "can publish", hintPublishing
	if !publishes {
		role, hint = sp.part(), hintBuilding
	}
	f := c.at(c.rule, s.Job, file, line, hint, "job %q, which %s, %s; expected nothing that runs beside the steps", s.Job.Job.ID.Value, role, what)
	if !publishes {
		f.Severity = finding.Warning
	} else if sp != nil {
		f = sp.cap(f)
	}
	c.add(f)
}

func (c *surroundings) once(file string, line int, name string) bool {
	key := file + ":" + itoa(line) + ":" + strings.ToUpper(name)
	if c.said[key] {
		return false
	}
	c.said[key] = true
	return true
}

// written is the place where a variable of a step is set, innermost first; the
// job where none shows, as for one that a container's options set.
func written(s *graph.Step, name string) (file string, line int) {
	type scope struct {
		file string
		vars []workflow.Var
	}
	var scopes []scope
	if s.Step != nil {
		scopes = append(scopes, scope{s.File, s.Step.Env})
	}
	for i := len(s.Chain) - 1; i >= 0; i-- {
		scopes = append(scopes, scope{s.Chain[i].File, s.Chain[i].Step.Env})
	}
	j := s.Job
	all := [][]workflow.Var{j.Job.Env, j.File.Env}
	if j.Job.Container != nil {
		all = append(all, j.Job.Container.Env)
	}
	for _, vars := range all {
		scopes = append(scopes, scope{j.File.Path, vars})
	}
	for _, sc := range scopes {
		for _, v := range sc.vars {
			switch {
			case v.Name.Value == name && v.Name.Written():
				return sc.file, v.Name.Line
			case !v.Name.Written() && strings.Contains(name, "$"):
				return sc.file, v.Value.Line
			}
		}
	}
	return j.File.Path, j.Job.Pos.Line
}

// foreignFolder names a folder that is put in front of PATH and may hold files
// of others; "" for one of the system's, or of an installed tool. A build may
// put there what it likes.
func foreignFolder(w graph.EnvWrite, publishes bool) string {
	if !publishes {
		return ""
	}
	if w.Text == "" {
		return "a folder that is not known"
	}
	for line := range strings.Lines(w.Text) {
		line = strings.TrimSpace(line)
		dir := strings.ToLower(strings.ReplaceAll(line, `\`, "/"))
		ok := false
		for _, p := range []string{"$home/.local/bin", "${home}/.local/bin", "~/.local/bin", "$home/.cargo/bin", "${home}/.cargo/bin", "~/.cargo/bin", "$home/.pixi/bin", "/usr/", "/opt/", "/bin", "c:/program files"} {
			ok = ok || strings.HasPrefix(dir, p) && !strings.Contains(dir, "..")
		}
		if !ok {
			return fmt.Sprintf("the folder %s", shownText(line))
		}
	}
	return ""
}
