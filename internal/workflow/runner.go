// SPDX-License-Identifier: BSD-3-Clause

package workflow

import "go.yaml.in/yaml/v4"

func (f *file) runsOn(n *yaml.Node) RunsOn {
	var out RunsOn
	if n.Kind != yaml.MappingNode {
		out.Labels = f.texts(n, "runs-on")
		return out
	}
	for _, e := range f.fields(n, "runs-on", exact) {
		switch key := e.key.Value; key {
		case "labels":
			out.Labels = f.texts(e.val, key)
		case "group":
			out.Group = f.text(e.val, key)
		default:
			f.unknown(e.key, "runs-on", true)
		}
	}
	return out
}

func (f *file) services(n *yaml.Node) []Service {
	if n.Kind == yaml.ScalarNode && !null(n) {
		return []Service{{Container: f.container(n)}}
	}
	var out []Service
	for _, e := range f.fields(n, "services", anyCase) {
		out = append(out, Service{e.key, f.container(e.val)})
	}
	return out
}

func (f *file) container(n *yaml.Node) *Container {
	out := &Container{Pos: f.start(n)}
	if n.Kind == yaml.ScalarNode {
		out.Image = f.text(n, "container")
		return out
	}
	for _, e := range f.fields(n, "container", exact) {
		switch key := e.key.Value; key {
		case "image":
			out.Image = f.text(e.val, key)
		case "options":
			out.Options = f.text(e.val, key)
		case "env":
			out.Env = f.vars(e.val, key)
		case "ports":
			out.Ports = f.texts(e.val, key)
		case "volumes":
			out.Volumes = f.texts(e.val, key)
		case "credentials":
			f.credentials(e.val, out)
		case "command", "entrypoint": // of services
			f.text(e.val, key)
		default:
			f.unknown(e.key, "container", true)
		}
	}
	return out
}

func (f *file) credentials(n *yaml.Node, out *Container) {
	if n.Kind == yaml.ScalarNode {
		out.Credentials = f.text(n, "credentials")
		return
	}
	for _, e := range f.fields(n, "credentials", exact) {
		switch key := e.key.Value; key {
		case "username":
			out.Username = f.text(e.val, key)
		case "password":
			out.Password = f.text(e.val, key)
		default:
			f.unknown(e.key, "credentials", true)
		}
	}
}

func (f *file) strategy(e field) *Strategy {
	out := &Strategy{Pos: e.key.Pos()}
	if e.val.Kind == yaml.ScalarNode && !null(e.val) {
		// The whole strategy as an expression: its matrix is as unknown as that.
		out.Matrix = &Matrix{Expr: f.text(e.val, "strategy")}
		return out
	}
	for _, e := range f.fields(e.val, "strategy", exact) {
		switch key := e.key.Value; key {
		case "matrix":
			out.Matrix = f.matrix(e.val)
		case "fail-fast":
			out.FailFast = f.text(e.val, key)
		case "max-parallel":
			out.MaxParallel = f.text(e.val, key)
		default:
			f.unknown(e.key, "strategy", true)
		}
	}
	return out
}

func (f *file) matrix(n *yaml.Node) *Matrix {
	out := &Matrix{}
	if n.Kind == yaml.ScalarNode && !null(n) {
		out.Expr = f.expression(n, "matrix")
		return out
	}
	for _, e := range f.fields(n, "matrix", anyCase) {
		var a Axis
		if e.val.Kind == yaml.ScalarNode {
			a.Expr = f.expression(e.val, "a variable of the matrix")
		} else {
			v := f.value(e.val)
			if v.Kind != List {
				f.problem(v.Pos, true, "a variable of the matrix must be a list, and is %s", kindName(e.val))
			}
			a.Values = v.List
		}
		switch lower(e.key.Value) {
		case "include":
			out.Include, out.IncludeExpr = a.Values, a.Expr
		case "exclude":
			out.Exclude, out.ExcludeExpr = a.Values, a.Expr
		default:
			a.Name = e.key
			out.Axes = append(out.Axes, a)
		}
	}
	return out
}

// expression reads a scalar where only an expression may stand.
func (f *file) expression(n *yaml.Node, what string) Text {
	t := f.text(n, what)
	if !t.HasExpression() {
		f.problem(t.Pos(), true, "%s must be a list or an expression, and is %s", what, kindName(n))
	}
	return t
}
