// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"maps"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/shell"
)

// addCode adds the variables whose text a script runs as code, or writes, line
// breaks and all, where the runner reads variables. A variable is the safe way
// to hand a text over only as long as nothing evaluates it.
func (ts *taints) addCode() {
	seen := map[string]bool{}
	add := func(variable, does string, line int, found []expr.Taint) {
		if len(found) > 0 && !seen[variable+does] {
			seen[variable+does] = true
			ts.parts = append(ts.parts, taintedPart{taint{text: "$" + variable, line: line, does: strings.Replace(does, "%s", "$"+variable, 1)}, found})
		}
	}
	for _, c := range ts.step.Commands {
		if c.File != ts.step.File {
			continue
		}
		for _, v := range runsAsCode(c) {
			if v == "GITHUB_EVENT_PATH" {
				if e, err := expr.Parse("github.event"); err == nil {
					add(v, "runs what it takes from %s as code", c.Line, e.Untrusted())
				}
				continue
			}
			add(v, "runs %s as code", c.Line, ts.variable(v))
		}
		if slices.Contains(c.Via, "eval") {
			found, _ := printed(c.Words[0].Text)
			add("(…)", "runs %s as code", c.Line, found)
		}
	}
	if run := ts.step.Step.Run; run != nil {
		for _, v := range spelledOut(ts.step.Script, ts.step.Job.Windows || strings.HasPrefix(strings.ToLower(run.Shell.Value), "cmd")) {
			add(v.name, "runs %s as code", run.Script.LineAt(v.line), ts.variable(v.name))
		}
	}
	for _, w := range ts.step.Written {
		file := fileVariable(w.Path.Text)
		if file != "GITHUB_PATH" && (file != "GITHUB_ENV" || drawnDelimiter(w.Content.Text)) {
			continue
		}
		does := "writes %s to $GITHUB_ENV, where each line sets a variable"
		line := ts.step.Line
		if ts.step.Step.Run != nil {
			line = ts.step.Step.Run.Script.LineAt(w.Line)
		}
		if file == "GITHUB_PATH" {
			does = "writes %s to $GITHUB_PATH, where programs are looked for"
		} else if found, many := printed(w.Content.Text); many {
			add("(…)", does, line, found)
		}
		for _, v := range plainVariables(w.Content.Text) {
			add(v, does, line, slices.DeleteFunc(ts.variable(v), func(t expr.Taint) bool {
				return t.Setter != expr.Outsider || file == "GITHUB_ENV" && !manyLines(t.Path)
			}))
		}
	}
}

// runsAsCode are the variables whose text a command runs as code.
func runsAsCode(c graph.Command) []string {
	first := c.Words[0]
	evaluated := slices.ContainsFunc(c.Via, func(v string) bool { return v == "eval" || v == "trap" || strings.HasSuffix(v, "sh -c") || isShell(v) })
	var out []string
	switch {
	case first.Static:
	case evaluated && (strings.HasPrefix(first.Text, "$(") || strings.HasPrefix(first.Text, "`")):
		// what another program makes of it
		out = allVariables(first.Text)
	case strings.HasPrefix(first.Text, "$"):
		if vars := plainVariables(first.Text); len(vars) > 0 && (first.Text == "$"+vars[0] || first.Text == "${"+vars[0]+"}") {
			out = vars[:1]
		}
	}
	for i, w := range c.Words {
		if i == 0 || w.Static || len(out) > 0 {
			continue
		}
		flag := strings.ToLower(c.Words[i-1].Text)
		switch p := c.Program(); {
		case (strings.HasPrefix(p, "python") || p == "su" || p == "ssh") && flag == "-c",
			(p == "perl" || p == "ruby" || p == "node" || p == "Rscript") && (flag == "-e" || flag == "--eval" || flag == "-p"),
			strings.EqualFold(p, "iex") || strings.EqualFold(p, "Invoke-Expression"):
			out = plainVariables(w.Text)
		}
	}
	if len(c.Via) > 0 && isShell(c.Via[len(c.Via)-1]) && c.Piped != "" {
		// The words of an echo are expanded before the shell behind it reads
		// them, unless they stand in single quotes.
		for _, v := range plainVariables(c.Piped) {
			if !strings.Contains(c.Piped, "'") {
				out = append(out, v)
			}
		}
	}
	return out
}

func isShell(name string) bool {
	switch name {
	case "bash", "sh", "dash", "zsh", "ksh":
		return true
	}
	return false
}

// allVariables are the variables that a text names, in whatever way.
func allVariables(text string) []string {
	var out []string
	for i := range len(text) {
		if text[i] != '$' {
			continue
		}
		rest := strings.TrimLeft(text[i+1:], "{!#")
		n := 0
		for n < len(rest) && (rest[n] == '_' || isWordByte(rest[n])) {
			n++
		}
		if n > 0 {
			out = append(out, rest[:n])
		}
	}
	return out
}

// drawnDelimiter reports whether a text for one of the runner's files is closed
// by a word that nobody can foresee.
func drawnDelimiter(content string) bool {
	_, after, ok := strings.Cut(content, "<<")
	end, _, _ := strings.Cut(after, "\n")
	return ok && strings.ContainsAny(end, "$`")
}

// manyLines reports whether a text that an outsider chooses may have line
// breaks: titles and names of branches have none.
func manyLines(path string) bool {
	last := path[strings.LastIndexByte(path, '.')+1:]
	return last == "message" || last == "body" || last == "summary" || last == "from" && strings.Contains(path, ".body.")
}

// buildCommands are the variables of a step that cibuildwheel runs as scripts.
func buildCommands(s *graph.Step) []scriptText {
	used := s.Uses != nil && strings.HasSuffix(s.Uses.Name(), "/cibuildwheel") ||
		slices.ContainsFunc(s.Commands, func(c graph.Command) bool {
			return slices.ContainsFunc(c.Words, func(w shell.Word) bool { return w.Text == "cibuildwheel" })
		})
	if !used {
		return nil
	}
	var out []scriptText
	for _, name := range slices.Sorted(maps.Keys(s.Env)) {
		if !strings.HasPrefix(name, "CIBW_") || !strings.Contains(name, "_BEFORE_") && !strings.Contains(name, "_COMMAND") || !strings.Contains(s.Env[name], "${{") {
			continue
		}
		at := workflow.Text{Value: s.Env[name], Line: s.Line, FirstLine: s.Line}
		for _, vars := range [][]workflow.Var{s.Job.File.Env, s.Job.Job.Env, s.Step.Env} {
			if t, ok := workflow.Lookup(vars, name); ok {
				at = t
			}
		}
		out = append(out, scriptText{text: s.Env[name], at: at, input: name})
	}
	return out
}
