// SPDX-License-Identifier: BSD-3-Clause

package shell

import (
	"strings"
)

// token is a word or an operator of a line, as the quoting rules of its
// dialect split it.
type token struct {
	op   string // ";" (also a newline), "&&", "||", "|", "&", "(", ")", "{", "}", ">", ">>", "<"; empty for a word
	text string // masked
	src  string // as it is written
	raw  bool   // begins with a quote or a variable, not with a plain letter
	line int
}

// lexer splits text without a grammar. It is used where no parser exists, and
// where the parser gave up.
type lexer struct {
	in     *interp
	c      ctx
	src    *source
	text   string
	at     int
	tokens []token
	inner  []inner // $(…) found, to be split as well
	vars   func(string) (string, bool)
}

type inner struct {
	text string
	line int
}

func (l *lexer) line() int { return l.src.line(uint(l.at)) }

func (l *lexer) op(op string, n int) {
	l.tokens = append(l.tokens, token{op: op, line: l.line()})
	l.at += n
}

func (l *lexer) rest() string { return l.text[l.at:] }

func (l *lexer) escape() byte {
	switch l.c.kind.family {
	case famPower:
		return '`'
	case famCmd:
		return '^'
	}
	return '\\'
}

// step reads one token, or blanks.
func (l *lexer) step() {
	if l.in.work(1) {
		ch, rest := l.text[l.at], l.rest()
		switch {
		case ch == ' ' || ch == '\t' || ch == '\r':
			l.at++
		case ch == '\n':
			l.op(";", 1)
		case ch == l.escape() && (strings.HasPrefix(rest[1:], "\n") || strings.HasPrefix(rest[1:], "\r\n")):
			l.at += 1 + strings.IndexByte(rest, '\n')
		case ch == '#' && l.c.kind.family != famCmd:
			l.skipTo("\n")
		case l.c.kind.family == famPower && strings.HasPrefix(rest, "<#"):
			l.skipTo("#>")
			l.at = min(l.at+2, len(l.text))
		case strings.HasPrefix(rest, "&&"), strings.HasPrefix(rest, "||"):
			l.op(rest[:2], 2)
		case strings.HasPrefix(rest, ">>"):
			l.op(">>", 2)
		case ch == ';' && l.c.kind.family != famCmd:
			l.op(";", 1)
		case strings.IndexByte("|&()<>", ch) >= 0, strings.IndexByte("{}", ch) >= 0 && l.c.kind.family != famCmd && l.brace():
			l.op(string(ch), 1)
		default:
			l.word()
		}
	}
}

// brace says that { or } stands alone: not in ${VAR} or {a,b}.
func (l *lexer) brace() bool {
	if l.c.kind.family == famPower || l.at+1 == len(l.text) {
		return true
	}
	return strings.IndexByte(" \t\r\n;", l.text[l.at+1]) >= 0
}

func (l *lexer) skipTo(end string) {
	if n := strings.Index(l.rest(), end); n >= 0 {
		l.at += n
	} else {
		l.at = len(l.text)
	}
}

func (l *lexer) word() {
	t := token{line: l.line(), raw: strings.IndexByte("\"'$@", l.text[l.at]) >= 0}
	begin := l.at
	var b strings.Builder
	power, cmd := l.c.kind.family == famPower, l.c.kind.family == famCmd
	for l.at < len(l.text) && !l.in.exhausted {
		ch, rest := l.text[l.at], l.rest()
		switch {
		case power && (strings.HasPrefix(rest, "@'") || strings.HasPrefix(rest, `@"`)):
			quote := rest[1:2]
			l.at += 2
			body := l.rest()
			if n := strings.Index(body, "\n"+quote+"@"); n >= 0 {
				l.at += n + 3
				body = body[:n]
			} else {
				l.at = len(l.text)
			}
			b.WriteString(strings.TrimLeft(body, "\r\n"))
		case ch == '\'' && !cmd:
			l.at++
			for l.at < len(l.text) {
				if l.text[l.at] == '\'' {
					if power && strings.HasPrefix(l.rest(), "''") {
						l.at++
					} else {
						break
					}
				}
				b.WriteByte(l.text[l.at])
				l.at++
			}
			l.at = min(l.at+1, len(l.text))
		case ch == '"':
			l.at++
			l.quoted(&b)
		case ch == l.escape():
			l.at++
			if l.at < len(l.text) {
				if l.text[l.at] == '\r' {
					l.at++
				}
				if l.at < len(l.text) {
					if l.text[l.at] != '\n' {
						b.WriteByte(l.text[l.at])
					}
					l.at++
				}
			}
		case l.variable(&b):
		case strings.IndexByte(" \t\r\n|&<>()", ch) >= 0,
			ch == ';' && !cmd,
			power && (ch == '{' || ch == '}'):
			if l.at == begin { // an operator that nobody took
				l.at++
			}
			l.add(t, begin, b.String())
			return
		default:
			b.WriteByte(ch)
			l.at++
		}
	}
	l.add(t, begin, b.String())
}

func (l *lexer) add(t token, begin int, text string) {
	t.text, t.src = text, l.text[begin:l.at]
	l.in.work(len(text))
	l.tokens = append(l.tokens, t)
}

func (l *lexer) quoted(b *strings.Builder) {
	for l.at < len(l.text) && !l.in.exhausted {
		ch := l.text[l.at]
		switch {
		case ch == '"':
			l.at++
			return
		case ch == l.escape() && l.c.kind.family != famCmd && l.at+1 < len(l.text):
			next := l.text[l.at+1]
			if l.c.kind.family == famBourne && strings.IndexByte("$`\"\\\n", next) < 0 {
				b.WriteByte(ch)
			}
			if next != '\n' {
				b.WriteByte(next)
			}
			l.at += 2
		case l.variable(b):
		default:
			b.WriteByte(ch)
			l.at++
		}
	}
}

// variable reads $NAME, ${NAME}, $env:NAME, $(…), `…` and %NAME% where the
// text goes on with one.
func (l *lexer) variable(b *strings.Builder) bool {
	rest := l.rest()
	cmd := l.c.kind.family == famCmd
	n, name := 0, ""
	switch {
	case cmd && (rest[0] == '%' || rest[0] == '!'):
		n = 1 + nameLength(rest[1:])
		if name = rest[1:n]; n == 1 || n >= len(rest) || rest[n] != rest[0] {
			return false
		}
		n++
	case cmd || rest[0] != '$' && (rest[0] != '`' || l.c.kind.family != famBourne):
		return false
	case rest[0] == '`':
		end := strings.IndexByte(rest[1:], '`')
		if end < 0 {
			return false
		}
		n = end + 2
		l.inner = append(l.inner, inner{rest[1 : n-1], l.line()})
	case strings.HasPrefix(rest, "$("):
		if n = l.closing(rest, '(', ')'); n < 3 {
			return false
		}
		l.inner = append(l.inner, inner{rest[2 : n-1], l.line()})
	case strings.HasPrefix(rest, "${"):
		if n = l.closing(rest, '{', '}'); n < 3 {
			return false
		}
		name = rest[2 : n-1]
	default:
		n = 1 + nameLength(rest[1:])
		if n < len(rest) && rest[n] == ':' && l.c.kind.family == famPower {
			n += 1 + nameLength(rest[n+1:])
		}
		if n == 1 {
			if len(rest) < 2 || strings.IndexByte("@*#?!0123456789", rest[1]) < 0 {
				return false
			}
			n = 2
		}
		name = rest[1:n]
	}
	if text, ok := l.vars(name); ok && name != "" {
		b.WriteString(text)
		l.in.work(len(text))
	} else {
		b.WriteString(l.in.m.hold(rest[:n]))
	}
	l.at += n
	return true
}

func nameLength(text string) int {
	n := 0
	for n < len(text) && (text[n] == '_' || text[n]|0x20 >= 'a' && text[n]|0x20 <= 'z' || n > 0 && text[n] >= '0' && text[n] <= '9') {
		n++
	}
	return n
}

// closing gives the length of $( or ${ up to the bracket that closes it, at
// most 64 KiB on, or 0.
func (l *lexer) closing(text string, begin, end byte) int {
	depth := 0
	for i := 1; i < min(len(text), maxValue); i++ {
		switch text[i] {
		case begin:
			depth++
		case end:
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	l.in.work(min(len(text), maxValue)) // looked through in vain
	return 0
}
