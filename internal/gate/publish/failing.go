// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/known"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

// mayContinue reports whether continue-on-error may hold for a job or a step of
// it in one of the runs (nil: all of the job's). Where a matrix decides, and it
// exempts some of its variants only, those are experiments that their authors
// can do without: that is no failure which is ignored.
func (a *audit) mayContinue(j *graph.Job, t workflow.Text, runs []bool) bool {
	if !t.Written() || t.Null {
		return false
	}
	if !strings.Contains(t.Value, "${{") {
		return !strings.EqualFold(strings.TrimSpace(t.Value), "false")
	}
	if template, err := expr.ParseTemplate(t.Value); err == nil {
		for _, e := range template.Exprs() {
			if slices.ContainsFunc(e.Refs(), func(r expr.Ref) bool { return r.Context() == "matrix" }) {
				texts, all := comesTo(j, t.Value)
				if path, ok := matrixPath(t.Value); ok && (jobMatrix(j.Job) == nil || !everywhere(jobMatrix(j.Job), path[0])) {
					return false // the other variants have no such value
				}
				return all && !slices.ContainsFunc(texts, isFalse)
			}
		}
	}
	for i, r := range j.Runs {
		if r.Runs == expr.False || runs != nil && (i >= len(runs) || !runs[i]) {
			continue
		}
		texts, all := possible(t.Value, r.Scenario)
		if !all || slices.ContainsFunc(texts, func(text string) bool { return !isFalse(text) }) {
			return true
		}
	}
	return false
}

// isFalse reports whether an expression's text counts as false.
func isFalse(text string) bool { return text == "" || strings.EqualFold(text, "false") }

// ignoredBuild judges a job that makes files for others: where it counts as
// passed although it failed, the jobs that need it go on with what there is.
func (a *audit) ignoredBuild(rule *finding.Rule, sp *spot) {
	if !sp.test {
		a.ignoredBuildSteps(rule, sp)
	}
	j, t := sp.job, sp.job.Job.ContinueOnError
	if sp.publishes || sp.test || !a.mayContinue(j, t, sp.runs()) {
		return
	}
	for i, st := range sp.stages {
		if st.To == nil || !waitsFor(st.To, j) || missed(j, st) || canonical(sp.sinks[i].Index) == sinks.TestPyPI {
			continue
		}
		fails, hint := "it fails", "remove continue-on-error from the job"
		if j.Job.Strategy != nil {
			fails = "some of its variants fail"
			hint += "; strategy.fail-fast: false lets the other variants finish, and a variable of the matrix (continue-on-error: ${{ matrix.experimental || false }}) exempts those that may fail"
		}
		f := a.at(rule, j, j.File.Path, t.Line,
			hint,
			"job %q counts as passed where %s (continue-on-error: %s); job %q then goes on with what there is, and %s gets part of a release",
			j.Job.ID.Value, fails, oneLine(t.Value), st.To.Job.ID.Value, indexName(sp.sinks[i].Index))
		f.Fix = a.source(j.File.Path).WithoutLines(j.Job.Pos.Line, t.Line+1, t.Line)
		a.add(f)
		return
	}
}

// ignoredBuildSteps judges the steps that make distributions.
func (a *audit) ignoredBuildSteps(rule *finding.Rule, sp *spot) {
	for _, s := range sp.making() {
		if s.Step == nil || len(s.Sinks) > 0 || retried(s) {
			continue
		}
		if d := first(a.deeds(s), makesDists); d != nil {
			a.continues(rule, s, "the build by "+d.what)
		}
	}
}

// makesDists reports whether a deed makes distributions, not something else
// that a build may do without.
func makesDists(d deed) bool {
	if d.action {
		return d.role == known.Builds
	}
	w := commandWords(d.command.Command)
	return d.kind == builds && slices.ContainsFunc(w, func(x string) bool {
		return slices.Contains([]string{"build", "pyproject-build", "cibuildwheel", "wheel", "sdist", "bdist_wheel"}, x)
	}) && !slices.Contains([]string{"docker", "podman", "cmake", "cargo", "npm"}, d.command.Program())
}

// missed reports whether a job's failure stops the job that takes its files in
// any case: what stores them is its last step, and a download by name or id
// fails where there is nothing.
func missed(j *graph.Job, st *graph.Stage) bool {
	if st.Download == nil || st.Upload == nil || st.Download.By != graph.ByName && st.Download.By != graph.ByID || j.Job.Strategy != nil {
		return false
	}
	return st.Upload.Step == j.Steps[len(j.Steps)-1]
}

// waitsFor reports whether a job waits for another one, directly or not.
func waitsFor(j, other *graph.Job) bool { return upstream(j)[other] }

// retried reports whether a later step acts on the failure of an upload.
func retried(s *graph.Step) bool {
	return slices.ContainsFunc(reading(s), func(o *graph.Step) bool {
		text := strings.ReplaceAll(o.Step.If.Value, " ", "")
		return strings.Contains(text, "'failure'") || strings.Contains(text, "!=")
	})
}

// heeded reports whether a later step acts on the failure of a check: the
// upload asks how it went, or a script then fails the job.
func heeded(s *graph.Step) bool {
	return slices.ContainsFunc(reading(s), func(o *graph.Step) bool {
		return len(o.Sinks) > 0 || slices.ContainsFunc(o.Commands, func(c graph.Command) bool {
			w := commandWords(c.Command)
			return c.Program() == "false" || c.Program() == "exit" && len(w) > 1 && w[1] != "0"
		})
	})
}

// reading are the later steps of a job whose condition asks for a step's
// outcome. Its conclusion says nothing: continue-on-error makes that a success.
func reading(s *graph.Step) []*graph.Step {
	id := s.Step.ID.Value
	for _, f := range s.Chain {
		id = f.Step.ID.Value // the job's own step
		break
	}
	if id == "" {
		return nil
	}
	var out []*graph.Step
	after := false
	for _, o := range s.Job.Steps {
		if o == s {
			after = true
			continue
		}
		if !after || o.Step == nil || o.Index == s.Index {
			continue
		}
		e, err := expr.Parse(o.Step.If.Value)
		if err == nil && slices.ContainsFunc(e.Refs(), func(r expr.Ref) bool { return r.Path == "steps."+strings.ToLower(id)+".outcome" }) {
			out = append(out, o)
		}
	}
	return out
}
