// SPDX-License-Identifier: BSD-3-Clause

package graph_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestLimits holds that files written to cost as much as they can are given up
// on, with a gap that says so, and keep the graph small.
func TestLimits(t *testing.T) {
	many := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	tags := "on: {push: {tags: [" + many(30, "'v%d*',") + "]}, schedule: [{cron: '1 1 1 1 1'}], pull_request: {branches: [" + many(30, "'b%d*',") + "]}}\n"
	for name, files := range map[string]map[string]string{
		"uploads": {"r.yml": "on: push\njobs:\n  up:\n    steps:\n" + many(9000, "      - run: twine upload d%d/*\n")},
		"artifacts": {"r.yml": "on: push\njobs:\n  build:\n    steps:\n" + many(2500, "      - {uses: actions/upload-artifact@v7, with: {name: 'a%d*'}}\n") +
			"  publish:\n    steps:\n" + many(1500, "      - {uses: actions/download-artifact@v8, with: {pattern: '*%d*'}}\n") + "      - run: twine upload dist/*\n"},
		"runs":            {"r.yml": tags + "jobs:\n  up:\n    steps:\n" + many(8000, "      - {run: 'true', if: \"contains(github.ref, 'v%d')\"}\n")},
		"variables":       {"r.yml": tags + "jobs:\n  up:\n    steps:\n" + many(6000, "      - {run: 'echo V%d=x >> $GITHUB_ENV'}\n") + "      - run: twine upload dist/*\n"},
		"other variables": {"r.yml": tags + "jobs:\n  up:\n    steps:\n" + many(6000, "      - {run: 'echo V%d=x >> $GITHUB_ENV', if: steps.a.outputs.b}\n") + "      - run: twine upload dist/*\n"},
		"many paths":      {"r.yml": tags + "jobs:\n" + many(300, "  j%d:\n    steps: [{uses: actions/download-artifact@v8}, {uses: actions/upload-artifact@v7, with: {name: x}}, {run: twine upload dist/*}]\n")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := build(t, files)
			told := false
			for _, gap := range g.Gaps {
				told = told || strings.Contains(gap.Reason, "not looked at")
			}
			if !told {
				t.Errorf("%d jobs, %d uploads, and no limit was met", len(g.Jobs), len(g.Sinks))
			}
			for _, k := range g.Sinks {
				if len(k.Path) == 0 {
					t.Fatal("an upload without a path")
				}
			}
		})
	}
}
