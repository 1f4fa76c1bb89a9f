// SPDX-License-Identifier: BSD-3-Clause

// Package seal judges what the job that uploads can know of itself before the
// upload: whether it is the publisher that the index knows, what the index
// will say to its token and its attestations, whether the files were verified
// in this very run, and whether anything lies in sight by which they could go
// out in another way.
//
// It sees facts that the readers collected, and reads nothing. Claims count
// only where their signature was verified; the credentials are names, and the
// environment that they were found in is no proof that there are no others.
package seal

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/pypi"
	"github.com/scientific-python/sallyport/internal/runner"
)

// Input is what is judged.
type Input struct {
	// Claims are those of a token that [runner.Runner.VerifiedToken] gave, of
	// no other; nil where there is none, and WhyNoClaims says why.
	Claims      *runner.Claims
	WhyNoClaims string
	// Policy is with its defaults.
	Policy *policy.Policy
	// Commit and Run are the ledger's: the commit that the files were built
	// from, and the number of the run that verified them. Both are "" without a
	// ledger, which is for the hand-off gate to report.
	Commit, Run string
	// Credentials and Unseen are what [runner.Credentials] found, Looked says
	// that it was asked.
	Credentials []runner.Credential
	Unseen      []runner.Unseen
	Looked      bool
}

// Judge applies every rule of the package.
func Judge(in Input) finding.Set {
	if in.Policy == nil {
		in.Policy = policy.New()
	}
	j := &job{in: in}
	if in.Claims != nil {
		j.claims = indexClaims(*in.Claims)
		j.mint = pypi.PredictMint(j.claims, registration(in.Policy))
		j.attestation = pypi.PredictAttestation(j.claims, registration(in.Policy))
	}
	for _, c := range checks {
		c(j)
	}
	return j.res
}

// job is the job that uploads.
type job struct {
	in     Input
	claims pypi.JobClaims
	// mint and attestation are what the index would say, zero without claims.
	mint, attestation pypi.Prediction
	res               finding.Set
}

// verified returns the claims, or nil: claims-unverified has said so then, for
// every rule that needs them.
func (j *job) verified() *runner.Claims { return j.in.Claims }

var (
	checks   []func(*job)
	allRules []*finding.Rule
)

// register puts a rule and its check into the list; each rule's file calls it
// once. A check that asks [job.named] for another rule's variable runs after
// that rule's, since Go initialises a variable after those that it refers to.
func register(rule finding.Rule, check func(*job, *finding.Rule)) *finding.Rule {
	rule.Gate = finding.Publish
	if rule.OnUnchecked == "" {
		rule.OnUnchecked = finding.Block
	}
	p := &rule
	allRules = append(allRules, p)
	checks = append(checks, func(j *job) { check(j, p) })
	return p
}

// Rules returns the rules, sorted by id.
func Rules() []finding.Rule {
	out := make([]finding.Rule, len(allRules))
	for i, r := range allRules {
		out[i] = *r
	}
	slices.SortFunc(out, func(a, b finding.Rule) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// Classify reads an upload token offline, for [runner.CredentialOptions].
func Classify(token string) (runner.TokenClass, bool) {
	m, err := pypi.ParseMacaroon(token)
	if err != nil {
		return runner.TokenClass{}, false
	}
	return runner.TokenClass{Host: m.Host, Origin: string(m.Origin), Scope: string(m.Scope)}, true
}

// thisJob is the subject of what is about no file.
const thisJob = "this job"

// indexClaims are the claims that the index looks at.
func indexClaims(c runner.Claims) pypi.JobClaims {
	return pypi.JobClaims{
		Repository: c.Repository, RepositoryOwner: c.RepositoryOwner, RepositoryOwnerID: c.RepositoryOwnerID,
		Ref: c.Ref, SHA: c.SHA, EventName: c.EventName, JobWorkflowRef: c.JobWorkflowRef, WorkflowRef: c.WorkflowRef,
		Environment: c.Environment, ID: c.ID,
	}
}

// registration is the publisher as the policy says that it is registered. An
// environment that the policy does not say is left open, and
// [jobIsNotThePublisher] says so.
func registration(p *policy.Policy) pypi.Registration {
	environment := p.Publisher.Environment
	if environment == policy.NoEnvironment {
		environment = ""
	}
	return pypi.Registration{
		Publisher: pypi.Publisher{Kind: pypi.KindGitHub, Repository: p.Publisher.Repository, Workflow: p.Publisher.Workflow, Environment: environment},
		OwnerID:   p.Publisher.OwnerID,
	}
}

// file is the name of the workflow file in OWNER/REPO/.github/workflows/FILE@REF,
// or the text as it is.
func file(ref string) string {
	if w, err := runner.ParseWorkflowRef(ref); err == nil {
		return w.File
	}
	// A reusable workflow that is called by commit.
	if at := strings.LastIndexByte(ref, '@'); at > 0 {
		if w, err := runner.ParseWorkflowRef(ref[:at] + "@refs/heads/commit"); err == nil {
			return w.File
		}
	}
	return ref
}

// repository is OWNER/REPO of a workflow ref.
func repository(ref string) string {
	owner, rest, _ := strings.Cut(ref, "/")
	repo, _, _ := strings.Cut(rest, "/")
	return owner + "/" + repo
}

// orNone shows a value, or that there is none.
func orNone(value string) string {
	if value == "" {
		return "none"
	}
	return strconv.Quote(value)
}
