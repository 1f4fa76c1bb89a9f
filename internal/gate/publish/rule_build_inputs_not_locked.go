// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/known"
)

var _ = register(finding.Rule{
	ID:       "build-inputs-not-locked",
	Severity: finding.Note,
	Waivable: true,
	Title:    "The build fetches its own requirements without a lock",
	Why: "Whatever build-system.requires of pyproject.toml allows that day runs while your release is made. A build front end fetches it " +
		"into an isolated environment, and the same commit gives other files tomorrow. A constraints file with " +
		"versions, and hashes where the front end checks them, fixes what the build runs.",
	Bad:        "- run: python -m build",
	Good:       "- run: python -m build\n  env:\n    PIP_CONSTRAINT: .github/constraints-build.txt",
	References: []string{"SLSA: hermetic and reproducible builds (future levels)", "SSDF PW.4.1"},
}, func(a *audit, rule *finding.Rule) {
	seen := map[string]bool{}
	for _, sp := range a.spots {
		for _, s := range sp.making() {
			name, file, line := looseBuild(s)
			if name == "" || seen[file] {
				continue
			}
			seen[file] = true
			f := a.at(rule, sp.job, file, line, "give the build a constraints file (PIP_CONSTRAINT, UV_BUILD_CONSTRAINT), or install locked requirements and build without isolation",
				"%s in job %q fetches what build-system.requires allows that day; expected constraints or a lock", name, sp.job.Job.ID.Value)
			f.Fix = a.constrained(s, name, file)
			a.add(f)
		}
	}
})

// constrained is the step with a constraints file for its build; "" where a
// variable of the step may not reach the build (in a container, and for hatch,
// which has two installers), or the file would not be there.
func (a *audit) constrained(s *graph.Step, name, file string) string {
	if s.Step == nil || s.Step.Run == nil || s.File != file || file != s.Job.File.Path || s.Job.Job.Container != nil || strings.Contains(name, "cibuildwheel") || strings.Contains(name, "hatch") || checkedOutAside(s) {
		return ""
	}
	variable := "PIP_CONSTRAINT"
	if strings.HasPrefix(name, `"uv`) {
		variable = "UV_BUILD_CONSTRAINT"
	}
	const path = ".github/constraints-build.txt"
	lines := a.source(file).WithEnv(s.Step, variable+": ${{ github.workspace }}/"+path)
	if len(lines) == 0 || len(lines) > longestFix {
		return ""
	}
	return indentOf(lines[0]) + "# create it: " + path + ", with the versions of what build-system.requires names\n" + strings.Join(lines, "\n")
}

// lockVariables fix what a build fetches.
var lockVariables = []string{"PIP_CONSTRAINT", "PIP_BUILD_CONSTRAINT", "PIP_REQUIRE_HASHES", "PIP_NO_INDEX", "UV_BUILD_CONSTRAINT", "UV_CONSTRAINT", "UV_REQUIRE_HASHES", "CIBW_BUILD_FRONTEND"}

// looseBuild names a build in an isolated environment that nothing locks; ""
// for none.
func looseBuild(s *graph.Step) (name, file string, line int) {
	for _, v := range lockVariables {
		if text := s.Env[v]; text != "" && (v != "CIBW_BUILD_FRONTEND" || strings.Contains(text, "--no-isolation")) {
			return "", "", 0
		}
	}
	if s.Known.Role == known.Builds && s.Uses != nil && len(s.Known.Loose) == 0 { // unpinned-action names what such a one fetches
		switch s.Uses.Name() {
		case "pypa/cibuildwheel", "hynek/build-and-inspect-python-package":
			return `"` + s.Uses.Name() + `"`, s.File, s.Uses.Pos.Line
		}
	}
	for _, c := range s.Commands {
		if slices.ContainsFunc(lockVariables, func(v string) bool { return c.Env[v].Text != "" }) {
			continue
		}
		for _, r := range c.Unwrap() {
			words := make([]string, len(r.Words))
			for i, w := range r.Words {
				words[i] = w.Text
			}
			var what string
			switch sub := strings.Join(words[1:min(2, len(words))], ""); r.Program() {
			case "build", "pyproject-build":
				what = r.Program()
				if r.Program() == "build" {
					what = "python -m build"
				}
			case "uv", "hatch":
				if sub == "build" {
					what = r.Program() + " build"
				}
			case "pip":
				if sub == "wheel" {
					what = "pip wheel"
				}
			case "cibuildwheel":
				what = "cibuildwheel"
			}
			isolated := !slices.ContainsFunc(words, func(w string) bool {
				return w == "--no-isolation" || w == "-n" || strings.HasPrefix(w, "--no-build-isolation") || strings.HasPrefix(w, "--build-constraint") || w == "-b" ||
					w == "--require-hashes" || w == "-c" || w == "--constraint" || w == "--help" || w == "-h" || w == "--version"
			})
			if what != "" && isolated {
				return `"` + what + `"`, c.File, c.Line
			}
		}
	}
	return "", "", 0
}
