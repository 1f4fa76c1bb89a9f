// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"fmt"
	"slices"
	"strings"

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
		"or upload what it likes by itself. So whatever is not known to be harmless counts: a program or an action that is in no table, a command that " +
		"an expression puts together. This is how Ultralytics 8.3.41 came onto PyPI, correctly signed.",
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
		if !publishesIn(accepting, j) && a.forWantOfEnvironment(accepting) {
			continue // publish-without-environment names it
		}
		found := a.foreignDeeds(j)
		if len(found) == 0 {
			continue
		}
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
	publishes := publishesIn(accepting, j)
	names := []string{}
	test := true
	for _, p := range accepting {
		if n := shortIndex(p.index); !slices.Contains(names, n) {
			names = append(names, n)
		}
		test = test && p.index == sinks.TestPyPI
	}
	slices.Sort(names) // PyPI before TestPyPI
	d := found[0]
	other := "also runs other code"
	can := "can get " + list(names) + "'s upload token (id-token: write)"
	hint := "move this into a job without id-token: write that ends with actions/upload-artifact; the publishing job then only downloads the files and uploads them"
	switch {
	case !publishes:
		other = "runs code"
		can += ", although it publishes nothing: the publisher has no environment that would tell it from the publishing job"
		hint = "take id-token: write from this job; or give the publishing job an environment of its own and name it in the publisher on the index"
	case len(a.accepting(j)) == 0:
		can = "has id-token: write, uploads to " + list(names)
	case ofReleaser(j):
		hint = "run populate-release in a job without id-token: write, and finalize-release, with its release_url as a job output, in a job of its own"
	case !slices.ContainsFunc(found, func(d deed) bool { return d.kind != installs }):
		hint = "install nothing here: upload with pypa/gh-action-pypi-publish, pinned by commit, or install with pip's --require-hashes from a file of fixed versions"
	}
	if publishes && !slices.ContainsFunc(found, func(d deed) bool { return d.kind != unheard }) {
		other = "also runs what is not known here"
	}
	f := a.at(rule, j, d.file, d.line, hint, "job %q %s and %s: %s; that code could upload in your name", j.Job.ID.Value, can, other, deedNames(found))
	if publishes {
		f.Fix = a.splitSketch(j, uploadOf(accepting, j))
	}
	if test {
		f.Severity = finding.Warning
	}
	return f
}

// publishesIn reports whether one of the publishers' uploads is in a job.
func publishesIn(accepting []*publisher, j *graph.Job) bool { return uploadOf(accepting, j) != nil }

// uploadOf is the first upload of the publishers in a job, PyPI's before
// others; nil for none.
func uploadOf(accepting []*publisher, j *graph.Job) *graph.Sink {
	var found *graph.Sink
	for _, p := range accepting {
		for _, k := range p.sinks {
			if k.Step.Job == j && (found == nil || canonical(found.Index) != sinks.PyPI && canonical(k.Index) == sinks.PyPI) {
				found = k
			}
		}
	}
	return found
}

// deedNames names what a job does, with lines, for a message.
func deedNames(all []deed) string {
	var names []string
	for _, d := range all {
		if n := d.what + " (line " + itoa(d.line) + ")"; !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	if len(names) > 4 {
		return strings.Join(names[:3], ", ") + " and " + itoa(len(names)-3) + " more"
	}
	return list(names)
}

// shortIndex is how messages name an index in passing.
func shortIndex(index string) string {
	switch canonical(index) {
	case sinks.PyPI:
		return "PyPI"
	case sinks.TestPyPI:
		return "TestPyPI"
	}
	return indexName(index)
}

// foreignDeeds are what a job runs of others' code in runs that can have an
// id-token, in the order of its steps.
func (a *audit) foreignDeeds(j *graph.Job) []deed {
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
	slices.SortStableFunc(found, func(x, y deed) int { return x.step.Index - y.step.Index })
	return found
}

// forWantOfEnvironment reports whether publishers accept a job only because
// the job that publishes has no environment, which is a finding of its own.
func (a *audit) forWantOfEnvironment(accepting []*publisher) bool {
	trusted := a.trusted()
	return !slices.ContainsFunc(accepting, func(p *publisher) bool {
		said := slices.ContainsFunc(p.sinks, func(k *graph.Sink) bool { return slices.Contains(trusted, k) && !k.Step.Job.Environment.Written })
		return !said || !p.known || p.environment != "" || p.policy != nil && p.policy.Publisher.Environment != ""
	})
}

// alsoAccepted says which other jobs the index accepts for want of an
// environment and what they run, for the end of a message about a job that
// publishes; "" for none.
func (a *audit) alsoAccepted(publishing *graph.Job) string {
	var names []string
	for _, j := range a.in.Graph.Jobs {
		if j == publishing || j.File != publishing.File || j.Calls || j.Remote != nil {
			continue
		}
		accepting := a.accepting(j)
		found := a.foreignDeeds(j)
		if len(accepting) == 0 || len(found) == 0 || publishesIn(accepting, j) || !a.forWantOfEnvironment(accepting) {
			continue
		}
		if n := shownText(j.Job.ID.Value) + ", which has id-token: write and runs " + deedNames(found); !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "; the index also accepts job " + strings.Join(names, ", and job ")
}

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
