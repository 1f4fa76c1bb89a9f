// SPDX-License-Identifier: BSD-3-Clause

package runner

import (
	"strings"
	"time"
)

// TokenIssuer is the issuer of GitHub's workflow tokens. Enterprises may have
// one of their own below it; their tokens are refused.
const TokenIssuer = "https://token.actions.githubusercontent.com"

// Claims are what an identity token says of the running job. An empty string
// or a zero time is a claim that the token does not make.
//
// They are the issuer's word only as far as somebody verified the token's
// signature, which this package does not.
type Claims struct {
	Issuer    string    // iss
	Subject   string    // sub
	Audience  string    // aud
	ID        string    // jti: of the token
	Expires   time.Time // exp
	NotBefore time.Time // nbf
	IssuedAt  time.Time // iat

	Repository           string // repository: OWNER/NAME
	RepositoryID         string // repository_id: decimal digits
	RepositoryOwner      string // repository_owner
	RepositoryOwnerID    string // repository_owner_id: decimal digits
	RepositoryVisibility string // repository_visibility: public, internal or private

	Ref          string // ref: refs/…
	RefType      string // ref_type: branch or tag
	RefProtected string // ref_protected: true or false
	SHA          string // sha: commit
	HeadRef      string // head_ref: a pull request's branch, without refs/heads/
	BaseRef      string // base_ref: the branch that it goes to
	EventName    string // event_name: push, release, …

	Workflow string // workflow: its display name
	// WorkflowRef is the entry workflow (workflow_ref) and JobWorkflowRef the
	// file that holds the job (job_workflow_ref), which is another one where
	// the job is a reusable workflow's: OWNER/REPO/.github/workflows/FILE@REF.
	WorkflowRef    string
	WorkflowSHA    string // workflow_sha: commit
	JobWorkflowRef string // REF is refs/… or a commit
	JobWorkflowSHA string // job_workflow_sha: commit

	RunID             string // run_id: decimal digits
	RunNumber         string // run_number: decimal digits
	RunAttempt        string // run_attempt: decimal digits
	CheckRunID        string // check_run_id: of the job
	RunnerEnvironment string // runner_environment: github-hosted or self-hosted
	Environment       string // environment: of the job; "" where it has none
	EnvironmentNodeID string // environment_node_id

	Actor        string // actor
	ActorID      string // actor_id: decimal digits
	Enterprise   string // enterprise: slug
	EnterpriseID string // enterprise_id
}

// claim says where a claim goes and what it must look like.
type claim struct {
	name string
	at   func(*Claims) *string
	// form and ok say what a value must look like; ok is nil where it is text
	// of one line.
	form string
	ok   func(string) bool
	// needed is set for what Fulcio asks of every token of GitHub's: it answers
	// one and the same 400 for any that is missing.
	needed bool
}

// claims lists every claim that is a text, in the order of [Claims].
var claims = []claim{
	{"iss", func(c *Claims) *string { return &c.Issuer }, "", nil, true},
	{"sub", func(c *Claims) *string { return &c.Subject }, "", nil, true},
	{"aud", func(c *Claims) *string { return &c.Audience }, "", nil, true},
	{"jti", func(c *Claims) *string { return &c.ID }, "", nil, false},

	{"repository", func(c *Claims) *string { return &c.Repository }, "OWNER/NAME", validRepository, true},
	{"repository_id", func(c *Claims) *string { return &c.RepositoryID }, "a number", digits.MatchString, true},
	{"repository_owner", func(c *Claims) *string { return &c.RepositoryOwner }, "an owner's name", ownerName.MatchString, true},
	{"repository_owner_id", func(c *Claims) *string { return &c.RepositoryOwnerID }, "a number", digits.MatchString, true},
	{"repository_visibility", func(c *Claims) *string { return &c.RepositoryVisibility }, "public, internal or private", validVisibility, true},

	{"ref", func(c *Claims) *string { return &c.Ref }, "a full ref (refs/…)", validRef, true},
	{"ref_type", func(c *Claims) *string { return &c.RefType }, "", nil, false},
	{"ref_protected", func(c *Claims) *string { return &c.RefProtected }, "", nil, false},
	{"sha", func(c *Claims) *string { return &c.SHA }, "a commit", hexDigest.MatchString, true},
	{"head_ref", func(c *Claims) *string { return &c.HeadRef }, "", nil, false},
	{"base_ref", func(c *Claims) *string { return &c.BaseRef }, "", nil, false},
	{"event_name", func(c *Claims) *string { return &c.EventName }, "an event", eventName.MatchString, true},

	{"workflow", func(c *Claims) *string { return &c.Workflow }, "", nil, false},
	{"workflow_ref", func(c *Claims) *string { return &c.WorkflowRef }, "OWNER/REPO/.github/workflows/FILE@refs/…", validWorkflowRef, true},
	{"workflow_sha", func(c *Claims) *string { return &c.WorkflowSHA }, "a commit", hexDigest.MatchString, true},
	{"job_workflow_ref", func(c *Claims) *string { return &c.JobWorkflowRef }, "OWNER/REPO/.github/workflows/FILE@REF", validJobWorkflowRef, true},
	{"job_workflow_sha", func(c *Claims) *string { return &c.JobWorkflowSHA }, "a commit", hexDigest.MatchString, true},

	{"run_id", func(c *Claims) *string { return &c.RunID }, "a number", digits.MatchString, true},
	{"run_number", func(c *Claims) *string { return &c.RunNumber }, "", nil, false},
	{"run_attempt", func(c *Claims) *string { return &c.RunAttempt }, "a number", digits.MatchString, true},
	{"check_run_id", func(c *Claims) *string { return &c.CheckRunID }, "", nil, false},
	{"runner_environment", func(c *Claims) *string { return &c.RunnerEnvironment }, "github-hosted or self-hosted", runnerKind.MatchString, true},
	{"environment", func(c *Claims) *string { return &c.Environment }, "", nil, false},
	{"environment_node_id", func(c *Claims) *string { return &c.EnvironmentNodeID }, "", nil, false},

	{"actor", func(c *Claims) *string { return &c.Actor }, "", nil, false},
	{"actor_id", func(c *Claims) *string { return &c.ActorID }, "", nil, false},
	{"enterprise", func(c *Claims) *string { return &c.Enterprise }, "", nil, false},
	{"enterprise_id", func(c *Claims) *string { return &c.EnterpriseID }, "", nil, false},
}

// moments lists every claim that is a time.
var moments = []struct {
	name string
	at   func(*Claims) *time.Time
}{
	{"exp", func(c *Claims) *time.Time { return &c.Expires }},
	{"nbf", func(c *Claims) *time.Time { return &c.NotBefore }},
	{"iat", func(c *Claims) *time.Time { return &c.IssuedAt }},
}

func validVisibility(s string) bool { return s == "public" || s == "internal" || s == "private" }

func validWorkflowRef(s string) bool {
	_, err := ParseWorkflowRef(s)
	return err == nil
}

// validJobWorkflowRef allows a commit in the place of the ref, by which
// reusable workflows are called. A file's name may hold an "@" too, so that the
// commit follows the last one.
func validJobWorkflowRef(s string) bool {
	if validWorkflowRef(s) {
		return true
	}
	at := strings.LastIndexByte(s, '@')
	return at > 0 && hexDigest.MatchString(s[at+1:]) && validWorkflowRef(s[:at]+"@refs/heads/commit")
}
