// SPDX-License-Identifier: BSD-3-Clause

package expr

import (
	"cmp"
	"slices"
	"strings"
)

// Ref is one place where an expression refers to a context.
type Ref struct {
	// Path is the context and the properties behind it, in lower case and
	// joined by dots: "github.event.commits.*.message". A filter and an index
	// that is an expression are "*"; a number and a property that is no
	// identifier stand in brackets: "github.event.commits[0].message",
	// "github.event.inputs['a b']". It is an expression again where the number
	// is one that can be written.
	Path string
	// Dynamic says that the path has such a "*".
	Dynamic bool
	// Flows says that text of the property can become text of the value of the
	// whole expression. What is only compared, negated, tested by contains()
	// and the like, or stands before && does not flow.
	Flows bool
	// Pos is where the context's name stands.
	Pos Pos

	segments []string
}

// Context returns the first part of the path: "github", "secrets".
func (r Ref) Context() string { return r.segments[0] }

// Property returns the n-th part behind the context, from 0, in lower case, or
// "" if the path ends before it.
func (r Ref) Property(n int) string {
	if n+1 < len(r.segments) {
		return r.segments[n+1]
	}
	return ""
}

// Refs returns every context path that occurs, in the order of the text,
// sub-terms of operators and arguments of functions included.
func (e *Expr) Refs() []Ref {
	var refs []Ref
	collect(e.root, true, &refs)
	slices.SortStableFunc(refs, func(a, b Ref) int { return cmp.Compare(a.Pos.Offset, b.Pos.Offset) })
	return refs
}

func collect(n node, flows bool, refs *[]Ref) {
	switch n := n.(type) {
	case *name, *index:
		root, steps := chain(n)
		for _, st := range steps {
			if _, constant := st.key.(*literal); st.key != nil && !constant {
				collect(st.key, false, refs)
			}
		}
		context, ok := root.(*name)
		if !ok {
			collect(root, flows, refs)
			return
		}
		*refs = append(*refs, refOf(context, steps, flows))
	case *logic:
		for i, x := range n.xs {
			collect(x, flows && (!n.and || i == len(n.xs)-1), refs)
		}
	case *call:
		for i, x := range n.args {
			collect(x, flows && textOf(n.fn, i, len(n.args)), refs)
		}
	case *not, *compare:
		for _, x := range children(n) {
			collect(x, false, refs)
		}
	default:
		for _, x := range children(n) {
			collect(x, flows, refs)
		}
	}
}

// textOf reports whether the text of argument i of n reaches the function's
// value. Of functions that are not known, every one may.
func textOf(fn string, i, n int) bool {
	switch fn {
	case "contains", "startswith", "endswith", "hashfiles", "success", "failure", "cancelled", "always":
		return false
	case "case":
		return i%2 == 1 || i == n-1
	}
	return true
}

func refOf(context *name, steps []step, flows bool) Ref {
	r := Ref{Flows: flows, Pos: context.pos, segments: []string{context.context}}
	var b strings.Builder
	b.WriteString(context.context)
	for _, st := range steps {
		key := "*"
		if lit, ok := st.key.(*literal); ok {
			key, _ = lit.d.toText()
			key = strings.ToLower(key)
		} else {
			r.Dynamic = true
		}
		r.segments = append(r.segments, key)
		lit, constant := st.key.(*literal)
		switch {
		case constant && lit.d.kind == kindNumber:
			b.WriteString("[" + key + "]")
		case constant && !plainKey(key):
			b.WriteString("['" + strings.ReplaceAll(key, "'", "''") + "']")
		default:
			b.WriteString("." + key)
		}
	}
	r.Path = b.String()
	return r
}

// plainKey reports whether a property can stand behind a dot.
func plainKey(s string) bool {
	for i, c := range s {
		if !(c == '_' || 'a' <= c && c <= 'z' || i > 0 && (c == '-' || '0' <= c && c <= '9')) {
			return false
		}
	}
	return s != ""
}

// AllSecrets is what [Expr.Secrets] returns for an expression that reaches
// secrets by no constant name.
const AllSecrets = "*"

// Secrets returns the names of the secrets that are referred to, in upper case,
// sorted; AllSecrets for the whole context (toJSON(secrets), secrets.*) and for
// an index that is an expression. github.token is the secret GITHUB_TOKEN.
func (e *Expr) Secrets() []string {
	var out []string
	for _, r := range e.Refs() {
		switch {
		case r.Context() == "secrets" && (len(r.segments) == 1 || r.dynamicAt(1)):
			out = append(out, AllSecrets)
		case r.Context() == "secrets":
			out = append(out, strings.ToUpper(r.segments[1]))
		case r.Context() == "github" && (r.Property(0) == "token" || len(r.segments) == 1 || r.dynamicAt(1)):
			out = append(out, "GITHUB_TOKEN")
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// dynamicAt reports whether a segment is a filter or an index by expression.
func (r Ref) dynamicAt(n int) bool { return n < len(r.segments) && r.segments[n] == "*" }
