// SPDX-License-Identifier: BSD-3-Clause

package workflow

import (
	"strconv"

	"go.yaml.in/yaml/v4"
)

func quote(s string) string { return strconv.Quote(clip(s)) }

// steps reads a list of steps; each entry of the list becomes one Step, a
// broken one included.
func (f *file) steps(n *yaml.Node, what string) []*Step {
	if n.Kind != yaml.SequenceNode {
		f.problem(f.start(n), true, "%s must be a list, and is %s", what, kindName(n))
		return nil
	}
	f.tag(n)
	out := make([]*Step, 0, len(n.Content))
	for _, c := range n.Content {
		s := f.step(f.follow(c))
		if c.Kind == yaml.AliasNode {
			s.Alias = Pos{c.Line, c.Column}
		}
		out = append(out, s)
	}
	return out
}

func (f *file) step(n *yaml.Node) *Step {
	s := &Step{Pos: f.start(n), End: f.end(n)}
	defer f.enter(&s.Incomplete)()
	var run Run
	var kinds []string
	newKey := func(k Text) { f.ours[k.Pos()] = true }
	for _, e := range f.fields(n, "a step", exact) {
		switch key := e.key.Value; key {
		case "id":
			s.ID = f.text(e.val, key)
		case "name":
			s.Name = f.text(e.val, key)
		case "if":
			s.If = f.text(e.val, key)
		case "env":
			s.Env = f.vars(e.val, "env")
		case "with":
			s.With = f.vars(e.val, "with")
		case "continue-on-error":
			s.ContinueOnError = f.text(e.val, key)
		case "timeout-minutes":
			s.TimeoutMinutes = f.text(e.val, key)
		case "shell":
			run.Shell = f.text(e.val, key)
		case "working-directory":
			run.WorkingDirectory = f.text(e.val, key)
		case "run":
			run.Script = f.text(e.val, key)
			s.Run = &run
			kinds = append(kinds, key)
		case "uses":
			u := f.uses(e)
			s.Uses = &u
			kinds = append(kinds, key)
		case "parallel":
			newKey(e.key)
			s.Parallel = append(s.Parallel, f.steps(e.val, "parallel")...)
			kinds = append(kinds, key)
		case "background":
			newKey(e.key)
			s.Background = f.text(e.val, key)
		case "wait":
			newKey(e.key)
			s.Wait = f.texts(e.val, key)
			kinds = append(kinds, key)
		case "cancel":
			newKey(e.key)
			s.Cancel = f.texts(e.val, key)
			kinds = append(kinds, key)
		case "wait-all":
			newKey(e.key)
			s.WaitAll = true
			kinds = append(kinds, key)
		default:
			f.unknown(e.key, "a step", true)
		}
	}
	switch {
	case len(kinds) == 0:
		f.problem(s.Pos, true, "the step neither runs a script nor uses an action")
	case len(kinds) > 1:
		f.problem(s.Pos, true, "the step has both %q and %q; GitHub refuses it", kinds[0], kinds[1])
	case kinds[0] != "run" && kinds[0] != "uses":
		f.ours[Pos{n.Line, n.Column}] = true // actionlint asks for run or uses
	}
	if s.Run == nil && (run.Shell.Written() || run.WorkingDirectory.Written()) {
		f.problem(s.Pos, false, "the step has a shell or working-directory and no script")
	}
	return s
}

// uses reads a "uses" with the comment behind it.
func (f *file) uses(e field) Uses {
	u := parseUses(f.text(e.val, "uses"))
	if i, ok := f.trailing[f.end(e.val)]; ok {
		u.Comment = f.src.comments[i].Text
	}
	switch {
	case u.Kind == UsesUnknown:
		f.problem(u.Pos, true, "%s names no action: GitHub takes OWNER/REPO[/PATH]@REF, ./PATH, $/PATH and docker://IMAGE", quote(u.Raw.Value))
	case u.Path == "" && (u.Kind == Local || u.Kind == Self):
		f.problem(u.Pos, true, "the path %s is none that can be looked up in the repository", quote(u.Raw.Value))
	}
	return u
}
