// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

// comesTo are the texts that a text with expressions may come to in a job,
// the values of its matrix put in place; all is false where there may be others.
func comesTo(j *graph.Job, text string) (texts []string, all bool) {
	if !strings.Contains(text, "${{") {
		return []string{text}, true
	}
	m := jobMatrix(j.Job)
	if path, ok := matrixPath(text); ok {
		if m == nil || m.Expr.Written() || m.IncludeExpr.Written() {
			return nil, false
		}
		return valuesAt(m, path)
	}
	s := &expr.Scenario{}
	if len(j.Runs) > 0 {
		own := *j.Runs[0].Scenario
		s = &own
		s.Event = "" // any of the job's runs
	}
	s.Matrix = map[string]expr.Value{}
	if m != nil && !m.Expr.Written() && !m.IncludeExpr.Written() {
		for _, name := range matrixNames(m) {
			values, complete := valuesAt(m, []string{name})
			var known []any
			for _, v := range values {
				known = append(known, v)
			}
			if !complete || len(known) == 0 {
				continue
			}
			v := expr.OneOf(known...)
			if !everywhere(m, name) {
				v = expr.Either(v, expr.Known(nil))
			}
			s.Matrix[name] = v
		}
	}
	texts, all = possible(text, s)
	return slices.DeleteFunc(texts, func(t string) bool { return t == "" }), all
}

func jobMatrix(j *workflow.Job) *workflow.Matrix {
	if j.Strategy == nil {
		return nil
	}
	return j.Strategy.Matrix
}

// matrixPath reads a text that is exactly ${{ matrix.a.b }}.
func matrixPath(text string) ([]string, bool) {
	t, err := expr.ParseTemplate(text)
	if err != nil || len(t.Parts) != 1 || t.Parts[0].Expr == nil {
		return nil, false
	}
	refs := t.Parts[0].Expr.Refs()
	if len(refs) != 1 || refs[0].Context() != "matrix" || refs[0].Dynamic || !refs[0].Flows {
		return nil, false
	}
	body := strings.ToLower(strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(t.Parts[0].Text, "${{"), "}}")))
	if body != refs[0].Path || strings.Contains(body, "[") {
		return nil, false
	}
	return strings.Split(refs[0].Path, ".")[1:], true
}

// matrixNames are the variables that a matrix sets, in lower case.
func matrixNames(m *workflow.Matrix) []string {
	var out []string
	add := func(name string) {
		if name = strings.ToLower(name); !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	for _, x := range m.Axes {
		add(x.Name.Value)
	}
	for _, v := range m.Include {
		for _, e := range v.Entries {
			add(e.Key.Value)
		}
	}
	return out
}

// everywhere reports whether a variable has a value in every job of the matrix.
func everywhere(m *workflow.Matrix, name string) bool {
	for _, x := range m.Axes {
		if strings.EqualFold(x.Name.Value, name) {
			return true
		}
	}
	if len(m.Axes) > 0 {
		return false
	}
	for _, v := range m.Include {
		if !slices.ContainsFunc(v.Entries, func(e workflow.Entry) bool { return strings.EqualFold(e.Key.Value, name) }) {
			return false
		}
	}
	return true
}

// valuesAt collects the values of a variable, or of a property of it.
func valuesAt(m *workflow.Matrix, path []string) (out []string, all bool) {
	all = true
	add := func(v workflow.Value) {
		for _, key := range path[1:] {
			i := slices.IndexFunc(v.Entries, func(e workflow.Entry) bool { return strings.EqualFold(e.Key.Value, key) })
			if i < 0 {
				return
			}
			v = v.Entries[i].Value
		}
		flat := []workflow.Value{v}
		if v.Kind == workflow.List {
			flat = v.List // runs-on takes a list
		}
		for _, x := range flat {
			if x.Kind != workflow.Scalar || strings.Contains(x.Text.Value, "${{") {
				all = false
				continue
			}
			if !slices.Contains(out, x.Text.Value) {
				out = append(out, x.Text.Value)
			}
		}
	}
	for _, x := range m.Axes {
		if strings.EqualFold(x.Name.Value, path[0]) {
			if x.Expr.Written() {
				all = false
			}
			for _, v := range x.Values {
				add(v)
			}
		}
	}
	for _, v := range m.Include {
		for _, e := range v.Entries {
			if strings.EqualFold(e.Key.Value, path[0]) {
				add(e.Value)
			}
		}
	}
	return out, all && len(out) > 0
}

// matrixSources are the texts that a variable of a matrix is made of; "" is
// any variable.
func matrixSources(m *workflow.Matrix, name string) []string {
	if m == nil {
		return nil
	}
	out := []string{m.Expr.Value, m.IncludeExpr.Value}
	var add func(v workflow.Value)
	add = func(v workflow.Value) {
		out = append(out, v.Text.Value)
		for _, x := range v.List {
			add(x)
		}
		for _, e := range v.Entries {
			add(e.Value)
		}
	}
	for _, x := range m.Axes {
		if name == "" || strings.EqualFold(x.Name.Value, name) {
			out = append(out, x.Expr.Value)
			for _, v := range x.Values {
				add(v)
			}
		}
	}
	for _, v := range m.Include {
		for _, e := range v.Entries {
			if name == "" || strings.EqualFold(e.Key.Value, name) {
				add(e.Value)
			}
		}
	}
	return out
}
