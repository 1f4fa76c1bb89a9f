// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"strings"
	"time"
)

// maxFiles is how many files are shown without folding them.
const maxFiles = 10

// distRows writes one row a distribution: how it came out, its digest, and who
// signed what and when. What is the same of all is said once.
func (r *Report) distRows(d *mdDoc) {
	if len(r.Dists) == 0 {
		return
	}
	states := r.states()
	common, same := "", true
	for i := range r.Dists {
		by := ""
		if v, ok := r.Dists[i].builder(); ok {
			by = v.builtBy()
		}
		if i == 0 {
			common = by
		}
		same = same && by == common
	}
	once := same && common != "" && len(r.Dists) > 1
	head := []string{"", "File and its SHA-256", "Attestations", "Signed by", "Signed at"}
	if once {
		head = append(head[:3:3], head[4])
	}
	rows := rowsOf(r.Dists, func(dist Dist) []string {
		by, at := "", ""
		if v, ok := dist.builder(); ok {
			by, at = mdCode(v.builtBy()), mdText(clip(dayAndTime(v.Time), maxName))
		}
		file := mdName(dist.Path)
		if dist.SHA256 != "" {
			file += "<br><sub>" + mdName(dist.SHA256) + "</sub>"
		}
		kinds := "none"
		if len(dist.Verified) > 0 {
			kinds = mdText(dist.kinds())
		}
		row := []string{verdictMark(states[dist.Path]), file, kinds, by, at}
		if once {
			row = append(row[:3:3], at)
		}
		return row
	})
	said := ""
	if once {
		said = "\nAll signed by " + mdCode(common) + ".\n"
	}
	if len(rows) <= maxFiles {
		d.add("\n### Files\n" + said)
		d.table("", head, rows)
		return
	}
	d.folded("Files", said, r.distWords(states), len(rows), func() { d.table("", head, rows) })
}

// distWords counts the files by how each came out.
func (r *Report) distWords(states map[string]Verdict) string {
	n := map[Verdict]int{}
	for _, dist := range r.Dists {
		n[states[dist.Path]]++
	}
	if n[Pass] == len(r.Dists) {
		return count(len(r.Dists), "file") + ", all without errors"
	}
	var said []string
	for _, part := range []struct {
		state Verdict
		words string
	}{{Fail, "with errors"}, {Undecided, "undecided"}, {Pass, "without errors"}} {
		if n[part.state] > 0 {
			said = append(said, count(n[part.state], "file")+" "+part.words)
		}
	}
	return strings.Join(said, ", ")
}

// dayAndTime is a time as people read it; what is none stays as it is.
func dayAndTime(s string) string {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return s
	}
	return t.UTC().Format("2006-01-02 15:04:05") + " UTC"
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
