// SPDX-License-Identifier: BSD-3-Clause

package edit

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow"
)

// WithoutEnv returns the step's lines without variables of its environment; ""
// where it sets none of them on lines of their own.
func (s Source) WithoutEnv(step *workflow.Step, names ...string) string {
	if step == nil || step.Pos.Line == 0 {
		return ""
	}
	drop := map[int]bool{}
	left := 0
	for _, v := range step.Env {
		switch {
		case !v.Name.Written():
		case !slices.Contains(names, v.Name.Value):
			left++
		default:
			if !strings.HasPrefix(strings.TrimSpace(s.Line(v.Name.Line)), v.Name.Value) {
				return "" // env: {A: x}
			}
			for n := v.Name.Line; n <= lastLine(step.Env, v, s.blockEnd(v.Name.Line, step.End)); n++ {
				drop[n-step.Pos.Line] = true
			}
		}
	}
	if len(drop) == 0 {
		return ""
	}
	var out []string
	for i, l := range s.Lines(step.Pos.Line, step.End) {
		if left == 0 && strings.TrimSpace(l) == "- env:" {
			return "" // the step would have to begin with another key
		}
		if drop[i] || left == 0 && strings.TrimSpace(l) == "env:" {
			continue
		}
		out = append(out, l)
	}
	return clip(out)
}

// WithEnv returns the step's lines, whole, with variables added to its
// environment; each is a line such as "NAME: text". Nil where the step's
// environment is not written on lines of its own.
func (s Source) WithEnv(step *workflow.Step, vars ...string) []string {
	if step == nil || step.Pos.Line == 0 || s.Line(step.Pos.Line) == "" {
		return nil
	}
	lines := s.Lines(step.Pos.Line, step.End)
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	pad := spaces(step.Pos.Column - 1)
	vars = slices.Clone(vars)
	if len(step.Env) == 0 {
		for i, v := range vars {
			vars[i] = pad + "  " + v
		}
		return slices.Concat(lines, []string{pad + "env:"}, vars)
	}
	first := step.Env[0].Name
	at := first.Line - step.Pos.Line
	if !first.Written() || at < 1 || at > len(lines) || !strings.HasPrefix(strings.TrimSpace(s.Line(first.Line)), first.Value) {
		return nil // env: {A: x}, or env: ${{ … }}
	}
	for i, v := range vars {
		vars[i] = spaces(first.Column-1) + v
	}
	return slices.Insert(lines, at, vars...)
}

// blockEnd is the last line, up to end, that is indented as line n is or
// deeper: where the block that line n is in ends.
func (s Source) blockEnd(n, end int) int {
	own := len(indent(s.Line(n)))
	for i := n + 1; i <= min(end, len(s.lines)); i++ {
		if l := s.Line(i); strings.TrimSpace(l) != "" && len(indent(l)) < own {
			return i - 1
		}
	}
	return min(end, len(s.lines))
}
