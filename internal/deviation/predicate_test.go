// SPDX-License-Identifier: BSD-3-Clause

package deviation_test

import "slices"

// lie is a predicate with one value that is not the certificate's.
type lie struct {
	name, at string
	value    any
	says     []string
}

// lies makes rows in which the wheel's provenance tells one lie each.
func lies(base string, list []lie) []row {
	var rows []row
	for _, l := range list {
		rows = append(rows, row{
			name: l.name, base: base,
			do: func(s *scene) {
				s.change(func(a *attestation) { a.edit = edit("/predicate"+l.at, l.value) }, wheelBuild)
			},
			rule: "predicate-contradicts-certificate", says: slices.Concat([]string{"the certificate says"}, l.says),
		})
	}
	return rows
}

const (
	definition  = "/buildDefinition"
	workflowAt  = definition + "/externalParameters/workflow"
	internalAt  = definition + "/internalParameters/github"
	dependency  = definition + "/resolvedDependencies/0"
	builderAt   = "/runDetails/builder/id"
	metadataAt  = "/runDetails/metadata/invocationId"
	sourceURI   = "git+" + repoURL + "@refs/tags/v1.0.0"
	evilURL     = "https://github.com/evil/samplepkg"
	evilBuilder = repoURL + "/.github/workflows/evil.yml@refs/tags/v1.0.0"
)

// v1Lies hold for SLSA provenance v1 in every shape.
var v1Lies = []lie{
	{"repository", workflowAt + "/repository", evilURL, []string{`"` + evilURL + `"`, `"` + repoURL + `"`}},
	{"repository, letter case", workflowAt + "/repository", "https://github.com/Octo-Sci/samplepkg", []string{`"https://github.com/Octo-Sci/samplepkg"`, `"` + repoURL + `"`}},
	{"repository, empty", workflowAt + "/repository", "", []string{`""`, `"` + repoURL + `"`}},
	{"ref", workflowAt + "/ref", "refs/heads/main", []string{`"refs/heads/main"`, `"refs/tags/v1.0.0"`}},
	{"ref, short", workflowAt + "/ref", "v1.0.0", []string{`"v1.0.0"`, `"refs/tags/v1.0.0"`}},
	{"path", workflowAt + "/path", ".github/workflows/evil.yml", []string{`".github/workflows/evil.yml"`, `".github/workflows/release.yml"`}},
	{"event", internalAt + "/event_name", "workflow_dispatch", []string{`"workflow_dispatch"`, `"push"`}},
	{"repository id", internalAt + "/repository_id", "999999999", []string{`"999999999"`, `"100200300"`}},
	{"owner id", internalAt + "/repository_owner_id", "777777", []string{`"777777"`, `"400500"`}},
	{"commit", dependency + "/digest/gitCommit", otherCommit, []string{otherCommit, commit}},
	{"commit, shortened", dependency + "/digest/gitCommit", commit[:12], []string{commit[:12], commit}},
	{"commit, under another name", dependency + "/digest/sha1", otherCommit, []string{otherCommit, commit}},
	{"dependency", dependency + "/uri", "git+" + evilURL + "@refs/tags/v1.0.0", []string{`"` + evilURL + `"`, `"` + repoURL + `"`}},
	{"dependency's ref", dependency + "/uri", "git+" + repoURL + "@refs/heads/main", []string{`"refs/heads/main"`, `"refs/tags/v1.0.0"`}},
	{"dependency without git", dependency + "/uri", repoURL + "@refs/tags/v1.0.0", []string{`"` + repoURL + `"`}},
	{"second dependency's commit", definition + "/resolvedDependencies/-", source(sourceURI, otherCommit), []string{otherCommit, commit}},
	{"second dependency's ref", definition + "/resolvedDependencies/-", source("git+"+repoURL+"@refs/heads/main", commit), []string{`"refs/heads/main"`, `"refs/tags/v1.0.0"`}},
	{"second dependency, letter case", definition + "/resolvedDependencies/-", source("git+https://github.com/Octo-Sci/SamplePkg@refs/heads/main", otherCommit), []string{"Octo-Sci/SamplePkg"}},
	{"second dependency, dot git", definition + "/resolvedDependencies/-", source("git+"+repoURL+".git@refs/heads/main", otherCommit), []string{"samplepkg.git"}},
	{"another run", metadataAt, repoURL + "/actions/runs/1/attempts/1", []string{"runs/1/attempts/1", runURL}},
	{"another attempt", metadataAt, repoURL + "/actions/runs/11122233344/attempts/2", []string{"attempts/2", runURL}},
	{"no attempt", metadataAt, repoURL + "/actions/runs/11122233344", []string{runURL}},
}

func source(uri, commit string) map[string]any {
	return map[string]any{"uri": uri, "digest": map[string]string{"gitCommit": commit}}
}

var _ = table("predicate", lies("", slices.Concat(v1Lies, []lie{
	{"builder", builderAt, evilBuilder, []string{evilBuilder, ownWorkflow}},
	{"builder, as it was in 2024", builderAt, "https://github.com/actions/runner/github-hosted", []string{"actions/runner/github-hosted", ownWorkflow}},
	{"runner", internalAt + "/runner_environment", "self-hosted", []string{`"self-hosted"`, `"github-hosted"`}},
})), forged())

var _ = table("predicate of 2024", lies("old2024", slices.Concat(v1Lies, []lie{
	{"runner", builderAt, "https://github.com/actions/runner/self-hosted", []string{`"self-hosted"`, `"github-hosted"`}},
	{"builder", builderAt, evilBuilder, []string{evilBuilder, ownWorkflow}},
})))

// forged are whole predicates of another run than the certificate's.
func forged() []row {
	other := func(name string, change func(claims) claims, says ...string) row {
		return row{name: "all of " + name, do: func(s *scene) {
			s.change(func(a *attestation) { c := change(a.claims); a.predicate = &c }, wheelBuild)
		}, rule: "predicate-contradicts-certificate", says: says}
	}
	return []row{
		other("another repository", repository("evil/samplepkg"), evilURL, repoURL),
		other("another commit", func(c claims) claims { return c.WithCommit(otherCommit) }, otherCommit, commit),
		other("another tag", ref("refs/tags/v2.0.0"), `"refs/tags/v2.0.0"`, `"refs/tags/v1.0.0"`),
		other("another workflow", workflow("evil.yml"), `".github/workflows/evil.yml"`, `".github/workflows/release.yml"`),
		other("another signer", reusable(attestURL+"@"+attestCommit, attestCommit), attestURL, ownWorkflow),
	}
}

// Provenance v0.2 of slsa-github-generator.
const (
	configAt = "/invocation/configSource"
	environ  = "/invocation/environment"
	material = "/materials/0"
)

var _ = table("predicate v0.2", lies("generic", []lie{
	{"builder", "/builder/id", evilBuilder, []string{evilBuilder, "generator_generic_slsa3.yml@refs/tags/v2.1.0"}},
	{"repository", configAt + "/uri", "git+" + evilURL + "@refs/tags/v1.0.0", []string{`"` + evilURL + `"`, `"` + repoURL + `"`}},
	{"ref", configAt + "/uri", "git+" + repoURL + "@refs/heads/main", []string{`"refs/heads/main"`, `"refs/tags/v1.0.0"`}},
	{"commit", configAt + "/digest/sha1", otherCommit, []string{otherCommit, commit}},
	{"path", configAt + "/entryPoint", ".github/workflows/evil.yml", []string{`".github/workflows/evil.yml"`, `".github/workflows/release.yml"`}},
	{"event", environ + "/github_event_name", "pull_request", []string{`"pull_request"`, `"push"`}},
	{"environment's ref", environ + "/github_ref", "refs/heads/main", []string{`"refs/heads/main"`, `"refs/tags/v1.0.0"`}},
	{"environment's commit", environ + "/github_sha1", otherCommit, []string{otherCommit, commit}},
	{"repository id", environ + "/github_repository_id", "999999999", []string{`"999999999"`, `"100200300"`}},
	{"owner id", environ + "/github_repository_owner_id", "777777", []string{`"777777"`, `"400500"`}},
	{"environment's run", environ + "/github_run_id", "1", []string{"runs/1/attempts/1", runURL}},
	{"environment's attempt", environ + "/github_run_attempt", "7", []string{"attempts/7", runURL}},
	{"invocation", "/metadata/buildInvocationID", "1-1", []string{"runs/1/attempts/1", runURL}},
	{"attempt", "/metadata/buildInvocationID", "11122233344-2", []string{"attempts/2", runURL}},
	{"invocation without attempt", "/metadata/buildInvocationID", "11122233344", []string{runURL}},
	{"material", material + "/uri", "git+" + evilURL + "@refs/tags/v1.0.0", []string{`"` + evilURL + `"`, `"` + repoURL + `"`}},
	{"material's ref", material + "/uri", "git+" + repoURL + "@refs/heads/main", []string{`"refs/heads/main"`, `"refs/tags/v1.0.0"`}},
	{"material's commit", material + "/digest/sha1", otherCommit, []string{otherCommit, commit}},
	{"second material's commit", "/materials/-", map[string]any{"uri": sourceURI, "digest": map[string]string{"sha1": otherCommit}}, []string{otherCommit, commit}},
}))
