// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

var _ = register(finding.Rule{
	ID:       "unpinned-tool",
	Severity: finding.Warning,
	Waivable: true,
	Title:    "A tool is installed on the path to the index without a lock",
	Why: "\"pip install build\" takes what the index has at that minute, with all it depends on. One of those packages taken over is enough: " +
		"its code runs where the release is made, or beside the publishing token. A requirements file with hashes (pip-compile --generate-hashes, " +
		"uv export) is checked in, reviewed, and moved by Dependabot. A script that is piped from an address into a shell is the same without an index.",
	Bad:        "- run: pip install build twine",
	Good:       "- run: pip install --require-hashes -r .github/requirements-release.txt",
	References: []string{"PyPI: Supply-chain attack analysis: Ultralytics (2024-12-11)", "SSDF PW.4.1", "SLSA: hermetic builds"},
}, func(a *audit, rule *finding.Rule) {
	for _, sp := range a.spots {
		a.judgeTools(rule, sp)
	}
})

// judgeTools makes one finding of all that a job installs.
func (a *audit) judgeTools(rule *finding.Rule, sp *spot) {
	var names []string
	var first graph.Command
	var at *graph.Step
	seen := map[string]bool{}
	for _, s := range sp.making() {
		for _, c := range s.Commands {
			in, ok := installOf(c)
			if !ok {
				continue
			}
			for _, f := range in.files {
				in.loose = append(in.loose, "what "+f+" lists")
			}
			if len(in.loose) > 0 && at == nil {
				first, at = c, s
			}
			for _, n := range in.loose {
				if n = strings.ReplaceAll(n, "\n", " "); !seen[n] {
					seen[n] = true
					names = append(names, n)
				}
			}
		}
	}
	if at == nil {
		return
	}
	f := a.at(rule, sp.job, first.File, first.Line, "list what is needed in a requirements file with hashes and install that with --require-hashes; for a tool of its own, name one version",
		"job %q, which %s, installs %s at whatever content there is that day; expected a lock with hashes", sp.job.Job.ID.Value, sp.part(), several(names))
	f.Fix = lockedInstall(a.source(first.File).Line(first.Line))
	a.add(f)
}

// lockedInstall rewrites a line that is nothing but a "pip install".
func lockedInstall(line string) string {
	before, after, ok := strings.Cut(line, "pip install ")
	if !ok || strings.ContainsAny(line, "|&;\\`") || strings.Contains(before, "\"") || strings.Contains(after, ".[") {
		return ""
	}
	return before + "pip install --require-hashes -r .github/requirements-release.txt"
}
