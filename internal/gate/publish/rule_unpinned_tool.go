// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/known"
)

var _ = register(finding.Rule{
	ID:       "unpinned-tool",
	Severity: finding.Warning,
	Waivable: true,
	Title:    "A tool is installed on the path to the index without a lock",
	Why: "\"pip install build\" takes what the index has at that minute, with all it depends on, and runs it where the release is made. One of those " +
		"packages taken over is enough. A version alone fixes one package and not what it depends on. A requirements file with hashes " +
		"(pip-compile --generate-hashes, uv export) is checked in, reviewed, and moved by Dependabot. A script that is piped from an address " +
		"into a shell is the same without an index.",
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
	var open, fixed, files, scripts []string
	var first graph.Command
	var does install // the first one
	var at *graph.Step
	add := func(to *[]string, names ...string) {
		for _, n := range names {
			if n = strings.ReplaceAll(n, "\n", " "); n != "" && !slices.Contains(*to, n) {
				*to = append(*to, n)
			}
		}
	}
	for _, s := range sp.making() {
		for _, c := range s.Commands {
			in, ok := installOf(c)
			if !ok || len(in.loose)+len(in.fixed)+len(in.files) == 0 && in.script == "" {
				continue
			}
			if at == nil {
				first, at, does = c, s, in
			}
			add(&open, in.loose...)
			add(&fixed, in.fixed...)
			add(&files, in.files...)
			add(&scripts, in.script)
		}
	}
	if at == nil {
		return
	}
	var parts []string
	if len(open) > 0 {
		parts = append(parts, "installs "+several(open)+" in whatever version there is that day")
	}
	if len(fixed) > 0 {
		parts = append(parts, "installs "+several(fixed)+" without hashes, so that what it depends on is not fixed")
	}
	if len(files) > 0 {
		parts = append(parts, "installs what "+several(files)+" lists, without hashes")
	}
	if len(scripts) > 0 {
		parts = append(parts, "runs "+several(scripts)+" as it is that day")
	}
	hint := "list what is needed in a requirements file with hashes and install that with --require-hashes; for a tool in an environment of its own, name one version"
	if len(open)+len(fixed)+len(files) == 0 {
		hint = "fetch one version of the file, compare its hash (sha256sum --check), and run it then; or use an action pinned by commit that installs it"
	}
	f := a.at(rule, sp.job, first.File, first.Line, hint, "job %q, which %s, %s; expected a lock with hashes", sp.job.Job.ID.Value, sp.part(), list(parts))
	if first.File == sp.job.File.Path && checkedOut(at) && len(first.Via) == 0 && !does.local && at.Step.Run.Script.Style != workflow.Folded &&
		!strings.HasSuffix(strings.TrimSpace(a.source(first.File).Line(first.Line-1)), `\`) {
		f.Fix = lockedInstall(a.source(first.File).Line(first.Line), rooted(at), does)
	}
	a.add(f)
}

// lockedInstall rewrites a line that is nothing but a "pip install"; root is
// what goes before a path of the repository.
func lockedInstall(line, root string, in install) string {
	before, after, ok := strings.Cut(line, "pip install ")
	if !ok || strings.ContainsAny(line, "|&;\\`#") || strings.ContainsAny(before, `"'`) || strings.Contains(after, ".[") || root == "?" {
		return ""
	}
	if len(in.files) > 0 {
		if len(in.files) > 1 || len(in.loose)+len(in.fixed) > 0 || !isLocal("./"+in.files[0]) || strings.ContainsAny(in.files[0], "$ ") {
			return ""
		}
		return indentOf(line) + "# write the hash of each package into it: uv pip compile --generate-hashes\n" +
			before + "pip install --require-hashes -r " + in.files[0]
	}
	const file = ".github/requirements-release.txt"
	return indentOf(line) + "# create it: uv pip compile --generate-hashes requirements-release.in -o " + file + "\n" +
		before + "pip install --require-hashes -r " + root + file
}

// indentOf is the space that a line begins with.
func indentOf(line string) string { return line[:len(line)-len(strings.TrimLeft(line, " "))] }

// checkedOut reports whether an earlier step of the job fetches the repository.
func checkedOut(s *graph.Step) bool {
	for _, o := range s.Job.Steps {
		if o == s {
			break
		}
		if o.Known.Role == known.Checkout {
			return !checkedOutAside(s)
		}
	}
	return false
}

// checkedOutAside reports whether an earlier step fetches a repository into a
// folder of the workspace, or another repository.
func checkedOutAside(s *graph.Step) bool {
	for _, o := range s.Job.Steps {
		if o == s {
			break
		}
		if o.Known.Role == known.Checkout && (strings.TrimSpace(o.With["path"]) != "" || strings.TrimSpace(o.With["repository"]) != "") {
			return true
		}
	}
	return false
}

// rooted is what a path of the repository begins with in a step's script: ""
// where the step runs in the repository's folder, "?" where it cannot be said
// (in a container the folder has another name).
func rooted(s *graph.Step) string {
	elsewhere := s.Job.Job.Defaults.WorkingDirectory.Written() || s.Job.File.Defaults.WorkingDirectory.Written()
	if s.Step != nil && s.Step.Run != nil {
		elsewhere = elsewhere || s.Step.Run.WorkingDirectory.Written()
		for _, c := range s.Commands {
			elsewhere = elsewhere || c.Program() == "cd" || c.Program() == "pushd"
		}
	}
	switch {
	case !elsewhere:
		return ""
	case s.Job.Job.Container != nil:
		return "?"
	}
	return "${{ github.workspace }}/"
}
