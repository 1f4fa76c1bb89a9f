// SPDX-License-Identifier: BSD-3-Clause

package workflow

import (
	"sort"
	"strings"
)

// Pos is a place in a file: 1-based, columns in characters. Lines are counted
// as YAML counts them.
type Pos struct{ Line, Column int }

// Style is how a text is written in the file.
type Style int

// The styles of YAML scalars.
const (
	Plain Style = iota
	Quoted
	Literal // |
	Folded  // >
)

// Text is a scalar of the file, with its template expressions kept. The zero
// Text is one that is not written at all.
type Text struct {
	Value        string
	Line, Column int // of the scalar; of the | or > of a block
	FirstLine    int // on which Value begins: Line, or the line below a block's header
	Style        Style
	// Folds are the offsets in Value at which a new line of the file begins,
	// for a text that YAML folds from several lines. Empty for Literal, where
	// each newline of Value is one of the file.
	Folds []int
	// Null is true for a key without a value and for null.
	Null bool
}

// Written reports whether the text is in the file, though it may be empty.
func (t Text) Written() bool { return t.Line != 0 }

// Pos returns the place of the text.
func (t Text) Pos() Pos { return Pos{t.Line, t.Column} }

// String returns the value.
func (t Text) String() string { return t.Value }

// HasExpression reports whether the text holds a template expression.
func (t Text) HasExpression() bool {
	_, after, ok := strings.Cut(t.Value, "${{")
	return ok && strings.Contains(after, "}}")
}

// Truth returns the text as a YAML boolean, as GitHub reads it; known is false
// for an expression and anything else.
func (t Text) Truth() (value, known bool) {
	switch t.Value {
	case "true", "True", "TRUE":
		return true, true
	case "false", "False", "FALSE":
		return false, true
	}
	return false, false
}

// LineOf returns the line of the file on which the byte of Value at offset
// stands. It is exact but for quoted texts over several lines, of which it
// returns the first.
func (t Text) LineOf(offset int) int {
	offset = max(0, min(offset, len(t.Value)))
	if t.Style == Literal {
		return t.FirstLine + strings.Count(t.Value[:offset], "\n")
	}
	return t.FirstLine + sort.SearchInts(t.Folds, offset+1)
}

// LineAt returns the line of the file on which line n of the value stands,
// counted from 1.
func (t Text) LineAt(n int) int {
	if t.Style == Literal || t.Style == Plain && len(t.Folds) == 0 {
		return t.FirstLine + max(n, 1) - 1
	}
	offset := 0
	for range n - 1 {
		i := strings.IndexByte(t.Value[offset:], '\n')
		if i < 0 {
			break
		}
		offset += i + 1
	}
	return t.LineOf(offset)
}

// Var is a name and a value: of an environment, of "with", of outputs. Where a
// mapping is given whole as an expression, there is one Var with a Name that
// is not written, and the expression as its Value.
type Var struct{ Name, Value Text }

// Lookup finds a variable by name, compared without case as GitHub compares
// inputs and outputs.
func Lookup(vars []Var, name string) (Text, bool) {
	for _, v := range vars {
		if v.Name.Written() && equalFold(v.Name.Value, name) {
			return v.Value, true
		}
	}
	return Text{}, false
}

// Comment is a YAML comment.
type Comment struct {
	Line, Column int
	Text         string // without the #, trimmed
	Own          bool   // nothing else stands on the line
}

// Value is static data of a matrix: a scalar, a list or a mapping.
type Value struct {
	Text    Text // scalar
	List    []Value
	Entries []Entry
	Kind    ValueKind
	Pos     Pos
}

// Entry is one key of a mapping [Value].
type Entry struct {
	Key   Text
	Value Value
}

// ValueKind says which field of a [Value] holds it.
type ValueKind int

// The kinds of values.
const (
	Scalar ValueKind = iota
	List
	Mapping
)

func equalFold(a, b string) bool { return strings.EqualFold(a, b) }
