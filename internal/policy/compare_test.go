// SPDX-License-Identifier: BSD-3-Clause

package policy

import (
	"strings"
	"testing"
)

func TestComparisons(t *testing.T) {
	same := map[string]func(string, string) bool{
		"Same": Same, "SameName": SameName, "SameProject": SameProject, "SameDigest": SameDigest,
	}
	for _, tt := range []struct {
		expected, found string
		holds           string // the comparisons that hold
	}{
		{"", "", ""},
		{"", "x", ""},
		{"abcd", "", ""},
		{"octo/repo", "octo/repo", "Same SameName SameProject"},
		{"Octo/Repo", "octo/REPO", "SameName SameProject"},
		{"octo/repo", "octo/repo2", ""},
		{"octo/repo", "octo/rep", ""},
		{"Sample.Pkg", "sample__pkg", "SameProject"},
		{"abcd", "ABCD", "SameName SameProject SameDigest"},
		{"abcd", "abc", ""},
		{"abcd", "abcd ", ""},
		{"kelvin", "\u212aelvin", ""},
		{"s", "\u017f", ""},
		{"a\xffg", "a\xfeg", ""},
		{"a\ufffdg", "a\xfeg", ""},
	} {
		for name, f := range same {
			want := false
			for _, h := range strings.Fields(tt.holds) {
				want = want || h == name
			}
			if got := f(tt.expected, tt.found); got != want {
				t.Errorf("%s(%q, %q) = %v", name, tt.expected, tt.found, got)
			}
		}
	}
}

func TestNormalizeProject(t *testing.T) {
	for in, want := range map[string]string{
		"Foo.Bar": "foo-bar", "foo__bar": "foo-bar", "foo-_.bar": "foo-bar", "FOO": "foo", "a1": "a1",
	} {
		if got := NormalizeProject(in); got != want {
			t.Errorf("NormalizeProject(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestMatchRef(t *testing.T) {
	for _, tt := range []struct {
		template, ref, version string
		ok                     bool
	}{
		{"refs/tags/v{version}", "refs/tags/v1.0", "1.0", true},
		{"refs/tags/v{version}", "refs/tags/v", "", false},
		{"refs/tags/v{version}", "refs/tags/1.0", "", false},
		{"refs/tags/v{version}", "refs/heads/v1.0", "", false},
		{"refs/tags/{version}-final", "refs/tags/1.0-final", "1.0", true},
		{"refs/tags/{version}-final", "refs/tags/1.0-finale", "", false},
		{"refs/tags/a{version}a", "refs/tags/a", "", false},
		{"refs/heads/main", "refs/heads/main", "", true},
		{"refs/heads/main", "refs/heads/Main", "", false},
		{"refs/heads/main", "refs/heads/main2", "", false},
		{"", "", "", false},
	} {
		version, ok := MatchRef(tt.template, tt.ref)
		if ok != tt.ok || ok && version != tt.version {
			t.Errorf("MatchRef(%q, %q) = %q, %v", tt.template, tt.ref, version, ok)
		}
	}
}

func TestGlob(t *testing.T) {
	for _, tt := range []struct {
		pattern, path string
		want          bool
	}{
		{"docs.yml", "docs.yml", true},
		{"docs.yml", ".github/workflows/docs.yml", true},
		{"docs.yml", ".github/workflows/docs.yml/x", false},
		{".github/workflows/docs.yml", ".github/workflows/docs.yml", true},
		{".github/workflows/docs.yml", "x/.github/workflows/docs.yml", false},
		{".github/workflows/*", ".github/workflows/docs.yml", true},
		{".github/*", ".github/workflows/docs.yml", false},
		{"*.whl", "dist/a-1.0-py3-none-any.whl", true},
		{"dist/*.whl", "./dist/a.whl", true},
		{"**/dist/*.whl", "/tmp/dist/a.whl", true},
		{"**/dist/*.whl", "dist/a.whl", true},
		{"src/**/*.c", "src/a.c", true},
		{"src/**/*.c", "src/x/y/a.c", true},
		{"src/**/*.c", "src/x/y/a.h", false},
		{"src/**", "src/x/y", true},
		{"src/**", "srcs/x", false},
		{"**", "a/b", true},
		{"a?", "ab", true},
		{"[a-c]x", "bx", true},
		{"DOCS.yml", "docs.yml", false},
		{"a", "", false},
		{"*", "..", false},
	} {
		g, err := ParseGlob(tt.pattern)
		if err != nil {
			t.Fatal(err)
		}
		if got := g.Match(tt.path); got != tt.want {
			t.Errorf("%q on %q = %v", tt.pattern, tt.path, got)
		}
	}
	if (Glob{}).Match("a") {
		t.Error("the zero Glob fits")
	}
	many, err := ParseGlob(strings.Repeat("**/", 300) + "x")
	if err != nil {
		t.Fatal(err)
	}
	if many.Match(strings.Repeat("a/", 3000) + "b") {
		t.Error("many ** fit what they should not")
	}
}

func TestIgnoreMatches(t *testing.T) {
	g := Ignore{Rule: "unpinned-action", Files: []string{".github/workflows/docs.yml", "*.zip"}}
	for _, tt := range []struct {
		rule, file, subject string
		want                bool
	}{
		{"unpinned-action", ".github/workflows/docs.yml", "", true},
		{"unpinned-action", "", "dist/a.zip", true},
		{"unpinned-action", ".github/workflows/release.yml", "", false},
		{"unpinned-action", "", "", false},
		{"other-rule", ".github/workflows/docs.yml", "", false},
		{"", ".github/workflows/docs.yml", "", false},
	} {
		if got := g.Matches(tt.rule, tt.file, tt.subject); got != tt.want {
			t.Errorf("Matches(%q, %q, %q) = %v", tt.rule, tt.file, tt.subject, got)
		}
	}
	if (Ignore{Files: []string{"**"}}).Matches("", "a") {
		t.Error("an entry without a rule fits")
	}
}

func FuzzGlob(f *testing.F) {
	f.Add("src/**/*.c", "src/a/b.c")
	f.Add("[a-", "a")
	f.Fuzz(func(t *testing.T, pattern, name string) {
		g, err := ParseGlob(pattern)
		if err != nil {
			return
		}
		if strings.ContainsAny(pattern, "*?[") {
			g.Match(name) // must not panic
			return
		}
		if !g.Match(pattern) {
			t.Errorf("%q does not fit itself", pattern)
		}
	})
}

func FuzzSigner(f *testing.F) {
	f.Add("./.github/workflows/a.yml")
	f.Add("o/r/.github/workflows/a.yml@refs/tags/v1")
	f.Fuzz(func(t *testing.T, s string) {
		signer, err := ParseSigner(s)
		if err != nil {
			return
		}
		again := signer.Repository + "/" + signer.Path + "@" + signer.Commit + signer.Ref
		if signer.Local {
			again = "./" + signer.Path
		}
		if again != s || signer.Raw != s {
			t.Errorf("%q was read as %+v", s, signer)
		}
		if !signer.Local && (signer.Commit == "") == (signer.Ref == "") {
			t.Errorf("%q is pinned by neither or both: %+v", s, signer)
		}
	})
}
