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
