// SPDX-License-Identifier: BSD-3-Clause

package seal

import (
	"fmt"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/pypi"
)

var jobIsNotThePublisher = register(finding.Rule{
	ID:       "job-is-not-the-publisher",
	Severity: finding.Error,
	Title:    "This job is not the publisher that the policy names",
	Why: "The policy says which workflow of which repository, in which environment, publishes the project. The token that GitHub signed for this job " +
		"says something else: a copy of the workflow in a fork, another file, a job outside of the environment and its reviewers. " +
		"The index would refuse some of it; the numeric ids, which show that a name was taken over, it does not compare at all.",
	Bad:        "policy: workflow release.yml, environment pypi; token: workflow nightly.yml, no environment",
	Good:       "policy and token name the same repository, workflow and environment",
	References: []string{"SPEC 8: deployment environment", "PyPI: trusted publishers, security model", "GitHub: OpenID Connect"},
}, func(j *job, rule *finding.Rule) {
	c := j.verified()
	if c == nil {
		return
	}
	p := j.in.Policy.Publisher
	if p.Repository == "" || p.Workflow == "" {
		j.res.Skip(rule.Undecided(thisJob, "the policy does not say which repository and workflow publish (this job is %q of %q); write publisher: {repository: …, workflow: …}", file(c.WorkflowRef), c.Repository))
		return
	}
	var diffs []string
	inAnother := false // environment
	differ := func(what, want, got string) {
		diffs = append(diffs, fmt.Sprintf("%s is %s, the policy says %s", what, orNone(got), orNone(want)))
	}
	if !policy.SameName(p.Repository, c.Repository) {
		differ("the repository", p.Repository, c.Repository)
	}
	if p.RepositoryID != "" && !policy.Same(p.RepositoryID, c.RepositoryID) {
		differ("the repository's numeric id", p.RepositoryID, c.RepositoryID)
	}
	if p.OwnerID != "" && !policy.Same(p.OwnerID, c.RepositoryOwnerID) {
		differ("the owner's numeric id", p.OwnerID, c.RepositoryOwnerID)
	}
	// A job of a reusable workflow has two files; that one of them is not the
	// publisher is for the index's words.
	starts, holds := file(c.WorkflowRef), file(c.JobWorkflowRef)
	if !policy.Same(p.Workflow, starts) && !(policy.Same(p.Workflow, holds) && policy.SameName(p.Repository, repository(c.JobWorkflowRef))) {
		differ("the workflow", p.Workflow, starts)
	}
	switch {
	case p.Environment == "":
		u := rule.Undecided(thisJob, "the policy does not say in which environment the publisher runs (this job is in %s); write publisher: {environment: NAME}, or {environment: none}", orNone(c.Environment))
		u.Blocking = false // the index compares it itself where the publisher has one
		j.res.Skip(u)
	case p.Environment == policy.NoEnvironment:
		if c.Environment != "" {
			differ("the environment", policy.NoEnvironment, c.Environment)
		}
	case !policy.SameName(p.Environment, c.Environment):
		inAnother = true
		differ("the environment", p.Environment, c.Environment)
	}
	if len(diffs) == 0 {
		return
	}
	message := "GitHub's token for this job contradicts the policy: " + strings.Join(diffs, "; ")
	if j.mint.Verdict == pypi.Refuse {
		message += "; the index would answer: " + mintText(j.mint)
	}
	hint := "upload from the job that the policy names; if the publisher on the index is another one, correct publisher in the policy; if nobody is known to have changed either, stop and find out who did"
	if inAnother && len(diffs) == 1 {
		hint = fmt.Sprintf("give this job of .github/workflows/%s the environment: %s; or, if the publisher on the index has another one, correct publisher.environment in the policy", holds, p.Environment)
	}
	j.res.Add(rule.Found(thisJob, hint, "%s", message))
})

// mintText is how the index says no to a token.
func mintText(p pypi.Prediction) string {
	return "invalid-publisher: valid token, but no corresponding publisher (" + p.Message + ")"
}

// named reports whether a finding of a rule has been made already.
func (j *job) named(rule *finding.Rule) bool {
	for _, f := range j.res.Findings {
		if f.Rule == rule.ID {
			return true
		}
	}
	return false
}
