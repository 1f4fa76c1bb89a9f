// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"fmt"
	"strings"
)

// maxDepth is how many jobs a drawn path may have one behind the other. What
// lies further back is drawn as if it handed its files to the upload's job.
const maxDepth = 8

// A drawing is the publish paths of one file that the same events start.
type drawing struct {
	file   string
	events []string // in words; none where no event does
	dead   bool     // none of them ever runs
	marks  []mark   // of the file as a whole
	trees  []tree
}

// A tree is uploads that take the same files, and where these come from.
type tree struct {
	sources []*node
	sinks   []sink
}

// A node is a job and those whose files it takes.
type node struct {
	stage Stage
	marks []mark
	from  []*node
}

// A sink is a job that uploads.
type sink struct {
	PublishPath
	marks []mark
	times int      // steps of the job that look alike
	state markKind // the worst of the whole path
}

// forAudit reports whether r speaks of a repository's workflows: the forms for
// people then show the publish paths first.
func (r *Report) forAudit() bool { return r.Command == "audit" || len(r.PublishPaths) > 0 }

// stages are the path's stages, at least the upload's own job.
func (p *PublishPath) stages() []Stage {
	if len(p.Stages) > 0 {
		return p.Stages
	}
	return []Stage{{File: p.File, Job: p.Job, Line: p.Line}}
}

// drawings sorts the publish paths of r for drawing, in the report's order.
func (r *Report) drawings() []*drawing {
	m := r.marker()
	var out []*drawing
	byKey, byTree := map[string]*drawing{}, map[string]int{}
	for _, p := range r.PublishPaths {
		events := p.stages()[0].Events
		key := fmt.Sprintf("%q %q %v", p.File, events, p.Reachable)
		d := byKey[key]
		if d == nil {
			d = &drawing{file: p.File, events: events, dead: !p.Reachable, marks: m.ofFile(p.File)}
			byKey[key] = d
			out = append(out, d)
		}
		sources, own, state := m.tree(p)
		key = fmt.Sprintf("%s %s", key, outline(sources))
		at, ok := byTree[key]
		if !ok {
			at = len(d.trees)
			byTree[key] = at
			d.trees = append(d.trees, tree{sources: sources})
		}
		d.trees[at].add(sink{p, own, 1, state})
	}
	return out
}

// add puts one more upload below the same sources; steps of one job that look
// alike become one.
func (t *tree) add(s sink) {
	for i := range t.sinks {
		if same := &t.sinks[i]; same.look() == s.look() {
			same.times++
			return
		}
	}
	t.sinks = append(t.sinks, s)
}

// look is all of a sink that is drawn.
func (s *sink) look() string {
	return fmt.Sprintf("%q", []any{s.Job, s.Index, s.Credential, s.Environment, s.Via, s.marks, s.state})
}

// tree makes the nodes of the jobs whose files p's upload takes, and the marks
// of its own job. Every stage is there exactly once, whatever "to" says.
func (m *marker) tree(p PublishPath) (sources []*node, own []mark, state markKind) {
	stages := p.stages()
	own = m.of(stages[0])
	state = min(worst(own), m.around(stages))
	first := map[string]int{}
	for i, s := range stages {
		if _, ok := first[s.Job]; !ok {
			first[s.Job] = i
		}
	}
	parent := make([]int, len(stages))
	for i, s := range stages[1:] {
		parent[i+1] = first[s.To] // 0, the upload's job, also where there is none such
	}
	nodes := make([]*node, len(stages))
	for i := 1; i < len(stages); i++ {
		at, depth := i, 0
		for at != 0 && depth <= maxDepth {
			at = parent[at]
			depth++
		}
		if at != 0 { // too deep, or a circle
			parent[i] = 0
		}
		nodes[i] = &node{stage: stages[i], marks: m.of(stages[i])}
		state = min(state, worst(nodes[i].marks))
	}
	for i := 1; i < len(stages); i++ {
		if up := parent[i]; up == 0 {
			sources = append(sources, nodes[i])
		} else {
			nodes[up].from = append(nodes[up].from, nodes[i])
		}
	}
	return sources, own, state
}

// outline is all of the nodes that is drawn, as a key.
func outline(nodes []*node) string {
	var b strings.Builder
	for _, n := range nodes {
		fmt.Fprintf(&b, "(%q %q %q %v %s)", n.stage.File, n.stage.Job, n.stage.Artifact, n.marks, outline(n.from))
	}
	return b.String()
}

// shortFile is a workflow's file as people call it.
func shortFile(file string) string {
	if name, ok := strings.CutPrefix(file, ".github/workflows/"); ok && name != "" {
		return name
	}
	return file
}

// The upload addresses of the two indexes that everyone knows.
const (
	pypiUpload = "https://upload.pypi.org/legacy/"
	testUpload = "https://test.pypi.org/legacy/"
)

// indexName is the index as the drawings name it: the host of the two that
// everyone knows, otherwise the address.
func indexName(index string) string {
	switch index {
	case "":
		return "an index that is not known"
	case pypiUpload:
		return "upload.pypi.org"
	case testUpload:
		return "test.pypi.org"
	}
	return strings.TrimPrefix(index, "https://")
}

// credentialWords says what an upload is allowed by.
func credentialWords(credential string) string {
	switch credential {
	case "trusted-publishing":
		return "trusted publishing"
	case "token":
		return "a token"
	case "ambient":
		return "a stored credential"
	case "none":
		return "no credential"
	case "unknown", "":
		return "an unknown credential"
	}
	return credential
}
