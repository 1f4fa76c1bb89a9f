// SPDX-License-Identifier: BSD-3-Clause

package edit

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow"
)

// inBraces are the lines of a step whose inputs stand on one of them behind
// something else ("with: {a: b}"), and which one that is; -1 where they have
// lines of their own.
func (s Source) inBraces(step *workflow.Step) (lines []string, at int) {
	if len(step.With) == 0 || step.With[0].Name.Line == 0 {
		return nil, -1
	}
	lines = s.Lines(step.Pos.Line, step.End)
	at = step.With[0].Name.Line - step.Pos.Line
	if at < 0 || at >= len(lines) {
		return nil, -1
	}
	if before := min(step.With[0].Name.Column-1, len(lines[at])); before < 0 || strings.TrimSpace(lines[at][:before]) == "" {
		return nil, -1
	}
	return lines, at
}

// outOfBraces writes inputs that stand in braces on lines of their own, with
// others in front; "" where more than the inputs stands on that line, or one is
// too long for one.
func outOfBraces(lines []string, at int, vars []workflow.Var, others ...string) string {
	line := lines[at]
	pad := line[:len(line)-len(strings.TrimLeft(line, " "))]
	if inside, ok := strings.CutPrefix(line[len(pad):], "with: {"); !ok || !strings.HasSuffix(strings.TrimRight(inside, " "), "}") {
		return ""
	}
	out := others
	for _, v := range vars {
		if !v.Name.Written() || v.Name.HasExpression() || strings.Contains(v.Value.Value, "\n") {
			return ""
		}
		out = append(out, v.Name.Value+": "+scalar(v.Value.Value))
	}
	for i := range out {
		out[i] = pad + "  " + out[i]
	}
	if len(out) > 0 {
		out = slices.Insert(out, 0, pad+"with:")
	}
	return clip(slices.Concat(lines[:at], out, lines[at+1:]))
}

// scalar is a text as YAML writes it on a line of a block.
func scalar(text string) string {
	if text != "" && !strings.ContainsAny(text[:1], " !&*?|>@%`\"'#,[]{}-:") && !strings.Contains(text, ": ") && !strings.Contains(text, " #") && !strings.HasSuffix(text, ":") && !strings.HasSuffix(text, " ") {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}
