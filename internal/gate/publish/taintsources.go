// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

// maxHops is through how many variables and outputs a text is followed.
const maxHops = 12

// inStep reads texts as another step of the run sees them, or, with after, as
// they are behind it. Each step is read once, so that what refers to itself ends.
func (ts *taints) inStep(s *graph.Step, after bool) *taints {
	if ts.others == nil {
		ts.others = map[otherStep]*taints{}
	}
	at := otherStep{s, after}
	if o := ts.others[at]; o != nil {
		return o
	}
	o := &taints{step: s, after: after, refs: ts.refs, memo: map[string][]expr.Taint{}, others: ts.others, hops: ts.hops + 1}
	ts.others[at] = o
	return o
}

type otherStep struct {
	step  *graph.Step
	after bool
}

// handedOn is what outsiders put into an output of an earlier step or of a job
// that is needed. What only pushers and dispatchers choose is let be: a script
// that hands it on has mostly looked at it.
func (ts *taints) handedOn(r expr.Ref) []expr.Taint {
	if ts.hops >= maxHops || r.Property(1) != "outputs" || r.Property(2) == "" {
		return nil
	}
	if found, ok := ts.memo[r.Path]; ok {
		return found
	}
	ts.memo[r.Path] = nil
	var out []expr.Taint
	j := ts.step.Job
	switch r.Context() {
	case "steps":
		for _, o := range j.Steps {
			if (o != ts.step || ts.after) && o.Step != nil && o.File == ts.step.File && o.Step.ID.Written() && strings.EqualFold(o.Step.ID.Value, r.Property(0)) {
				out = append(out, ts.inStep(o, false).written("GITHUB_OUTPUT", r.Property(2))...)
			}
		}
	case "needs":
		for _, n := range j.Needs {
			if n.Job == nil || n.File != j.File || len(n.Steps) == 0 || !strings.EqualFold(n.Job.ID.Value, r.Property(0)) {
				continue
			}
			if text, ok := workflow.Lookup(n.Job.Outputs, r.Property(2)); ok {
				inner := ts.inStep(n.Steps[len(n.Steps)-1], true)
				t, _ := expr.ParseTemplate(text.Value)
				for _, e := range t.Exprs() {
					out = append(out, inner.chosen(e)...)
				}
			}
		}
	}
	ts.memo[r.Path] = fromOutsiders(out)
	return ts.memo[r.Path]
}

// fromOutsiders are those that anybody may have chosen, each path once.
func fromOutsiders(all []expr.Taint) []expr.Taint {
	var out []expr.Taint
	for _, t := range all {
		if t.Setter == expr.Outsider && !slices.ContainsFunc(out, func(o expr.Taint) bool { return o.Path == t.Path }) {
			out = append(out, t)
		}
	}
	return out
}

// variable is what a variable of the step's environment is made of: as it is
// written, or as an earlier step left it in the file of $GITHUB_ENV.
func (ts *taints) variable(name string) []expr.Taint {
	if name == "GITHUB_HEAD_REF" {
		e, err := expr.Parse("github.head_ref")
		if err != nil {
			return nil
		}
		return e.Untrusted()
	}
	return ts.behind("env", name)
}

// left is what outsiders put into a variable that earlier steps leave for this
// one.
func (ts *taints) left(name string) []expr.Taint {
	if ts.hops >= maxHops {
		return nil
	}
	var out []expr.Taint
	for _, o := range ts.step.Job.Steps {
		if o == ts.step {
			break
		}
		out = append(out, ts.inStep(o, false).written("GITHUB_ENV", name)...)
	}
	return fromOutsiders(out)
}

// written is what a step's script writes under a name into one of the files
// that runners read.
func (ts *taints) written(file, name string) []expr.Taint {
	var out []expr.Taint
	for _, w := range ts.step.Written {
		if fileVariable(w.Path.Text) != file {
			continue
		}
		for _, value := range valuesOf(w.Content.Text, name) {
			t, _ := expr.ParseTemplate(value)
			for _, e := range t.Exprs() {
				out = append(out, ts.chosen(e)...)
			}
			for _, v := range plainVariables(value) {
				out = append(out, ts.variable(v)...)
			}
			found, _ := printed(value)
			out = append(out, found...)
		}
	}
	return out
}

// printed is what a program prints into a text of a shell, where outsiders write
// that: the message of a commit, a title, the file of the event. Many says that
// it may have line breaks.
func printed(text string) (found []expr.Taint, many bool) {
	for rest := text; ; {
		at := strings.Index(rest, "$(")
		if at < 0 {
			return nil, false
		}
		rest = rest[at+1:]
		inner := rest[1:max(1, closingParen(rest))]
		words := strings.Fields(inner)
		if strings.Contains(inner, "|") || len(words) < 3 {
			continue
		}
		asks := func(parts ...string) bool {
			return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(inner, p) })
		}
		from := ""
		switch start := words[0] + " " + words[1]; {
		case (start == "git log" || start == "git show") && asks("%s", "%B", "%b", "%an"),
			(start == "gh pr" || start == "gh issue") && words[2] == "view" && asks("title", "body", "headRefName"):
			from = start
		case asks("GITHUB_EVENT_PATH") && asks(".message", ".title", ".body", ".head.ref", ".head_ref", ".head_branch"):
			from = "$GITHUB_EVENT_PATH"
		default:
			continue
		}
		return []expr.Taint{{Ref: expr.Ref{Path: from, Flows: true}, Setter: expr.Outsider}}, asks("%B", "%b", "body", ".message")
	}
}

// fileVariable is the variable that names the file that a script writes: "" for
// a file of another name.
func fileVariable(path string) string {
	path = strings.Trim(path, `"'`)
	for _, start := range []string{"$env:", "$", "%"} {
		if name, ok := strings.CutPrefix(path, start); ok {
			return strings.ToUpper(strings.Trim(strings.TrimPrefix(strings.Trim(name, "{}%"), "env:"), "{}"))
		}
	}
	return ""
}

// valuesOf are the texts that lines NAME=TEXT, and NAME<<END with the lines up
// to END, give a name. A name that is not constant may be any.
func valuesOf(content, name string) []string {
	var out []string
	lines := strings.Split(content, "\n")
	for i := 0; i < len(lines); i++ {
		key, end, heredoc := strings.Cut(lines[i], "<<")
		k, value, plain := strings.Cut(lines[i], "=")
		if plain && (!heredoc || len(k) < len(key)) {
			if strings.Contains(k, "$") || strings.EqualFold(strings.TrimSpace(k), name) {
				out = append(out, value)
			}
			continue
		}
		if !heredoc {
			if strings.Contains(lines[i], "$") {
				out = append(out, lines[i]) // may hold whole lines
			}
			continue
		}
		var block []string
		for i++; i < len(lines) && lines[i] != end; i++ {
			block = append(block, lines[i])
		}
		if strings.Contains(key, "$") || strings.EqualFold(strings.TrimSpace(key), name) {
			out = append(out, strings.Join(block, "\n"))
		}
	}
	return out
}

// plainVariables are the variables that a text of a shell holds as they are:
// $NAME, ${NAME} and $env:NAME, also through an echo; not those that a filter
// such as ${NAME//…} or a pipe has changed.
func plainVariables(text string) []string { return variablesIn(text, maxHops) }

func variablesIn(text string, depth int) []string {
	var out []string
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\':
			i++
		case text[i] != '$' || strings.HasPrefix(text[i:], "${{"):
		case strings.HasPrefix(text[i:], "$("):
			n := closingParen(text[i+1:])
			inner := strings.TrimSpace(text[i+2 : i+1+n])
			if (strings.HasPrefix(inner, "echo ") || strings.HasPrefix(inner, "printf ")) && depth > 0 && !strings.ContainsAny(inner, "|`") {
				out = append(out, variablesIn(inner, depth-1)...)
			}
			i += n
		default:
			rest := strings.TrimPrefix(text[i+1:], "env:")
			braces := strings.HasPrefix(rest, "{")
			rest = strings.TrimPrefix(strings.TrimPrefix(rest, "{"), "env:")
			n := 0
			for n < len(rest) && (rest[n] == '_' || isWordByte(rest[n])) {
				n++
			}
			if n > 0 && (!braces || n < len(rest) && rest[n] == '}') {
				out = append(out, rest[:n])
			}
		}
	}
	return out
}

// closingParen is the offset of the parenthesis that closes the one at the
// start of a text; the end of the text where none does.
func closingParen(text string) int {
	depth := 0
	for i := range len(text) {
		switch text[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return len(text) - 1
}
