// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

var _ = register(finding.Rule{
	ID:       "upload-outside-publisher",
	Severity: finding.Error,
	Waivable: true,
	Title:    "An upload by trusted publishing sits elsewhere than the policy's publisher",
	Why: "The policy names the one workflow and environment that may publish. Another job that uploads by trusted publishing is " +
		"either dead weight, which the index refuses, or a second publisher that somebody registered: a way to the index that " +
		"the policy does not know, and whose environment nobody watches.",
	Bad:        "# policy: publisher: {workflow: release.yml, environment: pypi}\n# nightly.yml uploads to PyPI by trusted publishing, too",
	Good:       "# policy: publisher: {workflow: release.yml, environment: pypi}\n# release.yml, job publish, environment pypi is the only upload",
	References: []string{"SPEC 8: OIDC through Trusted Publishers", "PyPI: trusted publishing security model"},
}, func(a *audit, rule *finding.Rule) {
	for _, k := range a.trusted() {
		j := k.Step.Job
		named, here := a.publishersFor(k)
		if len(named) == 0 {
			continue
		}
		if len(here) == 0 {
			f := a.at(rule, j, k.File, k.Line,
				"remove the upload; or, if the publisher on the index was changed to this file, change publisher.workflow in the policy (a second publisher goes under publishers:)",
				"job %q of %s uploads to %s by trusted publishing; the policy's publisher is %s", j.Job.ID.Value, base(j.File.Path), indexName(k.Index), workflowsOf(named))
			a.add(f)
			continue
		}
		if j.Environment.Written { // that there is none is publish-without-environment's
			a.outsideEnvironment(rule, k)
		}
	}
})

// publishersFor are the publishers that the policy file names for the index of
// an upload, and those of them that are in its file.
func (a *audit) publishersFor(k *graph.Sink) (named, here []*policy.Policy) {
	if !a.in.FromFile {
		return nil, nil
	}
	for _, p := range a.in.Policies {
		if p.Publisher.Workflow == "" && p.Publisher.Environment == "" || k.IndexKnown && canonical(p.Index()) != canonical(k.Index) {
			continue
		}
		named = append(named, p)
		if w := p.Publisher.Workflow; w == "" || policy.Same(w, base(k.Step.Job.File.Path)) || policy.Same(w, base(k.Step.Job.Root.Path)) {
			here = append(here, p)
		}
	}
	return named, here
}

// otherEnvironments are those that the policy has for an upload in a publisher's
// file, where it is in none of them; nil where any will do.
func (a *audit) otherEnvironments(k *graph.Sink) []string {
	var want []string
	_, here := a.publishersFor(k)
	for _, p := range here {
		e, is := p.Publisher.Environment, k.Step.Job.Environment
		if e == "" || e == policy.NoEnvironment || policy.SameName(e, is.Name) || slices.ContainsFunc(is.Names, func(n string) bool { return policy.SameName(e, n) }) {
			return nil // a publisher without environment accepts any
		}
		if !slices.Contains(want, e) {
			want = append(want, e)
		}
	}
	return want
}

// outsideEnvironment judges an upload in a publisher's file by its environment.
func (a *audit) outsideEnvironment(rule *finding.Rule, k *graph.Sink) {
	j := k.Step.Job
	want := a.otherEnvironments(k)
	if len(want) == 0 {
		return
	}
	is, line := shownText(j.Environment.Name), j.Environment.Line
	if !j.Environment.Constant && j.Environment.Names == nil {
		a.skip(rule.Undecided(subject(j), "the environment of job %q is not constant (%s); write %q, as the policy says", j.Job.ID.Value, is, want[0]))
		return
	}
	f := a.at(rule, j, j.File.Path, line,
		"run the job in the policy's environment; or, if the publisher on the index was changed, change publisher.environment in the policy",
		"job %q uploads to %s by trusted publishing in environment %s; %s", j.Job.ID.Value, indexName(k.Index), is, policyHas(want))
	if src := a.source(j.File.Path); strings.Count(src.Line(line), j.Environment.Name) == 1 {
		f.Fix = src.Replace(line, j.Environment.Name, want[0])
	}
	a.add(f)
}

// policyHas says which environments the policy has.
func policyHas(want []string) string {
	return fmt.Sprintf("the policy's publisher has %q", strings.Join(want, `" or "`))
}

// workflowsOf names the workflows of policies, each once.
func workflowsOf(policies []*policy.Policy) string {
	var names []string
	for _, p := range policies {
		if n := shownText(p.Publisher.Workflow); !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	return fewNames(names)
}
