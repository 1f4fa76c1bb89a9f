// SPDX-License-Identifier: BSD-3-Clause

// Package edit writes corrected lines of a workflow file, as a maintainer
// would paste them: in the file's own indentation, with what surrounds the
// change. It changes no file. Positions come from the workflow reader; where
// they do not fit the source, the answer is empty.
package edit

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow"
)

// maxLines is how many lines an answer shows; more are left out with a comment.
const maxLines = 24

// Source is a file's text, split once.
type Source struct{ lines []string }

// Of splits the text of a file.
func Of(src []byte) Source {
	text := strings.ReplaceAll(string(src), "\r\n", "\n")
	return Source{strings.Split(strings.TrimSuffix(text, "\n"), "\n")}
}

// Line returns line n, from 1; "" where there is none.
func (s Source) Line(n int) string {
	if n < 1 || n > len(s.lines) {
		return ""
	}
	return s.lines[n-1]
}

// Lines returns lines from..to.
func (s Source) Lines(from, to int) []string {
	from, to = max(from, 1), min(to, len(s.lines))
	if from > to {
		return nil
	}
	return slices.Clone(s.lines[from-1 : to])
}

// Replace returns line n with the first occurrence of old in it replaced; ""
// where old is not on that line.
func (s Source) Replace(n int, old, with string) string {
	line := s.Line(n)
	if old == "" || !strings.Contains(line, old) {
		return ""
	}
	return strings.Replace(line, old, with, 1)
}

// WithInput returns the step's lines with an input of its action set.
func (s Source) WithInput(step *workflow.Step, name, value string) string {
	if step == nil || step.Uses == nil || step.Pos.Line == 0 {
		return ""
	}
	lines := s.Lines(step.Pos.Line, step.End)
	if lines, at := s.inBraces(step); at >= 0 {
		vars := slices.DeleteFunc(slices.Clone(step.With), func(v workflow.Var) bool { return strings.EqualFold(v.Name.Value, name) })
		return outOfBraces(lines, at, vars, name+": "+value)
	}
	for _, v := range step.With {
		if v.Name.Written() && strings.EqualFold(v.Name.Value, name) {
			at := v.Name.Line - step.Pos.Line
			last := lastLine(step.With, v, step.End) - step.Pos.Line
			if at < 0 || at >= len(lines) || last < at || last >= len(lines) {
				return ""
			}
			lines[at] = spaces(v.Name.Column-1) + name + ": " + value
			return clip(slices.Delete(lines, at+1, last+1))
		}
	}
	if len(step.With) > 0 && step.With[0].Name.Written() {
		first := step.With[0].Name
		at := first.Line - step.Pos.Line
		if at < 1 || at > len(lines) {
			return ""
		}
		return clip(slices.Insert(lines, at, spaces(first.Column-1)+name+": "+value))
	}
	at := step.Uses.Raw.Line - step.Pos.Line + 1
	if at < 1 || at > len(lines) {
		return ""
	}
	pad := spaces(step.Pos.Column - 1)
	return clip(slices.Insert(lines, at, pad+"with:", pad+"  "+name+": "+value))
}

// WithoutInput returns the step's lines without an input of its action.
func (s Source) WithoutInput(step *workflow.Step, names ...string) string {
	if step == nil || step.Uses == nil || step.Pos.Line == 0 {
		return ""
	}
	if lines, at := s.inBraces(step); at >= 0 {
		vars := slices.DeleteFunc(slices.Clone(step.With), func(v workflow.Var) bool {
			return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, v.Name.Value) })
		})
		if len(vars) == len(step.With) {
			return ""
		}
		return outOfBraces(lines, at, vars)
	}
	lines := s.Lines(step.Pos.Line, step.End)
	drop := map[int]bool{}
	left := 0
	for _, v := range step.With {
		if !v.Name.Written() {
			continue
		}
		if !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, v.Name.Value) }) {
			left++
			continue
		}
		for n := v.Name.Line; n <= lastLine(step.With, v, step.End); n++ {
			drop[n-step.Pos.Line] = true
		}
	}
	if len(drop) == 0 {
		return ""
	}
	var out []string
	for i, l := range lines {
		if drop[i] || left == 0 && strings.TrimSpace(l) == "with:" {
			continue
		}
		out = append(out, l)
	}
	return clip(out)
}

// lastLine is the last line of one variable of a block: the line before the
// next one, or the end.
func lastLine(all []workflow.Var, v workflow.Var, end int) int {
	next := end + 1
	for _, o := range all {
		if o.Name.Line > v.Name.Line {
			next = min(next, o.Name.Line)
		}
	}
	if v.Value.Line == v.Name.Line && (v.Value.Style == workflow.Plain || v.Value.Style == workflow.Quoted) && len(v.Value.Folds) == 0 {
		return v.Name.Line
	}
	return next - 1
}

// WithoutLines returns lines from..to without those of drop.
func (s Source) WithoutLines(from, to int, drop ...int) string {
	var out []string
	for n := from; n <= min(to, len(s.lines)); n++ {
		if !slices.Contains(drop, n) {
			out = append(out, s.Line(n))
		}
	}
	return clip(out)
}

// InJob returns the job's first line and new lines below it, indented as the
// job's other keys are. A line that begins with a space is kept deeper by that.
func (s Source) InJob(j *workflow.Job, lines ...string) string {
	if j == nil || s.Line(j.Pos.Line) == "" {
		return ""
	}
	pad := s.inner(j.Pos.Line, j.End)
	out := []string{s.Line(j.Pos.Line)}
	for _, l := range lines {
		out = append(out, pad+l)
	}
	return strings.Join(out, "\n")
}

// JobIndent returns the indentation of a job's id and of its keys; inner is ""
// where the job's place is not known.
func (s Source) JobIndent(j *workflow.Job) (own, inner string) {
	if j == nil || s.Line(j.Pos.Line) == "" {
		return "", ""
	}
	return indent(s.Line(j.Pos.Line)), s.inner(j.Pos.Line, j.End)
}

// InStep returns the step's first line and new lines below it, indented as the
// step's keys are.
func (s Source) InStep(step *workflow.Step, lines ...string) string {
	if step == nil || s.Line(step.Pos.Line) == "" {
		return ""
	}
	out := []string{s.Line(step.Pos.Line)}
	for _, l := range lines {
		out = append(out, spaces(step.Pos.Column-1)+l)
	}
	return strings.Join(out, "\n")
}

// inner is the indentation of what lies below line n.
func (s Source) inner(n, end int) string {
	own := indent(s.Line(n))
	for i := n + 1; i <= min(end, len(s.lines)); i++ {
		l := s.Line(i)
		if t := strings.TrimSpace(l); t != "" && t[0] != '#' && len(indent(l)) > len(own) {
			return indent(l)
		}
	}
	return own + "  "
}

func indent(line string) string {
	return line[:len(line)-len(strings.TrimLeft(line, " "))]
}

func spaces(n int) string { return strings.Repeat(" ", min(max(n, 0), 200)) }

func clip(lines []string) string {
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	if len(lines) > maxLines {
		lines = append(lines[:maxLines:maxLines], indent(lines[maxLines-1])+"# … the rest as it is")
	}
	return strings.Join(lines, "\n")
}
