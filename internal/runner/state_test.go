// SPDX-License-Identifier: BSD-3-Clause

package runner

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/runner/runnertest"
)

func TestSaveState(t *testing.T) {
	j := newJob(t)
	path := filepath.Join(t.TempDir(), "state")
	j.env["GITHUB_STATE"] = path
	if err := j.SaveState("ledger", "x"); err == nil {
		t.Error("a state is saved in a file that is not there")
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "Ledger", "a=b", "a<<b", "a\nb", "a b", "-a", strings.Repeat("a", 65)} {
		if err := j.SaveState(name, "x"); err == nil {
			t.Errorf("the name %q is accepted", name)
		}
	}
	for _, value := range []string{"a\nb", "a\rb", "\x00", "\xff", strings.Repeat("x", maxState+1)} {
		if err := j.SaveState("name", value); err == nil {
			t.Errorf("the value %.20q is accepted", value)
		}
	}
	if text := read(t, path); text != "" {
		t.Errorf("what is refused is written: %.60q", text)
	}
	if err := errors.Join(j.SaveState("ledger", `{"a":"x<<y=z"}`), j.SaveState("empty", "")); err != nil {
		t.Fatal(err)
	}
	text := read(t, path)
	got, err := runnertest.ParseFile(text)
	if diff := cmp.Diff([]runnertest.Pair{{Name: "ledger", Value: `{"a":"x<<y=z"}`}, {Name: "empty", Value: ""}}, got); diff != "" || err != nil {
		t.Errorf("%v; state (-want +got):\n%s", err, diff)
	}
	if marks := runnertest.Delimiters(text); len(marks) != 2 || marks[0] == marks[1] {
		t.Errorf("delimiters %q", marks)
	}
	for _, v := range []string{"", "x"} {
		j.env["STATE_ledger"] = v
		if got, saved := j.GetState("ledger"); got != v || !saved {
			t.Errorf("the state %q is read as %q, %v", v, got, saved)
		}
	}
	if got, saved := j.GetState("other"); got != "" || saved {
		t.Errorf("a state that is not there is %q, %v", got, saved)
	}
}

func TestCut(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "1234567890": "1234567890", "12345678901": "123… (cut)",
		"12😀😀😀😀😀": "12… (cut)", "😀😀😀😀😀": "😀😀😀😀😀", "123\xff567890": "123\xff567890",
	} {
		got := cut(in, 10)
		if got != want || len(utf16.Encode([]rune(got))) > 10 {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}
