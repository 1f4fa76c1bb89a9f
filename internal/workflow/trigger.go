// SPDX-License-Identifier: BSD-3-Clause

package workflow

import "go.yaml.in/yaml/v4"

// triggers reads "on".
func (f *file) triggers(n *yaml.Node) []Trigger {
	switch {
	case null(n):
		f.problem(f.start(n), true, "\"on\" is empty")
		return nil
	case n.Kind == yaml.MappingNode:
		var out []Trigger
		for _, e := range f.fields(n, "\"on\"", exact) {
			out = append(out, f.trigger(e))
		}
		return out
	}
	var out []Trigger
	for _, t := range f.texts(n, "\"on\"") {
		out = append(out, Trigger{Event: t.Value, Pos: t.Pos()})
	}
	return out
}

func (f *file) trigger(e field) Trigger {
	t := Trigger{Event: e.key.Value, Pos: e.key.Pos()}
	if t.Event == "schedule" {
		f.schedule(e.val, &t)
		return t
	}
	// A filter that is not known is taken as absent: the trigger then counts as
	// firing more often than it does, never less.
	for _, e := range f.fields(e.val, "the event "+quote(t.Event), exact) {
		switch e.key.Value {
		case "types":
			t.Types = f.texts(e.val, "types")
		case "branches":
			t.Branches = f.texts(e.val, "branches")
		case "branches-ignore":
			t.BranchesIgnore = f.texts(e.val, "branches-ignore")
		case "tags":
			t.Tags = f.texts(e.val, "tags")
		case "tags-ignore":
			t.TagsIgnore = f.texts(e.val, "tags-ignore")
		case "paths":
			t.Paths = f.texts(e.val, "paths")
		case "paths-ignore":
			t.PathsIgnore = f.texts(e.val, "paths-ignore")
		case "workflows":
			t.Workflows = f.texts(e.val, "workflows")
		case "names", "versions": // image_version
			f.texts(e.val, e.key.Value)
		case "inputs":
			t.Inputs = f.inputs(e.val)
		case "outputs":
			t.Outputs = f.outputs(e.val)
		case "secrets":
			t.Secrets = f.secrets(e.val)
		default:
			f.unknown(e.key, "the event "+quote(t.Event), false)
		}
	}
	return t
}

func (f *file) schedule(n *yaml.Node, t *Trigger) {
	t.Cron = []Text{}
	if n.Kind != yaml.SequenceNode {
		f.problem(f.start(n), true, "schedule must be a list, and is %s", kindName(n))
		return
	}
	for _, c := range n.Content {
		for _, e := range f.fields(f.follow(c), "schedule", exact) {
			switch e.key.Value {
			case "cron":
				t.Cron = append(t.Cron, f.text(e.val, "cron"))
			case "timezone":
				f.text(e.val, "timezone")
			default:
				f.unknown(e.key, "schedule", false)
			}
		}
	}
}

// inputs reads the declared inputs of a workflow or an action.
func (f *file) inputs(n *yaml.Node) []Input {
	var out []Input
	for _, e := range f.fields(n, "inputs", anyCase) {
		in := Input{Name: e.key}
		for _, e := range f.fields(e.val, "the input "+quote(in.Name.Value), exact) {
			switch e.key.Value {
			case "type":
				in.Type = f.text(e.val, "type")
			case "default":
				in.Default = f.text(e.val, "default")
			case "required":
				in.Required = f.required(e.val)
			case "options":
				in.Options = f.texts(e.val, "options")
			case "description", "deprecationMessage":
				f.text(e.val, e.key.Value)
			default:
				f.unknown(e.key, "the input "+quote(in.Name.Value), false)
			}
		}
		out = append(out, in)
	}
	return out
}

func (f *file) required(n *yaml.Node) bool {
	v, _ := f.text(n, "required").Truth()
	return v
}

// outputs reads the declared outputs of a reusable workflow or an action.
func (f *file) outputs(n *yaml.Node) []Var {
	var out []Var
	for _, e := range f.fields(n, "outputs", anyCase) {
		v := Var{Name: e.key}
		for _, e := range f.fields(e.val, "the output "+quote(v.Name.Value), exact) {
			switch e.key.Value {
			case "value":
				v.Value = f.text(e.val, "value")
			case "description":
				f.text(e.val, "description")
			default:
				f.unknown(e.key, "the output "+quote(v.Name.Value), false)
			}
		}
		out = append(out, v)
	}
	return out
}

func (f *file) secrets(n *yaml.Node) []Secret {
	var out []Secret
	for _, e := range f.fields(n, "secrets", anyCase) {
		s := Secret{Name: e.key}
		for _, e := range f.fields(e.val, "the secret "+quote(s.Name.Value), exact) {
			switch e.key.Value {
			case "required":
				s.Required = f.required(e.val)
			case "description":
				f.text(e.val, "description")
			default:
				f.unknown(e.key, "the secret "+quote(s.Name.Value), false)
			}
		}
		out = append(out, s)
	}
	return out
}
