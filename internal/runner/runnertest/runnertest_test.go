// SPDX-License-Identifier: BSD-3-Clause

package runnertest

import "testing"

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
}
