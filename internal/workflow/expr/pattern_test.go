// SPDX-License-Identifier: BSD-3-Clause

package expr

import (
	"regexp"
	"strings"
	"testing"
)

func TestPatterns(t *testing.T) {
	for _, c := range []struct {
		pattern string
		yes, no string // names, separated by blanks
		maybe   string
		only    string // the single name that matches
	}{
		{"main", "main", "Main main2 a/main mai", "", "main"},
		{"v*", "v v1 v1.2.3", "1v a/v1 v/1 V1", "", ""},
		{"*", "main v1", "a/b", "", ""},
		{"**", "main a/b a/b/c", "", "", ""},
		{"feature/*", "feature/a", "feature/a/b feature", "", ""},
		{"feature/**", "feature/a feature/a/b feature/", "feature", "", ""},
		{"releases/**-alpha", "releases/10-alpha releases/beta/3-alpha", "releases/10-beta", "", ""},
		{"v[12].[0-9]+.[0-9]+", "v1.10.1 v2.0.0", "v3.0.0 v1.a.1 v1..1", "", ""},
		{"[0-9]+.[0-9]+", "1.2 10.20", "1 .2 1.2.3", "", ""},
		{"*.jsx?", "page.js page.jsx", "page.jsxx a/page.js", "", ""},
		{"[a-z.-]+", "a-b.c", "A a_b", "", ""},
		{"[CB]at", "Cat Bat", "Rat", "", ""},
		{"**/README.md", "js/README.md a/b/README.md", "xREADME.md README", "README.md", ""},
		{"docs/**/*.md", "docs/a/b.md", "docs/a.txt", "docs/b.md", ""},
		{`a\*b`, "a*b", "axb", "", "a*b"},
		{"a.b", "a.b", "axb", "", "a.b"},
		{"é+", "é éé", "e", "", ""},
		{"version-[0-9]?", "version- version-1", "version-12", "", ""},
	} {
		p, err := ParsePattern(c.pattern)
		if err != nil {
			t.Fatal(err)
		}
		for want, names := range map[Truth]string{True: c.yes, False: c.no, Unknown: c.maybe} {
			for _, name := range strings.Fields(names) {
				if got := p.Match(name); got != want {
					t.Errorf("%s on %s: %v", c.pattern, name, got)
				}
			}
		}
		if only, ok := p.Literal(); ok != (c.only != "") || ok && only != c.only {
			t.Errorf("%s: the only name is %q, %v", c.pattern, only, ok)
		}
	}
	for _, bad := range []string{"", "[a", "[]", "[z-a]", "?a", "+", "a++", "*?", "**+", "[^a]", "[!a]", `a\`, "a\xff", strings.Repeat("a", MaxPattern+1)} {
		if _, err := ParsePattern(bad); err == nil {
			t.Errorf("%q is a pattern", shorten(bad))
		}
	}
}

func TestFilters(t *testing.T) {
	for _, c := range []struct {
		patterns string
		ignore   bool
		name     string
		want     Truth
	}{
		{"main v*", false, "v1", True}, {"main v*", false, "x", False}, {"v* !v*rc*", false, "v1rc1", False},
		{"v* !v*rc*", false, "v1", True}, {"!v*rc* v*", false, "v1rc1", True}, {"releases/** !releases/**-alpha releases/z-alpha", false, "releases/z-alpha", True},
		{"main", true, "main", False}, {"main", true, "dev", True}, {"[", false, "x", Unknown}, {"[ **", false, "x", True},
		{"** ![", false, "x", Unknown}, {"!main", false, "x", False}, {"main !main", true, "main", Unknown},
	} {
		if got := NewFilter(strings.Fields(c.patterns), c.ignore).Match(c.name); got != c.want {
			t.Errorf("%s (ignore %v) on %s: %v, want %v", c.patterns, c.ignore, c.name, got, c.want)
		}
	}
}

// asRegexp is another way to match, for patterns without **/ and escapes.
func asRegexp(pattern string) *regexp.Regexp {
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case strings.HasPrefix(pattern[i:], "**"):
			b.WriteString("(?s:.*)")
			i++
		case c == '*':
			b.WriteString("[^/]*")
		case strings.IndexByte("?+[]-", c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	re, err := regexp.Compile("^(?:" + b.String() + `)\z`)
	if err != nil {
		return nil
	}
	return re
}

// FuzzPattern: no panic; agrees with a regular expression; what matches can
// also match when the case is left aside, and starts with the pattern's head.
func FuzzPattern(f *testing.F) {
	for _, s := range []string{"v*|v1", "[0-9]+.[0-9]+|1.2", "**/a|b/a", "a?b+|bb", "releases/**-x|releases/a/b-x", `\*|*`, "[a-c]*|abc"} {
		pattern, name, _ := strings.Cut(s, "|")
		f.Add(pattern, name)
	}
	f.Fuzz(func(t *testing.T, pattern, name string) {
		p, err := ParsePattern(pattern)
		if err != nil || len(pattern)*len(name) > 1<<16 {
			return
		}
		got := p.Match(name)
		start, _ := p.head()
		if got != False {
			n := names{"", p}
			if !n.possible(name) || !n.begins(name) || !n.possible(strings.ToLower(name)) && ascii(name) {
				t.Errorf("%q matches %q and is not possible", pattern, name)
			}
			if got == True && !strings.HasPrefix(name, start) {
				t.Errorf("%q matches %q, which does not start with %q", pattern, name, start)
			}
		}
		if only, ok := p.Literal(); ok && len(only) <= MaxPattern && p.Match(only) != True {
			t.Errorf("%q does not match its only name %q", pattern, only)
		}
		inClass := regexp.MustCompile(`\[[^]]*[*?+\[][^]]*\]`).MatchString(pattern)
		if inClass || strings.Contains(pattern, "**/") || strings.ContainsAny(pattern, `\`) || !ascii(pattern) || !ascii(name) {
			return
		}
		if re := asRegexp(pattern); re != nil && re.MatchString(name) != (got == True) {
			t.Errorf("%q on %q is %v, the regular expression %v says otherwise", pattern, name, got, re)
		}
	})
}
