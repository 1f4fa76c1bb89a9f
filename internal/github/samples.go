// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"slices"
	"strings"
)

// SampleTags makes names that the tag filters of a workflow's push trigger let
// in, for [ProtectionOf]: versions, and a word that is none, since whoever
// may make a tag chooses its name. Names that a filter with "!" takes out
// again are left out. Without other filters any tag starts the workflow.
func SampleTags(filters []string) []string {
	var out []string
	seen := map[string]bool{}
	positive := 0
	add := func(filter string) {
		for _, fill := range []string{"1.2.3", "2026.1rc1", "zqx"} {
			if s := sample(filter, fill); s != "" && !seen[s] && checkRef(s) == nil {
				seen[s] = true
				out = append(out, s)
			}
		}
	}
	for _, f := range filters {
		if strings.HasPrefix(f, "!") || len(f) > maxName {
			continue
		}
		if positive++; positive > 100 {
			break
		}
		add(f)
	}
	if positive == 0 {
		add("*")
		add("v*")
	}
	return slices.DeleteFunc(out, func(s string) bool { return takenOut(filters, s) })
}

// takenOut reports whether a filter with "!" surely matches a name. A name
// with a slash is not looked at closely: "**" counts as "*"; "?" and "+" mean something
// else in a setting.
func takenOut(filters []string, name string) bool {
	return slices.ContainsFunc(filters, func(f string) bool {
		f, not := strings.CutPrefix(f, "!")
		return not && !strings.ContainsAny(f, `?+\`) && match(strings.ReplaceAll(f, "**", "*"), name) == Yes
	})
}

// sample is a name that a filter matches: "*" and "**" are filled, "?" and "+"
// leave what is before them, and of a set its first member is taken.
func sample(filter, fill string) string {
	var b strings.Builder
	for i := 0; i < len(filter); i++ {
		switch c := filter[i]; c {
		case '*':
			for i+1 < len(filter) && filter[i+1] == '*' {
				i++
			}
			b.WriteString(fill)
		case '?', '+':
		case '\\':
			if i++; i < len(filter) {
				b.WriteByte(filter[i])
			}
		case '[':
			end := strings.IndexByte(filter[i:], ']')
			if end < 2 {
				return ""
			}
			b.WriteByte(filter[i+1])
			i += end
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
