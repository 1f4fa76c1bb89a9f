// SPDX-License-Identifier: BSD-3-Clause

package workflow

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// field is one key of a mapping; val has its alias followed, raw has not.
type field struct {
	key      Text
	val, raw *yaml.Node
}

func (f *file) follow(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// start returns where a node begins, without its anchor and tag.
func (f *file) start(n *yaml.Node) Pos {
	if n.Line > len(f.src.starts) { // a missing value at the end of a file
		return f.src.pos(len(f.src.data))
	}
	sp, ok := f.src.spans[n]
	if !ok || sp.start == f.src.find(n.Line, n.Column) {
		return Pos{n.Line, n.Column}
	}
	return f.src.pos(sp.start)
}

// end returns the last line of a node.
func (f *file) end(n *yaml.Node) int {
	sp := f.src.spans[n]
	return max(n.Line, f.src.lineAt(max(sp.start, sp.end-1)))
}

func null(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// fold says how keys of a mapping compare.
type fold bool

const (
	exact   fold = false
	anyCase fold = true
)

// fields returns the keys of a mapping in the file's order, doubled ones
// included. A node that is no mapping is a problem.
func (f *file) fields(n *yaml.Node, what string, how fold) []field {
	if null(n) {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		f.problem(f.start(n), true, "%s must be a mapping, and is %s", what, kindName(n))
		return nil
	}
	f.tag(n)
	out := make([]field, 0, len(n.Content)/2)
	seen := doubles{fold: how}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := f.follow(n.Content[i])
		if k.Kind != yaml.ScalarNode {
			f.problem(f.start(k), true, "a key of %s is %s; GitHub takes only plain keys", what, kindName(k))
			continue
		}
		key := f.text(k, "a key")
		if k.Tag == "!!merge" {
			f.problem(key.Pos(), true, "GitHub does not support the YAML merge key \"<<\"; what it merges was not read")
			continue
		}
		if first := seen.first(key, out); first != 0 {
			f.problem(key.Pos(), true, "the key %q is in %s twice, first on line %d; GitHub refuses the file", clip(key.Value), what, first)
		}
		out = append(out, field{key, f.follow(n.Content[i+1]), n.Content[i+1]})
	}
	return out
}

// doubles finds keys that were there before: by looking through a short
// mapping, with an index in a long one.
type doubles struct {
	fold fold
	long map[string]int // line of the first
}

// first returns the line of the same key in before, or 0.
func (d *doubles) first(key Text, before []field) int {
	id := func(k Text) string {
		if d.fold == anyCase {
			return lower(k.Value)
		}
		return k.Value
	}
	if len(before) < 16 {
		for _, b := range before {
			if b.key.Value == key.Value || d.fold == anyCase && id(b.key) == id(key) {
				return b.key.Line
			}
		}
		return 0
	}
	if d.long == nil {
		d.long = make(map[string]int, 2*len(before))
		for _, b := range before {
			if _, ok := d.long[id(b.key)]; !ok {
				d.long[id(b.key)] = b.key.Line
			}
		}
	}
	if line, ok := d.long[id(key)]; ok {
		return line
	}
	d.long[id(key)] = key.Line
	return 0
}

// lower folds ASCII only: GitHub's names have no other letters.
func lower(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r >= 'A' && r <= 'Z' }) < 0 {
		return s
	}
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// unknown records a key that this package does not know.
func (f *file) unknown(k Text, what string, lost bool) {
	f.problem(k.Pos(), lost, "the key %q is not known in %s", clip(k.Value), what)
}

func kindName(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case null(n):
		return "empty"
	}
	return "a plain value"
}

// tags are those that GitHub's reader takes, and what our parser makes of
// values that GitHub reads as text.
var tags = []string{"", "!!str", "!!int", "!!float", "!!bool", "!!null", "!!timestamp", "!!merge", "!!map", "!!seq"}

// tag records a tag that GitHub refuses.
func (f *file) tag(n *yaml.Node) {
	if !slices.Contains(tags, n.Tag) {
		f.problem(Pos{n.Line, n.Column}, true, "the YAML tag %q is not one that GitHub takes", clip(n.Tag))
	}
}

// text reads a scalar. Anything else is a problem, and a Text that is written
// at its place but empty.
func (f *file) text(n *yaml.Node, what string) Text {
	at := f.start(n)
	if n.Kind != yaml.ScalarNode {
		f.problem(at, true, "%s must be a plain value, and is %s", what, kindName(n))
		return Text{Line: at.Line, Column: at.Column, FirstLine: at.Line}
	}
	f.tag(n)
	t := Text{Value: n.Value, Line: at.Line, Column: at.Column, FirstLine: at.Line, Null: null(n)}
	sp := f.src.spans[n]
	switch {
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		t.Style = Literal
		t.FirstLine = f.src.lineAt(sp.first)
		if n.Style&yaml.FoldedStyle != 0 {
			t.Style, t.Folds = Folded, sp.folds
		}
	case n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0:
		t.Style = Quoted
	default:
		t.Folds = sp.folds
		if t.Null {
			t.Value = ""
		}
	}
	return t
}

// texts reads a list of scalars, or one scalar as a list of one. It never
// returns nil.
func (f *file) texts(n *yaml.Node, what string) []Text {
	switch {
	case null(n):
		return []Text{}
	case n.Kind == yaml.ScalarNode:
		return []Text{f.text(n, what)}
	case n.Kind == yaml.SequenceNode:
		f.tag(n)
		out := make([]Text, 0, len(n.Content))
		for _, c := range n.Content {
			out = append(out, f.text(f.follow(c), "an entry of "+what))
		}
		return out
	}
	f.problem(f.start(n), true, "%s must be a list, and is %s", what, kindName(n))
	return []Text{}
}

// vars reads a mapping of names to scalars, or an expression in its place.
func (f *file) vars(n *yaml.Node, what string) []Var {
	if n.Kind == yaml.ScalarNode && !null(n) {
		t := f.text(n, what)
		if !t.HasExpression() {
			f.problem(t.Pos(), true, "%s must be a mapping, and is a plain value", what)
		}
		return []Var{{Value: t}}
	}
	fields := f.fields(n, what, anyCase)
	out := make([]Var, 0, len(fields))
	for _, e := range fields {
		out = append(out, Var{e.key, f.text(e.val, "a value of "+what)})
	}
	return out
}

// value reads static data of any form.
func (f *file) value(n *yaml.Node) Value {
	n = f.follow(n)
	f.tag(n)
	v := Value{Pos: f.start(n)}
	switch n.Kind {
	case yaml.SequenceNode:
		v.Kind = List
		for _, c := range n.Content {
			v.List = append(v.List, f.value(c))
		}
	case yaml.MappingNode:
		v.Kind = Mapping
		for _, e := range f.fields(n, "a matrix value", anyCase) {
			v.Entries = append(v.Entries, Entry{e.key, f.value(e.raw)})
		}
	default:
		v.Text = f.text(n, "a matrix value")
	}
	return v
}
