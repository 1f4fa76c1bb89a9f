// SPDX-License-Identifier: BSD-3-Clause

package actionyml

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDockerfile: what the image is made of. The runner wants root, the folder
// that it names, and an entry point without a shell.
func TestDockerfile(t *testing.T) {
	var stages [][]string
	for line := range strings.Lines(strings.ReplaceAll(text(t, "Dockerfile"), "\\\n", " ")) {
		line = strings.Join(strings.Fields(line), " ")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "FROM "):
			stages = append(stages, []string{line})
		case len(stages) > 0:
			stages[len(stages)-1] = append(stages[len(stages)-1], line)
		}
	}
	if len(stages) != 2 {
		t.Fatalf("%d stages", len(stages))
	}
	if got, want := strings.Join(stages[1], "\n"), "FROM scratch\nCOPY --from=build /image/ /\nENTRYPOINT [\"/sallyport\"]"; got != want {
		t.Errorf("the last stage is\n%s\nwant\n%s", got, want)
	}
	first := strings.Join(stages[0], "\n")
	for _, want := range []string{"CGO_ENABLED=0", "GOTOOLCHAIN=local", "-trimpath", "-buildvcs=false", "-buildid=", "-s -w", "FROM ${GOLANG} AS build"} {
		if !strings.Contains(first, want) {
			t.Errorf("the build stage has no %s", want)
		}
	}
	if strings.Contains(first, "curl") || strings.Contains(first, "apt") || strings.Contains(first, "ADD ") {
		t.Error("the build stage fetches something beside Go's modules")
	}
}

// TestVersionVariable: the linker sets a variable that exists. It says nothing
// where it does not.
func TestVersionVariable(t *testing.T) {
	m := regexp.MustCompile(`-X github\.com/scientific-python/sallyport/internal/cli\.(\w+)=`).FindStringSubmatch(text(t, "Dockerfile"))
	if m == nil {
		t.Fatal("the Dockerfile sets no version")
	}
	files, err := filepath.Glob(filepath.Join(root, "internal/cli/*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.VAR {
				continue
			}
			for _, s := range g.Specs {
				v := s.(*ast.ValueSpec)
				if id, isIdent := v.Type.(*ast.Ident); v.Names[0].Name == m[1] && isIdent && id.Name == "string" && len(v.Values) == 0 {
					return
				}
			}
		}
	}
	t.Errorf("internal/cli has no \"var %s string\" without a value, which the Dockerfile has the linker set", m[1])
}

// TestBuildContext: the image does not depend on the files that name it.
func TestBuildContext(t *testing.T) {
	var lines []string
	for line := range strings.Lines(text(t, ".dockerignore")) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			lines = append(lines, line)
		}
	}
	if got := strings.Join(lines, " "); got != "* !go.mod !go.sum !main.go !internal **/testdata **/*_test.go" {
		t.Errorf(".dockerignore lets in something else: %s", got)
	}
}
