// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/edit"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

var _ = register(finding.Rule{
	ID:       "inherited-secrets",
	Severity: finding.Warning,
	Waivable: true,
	Title:    "A called workflow on the path gets every secret of the repository",
	Why: "secrets: inherit hands all secrets to a workflow that needs perhaps one. Whoever changes that workflow, or one of the " +
		"actions in it, reads them all, an index token that nobody deleted among them, and no file shows which secret is used " +
		"where.",
	Bad:        "build:\n  uses: ./.github/workflows/build.yml\n  secrets: inherit",
	Good:       "build:\n  uses: ./.github/workflows/build.yml\n  secrets:\n    codecov-token: ${{ secrets.CODECOV_TOKEN }}",
	References: []string{"SPEC 6: principle 2", "SPEC 8: restrict permissions in GitHub Actions"},
}, func(a *audit, rule *finding.Rule) {
	mentions := a.mentions()
	for _, sp := range a.spots {
		for _, c := range sp.job.Callers {
			a.inherited(rule, c, c.Job.Call, mentions)
		}
		if sp.job.Remote != nil {
			a.inherited(rule, sp.job, sp.job.Remote, mentions)
		}
	}
})

func (a *audit) inherited(rule *finding.Rule, j *graph.Job, c *workflow.Call, mentions []mention) {
	if c == nil || !c.Inherit {
		return
	}
	src := a.source(j.File.Path)
	line := keyLine(src, c.Uses.Pos.Line, j.Job.End, "secrets")
	if n := keyLine(src, j.Job.Pos.Line, c.Uses.Pos.Line, "secrets"); n != j.Job.Pos.Line {
		line = n
	}
	hint := "name the secrets that the called workflow needs; without any, remove the line"
	names := a.calledSecrets(c, mentions)
	f := a.at(rule, j, j.File.Path, line, hint,
		"job %q hands every secret of the repository to %q, on the path to the index; expected the ones it needs, by name", j.Job.ID.Value, c.Uses.Raw.Value)
	f.Fix = inheritFix(src, line, names)
	a.add(f)
}

// calledSecrets are the secrets that a called local workflow names.
func (a *audit) calledSecrets(c *workflow.Call, mentions []mention) []string {
	callee, err := a.in.Graph.Repo.Callee(c)
	if err != nil {
		return nil
	}
	var names []string
	seen := map[string]bool{}
	for _, m := range mentions {
		if m.file == callee.Path && m.secret != "" && m.secret != "*" && !seen[m.secret] {
			seen[m.secret] = true
			names = append(names, m.secret)
		}
	}
	return names
}

func inheritFix(src edit.Source, line int, names []string) string {
	text := src.Line(line)
	if !strings.Contains(text, "inherit") || len(names) == 0 {
		return ""
	}
	pad := text[:len(text)-len(strings.TrimLeft(text, " "))]
	out := pad + "secrets:"
	for _, n := range names[:min(len(names), 10)] {
		out += "\n" + pad + "  " + n + ": ${{ secrets." + n + " }}"
	}
	return out
}
