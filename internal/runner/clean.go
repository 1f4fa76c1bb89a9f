// SPDX-License-Identifier: BSD-3-Clause

package runner

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// clean makes s one printable line that holds no command for the runner. It
// is the last lock before the log and by intent gives what the report's own
// sanitising gives, without sharing code with it: a test compares the two.
func clean(s string) string {
	var b strings.Builder
	base := false
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		part := s[i : i+size]
		shown := unicode.IsPrint(r) && !unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
		switch {
		case r == utf8.RuneError && size == 1:
			part = fmt.Sprintf(`\x%02x`, s[i])
			base = false
		case !shown || unicode.IsMark(r) && !base:
			part = escapes(r)
			base = false
		default:
			base = r != ' '
		}
		b.WriteString(part)
		i += size
	}
	// A visible character parts the tokens: the runner overlooks invisible
	// ones. Twice, for of three colons the last two are left by the first.
	out := strings.ReplaceAll(b.String(), "##[", `##\[`)
	return strings.ReplaceAll(strings.ReplaceAll(out, "::", `:\:`), "::", `:\:`)
}

func escapes(r rune) string {
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

// cleanLines sanitises each line of s and keeps the newlines between them.
func cleanLines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = clean(lines[i])
	}
	return strings.Join(lines, "\n")
}

// control returns the first control character, or byte that is not UTF-8, in
// s and where it is; allowed characters are passed over.
func control(s, allowed string) (what string, at int, found bool) {
	for i, r := range s {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
				return fmt.Sprintf("byte 0x%02x, which is not UTF-8", s[i]), i, true
			}
		}
		if unicode.IsControl(r) && !strings.ContainsRune(allowed, r) {
			return fmt.Sprintf("control character %U", r), i, true
		}
	}
	return "", 0, false
}
