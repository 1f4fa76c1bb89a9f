// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"fmt"
	"slices"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

var _ = register(finding.Rule{
	ID:       "build-in-publish-job",
	Severity: finding.Error,
	Waivable: true,
	Title:    "The job that may publish also builds, tests, installs or runs the repository's code",
	Why: "Every process of a job with id-token: write can ask for the token that the index accepts. A build runs code of build backends, " +
		"of their dependencies and of the project itself: one bad package among them can change the files just before they are signed, " +
		"or upload what it likes by itself. This is how Ultralytics 8.3.41 came onto PyPI, correctly signed.",
	Bad: "publish:\n  environment: pypi\n  permissions: {id-token: write}\n  steps:\n    - uses: actions/checkout@…\n" +
		"    - run: pip install build && python -m build\n    - uses: pypa/gh-action-pypi-publish@…",
	Good: "build:\n  permissions: {contents: read}\n  steps:\n    - uses: actions/checkout@…\n    - run: python -m build\n" +
		"    - uses: actions/upload-artifact@…\n      with: {name: dist, path: dist/}\npublish:\n  needs: build\n  environment: pypi\n" +
		"  permissions: {id-token: write}\n  steps:\n    - uses: actions/download-artifact@…\n      with: {name: dist, path: dist/}\n" +
		"    - uses: pypa/gh-action-pypi-publish@…",
	References: []string{"PyPI: trusted publishing security model", "SPEC 8: use GitHub Actions environments", "SLSA: isolated builds"},
}, func(a *audit, rule *finding.Rule) {
	for _, j := range a.in.Graph.Jobs {
		if j.Calls || j.Remote != nil {
			continue // the token of a called workflow's job names that workflow
		}
		accepting := a.accepting(j)
		if len(accepting) == 0 {
			accepting = a.ownUpload(j)
		}
		if len(accepting) == 0 {
			continue
		}
		var found []deed
		for _, s := range j.Steps {
			if !withToken(s) {
				continue
			}
			for _, d := range a.deeds(s) {
				if d.kind.foreign() {
					found = append(found, d)
				}
			}
		}
		if len(found) == 0 {
			continue
		}
		slices.SortStableFunc(found, func(x, y deed) int { return x.step.Index - y.step.Index })
		a.add(buildInPublishJob(a, rule, j, accepting, found))
	}
})

// ownUpload stands for the publisher of a job that may ask for an id-token and
// uploads to an index that takes it, though with another credential.
func (a *audit) ownUpload(j *graph.Job) []*publisher {
	if j.IDToken() != expr.True {
		return nil
	}
	for _, k := range a.releases() {
		if k.Step.Job == j && offersTrusted(k.Index) {
			return []*publisher{{file: j.File.Path, index: k.Index, sinks: []*graph.Sink{k}}}
		}
	}
	return nil
}

func buildInPublishJob(a *audit, rule *finding.Rule, j *graph.Job, accepting []*publisher, found []deed) finding.Finding {
	publishes := slices.ContainsFunc(accepting, func(p *publisher) bool {
		return slices.ContainsFunc(p.sinks, func(k *graph.Sink) bool { return k.Step.Job == j })
	})
	names := []string{}
	test := true
	for _, p := range accepting {
		if n := indexName(p.index); !slices.Contains(names, n) {
			names = append(names, n)
		}
		test = test && p.index == sinks.TestPyPI
	}
	token := "the id-token that " + list(names) + " accepts"
	if len(a.accepting(j)) == 0 {
		token = "an id-token and uploads to " + list(names)
	}
	d := found[0]
	hint := "move this into a job without id-token: write that ends with actions/upload-artifact; the publishing job then only downloads the files and uploads them"
	why := ""
	switch {
	case !publishes:
		why = ", although it publishes nothing itself: the publisher names no other environment than this job's"
		hint = "give the publishing job an environment of its own and name it in the publisher on the index; or take id-token: write from this job"
	case !slices.ContainsFunc(found, func(d deed) bool { return d.kind != installs }):
		hint = "install nothing here: upload with pypa/gh-action-pypi-publish, pinned by commit, or install with pip's --require-hashes from a file of fixed versions"
	}
	f := a.at(rule, j, d.file, d.line, hint, "job %q may ask for %s%s, and %s %s in it%s",
		j.Job.ID.Value, token, why, d.what, d.kind.verb(), others(found))
	if publishes {
		f.Fix = splitFix(a, j, found)
	}
	if test {
		f.Severity = finding.Warning
	}
	return f
}

// splitFix shows how the job takes the files from a build job, where it does
// not do so yet.
func splitFix(a *audit, j *graph.Job, found []deed) string {
	built := slices.ContainsFunc(found, func(d deed) bool { return d.kind == builds || d.kind == code })
	for _, s := range j.Steps {
		if len(s.Downloads) > 0 {
			built = false
		}
	}
	if !built || len(j.Job.Needs) > 0 {
		return ""
	}
	return a.source(j.File.Path).InJob(j.Job, "needs: build", "steps:", "  - uses: "+downloadAction, "    with:", "      name: dist", "      path: dist/")
}

// downloadAction is the action that fixes name to fetch an artifact.
const downloadAction = "actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1"

// withToken reports whether a step may run in a run that can have an id-token:
// pull requests from forks get none.
func withToken(s *graph.Step) bool {
	return slices.ContainsFunc(s.Runs, func(r graph.Run) bool { return r.Runs != expr.False && tokenIn(r.Scenario) })
}

// tokenIn reports whether runs of a scenario can have an id-token.
func tokenIn(s *expr.Scenario) bool {
	switch s.Event {
	case "pull_request", "pull_request_review", "pull_request_review_comment":
		return s.Fork != expr.True
	}
	return true
}

// list joins names for a sentence.
func list(names []string) string {
	switch len(names) {
	case 0:
		return ""
	case 1:
		return names[0]
	}
	out := names[0]
	for i, n := range names[1:] {
		if i == len(names)-2 {
			out = fmt.Sprintf("%s and %s", out, n)
		} else {
			out += ", " + n
		}
	}
	return out
}
