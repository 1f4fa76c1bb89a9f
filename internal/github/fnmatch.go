// SPDX-License-Identifier: BSD-3-Clause

package github

import "strings"

// match compares a name with a pattern as GitHub's settings do: Ruby's fnmatch
// with FNM_PATHNAME. "*" and "?" do not match a slash, "**/" matches any
// number of folders, "[…]" is a set. What GitHub does not offer there (a
// backslash, a set's complement by "^", an open set) is Unknown, and so are
// names longer than any, and "?" or a set beside letters outside ASCII.
func match(pattern, name string) Known {
	if len(pattern) > maxName || len(name) > maxName || unsupported(pattern) {
		return Unknown
	}
	if strings.ContainsAny(pattern, "?[") && strings.ContainsFunc(pattern+name, func(r rune) bool { return r > '~' }) {
		return Unknown
	}
	p, n := strings.Split(pattern, "/"), strings.Split(name, "/")
	// ok[j] says whether the rest of the pattern matches the name's segments
	// from j on. Built from the end, so that no pattern costs more than its
	// length times the name's.
	ok := make([]bool, len(n)+1)
	ok[len(n)] = true
	for i := len(p) - 1; i >= 0; i-- {
		next := make([]bool, len(n)+1)
		folders := p[i] == "**" && i < len(p)-1
		for j := len(n); j >= 0; j-- {
			switch {
			case folders:
				next[j] = ok[j] || j < len(n) && next[j+1]
			case j < len(n):
				next[j] = ok[j+1] && segment(p[i], n[j])
			}
		}
		ok = next
	}
	if ok[0] {
		return Yes
	}
	return No
}

func unsupported(pattern string) bool {
	if strings.ContainsRune(pattern, '\\') {
		return true
	}
	for rest := pattern; ; {
		_, after, found := strings.Cut(rest, "[")
		if !found {
			return false
		}
		set, after, found := strings.Cut(after, "]")
		if !found || set == "" || set == "!" || set[0] == '^' || strings.ContainsAny(set, "/[") {
			return true
		}
		rest = after
	}
}

// segment compares without slashes. On a mismatch it goes back to the last
// star only, which suffices.
func segment(pattern, name string) bool {
	i, j := 0, 0
	star, from := -1, 0
	for j < len(name) {
		if i < len(pattern) {
			if pattern[i] == '*' {
				star, from = i, j
				i++
				continue
			}
			if width, ok := single(pattern[i:], name[j]); ok {
				i += width
				j++
				continue
			}
		}
		if star < 0 {
			return false
		}
		from++
		i, j = star+1, from
	}
	return strings.Trim(pattern[i:], "*") == ""
}

// single compares one byte with what the pattern begins with, and says how
// long that is.
func single(pattern string, c byte) (width int, ok bool) {
	switch pattern[0] {
	case '?':
		return 1, true
	case '[':
		end := strings.IndexByte(pattern, ']')
		set := pattern[1:end]
		not := set[0] == '!'
		if not {
			set = set[1:]
		}
		return end + 1, inSet(set, c) != not
	}
	return 1, pattern[0] == c
}

func inSet(set string, c byte) bool {
	for k := 0; k < len(set); k++ {
		if k+2 < len(set) && set[k+1] == '-' {
			if set[k] <= c && c <= set[k+2] {
				return true
			}
			k += 2
			continue
		}
		if set[k] == c {
			return true
		}
	}
	return false
}

// anyNames have nothing in common but that a person could choose them.
var anyNames = []string{"x", "main2", "zqx-71", "ZQX", "0.9", "7", "_tmp", "v1.0", "@a"}

// everything reports whether a pattern lets any name without a slash in, so
// that it restricts nobody who may push: "*", "**", "**/*", "?*".
func everything(pattern string) bool {
	for _, n := range anyNames {
		if match(pattern, n) != Yes {
			return false
		}
	}
	return true
}
