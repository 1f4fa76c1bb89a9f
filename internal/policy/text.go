// SPDX-License-Identifier: BSD-3-Clause

package policy

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// checkText refuses what a reviewer cannot see in a diff, before YAML is read:
// tabs where YAML wants spaces, and characters that end a line or turn the
// reading direction invisibly, so that a comment could hide a key.
func checkText(p *problems, data []byte) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	for i, line := range strings.Split(string(data), "\n") {
		n := i + 1
		line = strings.TrimSuffix(line, "\r")
		if !utf8.ValidString(line) {
			p.add(n, "the text is not UTF-8; save the file as UTF-8")
			continue
		}
		if strings.HasPrefix(line, "%") {
			p.add(n, "a line that begins with %% is a YAML directive, which a policy does not need; remove it")
		}
		code, _, _ := strings.Cut(line, "#")
		if strings.Contains(code, "\t") {
			p.add(n, "there is a tab; YAML is indented with spaces, so write spaces")
		}
		for _, r := range line {
			if invisible(r) {
				p.add(n, "there is an invisible character (%U); remove it", r)
				break
			}
		}
	}
}

// invisible reports characters that change how a line reads without being
// seen: line ends other than LF and CRLF, bidirectional controls, zero widths.
func invisible(r rune) bool {
	switch {
	case r == '\r', r == '\u0085', r == '\u2028', r == '\u2029', r == '\ufeff', r == '\u061c', r == '\u00ad':
		return true
	case r >= '\u200b' && r <= '\u200f', r >= '\u202a' && r <= '\u202e', r >= '\u2060' && r <= '\u206f':
		return true
	}
	return r < 0x20 && r != '\t' || r == 0x7f
}
