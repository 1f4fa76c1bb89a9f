// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

var _ = register(finding.Rule{
	ID:       "failure-ignored",
	Severity: finding.Warning,
	Waivable: true,
	Title:    "The run goes on where the upload or a check fails",
	Why: "A check whose failure does not stop the job checks nothing: the upload follows in any case. An upload whose failure is ignored leaves " +
		"a release with some of its files, and a green run that nobody looks at.",
	Bad:        "- run: gh attestation verify dist/* --repo octo-sci/samplepkg || true\n- uses: pypa/gh-action-pypi-publish@…\n  continue-on-error: true",
	Good:       "- run: gh attestation verify dist/* --repo octo-sci/samplepkg\n- uses: pypa/gh-action-pypi-publish@…",
	References: []string{"SPEC 8: adopt SLSA", "SLSA: verifying artifacts"},
}, func(a *audit, rule *finding.Rule) {
	for _, sp := range a.spots {
		j := sp.job
		if sp.publishes && !sp.test && continues(j.Job.ContinueOnError) {
			f := a.at(rule, j, j.File.Path, j.Job.ContinueOnError.Line, "remove continue-on-error from the job",
				"job %q publishes, and the run counts as passed where the job fails (continue-on-error: %s)", j.Job.ID.Value, j.Job.ContinueOnError.Value)
			f.Fix = a.source(j.File.Path).WithoutLines(j.Job.Pos.Line, j.Job.ContinueOnError.Line+1, j.Job.ContinueOnError.Line)
			a.add(f)
		}
		for _, s := range sp.steps() {
			if s.Step == nil {
				continue
			}
			what := ""
			for _, k := range s.Sinks {
				if k.Index == sinks.TestPyPI || k.DryRun || k.Mints || a.isChannel(k) {
					continue
				}
				what = "the upload by " + k.Uploader
				if k.Ignored {
					a.add(a.at(rule, j, k.File, k.Line, "let the upload fail the job: take away || true, set +e, or the pipe behind it",
						"job %q goes on where %s fails: its script ignores the failure", j.Job.ID.Value, what))
				}
			}
			for _, v := range verifications(s) {
				if what == "" {
					what = "the check by " + v.name
				}
				if v.ignored {
					a.add(sp.cap(a.at(rule, j, v.file, v.line, "let the check fail the job: take away || true or set +e; a pipe hides it too, unless the step says shell: bash",
						"job %q goes on where the check by %s fails: its script ignores the failure", j.Job.ID.Value, v.name)))
				}
			}
			if what == "" {
				continue
			}
			if t, file := ignores(s); t.Written() {
				f := a.at(rule, j, file, t.Line, "remove continue-on-error from the step", "job %q goes on where %s fails (continue-on-error: %s)", j.Job.ID.Value, what, t.Value)
				if file == s.File {
					f.Fix = a.source(file).WithoutLines(s.Step.Pos.Line, s.Step.End, t.Line)
				}
				a.add(f)
			}
		}
	}
})

// ignores is the continue-on-error that holds for a step, its own or that of a
// composite action's use, and its file.
func ignores(s *graph.Step) (workflow.Text, string) {
	if continues(s.Step.ContinueOnError) {
		return s.Step.ContinueOnError, s.File
	}
	for _, f := range s.Chain {
		if continues(f.Step.ContinueOnError) {
			return f.Step.ContinueOnError, f.File
		}
	}
	return workflow.Text{}, ""
}

func continues(t workflow.Text) bool {
	return t.Written() && !t.Null && !strings.EqualFold(strings.TrimSpace(t.Value), "false") && strings.ReplaceAll(t.Value, " ", "") != "${{false}}"
}
