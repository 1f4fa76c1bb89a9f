// SPDX-License-Identifier: BSD-3-Clause

package graph

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
)

// bindings are the texts that inputs and secrets of a called workflow or a
// composite action stand for, by lower-case name.
type bindings struct {
	inputs map[string]string
	// secrets is nil where secrets keep their names: at the root, in
	// composites' callers, and under "secrets: inherit".
	secrets map[string]string
}

// apply puts what inputs and secrets stand for in their place. An expression
// that is exactly one input becomes that input's text; inside a larger
// expression a constant becomes a literal and an expression a term.
func (bd bindings) apply(text string) string {
	if bd.inputs == nil && bd.secrets == nil || !strings.Contains(text, "${{") {
		return text
	}
	original := text
	var out strings.Builder
	for {
		open := strings.Index(text, "${{")
		if open < 0 {
			break
		}
		n := end(text[open:])
		if n < 0 {
			break
		}
		out.WriteString(text[:open])
		out.WriteString(bd.expression(text[open+3 : open+n-2]))
		text = text[open+n:]
	}
	out.WriteString(text)
	if out.Len() > maxText {
		return original // it stays unknown
	}
	return out.String()
}

// maxText is how long a text may become by putting inputs in place, in bytes:
// calls in a chain could double it each time.
const maxText = 1 << 20

// end is the length of the expression that text starts with, braces included;
// -1 where it does not end. Braces in string literals do not count.
func end(text string) int {
	quoted := false
	for i := 3; i+1 < len(text); i++ {
		switch {
		case text[i] == '\'':
			quoted = !quoted
		case !quoted && text[i] == '}' && text[i+1] == '}':
			return i + 2
		}
	}
	return -1
}

// expression rewrites one expression, without its braces, and returns it with
// braces, or the plain text that it has become.
func (bd bindings) expression(src string) string {
	if path := strings.TrimSpace(src); isPath(path) {
		if text, ok := bd.lookup(path); ok {
			return text
		}
		return "${{" + src + "}}"
	}
	var out strings.Builder
	for i := 0; i < len(src); {
		switch c := src[i]; {
		case c == '\'':
			n := strings.IndexByte(src[i+1:], '\'')
			if n < 0 {
				n = len(src) - i - 2
			}
			out.WriteString(src[i : i+n+2])
			i += n + 2
		case isWord(c):
			n := i
			for n < len(src) && (isWord(src[n]) || src[n] == '.' || src[n] == '-') {
				n++
			}
			path := src[i:n]
			text, ok := bd.lookup(path)
			switch {
			case !ok || i > 0 && src[i-1] == '.':
				out.WriteString(path)
			case !strings.Contains(text, "${{"):
				out.WriteString("'" + strings.ReplaceAll(text, "'", "''") + "'")
			case strings.HasPrefix(text, "${{") && end(text) == len(text):
				out.WriteString("(" + text[3:len(text)-2] + ")")
			default:
				out.WriteString(path)
			}
			i = n
		default:
			out.WriteByte(c)
			i++
		}
	}
	return "${{" + out.String() + "}}"
}

func (bd bindings) lookup(path string) (string, bool) {
	context, name, ok := strings.Cut(lower(path), ".")
	if !ok {
		return "", false
	}
	switch context {
	case "inputs":
		if bd.inputs != nil {
			text, ok := bd.inputs[name]
			return text, ok
		}
	case "secrets":
		if bd.secrets != nil && name != "github_token" {
			return bd.secrets[name], true // what is not handed over is empty
		}
	}
	return "", false
}

func isWord(c byte) bool {
	return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

func isPath(s string) bool {
	for i := range len(s) {
		if !isWord(s[i]) && s[i] != '.' && s[i] != '-' {
			return false
		}
	}
	return s != ""
}

func lower(s string) string { return strings.ToLower(s) }

// bindCall binds what a local reusable workflow is called with.
func (b *builder) bindCall(f frame, c *workflow.Call, callee *workflow.Workflow) bindings {
	bd := bindings{inputs: map[string]string{}}
	if t := callee.Trigger("workflow_call"); t != nil {
		for _, in := range t.Inputs {
			bd.inputs[lower(in.Name.Value)] = in.Default.Value
		}
	}
	for _, v := range c.With {
		bd.inputs[lower(v.Name.Value)] = f.bound.apply(v.Value.Value)
	}
	if !c.Inherit {
		bd.secrets = map[string]string{}
		for _, v := range c.Secrets {
			bd.secrets[lower(v.Name.Value)] = f.bound.apply(v.Value.Value)
		}
	} else {
		bd.secrets = f.bound.secrets
	}
	return bd
}

// callValues are the inputs of a called workflow in run i of the caller.
func (b *builder) callValues(f frame, i int, c *workflow.Call, callee *workflow.Workflow) map[string]expr.Value {
	out := map[string]expr.Value{}
	t := callee.Trigger("workflow_call")
	if t == nil {
		return out
	}
	for _, in := range t.Inputs {
		name := lower(in.Name.Value)
		text, given := workflow.Lookup(c.With, in.Name.Value)
		switch {
		case given:
			out[name] = b.value(f.bound.apply(text.Value), f.runs[i].Scenario, in.Type.Value)
		case in.Default.Written():
			out[name] = b.value(in.Default.Value, f.runs[i].Scenario, in.Type.Value)
		case in.Type.Value == "boolean":
			out[name] = expr.Known(false)
		case in.Type.Value == "number":
			out[name] = expr.Known(0)
		default:
			out[name] = expr.Known("")
		}
	}
	return out
}

// value is what a text with expressions may be in a scenario. An input of type
// boolean is one even where it is written as text.
func (b *builder) value(text string, s *expr.Scenario, kind string) expr.Value {
	t := b.template(text)
	all, complete := t.Texts(s)
	switch kind {
	case "boolean":
		var values []any
		for _, x := range all {
			values = append(values, x == "true" || x == "True" || x == "TRUE")
		}
		if complete && len(values) > 0 {
			return expr.OneOf(values...)
		}
		return expr.AnyBool()
	case "number":
		return expr.AnyNumber()
	}
	if complete && len(all) > 0 {
		values := make([]any, len(all))
		for i, x := range all {
			values[i] = x
		}
		return expr.OneOf(values...)
	}
	if p := t.Prefix(s); p != "" {
		return expr.SomeString(p)
	}
	return expr.AnyString()
}
