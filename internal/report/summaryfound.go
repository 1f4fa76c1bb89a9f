// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"cmp"
	"slices"
	"strings"
)

// maxOpen is how many rows that decide nothing stand open in a summary; more
// are folded.
const maxOpen = 6

// An entry is one thing that was said, as the summary shows it. Its where is
// Markdown already, the rest is as it was reported.
type entry struct {
	rank          int
	label, rule   string
	where         string
	message, hint string
	fixes         []fix
	unchecked     bool
}

// entries are what was found and what could not be checked, of files and of
// workflows, the worst first.
func (r *Report) entries() []entry {
	audit, rest := &Report{}, r
	if r.forAudit() {
		audit, rest = r.ofWorkflows()
	}
	var out []entry
	for _, b := range rest.blocks() {
		for _, c := range b.clusters {
			label, _ := c.label()
			e := entry{rank: c.rank(), label: label, rule: c.Rule, where: mdSubjects(c.subjects),
				message: c.said(c.Message), hint: c.said(c.Hint), unchecked: c.unchecked}
			if at := c.where(); at != "" {
				e.where += ", at " + mdCode(at)
			}
			if c.Fix != "" {
				e.fixes = []fix{{c.Fix, []spot{{file: c.File, line: c.Line, column: c.Column}}}}
			}
			out = append(out, e)
		}
	}
	for _, g := range audit.groups() {
		for _, m := range g.remarks {
			label, _ := m.label()
			out = append(out, entry{rank: m.rank(), label: label, rule: m.Rule, where: mdWhere(g, m),
				message: m.Message, hint: m.Hint, fixes: m.fixes(), unchecked: m.unchecked})
		}
	}
	// The worst first, and what one rule found together.
	first := map[string]int{}
	key := func(e entry) string { return e.label + " " + e.rule }
	for i, e := range out {
		if _, ok := first[key(e)]; !ok {
			first[key(e)] = i
		}
	}
	slices.SortStableFunc(out, func(a, b entry) int { return cmp.Or(a.rank-b.rank, first[key(a)]-first[key(b)]) })
	return out
}

// foundParts writes what was found that counts, and what could not be checked
// that had to be.
func foundParts(d *mdDoc, all []entry) {
	var found, open []entry
	for _, e := range all {
		switch {
		case e.label == "undecided":
			open = append(open, e)
		case !e.unchecked && e.label != "note":
			found = append(found, e)
		}
	}
	d.share(60, func() { d.parts("\n### Findings\n", mdEntries(found)) })
	d.share(40, func() { d.table("Not checked, and needed", uncheckedHead, mdUnchecked(open)) })
}

// asideParts writes what decides nothing: notes, and what could not be checked
// and is only listed. Many are folded.
func asideParts(d *mdDoc, all []entry) {
	var notes, listed []entry
	for _, e := range all {
		switch {
		case e.unchecked && e.label != "undecided":
			listed = append(listed, e)
		case e.label == "note":
			notes = append(notes, e)
		}
	}
	d.share(60, func() {
		if parts := mdEntries(notes); len(notes) > maxOpen {
			d.folded("Notes", "", count(len(notes), "note"), len(notes), func() { d.parts("", parts) })
		} else {
			d.parts("\n### Notes\n", parts)
		}
	})
	d.share(60, func() {
		const title = "Not checked, not needed to pass"
		if rows := mdUnchecked(listed); len(rows) > maxOpen {
			d.folded(title, "", count(len(rows), "row"), len(rows), func() { d.table("", uncheckedHead, rows) })
		} else {
			d.table(title, uncheckedHead, rows)
		}
	})
}

var uncheckedHead = []string{"", "Rule", "Why not, and how to have it checked"}

// mdUnchecked are entries as rows of a table. Rules that could not be checked
// at one place for one reason share a row.
func mdUnchecked(all []entry) [][]string {
	var rows [][]string
	last := ""
	for _, e := range all {
		reason := mdMessage(e.message)
		key := e.label + "\x00" + e.where + "\x00" + reason
		if key == last {
			row := rows[len(rows)-1]
			row[1] = strings.Replace(row[1], "<br>", ", "+mdRule(e.rule)+"<br>", 1)
			continue
		}
		last = key
		rows = append(rows, []string{labelMark(e.label), mdRule(e.rule) + "<br>" + e.where, reason})
	}
	return rows
}

// mdEntries are entries as parts of the document: a heading for each rule, and
// its advice once where it is the same for all. No line of them begins with
// text from outside.
func mdEntries(all []entry) []string {
	var out []string
	for i, e := range all {
		var b strings.Builder
		same := i > 0 && all[i-1].rule == e.rule && all[i-1].label == e.label
		if !same {
			b.WriteString("\n#### " + labelMark(e.label) + " " + e.label + ": " + mdRule(e.rule) + "\n")
		}
		b.WriteString("\n<strong>Where</strong>&ensp;" + e.where)
		b.WriteString("<br>\n<strong>What</strong>&ensp;" + mdMessage(e.message))
		if e.hint != "" && !(same && all[i-1].hint == e.hint) {
			b.WriteString("<br>\n<strong>To do</strong>&ensp;" + mdMessage(e.hint))
		}
		b.WriteString("\n")
		for _, f := range e.fixes {
			b.WriteString(mdFix(f))
		}
		out = append(out, b.String())
	}
	return out
}

// mdFix is a correction as a fenced block, which nothing in it can end.
func mdFix(f fix) string {
	lines := f.lines()
	fence := fence(lines)
	head := "Corrected lines:"
	if f.spots[0].file != "" {
		head = "Corrected lines for " + mdCode(f.place()) + ":"
	}
	return "\n" + head + "\n\n" + fence + "yaml\n" + strings.Join(lines, "\n") + "\n" + fence + "\n"
}

// mdSubjects names the first files of a finding and counts the others.
func mdSubjects(subjects []string) string {
	var names []string
	for _, s := range subjects[:min(3, len(subjects))] {
		if s == "" {
			names = append(names, "the release as a whole")
			continue
		}
		names = append(names, mdName(s))
	}
	line := strings.Join(names, ", ")
	if more := len(subjects) - len(names); more > 0 {
		line += " and " + count(more, "more file")
	}
	return line
}
