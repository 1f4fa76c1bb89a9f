// SPDX-License-Identifier: BSD-3-Clause

package pypi

import (
	"fmt"
	"strings"

	"github.com/scientific-python/sallyport/internal/policy"
)

// JobClaims are the claims of a job's identity token that the index looks at,
// by the names that GitHub gives them. An empty one is a claim that the token
// does not make.
type JobClaims struct {
	Repository, RepositoryOwner, RepositoryOwnerID string
	Ref, SHA, EventName                            string
	// JobWorkflowRef is the file that holds the job, WorkflowRef the one that
	// started the run: OWNER/REPO/.github/workflows/FILE@REF.
	JobWorkflowRef, WorkflowRef string
	Environment                 string
	ID                          string // jti
}

// Registration is a publisher as it is registered on the index. The index
// itself tells nobody the numeric id: an empty one is not compared.
type Registration struct {
	Publisher
	OwnerID string // decimal digits
}

// Verdict is what the index would do.
type Verdict string

// The verdicts of a prediction.
const (
	Accept Verdict = "accept"
	Refuse Verdict = "refuse"
	// Unknown: it depends on something that only the index knows.
	Unknown Verdict = "unknown"
)

// Prediction is what the index would answer, in its own words.
type Prediction struct {
	Verdict Verdict
	// Message is the index's text where it refuses, and what it depends on
	// where that is not known. It quotes claims: foreign text.
	Message string
	// Claim is the claim that decides, by its name in the token; "" where the
	// index accepts.
	Claim string
}

func refused(claim, format string, args ...any) Prediction {
	return Prediction{Verdict: Refuse, Claim: claim, Message: fmt.Sprintf(format, args...)}
}

// PredictMint predicts whether the index would exchange an identity token with
// these claims for an upload token, if p is the one publisher of its kind that
// the project has: the checks of Warehouse in their order, and the texts that
// come as "valid token, but no corresponding publisher (…)".
//
// The token itself (signature, issuer, audience, single use) is not looked at.
// A publisher that is registered in another spelling than p's is predicted as
// [Unknown]: the index compares the repository as it was registered, letter by
// letter, while its names mean the same to GitHub.
func PredictMint(c JobClaims, p Registration) Prediction {
	if p.Kind != "" && p.Kind != KindGitHub || p.Repository == "" || p.Workflow == "" {
		return Prediction{Verdict: Unknown, Message: "the registered publisher is not known, or not one of GitHub"}
	}
	for _, k := range []struct{ name, value string }{
		{"repository", c.Repository}, {"repository_owner", c.RepositoryOwner}, {"repository_owner_id", c.RepositoryOwnerID},
		{"job_workflow_ref", c.JobWorkflowRef}, {"jti", c.ID}, {"event_name", c.EventName}, {"ref", c.Ref}, {"sha", c.SHA},
	} {
		if k.value == "" {
			return refused(k.name, "Missing claim '%s'", k.name)
		}
	}
	file, ok := workflowFile(c.JobWorkflowRef)
	if !ok {
		return refused("job_workflow_ref", "Could not job extract workflow filename from OIDC claims")
	}
	if claim := lookupFails(c, p, file); claim != "" {
		return refused(claim, "Publisher with matching claims was not found")
	}
	owner, _, _ := strings.Cut(c.Repository, "/")
	if c.RepositoryOwner != owner {
		return refused("repository_owner", "Check failed for required claim 'repository_owner'")
	}
	// The publisher that was found is spelled like the claim.
	truth := c.Repository + "/.github/workflows/" + p.Workflow
	if text := jobWorkflowRefRefused(truth, c.JobWorkflowRef, c.Ref, c.SHA); text != "" {
		return refused("job_workflow_ref", "%s", text)
	}
	if c.EventName == "pull_request_target" {
		return refused("event_name", "Publishing from a workflow invoked via 'pull_request_target' is not supported.")
	}
	if c.Repository != p.Repository {
		return Prediction{Verdict: Unknown, Claim: "repository", Message: fmt.Sprintf(
			"the index compares letter case: it accepts the token if the publisher is registered as %q, as in the token, and not as %q", c.Repository, p.Repository)}
	}
	return Prediction{Verdict: Accept}
}

// lookupFails names the claim by which the index finds no publisher; "" where
// it finds p. Letter case of the repository is left to the caller.
func lookupFails(c JobClaims, p Registration, file string) string {
	switch {
	case !sameRepository(p.Repository, c.Repository):
		return "repository"
	case p.OwnerID != "" && p.OwnerID != c.RepositoryOwnerID:
		return "repository_owner_id"
	case p.Workflow != file:
		return "job_workflow_ref"
	case !sameEnvironment(p.Environment, c.Environment):
		return "environment"
	}
	return ""
}

// sameRepository compares names as GitHub does.
func sameRepository(registered, claim string) bool { return policy.SameName(registered, claim) }

// sameEnvironment compares environments as the index does: a publisher that
// was registered without one takes a job in any.
func sameEnvironment(registered, claim string) bool {
	want, got := strings.ToLower(registered), strings.ToLower(claim)
	return want == "" || want == got
}

// jobWorkflowRefRefused is the index's word on where the job's file lies;
// truth is OWNER/REPO/.github/workflows/FILE. Empty where it agrees.
func jobWorkflowRefRefused(truth, claim, ref, sha string) string {
	if claim == "" {
		return "The job_workflow_ref claim is empty"
	}
	if ref == "" && sha == "" {
		return "The ref and sha claims are empty"
	}
	var expected []string
	for _, at := range []string{ref, sha} {
		if at != "" {
			expected = append(expected, truth+"@"+at)
		}
	}
	if claim == expected[0] || claim == expected[len(expected)-1] {
		return ""
	}
	return fmt.Sprintf("The job_workflow_ref claim does not match, expecting one of %s, got %s", pythonList(expected), pythonText(claim))
}
