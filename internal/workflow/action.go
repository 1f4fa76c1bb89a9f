// SPDX-License-Identifier: BSD-3-Clause

package workflow

import (
	"strings"

	"go.yaml.in/yaml/v4"
)

// action reads a whole action file into a.
func (f *file) action(a *Action) {
	runs := false
	for _, e := range f.fields(f.root, "the action", exact) {
		switch key := e.key.Value; key {
		case "name":
			a.Name = f.text(e.val, key)
		case "author", "description":
			f.text(e.val, key)
		case "branding":
		case "inputs":
			a.Inputs = f.inputs(e.val)
		case "outputs":
			a.Outputs = f.outputs(e.val)
		case "runs":
			runs = true
			f.runs(e.val, a)
		default:
			// The runner reads actions leniently: it passes over such a key.
			f.unknown(e.key, "the action", false)
		}
	}
	if !runs {
		f.problem(f.start(f.root), true, "the action has no \"runs\"")
	}
}

func (f *file) runs(n *yaml.Node, a *Action) {
	at, steps := f.start(n), false
	for _, e := range f.fields(n, "runs", exact) {
		switch key := e.key.Value; key {
		case "using":
			a.Using = f.text(e.val, key)
		case "steps":
			steps = true
			a.Steps = append(a.Steps, f.steps(e.val, key)...)
		case "image":
			a.Image = f.text(e.val, key)
		case "env":
			a.Env = f.vars(e.val, key)
		case "args":
			a.Args = f.texts(e.val, key)
		case "main", "entrypoint":
			a.Main = f.text(e.val, key)
		case "pre", "pre-entrypoint":
			a.Pre = f.text(e.val, key)
		case "post", "post-entrypoint":
			a.Post = f.text(e.val, key)
		case "pre-if", "post-if", "plugin":
			f.text(e.val, key)
		default:
			f.unknown(e.key, "runs", true)
		}
	}
	switch using := strings.ToLower(a.Using.Value); {
	case using == "composite":
		a.Kind = ActionComposite
	case using == "docker":
		a.Kind = ActionDocker
	case strings.HasPrefix(using, "node"):
		a.Kind = ActionNode
	default:
		f.problem(at, true, "the action runs using %s, which is not known", quote(a.Using.Value))
	}
	if a.Kind == ActionComposite && !steps {
		f.problem(at, true, "the composite action has no steps")
	}
	if (a.Kind == ActionDocker || a.Kind == ActionNode) && len(a.Steps) > 0 {
		f.problem(at, true, "the action has steps and is not composite")
	}
}

// readWorkflow reads one workflow file.
func readWorkflow(path string, data []byte) (*Workflow, []Problem) {
	w := &Workflow{Path: path}
	f := open(path, data, &w.Incomplete)
	w.Source = f.src.data
	if f.root != nil {
		w.Comments = f.src.comments
		f.workflow(w)
	}
	if f.empty { // if there are comments only, nothing is lost
		f.problem(Pos{1, 1}, !f.src.blank(0), "the file is empty")
	}
	return w, f.done()
}

// readAction reads one action file.
func readAction(path, folder string, data []byte) (*Action, []Problem) {
	a := &Action{Path: path, Folder: folder}
	f := open(path, data, &a.Incomplete)
	a.Source = f.src.data
	if f.root != nil {
		a.Comments = f.src.comments
		f.action(a)
	}
	if f.empty {
		f.problem(Pos{1, 1}, true, "the file is empty")
	}
	return a, f.done()
}
