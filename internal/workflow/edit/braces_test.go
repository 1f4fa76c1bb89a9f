// SPDX-License-Identifier: BSD-3-Clause

package edit_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/edit"
)

// TestInBraces holds that inputs in braces are written on lines of their own,
// and that no line is made up where that cannot be.
func TestInBraces(t *testing.T) {
	for _, c := range []struct{ step, with, without string }{
		{"- uses: a/b@v1\n  with: {x: 'a: b', y: \"${{ c }}\"}\n  id: up", "- uses: a/b@v1\n  with:\n    new: 1\n    x: 'a: b'\n    y: ${{ c }}\n  id: up", "- uses: a/b@v1\n  with:\n    y: ${{ c }}\n  id: up"},
		{"- uses: a/b@v1\n  with: {x: it's}", "- uses: a/b@v1\n  with:\n    new: 1\n    x: it's", "- uses: a/b@v1"},
		{"- uses: a/b@v1\n  with: {x: ''}", "- uses: a/b@v1\n  with:\n    new: 1\n    x: ''", "- uses: a/b@v1"},
		{"- {uses: a/b@v1, with: {x: 1}}", "", ""},
		{"- uses: a/b@v1\n  with: {x: 1, # why\n    y: 2}", "", ""},
		{"- uses: a/b@v1\n  with: {x: \"a\\nb\", y: 2}", "", "- uses: a/b@v1\n  with:\n    y: 2"},
		{"- uses: a/b@v1\n  with:\n    x: 1", "- uses: a/b@v1\n  with:\n    new: 1\n    x: 1", "- uses: a/b@v1"},
	} {
		text := "on: push\njobs:\n  a:\n    steps:\n      " + strings.ReplaceAll(c.step, "\n", "\n      ") + "\n"
		r, err := workflow.Read(fstest.MapFS{workflow.Folder + "/w.yml": {Data: []byte(text)}})
		if err != nil {
			t.Fatal(err)
		}
		w := r.Workflows[0]
		src, step := edit.Of(w.Source), w.Jobs[0].Steps[0]
		plain := func(s string) string {
			return strings.TrimPrefix(strings.ReplaceAll(s, "\n      ", "\n"), "      ")
		}
		if got := plain(src.WithInput(step, "new", "1")); got != c.with {
			t.Errorf("%s\nwith: got\n%s\nwant\n%s", c.step, got, c.with)
		}
		if got := plain(src.WithoutInput(step, "X")); got != c.without {
			t.Errorf("%s\nwithout: got\n%s\nwant\n%s", c.step, got, c.without)
		}
	}
}
