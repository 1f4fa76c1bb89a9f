// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"slices"
	"strings"
)

// Limits of the graph in the summary. GitHub draws none of a graph whose text
// is longer than 50,000 characters, and nobody reads one with many nodes.
const (
	maxNodes     = 60
	maxGraphText = 45000
	mmMarks      = 3  // rules named in a node
	mmIndexes    = 12 // nodes for indexes; further addresses share one
)

// mermaid draws the publish paths as a Mermaid flowchart: for each file the
// events, jobs and artifacts, and the indexes beside them. note says what was
// joined or left out. The text is empty where there is nothing to draw.
func (r *Report) mermaid() (text, note string) {
	byFile := map[string][]*drawing{}
	var files []string
	for _, d := range r.drawings() {
		if byFile[d.file] == nil {
			files = append(files, d.file)
		}
		byFile[d.file] = append(byFile[d.file], d)
	}
	if len(files) == 0 {
		return "", ""
	}
	left := 0
	if most := maxNodes / 2; len(files) > most { // a node a file and one an index
		slices.SortStableFunc(files, func(a, b string) int { return int(worstOf(byFile[a]) - worstOf(byFile[b])) })
		left, files = len(files)-most, files[:most]
	}
	// The largest files shrink to one node each until the rest is readable.
	sizes, total := map[string]int{}, 0
	for _, f := range files {
		sizes[f] = size(byFile[f])
		total += sizes[f]
	}
	small := map[string]bool{}
	for total > maxNodes && len(small) < len(files) {
		largest := ""
		for _, f := range files {
			if !small[f] && (largest == "" || sizes[f] > sizes[largest]) {
				largest = f
			}
		}
		small[largest] = true
		total -= sizes[largest] - 1
	}
	text = draw(files, byFile, small)
	if len(text) > maxGraphText {
		for _, f := range files {
			small[f] = true
		}
		text = draw(files, byFile, small)
	}
	var said []string
	if len(small) > 0 {
		said = append(said, count(len(small), "file")+" with many jobs drawn as one box")
	}
	if left > 0 {
		said = append(said, count(left, "file")+" not drawn")
	}
	if len(text) > maxGraphText {
		return "", "too much to draw"
	}
	return text, strings.Join(said, ", ")
}

// size is how many nodes the drawings of a file take.
func size(ds []*drawing) int {
	n := 0
	for _, d := range ds {
		n++ // the events
		for _, t := range d.trees {
			n += 2*len(t.sinks) + countNodes(t.sources)
		}
	}
	return n
}

func countNodes(ns []*node) int {
	ns, more := boring(ns)
	n := len(ns) + min(more, 1)
	for _, c := range ns {
		n += countNodes(c.from)
	}
	return n
}

func worstOf(ds []*drawing) markKind {
	k := markNone
	for _, d := range ds {
		for _, t := range d.trees {
			for _, s := range t.sinks {
				k = min(k, s.state)
			}
		}
	}
	return k
}
