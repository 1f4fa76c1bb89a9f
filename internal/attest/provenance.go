// SPDX-License-Identifier: BSD-3-Clause

package attest

import (
	"fmt"
	"strings"

	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/runner"
)

const (
	// buildType is GitHub's, for what a workflow built.
	buildType = "https://actions.github.io/buildtypes/workflow/v1"
	// server is where the repositories of GitHub's token issuer lie, the prefix
	// of every URI in a certificate.
	server = "https://github.com/"
)

type (
	provenanceJSON struct {
		Definition struct {
			BuildType string `json:"buildType"`
			External  struct {
				Workflow workflowJSON `json:"workflow"`
			} `json:"externalParameters"`
			Internal struct {
				GitHub githubJSON `json:"github"`
			} `json:"internalParameters"`
			Dependencies []dependencyJSON `json:"resolvedDependencies"`
		} `json:"buildDefinition"`
		Run struct {
			Builder struct {
				ID string `json:"id"`
			} `json:"builder"`
			Metadata struct {
				Invocation string `json:"invocationId"`
			} `json:"metadata"`
		} `json:"runDetails"`
	}
	workflowJSON struct {
		Ref        string `json:"ref"`
		Repository string `json:"repository"`
		Path       string `json:"path"`
	}
	githubJSON struct {
		Event        string `json:"event_name"`
		RepositoryID string `json:"repository_id"`
		OwnerID      string `json:"repository_owner_id"`
		Runner       string `json:"runner_environment"`
	}
	dependencyJSON struct {
		URI    string     `json:"uri"`
		Digest commitJSON `json:"digest"`
	}
	commitJSON struct {
		Commit string `json:"gitCommit"`
	}
)

// Provenance returns the statement of build provenance about release files, at
// most [MaxSubjects]: SLSA provenance v1 in an in-toto statement v1, as
// GitHub's own action writes it, key for key. Subjects are sorted by name.
//
// Every value comes from the claims of the job's token. A claim that is missing
// or malformed is a [*runner.ClaimError], so that none is ever empty; so are
// claims of another issuer, and a workflow of another repository than the
// run's, for which the format has no place.
func Provenance(claims runner.Claims, subjects []Subject) ([]byte, error) {
	if err := claims.Complete(); err != nil {
		return nil, fmt.Errorf("writing the provenance: %w", err)
	}
	if claims.Issuer != runner.TokenIssuer {
		return nil, fmt.Errorf("writing the provenance: %w", &runner.ClaimError{Claim: "iss", Value: claims.Issuer,
			Problem: fmt.Sprintf("is not %q", runner.TokenIssuer), Hint: "its repositories lie elsewhere than on GitHub"})
	}
	workflow, err := runner.ParseWorkflowRef(claims.WorkflowRef)
	if err != nil || !strings.EqualFold(workflow.Repository, claims.Repository) {
		return nil, fmt.Errorf("writing the provenance: %w", &runner.ClaimError{Claim: "workflow_ref", Value: claims.WorkflowRef,
			Problem: fmt.Sprintf("is not a workflow of the repository %q", claims.Repository), Hint: "release by a workflow of the repository itself"})
	}
	repository := server + claims.Repository
	var p provenanceJSON
	p.Definition.BuildType = buildType
	p.Definition.External.Workflow = workflowJSON{
		Ref: claims.Ref, Repository: repository, Path: ".github/workflows/" + workflow.File,
	}
	p.Definition.Internal.GitHub = githubJSON{
		Event: claims.EventName, RepositoryID: claims.RepositoryID, OwnerID: claims.RepositoryOwnerID, Runner: claims.RunnerEnvironment,
	}
	p.Definition.Dependencies = []dependencyJSON{{"git+" + repository + "@" + claims.Ref, commitJSON{claims.SHA}}}
	p.Run.Builder.ID = server + claims.JobWorkflowRef
	p.Run.Metadata.Invocation = repository + "/actions/runs/" + claims.RunID + "/attempts/" + claims.RunAttempt
	return statement(evidence.PredicateProvenanceV1, p, subjects)
}
