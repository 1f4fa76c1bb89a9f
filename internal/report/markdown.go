// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// mdCode shows s as code. In a code element GitHub makes no mention, link,
// issue number or emoji of it; the characters that mean something to Markdown
// or HTML are written as entities, which never do.
func mdCode(s string) string {
	if s == "" {
		return ""
	}
	return "<code>" + mdEntities(Sanitize(s)) + "</code>"
}

// mdText shows a message: what it quotes as code, the rest as prose. In prose
// an at sign is in an element of its own, so that no mention starts there.
func mdText(s string) string {
	var b strings.Builder
	for rest := Sanitize(s); rest != ""; {
		before, quoted, after := cutQuoted(rest)
		b.WriteString(strings.ReplaceAll(mdEntities(before), "&#64;", "<span>&#64;</span>"))
		b.WriteString(mdCode(quoted))
		rest = after
	}
	return b.String()
}

// cutQuoted finds the first "…" in s, as %q writes it, without its quotes.
func cutQuoted(s string) (before, quoted, after string) {
	start := strings.IndexByte(s, '"')
	if start < 0 {
		return s, "", ""
	}
	for i := start + 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			if i == start+1 { // an empty value is still shown
				return s[:start] + "(empty)", "", s[i+1:]
			}
			return s[:start], s[start+1 : i], s[i+1:]
		}
	}
	return s, "", ""
}

// mdEntities writes the ASCII characters that may mean something to Markdown
// or HTML as numeric entities. A full stop means something only in "www.",
// which begins a link.
func mdEntities(s string) string {
	const harmless = " ,;?/%-()='\"+"
	var b strings.Builder
	last := ' '
	for _, r := range s {
		switch {
		case r >= utf8.RuneSelf, r|0x20 >= 'a' && r|0x20 <= 'z', r >= '0' && r <= '9',
			strings.ContainsRune(harmless, r), r == '.' && last|0x20 != 'w':
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "&#%d;", r)
		}
		last = r
	}
	return b.String()
}

// mdDoc is a Markdown document that never grows beyond its limit: whole lines
// are added, or counted as left out.
type mdDoc struct {
	b     strings.Builder
	limit int // bytes, without the room for the last line
	left  int // rows that did not fit
}

// add appends text if all of it fits.
func (d *mdDoc) add(text string) bool {
	if d.b.Len()+len(text) > d.limit {
		return false
	}
	d.b.WriteString(text)
	return true
}

// table appends a heading, where it has a title, and a table, as far as there
// is room. Rows are cells that are already Markdown.
func (d *mdDoc) table(title string, head []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	top := "\n"
	if title != "" {
		top += "### " + title + "\n\n"
	}
	top += mdRow(head) + "|" + strings.Repeat(" --- |", len(head)) + "\n"
	if d.b.Len()+len(top)+len(mdRow(rows[0])) > d.limit {
		d.left += len(rows)
		return
	}
	d.add(top)
	for i, row := range rows {
		if !d.add(mdRow(row)) {
			d.left += len(rows) - i
			return
		}
	}
}

// parts appends a heading and parts that are already Markdown, as far as there
// is room.
func (d *mdDoc) parts(title string, parts []string) {
	for i, part := range parts {
		if i == 0 {
			part = "\n### " + title + "\n" + part
		}
		if !d.add(part) {
			d.left += len(parts) - i
			return
		}
	}
}

func mdRow(cells []string) string { return "| " + strings.Join(cells, " | ") + " |\n" }
