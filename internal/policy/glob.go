// SPDX-License-Identifier: BSD-3-Clause

package policy

import (
	"path"
	"strings"
)

// Glob is a pattern over slash-separated paths, for "files".
//
// "*", "?" and "[a-z]" stay within one folder's name, "**" as a whole part
// stands for any number of folders (also none). A pattern without a slash is
// compared with the last part of the path, in any folder; one with a slash,
// with the whole path from the repository's root, or from where the release
// files were named. Letter case counts.
type Glob struct{ parts []string }

// ParseGlob reads a pattern. It may not be empty, absolute, or climb with "..".
func ParseGlob(s string) (Glob, error) {
	parts := strings.Split(s, "/")
	switch {
	case s == "" || !isPrintable(s) || strings.TrimSpace(s) != s:
		return Glob{}, badValue("%q is not a file pattern; write a path such as docs/conf.py or src/**/*.c", clip(s))
	case strings.Contains(s, `\`):
		return Glob{}, badValue("%q has a backslash; separate folders with \"/\"", clip(s))
	case parts[0] == "":
		return Glob{}, badValue("%q begins with \"/\"; write the path from the repository's root without it", clip(s))
	case parts[len(parts)-1] == "":
		return Glob{}, badValue("%q ends with \"/\"; write %s** for all files of the folder", clip(s), clip(s))
	}
	for _, part := range parts {
		switch {
		case part == "..":
			return Glob{}, badValue("%q has a \"..\" part; write the path from the repository's root", clip(s))
		case part == "" || part == ".":
			return Glob{}, badValue("%q has an empty or \".\" part; write %s", clip(s), strings.TrimLeft(path.Clean("/"+s), "/"))
		case strings.Contains(part, "**") && part != "**":
			return Glob{}, badValue("%q has \"**\" beside other characters; write it as a part of its own, such as src/**/*.c", clip(s))
		}
		if _, err := path.Match(part, ""); err != nil {
			return Glob{}, badValue("%q has a bracket that is not closed; write [abc] or remove the bracket", clip(s))
		}
	}
	return Glob{parts}, nil
}

// Match reports whether the pattern fits the path. The zero Glob fits nothing.
func (g Glob) Match(name string) bool {
	name = strings.TrimLeft(path.Clean("/"+name), "/")
	if len(g.parts) == 0 || name == "" {
		return false
	}
	parts := strings.Split(name, "/")
	if len(g.parts) == 1 && g.parts[0] != "**" {
		parts = parts[len(parts)-1:]
	}
	// fits[j]: the pattern's parts so far fit the first j parts of the path.
	// A table instead of recursion, so that many "**" cost no more than one.
	fits := make([]bool, len(parts)+1)
	fits[0] = true
	for _, p := range g.parts {
		next := make([]bool, len(parts)+1)
		for j := range next {
			switch {
			case p == "**":
				next[j] = fits[j] || j > 0 && next[j-1]
			case j > 0 && fits[j-1]:
				next[j], _ = path.Match(p, parts[j-1])
			}
		}
		fits = next
	}
	return fits[len(parts)]
}
