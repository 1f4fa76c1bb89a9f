// SPDX-License-Identifier: BSD-3-Clause

package runner

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/corpus"
	"github.com/scientific-python/sallyport/internal/runner/runnertest"
)

const wholeYear = 1_800_000_000 // seconds: a time that no test depends on

// tokenOf returns a token of a release with changes to its claims.
func tokenOf(t testing.TB, changes map[string]any) string {
	t.Helper()
	return runnertest.StartIssuer(t).Token("sigstore", changes)
}

func TestParseClaims(t *testing.T) {
	got, err := ParseClaims(tokenOf(t, map[string]any{
		"jti": "one", "iat": wholeYear, "nbf": wholeYear - 600, "exp": wholeYear + 300,
		"environment": "pypi", "environment_node_id": "EN_1", "enterprise": "octo", "enterprise_id": "7",
		"head_ref": "feature", "base_ref": "main", "repo_property_tier": "gold", "unknown": []any{1, nil},
	}))
	if err != nil {
		t.Fatal(err)
	}
	const workflow = "octo-sci/samplepkg/.github/workflows/release.yml@refs/tags/v1.0.0"
	at := time.Unix(wholeYear, 0).UTC()
	want := Claims{
		Issuer: TokenIssuer, Subject: "repo:octo-sci/samplepkg:ref:refs/tags/v1.0.0", Audience: "sigstore", ID: "one",
		Expires: at.Add(5 * time.Minute), NotBefore: at.Add(-10 * time.Minute), IssuedAt: at,
		Repository: "octo-sci/samplepkg", RepositoryID: "100200300", RepositoryOwner: "octo-sci", RepositoryOwnerID: "400500",
		RepositoryVisibility: "public", Ref: "refs/tags/v1.0.0", RefType: "tag", RefProtected: "true", SHA: runnertest.ReleaseCommit,
		HeadRef: "feature", BaseRef: "main", EventName: "push", Workflow: "release",
		WorkflowRef: workflow, WorkflowSHA: runnertest.ReleaseCommit, JobWorkflowRef: workflow, JobWorkflowSHA: runnertest.ReleaseCommit,
		RunID: "11122233344", RunNumber: "17", RunAttempt: "1", CheckRunID: "55566677788", RunnerEnvironment: "github-hosted",
		Environment: "pypi", EnvironmentNodeID: "EN_1", Actor: "octocat", ActorID: "583231", Enterprise: "octo", EnterpriseID: "7",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("claims (-want +got):\n%s", diff)
	}
	if n := reflect.TypeFor[Claims]().NumField(); n != len(claims)+len(moments) {
		t.Errorf("Claims has %d fields, read are %d", n, len(claims)+len(moments))
	}
}

func TestClaimForms(t *testing.T) {
	const wf = "/.github/workflows/"
	for _, tt := range []struct {
		claim string
		value any
		want  string // "" where it is taken
	}{
		{"sha", strings.Repeat("0a", 32), ""}, {"sha", strings.Repeat("0A", 20), "is not a commit"}, {"sha", "v1.0.0", "is not a commit"}, {"sha", 7, "is not a text"}, {"sha", nil, ""},
		{"repository", "octo/.github", ""}, {"repository", "octo_corp/x.y-z", ""}, {"repository", "octo", "is not OWNER/NAME"}, {"repository", "a/b/c", "is not OWNER/NAME"},
		{"repository_id", "0", "is not a number"}, {"repository_id", 100200300, "is not a text"}, {"repository_owner_id", "-1", "is not a number"},
		{"repository_visibility", "internal", ""}, {"repository_visibility", "Public", "is not public"},
		{"ref", "refs/tags/a@1.0", ""}, {"ref", "refs/pull/7/merge", ""}, {"ref", "main", "is not a full ref"}, {"ref", "refs/tags/a..b", "is not a full ref"},
		{"event_name", "workflow_dispatch", ""}, {"event_name", "push\n", "has control character U+000A at byte 4"}, {"event_name", "Push", "is not an event"},
		{"workflow_ref", "o/r" + wf + "a@b.yml@refs/heads/x@y/z", ""}, {"workflow_ref", "o/r" + wf + "r.yml@" + commit, "is not OWNER/REPO"}, {"workflow_ref", "o/r" + wf + "a/b.yml@refs/heads/x", "is not OWNER/REPO"},
		{"job_workflow_ref", "o/r" + wf + "r.yml@" + commit, ""}, {"job_workflow_ref", "o/r" + wf + "r.yml@refs/heads/main", ""}, {"job_workflow_ref", "o/r" + wf + "a@b.yml@" + commit, ""},
		{"job_workflow_ref", "o/r" + wf + "r.yml@main", "is not OWNER/REPO"}, {"job_workflow_ref", "o/r" + wf + "r.yml", "is not OWNER/REPO"}, {"job_workflow_ref", "@" + commit, "is not OWNER/REPO"}, {"job_workflow_ref", commit, "is not OWNER/REPO"},
		{"runner_environment", "self-hosted", ""}, {"runner_environment", "mine", "is not github-hosted"},
		{"run_id", "1e3", "is not a number"}, {"run_attempt", true, "is not a text"},
		{"environment", "Größe 1: ☃", ""}, {"environment", "a\x1bb", "control character"}, {"environment", strings.Repeat("a", 4097), "more than the limit of 4096"},
		{"aud", []string{"sigstore"}, "is not a text"}, {"iss", map[string]any{}, "is not a text"},
		// Of what nobody relies on, the type may change.
		{"check_run_id", 55566677788, ""}, {"ref_protected", true, ""}, {"check_run_id", []int{1}, "is not a text"}, {"run_number", map[string]any{}, "is not a text"},
		{"exp", "1800000000", "is not a time"}, {"exp", -1, "is not a time"}, {"exp", 0, "is not a time"}, {"exp", 1.5, "is not a time"}, {"exp", 1e300, "is not a time"}, {"nbf", true, "is not a time"}, {"iat", nil, ""},
	} {
		c, err := ParseClaims(tokenOf(t, map[string]any{tt.claim: tt.value}))
		claim := new(ClaimError)
		switch {
		case tt.want == "" && err != nil:
			t.Errorf("%s %v: %v", tt.claim, tt.value, err)
		case tt.want != "" && (!errors.As(err, &claim) || claim.Claim != tt.claim || !strings.Contains(err.Error(), tt.want) || c != Claims{}):
			t.Errorf("%s %v: %v; want %q", tt.claim, tt.value, err, tt.want)
		case err != nil && (len(err.Error()) > 500 || strings.ContainsAny(err.Error(), "\n\x1b")):
			t.Errorf("%s: %q", tt.claim, err)
		}
	}
}

// TestTokenForms takes tokens apart that are none.
func TestTokenForms(t *testing.T) {
	issuer := runnertest.StartIssuer(t)
	good := issuer.Token("sigstore", nil)
	parts := strings.Split(good, ".")
	b64 := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	header := func(s string) string { return b64(s) + "." + parts[1] + "." + parts[2] }
	if _, err := ParseClaims(header(`{"alg":"RS256"}`)); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ token, want string }{
		"empty":               {"", "three parts"},
		"two parts":           {parts[0] + "." + parts[1], "three parts"},
		"four parts":          {good + ".x", "three parts"},
		"no signature":        {parts[0] + "." + parts[1] + ".", "three parts"},
		"junk signature":      {parts[0] + "." + parts[1] + ".!", "base64url"},
		"padded":              {parts[0] + "." + base64.URLEncoding.EncodeToString([]byte(`{"a":1}`)) + "." + parts[2], "base64url"},
		"loose bits":          {parts[0] + "." + "e31" + "." + parts[2], "base64url"},
		"line break":          {parts[0] + ".\n" + parts[1] + "." + parts[2], "three parts"},
		"unsigned":            {header(`{"alg":"none"}`), "RS256"},
		"symmetric":           {header(`{"alg":"HS256"}`), "RS256"},
		"no algorithm":        {header(`{"typ":"JWT"}`), "RS256"},
		"algorithm twice":     {header(`{"alg":"RS256","alg":"none"}`), "given twice"},
		"ALG":                 {header(`{"ALG":"none","alg":"RS256"}`), `spelled "alg"`},
		"claims are a list":   {issuer.Sign([]byte(`[]`)), "expecting an object"},
		"claims are cut":      {issuer.Sign([]byte(`{"sha":`)), "truncated"},
		"claim twice":         {issuer.Sign([]byte(`{"sha":"a","sha":"b"}`)), `"sha" is given twice`},
		"claim of other case": {issuer.Sign([]byte(`{"Sha":"a"}`)), `"Sha" is spelled "sha"`},
		"not UTF-8":           {issuer.Sign([]byte("{\"sha\":\"\xff\"}")), "UTF-8"},
		"deep":                {issuer.Sign([]byte(`{"x":` + strings.Repeat("[", 9) + strings.Repeat("]", 9) + `}`)), "deep"},
		"long":                {issuer.Sign([]byte(`{"x":"` + strings.Repeat("a", maxTokenAnswer) + `"}`)), "limit of 32768"},
	} {
		_, err := ParseClaims(tt.token)
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "reading the identity token: ") {
			t.Errorf("%s: %v; want %q", name, err, tt.want)
		}
		for _, part := range strings.Split(tt.token, ".") {
			if err != nil && len(part) > 12 && strings.Contains(err.Error(), part) {
				t.Errorf("%s: the error shows a part of the token: %v", name, err)
			}
		}
	}
}

func TestCheck(t *testing.T) {
	good, err := ParseClaims(tokenOf(t, map[string]any{"iat": wholeYear, "nbf": wholeYear - 600, "exp": wholeYear + 300}))
	if err != nil {
		t.Fatal(err)
	}
	at := func(seconds int64) time.Time { return time.Unix(wholeYear+seconds, 0) }
	for _, tt := range []struct {
		name   string
		now    time.Time
		change func(*Claims)
		claim  string // "" where all is well
		says   string
	}{
		{"good", at(0), func(*Claims) {}, "", ""},
		{"at the end", at(300), func(*Claims) {}, "", ""},
		{"within the skew", at(360), func(*Claims) {}, "", ""},
		{"expired", at(361), func(*Claims) {}, "exp", "is past"},
		{"before the start", at(-660), func(*Claims) {}, "", ""},
		{"too early", at(-661), func(*Claims) {}, "nbf", "is not reached"},
		{"no start", at(-9999), func(c *Claims) { c.NotBefore = time.Time{} }, "", ""},
		{"no end", at(0), func(c *Claims) { c.Expires = time.Time{} }, "exp", "is missing"},
		{"audience", at(0), func(c *Claims) { c.Audience = "pypi" }, "aud", `"sigstore"`},
		{"audience of other case", at(0), func(c *Claims) { c.Audience = "Sigstore" }, "aud", `"Sigstore"`},
		{"issuer", at(0), func(c *Claims) { c.Issuer = "https://example.org" }, "iss", TokenIssuer},
		{"issuer with a slash", at(0), func(c *Claims) { c.Issuer += "/" }, "iss", "enterprise"},
		{"an enterprise's issuer", at(0), func(c *Claims) { c.Issuer += "/octo" }, "iss", "not supported"},
		{"a GitLab token", at(0), func(c *Claims) { *c = Claims{Issuer: "https://gitlab.com", Subject: "x", Audience: "sigstore"} }, "repository", "is missing"},
		{"malformed by hand", at(0), func(c *Claims) { c.SHA = "main" }, "sha", "is not a commit"},
		{"malformed, not needed", at(0), func(c *Claims) { c.Actor = "a\nb" }, "actor", "control character"},
		{"no environment", at(0), func(c *Claims) { c.Environment = "" }, "", ""},
	} {
		c := good
		tt.change(&c)
		err := c.Check("sigstore", tt.now)
		claim := new(ClaimError)
		if tt.claim == "" && err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if tt.claim != "" && (!errors.As(err, &claim) || claim.Claim != tt.claim || !strings.Contains(err.Error(), tt.says) || claim.Hint == "") {
			t.Errorf("%s: %v; want %q of %q", tt.name, err, tt.says, tt.claim)
		}
	}
	if err := good.Check("", at(0)); err == nil {
		t.Error("an empty audience is taken")
	}
}

// TestEveryNeededClaim removes one claim after the other.
func TestEveryNeededClaim(t *testing.T) {
	good, err := ParseClaims(tokenOf(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	needed := 0
	for _, k := range claims {
		c := good
		*k.at(&c) = ""
		err := c.Complete()
		claim := new(ClaimError)
		if !k.needed {
			if err != nil {
				t.Errorf("without %s: %v", k.name, err)
			}
			continue
		}
		needed++
		if !errors.As(err, &claim) || claim.Claim != k.name || claim.Problem != "is missing" {
			t.Errorf("without %s: %v", k.name, err)
		}
	}
	if needed != 18 {
		t.Errorf("%d claims are needed, expecting the three of every token and the 15 of Fulcio's template", needed)
	}
}

// TestRealWorkflowRefs holds the forms against the index's own test cases: what
// it reads a workflow from must be readable here.
func TestRealWorkflowRefs(t *testing.T) {
	data, err := os.ReadFile(corpus.Path(t, "vectors", "github_claims.json"))
	if err != nil {
		t.Fatal(err)
	}
	var vectors struct {
		Cases struct {
			Workflows []struct {
				Ref      string  `json:"workflow_ref"`
				Expected *string `json:"expected"`
			} `json:"workflow_filename"`
		} `json:"cases"`
	}
	if err := json.Unmarshal(data, &vectors); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, v := range vectors.Cases.Workflows {
		if v.Expected == nil {
			continue
		}
		n++
		for _, claim := range []string{"workflow_ref", "job_workflow_ref"} {
			if _, err := ParseClaims(tokenOf(t, map[string]any{claim: v.Ref})); err != nil {
				t.Error(err)
			}
		}
		if w, err := ParseWorkflowRef(v.Ref); err != nil || w.String() != v.Ref {
			t.Errorf("%q: read as %q, %v", v.Ref, w, err)
		}
	}
	if n < 10 {
		t.Errorf("%d cases", n)
	}
}

// FuzzParseClaims holds that no bytes panic, that what is read is complete or
// refused as a whole, and that it is the same when written again.
func FuzzParseClaims(f *testing.F) {
	issuer := runnertest.StartIssuer(f)
	f.Add([]byte(`{"sha":"a","exp":1}`))
	f.Add([]byte(`{"environment":1,"check_run_id":1e9,"ref_protected":false}`))
	payload, _ := base64.RawURLEncoding.DecodeString(strings.Split(issuer.Token("sigstore", nil), ".")[1])
	f.Add(payload)
	f.Fuzz(func(t *testing.T, body []byte) {
		c, err := ParseClaims("eyJhbGciOiJSUzI1NiJ9." + base64.RawURLEncoding.EncodeToString(body) + ".YQ")
		if err != nil {
			if c != (Claims{}) {
				t.Fatalf("%v, and claims %+v", err, c)
			}
			return
		}
		for _, k := range claims {
			if err := k.check(*k.at(&c)); err != nil {
				t.Fatalf("taken, but %v", err)
			}
		}
		c.Check("sigstore", time.Unix(wholeYear, 0))
		_ = fmt.Sprint(c)
	})
}
