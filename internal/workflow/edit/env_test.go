// SPDX-License-Identifier: BSD-3-Clause

package edit_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/edit"
)

const steps = `on: push
jobs:
  a:
    steps:
      - run: one
        env:
          A: ${{ secrets.A }}
          B: |
            two
            lines
          C: three
        shell: bash
      - env:
          A: x
        run: two
      - run: three
        env: {A: x}
`

func TestWithoutEnv(t *testing.T) {
	r, err := workflow.Read(fstest.MapFS{workflow.Folder + "/w.yml": {Data: []byte(steps)}})
	if err != nil {
		t.Fatal(err)
	}
	w := r.Workflows[0]
	src := edit.Of(w.Source)
	for _, c := range []struct {
		step  int
		names []string
		want  string
	}{
		{0, []string{"A"}, "      - run: one\n        env:\n          B: |\n            two\n            lines\n          C: three\n        shell: bash"},
		{0, []string{"B"}, "      - run: one\n        env:\n          A: ${{ secrets.A }}\n          C: three\n        shell: bash"},
		{0, []string{"A", "B", "C"}, "      - run: one\n        shell: bash"},
		{0, []string{"D"}, ""},
		{1, []string{"A"}, ""}, // the step would begin with another key
		{2, []string{"A"}, ""},
	} {
		if got := src.WithoutEnv(w.Jobs[0].Steps[c.step], c.names...); got != c.want {
			t.Errorf("step %d without %v: got\n%s\nwant\n%s", c.step, c.names, got, c.want)
		}
	}
	if got := src.WithoutEnv(nil, "A"); got != "" {
		t.Errorf("no step: got %q", got)
	}
}

func TestWithEnv(t *testing.T) {
	r, err := workflow.Read(fstest.MapFS{workflow.Folder + "/w.yml": {Data: []byte(steps + "      - run: |\n          four\n\n      - run: five\n        env: ${{ fromJSON(vars.E) }}\n")}})
	if err != nil {
		t.Fatal(err)
	}
	w := r.Workflows[0]
	src := edit.Of(w.Source)
	for step, want := range []string{
		"      - run: one\n        env:\n          N: x\n          M: y\n          A: ${{ secrets.A }}\n          B: |\n            two\n            lines\n          C: three\n        shell: bash",
		"      - env:\n          N: x\n          M: y\n          A: x\n        run: two",
		"", // in braces
		"      - run: |\n          four\n        env:\n          N: x\n          M: y",
		"", // an expression
	} {
		if got := strings.Join(src.WithEnv(w.Jobs[0].Steps[step], "N: x", "M: y"), "\n"); got != want {
			t.Errorf("step %d: got\n%s\nwant\n%s", step, got, want)
		}
	}
	if got := src.WithEnv(nil, "N: x"); got != nil {
		t.Errorf("no step: got %q", got)
	}
}
