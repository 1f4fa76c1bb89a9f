// SPDX-License-Identifier: BSD-3-Clause

package workflow

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rhysd/actionlint"
	"go.yaml.in/yaml/v4"

	"github.com/scientific-python/sallyport/internal/corpus"
)

func cases(t testing.TB) []string {
	t.Helper()
	dirs, err := filepath.Glob(filepath.Join(corpus.Path(t, "workflows"), "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	var out []string
	dotted, err := filepath.Glob(filepath.Join(corpus.Path(t, "workflows"), "*", ".github"))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range append(dirs, dotted...) {
		if d = filepath.Dir(d); !seen[d] {
			seen[d] = true
			out = append(out, d)
		}
	}
	if len(out) < 70 {
		t.Fatalf("the corpus has %d cases", len(out))
	}
	return out
}

// TestCorpus reads every case of the corpus, and counts its jobs and steps in
// another way.
func TestCorpus(t *testing.T) {
	for _, dir := range cases(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			r, err := Read(os.DirFS(dir))
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Workflows)+len(r.Actions) == 0 {
				t.Fatal("nothing was read")
			}
			for _, p := range r.Problems {
				t.Logf("%s:%d:%d: %s (lost: %v)", p.File, p.Line, p.Column, p.Message, p.Lost)
			}
			for _, w := range r.Workflows {
				if w.Incomplete {
					t.Errorf("%s is incomplete", w.Path)
				}
				jobs, steps := count(t, w.Source)
				got := 0
				for _, j := range w.Jobs {
					for range All(j.Steps) {
						got++
					}
				}
				if len(w.Jobs) != jobs || got != steps {
					t.Errorf("%s: %d jobs and %d steps, want %d and %d", w.Path, len(w.Jobs), got, jobs, steps)
				}
				verify(t, w)
				agree(t, w)
			}
			for _, a := range r.Actions {
				_, steps := count(t, a.Source)
				if len(a.Steps) != steps || a.Incomplete {
					t.Errorf("%s: %d steps, want %d; incomplete: %v", a.Path, len(a.Steps), steps, a.Incomplete)
				}
			}
		})
	}
}

// count counts the jobs and steps of a file by decoding it into plain values.
func count(t testing.TB, data []byte) (jobs, steps int) {
	t.Helper()
	var doc struct {
		Jobs map[string]struct{ Steps []any }
		Runs struct{ Steps []any }
	}
	if err := yaml.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	var nested func([]any) int
	nested = func(list []any) (n int) {
		for _, s := range list {
			n++
			if m, ok := s.(map[string]any); ok {
				if p, ok := m["parallel"].([]any); ok {
					n += nested(p)
				}
			}
		}
		return n
	}
	for _, j := range doc.Jobs {
		steps += nested(j.Steps)
	}
	return len(doc.Jobs), steps + nested(doc.Runs.Steps)
}

// agree holds the model against actionlint's tree, where that has no
// objection to the file.
func agree(t *testing.T, w *Workflow) {
	t.Helper()
	tree, errs := actionlint.Parse(w.Source)
	if len(errs) > 0 {
		return
	}
	if len(tree.On) != len(w.Triggers) || len(tree.Jobs) != len(w.Jobs) {
		t.Fatalf("%s: actionlint has %d events and %d jobs", w.Path, len(tree.On), len(tree.Jobs))
	}
	for i, e := range tree.On {
		if e.EventName() != w.Triggers[i].Event {
			t.Errorf("%s: trigger %d is %q, and actionlint's %q", w.Path, i, w.Triggers[i].Event, e.EventName())
		}
	}
	same := func(what string, ours Text, theirs *actionlint.String) {
		t.Helper()
		switch {
		case theirs == nil && ours.Written():
			t.Errorf("%s:%d: %s %q is not in actionlint's tree", w.Path, ours.Line, what, ours.Value)
		case theirs != nil && (ours.Value != theirs.Value || ours.Pos() != Pos{theirs.Pos.Line, theirs.Pos.Col}):
			t.Errorf("%s:%d: %s is %q at %v, and actionlint's %q at %v", w.Path, theirs.Pos.Line, what, ours.Value, ours.Pos(), theirs.Value, theirs.Pos)
		}
	}
	for _, j := range w.Jobs {
		theirs := tree.Jobs[lower(j.ID.Value)]
		if theirs == nil || len(theirs.Steps) != len(j.Steps) || len(theirs.Needs) != len(j.Needs) || len(theirs.Outputs) != len(j.Outputs) {
			t.Errorf("%s: the job %q differs from actionlint's", w.Path, j.ID.Value)
			continue
		}
		same("if", j.If, theirs.If)
		same("name", j.Name, theirs.Name)
		for i, n := range theirs.Needs {
			same("needs", j.Needs[i], n)
		}
		if e := theirs.Environment; (e == nil) != (j.Environment == nil) {
			t.Errorf("%s: the environment of job %q differs", w.Path, j.ID.Value)
		} else if e != nil {
			same("environment", j.Environment.Name, e.Name)
		}
		if p := theirs.Permissions; (p == nil) != (j.Permissions == nil) {
			t.Errorf("%s: the permissions of job %q differ", w.Path, j.ID.Value)
		} else if p != nil {
			for id, s := range p.Scopes {
				if got := j.Permissions.Of(id).String(); got != s.Value.Value {
					t.Errorf("%s: %s of job %q is %s, want %s", w.Path, id, j.ID.Value, got, s.Value.Value)
				}
			}
		}
		for i, s := range j.Steps {
			same("step if", s.If, theirs.Steps[i].If)
			same("step id", s.ID, theirs.Steps[i].ID)
			same("step name", s.Name, theirs.Steps[i].Name)
			switch x := theirs.Steps[i].Exec.(type) {
			case *actionlint.ExecRun:
				same("run", s.Run.Script, x.Run)
				same("shell", s.Run.Shell, x.Shell)
			case *actionlint.ExecAction:
				same("uses", s.Uses.Raw, x.Uses)
				if len(x.Inputs) != len(s.With) {
					t.Errorf("%s:%d: %d inputs, want %d", w.Path, s.Pos.Line, len(s.With), len(x.Inputs))
				}
				for id, in := range x.Inputs {
					v, _ := Lookup(s.With, id)
					same("with", v, in.Value)
				}
			default:
				t.Errorf("%s:%d: actionlint has no script and no action", w.Path, s.Pos.Line)
			}
			if e := theirs.Steps[i].Env; e != nil {
				for id, v := range e.Vars {
					got, _ := Lookup(s.Env, id)
					same("env", got, v.Value)
				}
			}
		}
	}
}
