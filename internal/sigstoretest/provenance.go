// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest

import "strings"

// The build types of GitHub's provenance, as written now and in 2024.
const (
	BuildType     = "https://actions.github.io/buildtypes/workflow/v1"
	BuildType2024 = "https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1"
)

type (
	provenanceJSON struct {
		Definition definitionJSON `json:"buildDefinition"`
		Run        runJSON        `json:"runDetails"`
	}
	definitionJSON struct {
		BuildType string `json:"buildType"`
		External  struct {
			Workflow workflowJSON `json:"workflow"`
		} `json:"externalParameters"`
		Internal struct {
			GitHub githubJSON `json:"github"`
		} `json:"internalParameters"`
		Dependencies []dependencyJSON `json:"resolvedDependencies"`
	}
	workflowJSON struct {
		Ref        string `json:"ref"`
		Repository string `json:"repository"`
		Path       string `json:"path"`
	}
	githubJSON struct {
		Event        string  `json:"event_name"`
		RepositoryID string  `json:"repository_id"`
		OwnerID      string  `json:"repository_owner_id"`
		Runner       *string `json:"runner_environment,omitempty"`
	}
	dependencyJSON struct {
		URI    string            `json:"uri"`
		Digest map[string]string `json:"digest"`
	}
	runJSON struct {
		Builder struct {
			ID string `json:"id"`
		} `json:"builder"`
		Metadata struct {
			Invocation string `json:"invocationId"`
		} `json:"metadata"`
	}
)

// workflow returns path and ref of the started workflow within its repository.
func (c Claims) workflow() (path, ref string) {
	path, ref, _ = strings.Cut(strings.TrimPrefix(c.BuildConfigURI, c.SourceRepositoryURI+"/"), "@")
	return path, ref
}

func (c Claims) provenance(buildType, builder string) provenanceJSON {
	var p provenanceJSON
	p.Definition.BuildType = buildType
	w := &p.Definition.External.Workflow
	w.Path, w.Ref = c.workflow()
	w.Repository = c.SourceRepositoryURI
	p.Definition.Internal.GitHub = githubJSON{Event: c.Trigger, RepositoryID: c.RepositoryID, OwnerID: c.OwnerID}
	p.Definition.Dependencies = []dependencyJSON{{
		URI:    "git+" + c.SourceRepositoryURI + "@" + c.SourceRepositoryRef,
		Digest: map[string]string{"gitCommit": c.SourceRepositoryDigest},
	}}
	p.Run.Builder.ID = builder
	p.Run.Metadata.Invocation = c.RunURI
	return p
}

// Provenance returns the SLSA v1 statement that GitHub's attest action writes
// for a run with these claims. For a predicate that contradicts the
// certificate, make it from other claims than the certificate's, or [Edit] it.
func Provenance(c Claims, subjects ...Subject) []byte {
	p := c.provenance(BuildType, c.BuildSignerURI)
	p.Definition.Internal.GitHub.Runner = &c.RunnerEnvironment
	return Statement{Subjects: subjects, PredicateType: ProvenanceV1, Predicate: p}.JSON()
}

// Provenance2024 is the same as written in 2024: another build type, the kind
// of runner as the builder, and no runner_environment.
func Provenance2024(c Claims, subjects ...Subject) []byte {
	p := c.provenance(BuildType2024, GitHubServer+"/actions/runner/"+c.RunnerEnvironment)
	return Statement{Subjects: subjects, PredicateType: ProvenanceV1, Predicate: p}.JSON()
}
