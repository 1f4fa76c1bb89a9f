// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/known"
)

var _ = register(finding.Rule{
	ID:       "cache-reaches-index",
	Severity: finding.Error,
	Waivable: true,
	Title:    "A cache is restored in a job whose files reach the index",
	Why: "Caches are shared: every run on the default branch may write what a release restores, also a run that an outsider starts with " +
		"pull_request_target or a comment. Whoever runs code there once puts changed tools into the cache, and the next release is built with them " +
		"and signed as usual. In December 2024 a project's releases were poisoned in this way. A release is built rarely; it can do without a cache. " +
		"It is an error where the job holds the publishing token, or where a workflow of this repository lets an outsider's code run next to that cache; else a warning.",
	Bad:  "build:\n  steps:\n    - uses: actions/setup-python@…\n      with:\n        cache: pip\n    - run: python -m build",
	Good: "build:\n  steps:\n    - uses: actions/setup-python@…   # without a cache\n    - run: python -m build",
	References: []string{
		"PyPI: Supply-chain attack analysis: Ultralytics (2024-12-11)", "SLSA: isolated builds (Build L3)", "SSDF PO.5.1",
	},
}, func(a *audit, rule *finding.Rule) {
	if len(a.spots) == 0 {
		return
	}
	exposed := a.exposures()
	for _, sp := range a.spots {
		for _, s := range sp.making() {
			for _, c := range s.Caches {
				if c.Restores && !c.Verified && sp.usesCache(s, c) {
					a.addCache(rule, sp, s, c, exposed)
				}
			}
			if name, file, line := commandCache(s); name != "" {
				f := a.cacheFinding(rule, sp, s, name, "build without it in runs that release", exposed, false)
				f.Location = finding.Location{File: file, Line: line}
				a.add(f)
			}
		}
	}
})

// usesCache reports whether a cache is in use in a run on the path.
func (sp *spot) usesCache(s *graph.Step, c *graph.Cache) bool {
	if c.HonoursMode && strings.EqualFold(strings.TrimSpace(s.Env["ACTIONS_CACHE_MODE"]), "none") {
		return false
	}
	used := false
	sp.onPath(s, func(i int) bool {
		used = i < len(c.On) && c.On[i] != expr.False
		return !used
	})
	return used
}

func (a *audit) addCache(rule *finding.Rule, sp *spot, s *graph.Step, c *graph.Cache, exposed []exposure) {
	hint := c.Advice
	if c.Off != "" {
		hint = "set " + c.Off + " in this step"
		if c.Advice != "" {
			hint += ", or " + c.Advice
		}
	}
	if hint == "" {
		hint = "build without this cache in runs that release"
	}
	f := a.cacheFinding(rule, sp, s, c.Name, hint, exposed, c.Inside)
	src := a.source(s.File)
	switch name, value, ok := strings.Cut(c.Off, ":"); {
	case ok:
		f.Fix = src.WithInput(s.Step, strings.TrimSpace(name), strings.TrimSpace(value))
	case s.Known.Role == known.Caching && s.Step != nil && !s.Step.If.Written():
		if onPullRequests(s) {
			f.Fix = src.InStep(s.Step, "if: github.event_name == 'pull_request'  # never where a release is built")
			break
		}
		f.Hint = "build a release without it: delete this step"
		f.Fix = a.withoutStep(s)
	}
	if c.NeedsFile != "" {
		f.Message += "; it is in use where there is a file " + c.NeedsFile
	}
	a.add(f)
}

// onPullRequests reports whether a pull request may start the runs of a step's
// workflow.
func onPullRequests(s *graph.Step) bool {
	return slices.ContainsFunc(s.Job.Runs, func(r graph.Run) bool { return r.Scenario.Event == "pull_request" || r.Scenario.Event == "" })
}

// withoutStep writes the steps around a job's own step without it; "" where
// there are none.
func (a *audit) withoutStep(s *graph.Step) string {
	all := s.Job.Job.Steps
	at := slices.Index(all, s.Step)
	if len(s.Chain) > 0 || at < 0 || len(all) < 2 {
		return ""
	}
	src := a.source(s.File)
	lines := []string{strings.Repeat(" ", max(s.Step.Pos.Column-3, 0)) + "# the step that was here (line " + itoa(s.Step.Pos.Line) + ") is gone"}
	if at > 0 {
		lines = append([]string{src.WithoutLines(all[at-1].Pos.Line, all[at-1].End)}, lines...)
	}
	if at+1 < len(all) {
		lines = append(lines, src.WithoutLines(all[at+1].Pos.Line, all[at+1].End))
	}
	return strings.Join(lines, "\n")
}

// cacheFinding is the finding on one cache, with the severity that fits what
// an attacker can do with it.
func (a *audit) cacheFinding(rule *finding.Rule, sp *spot, s *graph.Step, name, hint string, exposed []exposure, inside bool) finding.Finding {
	before := "builds what is published"
	switch {
	case sp.publishes:
		before = "publishes"
	case sp.publisher != nil:
		before = "can ask for the upload token"
	}
	f := a.atStep(rule, s, hint, "job %q restores a cache (%s) before it %s: any other run on the default branch could have filled it", sp.job.Job.ID.Value, name, before)
	if len(exposed) > 0 {
		x := exposed[0]
		f.Message += ", and an outsider can start one: a run on " + x.event + " " + x.how + " (" + x.file + ":" + itoa(x.line) + ")"
	}
	switch {
	case sp.holdsToken():
		f.Message += "; what it brings runs beside the publishing token"
	case len(exposed) > 0:
	default:
		f.Severity = finding.Warning
	}
	if inside && f.Severity == finding.Error {
		f.Severity = finding.Warning
	}
	return sp.cap(f)
}

// commandCache finds a cache that commands of a step use by themselves: docker's
// layers in GitHub's cache, and sccache.
func commandCache(s *graph.Step) (name, file string, line int) {
	for _, c := range s.Commands {
		for i, w := range c.Words {
			text, from := w.Text, false
			if after, ok := strings.CutPrefix(text, "--cache-from="); ok {
				text, from = after, true
			} else if i > 0 && c.Words[i-1].Text == "--cache-from" {
				from = true
			}
			if from && strings.Contains(text, "type=gha") {
				return "docker's layers from GitHub's cache", c.File, c.Line
			}
		}
	}
	if len(s.Commands) == 0 && s.Known.Role != known.Builds {
		return "", "", 0
	}
	on := false
	for key, text := range s.Env {
		if key == "SCCACHE_GHA_ENABLED" {
			on = on || text != "" && !strings.EqualFold(text, "false") && !strings.EqualFold(text, "off") && text != "0"
		}
	}
	if !on || !buildsNative(s) {
		return "", "", 0
	}
	return "sccache's objects from GitHub's cache (SCCACHE_GHA_ENABLED)", s.File, s.Line
}

// buildsNative reports whether a step may run a compiler.
func buildsNative(s *graph.Step) bool {
	if s.Known.Role == known.Builds {
		return true
	}
	for _, c := range s.Commands {
		for _, r := range c.Unwrap() {
			switch r.Program() {
			case "build", "pip", "uv", "cibuildwheel", "maturin", "cargo", "make", "cmake", "meson", "ninja", "hatch", "poetry", "pdm", "tox", "nox", "pixi":
				return true
			}
		}
	}
	return false
}
