// SPDX-License-Identifier: BSD-3-Clause

package known

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow/expr"
)

// version is that of an action; ok is false where neither the ref nor the
// comment beside it names one.
type version struct {
	major, minor, patch int
	ok                  bool
}

// newest stands for a part that moves: "v4" is the newest of 4, "main" of all.
const newest = 1 << 20

// versionOf reads the version of an action: what the comment or tag names, or
// a ref that is no commit.
func versionOf(a Action) version {
	if v := parseVersion(a.Version); v.ok {
		return v
	}
	if isCommit(a.Ref) {
		return version{}
	}
	return parseVersion(a.Ref)
}

// VersionIn finds the version that a ref names, or that the comment beside a
// commit does: the first word of it that is like v1, 1.2 or v1.2.3, also
// behind "tag=" or "@". It is "" where there is none.
func VersionIn(ref, comment string) string {
	if !isCommit(ref) {
		if parseVersion(ref).ok {
			return ref
		}
		return ""
	}
	if len(comment) > 1000 {
		comment = comment[:1000]
	}
	for _, word := range strings.Fields(comment) {
		word = strings.TrimLeft(word[strings.LastIndexAny(word, "@=:#")+1:], "([")
		word = strings.TrimRight(word, ".,;)]")
		if (strings.HasPrefix(word, "v") || strings.Contains(word, ".")) && parseVersion(word).ok {
			return word
		}
	}
	return ""
}

func parseVersion(text string) (v version) {
	text = strings.TrimPrefix(strings.TrimSpace(text), "refs/tags/")
	switch text {
	case "main", "master", "HEAD", "refs/heads/main", "refs/heads/master":
		return version{newest, newest, newest, true}
	}
	text = strings.TrimPrefix(strings.TrimPrefix(text, "release/"), "releases/")
	text = strings.TrimPrefix(text, "v")
	parts := [3]int{newest, newest, newest}
	for i := range parts {
		n, rest, ok := number(text)
		if !ok {
			return version{}
		}
		parts[i], text = n, rest
		if text == "" {
			return version{parts[0], parts[1], parts[2], true}
		}
		var dot bool
		if text, dot = strings.CutPrefix(text, "."); !dot {
			return version{}
		}
	}
	return version{}
}

// number reads the digits at the start of a text; more than six are no part of
// a version.
func number(text string) (n int, rest string, ok bool) {
	i := 0
	for i < len(text) && text[i] >= '0' && text[i] <= '9' {
		if i++; i > 6 {
			return 0, "", false
		}
		n = n*10 + int(text[i-1]-'0')
	}
	return n, text[i:], i > 0
}

func isCommit(ref string) bool {
	if len(ref) != 40 && len(ref) != 64 {
		return false
	}
	for i := range len(ref) {
		if c := ref[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
			return false
		}
	}
	return true
}

// since says whether a version is this one or a later one.
func (v version) since(major, minor, patch int) expr.Truth {
	switch {
	case !v.ok:
		return expr.Unknown
	case v.major != major:
		return truth(v.major > major)
	case v.minor != minor:
		return truth(v.minor > minor)
	}
	return truth(v.patch >= patch)
}
