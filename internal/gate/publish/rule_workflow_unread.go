// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

var _ = register(finding.Rule{
	ID:          "workflow-unread",
	Severity:    finding.Warning,
	OnUnchecked: finding.Block,
	Waivable:    true,
	Title:       "A workflow or action file could not be read whole",
	Why: "What is not read may hold another way to the index. Files that are broken, missing, too large, or written in a form that is not understood here " +
		"are named with the place where reading stopped, and the verdict stays open until they are mended: to pass over them would be to hide a path.",
	Bad:        "jobs:\n  publish:\n    steps: ${{ fromJSON(vars.STEPS) }}",
	Good:       "jobs:\n  publish:\n    steps:\n      - uses: pypa/gh-action-pypi-publish@…",
	References: []string{"SPEC 8: hardening workflow environment permissions"},
}, func(a *audit, rule *finding.Rule) {
	a.missingFiles(rule)
	for _, g := range a.in.Graph.Gaps {
		if g.Kind != graph.UnreadFile {
			continue
		}
		place := g.File
		if g.Line > 0 {
			place += ":" + itoa(g.Line)
		}
		name := ""
		if g.Name != g.File {
			name = g.Name + ": "
		}
		u := rule.Undecided(g.File, "reading %s: %s%s; mend it, so that what is there can be judged", place, name, g.Reason)
		// An action that no job uses has no path.
		u.Blocking = g.Job != nil || g.File == workflow.Folder || strings.HasPrefix(g.File, workflow.Folder+"/")
		a.skip(u)
	}
})

// missingFiles tells of workflows and actions of this repository that are called
// and are not there, each once.
func (a *audit) missingFiles(rule *finding.Rule) {
	type missing struct {
		first    graph.Gap
		places   []string
		blocking bool
	}
	near := a.nearPath()
	byName := map[string]*missing{}
	var all []*missing
	for _, g := range a.in.Graph.Gaps {
		if g.Kind != graph.Missing {
			continue
		}
		m := byName[g.Name]
		if m == nil {
			m = &missing{first: g}
			byName[g.Name] = m
			all = append(all, m)
		}
		if near(g) && !m.blocking {
			m.first, m.blocking = g, true // the job that makes it matter
		}
		if place := g.File + ":" + itoa(g.Line); !slices.Contains(m.places, place) {
			m.places = append(m.places, place)
		}
	}
	for _, m := range all {
		u := rule.Undecided(subject(m.first.Job), "%s is called (%s) and is not in the tree: what it does is not known, and GitHub starts no such run; add the file, or audit the whole repository",
			shortName(m.first.Name), several(m.places))
		u.Blocking = m.blocking
		a.skip(u)
	}
}

// nearPath says of what is missing whether it may change what is released: it is
// on a path, a publishing job waits for it and may take what it stores, or it is
// handed what can publish.
func (a *audit) nearPath() func(graph.Gap) bool {
	waited := map[*graph.Job]bool{}
	for _, sp := range a.spots {
		waited[sp.job] = true
		for j := range upstream(sp.job) {
			waited[j] = true
		}
	}
	return func(g graph.Gap) bool {
		j := g.Job
		if !j.Reachable() {
			return false
		}
		if waited[j] || j.IDToken() == expr.True {
			return true
		}
		return j.Remote != nil && (j.Remote.Inherit || len(j.Remote.Secrets) > 0)
	}
}
