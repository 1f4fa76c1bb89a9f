// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow/shell"
)

// sed has a command and a flag that run programs, and others that write files.
func sed(_ shell.Command, a []string) commandKind {
	kind, script := harmless, false
	var texts, rest []string
	for i := 0; i < len(a); i++ {
		w := a[i]
		short := shortFlags(w, "efl")
		switch {
		case longFlag(w, 1, "--file"):
			return code
		case w == "--expression" && i+1 < len(a):
			texts, script, i = append(texts, a[i+1]), true, i+1
		case strings.HasPrefix(w, "--expression="):
			texts, script = append(texts, strings.TrimPrefix(w, "--expression=")), true
		case longFlag(w, 1, "--in-place"):
			kind = changes
		case strings.HasPrefix(w, "--"):
		case w == "-i" && i+1 < len(a) && a[i+1] == "":
			kind, i = changes, i+1 // BSD's suffix
		case strings.HasPrefix(w, "-") && strings.Contains(short, "i"):
			kind = changes // what follows in the word is a suffix
		case strings.HasSuffix(short, "f"):
			return code
		case strings.HasSuffix(short, "e"):
			text := w[1+len(short):]
			if text == "" && i+1 < len(a) {
				i++
				text = a[i]
			}
			texts, script = append(texts, text), true
		case short != "":
		default:
			rest = append(rest, w)
		}
	}
	if !script && len(rest) > 0 {
		texts = rest[:1]
	}
	return max(kind, sedScript(plainParts(strings.Join(texts, "\n"))))
}

// plainParts puts a letter in place of what a shell or GitHub puts in, as far
// as its end can be told.
func plainParts(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '$' || i+1 >= len(text) {
			out.WriteByte(text[i])
			continue
		}
		open := text[i+1]
		closing := map[byte]byte{'{': '}', '(': ')'}[open]
		if closing == 0 {
			out.WriteByte(text[i]) // an address, an anchor, or a name, which is plain text
			continue
		}
		depth, end := 0, i+1
		for ; end < len(text); end++ {
			if text[end] == open {
				depth++
			} else if text[end] == closing {
				if depth--; depth == 0 {
					break
				}
			}
		}
		out.WriteByte('x')
		i = end
	}
	return out.String()
}

// sedScript judges a script of sed. What cannot be read counts as a program
// that is not known.
func sedScript(s string) commandKind {
	kind := harmless
	for s = strings.TrimLeft(s, " \t\n;}"); s != ""; s = strings.TrimLeft(s, " \t\n;}") {
		rest, ok := sedAddress(s)
		if !ok || rest == "" {
			return unheard
		}
		command, after := rest[0], rest[1:]
		switch command {
		case '{', '=', 'd', 'D', 'g', 'G', 'h', 'H', 'n', 'N', 'p', 'P', 'x', 'F', 'z':
			s = after
		case 'l', 'L', 'q', 'Q':
			s = strings.TrimLeft(after, " 0123456789")
		case 'a', 'i', 'c':
			s = sedText(after)
		case 'r', 'R', 'v', '#':
			_, s, _ = strings.Cut(after, "\n")
		case 'b', 't', 'T', ':':
			i := strings.IndexAny(after, ";\n}")
			if i < 0 {
				return kind
			}
			s = after[i:]
		case 'w', 'W':
			kind = max(kind, changes)
			_, s, _ = strings.Cut(after, "\n")
		case 'e':
			return code
		case 's', 'y':
			if after == "" {
				return unheard
			}
			from, ok := sedUntil(after[1:], after[0])
			if !ok {
				return unheard
			}
			if from, ok = sedUntil(from, after[0]); !ok {
				return unheard
			}
			s = from
			for s != "" && strings.IndexByte("gpiImM0123456789ew", s[0]) >= 0 {
				if s[0] == 'e' {
					return code
				}
				if s[0] == 'w' {
					kind = max(kind, changes)
					_, s, _ = strings.Cut(s, "\n")
					break
				}
				s = s[1:]
			}
			if t := strings.TrimLeft(s, " \t"); t != "" && strings.IndexByte(";\n}#", t[0]) < 0 {
				if s == from || t == s {
					return unheard
				}
			}
		default:
			return unheard
		}
	}
	return kind
}

// sedText skips the text of a command that adds lines: to the end of its line,
// and on where that ends in a backslash.
func sedText(s string) string {
	for {
		line, rest, more := strings.Cut(s, "\n")
		if !more {
			return ""
		}
		if s = rest; !strings.HasSuffix(line, `\`) {
			return s
		}
	}
}

// sedAddress skips the lines that a command is for.
func sedAddress(s string) (rest string, ok bool) {
	for s != "" {
		switch c := s[0]; {
		case c >= '0' && c <= '9' || strings.IndexByte("$,+~! \t", c) >= 0:
			s = s[1:]
		case c == '/' || c == '\\' && len(s) > 1:
			if c == '\\' {
				s = s[1:]
			}
			if s, ok = sedUntil(s[1:], s[0]); !ok {
				return "", false
			}
			s = strings.TrimLeft(s, "IM")
		default:
			return s, true
		}
	}
	return "", false
}

// sedUntil skips to behind the next delimiter that no backslash stands before.
func sedUntil(s string, delimiter byte) (string, bool) {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case delimiter:
			return s[i+1:], true
		}
	}
	return "", false
}
