// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"fmt"
	"strings"
)

// A chart is a Mermaid flowchart in the making. Names of nodes are ours.
type chart struct {
	b       strings.Builder
	nodes   int
	edges   map[string]bool
	classes map[string][]string
	index   map[string]string // nodes of indexes, by address
	jobs    map[place2]string // nodes of jobs, by drawn file and subject
	late    []string          // edges out of the subgraphs
}

// draw writes the drawings of files; those in small as one node each.
func draw(files []string, byFile map[string][]*drawing, small map[string]bool) string {
	c := &chart{edges: map[string]bool{}, classes: map[string][]string{}, index: map[string]string{}, jobs: map[place2]string{}}
	c.line("flowchart LR")
	for i, f := range files {
		if small[f] {
			c.box(f, byFile[f])
			continue
		}
		title := mmText(shortFile(f), maxLabel)
		for _, line := range markLines(byFile[f][0].marks) {
			title += " " + line // a title has one line
		}
		c.line("  subgraph f%d[%s]", i+1, mmLabel(title))
		c.classes["file"] = append(c.classes["file"], fmt.Sprintf("f%d", i+1))
		for _, d := range byFile[f] {
			c.drawing(d)
		}
		c.line("  end")
	}
	for _, e := range c.late {
		c.line("  %s", e)
	}
	for _, class := range []struct{ name, style string }{
		{"bad", "fill:#ffebe9,stroke:#cf222e,color:#82071e,stroke-width:2px"},
		{"warn", "fill:#fff8c5,stroke:#9a6700,color:#4d2d00"},
		{"good", "fill:#dafbe1,stroke:#1a7f37,color:#044f1e"},
		{"dead", "fill:#f6f8fa,stroke:#8c959f,color:#57606a,stroke-dasharray:4 4"},
		{"lost", "fill:#fff5f5,stroke:#cf222e,color:#82071e,stroke-dasharray:4 4"},
		{"event", "fill:#ddf4ff,stroke:#0969da,color:#0a3069"},
		{"index", "fill:#f6f8fa,stroke:#57606a,color:#24292f"},
		{"plain", "fill:#ffffff,stroke:#57606a,color:#24292f"},
		{"file", "fill:transparent,stroke:#8c959f"}, // on light and dark pages
	} {
		if ids := c.classes[class.name]; len(ids) > 0 {
			c.line("  classDef %s %s", class.name, class.style)
			c.line("  class %s %s", strings.Join(ids, ","), class.name)
		}
	}
	return c.b.String()
}

func (c *chart) line(format string, args ...any) { fmt.Fprintf(&c.b, format+"\n", args...) }

// node makes a node; shape has a %s for the label.
func (c *chart) node(shape, label, class string) string {
	c.nodes++
	id := fmt.Sprintf("n%d", c.nodes)
	c.classes[class] = append(c.classes[class], id)
	c.line("    "+id+shape, label)
	return id
}

// edge joins two nodes once. Edges to an index are written after the
// subgraphs, so that no index is drawn inside of one.
func (c *chart) edge(from, to, label string, dead, late bool) {
	arrow := "-->"
	if dead {
		arrow = "-.->"
	}
	if label != "" {
		label = "|" + mmLabel(label) + "|"
	}
	text := from + " " + arrow + label + " " + to
	if c.edges[text] {
		return
	}
	c.edges[text] = true
	if late {
		c.late = append(c.late, text)
		return
	}
	c.line("    %s", text)
}

// indexNode is the node of an index, one for all files.
func (c *chart) indexNode(index string) string {
	name := indexName(index)
	if len(c.index) >= mmIndexes && c.index[index] == "" {
		index, name = "\x00", "other addresses"
	}
	if id := c.index[index]; id != "" {
		return id
	}
	c.nodes++
	id := fmt.Sprintf("n%d", c.nodes)
	c.classes["index"] = append(c.classes["index"], id)
	c.late = append(c.late, fmt.Sprintf("%s[(%s)]", id, mmLabel(mmText(name, maxLabel))))
	c.index[index] = id
	return id
}

// drawing draws what the same events start.
func (c *chart) drawing(d *drawing) {
	var start string
	if !d.dead && len(d.events) > 0 {
		var lines []string
		for _, e := range d.events[:min(4, len(d.events))] {
			lines = append(lines, mmText(e, maxLabel))
		}
		if more := len(d.events) - len(lines); more > 0 {
			lines = append(lines, fmt.Sprintf("and %d more", more))
		}
		start = c.node("([%s])", mmLabel(lines...), "event")
	}
	for _, t := range d.trees {
		for _, s := range t.sinks {
			own := s.stages()[0]
			id := c.job(d, own, s.Environment, s.marks, s.state > markWarning)
			if len(t.sources) == 0 && start != "" {
				c.edge(start, id, "", d.dead, false)
			}
			c.sources(d, t.sources, id, start)
			c.edge(id, c.indexNode(s.Index), mmText(credentialWords(s.Credential), maxLabel), d.dead, true)
		}
	}
}

// source draws a job, what it takes, and the artifact that it hands on.
func (c *chart) source(d *drawing, n *node, to, start string) {
	id := c.job(d, n.stage, "", n.marks, false)
	label := ""
	if n.stage.Artifact != "" {
		label = mmText(n.stage.Artifact, maxLabel)
	}
	if len(n.from) == 0 && start != "" {
		c.edge(start, id, "", d.dead, false)
	}
	c.sources(d, n.from, id, start)
	c.edge(id, to, label, d.dead, false)
}

// sources draws the jobs that hand their files to the node to.
func (c *chart) sources(d *drawing, ns []*node, to, start string) {
	ns, more := boring(ns)
	for _, n := range ns {
		c.source(d, n, to, start)
	}
	if more > 0 {
		c.edge(c.node("[%s]", mmLabel("and "+count(more, "more job")), "plain"), to, "", d.dead, false)
	}
}

// job is the node of a job, one for all paths of a drawing.
func (c *chart) job(d *drawing, s Stage, environment string, marks []mark, good bool) string {
	key := place2{fmt.Sprintf("%q %q %v", d.file, d.events, d.dead), stageSubject(s)}
	if id := c.jobs[key]; id != "" {
		return id
	}
	name := mmText(s.Job, maxLabel)
	if s.File != d.file && s.File != "" {
		name = mmText(shortFile(s.File), maxLabel) + " job " + name
	}
	lines := []string{name}
	if environment != "" {
		lines = append(lines, "environment "+mmText(environment, maxLabel))
	}
	if d.dead {
		lines = append(lines, "never runs")
	}
	lines = append(lines, markLines(marks)...)
	class := "plain"
	switch {
	case d.dead && worst(marks) == markError:
		class = "lost"
	case d.dead:
		class = "dead"
	case worst(marks) == markError:
		class = "bad"
	case worst(marks) <= markWarning:
		class = "warn"
	case good:
		class = "good"
	}
	id := c.node("[%s]", mmLabel(lines...), class)
	c.jobs[key] = id
	return id
}

// markLines are the worst marks as lines of a label.
func markLines(marks []mark) []string {
	var lines []string
	more := 0
	for _, m := range marks {
		switch {
		case !m.kind.drawn():
		case len(lines) < mmMarks:
			lines = append(lines, mmText(m.kind.sign()+" "+m.rule, maxLabel))
		default:
			more++
		}
	}
	if more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	return lines
}

// box draws a whole file as one node.
func (c *chart) box(file string, ds []*drawing) {
	jobs, dead := map[string]bool{}, true
	var count func(ns []*node)
	count = func(ns []*node) {
		for _, n := range ns {
			jobs[stageSubject(n.stage)] = true
			count(n.from)
		}
	}
	for _, d := range ds {
		dead = dead && d.dead
		for _, t := range d.trees {
			count(t.sources)
			for _, s := range t.sinks {
				jobs[stageSubject(s.stages()[0])] = true
			}
		}
	}
	class, state := "plain", worstOf(ds)
	lines := []string{mmText(shortFile(file), maxLabel), fmt.Sprintf("%d jobs", len(jobs))}
	switch {
	case dead:
		class, lines = "dead", append(lines, "never runs")
	case state == markError:
		class, lines = "bad", append(lines, state.sign()+" errors")
	case state <= markWarning:
		class, lines = "warn", append(lines, state.sign()+" warnings")
	default:
		class = "good"
	}
	id := c.node("[[%s]]", mmLabel(lines...), class)
	for _, d := range ds {
		for _, t := range d.trees {
			for _, s := range t.sinks {
				c.edge(id, c.indexNode(s.Index), mmText(credentialWords(s.Credential), maxLabel), d.dead, true)
			}
		}
	}
}
