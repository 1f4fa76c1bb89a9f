// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"fmt"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/github"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

var _ = register(finding.Rule{
	ID:       "unprotected-environment",
	Severity: finding.Error,
	Waivable: true,
	Title:    "The environment that publishes protects nothing",
	Why: "GitHub makes an environment the first time that a workflow names it, with no rules at all. It then looks like a locked " +
		"door and is an open one: whoever may push a branch publishes. Only a reviewer, or a rule on which tags may deploy, makes it hold.",
	Bad:        "environment pypi: no required reviewers, deployment from all branches and tags",
	Good:       "environment pypi: one required reviewer; deployment from tags that match v*",
	References: []string{"SPEC 8: use GitHub Actions environments", "SPEC 8: require multiple release team members to approve", "PyPI: trusted publishing security model"},
}, func(a *audit, rule *finding.Rule) {
	seen := map[string]bool{}
	for _, k := range a.trusted() {
		j := k.Step.Job
		name := j.Environment.Name
		if !j.Environment.Written || seen[strings.ToLower(name)] {
			continue
		}
		seen[strings.ToLower(name)] = true
		if !j.Environment.Constant {
			u := rule.Undecided(subject(j), "the environment is chosen when the workflow runs (%q), so its rules could not be looked up; write its name", name)
			u.Blocking = len(j.Environment.Names) == 0 // it may be one that nobody protects
			a.skip(u)
			continue
		}
		if a.in.Settings.WhyNot != "" {
			a.skip(rule.Undecided(subject(j), "%s; %s", a.in.Settings.WhyNot, compareByHand(name)))
			continue
		}
		answer := a.in.Settings.GitHub.Environment(name)
		if answer.Err != nil {
			a.skip(rule.Undecided(subject(j), "the environment %q could not be read: %s; %s", name, whyUnread(answer.Err), compareByHand(name)))
			continue
		}
		a.environment(rule, k, answer.Value)
	}
})

func compareByHand(name string) string {
	return fmt.Sprintf("compare under Settings > Environments > %s: a required reviewer, or deployment limited to the tags of releases", name)
}

// environment judges one environment's rules.
func (a *audit) environment(rule *finding.Rule, k *graph.Sink, e github.Environment) {
	j := k.Step.Job
	at := func(what string, args ...any) finding.Finding {
		return a.at(rule, j, j.File.Path, j.Environment.Line,
			"under Settings > Environments > "+e.Name+": require a reviewer, and allow deployment from the tags of releases only (such as v*)", what, args...)
	}
	if e.Missing {
		a.add(at("the repository has no environment %q yet; GitHub makes it when the job first runs, without any protection", e.Name))
		return
	}
	if e.Gated() == github.Yes {
		if e.RequiresReview && !e.PreventSelfReview {
			f := at("environment %q asks for a review, which whoever started the run may give alone", e.Name)
			f.Severity, f.Hint = finding.Note, "tick \"Prevent self-review\" there where the team has two or more release managers"
			a.add(f)
		}
		return
	}
	branches, whyBranches := e.Open(false)
	tags, whyTags := e.Open(true)
	switch {
	case branches == github.Yes:
		a.add(at("environment %q has no reviewer, and any branch may deploy to it: %s", e.Name, whyBranches))
	case tags == github.Yes:
		a.add(at("environment %q has no reviewer, and any tag may deploy to it: %s", e.Name, whyTags))
	case branches == github.Unknown || tags == github.Unknown || e.Gated() == github.Unknown:
		why := whyBranches
		if branches != github.Unknown {
			why = whyTags
		}
		a.skip(rule.Undecided(subject(j), "what protects environment %q could not be read whole (%s); %s", e.Name, why, compareByHand(e.Name)))
	}
}
