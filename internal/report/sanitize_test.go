// SPDX-License-Identifier: BSD-3-Clause

package report_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/runner/runnertest"
)

func TestSanitize(t *testing.T) {
	for in, want := range map[string]string{
		"":                                     "",
		"dist/samplepkg-1.0-py3-none-any.whl":  "dist/samplepkg-1.0-py3-none-any.whl",
		"naïve é ☃ 😀 日本":                       "naïve é ☃ 😀 日本",
		"e\u0301":                              "e\u0301", // a mark on its letter stays
		"\u0301x":                              `\u0301x`, // a mark would sit on our text
		"a \u0301":                             `a \u0301`,
		"a\x00\u0301":                          `a\x00\u0301`,
		"a\tb\nc\rd":                           `a\tb\nc\rd`,
		"\x1b[31m\x07\x7f":                     `\x1b[31m\x07\x7f`,
		"\u009b31m\u0085":                      `\u009b31m\u0085`,
		"\xff\xc3\xe2\x80":                     `\xff\xc3\xe2\x80`,
		"\u202eabc\u2066\u200b\u200d\ufeff":    `\u202eabc\u2066\u200b\u200d\ufeff`,
		"\u00a0\u3000\u2028":                   `\u00a0\u3000\u2028`,
		"\u3164\u115f\ufe0f\U000e0041\u034f":   `\u3164\u115f\ufe0f\U000e0041\u034f`,
		"\ue000\U0010fffd":                     `\ue000\U0010fffd`,
		"\ufffd":                               "\ufffd", // itself, not a broken byte
		"::error::x":                           `:\:error:\:x`,
		"  ::error::x":                         `  :\:error:\:x`,
		"a :: b":                               `a :\: b`,
		":::":                                  `:\:\:`,
		"a:b: c":                               "a:b: c",
		"##[error]x":                           `##\[error]x`,
		"###[#[":                               `###\[#[`,
		"## [x] #[y]":                          "## [x] #[y]",
		`C:\dir\new`:                           `C:\dir\new`,
		"#\u00ad#[error]":                      `#\u00ad#[error]`,
		"https://example.org/a?b=c#d":          "https://example.org/a?b=c#d",
		"repo:octo-org/octo-repo:environment:": "repo:octo-org/octo-repo:environment:",
	} {
		if got := report.Sanitize(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

func checkSane(t *testing.T, in, got string) {
	t.Helper()
	if strings.Contains(got, "::") || strings.Contains(got, "##[") {
		t.Fatalf("%q becomes %q, which holds a token", in, got)
	}
	for _, c := range got {
		if !unicode.IsPrint(c) {
			t.Fatalf("%q becomes %q, which holds %U", in, got, c)
		}
	}
	if again := report.Sanitize(got); again != got {
		t.Fatalf("%q becomes %q, then %q", in, got, again)
	}
}

// The result is safe wherever it is put, and wherever it is cut.
func FuzzSanitize(f *testing.F) {
	for _, s := range []string{"", "plain", "a\n::error::b", "##[error]", "###[", ":::::", "\xff:\xff:", "\u0301", "#\n#[", ":\\:", "##\\[", "\u202e"} {
		f.Add(s, 1)
	}
	f.Fuzz(func(t *testing.T, in string, cut int) {
		got := report.Sanitize(in)
		checkSane(t, in, got)
		runes := []rune(got)
		cut = max(0, min(cut, len(runes)))
		head, tail := string(runes[:cut]), string(runes[cut:])
		for _, log := range []string{got, "error: " + got, got + got, head + "\n" + tail, tail + "\n  " + head} {
			if cmds := runnertest.ParseLog(log); len(cmds) > 0 {
				t.Fatalf("%q: in %q the runner executes %+v", in, log, cmds)
			}
		}
	})
}
