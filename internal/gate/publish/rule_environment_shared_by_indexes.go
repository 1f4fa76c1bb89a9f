// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

var _ = register(finding.Rule{
	ID:       "environment-shared-by-indexes",
	Severity: finding.Note,
	Waivable: true,
	Title:    "One environment serves the test index and the real one",
	Why: "What is made easy for test uploads is then as easy for the real index. Test uploads are meant to come from any branch, without a reviewer; " +
		"in a shared environment either the rules are loosened for them, or they wait for a reviewer, who soon approves without looking.",
	Bad:        "test-publish:\n  environment: pypi   # to TestPyPI\npublish:\n  environment: pypi   # to PyPI",
	Good:       "test-publish:\n  environment: testpypi\npublish:\n  environment: pypi",
	References: []string{"SPEC 8: use GitHub Actions environments", "PyPI: use a dedicated environment"},
}, func(a *audit, rule *finding.Rule) {
	type job struct{ file, job string }
	real := map[string]*graph.Sink{}
	for _, k := range a.trusted() {
		if e := k.Step.Job.Environment; e.Constant && e.Name != "" && releaseIndex(k) == sinks.PyPI {
			if name := strings.ToLower(e.Name); real[name] == nil {
				real[name] = k
			}
		}
	}
	said := map[string]bool{}
	for _, k := range a.trusted() {
		e := k.Step.Job.Environment
		name := strings.ToLower(e.Name)
		other := real[name]
		if releaseIndex(k) != sinks.TestPyPI || !e.Constant || other == nil || said[name] {
			continue
		}
		said[name] = true
		j := k.Step.Job
		at := job{other.Step.Job.File.Path, other.Step.Job.Job.ID.Value}
		whose := `job "` + at.job + `" of ` + at.file
		if other.Step.Job == j {
			whose = "the same job"
		}
		f := a.at(rule, j, j.File.Path, e.Line,
			"give the upload to the test index a job and an environment of its own",
			"environment %q is used for TestPyPI by job %q and for PyPI by %s; expected one for each", e.Name, j.Job.ID.Value, whose)
		if other.Step.Job != j {
			if line := a.source(j.File.Path).Line(e.Line); strings.Count(line, e.Name) == 1 {
				f.Fix = a.source(j.File.Path).Replace(e.Line, e.Name, environmentFor(sinks.TestPyPI))
			}
		}
		a.add(f)
	}
})
