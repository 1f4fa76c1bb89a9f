// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"path"
	"strings"
	"testing"
)

func TestMatch(t *testing.T) {
	for _, tt := range []struct {
		pattern, name string
		want          Known
	}{
		{"main", "main", Yes},
		{"main", "Main", No},
		{"main", "main2", No},
		{"v*", "v1.2.3", Yes},
		{"v*", "v", Yes},
		{"v*", "v1/x", No},
		{"v*", "1.0", No},
		{"*", "feature/x", No},
		{"**", "feature/x", No},
		{"**/*", "x", Yes},
		{"**/*", "feature/a/b", Yes},
		{"qa/*", "qa/x", Yes},
		{"qa/*", "qa/foo/bar", No},
		{"qa/**/*", "qa/foo/bar/foobar/hello-world", Yes},
		{"qa/**/*", "qa", No},
		{"qa**/**/*", "qa-2/x/y", Yes},
		{"**/release", "release", Yes},
		{"**/release", "a/b/release", Yes},
		{"*release*", "pre-release-1", Yes},
		{"v?.?", "v1.2", Yes},
		{"v?.?", "v1.22", No},
		{"v?", "v/", No},
		{"v[0-9]*", "v1", Yes},
		{"v[0-9]*", "vx", No},
		{"v[!0-9]*", "vx", Yes},
		{"v[!0-9]*", "v1", No},
		{"[a-]x", "-x", Yes},
		{"a*b*c", "aXbXbXc", Yes},
		{"a*b*c", "aXbXbX", No},
		{"{a,b}", "{a,b}", Yes},
		{"{a,b}", "a", No},
		{"refs/tags/v*", "refs/tags/v1", Yes},
		{"", "", Yes},
		{"", "x", No},
		{`v\*`, "v*", Unknown},
		{"v[^0]", "vx", Unknown},
		{"v[0", "v0", Unknown},
		{"v[]", "v", Unknown},
		{"v[/]", "v/", Unknown},
		{"v?", "vé", Unknown},
		{"v*", "vé", Yes},
		{"é*", "éa", Yes},
		{"*", strings.Repeat("a", maxName+1), Unknown},
		{strings.Repeat("a", maxName+1), "a", Unknown},
	} {
		if got := match(tt.pattern, tt.name); got != tt.want {
			t.Errorf("%q against %q: %s, want %s", tt.pattern, tt.name, got, tt.want)
		}
	}
}

func TestEverything(t *testing.T) {
	for pattern, want := range map[string]bool{
		"*": true, "**": true, "**/*": true, "**/**": true, "?*": true, "*?": true, "[!/]*": false, "[!#]*": true,
		"v*": false, "[0-9]*": false, "[a-z]*": false, "main": false, "*/*": false, "*.*": false, `\*`: false, "": false,
	} {
		if got := everything(pattern); got != want {
			t.Errorf("%q: %t", pattern, got)
		}
	}
}

// FuzzMatch compares with the standard library, which agrees where there is
// neither "**/" nor what GitHub leaves out.
func FuzzMatch(f *testing.F) {
	for _, s := range [][2]string{{"v*", "v1"}, {"a/*/b", "a/x/b"}, {"[a-c]?", "bx"}, {"***", "x"}, {"**/*", "a/b"}, {"[!a]", "b"}} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, pattern, name string) {
		got := match(pattern, name)
		if strings.Contains(pattern, "**") || strings.ContainsAny(pattern, "!") || got == Unknown {
			return
		}
		want, err := path.Match(pattern, name)
		if err != nil {
			return
		}
		if want != (got == Yes) {
			t.Errorf("%q against %q: %s; path.Match says %t", pattern, name, got, want)
		}
	})
}
