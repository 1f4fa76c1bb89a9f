// SPDX-License-Identifier: BSD-3-Clause

package gate_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rhysd/actionlint"

	"github.com/scientific-python/sallyport/internal/gate"
	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/workflow"
)

// BenchmarkAudit audits the real workflows of the corpus, or those of the
// gallery where there is no corpus, in one process. Compare with
// BenchmarkReader, which reads the same trees into the model and does nothing
// else, and with BenchmarkParser, actionlint's parser alone on the same bytes.
// The goal is a ratio of at most 4.
func BenchmarkAudit(b *testing.B) {
	trees, _ := benchmarkTrees(b)
	for b.Loop() {
		for _, tree := range trees {
			w, err := gate.ReadWorkflows(tree, "", "")
			if err != nil {
				b.Fatal(err)
			}
			gate.Audit(w, gate.AuditOptions{Policies: []*policy.Policy{policy.New().WithDefaults()}})
		}
	}
}

// BenchmarkReader reads the same trees into the model that is audited.
func BenchmarkReader(b *testing.B) {
	trees, _ := benchmarkTrees(b)
	for b.Loop() {
		for _, tree := range trees {
			if _, err := workflow.Read(tree); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkParser parses the same workflow files, and does nothing else.
func BenchmarkParser(b *testing.B) {
	_, files := benchmarkTrees(b)
	for b.Loop() {
		for _, data := range files {
			actionlint.Parse(data)
		}
	}
}

func benchmarkTrees(b *testing.B) (trees []fs.FS, files [][]byte) {
	root := filepath.Join("..", "..", "testdata", "audit")
	if dir := os.Getenv("SALLYPORT_CORPUS"); dir != "" {
		root = filepath.Join(dir, "workflows")
	} else {
		b.Log("SALLYPORT_CORPUS is not set: the gallery stands in for real workflows")
	}
	byTree := map[string]fstest.MapFS{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		rel = filepath.ToSlash(rel)
		name, inside, _ := strings.Cut(rel, "/")
		for _, half := range []string{"bad/", "good/"} {
			if rest, ok := strings.CutPrefix(inside, half); ok {
				name, inside = name+"/"+half, rest
			}
		}
		if byTree[name] == nil {
			byTree[name] = fstest.MapFS{}
			trees = append(trees, byTree[name])
		}
		byTree[name][inside] = &fstest.MapFile{Data: data}
		if strings.HasPrefix(inside, ".github/workflows/") {
			files = append(files, data)
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return trees, files
}
