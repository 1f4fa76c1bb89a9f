// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/scientific-python/sallyport/internal/runner/runnertest"
)

// The second lock must hold by itself, on text that nobody sanitised.
func TestGuard(t *testing.T) {
	for in, want := range map[string]string{
		"plain\ntext :: here\n":    "plain\ntext :: here\n",
		"::error::x\n":             `:\:error::x` + "\n",
		"a\n \t::error::x\nb":      "a\n \t" + `:\:error::x` + "\nb",
		"\u2003::error::x":         "\u2003" + `:\:error::x`,
		"a ##[error]b\n##[group]c": `a ##\[error]b` + "\n" + `##\[group]c`,
	} {
		got := guard(in)
		if got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
		if cmds := runnertest.ParseLog(got); len(cmds) > 0 {
			t.Errorf("%q: the runner executes %+v", in, cmds)
		}
	}
}

func TestClip(t *testing.T) {
	for _, c := range []struct {
		in    string
		limit int
		want  string
	}{
		{"short", 5, "short"},
		{"longer", 5, "longe… (cut)"},
		{"ab c\n", 3, "ab… (cut)"},
		{"éé", 2, "éé"},
		{"\n\n", 4, `\n\n`},
		{"😀😀😀", 2, "😀😀… (cut)"},
	} {
		if got := clip(c.in, c.limit); got != c.want {
			t.Errorf("%q cut to %d is %q, want %q", c.in, c.limit, got, c.want)
		}
	}
	huge := strings.Repeat("\xf0\x9f\x98\x80x", 1<<20)
	if got := clip(huge, 100); utf8.RuneCountInString(got) > 110 || !utf8.ValidString(got) {
		t.Errorf("a huge value is cut to %d characters", utf8.RuneCountInString(got))
	}
}
