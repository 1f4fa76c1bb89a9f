// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sanitize makes s safe to print anywhere: one line of printable characters
// that holds no command for GitHub's runner, wherever it is put, cut or
// wrapped.
//
// Control, format (bidi, zero-width), private-use and other invisible
// characters, spaces other than U+0020, and a combining mark that has no
// character of s to sit on become escapes as in Go source (\n, \x1b, \u202e);
// bytes that are not UTF-8 become \xNN. A backslash is put between the two
// colons of every "::" and before the bracket of every "##[", so that the
// result never contains either. The character is a visible one on purpose: the
// runner compares by the rules of a language, which overlook zero-width
// characters.
//
// Sanitize is idempotent. It is not reversible (a backslash stays one): the
// JSON form has the exact value.
func Sanitize(s string) string {
	if harmless(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	colons, hashes := 0, 0 // how many of each end the output so far
	base := false          // the output ends in a character of s that a mark may sit on
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
			base = false
		case !visible(r) || (unicode.IsMark(r) && !base):
			b.WriteString(escapeRune(r))
			base = false
		default:
			if (r == ':' && colons > 0) || (r == '[' && hashes > 1) {
				b.WriteByte('\\')
			}
			b.WriteRune(r)
			base = r != ' '
		}
		colons, hashes = trail(colons, r, ':'), trail(hashes, r, '#')
		i += size
	}
	return b.String()
}

// trail counts how many of want end the text after r was added to it.
func trail(n int, r, want rune) int {
	if r == want {
		return n + 1
	}
	return 0
}

// harmless is the quick answer for nearly all strings: printable ASCII without
// a token that the runner looks for.
func harmless(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return !strings.Contains(s, "::") && !strings.Contains(s, "##[")
}

// visible reports whether r shows as itself. Some letters and marks are made
// to be invisible (fillers, joiners, variation selectors); they do not.
func visible(r rune) bool {
	if r < utf8.RuneSelf {
		return ' ' <= r && r <= '~'
	}
	return unicode.IsPrint(r) &&
		!unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) &&
		!unicode.Is(unicode.Variation_Selector, r)
}

// escapeRune writes r as Go source would.
func escapeRune(r rune) string {
	switch {
	case r == '\n':
		return `\n`
	case r == '\r':
		return `\r`
	case r == '\t':
		return `\t`
	case r < utf8.RuneSelf:
		return fmt.Sprintf(`\x%02x`, r)
	case r <= 0xffff:
		return fmt.Sprintf(`\u%04x`, r)
	}
	return fmt.Sprintf(`\U%08x`, r)
}

// clip sanitises s and cuts it to about limit characters, saying so, so that
// one absurd value cannot bury the others.
func clip(s string, limit int) string {
	long := len(s) > utf8.UTFMax*(limit+1)
	if long { // what lies further back cannot be among the first characters
		s = strings.ToValidUTF8(s[:utf8.UTFMax*(limit+1)], "")
	}
	clean := []rune(Sanitize(s))
	if len(clean) > limit {
		clean, long = clean[:limit], true
	}
	if !long {
		return string(clean)
	}
	return strings.TrimRight(string(clean), " ") + "… (cut)"
}

// guard is the second lock on finished text that goes to a log: no line of it
// starts with "::" and "##[" is nowhere, even if a part that was put in was
// not sanitised.
func guard(text string) string {
	text = strings.ReplaceAll(text, "##[", `##\[`)
	if !strings.Contains(text, "::") {
		return text
	}
	lines := strings.SplitAfter(text, "\n")
	for i, line := range lines {
		if bare := strings.TrimLeftFunc(line, unicode.IsSpace); strings.HasPrefix(bare, "::") {
			lines[i] = line[:len(line)-len(bare)] + `:\` + bare[1:]
		}
	}
	return strings.Join(lines, "")
}
