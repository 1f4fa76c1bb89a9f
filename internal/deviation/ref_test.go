// SPDX-License-Identifier: BSD-3-Clause

package deviation_test

func ref(r string) func(claims) claims { return func(c claims) claims { return c.WithRef(r) } }

func policyOf(key, value string) func(*scene) {
	return func(s *scene) { s.policy[key] = value }
}

const (
	wantTag      = `such as "refs/tags/v1.0.0"`
	wantTemplate = `expected "refs/tags/v{version}" for version "1.0.0"`
)

var _ = table("ref", everywhere([]identity{
	{name: "main", claim: ref("refs/heads/main"), rule: "wrong-ref", says: []string{`"refs/heads/main"`, wantTag}},
	{name: "branch named like the tag", claim: ref("refs/heads/v1.0.0"), rule: "wrong-ref", says: []string{`"refs/heads/v1.0.0"`, wantTag}},
	{name: "branch named like the tag's ref", claim: ref("refs/heads/refs/tags/v1.0.0"), rule: "wrong-ref", says: []string{`"refs/heads/refs/tags/v1.0.0"`, wantTag}},
	{name: "pull request", claim: ref("refs/pull/1/merge"), rule: "wrong-ref", says: []string{`"refs/pull/1/merge"`, wantTag}},
	{name: "next version", claim: ref("refs/tags/v1.0.1"), rule: "wrong-ref", says: []string{`"refs/tags/v1.0.1"`, `version "1.0.0"`}},
	{name: "longer version", claim: ref("refs/tags/v11.0.0"), rule: "wrong-ref", says: []string{`"refs/tags/v11.0.0"`, `version "1.0.0"`}},
	{name: "longer ending", claim: ref("refs/tags/v1.0.01.1"), rule: "wrong-ref", says: []string{`"refs/tags/v1.0.01.1"`, `version "1.0.0"`}},
	{name: "pre-release", claim: ref("refs/tags/v1.0.0rc1"), rule: "wrong-ref", says: []string{`"refs/tags/v1.0.0rc1"`, `version "1.0.0"`}},
	{name: "post-release", claim: ref("refs/tags/v1.0.0-1"), rule: "wrong-ref", says: []string{`"refs/tags/v1.0.0-1"`, `version "1.0.0"`}},
	{name: "local version", claim: ref("refs/tags/v1.0.0+evil"), rule: "wrong-ref", says: []string{`"refs/tags/v1.0.0+evil"`, `version "1.0.0"`}},
	{name: "no version", claim: ref("refs/tags/latest"), rule: "wrong-ref", says: []string{`"refs/tags/latest"`, wantTag}},
	{name: "version glued to a name", claim: ref("refs/tags/evil1.0.0"), rule: "wrong-ref", says: []string{`"refs/tags/evil1.0.0"`, wantTag}},
	{name: "version in the middle", claim: ref("refs/tags/v1.0.0/evil"), rule: "wrong-ref", says: []string{`"refs/tags/v1.0.0/evil"`, wantTag}},
	{name: "letter case", claim: ref("refs/Tags/v1.0.0"), rule: "wrong-ref", says: []string{`"refs/Tags/v1.0.0"`, wantTag}},
	{name: "absent", claim: set(func(c *claims) { c.Omit = []int{6, 14} }), rule: "wrong-ref", also: []string{"certificate-contradicts-itself"},
		builds: []string{"predicate-contradicts-certificate"}, says: []string{"nothing", wantTag}},
	{name: "template, prefix", given: policyOf("builder.refs", `["refs/tags/v{version}"]`), claim: ref("refs/tags/evil-v1.0.0"), rule: "wrong-ref", says: []string{`"refs/tags/evil-v1.0.0"`, wantTemplate}},
	{name: "template, folder", given: policyOf("builder.refs", `["refs/tags/v{version}"]`), claim: ref("refs/tags/evil/v1.0.0"), rule: "wrong-ref", says: []string{`"refs/tags/evil/v1.0.0"`, wantTemplate}},
	{name: "template, suffix", given: policyOf("builder.refs", `["refs/tags/v{version}"]`), claim: ref("refs/tags/v1.0.0-evil"), rule: "wrong-ref", says: []string{`"refs/tags/v1.0.0-evil"`, wantTemplate}},
	{name: "template, double v", given: policyOf("builder.refs", `["refs/tags/v{version}"]`), claim: ref("refs/tags/vv1.0.0"), rule: "wrong-ref", says: []string{`"refs/tags/vv1.0.0"`, wantTemplate}},
	{name: "template, other version", given: policyOf("builder.refs", `["refs/tags/v{version}"]`), claim: ref("refs/tags/v1.0.0.1"), rule: "wrong-ref", says: []string{`"refs/tags/v1.0.0.1"`, wantTemplate}},
	{name: "template, tag named in full", given: policyOf("builder.refs", `["refs/tags/v1.0.0"]`), claim: ref("refs/tags/1.0.0"), rule: "wrong-ref", says: []string{`"refs/tags/1.0.0"`, `expected "refs/tags/v1.0.0"`}},
	{name: "template, another branch", given: policyOf("builder.refs", `["refs/heads/release", "refs/tags/v{version}"]`), claim: ref("refs/heads/release2"), rule: "wrong-ref",
		says: []string{`"refs/heads/release2"`, `expected "refs/heads/release" or "refs/tags/v{version}"`}},
}))

var _ = table("commit", everywhere([]identity{
	{name: "other", given: policyOf("builder.commit", commit), claim: func(c claims) claims { return c.WithCommit(otherCommit) }, rule: "wrong-commit",
		says: []string{`"` + otherCommit + `"`, `expected "` + commit + `"`}},
	{name: "shortened", given: policyOf("builder.commit", commit), claim: func(c claims) claims { return c.WithCommit(commit[:12]) }, rule: "wrong-commit",
		says: []string{`"` + commit[:12] + `"`, `expected "` + commit + `"`}},
	{name: "absent", given: policyOf("builder.commit", commit), claim: set(func(c *claims) { c.Omit = []int{3, 13} }), rule: "wrong-commit",
		also: []string{"certificate-contradicts-itself", "wrong-signer-commit"}, builds: []string{"predicate-contradicts-certificate"},
		says: []string{"nothing", `expected "` + commit + `"`}},
	{name: "absent everywhere", claim: set(func(c *claims) { c.Omit = []int{3, 10, 13, 19} }), rule: "wrong-signer-commit",
		builds: []string{"predicate-contradicts-certificate"}, says: []string{"nothing", "expected the source commit"}},
}))

func event(name string) func(claims) claims {
	return func(c claims) claims { return c.WithEvent(name) }
}

const wantEvents = "allowed are push, release, workflow_dispatch"

var _ = table("event", everywhere([]identity{
	{name: "pull_request", claim: event("pull_request"), rule: "wrong-event", says: []string{`"pull_request"`, wantEvents}},
	{name: "pull_request_target", claim: event("pull_request_target"), rule: "wrong-event", says: []string{`"pull_request_target"`, wantEvents}},
	{name: "issue_comment", claim: event("issue_comment"), rule: "wrong-event", says: []string{`"issue_comment"`, wantEvents}},
	{name: "workflow_run", claim: event("workflow_run"), rule: "wrong-event", says: []string{`"workflow_run"`, wantEvents}},
	{name: "schedule", claim: event("schedule"), rule: "wrong-event", says: []string{`"schedule"`, wantEvents}},
	{name: "prefix", claim: event("push_evil"), rule: "wrong-event", says: []string{`"push_evil"`, wantEvents}},
	{name: "not the policy's", given: policyOf("builder.events", "[push]"), claim: event("workflow_dispatch"), rule: "wrong-event", says: []string{`"workflow_dispatch"`, "allowed are push"}},
	{name: "absent", claim: set(func(c *claims) { c.Omit = []int{2, 20} }), rule: "wrong-event", builds: []string{"predicate-contradicts-certificate"}, says: []string{"nothing", wantEvents}},
}))

func machine(kind string) func(claims) claims {
	return set(func(c *claims) { c.RunnerEnvironment = kind })
}

var _ = table("runner", everywhere([]identity{
	{name: "self-hosted", claim: machine("self-hosted"), rule: "self-hosted-runner", says: []string{`"self-hosted"`, `expected "github-hosted"`}},
	{name: "odd", claim: machine("github-hosted-evil"), rule: "self-hosted-runner", says: []string{`"github-hosted-evil"`, `expected "github-hosted"`}},
	{name: "letter case", claim: machine("GitHub-Hosted"), rule: "self-hosted-runner", says: []string{`"GitHub-Hosted"`, `expected "github-hosted"`}},
	{name: "absent", claim: set(func(c *claims) { c.Omit = []int{11} }), rule: "self-hosted-runner", builds: []string{"predicate-contradicts-certificate"}, says: []string{"nothing", `expected "github-hosted"`}},
}))
