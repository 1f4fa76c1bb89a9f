// SPDX-License-Identifier: BSD-3-Clause

package seal

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/pypi"
	"github.com/scientific-python/sallyport/internal/runner"
)

const (
	commit  = "3f7a1c0de5b94286a1e07cd95b2f8640937be1d2"
	another = "1111111111111111111111111111111111111111"
	tag     = "refs/tags/v1.0.0"
	folder  = "octo-sci/samplepkg/.github/workflows/"
)

// release is the input of a release that is as it should be.
func release() Input {
	p := policy.New()
	p.Publisher = policy.Publisher{Repository: "octo-sci/samplepkg", RepositoryID: "100200300", OwnerID: "400500", Workflow: "release.yml", Environment: "pypi"}
	return Input{
		Policy: p.WithDefaults(), Commit: commit, Run: "11122233344", Looked: true,
		Claims: &runner.Claims{
			Repository: "octo-sci/samplepkg", RepositoryID: "100200300", RepositoryOwner: "octo-sci", RepositoryOwnerID: "400500",
			Ref: tag, RefProtected: "true", SHA: commit, EventName: "push", Environment: "pypi", ID: "x",
			WorkflowRef: folder + "release.yml@" + tag, JobWorkflowRef: folder + "release.yml@" + tag,
			RunID: "11122233344", RunAttempt: "2", RunnerEnvironment: "github-hosted",
		},
	}
}

func variable(name string, class runner.CredentialClass, index string) runner.Credential {
	return runner.Credential{Name: name, Kind: runner.KindVariable, Where: "the environment", Class: class, Index: index}
}

func token(origin, scope, host string) runner.Credential {
	c := variable("TWINE_PASSWORD", runner.ClassToken, host)
	c.Token = runner.TokenClass{Host: host, Origin: origin, Scope: scope}
	return c
}

func TestJudge(t *testing.T) {
	with := func(c ...runner.Credential) func(*Input) { return func(in *Input) { in.Credentials = c } }
	unseen := func(outside bool) func(*Input) {
		return func(in *Input) {
			in.Unseen = []runner.Unseen{{What: "~/.pypirc", Reason: "it is a link", Outside: outside}}
		}
	}
	for _, tt := range []struct {
		name   string
		change func(in *Input)
		want   []string // "severity rule", "unchecked rule" or "listed rule"
		says   string
	}{
		{"as it should be", func(*Input) {}, nil, ""},
		{"environment in other letters", func(in *Input) { in.Claims.Environment = "PyPI" }, nil, ""},
		{"registered and run without environment", func(in *Input) { in.Claims.Environment, in.Policy.Publisher.Environment = "", "none" }, nil, ""},
		{"called by commit", func(in *Input) {
			in.Claims.WorkflowRef, in.Claims.JobWorkflowRef = folder+"release.yml@"+commit, folder+"release.yml@"+commit
		}, nil, ""},

		{"no claims", func(in *Input) { in.Claims, in.WhyNoClaims = nil, "the job has no id-token" }, []string{"unchecked claims-unverified"}, "the job has no id-token; so"},
		{"no claims, no reason", func(in *Input) { in.Claims = nil }, []string{"unchecked claims-unverified"}, "no token was asked for"},
		{"nothing at all", func(in *Input) { *in = Input{} }, []string{"unchecked claims-unverified", "unchecked credentials-unseen"}, ""},
		{"no policy", func(in *Input) { in.Policy = nil }, []string{"unchecked job-is-not-the-publisher", "unchecked upload-on-wrong-event"}, ""},

		{"another repository", func(in *Input) {
			in.Policy.Publisher.Repository = "octo-sci/other"
		}, []string{"error job-is-not-the-publisher"}, `the repository is "octo-sci/samplepkg", the policy says "octo-sci/other"; the index would answer: invalid-publisher: valid token, but no corresponding publisher (Publisher with matching claims was not found)`},
		{"name taken over", func(in *Input) { in.Claims.RepositoryID = "7" }, []string{"error job-is-not-the-publisher"}, `the repository's numeric id is "7", the policy says "100200300"`},
		{"owner taken over", func(in *Input) { in.Claims.RepositoryOwnerID = "7" }, []string{"error job-is-not-the-publisher"}, "the owner's numeric id"},
		{"another workflow", func(in *Input) {
			in.Claims.WorkflowRef, in.Claims.JobWorkflowRef = folder+"nightly.yml@"+tag, folder+"nightly.yml@"+tag
		}, []string{"error job-is-not-the-publisher"}, `the workflow is "nightly.yml", the policy says "release.yml"`},
		{"another environment", func(in *Input) { in.Claims.Environment = "testpypi" }, []string{"error job-is-not-the-publisher"}, `the environment is "testpypi", the policy says "pypi"`},
		{"environment missing", func(in *Input) { in.Claims.Environment = "" }, []string{"error job-is-not-the-publisher"}, "the environment is none"},
		{"environment too many", func(in *Input) { in.Policy.Publisher.Environment = "none" }, []string{"error job-is-not-the-publisher"}, `the policy says "none"`},
		{"environment not said", func(in *Input) { in.Policy.Publisher.Environment = "" }, []string{"listed job-is-not-the-publisher"}, "environment: NAME"},
		{"publisher not said", func(in *Input) { in.Policy.Publisher.Workflow = "" }, []string{"unchecked job-is-not-the-publisher"}, "release.yml"},
		{"a fork's file of that name", func(in *Input) {
			in.Claims.WorkflowRef, in.Claims.JobWorkflowRef = folder+"ci.yml@"+tag, "evil/lib/.github/workflows/release.yml@"+tag
		}, []string{"error job-is-not-the-publisher"}, `the workflow is "ci.yml"`},

		{"upload in a called file", func(in *Input) { in.Claims.JobWorkflowRef = folder + "publish.yml@" + tag }, []string{"error index-would-refuse-token"}, "Publisher with matching claims was not found"},
		{"upload in another repository's file", func(in *Input) {
			in.Claims.JobWorkflowRef = "sci/flows/.github/workflows/publish.yml@" + another
		}, []string{"error index-would-refuse-token"}, "sci/flows"},
		{"and of the same name", func(in *Input) {
			in.Claims.JobWorkflowRef = "sci/flows/.github/workflows/release.yml@" + another
		}, []string{"error index-would-refuse-token"}, "The job_workflow_ref claim does not match, expecting one of"},
		{"called file registered", func(in *Input) {
			in.Claims.WorkflowRef = folder + "release.yml@" + tag
			in.Claims.JobWorkflowRef, in.Policy.Publisher.Workflow = folder+"publish.yml@"+tag, "publish.yml"
		}, []string{"error attestation-would-be-refused"}, "does not match expected Trusted Publisher (publish.yml @ octo-sci/samplepkg)"},
		{"spelling", func(in *Input) { in.Policy.Publisher.Repository = "Octo-sci/SamplePkg" }, []string{"warning index-would-refuse-token"}, "letter case"},
		{"pull_request_target", func(in *Input) { in.Claims.EventName = "pull_request_target" }, []string{"error index-would-refuse-token"}, "pull_request_target"},

		{"a comment", func(in *Input) { in.Claims.EventName = "issue_comment" }, []string{"error upload-on-wrong-event"}, `"issue_comment", allowed are push`},
		{"by hand", func(in *Input) { in.Claims.EventName = "workflow_dispatch" }, nil, ""},
		{"a timer, allowed", func(in *Input) { in.Claims.EventName, in.Policy.Builder.Events = "schedule", []string{"schedule"} }, nil, ""},
		{"unprotected", func(in *Input) { in.Claims.RefProtected = "false" }, []string{"warning release-ref-unprotected"}, tag},
		{"protection not said", func(in *Input) { in.Claims.RefProtected = "" }, []string{"listed release-ref-unprotected"}, tag},
		{"self-hosted", func(in *Input) { in.Claims.RunnerEnvironment = "self-hosted" }, []string{"error self-hosted-upload"}, "self-hosted"},
		{"self-hosted, allowed", func(in *Input) {
			in.Claims.RunnerEnvironment, in.Policy.Builder.Runners = "self-hosted", "any"
		}, nil, ""},
		{"runner not said", func(in *Input) { in.Claims.RunnerEnvironment = "" }, []string{"error self-hosted-upload"}, "runner is none"},

		{"another commit", func(in *Input) { in.Commit = another }, []string{"error ledger-of-another-commit"}, another},
		{"another run", func(in *Input) { in.Run = "1" }, []string{"error ledger-of-another-run"}, `run "1", this is run "11122233344"`},
		{"no ledger", func(in *Input) { in.Commit, in.Run = "", "" }, nil, ""},
		{"another run and commit, allowed", func(in *Input) { in.Commit, in.Run, in.Policy.Builder.Run = another, "1", "any" }, nil, ""},
		{"the source is elsewhere", func(in *Input) { in.Commit, in.Policy.Source.Repository = another, "octo-sci/source" }, nil, ""},
		{"the source is here", func(in *Input) { in.Commit, in.Policy.Source.Repository = another, "Octo-Sci/samplepkg" }, []string{"error ledger-of-another-commit"}, ""},

		{"a password", with(variable("UV_PUBLISH_TOKEN", runner.ClassPassword, "")), []string{"error credential-in-sight"}, `"UV_PUBLISH_TOKEN" in the environment is a password or token; expected none`},
		{"an account's token", with(token("user", "account", runner.IndexPyPI)), []string{"error credential-in-sight"}, "a long-lived upload token for PyPI for everything"},
		{"a project's token", with(token("user", "project", runner.IndexPyPI)), []string{"error credential-in-sight"}, "for named projects"},
		{"a minted token", with(token("minted", "project", runner.IndexPyPI)), []string{"error credential-in-sight"}, "minutes ago"},
		{"an unknown token", with(token("unknown", "unknown", "")), []string{"error credential-in-sight"}, "of a kind that is not known"},
		{"an address", with(variable("PIP_INDEX_URL", runner.ClassURL, runner.IndexPyPI)), []string{"error credential-in-sight"}, "an address with a password"},
		{"of TestPyPI", with(token("user", "project", runner.IndexTest)), []string{"warning credential-in-sight"}, "for TestPyPI"},
		{"of TestPyPI, which it goes to", func(in *Input) {
			in.Credentials, in.Policy.Publisher.Index = []runner.Credential{token("user", "project", runner.IndexTest)}, policy.TestIndex
		}, []string{"error credential-in-sight"}, ""},
		{"of PyPI, in a release to TestPyPI", func(in *Input) {
			in.Credentials, in.Policy.Publisher.Index = []runner.Credential{token("user", "project", runner.IndexPyPI)}, policy.TestIndex
		}, []string{"error credential-in-sight"}, ""},
		{"a nightly channel's", with(variable("ANACONDA_API_TOKEN", runner.ClassPassword, runner.IndexOther)), []string{"warning credential-in-sight"}, "for another index"},
		{"of the custom index", func(in *Input) {
			in.Credentials = []runner.Credential{variable("X", runner.ClassPassword, runner.IndexOther)}
			in.Policy.Publisher.Index = "https://pypi.example/legacy/"
		}, []string{"error credential-in-sight"}, ""},

		{"not looked", func(in *Input) { in.Looked = false }, []string{"unchecked credentials-unseen"}, ""},
		{"unreadable", unseen(false), []string{"unchecked credentials-unseen"}, "it is a link"},
		{"out of sight", unseen(true), []string{"listed credentials-unseen"}, "it is a link"},
		{"a keyring", with(variable("UV_KEYRING_PROVIDER", runner.ClassKeyring, "")), []string{"unchecked credentials-unseen"}, "ask a keyring"},

		{"index as in the policy", with(variable("TWINE_REPOSITORY", runner.ClassIndex, runner.IndexPyPI)), nil, ""},
		{"another index", with(variable("TWINE_REPOSITORY_URL", runner.ClassIndex, runner.IndexOther)), []string{"error uploader-reconfigured"}, "to another index, the policy's index is pypi.org"},
		{"the test index", with(variable("TWINE_REPOSITORY", runner.ClassIndex, runner.IndexTest)), []string{"error uploader-reconfigured"}, "test.pypi.org"},
		{"an index by name", with(variable("TWINE_REPOSITORY", runner.ClassIndex, "")), []string{"error uploader-reconfigured"}, "configuration file"},
		{"two custom indexes", func(in *Input) {
			in.Credentials = []runner.Credential{variable("X", runner.ClassIndex, runner.IndexOther)}
			in.Policy.Publisher.Index = "https://pypi.example/legacy/"
		}, []string{"unchecked uploader-reconfigured"}, ""},
		{"never trusted", with(variable("x", runner.ClassNoTrusted, "")), []string{"error uploader-reconfigured"}, "switches trusted publishing off"},
		{"no attestations", with(variable("UV_PUBLISH_NO_ATTESTATIONS", runner.ClassNoAttestations, "")), []string{"warning uploader-reconfigured"}, "attestations"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := release()
			tt.change(&in)
			got := Judge(in)
			if diff := cmp.Diff(tt.want, lines(got)); diff != "" {
				t.Errorf("(-want +got):\n%s%s", diff, texts(got))
			}
			if !strings.Contains(texts(got), tt.says) {
				t.Errorf("no %q in:\n%s", tt.says, texts(got))
			}
			for _, f := range got.Findings {
				if f.Hint == "" || f.Gate != finding.Publish || f.Subject == "" {
					t.Errorf("%+v", f)
				}
			}
		})
	}
}

func lines(s finding.Set) []string {
	var out []string
	for _, f := range s.Findings {
		out = append(out, string(f.Severity)+" "+f.Rule)
	}
	for _, u := range s.Unchecked {
		out = append(out, map[bool]string{true: "unchecked ", false: "listed "}[u.Blocking]+u.Rule)
	}
	slices.Sort(out)
	return out
}

func texts(s finding.Set) string {
	var b strings.Builder
	for _, f := range s.Findings {
		fmt.Fprintf(&b, "%s: %s (%s)\n", f.Rule, f.Message, f.Hint)
	}
	for _, u := range s.Unchecked {
		fmt.Fprintf(&b, "%s: %s\n", u.Rule, u.Reason)
	}
	return b.String()
}

// Every rule has a page, and none says what it means to be in sight twice.
func TestRules(t *testing.T) {
	var ids []string
	for _, r := range Rules() {
		ids = append(ids, r.ID)
		if r.Title == "" || r.Why == "" || r.Bad == "" || r.Good == "" || len(r.References) == 0 || r.Gate != finding.Publish || r.OnUnchecked == "" {
			t.Errorf("%s is not whole: %+v", r.ID, r)
		}
		if r.Severity == finding.Error && r.Waivable {
			t.Errorf("%s may be waived", r.ID)
		}
	}
	want := []string{"attestation-would-be-refused", "claims-unverified", "credential-in-sight", "credentials-unseen", "index-would-refuse-token", "job-is-not-the-publisher",
		"ledger-of-another-commit", "ledger-of-another-run", "release-ref-unprotected", "self-hosted-upload", "upload-on-wrong-event", "uploader-reconfigured"}
	if diff := cmp.Diff(want, ids); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestClassify(t *testing.T) {
	// The location and the end of a real token's first characters, and no more.
	if c, ok := Classify("pypi-AgEIcHlwaS5vcmc"); ok {
		t.Errorf("a piece of a token is %+v", c)
	}
	const user = "pypi-AgEIcHlwaS5vcmcCAXgAAgdbMywieCJdAAAGAXM" // location, identifier x, caveat [3,"x"], signature s
	want := runner.TokenClass{Host: runner.IndexPyPI, Origin: "user", Scope: "account"}
	if c, ok := Classify(user); !ok || c != want {
		t.Errorf("%+v, %v", c, ok)
	}
	if runner.IndexPyPI != pypi.HostPyPI || runner.IndexTest != pypi.HostTestPyPI {
		t.Error("the two packages name the indexes differently")
	}
}
