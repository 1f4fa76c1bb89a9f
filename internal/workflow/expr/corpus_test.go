// SPDX-License-Identifier: BSD-3-Clause

package expr

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/scientific-python/sallyport/internal/corpus"
)

// TestCorpus reads every expression of the real workflows, and evaluates every
// condition under the scenarios of its own file.
func TestCorpus(t *testing.T) {
	dir := corpus.Path(t, "workflows")
	var files, templates, exprs, conditions, evaluations, decided, dead, constant int
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".yml") && !strings.HasSuffix(path, ".yaml") {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var doc yaml.Node
		if err := yaml.Unmarshal(src, &doc); err != nil || len(doc.Content) == 0 {
			t.Logf("%s is not read: %v", path, err)
			return nil
		}
		files++
		project, _, _ := strings.Cut(strings.TrimPrefix(path, dir+"/"), "/")
		project, _, _ = strings.Cut(strings.Replace(project, "__", "/", 1), "@")
		scenarios := Scenarios(triggersOf(doc.Content[0]), Repo{FullName: project})
		scalars(doc.Content[0], "", func(key, value string) {
			switch {
			case key == "if":
				conditions++
				e, err := Parse(value)
				if err != nil {
					t.Errorf("%s: %v", path, err)
					return
				}
				e.Untrusted()
				never := len(scenarios) > 0
				for _, s := range scenarios {
					evaluations++
					switch e.Eval(s) {
					case False:
						decided++
					case True:
						decided++
						never = false
					default:
						never = false
					}
				}
				if never {
					dead++
					t.Logf("never true: %s: %s", strings.TrimPrefix(path, dir), shorten(value))
				}
			case strings.Contains(value, "${{"):
				templates++
				tpl, err := ParseTemplate(value)
				if err != nil {
					t.Errorf("%s: %v", path, err)
				}
				for _, e := range tpl.Exprs() {
					exprs++
					e.Secrets()
				}
				for _, s := range scenarios {
					if _, known := tpl.Value(s); known {
						constant++
						break
					}
				}
			}
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 90 || conditions < 300 || exprs < 1000 {
		t.Errorf("the corpus is small: %d files, %d conditions, %d expressions", files, conditions, exprs)
	}
	t.Logf("%d files, %d texts with %d expressions (%d texts known in a scenario); %d conditions, %d never true; %d of %d evaluations decided (%d %%)",
		files, templates, exprs, constant, conditions, dead, decided, evaluations, 100*decided/max(evaluations, 1))
}

// scalars calls f with every scalar and the key it stands under.
func scalars(n *yaml.Node, key string, f func(key, value string)) {
	switch n.Kind {
	case yaml.ScalarNode:
		f(key, n.Value)
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			scalars(n.Content[i+1], n.Content[i].Value, f)
		}
	case yaml.SequenceNode:
		for _, c := range n.Content {
			scalars(c, key, f)
		}
	}
}

// triggersOf reads `on:` as far as the test needs it.
func triggersOf(doc *yaml.Node) []Trigger {
	on := field(doc, "on")
	switch {
	case on == nil:
		return nil
	case on.Kind == yaml.ScalarNode:
		return []Trigger{{Event: on.Value}}
	case on.Kind == yaml.SequenceNode:
		var out []Trigger
		for _, c := range on.Content {
			out = append(out, Trigger{Event: c.Value})
		}
		return out
	}
	var out []Trigger
	for i := 0; i+1 < len(on.Content); i += 2 {
		body := on.Content[i+1]
		t := Trigger{Event: on.Content[i].Value, Types: texts(field(body, "types")),
			Branches: texts(field(body, "branches")), BranchesIgnore: texts(field(body, "branches-ignore")),
			Tags: texts(field(body, "tags")), TagsIgnore: texts(field(body, "tags-ignore"))}
		if in := field(body, "inputs"); in != nil {
			for j := 0; j+1 < len(in.Content); j += 2 {
				input := Input{Name: in.Content[j].Value, Options: texts(field(in.Content[j+1], "options"))}
				if kind := field(in.Content[j+1], "type"); kind != nil {
					input.Type = kind.Value
				}
				t.Inputs = append(t.Inputs, input)
			}
		}
		out = append(out, t)
	}
	return out
}

func field(n *yaml.Node, key string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

func texts(n *yaml.Node) (out []string) {
	if n != nil && n.Kind == yaml.ScalarNode {
		return []string{n.Value}
	}
	if n != nil {
		for _, c := range n.Content {
			out = append(out, c.Value)
		}
	}
	return out
}
