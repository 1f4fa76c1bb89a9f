// SPDX-License-Identifier: BSD-3-Clause

package pypi

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/corpus"
)

const (
	sampleRef  = "refs/tags/v1.0.0"
	sampleSHA  = "3f7a1c0de5b94286a1e07cd95b2f8640937be1d2"
	sampleFile = "octo-sci/samplepkg/.github/workflows/"
)

func sampleClaims() JobClaims {
	return JobClaims{
		Repository: "octo-sci/samplepkg", RepositoryOwner: "octo-sci", RepositoryOwnerID: "400500",
		Ref: sampleRef, SHA: sampleSHA, EventName: "push", Environment: "pypi", ID: "x",
		JobWorkflowRef: sampleFile + "release.yml@" + sampleRef, WorkflowRef: sampleFile + "release.yml@" + sampleRef,
	}
}

func sampleRegistration() Registration {
	return Registration{Publisher: Publisher{Kind: KindGitHub, Repository: "octo-sci/samplepkg", Workflow: "release.yml", Environment: "pypi"}, OwnerID: "400500"}
}

func TestPredict(t *testing.T) {
	const (
		notFound = "Publisher with matching claims was not found"
		config   = "Certificate's Build Config URI (https://github.com/" + sampleFile
	)
	for _, tt := range []struct {
		name        string
		change      func(c *JobClaims, p *Registration)
		mint, claim string // the text; "" where it is accepted, "?" where unknown
		attestation string
	}{
		{"the publisher", func(*JobClaims, *Registration) {}, "", "", ""},
		{"environment in other letters", func(c *JobClaims, _ *Registration) { c.Environment = "PyPI" }, "", "", ""},
		{"registered without environment", func(_ *JobClaims, p *Registration) { p.Environment = "" }, "", "", ""},
		{"another environment", func(c *JobClaims, _ *Registration) { c.Environment = "testpypi" }, notFound, "environment", ""},
		{"no environment", func(c *JobClaims, _ *Registration) { c.Environment = "" }, notFound, "environment", ""},
		{"by commit", func(c *JobClaims, _ *Registration) {
			c.JobWorkflowRef, c.WorkflowRef = sampleFile+"release.yml@"+sampleSHA, sampleFile+"release.yml@"+sampleSHA
		}, "", "", ""},
		{"another owner's id", func(c *JobClaims, _ *Registration) { c.RepositoryOwnerID = "1" }, notFound, "repository_owner_id", ""},
		{"owner's id not said", func(c *JobClaims, p *Registration) { p.OwnerID = "" }, "", "", ""},
		{"another repository", func(c *JobClaims, p *Registration) { p.Repository = "octo-sci/other" }, notFound, "repository", "Certificate's Source Repository URI does not match (got https://github.com/octo-sci/samplepkg, expected https://github.com/octo-sci/other)"},
		{"repository in other letters", func(_ *JobClaims, p *Registration) { p.Repository = "Octo-Sci/SamplePkg" }, "?", "repository", "?"},
		{"owner in other letters than the repository", func(c *JobClaims, _ *Registration) { c.RepositoryOwner = "Octo-Sci" }, "Check failed for required claim 'repository_owner'", "repository_owner", ""},
		{"workflow in other letters", func(_ *JobClaims, p *Registration) { p.Workflow = "Release.yml" }, notFound, "job_workflow_ref", config + "release.yml@refs/tags/v1.0.0) does not match expected Trusted Publisher (Release.yml @ octo-sci/samplepkg)"},
		{"called file registered", func(c *JobClaims, p *Registration) {
			c.JobWorkflowRef, p.Workflow = sampleFile+"publish.yml@"+sampleRef, "publish.yml"
		}, "", "", config + "release.yml@refs/tags/v1.0.0) does not match expected Trusted Publisher (publish.yml @ octo-sci/samplepkg)"},
		{"calling file registered", func(c *JobClaims, p *Registration) {
			c.JobWorkflowRef = sampleFile + "publish.yml@" + sampleRef
		}, notFound, "job_workflow_ref", ""},
		{"another repository's file of that name", func(c *JobClaims, p *Registration) {
			c.JobWorkflowRef = "evil/lib/.github/workflows/release.yml@" + sampleSHA
		}, "The job_workflow_ref claim does not match, expecting one of ['octo-sci/samplepkg/.github/workflows/release.yml@" + sampleSHA + "', 'octo-sci/samplepkg/.github/workflows/release.yml@" + sampleRef + "'], got 'evil/lib/.github/workflows/release.yml@" + sampleSHA + "'", "job_workflow_ref", ""},
		{"pull_request_target", func(c *JobClaims, _ *Registration) { c.EventName = "pull_request_target" }, "Publishing from a workflow invoked via 'pull_request_target' is not supported.", "event_name", ""},
		{"no workflow file", func(c *JobClaims, _ *Registration) { c.JobWorkflowRef = "x" }, "Could not job extract workflow filename from OIDC claims", "job_workflow_ref", ""},
		{"no id", func(c *JobClaims, _ *Registration) { c.ID = "" }, "Missing claim 'jti'", "jti", ""},
		{"no commit", func(c *JobClaims, _ *Registration) { c.SHA = "" }, "Missing claim 'sha'", "sha", ""},
		{"nowhere", func(c *JobClaims, _ *Registration) { c.SHA, c.Ref = "", "" }, "Missing claim 'ref'", "ref", "Certificate must contain either Source Repository Digest or Source Repository Ref"},
		{"GitLab's", func(_ *JobClaims, p *Registration) { p.Kind = KindGitLab }, "?", "", "?"},
		{"not known", func(_ *JobClaims, p *Registration) { *p = Registration{} }, "?", "", "?"},
	} {
		c, p := sampleClaims(), sampleRegistration()
		tt.change(&c, &p)
		check := func(what string, got Prediction, want string) {
			verdict := map[string]Verdict{"": Accept, "?": Unknown}[want]
			if verdict == "" {
				verdict = Refuse
			}
			if got.Verdict != verdict || want != "?" && got.Message != want || want == "?" && got.Message == "" {
				t.Errorf("%s: %s: %s %q, expecting %q", tt.name, what, got.Verdict, got.Message, want)
			}
		}
		mint := PredictMint(c, p)
		check("token", mint, tt.mint)
		if mint.Claim != tt.claim {
			t.Errorf("%s: decided by %q, expecting %q", tt.name, mint.Claim, tt.claim)
		}
		check("attestation", PredictAttestation(c, p), tt.attestation)
	}
}

// TestIndexVectors holds the checks to the index's own tests.
func TestIndexVectors(t *testing.T) {
	data, err := os.ReadFile(corpus.Path(t, "vectors", "github_claims.json"))
	if err != nil {
		t.Fatal(err)
	}
	var v struct {
		Publisher struct {
			Owner    string `json:"repository_owner"`
			Name     string `json:"repository_name"`
			Workflow string `json:"workflow_filename"`
		}
		Cases struct {
			Workflow []struct {
				Ref      string  `json:"workflow_ref"`
				Expected *string `json:"expected"`
			} `json:"workflow_filename"`
			Repository, Environment []struct {
				Truth string
				Claim string
				Valid bool
			}
			Job []struct {
				Claim, Ref, SHA string
				Valid           bool
				Expected        string
			} `json:"job_workflow_ref"`
		}
	}
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	if n := len(v.Cases.Workflow) + len(v.Cases.Repository) + len(v.Cases.Environment) + len(v.Cases.Job); n != 58 {
		t.Errorf("%d cases are read", n)
	}
	for _, c := range v.Cases.Workflow {
		got, ok := workflowFile(c.Ref)
		if ok != (c.Expected != nil) || ok && got != *c.Expected {
			t.Errorf("%q: file %q, %v", c.Ref, got, ok)
		}
	}
	for _, c := range v.Cases.Repository {
		if got := sameRepository(c.Truth, c.Claim); got != c.Valid {
			t.Errorf("repository %q, %q: %v", c.Truth, c.Claim, got)
		}
	}
	for _, c := range v.Cases.Environment {
		if got := sameEnvironment(c.Truth, c.Claim); got != c.Valid {
			t.Errorf("environment %q, %q: %v", c.Truth, c.Claim, got)
		}
	}
	truth := v.Publisher.Owner + "/" + v.Publisher.Name + "/.github/workflows/" + v.Publisher.Workflow
	for _, c := range v.Cases.Job {
		if got := jobWorkflowRefRefused(truth, c.Claim, c.Ref, c.SHA); (got == "") != c.Valid || got != c.Expected {
			t.Errorf("job_workflow_ref %q:\n%q, expecting\n%q", c.Claim, got, c.Expected)
		}
	}
}

func TestPythonText(t *testing.T) {
	for in, want := range map[string]string{
		"a": `'a'`, "it's": `"it's"`, `"it's"`: `'"it\'s"'`, "a\\b\n\x01": `'a\\b\n\x01'`,
	} {
		if got := pythonText(in); got != want {
			t.Errorf("%q: %s", in, got)
		}
	}
}

func FuzzWorkflowFile(f *testing.F) {
	f.Add("foo/bar/.github/workflows/nested@evil.yml@refs/heads/main")
	f.Fuzz(func(t *testing.T, ref string) {
		name, ok := workflowFile(ref)
		if ok && (!strings.Contains(ref, name+"@") || strings.Contains(name, "/") || !strings.HasSuffix(name, ".yml") && !strings.HasSuffix(name, ".yaml")) {
			t.Fatalf("%q is of %q", name, ref)
		}
	})
}
