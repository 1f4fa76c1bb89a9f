// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

var _ = register(finding.Rule{
	ID:       "failure-ignored",
	Severity: finding.Warning,
	Waivable: true,
	Title:    "The run goes on where a build, a check or the upload fails",
	Why: "A release goes out with files missing, or with files that failed a check, and the run is green. A build job whose failure is ignored " +
		"lets the upload go on without its wheels; a check whose failure is ignored keeps nothing back; an upload whose failure is ignored leaves " +
		"half a release that nobody looks at.",
	Bad:        "- run: gh attestation verify dist/* --repo octo-sci/samplepkg || true\n- uses: pypa/gh-action-pypi-publish@…\n  continue-on-error: true",
	Good:       "- run: gh attestation verify dist/* --repo octo-sci/samplepkg\n- uses: pypa/gh-action-pypi-publish@…",
	References: []string{"SPEC 8: adopt SLSA", "SLSA: verifying artifacts"},
}, func(a *audit, rule *finding.Rule) {
	for _, j := range a.checking() {
		a.ignoredChecks(rule, j, j.Steps, nil)
	}
	for _, sp := range a.spots {
		j := sp.job
		a.ignoredBuild(rule, sp)
		if sp.publishes && !sp.test && a.mayContinue(j, j.Job.ContinueOnError, sp.runs()) {
			f := a.at(rule, j, j.File.Path, j.Job.ContinueOnError.Line, "remove continue-on-error from the job",
				"job %q publishes, and the run counts as passed where the job fails (continue-on-error: %s)", j.Job.ID.Value, j.Job.ContinueOnError.Value)
			f.Fix = a.source(j.File.Path).WithoutLines(j.Job.Pos.Line, j.Job.ContinueOnError.Line+1, j.Job.ContinueOnError.Line)
			a.add(f)
		}
		a.ignoredChecks(rule, j, sp.steps(), sp)
		for _, s := range sp.steps() {
			for _, k := range s.Sinks {
				if s.Step == nil || k.Index == sinks.TestPyPI || k.DryRun || k.Mints || a.isChannel(k) {
					continue
				}
				if k.Ignored {
					a.add(a.at(rule, j, k.File, k.Line, "let the upload fail the job: take away || true, set +e, or the pipe behind it",
						"job %q goes on where the upload by %s fails: its script ignores the failure", j.Job.ID.Value, k.Uploader))
				}
				if !retried(s) {
					a.continues(rule, s, "the upload by "+k.Uploader)
				}
			}
		}
	}
})

// ignoredChecks judges the checks of signatures that steps of a job make. Sp
// is nil for a job that only checks.
func (a *audit) ignoredChecks(rule *finding.Rule, j *graph.Job, steps []*graph.Step, sp *spot) {
	for _, s := range steps {
		if s.Step == nil || !s.Reachable() {
			continue
		}
		for _, v := range a.verifications(s) {
			if v.ignored {
				f := a.at(rule, j, v.file, v.line, "let the check fail the job: take away || true or set +e; a pipe hides it too, unless the step says shell: bash",
					"job %q goes on where the check by %s fails: its script ignores the failure", j.Job.ID.Value, v.name)
				f.Fix = a.source(v.file).Replace(v.line, " || true", "")
				a.add(f)
			}
			if len(s.Sinks) == 0 && !heeded(s) {
				a.continues(rule, s, "the check by "+v.name)
			}
			if t := j.Job.ContinueOnError; sp == nil && a.mayContinue(j, t, nil) {
				f := a.at(rule, j, j.File.Path, t.Line, "remove continue-on-error from the job",
					"job %q makes the check by %s, and counts as passed where that fails (continue-on-error: %s)", j.Job.ID.Value, v.name, t.Value)
				f.Fix = a.source(j.File.Path).WithoutLines(j.Job.Pos.Line, t.Line+1, t.Line)
				a.add(f)
			}
		}
	}
}

// continues says that a step goes on after a failure of what it does.
func (a *audit) continues(rule *finding.Rule, s *graph.Step, what string) {
	t, file := a.ignores(s)
	if !t.Written() {
		return
	}
	f := a.at(rule, s.Job, file, t.Line, "remove continue-on-error from the step", "job %q goes on where %s fails (continue-on-error: %s)", s.Job.Job.ID.Value, what, t.Value)
	if file == s.File {
		f.Fix = a.source(file).WithoutLines(s.Step.Pos.Line, s.Step.End, t.Line)
	}
	a.add(f)
}

// checking are the jobs that publishing jobs wait for and take no files from.
func (a *audit) checking() []*graph.Job {
	var out []*graph.Job
	seen, calls := map[*graph.Job]bool{}, map[*graph.Job]bool{}
	var walk func(j *graph.Job)
	walk = func(j *graph.Job) {
		for _, n := range needs(j, calls) {
			if !seen[n] {
				seen[n] = true
				if a.spot(n) == nil {
					out = append(out, n)
				}
				walk(n)
			}
		}
	}
	for _, sp := range a.spots {
		if sp.publishes {
			walk(sp.job)
		}
	}
	return out
}

// ignores is the continue-on-error that holds for a step, its own or that of a
// composite action's use, and its file.
func (a *audit) ignores(s *graph.Step) (workflow.Text, string) {
	runs := make([]bool, len(s.Runs))
	for i, r := range s.Runs {
		runs[i] = r.Runs != expr.False
	}
	if a.mayContinue(s.Job, s.Step.ContinueOnError, runs) {
		return s.Step.ContinueOnError, s.File
	}
	for _, f := range s.Chain {
		if a.mayContinue(s.Job, f.Step.ContinueOnError, runs) {
			return f.Step.ContinueOnError, f.File
		}
	}
	return workflow.Text{}, ""
}
