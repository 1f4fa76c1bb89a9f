// SPDX-License-Identifier: BSD-3-Clause

package tasks

import "strings"

// token is a piece of Python: a name, a string, or one other character.
type token struct {
	kind byte // 'n' name, 's' string, otherwise the character itself
	text string
	line int
	col  int // of the first token of its line; else -1
	f    bool
}

const maxTokens = 200_000

// pyTokens cuts Python into tokens, comments and white space aside. It is
// forgiving: what it does not know passes as single characters.
func pyTokens(text string) []token {
	var out []token
	line, start := 1, 0
	fresh := true
	for i := 0; i < len(text) && len(out) < maxTokens; {
		b := text[i]
		col := -1
		if fresh {
			col = i - start
		}
		switch {
		case b == '\n':
			line, start, fresh = line+1, i+1, true
			i++
			continue
		case b == ' ' || b == '\t' || b == '\r' || b == '\f':
			i++
			continue
		case b == '\\' && i+1 < len(text) && text[i+1] == '\n':
			line, start = line+1, i+2
			i += 2
			continue
		case b == '#':
			for i < len(text) && text[i] != '\n' {
				i++
			}
			continue
		case b == '"' || b == '\'':
			s, n := pyString(text[i:], false, false)
			out = append(out, token{'s', s, line, col, false})
			line += strings.Count(text[i:i+n], "\n")
			i += n
		case pyLetter(b):
			j := i
			for j < len(text) && (pyLetter(text[j]) || text[j] >= '0' && text[j] <= '9') {
				j++
			}
			word := text[i:j]
			if j < len(text) && (text[j] == '"' || text[j] == '\'') && len(word) <= 2 && strings.Trim(strings.ToLower(word), "rbfut") == "" {
				lower := strings.ToLower(word)
				f := strings.Contains(lower, "f")
				s, n := pyString(text[j:], strings.Contains(lower, "r"), f)
				out = append(out, token{'s', s, line, col, f})
				line += strings.Count(text[j:j+n], "\n")
				i = j + n
			} else {
				out = append(out, token{'n', word, line, col, false})
				i = j
			}
		default:
			out = append(out, token{b, text[i : i+1], line, col, false})
			i++
		}
		fresh = false
	}
	return out
}

func pyLetter(b byte) bool {
	return b == '_' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= 0x80
}

// pyString reads a string literal that begins with its quote: its value and
// its length in the text. In an f-string, {x} becomes ${x}.
func pyString(text string, raw, f bool) (string, int) {
	quote := text[:1]
	if strings.HasPrefix(text, strings.Repeat(quote, 3)) {
		quote = text[:3]
	}
	var b strings.Builder
	i := len(quote)
	for i < len(text) {
		switch {
		case strings.HasPrefix(text[i:], quote):
			return b.String(), i + len(quote)
		case len(quote) == 1 && text[i] == '\n':
			return b.String(), i
		case text[i] == '\\' && i+1 < len(text):
			if raw {
				b.WriteString(text[i : i+2])
			} else {
				switch text[i+1] {
				case 'n':
					b.WriteByte('\n')
				case 't':
					b.WriteByte('\t')
				case '\n':
				default:
					b.WriteByte(text[i+1])
				}
			}
			i += 2
		case f && text[i] == '{' && strings.HasPrefix(text[i:], "{{"), f && text[i] == '}' && strings.HasPrefix(text[i:], "}}"):
			b.WriteByte(text[i])
			i += 2
		case f && text[i] == '{':
			end := strings.IndexAny(text[i:], "}\n")
			if end < 0 || text[i+end] == '\n' {
				b.WriteString("${expression}")
				i++
				continue
			}
			b.WriteString("${" + pyIdent(text[i+1:i+end]) + "}")
			i += end + 1
		default:
			b.WriteByte(text[i])
			i++
		}
	}
	return b.String(), len(text)
}

// pyIdent is a name that a shell takes, made of an expression; os.environ["X"]
// is X.
func pyIdent(expr string) string {
	if strings.Contains(expr, "environ") || strings.Contains(expr, "getenv") {
		if i := strings.IndexAny(expr, `"'`); i >= 0 {
			if j := strings.IndexByte(expr[i+1:], expr[i]); j > 0 {
				expr = expr[i+1 : i+1+j]
			}
		}
	}
	name := strings.Map(func(r rune) rune {
		if r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.TrimSpace(expr))
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		return "expression"
	}
	return name[:min(len(name), 60)]
}
