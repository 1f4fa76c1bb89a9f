// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"fmt"
	"slices"
	"strings"
)

// Limits of the drawn paths: what one line may hold, and how much is drawn.
const (
	maxLabel   = 60  // characters of a job, an artifact, an environment
	maxMarks   = 6   // rules named at one job
	maxSources = 12  // jobs drawn beside one another
	maxDrawn   = 200 // lines for uploads
	maxFill    = 28  // columns up to which names of jobs are aligned
	drawWidth  = 100 // columns where the text has no width
)

// A seg is a piece of a drawn line that is never broken. gap is what parts it
// from the piece before on the same line; with glue it is on that line always.
type seg struct {
	gap, text, color string
	glue             bool
}

// drawn writes the publish paths, each from the jobs that build to the index.
func (t *textWriter) drawn(r *Report) {
	left := maxDrawn
	for _, d := range r.drawings() {
		if left <= 0 {
			break
		}
		t.gap()
		t.drawingHead(d)
		for _, tr := range d.trees {
			if left <= 0 {
				break
			}
			left -= len(tr.sinks)
			t.tree(d, tr)
		}
	}
	if left < 0 || left == 0 && len(r.PublishPaths) > maxDrawn {
		t.line("more ways than are drawn; --verbose lists all %d", len(r.PublishPaths))
	}
}

// drawingHead names the file, what starts it, and what was found of it as a
// whole, the last once a file.
func (t *textWriter) drawingHead(d *drawing) {
	name := clip(shortFile(d.file), maxName)
	switch {
	case d.dead:
		t.line("%s", t.paint(dim, name+": no event starts what follows"))
	case len(d.events) == 0:
		t.line("%s", t.paint(bold, name))
	default:
		t.wrapped(t.paint(bold, name+":")+" ", runes(name)+2, 4, eventWords(d.events))
	}
	if segs := t.markSegs(d.marks); len(segs) > 0 && !t.marked[d.file] {
		t.marked[d.file] = true
		t.flow("  ", "  ", segs, false)
	}
}

// eventWords joins the events that start a path, those of one kind that differ
// in their filter only in one: "push of a tag v*, w*".
func eventWords(events []string) string {
	const most = 8
	var words []string
	last := ""
	for _, e := range events[:min(most, len(events))] {
		word := clip(e, maxLabel)
		for _, kind := range []string{"push of a tag ", "push to a branch "} {
			if filter, ok := strings.CutPrefix(word, kind); ok && last == kind {
				word = filter
			} else if ok {
				last = kind
				break
			} else if last == kind {
				last = ""
			}
		}
		words = append(words, word)
	}
	if more := len(events) - len(words); more > 0 {
		words = append(words, fmt.Sprintf("%d more", more))
	}
	return strings.Join(words, ", ")
}

// tree draws the jobs that build, and below them the ones that upload.
func (t *textWriter) tree(d *drawing, tr tree) {
	t.nodes(tr.sources, "  ", d)
	for i, s := range tr.sinks {
		head, cont := "  ", "    "
		if len(tr.sources) > 0 {
			head, cont = "  └> ", "       "
			if i < len(tr.sinks)-1 {
				head, cont = "  ├> ", "  │    "
			}
		}
		t.flow(head, cont, t.sinkSegs(s), d.dead)
	}
}

func (t *textWriter) sinkSegs(s sink) []seg {
	job := clip(s.Job, maxLabel)
	segs := []seg{{text: job}}
	if s.Environment != "" {
		segs = append(segs, seg{gap: " ", text: "[environment " + clip(s.Environment, maxLabel) + "]"})
	}
	by := credentialWords(s.Credential)
	if s.times > 1 {
		by += fmt.Sprintf(", %d steps", s.times)
	}
	segs = append(segs, seg{gap: " ", text: "── " + clip(by, maxLabel) + " ──> " + clip(indexName(s.Index), maxLabel)})
	if !s.Reachable {
		segs = append(segs, seg{"   ", "never runs", dim, true})
	} else if s.state > markWarning {
		segs = append(segs, seg{"   ", "ok", green, true})
	}
	if len(s.Via) > 0 {
		segs = append(segs, seg{gap: "   ", text: clip("through "+strings.Join(ends(s.Via), " > "), maxLabel), color: dim})
	}
	return append(segs, t.markSegs(s.marks)...)
}

// ends are the places that indirections lead to ("pixi run x -> pyproject.toml:9"
// leads to the file), which say more in a small room than what was called.
func ends(via []string) []string {
	out := make([]string, len(via))
	for i, v := range via {
		out[i] = v
		if j := strings.LastIndex(v, " -> "); j >= 0 {
			out[i] = v[j+len(" -> "):]
		}
	}
	return out
}

// nodes draws the jobs that hand their files to the same job. pre is what
// stands to the left of their rail.
func (t *textWriter) nodes(ns []*node, pre string, d *drawing) {
	ns, more := boring(ns)
	width := 0
	for _, n := range ns {
		width = max(width, min(maxFill, nodeWidth(n, d)))
	}
	for i, n := range ns {
		rail, corner := "│  ", "├─"
		if i == 0 {
			rail, corner = "   ", "┌─"
		}
		t.nodes(n.from, pre+rail, d)
		if len(n.from) > 0 {
			corner += "─┴"
		}
		segs := []seg{{text: nodeName(n, d)}}
		if n.stage.Artifact != "" {
			fill := strings.Repeat("─", max(0, width-nodeWidth(n, d)))
			segs = append(segs, seg{gap: " ", text: fill + "── artifact " + clip(fmt.Sprintf("%q", n.stage.Artifact), maxLabel)})
		}
		t.flow(pre+corner+" ", pre+"│    ", append(segs, t.markSegs(n.marks)...), d.dead)
	}
	if more > 0 {
		t.flow(pre+"├─ ", pre+"│    ", []seg{{text: "and " + count(more, "more job"), color: dim}}, d.dead)
	}
}

// boring leaves out some of very many jobs, first those without a mark.
func boring(ns []*node) (kept []*node, more int) {
	if len(ns) <= maxSources {
		return ns, 0
	}
	byWorst := slices.Clone(ns)
	slices.SortStableFunc(byWorst, func(a, b *node) int { return int(worst(a.marks) - worst(b.marks)) })
	keep := map[*node]bool{}
	for _, n := range byWorst[:maxSources] {
		keep[n] = true
	}
	for _, n := range ns {
		if keep[n] {
			kept = append(kept, n)
		}
	}
	return kept, len(ns) - len(kept)
}

// nodeName is the job, with its file where that is another one.
func nodeName(n *node, d *drawing) string {
	name := clip(n.stage.Job, maxLabel)
	if n.stage.File != d.file && n.stage.File != "" {
		name = clip(shortFile(n.stage.File), maxLabel) + " job " + name
	}
	return name
}

// nodeWidth is the name's width with the longer corner of a job that itself
// takes files.
func nodeWidth(n *node, d *drawing) int {
	if len(n.from) > 0 {
		return runes(nodeName(n, d)) + 2
	}
	return runes(nodeName(n, d))
}

// markSegs shows marks after a job. Notes and what is only listed are left to
// the findings.
func (t *textWriter) markSegs(marks []mark) []seg {
	var segs []seg
	shown, more := 0, 0
	for _, m := range marks {
		if !m.kind.drawn() && !t.opts.Verbose {
			continue
		}
		if shown == maxMarks {
			more++
			continue
		}
		shown++
		segs = append(segs, seg{"   ", m.kind.sign() + " " + clip(m.rule, maxLabel), m.kind.color(), false})
	}
	if more > 0 {
		segs = append(segs, seg{"   ", fmt.Sprintf("and %d more", more), dim, false})
	}
	return segs
}

// flow writes one drawn line, and goes on behind cont where it gets too wide.
func (t *textWriter) flow(head, cont string, segs []seg, faint bool) {
	width := t.opts.Width
	if width <= 0 {
		width = drawWidth
	}
	paint := func(color, s string) string {
		if color == "" && faint {
			color = dim
		}
		if color == "" {
			return s
		}
		return t.paint(color, s)
	}
	t.b.WriteString(head)
	used := runes(head)
	for i, s := range segs {
		need := used + runes(s.gap) + runes(s.text)
		for _, next := range segs[i+1:] {
			if !next.glue {
				break
			}
			need += runes(next.gap) + runes(next.text)
		}
		switch {
		case i == 0:
		case need > width && !s.glue:
			t.b.WriteString("\n" + cont)
			used = runes(cont)
		default:
			t.b.WriteString(s.gap)
			used += runes(s.gap)
		}
		t.b.WriteString(paint(s.color, s.text))
		used += runes(s.text)
	}
	t.b.WriteByte('\n')
}
