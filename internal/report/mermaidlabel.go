// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"fmt"
	"strings"
	"unicode"
)

// mmText shows s in a quoted label of a Mermaid graph. Only letters, digits
// and single spaces stand as they are; all else is written as Mermaid's
// numeric entity, which neither Mermaid's grammar nor the Markdown that it
// takes a label for read as anything but a character.
//
// Mermaid looks for formulas ($$…$$) and icons (fa:fa-…) behind that, and
// turns entities into marks of its own (with ° and ¶) that a name could forge:
// these are broken up with a visible backslash or written as escapes.
func mmText(s string, limit int) string {
	var b strings.Builder
	entity := func(text string) {
		for _, r := range text {
			fmt.Fprintf(&b, "#%d;", r)
		}
	}
	last := ' ' // so that leading spaces, which Markdown takes for code, are entities
	for _, r := range clip(s, limit) {
		switch {
		case r == '$' && last == '$', r|0x20 == 'f' && last == ':':
			entity(`\`)
			entity(string(r))
		case r == '\u00b0', r == '\u00b6':
			entity(`\`)
			fmt.Fprintf(&b, "u00%x", r)
		case r == ' ' && last != ' ', unicode.IsLetter(r), unicode.IsMark(r), unicode.IsDigit(r) && b.Len() > 0:
			b.WriteRune(r)
		default:
			entity(string(r))
		}
		last = r
	}
	if b.Len() == 0 {
		return "#8203;"
	}
	return b.String()
}

// mmLabel joins lines of a label; each is already Mermaid's.
func mmLabel(lines ...string) string { return `"` + strings.Join(lines, "<br/>") + `"` }
