// SPDX-License-Identifier: BSD-3-Clause

package deviation_test

import "testing"

// statement changes the wheel's statement.
func statement(name, base string, change func(testing.TB, []byte) []byte, rule string, says ...string) row {
	return row{name: name, base: base, rule: rule, says: says,
		do: func(s *scene) { s.change(func(a *attestation) { a.edit = change }, wheelBuild) }}
}

// without leaves one value out of the predicate.
func without(name, base, at, says string) row {
	return statement("without "+name, base, remove("/predicate"+at), "incomplete-predicate", "does not state", says)
}

// as puts one value into the predicate.
func as(at string, value any) func(testing.TB, []byte) []byte { return edit("/predicate"+at, value) }

var _ = table("incomplete predicate", []row{
	without("repository", "", workflowAt+"/repository", "repository"),
	without("ref", "", workflowAt+"/ref", "ref"),
	without("path", "", workflowAt+"/path", "workflow path"),
	without("commit", "", dependency+"/digest", "commit"),
	without("dependencies", "", definition+"/resolvedDependencies", "commit"),
	without("builder id", "", builderAt, "builder id"),
	without("builder", "", "/runDetails/builder", "builder id"),
	without("invocation", "", metadataAt, "invocation"),
	without("run", "", "/runDetails", "invocation, builder id"),
	without("event", "", internalAt+"/event_name", "event"),
	without("repository id", "", internalAt+"/repository_id", "repository id"),
	without("owner id", "", internalAt+"/repository_owner_id", "owner id"),
	without("workflow", "", workflowAt, "workflow path"),
	statement("no dependencies", "", as(definition+"/resolvedDependencies", []any{}), "incomplete-predicate", "does not state", "commit"),
	statement("commit null", "", as(dependency+"/digest/gitCommit", nil), "incomplete-predicate", "does not state", "commit"),
	without("commit, 2024", "old2024", dependency+"/digest", "commit"),
	without("builder id, 2024", "old2024", builderAt, "builder id"),
	without("builder id, v0.2", "generic", "/builder/id", "builder id"),
	without("entry point, v0.2", "generic", configAt+"/entryPoint", "workflow path"),
	without("metadata, v0.2", "generic", "/metadata", "invocation"),

	statement("unknown build type", "", as(definition+"/buildType", "https://example.com/my-build/v1"), "unknown-build-type", `"https://example.com/my-build/v1"`),
	statement("longer build type", "", as(definition+"/buildType", "https://actions.github.io/buildtypes/workflow/v1.1"), "unknown-build-type", `"https://actions.github.io/buildtypes/workflow/v1.1"`),
	statement("no build type", "", remove("/predicate"+definition+"/buildType"), "unknown-build-type", "nothing"),
	statement("unknown build type, v0.2", "generic", as("/buildType", "https://github.com/slsa-framework/slsa-github-generator/evil@v1"), "unknown-build-type", "slsa-github-generator/evil@v1"),
	statement("no predicate", "", remove("/predicate"), "unknown-build-type", "nothing"),
	statement("predicate null", "", as("", nil), "unknown-build-type", "nothing"),
	statement("predicate is a list", "", as("", []any{}), "unknown-build-type", "predicate"),
	statement("id is a number", "", as(internalAt+"/repository_id", 100200300), "unknown-build-type", "repository_id"),
	statement("dependencies are no list", "", as(definition+"/resolvedDependencies", map[string]any{}), "unknown-build-type", "resolvedDependencies"),
	statement("wrong-case key", "", as(definition+"/BuildType", "x"), "unknown-build-type", "BuildType"),

	statement("external parameter", "", as(definition+"/externalParameters/patch", "https://example.com/x.diff"), "unknown-external-parameters", "externalParameters.patch"),
	statement("inputs", "", as(definition+"/externalParameters/inputs", map[string]any{"debug": "1"}), "unknown-external-parameters", "externalParameters.inputs"),
	statement("workflow key", "", as(workflowAt+"/inputs", map[string]any{}), "unknown-external-parameters", "externalParameters.workflow.inputs"),
	statement("external parameter, 2024", "old2024", as(definition+"/externalParameters/patch", "x"), "unknown-external-parameters", "externalParameters.patch"),
	statement("parameter, v0.2", "generic", as("/invocation/parameters/patch", "x"), "unknown-external-parameters", "invocation.parameters.patch"),
})
