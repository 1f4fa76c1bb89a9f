// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var twoSubjects = []Subject{
	{Name: "samplepkg-1.0.0.tar.gz", SHA256: strings.Repeat("a1", 32)},
	{Name: "samplepkg-1.0.0-py3-none-any.whl", SHA256: strings.Repeat("b2", 32)},
}

// expand fills in what all the expected statements share.
var expand = strings.NewReplacer("\n", "", "\t", "",
	"$REPO", "https://github.com/octo-sci/samplepkg", "$COMMIT", DefaultCommit,
	"$SUBJECTS", `[{"name":"samplepkg-1.0.0.tar.gz","digest":{"sha256":"`+strings.Repeat("a1", 32)+`"}},`+
		`{"name":"samplepkg-1.0.0-py3-none-any.whl","digest":{"sha256":"`+strings.Repeat("b2", 32)+`"}}]`)

func TestStatements(t *testing.T) {
	c := GitHubClaims()
	for name, s := range map[string]struct {
		got  []byte
		want string
	}{
		"provenance": {Provenance(c, twoSubjects...), `{"_type":"https://in-toto.io/Statement/v1","subject":$SUBJECTS,
			"predicateType":"https://slsa.dev/provenance/v1","predicate":{
			"buildDefinition":{"buildType":"https://actions.github.io/buildtypes/workflow/v1",
			"externalParameters":{"workflow":{"ref":"refs/tags/v1.0.0","repository":"$REPO","path":".github/workflows/release.yml"}},
			"internalParameters":{"github":{"event_name":"push","repository_id":"100200300","repository_owner_id":"400500","runner_environment":"github-hosted"}},
			"resolvedDependencies":[{"uri":"git+$REPO@refs/tags/v1.0.0","digest":{"gitCommit":"$COMMIT"}}]},
			"runDetails":{"builder":{"id":"$REPO/.github/workflows/release.yml@refs/tags/v1.0.0"},
			"metadata":{"invocationId":"$REPO/actions/runs/11122233344/attempts/1"}}}}`},
		"2024": {Provenance2024(c, twoSubjects...), `{"_type":"https://in-toto.io/Statement/v1","subject":$SUBJECTS,
			"predicateType":"https://slsa.dev/provenance/v1","predicate":{
			"buildDefinition":{"buildType":"https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1",
			"externalParameters":{"workflow":{"ref":"refs/tags/v1.0.0","repository":"$REPO","path":".github/workflows/release.yml"}},
			"internalParameters":{"github":{"event_name":"push","repository_id":"100200300","repository_owner_id":"400500"}},
			"resolvedDependencies":[{"uri":"git+$REPO@refs/tags/v1.0.0","digest":{"gitCommit":"$COMMIT"}}]},
			"runDetails":{"builder":{"id":"https://github.com/actions/runner/github-hosted"},
			"metadata":{"invocationId":"$REPO/actions/runs/11122233344/attempts/1"}}}}`},
		"v0.2": {ProvenanceV02(c.WithGenericGenerator(), twoSubjects...), `{"_type":"https://in-toto.io/Statement/v0.1",
			"predicateType":"https://slsa.dev/provenance/v0.2","subject":$SUBJECTS,"predicate":{
			"builder":{"id":"https://github.com/slsa-framework/slsa-github-generator/.github/workflows/generator_generic_slsa3.yml@refs/tags/v2.1.0"},
			"buildType":"https://github.com/slsa-framework/slsa-github-generator/generic@v1",
			"invocation":{"configSource":{"uri":"git+$REPO@refs/tags/v1.0.0","digest":{"sha1":"$COMMIT"},"entryPoint":".github/workflows/release.yml"},
			"parameters":{},"environment":{"github_actor":"octo-maintainer","github_actor_id":"600700","github_base_ref":"",
			"github_event_name":"push","github_event_payload":{"after":"$COMMIT","ref":"refs/tags/v1.0.0","repository":{"full_name":"octo-sci/samplepkg",
			"html_url":"$REPO","owner":{"login":"octo-sci"},"visibility":"public"}},
			"github_head_ref":"","github_ref":"refs/tags/v1.0.0","github_ref_type":"tag","github_repository_id":"100200300",
			"github_repository_owner":"octo-sci","github_repository_owner_id":"400500","github_run_attempt":"1","github_run_id":"11122233344",
			"github_run_number":"42","github_sha1":"$COMMIT"}},
			"metadata":{"buildInvocationID":"11122233344-1","completeness":{"parameters":true,"environment":false,"materials":false},"reproducible":false},
			"materials":[{"uri":"git+$REPO@refs/tags/v1.0.0","digest":{"sha1":"$COMMIT"}}]}}`},
		"publish": {Publish(twoSubjects...), `{"_type":"https://in-toto.io/Statement/v1","subject":$SUBJECTS,
			"predicateType":"https://docs.pypi.org/attestations/publish/v1","predicate":null}`},
		"publish empty": {PublishEmpty(twoSubjects...), `{"_type":"https://in-toto.io/Statement/v1","subject":$SUBJECTS,
			"predicateType":"https://docs.pypi.org/attestations/publish/v1","predicate":{}}`},
		"no subject": {Publish(), `{"_type":"https://in-toto.io/Statement/v1","subject":[],
			"predicateType":"https://docs.pypi.org/attestations/publish/v1","predicate":null}`},
		"free": {Statement{Type: "other", PredicateType: "p", Predicate: []int{1}, Subjects: []Subject{
			{Name: "<x>", Digests: map[string]string{"md5": "0"}}, {Name: "y", Digests: map[string]string{}},
		}}.JSON(), `{"_type":"other","subject":[{"name":"<x>","digest":{"md5":"0"}},{"name":"y","digest":{}}],"predicateType":"p","predicate":[1]}`},
	} {
		if diff := cmp.Diff(expand.Replace(s.want), string(s.got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestProvenanceFollowsClaims(t *testing.T) {
	c := GitHubClaims().WithLocalReusable("build.yml").WithRef("refs/heads/a@b")
	got := string(Provenance(c, twoSubjects...))
	for _, want := range []string{
		`"workflow":{"ref":"refs/heads/a@b","repository":"https://github.com/octo-sci/samplepkg","path":".github/workflows/release.yml"}`,
		`"builder":{"id":"https://github.com/octo-sci/samplepkg/.github/workflows/build.yml@refs/heads/a@b"}`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
}
