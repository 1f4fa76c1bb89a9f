// SPDX-License-Identifier: BSD-3-Clause

package runner

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/runner/runnertest"
)

// hostile are names and messages that try to speak to the runner.
var hostile = []string{
	"dist/x\n::set-output name=verdict::pass",
	"::add-mask::a",
	"  \t::error::forged",
	"\u00a0::error::after a wide space",
	"\u2028::error::after a line separator",
	"\r::stop-commands::x",
	"a##[set-output name=verdict]pass",
	"##[add-mask]a",
	"###[error]x",
	"#\u00ad#\u200b[error]soft hyphens",
	":\u200d:error:\u200d:joined",
	":::error::three",
	"::::error::::four",
	"a\x1b[31m\x00\x7f\u009b31m",
	"\xff::error::\xfe\n##[error]",
	"a%0A::error::encoded",
	"x,file=y:z",
	"verdict<<EOF\npass\nEOF",
	"_GitHubActionsFileCommandDelimeter_\nverdict<<x\npass\nx\n",
	"\u202e::error::\u2066",
	strings.Repeat(":", 99),
	strings.Repeat("#", 99) + "[error]x",
}

// job is a runner over an environment of its own.
type job struct {
	*Runner
	env     map[string]string
	log     bytes.Buffer
	outputs string
	summary string
}

func newJob(t testing.TB) *job {
	t.Helper()
	dir := t.TempDir()
	j := &job{outputs: filepath.Join(dir, "output"), summary: filepath.Join(dir, "summary")}
	for _, p := range []string{j.outputs, j.summary} {
		if err := os.WriteFile(p, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	j.env = map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": j.outputs, "GITHUB_STEP_SUMMARY": j.summary}
	j.Runner = New(func(k string) (string, bool) { v, ok := j.env[k]; return v, ok }, &j.log)
	return j
}

func read(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestOutsideActions(t *testing.T) {
	for _, v := range []string{"", "false", "TRUE", "1"} {
		var log bytes.Buffer
		r := New(func(string) (string, bool) { return v, true }, &log)
		if r != nil || r.Active() {
			t.Errorf("GITHUB_ACTIONS=%q is taken for Actions", v)
		}
		facts, err := r.Facts()
		if err != nil || facts != (Facts{}) {
			t.Errorf("facts outside of Actions: %v, %v", facts, err)
		}
		errs := []error{
			r.Output("verdict", "pass"), r.AppendSummary("x"), r.Mask("0123456789"),
			r.Annotate(LevelError, "f", 1, 1, "t", "m"), r.Group("g"), r.EndGroup(),
		}
		if err := errors.Join(errs...); err != nil || log.Len() > 0 {
			t.Errorf("outside of Actions: error %v, log %q", err, log.String())
		}
		if v, set := r.Input("policy"); v != "" || set {
			t.Errorf("an input outside of Actions: %q, %v", v, set)
		}
	}
}

func TestHostileText(t *testing.T) {
	for _, evil := range hostile {
		j := newJob(t)
		if err := errors.Join(j.Annotate(LevelError, evil, 3, 4, evil, evil), j.Group(evil), j.EndGroup()); err != nil {
			t.Errorf("%q: %v", evil, err)
			continue
		}
		var got []string
		for _, c := range runnertest.ParseLog(j.log.String()) {
			got = append(got, c.Name)
		}
		if want := []string{"error", "group", "endgroup"}; !cmp.Equal(got, want) {
			t.Errorf("%q: the runner executes %q, want %q; log:\n%s", evil, got, want, j.log.String())
		}
		for _, k := range []string{"line", "col"} {
			want := map[string]string{"line": "3", "col": "4"}[k]
			if got := runnertest.ParseLog(j.log.String())[0].Properties[k]; got != want {
				t.Errorf("%q: %s is %q, want %q", evil, k, got, want)
			}
		}
		// An output is exact or refused, and never becomes another one.
		err := j.Output("first-file", evil)
		pairs, perr := runnertest.ParseFile(read(t, j.outputs))
		switch {
		case perr != nil:
			t.Errorf("%q: the runner cannot read the outputs: %v", evil, perr)
		case err != nil && len(pairs) != 0:
			t.Errorf("%q: refused, but written: %q", evil, pairs)
		case err == nil && !cmp.Equal(pairs, []runnertest.Pair{{Name: "first-file", Value: evil}}):
			t.Errorf("%q: the runner reads %q", evil, pairs)
		}
	}
}

func TestAnnotate(t *testing.T) {
	j := newJob(t)
	if err := j.Annotate(LevelWarning, "a b,c.yml", 7, 0, "title: 100%", "one\ntwo: 50%0A, ok"); err != nil {
		t.Fatal(err)
	}
	if err := j.Annotate(LevelNotice, "", 0, 9, "", "plain"); err != nil {
		t.Fatal(err)
	}
	cmds := runnertest.ParseLog(j.log.String())
	for i := range cmds {
		cmds[i].Line = ""
	}
	want := []runnertest.Command{
		{
			Name: "warning", Data: "one\ntwo: 50%0A, ok",
			Properties: map[string]string{"file": "a b,c.yml", "line": "7", "title": "title: 100%"},
		},
		{Name: "notice", Data: "plain", Properties: map[string]string{}},
	}
	if diff := cmp.Diff(want, cmds); diff != "" {
		t.Errorf("commands (-want +got):\n%s", diff)
	}
	if err := j.Annotate("set-output", "", 0, 0, "", "x"); err == nil {
		t.Error("an unknown level is accepted")
	}
	if err := j.Annotate(LevelError, "", 0, 0, "", " \n"); err == nil {
		t.Error("an empty message is accepted")
	}
}

func TestAnnotateLimits(t *testing.T) {
	j := newJob(t)
	if err := j.Annotate(LevelError, "", 0, 0, "", strings.Repeat("😀", 4096)); err != nil {
		t.Fatal(err)
	}
	if got := len(utf16.Encode([]rune(runnertest.ParseLog(j.log.String())[0].Data))); got > 4096 {
		t.Errorf("the message has %d units", got)
	}
	for range 9 {
		if err := j.Annotate(LevelError, "", 0, 0, "", "x"); err != nil {
			t.Fatal(err)
		}
	}
	before := j.log.Len()
	if err := j.Annotate(LevelError, "", 0, 0, "", "x"); !errors.Is(err, ErrFull) || j.log.Len() != before {
		t.Errorf("the eleventh error: %v, %d bytes written", err, j.log.Len()-before)
	}
	if err := j.Annotate(LevelWarning, "", 0, 0, "", "x"); err != nil {
		t.Errorf("a warning after ten errors: %v", err)
	}
}

func TestMask(t *testing.T) {
	j := newJob(t)
	for _, bad := range []string{"", " ", "\t\n", "short", "12345678\n", "line one\nline two", " padded-secret", "a\x00bcdefghi", strings.Repeat("x", 70000)} {
		err := j.Mask(bad)
		if err == nil {
			t.Errorf("masking %.20q is accepted", bad)
		} else if len(bad) > 4 && strings.Contains(err.Error(), strings.TrimSpace(bad)) {
			t.Errorf("the error holds the secret: %v", err)
		}
	}
	if j.log.Len() > 0 {
		t.Errorf("refused masks wrote %q", j.log.String())
	}
	secret := "pypi-AgE::%0A]x"
	if err := j.Mask(secret); err != nil {
		t.Fatal(err)
	}
	cmds := runnertest.ParseLog(j.log.String())
	if len(cmds) != 1 || cmds[0].Name != "add-mask" || cmds[0].Data != secret {
		t.Errorf("the runner masks %+v", cmds)
	}
}

// broken refuses every write.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestErrorsNotPanics(t *testing.T) {
	j := newJob(t)
	r := New(func(k string) (string, bool) { v, ok := j.env[k]; return v, ok }, broken{})
	for name, err := range map[string]error{
		"annotate": r.Annotate(LevelError, "", 0, 0, "", "x"), "mask": r.Mask("0123456789"),
		"group": r.Group("x"), "end group": r.EndGroup(),
	} {
		if !errors.Is(err, os.ErrClosed) {
			t.Errorf("%s to a closed log: %v", name, err)
		}
	}
	dir := t.TempDir()
	link := filepath.Join(dir, "link")
	if err := os.Symlink(j.outputs, link); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"", filepath.Join(dir, "missing"), dir, link, "/dev/null"} {
		j.env["GITHUB_OUTPUT"], j.env["GITHUB_STEP_SUMMARY"] = path, path
		if err := j.Output("verdict", "pass"); err == nil {
			t.Errorf("GITHUB_OUTPUT=%q: no error", path)
		}
		if err := j.AppendSummary("x"); err == nil {
			t.Errorf("GITHUB_STEP_SUMMARY=%q: no error", path)
		}
		if _, err := j.SummaryRoom(); err == nil {
			t.Errorf("GITHUB_STEP_SUMMARY=%q: no error from SummaryRoom", path)
		}
	}
}

func TestInput(t *testing.T) {
	j := newJob(t)
	j.env["INPUT_FROM-GITHUB"] = " yes\n"
	j.env["INPUT_TWO_WORDS"] = ""
	for _, c := range []struct {
		name, value string
		set         bool
	}{{"from-github", "yes", true}, {"two words", "", true}, {"other", "", false}} {
		if v, set := j.Input(c.name); v != c.value || set != c.set {
			t.Errorf("input %q is %q, %v; want %q, %v", c.name, v, set, c.value, c.set)
		}
	}
}
