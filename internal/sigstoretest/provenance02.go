// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest

import (
	"path"
	"strings"
)

// The generic generator of slsa-github-generator, at the release that
// [Claims.WithGenericGenerator] claims.
const (
	GenericBuildType       = GitHubServer + "/slsa-framework/slsa-github-generator/generic@v1"
	GenericGenerator       = GitHubServer + "/slsa-framework/slsa-github-generator/.github/workflows/generator_generic_slsa3.yml@refs/tags/v2.1.0"
	GenericGeneratorCommit = "5b2d0e94c1a7386f0db8e52749c6f1a30e8d7b46"
)

// WithGenericGenerator makes slsa-github-generator's reusable workflow the
// signer, as for statements by [ProvenanceV02].
func (c Claims) WithGenericGenerator() Claims {
	return c.WithReusable(GenericGenerator, GenericGeneratorCommit)
}

type (
	predicate02 struct {
		Builder struct {
			ID string `json:"id"`
		} `json:"builder"`
		BuildType  string `json:"buildType"`
		Invocation struct {
			Source struct {
				URI        string            `json:"uri"`
				Digest     map[string]string `json:"digest"`
				EntryPoint string            `json:"entryPoint"`
			} `json:"configSource"`
			Parameters  map[string]any `json:"parameters"`
			Environment map[string]any `json:"environment"`
		} `json:"invocation"`
		Metadata struct {
			ID           string `json:"buildInvocationID"`
			Completeness struct {
				Parameters  bool `json:"parameters"`
				Environment bool `json:"environment"`
				Materials   bool `json:"materials"`
			} `json:"completeness"`
			Reproducible bool `json:"reproducible"`
		} `json:"metadata"`
		Materials []dependencyJSON `json:"materials"`
	}
)

// ProvenanceV02 returns the SLSA v0.2 statement, in a Statement v0.1, that
// slsa-github-generator's generic generator writes for a run with these
// claims. The event's payload is cut down to what names the repository.
func ProvenanceV02(c Claims, subjects ...Subject) []byte {
	var p predicate02
	p.Builder.ID = c.BuildSignerURI
	p.BuildType = GenericBuildType

	source := dependencyJSON{
		URI:    "git+" + c.SourceRepositoryURI + "@" + c.SourceRepositoryRef,
		Digest: map[string]string{"sha1": c.SourceRepositoryDigest},
	}
	p.Invocation.Source.URI, p.Invocation.Source.Digest = source.URI, source.Digest
	p.Invocation.Source.EntryPoint, _ = c.workflow()
	p.Invocation.Parameters = map[string]any{}
	p.Invocation.Environment = c.environment02()

	run, attempt := c.run()
	p.Metadata.ID = run + "-" + attempt
	p.Metadata.Completeness.Parameters = true
	p.Materials = []dependencyJSON{source}

	return mustMarshal(struct {
		Type          string        `json:"_type"`
		PredicateType string        `json:"predicateType"`
		Subjects      []subjectJSON `json:"subject"`
		Predicate     predicate02   `json:"predicate"`
	}{StatementV01, ProvenanceV0_2, subjectsJSON(subjects), p})
}

// run returns number and attempt of the run, from its URI.
func (c Claims) run() (id, attempt string) {
	before, attempt, _ := strings.Cut(c.RunURI, "/attempts/")
	return path.Base(before), attempt
}

func (c Claims) environment02() map[string]any {
	owner, _, _ := strings.Cut(c.Repository(), "/")
	kind := "branch"
	if strings.HasPrefix(c.SourceRepositoryRef, "refs/tags/") {
		kind = "tag"
	}
	run, attempt := c.run()
	return map[string]any{
		"github_actor":      "octo-maintainer",
		"github_actor_id":   "600700",
		"github_base_ref":   "",
		"github_event_name": c.Trigger,
		"github_event_payload": map[string]any{
			"after": c.SourceRepositoryDigest,
			"ref":   c.SourceRepositoryRef,
			"repository": map[string]any{
				"full_name":  c.Repository(),
				"html_url":   c.SourceRepositoryURI,
				"owner":      map[string]any{"login": owner},
				"visibility": c.Visibility,
			},
		},
		"github_head_ref":            "",
		"github_ref":                 c.SourceRepositoryRef,
		"github_ref_type":            kind,
		"github_repository_id":       c.RepositoryID,
		"github_repository_owner":    owner,
		"github_repository_owner_id": c.OwnerID,
		"github_run_attempt":         attempt,
		"github_run_id":              run,
		"github_run_number":          "42",
		"github_sha1":                c.SourceRepositoryDigest,
	}
}
