// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

var _ = register(finding.Rule{
	ID:       "publish-without-intent",
	Severity: finding.Warning,
	Waivable: true,
	Title:    "A release can be published by a run that nobody started for it",
	Why: "Where a merge, a schedule or a pull request is enough to publish, everything that gets into the branch gets to the " +
		"users: one approved pull request of an attacker, one stolen session of a maintainer. A pushed tag, a published " +
		"release or a dispatched run is an act that somebody has to decide on, and that tag rules and environments can guard.",
	Bad:        "on:\n  push:\n    branches: [main]\njobs:\n  publish: …",
	Good:       "on:\n  push:\n    tags: [\"v*\"]\njobs:\n  publish: …",
	References: []string{"SPEC 8: hardening workflow environment permissions", "PyPI: use tag protection rules"},
}, func(a *audit, rule *finding.Rule) {
	said := map[*graph.Job]bool{}
	for _, k := range a.releases() {
		if said[k.Step.Job] || k.Mints || !releasesTo(k) {
			continue
		}
		var ways []string
		for i, r := range k.Step.Runs {
			if w := withoutIntent(r); w != "" && !(w == "create" && tagOnly(k.Step)) && sends(k, i) && !testIn(k, r.Scenario) && !slices.Contains(ways, w) {
				ways = append(ways, w)
			}
		}
		if len(ways) == 0 {
			continue
		}
		j := k.Step.Job
		said[j] = true
		hint := "publish only from a pushed tag, a published release or workflow_dispatch: limit the triggers, or give the job a condition that says so"
		if containsRef(k.Step) {
			hint = "write startsWith(github.ref, 'refs/tags/') instead of contains(…): a branch may have refs/tags/ in its name as well"
		}
		f := a.at(rule, j, k.Step.CallerFile, k.Step.CallerLine, hint,
			"job %q may upload to %s in a run started by %s; expected an act of the release team, such as a pushed tag", j.Job.ID.Value, indexName(k.Index), strings.Join(ways, " or "))
		if j.Job.If.Value == "" && len(j.Callers) == 0 && onlyTags(k) {
			f.Fix = a.source(j.File.Path).InJob(j.Job, "if: github.event_name == 'push' && github.ref_type == 'tag'")
		}
		a.add(f)
	}
})

// releasesTo reports whether an upload makes a release: by trusted publishing to
// any index but the test index, or with a credential to PyPI.
func releasesTo(k *graph.Sink) bool {
	if k.Credential == sinks.TrustedPublishing {
		return releaseIndex(k) != sinks.TestPyPI
	}
	return k.Credential != sinks.None && !k.Guessed && k.IndexKnown && canonical(k.Index) == sinks.PyPI
}

// containsRef reports whether a condition on the way to an upload looks for a
// tag anywhere in the ref, where only its beginning says that it is one.
func containsRef(s *graph.Step) bool {
	texts := []string{}
	if s.Step != nil {
		texts = append(texts, s.Step.If.Value)
	}
	jobs := append([]*graph.Job{s.Job}, s.Job.Callers...)
	for n := range upstream(s.Job) {
		jobs = append(jobs, n)
	}
	for _, j := range jobs {
		texts = append(texts, j.Job.If.Value)
	}
	return slices.ContainsFunc(texts, func(t string) bool {
		t = strings.ReplaceAll(strings.ToLower(t), " ", "")
		return strings.Contains(t, "contains(github.ref,'refs/tags") || strings.Contains(t, "contains(github.ref,'tags")
	})
}

// tagOnly reports whether a condition of an upload asks for a tag: the event
// create comes with branches and with tags.
func tagOnly(s *graph.Step) bool {
	text := s.Job.Job.If.Value
	if s.Step != nil {
		text += " " + s.Step.If.Value
	}
	text = strings.ReplaceAll(strings.ToLower(text), " ", "")
	return strings.Contains(text, "startswith(github.ref,'refs/tags/") || strings.Contains(text, "ref_type=='tag'")
}

// withoutIntent names a run that somebody may start without meaning a release;
// "" for others, and for those that are other rules' to judge.
func withoutIntent(r graph.Run) string {
	if r.Runs == expr.False {
		return ""
	}
	s := r.Scenario
	switch s.Event {
	case "", "workflow_dispatch", "release", "workflow_call":
		return "" // meant as a release, or its caller's to judge
	case "workflow_run":
		return "" // publish-from-untrusted-event
	case "push":
		if s.Ref.Type == "branch" && !releaseBranch(s.Ref) {
			return "a " + s.String()
		}
		return ""
	case "pull_request":
		if s.Fork != expr.True { // those of forks get no id-token
			return "a pull_request from a branch of the repository"
		}
		return ""
	}
	if slices.Contains(openEvents, s.Event) || slices.Contains(reviewEvents, s.Event) {
		return "" // publish-from-untrusted-event
	}
	return s.Event
}

// releaseBranch reports whether a push to a branch is an act of its own: the
// branch is there for releases.
func releaseBranch(ref expr.GitRef) bool {
	name := ref.Name
	if name == "" && ref.Pattern != nil {
		name = ref.Pattern.String()
	}
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{"release", "publish", "deploy", "pypi"}, func(w string) bool { return strings.Contains(name, w) })
}

// onlyTags reports whether a pushed tag starts the upload, and no other act that
// is meant as a release does.
func onlyTags(k *graph.Sink) bool {
	tags := false
	for i, r := range k.Step.Runs {
		if !sends(k, i) || withoutIntent(r) != "" {
			continue
		}
		if r.Scenario.Event != "push" || r.Scenario.Ref.Type != "tag" {
			if r.Scenario.Event == "pull_request" {
				continue // of a fork, which uploads nothing
			}
			return false
		}
		tags = true
	}
	return tags
}
