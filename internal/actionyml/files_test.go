// SPDX-License-Identifier: BSD-3-Clause

package actionyml

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// root is the project's folder, from this one.
const root = "../.."

func text(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(data), "\t") && filepath.Ext(name) == ".yml" {
		t.Errorf("%s has tabs", name)
	}
	return string(data)
}

// load decodes a YAML file; keys that the type does not have are errors where
// strict is set.
func load(t *testing.T, name string, strict bool, into any) {
	t.Helper()
	d := yaml.NewDecoder(strings.NewReader(text(t, name)))
	d.KnownFields(strict)
	if err := d.Decode(into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// workflows are all workflow files: ours and those of the examples.
func workflows(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, top := range []string{".github/workflows", "examples"} {
		err := fs.WalkDir(os.DirFS(root), top, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && strings.Contains(path, ".github/workflows/") {
				names = append(names, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(names) < 10 {
		t.Fatalf("only %d workflows were found", len(names))
	}
	return names
}

// literals are the first strings of the entries of a list in Go source: the
// names in a table of the program that another package cannot see.
func literals(t *testing.T, file, variable string) []string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, filepath.FromSlash(file)), nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	ast.Inspect(f, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok || len(v.Names) != 1 || v.Names[0].Name != variable || len(v.Values) != 1 {
			return true
		}
		list, ok := v.Values[0].(*ast.CompositeLit)
		if !ok {
			return true
		}
		for _, e := range list.Elts {
			if row, ok := e.(*ast.CompositeLit); ok && len(row.Elts) > 0 {
				e = row.Elts[0]
			}
			lit, ok := e.(*ast.BasicLit)
			if !ok {
				t.Fatalf("%s: an entry of %s does not begin with a string", file, variable)
			}
			s, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, s)
		}
		return false
	})
	if len(out) < 3 {
		t.Fatalf("%s: %s has %d entries", file, variable, len(out))
	}
	return out
}
