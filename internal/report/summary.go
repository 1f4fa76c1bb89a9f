// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"fmt"
	"strings"
)

// MaxSummary is what [Summary] keeps to if it is not told otherwise. A step's
// summaries may have 1 MiB together; above that the runner shows none of it.
const MaxSummary = 1000 * 1000

// mdTail is the room kept for the line that says what was left out.
const mdTail = 120

// Summary writes r as GitHub's Markdown for a step summary, at most maxBytes
// bytes of it (0: [MaxSummary]): verdict, findings, what could not be checked,
// waivers, the files with what was proved of each, publish paths as a graph and
// a table, corrected lines of workflows, and what it was judged by. Tables end at a row's border; a last line says how many rows
// were left out. Every value from outside is escaped for Markdown and HTML and
// cannot mention, link or embed anything.
func Summary(r *Report, maxBytes int) string {
	if maxBytes <= 0 {
		maxBytes = MaxSummary
	}
	d := &mdDoc{limit: maxBytes - mdTail}
	verdict := clip(string(r.Verdict), maxName)
	d.add(fmt.Sprintf("## %s sallyport %s: %s\n\n%s\n", verdictMark(r.Verdict), mdEntities(clip(r.Command, maxName)),
		mdEntities(verdict), mdText(strings.TrimPrefix(r.verdictLine(), verdict+": "))))
	audit, rest := &Report{}, r
	if r.forAudit() {
		audit, rest = r.ofWorkflows()
	}
	groups := audit.groups()
	where := " in the workflows"
	if r.Command == "audit" {
		where = ""
		r.wayRows(d)
	}
	rest.findingRows(d)
	auditRows(d, groups, where)
	d.table("Waived by the policy", []string{"Rule", "File", "Until", "Reason"}, rowsOf(r.Ignored, func(w Ignored) []string {
		return []string{mdName(w.Rule), mdName(w.Subject), mdEntities(clip(w.Until, maxName)), mdMessage(w.Reason)}
	}))
	r.distRows(d)
	r.madeRows(d)
	r.indexRows(d)
	if r.Command != "audit" {
		r.wayRows(d)
	}
	basis := "\nJudged by " + mdText(r.Policy.policyLine())
	if roots := r.trustLine(); roots != "" {
		basis += "; trust roots: " + mdText(roots)
	}
	d.add(basis + "\n")
	if d.left > 0 {
		d.limit = maxBytes
		d.add(fmt.Sprintf("\n%s left out here; the JSON report has all.\n", count(d.left, "row")))
	}
	return d.b.String()
}

// findingRows writes what was found, then what could not be checked.
func (r *Report) findingRows(d *mdDoc) {
	var found, open [][]string
	for _, b := range r.blocks() {
		for _, c := range b.clusters {
			label, _ := c.label()
			what := mdMessage(c.said(c.Message))
			if at := c.where(); at != "" {
				what += "<br>at " + mdCode(at)
			}
			if c.Hint != "" {
				what += "<br>hint: " + mdMessage(c.said(c.Hint))
			}
			row := []string{labelMark(label) + " " + label, mdName(c.Rule), mdSubjects(c.subjects), what}
			if c.unchecked {
				open = append(open, row)
			} else {
				found = append(found, row)
			}
		}
	}
	head := []string{"", "Rule", "File", "What"}
	d.table("Findings", head, found)
	d.table("Not checked", head, open)
}

// distRows writes one row a distribution: how it came out and what is proved.
func (r *Report) distRows(d *mdDoc) {
	states := r.states()
	d.table("Files", []string{"", "File", "SHA-256", "Attestations", "Proved by the certificate"},
		rowsOf(r.Dists, func(dist Dist) []string {
			by := ""
			if v, ok := dist.builder(); ok {
				by = mdCode(v.builtBy())
			}
			return []string{verdictMark(states[dist.Path]), mdName(dist.Path), mdName(short(dist.SHA256)),
				mdCode(dist.kinds()), by}
		}))
}

// indexRows writes what the index would refuse.
func (r *Report) indexRows(d *mdDoc) {
	var rows [][]string
	for _, dist := range r.Dists {
		for _, a := range dist.Index.Attestations {
			if a.Verdict == "refuse" {
				rows = append(rows, []string{mdName(dist.Path), mdName(a.File), mdMessage(a.Message)})
			}
		}
	}
	d.table("The index would refuse", []string{"File", "Attestation", "Its message"}, rows)
}

// rowsOf makes a row of each element.
func rowsOf[T any](all []T, row func(T) []string) [][]string {
	out := make([][]string, 0, len(all))
	for _, v := range all {
		out = append(out, row(v))
	}
	return out
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
	line := strings.Join(names, "<br>")
	if more := len(subjects) - len(names); more > 0 {
		line += "<br>and " + count(more, "more file")
	}
	return line
}

func mdName(s string) string    { return mdCode(clip(s, maxName)) }
func mdMessage(s string) string { return mdText(clip(s, 2000)) }

func verdictMark(v Verdict) string {
	switch v {
	case Pass:
		return "✅"
	case Fail:
		return "❌"
	}
	return "⚠️"
}

func labelMark(label string) string {
	switch label {
	case "error":
		return "❌"
	case "warning", "undecided":
		return "⚠️"
	}
	return "ℹ️"
}
