// SPDX-License-Identifier: BSD-3-Clause

package expr

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// MaxTemplate is the number of bytes of a text with expressions in it.
const MaxTemplate = 1 << 20

// maxErrors is how many errors of one text are told.
const maxErrors = 8

// Template is text with ${{ }} in it: a value of `with:` or `env:`, a script.
type Template struct{ Parts []Part }

// Part is a piece of a template: literal text, or one expression.
type Part struct {
	// Text is the piece as it stands in the source, with its ${{ and }}.
	Text string
	// Expr is nil for literal text and for an expression that cannot be parsed.
	Expr *Expr
	// Broken says that Text is an expression that cannot be parsed: nothing is
	// known of its value.
	Broken bool
	// Offset is the byte offset of Text in the source, Line its line from 1.
	Offset, Line int
}

// ParseTemplate splits text into its parts. Every expression that cannot be
// parsed stays as a broken part, and the error names the first of them with
// their lines; the template is complete and usable in spite of an error.
// Positions in expressions count from the start of src.
func ParseTemplate(src string) (Template, error) {
	if len(src) > MaxTemplate {
		return Template{[]Part{{Text: src, Broken: true, Line: 1}}},
			fmt.Errorf("parsing a text of %d bytes with expressions: more than %d; shorten it", len(src), MaxTemplate)
	}
	var (
		t    Template
		errs []error
		at   = Pos{0, 1, 1}
	)
	take := func(n int) (string, Pos) {
		piece, start := src[:n], at
		src = src[n:]
		at.Offset += n
		if lines := strings.Count(piece, "\n"); lines > 0 {
			at.Line += lines
			at.Column = 1 + utf8.RuneCountInString(piece[strings.LastIndexByte(piece, '\n')+1:])
		} else {
			at.Column += utf8.RuneCountInString(piece)
		}
		return piece, start
	}
	for src != "" {
		open := strings.Index(src, "${{")
		if open != 0 {
			if open < 0 {
				open = len(src)
			}
			piece, start := take(open)
			t.Parts = append(t.Parts, Part{Text: piece, Offset: start.Offset, Line: start.Line})
			continue
		}
		inside, ok := closing(src[3:])
		var (
			e     *Expr
			err   error
			piece string
			start Pos
		)
		if ok {
			at3 := Pos{at.Offset + 3, at.Line, at.Column + 3}
			e, err = parseBare(src[3:3+inside], at3)
			piece, start = take(3 + inside + 2)
		} else {
			piece, start = take(len(src))
			err = errors.New("parsing an expression: ${{ without }}")
		}
		t.Parts = append(t.Parts, Part{piece, e, err != nil, start.Offset, start.Line})
		if err != nil && len(errs) < maxErrors {
			errs = append(errs, fmt.Errorf("line %d: %w", start.Line, err))
		}
	}
	return t, errors.Join(errs...)
}

// closing finds the first }} that is not in a string.
func closing(s string) (at int, ok bool) {
	inString := false
	for i := range len(s) {
		switch {
		case s[i] == '\'':
			inString = !inString
		case !inString && s[i] == '}' && i > 0 && s[i-1] == '}':
			return i - 1, true
		}
	}
	return 0, false
}

// Exprs returns the expressions of the template in order.
func (t Template) Exprs() []*Expr {
	var out []*Expr
	for _, p := range t.Parts {
		if p.Expr != nil {
			out = append(out, p.Expr)
		}
	}
	return out
}

// Constant reports whether there is neither an expression nor a broken part.
func (t Template) Constant() bool {
	for _, p := range t.Parts {
		if p.Expr != nil || p.Broken {
			return false
		}
	}
	return true
}

// Value returns the text in scenario s, if there is but one that is possible.
func (t Template) Value(s *Scenario) (text string, known bool) {
	texts, all := t.Texts(s)
	if !all || len(texts) != 1 {
		return "", false
	}
	return texts[0], true
}

// Texts returns the texts that are possible in scenario s; all is false when
// there are others, which cannot be listed.
func (t Template) Texts(s *Scenario) (texts []string, all bool) { return t.possible(s).Texts() }

// Prefix returns a text that the value starts with in scenario s, whatever is
// open; it may be empty.
func (t Template) Prefix(s *Scenario) string {
	var out string
	for i, x := range t.possible(s).items {
		start := x.d.s
		if x.open != nil {
			start = x.open.prefix
		}
		if i == 0 {
			out = start
		}
		n := 0
		for n < min(len(out), len(start)) && out[n] == start[n] {
			n++
		}
		out = out[:n]
	}
	return out
}

func (t Template) possible(s *Scenario) Value {
	ev := evaluator{from: s, now: well, budget: maxWork}
	out := known(text(""))
	for _, p := range t.Parts {
		switch {
		case p.Broken:
			out = ev.append(out, AnyString())
		case p.Expr == nil:
			out = ev.append(out, known(text(p.Text)))
		default:
			out = ev.append(out, ev.eval(p.Expr.root))
		}
	}
	return out
}
