// SPDX-License-Identifier: BSD-3-Clause

package graph

import (
	"path"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow/shell"
)

// locked looks into the requirement files that a command names.
func (b *builder) locked(dir string, c shell.Command) map[string]bool {
	var out map[string]bool
	for i, w := range c.Words {
		name := ""
		switch {
		case (w.Text == "-r" || w.Text == "--requirement" || w.Text == "--requirements") && i+1 < len(c.Words):
			name = c.Words[i+1].Text
		case strings.HasPrefix(w.Text, "--requirement="), strings.HasPrefix(w.Text, "--requirements="):
			_, name, _ = strings.Cut(w.Text, "=")
		case strings.HasPrefix(w.Text, "-r") && len(w.Text) > 2:
			name = w.Text[2:]
		}
		if name == "" || strings.Contains(name, "$") {
			continue
		}
		text := b.file(path.Join(dir, strings.ReplaceAll(name, `\`, "/")))
		if text == "" {
			continue
		}
		if out == nil {
			out = map[string]bool{}
		}
		out[name] = hashed(text)
	}
	return out
}

// hashed reports whether a requirements file makes pip check hashes of all it
// installs: it says so, or one requirement has a hash (pip then wants them of
// all).
func hashed(text string) bool {
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(strings.TrimSpace(line), " #")
		if line == "--require-hashes" || !strings.HasPrefix(line, "#") && strings.Contains(line, "--hash=") {
			return true
		}
	}
	return false
}
