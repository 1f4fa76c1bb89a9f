// SPDX-License-Identifier: BSD-3-Clause

package runnertest

import (
	"slices"
	"testing"
)

// The emulator must see what the runner would execute; else every test that
// uses it proves nothing.
func TestParseLog(t *testing.T) {
	for line, want := range map[string]string{
		"::error::x":                        "error",
		"\t ::SET-OUTPUT name=a::b":         "set-output",
		"\u3000::add-mask::x":               "add-mask",
		"text ##[error]x":                   "error",
		"###[group]x":                       "group",
		"text\r::error::x":                  "error",
		"\u200b::error::x":                  "error",
		"#\u00ad#[error]x":                  "error",
		"::unknown::x":                      "",
		"::error:x":                         "",
		"text ::error::x":                   "",
		"##[unknown]x":                      "",
		"##[error":                          "",
		"# # [error]":                       "",
		"::unknown::##[warning]x":           "warning",
		"::set-output name=x%2Cy=z::50%250": "set-output",
	} {
		got := ""
		if cmds := ParseLog("before\n" + line + "\nafter\n"); len(cmds) > 0 {
			got = cmds[0].Name
		}
		if got != want {
			t.Errorf("%q: command %q, want %q", line, got, want)
		}
	}
}

func TestParseFile(t *testing.T) {
	// The hole of a constant delimiter: a value that knows it sets a second output.
	const evil = "x\nEOF\nverdict<<EOF\npass"
	pairs, err := ParseFile("file<<EOF\n" + evil + "\nEOF\n")
	if err != nil || len(pairs) != 2 || pairs[1] != (Pair{"verdict", "pass"}) {
		t.Errorf("the forged output is not seen: %q, %v", pairs, err)
	}
	if pairs, err := ParseFile("a=b<<c\n\nd<<X\n1\n2\nX\n"); err != nil || len(pairs) != 2 ||
		pairs[0] != (Pair{"a", "b<<c"}) || pairs[1] != (Pair{"d", "1\n2"}) {
		t.Errorf("pairs %q, %v", pairs, err)
	}
	for _, bad := range []string{"a<<X\n1\n", "text", "<<X\nX\n", "a<<\n"} {
		if pairs, err := ParseFile(bad); err == nil {
			t.Errorf("%q is read as %q", bad, pairs)
		}
	}
	if got := Delimiters("a=b\nc<<X\n1\nX\nd<<Y\nY\ne<<Z\n"); !slices.Equal(got, []string{"", "X", "Y"}) {
		t.Errorf("delimiters %q", got)
	}
}

func FuzzParseFile(f *testing.F) {
	for _, s := range []string{"a=b\n", "a<<X\n1\nX\n", "a<<X\n", "<<\n", "a<<b=c\nb=c\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		pairs, err := ParseFile(text)
		if n := len(Delimiters(text)); n != len(pairs) {
			t.Fatalf("%d delimiters of %d pairs, %v", n, len(pairs), err)
		}
		for _, p := range pairs {
			if len(p.Name)+len(p.Value) > len(text) {
				t.Fatalf("%q has %q", text, p)
			}
		}
	})
}
