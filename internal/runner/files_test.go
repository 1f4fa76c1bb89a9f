// SPDX-License-Identifier: BSD-3-Clause

package runner

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/runner/runnertest"
)

func TestOutput(t *testing.T) {
	j := newJob(t)
	want := []runnertest.Pair{
		{Name: "verdict", Value: "pass"},
		{Name: "empty", Value: ""},
		{Name: "report_path", Value: `x<<y=z "::error::" ##[error] ☃`},
	}
	for _, p := range want {
		if err := j.Output(p.Name, p.Value); err != nil {
			t.Fatal(err)
		}
	}
	got, err := runnertest.ParseFile(read(t, j.outputs))
	if err != nil {
		t.Fatal(err)
	}
	// The runner reads the heredoc of an empty value as one empty line.
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("outputs (-want +got):\n%s", diff)
	}
	first := read(t, j.outputs)
	k := newJob(t)
	if err := k.Output("verdict", "pass"); err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(first, read(t, k.outputs)) {
		t.Error("two outputs have the same delimiter")
	}
}

func TestOutputRefuses(t *testing.T) {
	for _, name := range []string{"", "Verdict", "a=b", "a<<b", "a\nb", "a b", "-a", "a-", "a--b", "é", strings.Repeat("a", 65)} {
		j := newJob(t)
		if err := j.Output(name, "x"); err == nil {
			t.Errorf("output name %q is accepted", name)
		}
		if text := read(t, j.outputs); text != "" {
			t.Errorf("output name %q is refused, but written: %q", name, text)
		}
	}
	for _, value := range []string{"a\nb", "a\rb", "\x00", "\x1b[1m", "\u0085", "\xff", "a\xffb", strings.Repeat("x", maxOutputs)} {
		j := newJob(t)
		if err := j.Output("name", value); err == nil {
			t.Errorf("output value %.20q is accepted", value)
		}
		if text := read(t, j.outputs); text != "" {
			t.Errorf("output value %.20q is refused, but written", value)
		}
	}
}

func TestOutputLimit(t *testing.T) {
	j := newJob(t)
	half := strings.Repeat("x", maxOutputs/4)
	if err := j.Output("one", half); err != nil {
		t.Fatal(err)
	}
	if err := j.Output("two", half); !errors.Is(err, ErrFull) {
		t.Errorf("outputs over the limit of the job: %v", err)
	}
	if err := j.Output("verdict", "fail"); err != nil {
		t.Errorf("a small output after a refused one: %v", err)
	}
}

// An unfinished line of another writer must not swallow ours.
func TestAppendsOnLineOfItsOwn(t *testing.T) {
	j := newJob(t)
	for _, p := range []string{j.outputs, j.summary} {
		if err := os.WriteFile(p, []byte("other=1"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(j.Output("verdict", "fail"), j.AppendSummary("text")); err != nil {
		t.Fatal(err)
	}
	got, err := runnertest.ParseFile(read(t, j.outputs))
	want := []runnertest.Pair{{Name: "other", Value: "1"}, {Name: "verdict", Value: "fail"}}
	if err != nil || !cmp.Equal(got, want) {
		t.Errorf("outputs %q, %v; want %q", got, err, want)
	}
	if got := read(t, j.summary); got != "other=1\ntext\n" {
		t.Errorf("summary %q", got)
	}
}

func TestSummaryLimit(t *testing.T) {
	j := newJob(t)
	if err := os.WriteFile(j.summary, []byte(strings.Repeat("x", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	room, err := j.SummaryRoom()
	if err != nil {
		t.Fatal(err)
	}
	if err := j.AppendSummary(strings.Repeat("y", room+1)); !errors.Is(err, ErrFull) {
		t.Errorf("one byte more than there is room for: %v", err)
	}
	if err := j.AppendSummary(strings.Repeat("y", room)); err != nil {
		t.Errorf("as much as there is room for: %v", err)
	}
	if size := len(read(t, j.summary)); size > 1<<20 {
		t.Errorf("the summary has %d bytes", size)
	}
	if room, err := j.SummaryRoom(); err != nil || room != 0 {
		t.Errorf("room in a full summary: %d, %v", room, err)
	}
	if err := j.AppendSummary("a\x1bb"); err == nil {
		t.Error("a control character in the summary is accepted")
	}
}

func FuzzOutput(f *testing.F) {
	for _, evil := range hostile {
		f.Add("verdict", evil)
		f.Add(evil, "pass")
	}
	f.Fuzz(func(t *testing.T, name, value string) {
		j := newJob(t)
		if err := j.Output("before", "1"); err != nil {
			t.Fatal(err)
		}
		err := j.Output(name, value)
		if err := j.Output("after", "2"); err != nil {
			t.Fatal(err)
		}
		want := []runnertest.Pair{{Name: "before", Value: "1"}, {Name: "after", Value: "2"}}
		if err == nil {
			want = []runnertest.Pair{want[0], {Name: name, Value: value}, want[1]}
		}
		got, err := runnertest.ParseFile(read(t, j.outputs))
		if err != nil || !cmp.Equal(got, want) {
			t.Fatalf("the runner reads %q, %v; want %q", got, err, want)
		}
	})
}

func FuzzAnnotate(f *testing.F) {
	for _, evil := range hostile {
		f.Add(evil, evil, evil)
	}
	f.Fuzz(func(t *testing.T, file, title, message string) {
		j := newJob(t)
		err := j.Annotate(LevelError, file, 1, 2, title, message)
		cmds := runnertest.ParseLog(j.log.String())
		if err != nil {
			if j.log.Len() > 0 {
				t.Fatalf("refused, but written: %q", j.log.String())
			}
			return
		}
		if len(cmds) != 1 || cmds[0].Name != "error" {
			t.Fatalf("the runner executes %+v", cmds)
		}
		for k := range cmds[0].Properties {
			if k != "file" && k != "title" && k != "line" && k != "col" {
				t.Fatalf("the runner reads a property %q", k)
			}
		}
		if cmds[0].Properties["line"] != "1" {
			t.Fatalf("the line is %q", cmds[0].Properties["line"])
		}
	})
}
