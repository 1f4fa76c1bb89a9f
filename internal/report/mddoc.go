// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"fmt"
	"strings"
)

// mdDoc is a Markdown document that never grows beyond its limit: whole rows,
// paragraphs, blocks and graphs are added, or counted as left out. Each section
// has a share of the room that is left, so that much of one thing cannot keep
// out all that follows.
type mdDoc struct {
	b     strings.Builder
	limit int // bytes, for what is added now
	end   int // bytes, for all but the last line
	left  int // rows that did not fit
}

// mdTail is the room kept for the line that says what was left out.
const mdTail = 120

func newDoc(maxBytes int) *mdDoc {
	return &mdDoc{limit: maxBytes - mdTail, end: maxBytes - mdTail}
}

// share gives what write appends at most that part of the room that is left.
func (d *mdDoc) share(percent int, write func()) {
	all := d.limit
	d.limit = min(all, d.b.Len()+max(0, d.end-d.b.Len())*percent/100)
	write()
	d.limit = all
}

// keep has room kept for a text while write appends others, and appends it.
func (d *mdDoc) keep(text string, write func()) {
	d.limit -= len(text)
	d.end -= len(text)
	write()
	d.limit += len(text)
	d.end += len(text)
	if d.b.Len()+len(text) <= d.end {
		d.b.WriteString(text)
	}
}

// add appends text if all of it fits.
func (d *mdDoc) add(text string) bool {
	if d.b.Len()+len(text) > d.limit {
		return false
	}
	d.b.WriteString(text)
	return true
}

// more says below a head, which may be empty, that n rows are left out beside
// those that are shown, and where they are. It may take of the room of the sections that follow.
func (d *mdDoc) more(head string, n int, shown bool) {
	d.left += n
	word := "in all"
	if shown {
		word = "more"
	}
	if line := head + fmt.Sprintf("\n%d %s: see the JSON report.\n", n, word); d.b.Len()+len(line) <= d.end {
		d.b.WriteString(line)
	}
}

// table appends a heading, where it has a title, and a table, as far as there
// is room. Rows are cells that are already Markdown.
func (d *mdDoc) table(title string, head []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	if title != "" {
		title = "\n### " + title + "\n"
	}
	if !d.add(title + "\n" + mdRow(head) + "|" + strings.Repeat(" --- |", len(head)) + "\n" + mdRow(rows[0])) {
		d.more(title, len(rows), false)
		return
	}
	for i, row := range rows[1:] {
		if !d.add(mdRow(row)) {
			d.more("", len(rows)-1-i, true)
			return
		}
	}
}

// parts appends parts that are already Markdown, as far as there is room, with
// head before the first.
func (d *mdDoc) parts(head string, parts []string) {
	for i, part := range parts {
		if !d.add(head + part) {
			d.more(head, len(parts)-i, i > 0)
			return
		}
		head = ""
	}
}

// folded appends a heading, a paragraph that is already Markdown, and behind a
// line to click on what write appends, n rows or parts. The line is ours.
func (d *mdDoc) folded(title, text, line string, n int, write func()) {
	title = "\n### " + title + "\n" + text
	const end = "\n</details>\n"
	start := title + "\n<details><summary>" + mdEntities(line) + "</summary>\n"
	if d.b.Len()+len(start)+len(end) > d.limit {
		d.more(title, n, false)
		return
	}
	d.add(start)
	d.keep(end, write)
}

func mdRow(cells []string) string { return "| " + strings.Join(cells, " | ") + " |\n" }
