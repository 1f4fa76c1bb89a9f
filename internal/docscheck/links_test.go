// SPDX-License-Identifier: BSD-3-Clause

package docscheck

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// TestLinks resolves every relative link, with its heading.
func TestLinks(t *testing.T) {
	n := 0
	for _, p := range pages(t) {
		for i, line := range p.prose {
			for _, m := range link.FindAllStringSubmatch(line, -1) {
				target, anchor, _ := strings.Cut(m[1], "#")
				if strings.HasPrefix(target, "https://") {
					continue
				}
				n++
				if strings.Contains(target, ":") || strings.HasPrefix(target, "/") {
					t.Errorf("%s:%d: the link %q is neither relative nor https", p.path, i+1, m[1])
					continue
				}
				file := path.Join(path.Dir(p.path), target)
				if target == "" {
					file = p.path
				}
				if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(file))); err != nil || strings.HasPrefix(file, "..") {
					t.Errorf("%s:%d: the link %q leads to no file", p.path, i+1, m[1])
					continue
				}
				if anchor != "" && !headings(named(t, file))[anchor] {
					t.Errorf("%s:%d: %s has no heading %q", p.path, i+1, file, anchor)
				}
			}
		}
	}
	if n < 50 {
		t.Errorf("only %d relative links were found: the pattern does not fit the pages", n)
	}
}

// headings returns the anchors that GitHub makes of a page's headings.
func headings(p page) map[string]bool {
	out := map[string]bool{}
	for _, line := range p.prose {
		if !strings.HasPrefix(line, "#") {
			continue
		}
		text := strings.TrimSpace(strings.TrimLeft(line, "#"))
		out[strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
				return unicode.ToLower(r)
			}
			return -1
		}, text)] = true
	}
	return out
}
