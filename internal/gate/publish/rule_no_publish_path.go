// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

var _ = register(finding.Rule{
	ID:          "no-publish-path",
	Severity:    finding.Error,
	OnUnchecked: finding.Block,
	Waivable:    true,
	Title:       "No workflow publishes releases, as far as can be seen",
	Why: "If releases do not leave by a workflow of this repository, they leave by a way that nobody can look at: a maintainer's " +
		"laptop, another repository, a script that is fetched when it runs. An audit that sees no upload has checked nothing, " +
		"and must not say that all is well. A policy that names a workflow which uploads nothing is out of date, or was changed " +
		"to hide where the upload went.",
	Bad:        "# policy: publisher: {workflow: release.yml}\n# and release.yml uploads nothing",
	Good:       "# release.yml uploads to the index by trusted publishing",
	References: []string{"SPEC 8: OIDC through Trusted Publishers", "SPEC 8: document the release process"},
}, func(a *audit, rule *finding.Rule) {
	failed := false
	if a.in.FromFile {
		for _, p := range a.in.Policies {
			failed = a.publisherWithout(rule, p) || failed
		}
	}
	if failed || slices.ContainsFunc(a.releases(), func(k *graph.Sink) bool { return !k.Guessed }) {
		return
	}
	what := "no step of the workflows uploads to an index"
	switch {
	case len(a.in.Graph.Repo.Workflows) == 0:
		what = "there are no workflows in .github/workflows"
	case len(a.releases()) > 0:
		what = "steps of the workflows are handed what looks like a credential for an index, and what they do with it is not known"
	case slices.ContainsFunc(a.in.Graph.Sinks, func(k *graph.Sink) bool { return k.Reachable && !k.DryRun }):
		what = "the workflows upload to channels such as nightly builds only"
	case len(a.in.Graph.Sinks) > 0:
		what = "the uploads in the workflows are in jobs that never run, or send nothing"
	}
	a.skip(rule.Undecided("", "%s, so how releases get to the index cannot be checked; audit the repository that publishes them, or publish by trusted publishing from a workflow here", what))
})

// publisherWithout reports whether the workflow that a policy names uploads
// nothing by trusted publishing, and says so.
func (a *audit) publisherWithout(rule *finding.Rule, p *policy.Policy) bool {
	name := p.Publisher.Workflow
	if name == "" {
		return false
	}
	dead := ""
	for _, k := range a.in.Graph.Sinks {
		j := k.Step.Job
		if k.Reachable && a.saidOfToken(k) && policy.Same(name, base(j.File.Path)) && (!k.IndexKnown || canonical(k.Index) == canonical(p.Index())) {
			return false
		}
		if k.DryRun || k.Credential != sinks.TrustedPublishing && k.Credential != sinks.Unknown ||
			!policy.Same(name, base(j.File.Path)) && !policy.Same(name, base(j.Root.Path)) ||
			k.IndexKnown && canonical(k.Index) != canonical(p.Index()) {
			continue
		}
		if k.Reachable {
			return false
		}
		dead = j.Job.ID.Value
	}
	path := workflow.Folder + "/" + name
	i := slices.IndexFunc(a.in.Graph.Repo.Workflows, func(w *workflow.Workflow) bool { return w.Path == path })
	what := "does not exist"
	switch {
	case dead != "":
		what = "uploads to " + indexName(p.Index()) + " by trusted publishing only in job " + shownText(dead) + ", which never runs"
	case i >= 0 && a.in.Graph.Repo.Workflows[i].Incomplete:
		return false // workflow-unread's, and blocking
	case i >= 0:
		what = "uploads nothing to " + indexName(p.Index()) + " by trusted publishing"
	}
	f := rule.Found("", "name the workflow that uploads under publisher.workflow, or bring the upload back into it",
		"the policy's publisher is workflow %q, which %s; expected the upload of releases in it", name, what)
	f.Location = finding.Location{File: p.Origin.Path, Line: p.Lines["publisher.workflow"]}
	a.add(f)
	return true
}

// saidOfToken reports whether an upload is an error because it goes with a
// token: what it lacks is then said by that rule, and no way is hidden.
func (a *audit) saidOfToken(k *graph.Sink) bool {
	token := k.Credential == sinks.Token || k.Credential == sinks.Ambient
	return token && !k.DryRun && !k.Guessed && !a.library(k.Step.Job) && (offersTrusted(canonical(k.Index)) || !k.IndexKnown && !channelUploader(k))
}
