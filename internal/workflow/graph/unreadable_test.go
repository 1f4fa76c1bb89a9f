// SPDX-License-Identifier: BSD-3-Clause

package graph_test

import (
	"os"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

// TestUnreadableSettings holds that an upload is not said to be a trusted one
// where the uploader's settings are there and cannot be read.
func TestUnreadableSettings(t *testing.T) {
	for name, c := range map[string]struct {
		size int // of uv.toml; negative: none
		want sinks.Credential
	}{
		"none":      {-1, sinks.TrustedPublishing},
		"small":     {100, sinks.TrustedPublishing},
		"too large": {1<<20 + 1, sinks.Unknown},
	} {
		dir := t.TempDir()
		if err := os.MkdirAll(dir+"/"+workflow.Folder, 0o755); err != nil {
			t.Fatal(err)
		}
		files := map[string]string{workflow.Folder + "/r.yml": "on: push\njobs:\n  up:\n    permissions: {id-token: write}\n    steps: [{run: uv publish}]\n"}
		if c.size >= 0 {
			files["uv.toml"] = "#" + strings.Repeat("x", c.size-1)
		}
		for file, text := range files {
			if err := os.WriteFile(dir+"/"+file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		repo, err := workflow.Read(os.DirFS(dir))
		if err != nil {
			t.Fatal(err)
		}
		g := graph.Build(os.DirFS(dir), repo, graph.Facts{})
		if len(g.Sinks) != 1 || g.Sinks[0].Credential != c.want {
			t.Errorf("%s: %+v, want %s", name, g.Sinks, c.want)
		}
	}
}
