// SPDX-License-Identifier: BSD-3-Clause

package expr

import (
	"errors"
	"fmt"
	"strings"

	"github.com/rhysd/actionlint"
)

// Limits of one expression.
const (
	// MaxSource is the number of bytes of an expression.
	MaxSource = 64 << 10
	// MaxDepth is how deep operators, calls, indexes and parentheses nest, and
	// how long a chain of comparisons or of dereferences is.
	MaxDepth = 64
)

// Expr is a parsed expression.
type Expr struct {
	src    string
	root   node
	status bool // a status function is called
	always bool // text around ${{ }} makes it a string that is never empty
}

// String returns the source as it was given to the parser.
func (e *Expr) String() string { return e.src }

// AlwaysTrue reports whether the expression is the value of an `if:` with text
// around ${{ }}: a string that is never empty, so that the condition holds
// whatever the expressions in it say. One blank or a line end is enough.
func (e *Expr) AlwaysTrue() bool { return e.always }

// HasStatus reports whether success(), failure(), cancelled() or always() is
// called anywhere in it. A condition without one means success() && (…).
func (e *Expr) HasStatus() bool { return e.status }

// Calls reports whether the function of that name (in any case) is called.
func (e *Expr) Calls(fn string) bool {
	return calls(e.root, func(other string) bool { return strings.EqualFold(other, fn) })
}

// Parse parses what stands in an `if:`: a bare expression, or one in ${{ }}, or
// text with ${{ }} in it, which the service takes for a string (see
// [Expr.AlwaysTrue]). Functions and contexts that are not known are no error;
// their value is unknown.
func Parse(src string) (*Expr, error) {
	if len(src) > MaxSource {
		return nil, fmt.Errorf("parsing an expression of %d bytes: more than %d; split it", len(src), MaxSource)
	}
	if !strings.Contains(src, "${{") {
		return parseBare(src, Pos{0, 1, 1})
	}
	t, err := ParseTemplate(src)
	if err != nil {
		return nil, err
	}
	if len(t.Parts) == 1 {
		e := *t.Parts[0].Expr
		e.src = src
		return &e, nil
	}
	e := &Expr{src: src}
	joined := &concat{}
	for _, p := range t.Parts {
		if p.Expr == nil {
			joined.parts = append(joined.parts, &literal{text(p.Text)})
			e.always = true
			continue
		}
		joined.parts = append(joined.parts, p.Expr.root)
		e.status = e.status || p.Expr.status
	}
	e.root = joined
	return e, nil
}

// parseBare parses an expression without ${{ }} that starts at a place.
func parseBare(src string, at Pos) (*Expr, error) {
	if len(src) > MaxSource {
		return nil, fmt.Errorf("parsing an expression of %d bytes: more than %d; split it", len(src), MaxSource)
	}
	wrap := func(err error) error { return fmt.Errorf("parsing the expression %q: %w", shorten(src), err) }
	if strings.TrimSpace(src) == "" {
		return nil, wrap(errors.New("it is empty"))
	}
	if strings.HasPrefix(src, "\uFEFF") {
		return nil, wrap(errors.New("it starts with a byte order mark; remove it"))
	}
	tokens, _, lexErr := actionlint.LexExpression(src + "}}")
	if lexErr != nil {
		return nil, wrap(errors.New(lexErr.Message))
	}
	if end := tokens[len(tokens)-1]; end.Offset != len(src) {
		return nil, wrap(fmt.Errorf("}} at byte %d", end.Offset))
	}
	p := parser{tokens: tokens, at: at}
	root := p.binary(0)
	if p.err == nil && p.peek().Kind != actionlint.TokenKindEnd {
		p.unexpected()
	}
	if p.err != nil {
		return nil, wrap(p.err)
	}
	return &Expr{src: src, root: root, status: calls(root, isStatus)}, nil
}

func shorten(s string) string {
	if len(s) > 80 {
		return strings.ToValidUTF8(s[:80], "") + "…"
	}
	return s
}
