// SPDX-License-Identifier: BSD-3-Clause

package evidence

import (
	"encoding/json"
	"fmt"
	"sort"
	"strings"

	"github.com/scientific-python/sallyport/internal/strictjson"
)

// Build types whose predicates sallyport reads.
const (
	buildTypeActions   = "https://actions.github.io/buildtypes/workflow/v1"
	buildTypeActions24 = "https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1"
	buildTypeGeneric   = "https://github.com/slsa-framework/slsa-github-generator/generic@v1"
)

// Aspect is one fact that a provenance predicate and the certificate both state.
type Aspect string

// The aspects, named as a reader would.
const (
	Repository   Aspect = "repository"
	Ref          Aspect = "ref"
	WorkflowPath Aspect = "workflow path"
	Commit       Aspect = "commit"
	Builder      Aspect = "builder id"
	Invocation   Aspect = "invocation"
	Event        Aspect = "event"
	RepositoryID Aspect = "repository id"
	OwnerID      Aspect = "owner id"
	Runner       Aspect = "runner"
)

// Claim is one value of a predicate, with the path at which it stands. Values
// are normalised to the certificate's spelling of the aspect: a repository is
// a URL, an invocation the URL of a run and attempt, a runner "github-hosted"
// or "self-hosted".
type Claim struct {
	Aspect Aspect
	Path   string
	Value  string
}

// Provenance is what a build provenance predicate claims. None of it is proved
// by the signature; the build gate compares it with the certificate.
type Provenance struct {
	BuildType string
	// Known is false for a build type that sallyport cannot read; nothing else
	// is set then.
	Known  bool
	Claims []Claim
	// Missing lists aspects that this build type always states and this
	// predicate does not.
	Missing []Aspect
	// UnknownParameters are external parameters that the build type does not
	// define, by path.
	UnknownParameters []string
}

// IsProvenance reports whether t is a build provenance predicate type.
func IsProvenance(t string) bool {
	return t == PredicateProvenanceV1 || t == PredicateProvenanceV02
}

// ParseProvenance reads the predicate of a build provenance statement: SLSA
// provenance v1 with GitHub's build type, as it is written now and as it was in
// 2024, and SLSA provenance v0.2 of slsa-github-generator.
func ParseProvenance(st *Statement) (*Provenance, error) {
	r := &claimReader{p: &Provenance{}}
	switch st.PredicateType {
	case PredicateProvenanceV1:
		r.v1(st.Predicate)
	case PredicateProvenanceV02:
		r.v02(st.Predicate)
	default:
		return nil, fmt.Errorf("reading the predicate: type %q is not build provenance", clip(st.PredicateType))
	}
	if r.err != nil {
		return nil, fmt.Errorf("reading the predicate: %w", r.err)
	}
	return r.p, nil
}

// claimReader walks a predicate; the first error stops it.
type claimReader struct {
	p          *Provenance
	err        error
	oldBuilder bool // the builder id names a kind of runner
}

type object = map[string]json.RawMessage

// object takes apart a member that may be absent.
func (r *claimReader) object(raw json.RawMessage, path string, known ...string) object {
	if r.err != nil || strictjson.IsNull(raw) {
		return nil
	}
	m, err := strictjson.Object(raw, known...)
	if err != nil {
		r.err = fmt.Errorf("%s: %w", path, err)
	}
	return m
}

func (r *claimReader) array(raw json.RawMessage, path string) []json.RawMessage {
	if r.err != nil || strictjson.IsNull(raw) {
		return nil
	}
	a, err := strictjson.Array(raw)
	if err != nil {
		r.err = fmt.Errorf("%s: %w", path, err)
	}
	return a
}

// text reads a string member; ok is false where it is absent.
func (r *claimReader) text(raw json.RawMessage, path string) (s string, ok bool) {
	if r.err != nil || strictjson.IsNull(raw) {
		return "", false
	}
	s, err := strictjson.String(raw)
	if err != nil {
		r.err = fmt.Errorf("%s: %w", path, err)
		return "", false
	}
	return s, true
}

func (r *claimReader) claim(a Aspect, path, value string) {
	r.p.Claims = append(r.p.Claims, Claim{a, path, value})
}

func (r *claimReader) take(a Aspect, raw json.RawMessage, path string) {
	if s, ok := r.text(raw, path); ok {
		r.claim(a, path, s)
	}
}

// gitURI takes "git+REPOSITORY@REF" apart.
func (r *claimReader) gitURI(uri, path string) {
	repo, ok := strings.CutPrefix(uri, "git+")
	if !ok {
		r.claim(Repository, path, uri)
		return
	}
	repo, ref, ok := strings.Cut(repo, "@")
	r.claim(Repository, path, repo)
	if ok {
		r.claim(Ref, path, ref)
	}
}

func (r *claimReader) need(aspects ...Aspect) {
	for _, a := range aspects {
		found := false
		for _, c := range r.p.Claims {
			found = found || c.Aspect == a
		}
		if !found {
			r.p.Missing = append(r.p.Missing, a)
		}
	}
}

func (r *claimReader) unknown(m object, path string, known ...string) {
	for k := range m {
		ok := false
		for _, n := range known {
			ok = ok || k == n
		}
		if !ok {
			r.p.UnknownParameters = append(r.p.UnknownParameters, path+"."+clip(k))
		}
	}
	sort.Strings(r.p.UnknownParameters)
}

// v1 reads SLSA provenance v1 with GitHub's workflow build type.
func (r *claimReader) v1(predicate json.RawMessage) {
	top := r.object(predicate, "predicate", "buildDefinition", "runDetails")
	def := r.object(top["buildDefinition"], "buildDefinition", "buildType", "externalParameters", "internalParameters", "resolvedDependencies")
	r.p.BuildType, _ = r.text(def["buildType"], "buildDefinition.buildType")
	if r.err != nil || r.p.BuildType != buildTypeActions && r.p.BuildType != buildTypeActions24 {
		return
	}
	r.p.Known = true

	external := r.object(def["externalParameters"], "externalParameters", "workflow")
	workflow := r.object(external["workflow"], "externalParameters.workflow", "ref", "repository", "path")
	r.take(Repository, workflow["repository"], "externalParameters.workflow.repository")
	r.take(Ref, workflow["ref"], "externalParameters.workflow.ref")
	r.take(WorkflowPath, workflow["path"], "externalParameters.workflow.path")
	r.need(Repository, Ref, WorkflowPath) // here, whatever the dependencies say
	r.unknown(external, "externalParameters", "workflow")
	r.unknown(workflow, "externalParameters.workflow", "ref", "repository", "path")

	internal := r.object(def["internalParameters"], "internalParameters", "github")
	gh := r.object(internal["github"], "internalParameters.github", "event_name", "repository_id", "repository_owner_id", "runner_environment")
	r.take(Event, gh["event_name"], "internalParameters.github.event_name")
	r.take(RepositoryID, gh["repository_id"], "internalParameters.github.repository_id")
	r.take(OwnerID, gh["repository_owner_id"], "internalParameters.github.repository_owner_id")
	r.take(Runner, gh["runner_environment"], "internalParameters.github.runner_environment")

	r.dependencies(def["resolvedDependencies"])

	run := r.object(top["runDetails"], "runDetails", "builder", "metadata")
	builder := r.object(run["builder"], "runDetails.builder", "id")
	r.builder(builder["id"])
	metadata := r.object(run["metadata"], "runDetails.metadata", "invocationId")
	r.take(Invocation, metadata["invocationId"], "runDetails.metadata.invocationId")
	r.need(Commit, Invocation, Event, RepositoryID, OwnerID)
	if !r.oldBuilder {
		r.need(Builder)
	}
}

// builder reads the builder's id. In 2024 it named the kind of runner and not
// the workflow; what it says then is compared as that.
func (r *claimReader) builder(raw json.RawMessage) {
	const path = "runDetails.builder.id"
	id, ok := r.text(raw, path)
	if !ok {
		return
	}
	if kind, old := strings.CutPrefix(id, "https://github.com/actions/runner/"); old && r.p.BuildType == buildTypeActions24 {
		r.claim(Runner, path, kind)
		r.oldBuilder = true
		return
	}
	r.claim(Builder, path, id)
}

// dependencies reads the resolved dependencies: the first is the source, by
// the build type's specification; of the others, those in the same repository
// must say the same.
func (r *claimReader) dependencies(raw json.RawMessage) {
	source := ""
	for i, item := range r.array(raw, "resolvedDependencies") {
		path := fmt.Sprintf("resolvedDependencies[%d]", i)
		dep := r.object(item, path, "uri", "digest", "name")
		uri, _ := r.text(dep["uri"], path+".uri")
		if i == 0 {
			source = uri
		} else if !sameSource(uri, source) {
			continue
		}
		r.gitURI(uri, path+".uri")
		digest := r.object(dep["digest"], path+".digest", "gitCommit", "sha1")
		r.take(Commit, digest["gitCommit"], path+".digest.gitCommit")
		r.take(Commit, digest["sha1"], path+".digest.sha1")
	}
}

// v02 reads SLSA provenance v0.2 as slsa-github-generator's generic generator
// writes it.
func (r *claimReader) v02(predicate json.RawMessage) {
	top := r.object(predicate, "predicate", "builder", "buildType", "invocation", "metadata", "materials")
	r.p.BuildType, _ = r.text(top["buildType"], "buildType")
	if r.err != nil || r.p.BuildType != buildTypeGeneric {
		return
	}
	r.p.Known = true
	builder := r.object(top["builder"], "builder", "id")
	r.take(Builder, builder["id"], "builder.id")

	inv := r.object(top["invocation"], "invocation", "configSource", "parameters", "environment")
	source := r.object(inv["configSource"], "invocation.configSource", "uri", "digest", "entryPoint")
	if uri, ok := r.text(source["uri"], "invocation.configSource.uri"); ok {
		r.gitURI(uri, "invocation.configSource.uri")
	}
	r.take(WorkflowPath, source["entryPoint"], "invocation.configSource.entryPoint")
	digest := r.object(source["digest"], "invocation.configSource.digest", "sha1")
	r.take(Commit, digest["sha1"], "invocation.configSource.digest.sha1")
	r.need(Repository, Ref, WorkflowPath, Commit)
	r.unknown(r.object(inv["parameters"], "invocation.parameters"), "invocation.parameters", "event_inputs")

	env := r.object(inv["environment"], "invocation.environment")
	run, hasRun := r.text(env["github_run_id"], "invocation.environment.github_run_id")
	attempt, hasAttempt := r.text(env["github_run_attempt"], "invocation.environment.github_run_attempt")
	if hasRun && hasAttempt {
		r.claim(Invocation, "invocation.environment.github_run_id", r.runURL(run, attempt))
	}
	for key, aspect := range map[string]Aspect{
		"github_event_name": Event, "github_ref": Ref, "github_sha1": Commit,
		"github_repository_id": RepositoryID, "github_repository_owner_id": OwnerID,
	} {
		r.take(aspect, env[key], "invocation.environment."+key)
	}
	for i, item := range r.array(top["materials"], "materials") {
		path := fmt.Sprintf("materials[%d]", i)
		material := r.object(item, path, "uri", "digest")
		uri, _ := r.text(material["uri"], path+".uri")
		if i > 0 && !sameSource(uri, r.first(Repository)) {
			continue
		}
		r.gitURI(uri, path+".uri")
		digest := r.object(material["digest"], path+".digest", "sha1")
		r.take(Commit, digest["sha1"], path+".digest.sha1")
	}
	metadata := r.object(top["metadata"], "metadata", "buildInvocationID")
	if id, ok := r.text(metadata["buildInvocationID"], "metadata.buildInvocationID"); ok {
		run, attempt, _ := strings.Cut(id, "-")
		r.claim(Invocation, "metadata.buildInvocationID", r.runURL(run, attempt))
	} else if r.err == nil {
		r.p.Missing = append(r.p.Missing, Invocation)
	}
	r.need(Builder)
	sort.SliceStable(r.p.Claims, func(i, j int) bool { return r.p.Claims[i].Path < r.p.Claims[j].Path })
}

func (r *claimReader) first(a Aspect) string {
	for _, c := range r.p.Claims {
		if c.Aspect == a {
			return c.Value
		}
	}
	return ""
}

// runURL writes a run as the certificate does.
func (r *claimReader) runURL(run, attempt string) string {
	return r.first(Repository) + "/actions/runs/" + run + "/attempts/" + attempt
}

// sameSource reports whether two git URIs lead to one repository on GitHub,
// which ignores letter case and ".git".
func sameSource(a, b string) bool {
	repository := func(uri string) string {
		repo, _, _ := strings.Cut(strings.TrimPrefix(uri, "git+"), "@")
		return strings.ToLower(strings.TrimSuffix(strings.TrimSuffix(repo, "/"), ".git"))
	}
	return repository(a) == repository(b)
}
