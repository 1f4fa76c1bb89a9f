// SPDX-License-Identifier: BSD-3-Clause

package shell

import (
	"fmt"
	"strings"
)

// render writes a command on one line: its line, where it is nested, its
// words (those not known in advance in angle brackets), and how it runs.
func render(c Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d ", c.Line)
	for _, v := range c.Via {
		fmt.Fprintf(&b, "%s> ", v)
	}
	for i, w := range c.Words {
		if i > 0 {
			b.WriteByte(' ')
		}
		text := strings.ReplaceAll(w.Text, "\n", `\n`)
		if text == "" || strings.Contains(text, " ") && w.Static {
			text = "'" + text + "'"
		}
		if !w.Static {
			text = "<" + text + ">"
		}
		b.WriteString(text)
	}
	for _, f := range []struct {
		on   bool
		name string
	}{{c.Ignored, "ignored"}, {c.Conditional, "conditional"}, {c.Background, "background"}, {c.Pipe, "pipe"}} {
		if f.on {
			b.WriteString(" #" + f.name)
		}
	}
	return b.String()
}

func renderAll(s Script) []string {
	out := []string{}
	for _, c := range s.Commands {
		out = append(out, render(c))
	}
	return out
}
