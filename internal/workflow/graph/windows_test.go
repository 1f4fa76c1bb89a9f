// SPDX-License-Identifier: BSD-3-Clause

package graph_test

import (
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

// TestDefaultShell: the same line uploads in PowerShell, where the variable
// holds the command, and not in bash, where it is an assignment that fails.
func TestDefaultShell(t *testing.T) {
	const script = "$tool = \"twine\"\n          & $tool upload dist/*"
	const odd = "$c = $d.replace(\"\\\",\"/\")\n          echo \"A=$c\" >> $env:GITHUB_ENV"
	lists := "    strategy: {matrix: {b: [[ubuntu-24.04, linux], [windows-2025, win]], py: [cp313, cp314]}}"
	for _, c := range []struct {
		name, job, condition, script string
		uploads                      bool // as PowerShell
		gaps                         int
	}{
		{name: "windows", job: "    runs-on: windows-latest", script: script, uploads: true},
		{name: "linux", job: "    runs-on: ubuntu-latest", script: script, gaps: -1},
		{name: "every value is windows", job: "    runs-on: ${{ matrix.os }}\n    strategy: {matrix: {os: [windows-2022, windows-11-arm], py: [a, b]}}", script: script, uploads: true},
		{name: "include only", job: "    runs-on: ${{ matrix.os }}\n    strategy: {matrix: {include: [{os: windows-2022}, {os: windows-11-arm, x: 1}]}}", script: script, uploads: true},
		{name: "a condition, mixed", job: "    runs-on: ${{ matrix.os }}\n    strategy: {matrix: {os: [ubuntu-latest, windows-2022]}}", condition: "runner.os == 'windows'", script: script, uploads: true},
		{name: "a condition on the matrix", job: "    runs-on: ${{ matrix.b[0] }}\n" + lists, condition: "matrix.b[1] == 'win'", script: script, uploads: true},
		{name: "a condition for another system", job: "    runs-on: ${{ matrix.b[0] }}\n" + lists, condition: "startsWith(matrix.b[0], 'ubuntu')", script: script, gaps: -1},
		{name: "a condition, runner not known", job: "    runs-on: ${{ inputs.os }}", condition: "${{ runner.os == 'Windows' && github.event_name == 'push' }}", script: script, uploads: true},
		{name: "a container", job: "    runs-on: ubuntu-latest\n    container: alpine", condition: "runner.os != 'macOS'", script: script, gaps: -1},
		{name: "what only PowerShell understands", job: "    runs-on: ${{ matrix.b[0] }}\n" + lists, script: odd},
		{name: "on linux it stays unread", job: "    runs-on: ubuntu-latest", script: odd, gaps: 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := "on: {push: {tags: [v1]}}\njobs:\n  up:\n" + c.job + "\n    env: {TWINE_PASSWORD: \"${{ secrets.T }}\"}\n    steps:\n      - run: |\n          " + c.script + "\n"
			if c.condition != "" {
				text += "        if: " + c.condition + "\n"
			}
			g := build(t, map[string]string{"release.yml": text})
			if got := len(g.Sinks) > 0 && strings.HasPrefix(g.Sinks[0].Uploader, "twine"); got != c.uploads {
				t.Errorf("uploads: %v, want %v (%+v)", got, c.uploads, g.Gaps)
			}
			unread := 0
			for _, gap := range g.Gaps {
				if gap.Kind == graph.UnreadScript {
					unread++
				}
			}
			if c.gaps >= 0 && (unread > 0) != (c.gaps > 0) {
				t.Errorf("%d scripts were not read: %+v", unread, g.Gaps)
			}
		})
	}
}
