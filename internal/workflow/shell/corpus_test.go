// SPDX-License-Identifier: BSD-3-Clause

package shell

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/scientific-python/sallyport/internal/corpus"
)

type step struct {
	file, shell, text string
}

// steps are the run steps of every workflow of the corpus.
func steps(t testing.TB) []step {
	var out []step
	root := corpus.Path(t, "workflows")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "ml") {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var doc yaml.Node
		if yaml.Unmarshal(data, &doc) != nil {
			return nil
		}
		collect(&doc, strings.TrimPrefix(path, root+"/"), &out)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func collect(n *yaml.Node, file string, out *[]step) {
	if n.Kind == yaml.MappingNode {
		s := step{file: file}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if v := n.Content[i+1]; v.Kind == yaml.ScalarNode {
				switch n.Content[i].Value {
				case "run":
					s.text = v.Value
				case "shell":
					s.shell = v.Value
				}
			}
		}
		if s.text != "" {
			*out = append(*out, s)
		}
	}
	for _, c := range n.Content {
		collect(c, file, out)
	}
}

// TestCorpus reads the run steps of real projects: all of them are read whole.
func TestCorpus(t *testing.T) {
	list := steps(t)
	if len(list) < 300 {
		t.Fatalf("%d run steps", len(list))
	}
	commands, unknown := 0, map[string]int{}
	for _, s := range list {
		if s.shell == "" && strings.Contains(s.text, "$env:") {
			s.shell = "pwsh" // the default of the Windows runners that have it
		}
		got := Parse(s.text, s.shell)
		if got.Problem != nil {
			t.Errorf("%s: %v\n%s", s.file, got.Problem, s.text)
		}
		commands += len(got.Commands)
		lines := strings.Count(s.text, "\n") + 1
		for _, c := range got.Commands {
			check(t, c, lines)
			if c.Program() == "" {
				unknown[c.Words[0].Text]++
			}
		}
	}
	t.Logf("%d steps, %d commands; programs not known in advance: %v", len(list), commands, unknown)
}

// check holds what is true of every command.
func check(t *testing.T, c Command, lines int) {
	t.Helper()
	if len(c.Words) == 0 {
		t.Fatalf("a command without words: %+v", c)
	}
	if c.Line < 1 || c.Line > lines {
		t.Fatalf("line %d of %d: %s", c.Line, lines, render(c))
	}
	for _, w := range c.Words {
		if w.Line < 1 || w.Line > lines {
			t.Fatalf("line %d of %d: %s", w.Line, lines, render(c))
		}
		if w.Static && strings.Contains(w.Text, "${{") && strings.Contains(w.Text, "}}") {
			t.Fatalf("an expression counts as known: %s", render(c))
		}
	}
	if len(c.Piped) > maxShown {
		t.Fatalf("%d bytes of %q", len(c.Piped), c.Piped)
	}
}

func BenchmarkCorpus(b *testing.B) {
	list := steps(b)
	size := 0
	for _, s := range list {
		size += len(s.text)
	}
	b.SetBytes(int64(size))
	for b.Loop() {
		for _, s := range list {
			Parse(s.text, s.shell)
		}
	}
}
