// SPDX-License-Identifier: BSD-3-Clause

package known

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/corpus"
)

// TestCorpus: the table knows every remote action and reusable workflow that
// real release workflows use.
func TestCorpus(t *testing.T) {
	uses, unknown := map[string]int{}, map[string]int{}
	err := filepath.WalkDir(corpus.Path(t, "workflows"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".yml" && filepath.Ext(path) != ".yaml" {
			return err
		}
		data, err := os.ReadFile(path)
		for line := range strings.Lines(string(data)) {
			text, ok := strings.CutPrefix(strings.TrimLeft(line, " \t-"), "uses:")
			if !ok {
				continue
			}
			text, comment, _ := strings.Cut(text, "#")
			name, ref, ok := strings.Cut(strings.Trim(text, " \t\r\n\"'"), "@")
			parts := strings.SplitN(name, "/", 3)
			if !ok || len(parts) < 2 || strings.HasPrefix(name, ".") {
				continue
			}
			a := Action{Owner: parts[0], Repo: parts[1], Ref: ref, Version: VersionIn(ref, comment)}
			if len(parts) == 3 {
				a.Path = parts[2]
			}
			uses[name]++
			if !Of(a, nil, nil).Known {
				unknown[name]++
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d remote actions and workflows, %d of them unknown", len(uses), len(unknown))
	if len(uses) < 50 {
		t.Error("the corpus has fewer than it should")
	}
	for _, name := range slices.Sorted(maps.Keys(unknown)) {
		t.Errorf("%s is not in the table (%d uses)", name, unknown[name])
	}
}
