// SPDX-License-Identifier: BSD-3-Clause

package attest

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/scientific-python/sallyport/internal/runner/runnertest"
)

// Every variation of the claims that the policy refuses, with the rule that says
// why: nothing is signed, and no service is asked.
func TestRefused(t *testing.T) {
	connect(t)
	const (
		repository = "octo-sci/samplepkg"
		workflows  = repository + "/.github/workflows/"
	)
	from := func(repo, file, ref string) map[string]any {
		owner, _, _ := strings.Cut(repo, "/")
		at := repo + "/.github/workflows/" + file + "@" + ref
		return map[string]any{"repository": repo, "repository_owner": owner, "ref": ref, "workflow_ref": at, "job_workflow_ref": at}
	}
	for name, tt := range map[string]struct {
		claims map[string]any
		flags  []string
		code   int
		says   string
	}{
		"event: pull_request_target": {map[string]any{"event_name": "pull_request_target"}, nil, 1, "wrong-event"},
		"event: pull_request":        {map[string]any{"event_name": "pull_request", "ref": "refs/pull/7/merge", "ref_type": "branch"}, nil, 1, "wrong-event"},
		"event: issue_comment":       {map[string]any{"event_name": "issue_comment"}, nil, 1, "wrong-event"},
		"event: schedule":            {map[string]any{"event_name": "schedule"}, nil, 1, "wrong-event"},
		"event: not the policy's":    {nil, []string{"--event", "release"}, 1, "wrong-event"},
		"ref: a branch":              {from(repository, "release.yml", "refs/heads/main"), nil, 1, "wrong-ref"},
		"ref: a branch like a tag":   {from(repository, "release.yml", "refs/heads/v1.0.0"), nil, 1, "wrong-ref"},
		"ref: another version":       {from(repository, "release.yml", "refs/tags/v1.0.1"), nil, 1, "wrong-ref"},
		"commit":                     {nil, []string{"--commit", strings.Repeat("a", 40)}, 1, "wrong-commit"},
		"runner":                     {map[string]any{"runner_environment": "self-hosted"}, nil, 1, "self-hosted-runner"},
		"environment":                {map[string]any{"environment": "docs"}, []string{"--builder-environment", "release-build"}, 1, "wrong-environment"},
		"no environment":             {nil, []string{"--builder-environment", "release-build"}, 1, "wrong-environment"},
		"publish: environment":       {map[string]any{"environment": "testpypi"}, []string{"--kinds", "publish"}, 1, "wrong-environment"},
		"repository":                 {from("mallory/samplepkg", "release.yml", "refs/tags/v1.0.0"), nil, 1, "wrong-repository"},
		"repository id":              {map[string]any{"repository_id": "999"}, nil, 1, "wrong-repository-id"},
		"owner id":                   {map[string]any{"repository_owner_id": "999"}, nil, 1, "wrong-owner-id"},
		"workflow":                   {from(repository, "other.yml", "refs/tags/v1.0.0"), nil, 1, "wrong-workflow"},
		"reusable workflow":          {map[string]any{"job_workflow_ref": "mallory/tools/.github/workflows/sign.yml@refs/tags/v1"}, nil, 1, "untrusted-signer"},
		"private, --kinds slsa":      {map[string]any{"repository_visibility": "private"}, []string{"--kinds", "slsa"}, 3, "--public-good"},

		"audience":         {map[string]any{"aud": "pypi"}, nil, 2, `not the audience "sigstore"`},
		"expired":          {map[string]any{"exp": time.Now().Add(-10 * time.Minute).Unix()}, nil, 2, "is past"},
		"not yet valid":    {map[string]any{"nbf": time.Now().Add(time.Hour).Unix()}, nil, 2, "is not reached"},
		"issuer":           {map[string]any{"iss": "https://token.example.org"}, nil, 2, `"iss"`},
		"no job_workflow":  {map[string]any{"job_workflow_ref": nil}, nil, 2, `"job_workflow_ref" is missing`},
		"no run id":        {map[string]any{"run_id": nil}, nil, 2, `"run_id" is missing`},
		"no visibility":    {map[string]any{"repository_visibility": nil}, nil, 2, `"repository_visibility" is missing`},
		"malformed commit": {map[string]any{"sha": "main"}, nil, 2, `"sha"`},
		"hostile ref":      {map[string]any{"ref": "refs/tags/v1.0.0\n::error::x"}, nil, 2, `"ref"`},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, 2)
			proxies := s.through(t)
			s.issuer.Set(tt.claims)
			before := s.files(t)
			r := s.attest(t, tt.flags...)
			r.wants(t, tt.code, tt.says)
			for _, c := range runnertest.ParseLog(r.stdout + r.stderr) {
				if !strings.HasPrefix(c.Properties["title"], "sallyport: ") {
					t.Errorf("the runner would execute %q", c.Line)
				}
			}
			s.unchanged(t, before)
			for name, p := range proxies {
				if n := p.asked.Load(); n > 0 {
					t.Errorf("%s was asked %d times", name, n)
				}
			}
		})
	}
}

// Fulcio itself refuses what gets past us, and its one answer for everything is
// explained.
func TestFulcioRefuses(t *testing.T) {
	s := newScene(t, 2)
	p := s.through(t)
	before := s.files(t)
	// The token that reaches Fulcio is not the one that was checked.
	other := s.issuer.Token("pypi", nil)
	p["fulcio"].meet = func(_ int64, w http.ResponseWriter, r *http.Request) bool {
		r.Header.Set("Authorization", "Bearer "+other)
		return false
	}
	s.attest(t).wants(t, 2, "Fulcio", "400", "identity token")
	s.unchanged(t, before)
}

// expireFirst has the first token expire on its way to Fulcio, which takes the
// first question longer than the token is good for.
func (s *scene) expireFirst(fulcio *proxy) {
	s.issuer.Set(map[string]any{"exp": time.Now().Add(8 * time.Second).Unix()})
	fulcio.meet = func(n int64, _ http.ResponseWriter, _ *http.Request) bool {
		if n == 1 {
			s.issuer.Set(map[string]any{"exp": time.Now().Add(5 * time.Minute).Unix()})
			time.Sleep(10 * time.Second)
		}
		return false
	}
}
