// SPDX-License-Identifier: BSD-3-Clause

package expr

import (
	"fmt"
	"strings"

	"github.com/rhysd/actionlint"
)

// parser builds the tree from tokens. After the first error all it returns is
// to be thrown away.
type parser struct {
	tokens []*actionlint.Token // the last one is the end
	next   int
	depth  int
	at     Pos
	err    error
}

func (p *parser) peek() *actionlint.Token { return p.tokens[p.next] }

func (p *parser) take() *actionlint.Token {
	t := p.tokens[p.next]
	if p.next < len(p.tokens)-1 {
		p.next++
	}
	return t
}

func (p *parser) fail(format string, args ...any) node {
	if p.err == nil {
		p.err = fmt.Errorf(format, args...)
	}
	return &literal{}
}

func (p *parser) unexpected() node {
	t := p.peek()
	if t.Kind == actionlint.TokenKindEnd {
		return p.fail("it ends too early")
	}
	return p.fail("%q is not expected at byte %d", shorten(t.Value), t.Offset)
}

func (p *parser) expect(kind actionlint.TokenKind) {
	if p.peek().Kind != kind {
		p.unexpected()
		return
	}
	p.take()
}

func (p *parser) pos(t *actionlint.Token) Pos {
	out := Pos{p.at.Offset + t.Offset, p.at.Line + t.Line - 1, t.Column}
	if t.Line == 1 {
		out.Column += p.at.Column - 1
	}
	return out
}

// down enters a level of nesting; the caller leaves it with up.
func (p *parser) down() bool {
	if p.depth++; p.depth > MaxDepth {
		p.fail("it nests deeper than %d levels", MaxDepth)
	}
	return p.err == nil
}

func (p *parser) up() { p.depth-- }

// operators maps a token to its operator and how tightly that binds.
var operators = map[actionlint.TokenKind]struct {
	op    string
	binds int
}{
	actionlint.TokenKindOr:        {"||", 1},
	actionlint.TokenKindAnd:       {"&&", 2},
	actionlint.TokenKindEq:        {"==", 3},
	actionlint.TokenKindNotEq:     {"!=", 3},
	actionlint.TokenKindLess:      {"<", 4},
	actionlint.TokenKindLessEq:    {"<=", 4},
	actionlint.TokenKindGreater:   {">", 4},
	actionlint.TokenKindGreaterEq: {">=", 4},
}

// binary parses operators that bind more tightly than least. All of them
// associate to the left.
func (p *parser) binary(least int) node {
	if least == 0 { // in parentheses, brackets or an argument, or the whole
		defer p.up()
		if !p.down() {
			return &literal{}
		}
	}
	left := p.unary()
	for chain := 0; p.err == nil; {
		o, ok := operators[p.peek().Kind]
		if !ok || o.binds <= least {
			break
		}
		p.take()
		right := p.binary(o.binds)
		if o.binds > 2 {
			if chain++; chain > MaxDepth {
				return p.fail("it chains more than %d comparisons", MaxDepth)
			}
			left = &compare{o.op, left, right}
			continue
		}
		and := o.op == "&&"
		if run, ok := left.(*logic); ok && run.and == and {
			run.xs = append(run.xs, right)
		} else {
			left = &logic{and, []node{left, right}}
		}
	}
	return left
}

func (p *parser) unary() node {
	if p.peek().Kind != actionlint.TokenKindNot {
		return p.postfix()
	}
	defer p.up()
	if p.take(); !p.down() {
		return &literal{}
	}
	return &not{p.unary()}
}

func (p *parser) postfix() node {
	out := p.primary()
	for chain := 0; p.err == nil; chain++ {
		switch p.peek().Kind {
		case actionlint.TokenKindDot:
			p.take()
			switch t := p.peek(); t.Kind {
			case actionlint.TokenKindStar:
				out = &index{recv: out}
			case actionlint.TokenKindIdent:
				out = &index{out, &literal{text(t.Value)}}
			default:
				return p.unexpected()
			}
			p.take()
		case actionlint.TokenKindLeftBracket:
			p.take()
			if p.peek().Kind == actionlint.TokenKindStar {
				p.take()
				out = &index{recv: out}
			} else {
				out = &index{out, p.binary(0)}
			}
			p.expect(actionlint.TokenKindRightBracket)
		default:
			return out
		}
		if chain >= MaxDepth {
			return p.fail("it dereferences more than %d times", MaxDepth)
		}
	}
	return out
}

func (p *parser) primary() node {
	switch t := p.peek(); t.Kind {
	case actionlint.TokenKindIdent:
		p.take()
		if p.peek().Kind == actionlint.TokenKindLeftParen {
			return p.call(t)
		}
		return named(t, p.pos(t))
	case actionlint.TokenKindLeftParen:
		p.take()
		out := p.binary(0)
		p.expect(actionlint.TokenKindRightParen)
		return out
	case actionlint.TokenKindInt, actionlint.TokenKindFloat:
		p.take()
		n, sure := parseNumber(t.Value)
		if !sure || n != n {
			return p.fail("%q is not a number", shorten(t.Value))
		}
		return &literal{number(n)}
	case actionlint.TokenKindString:
		p.take()
		return &literal{text(strings.ReplaceAll(t.Value[1:len(t.Value)-1], "''", "'"))}
	default:
		return p.unexpected()
	}
}

func (p *parser) call(fn *actionlint.Token) node {
	out := &call{fn: strings.ToLower(fn.Value), pos: p.pos(fn)}
	p.take() // the parenthesis
	if p.peek().Kind == actionlint.TokenKindRightParen {
		p.take()
		return out
	}
	for p.err == nil {
		out.args = append(out.args, p.binary(0))
		if p.peek().Kind != actionlint.TokenKindComma {
			p.expect(actionlint.TokenKindRightParen)
			break
		}
		p.take()
	}
	return out
}
