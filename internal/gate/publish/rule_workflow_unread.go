// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

var _ = register(finding.Rule{
	ID:          "workflow-unread",
	Severity:    finding.Warning,
	OnUnchecked: finding.Block,
	Waivable:    true,
	Title:       "A workflow or action file could not be read whole",
	Why: "What is not read may hold another way to the index. Files that are broken, too large, or written in a form that is not understood here " +
		"are named with the place where reading stopped, and the verdict stays open until they are mended: to pass over them would be to hide a path.",
	Bad:        "jobs:\n  publish:\n    steps: ${{ fromJSON(vars.STEPS) }}",
	Good:       "jobs:\n  publish:\n    steps:\n      - uses: pypa/gh-action-pypi-publish@…",
	References: []string{"SPEC 8: hardening workflow environment permissions"},
}, func(a *audit, rule *finding.Rule) {
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
