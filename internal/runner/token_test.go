// SPDX-License-Identifier: BSD-3-Clause

package runner

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/httpx"
	"github.com/scientific-python/sallyport/internal/runner/runnertest"
)

// tokenJob is a job that may ask issuer for tokens, with a clock of its own.
type tokenJob struct {
	*job
	issuer *runnertest.Issuer
	pauses []time.Duration
	opts   TokenOptions
}

func newTokenJob(t testing.TB) *tokenJob {
	t.Helper()
	j := &tokenJob{job: newJob(t), issuer: runnertest.StartIssuer(t)}
	for k, v := range j.issuer.Env("") {
		j.env[k] = v
	}
	now := time.Now()
	j.opts = TokenOptions{
		Now: func() time.Time { return now },
		Sleep: func(_ context.Context, d time.Duration) error {
			j.pauses = append(j.pauses, d)
			now = now.Add(d)
			return nil
		},
	}
	return j
}

// masks returns what the log asks the runner to mask.
func (j *tokenJob) masks() []string {
	var out []string
	for _, c := range runnertest.ParseLog(j.log.String()) {
		if c.Name == "add-mask" {
			out = append(out, c.Data)
		}
	}
	return out
}

// unmasked holds that text shows neither the request token nor anything that
// begins like a signed token.
func (j *tokenJob) unmasked(t *testing.T, what, text string) {
	t.Helper()
	for _, secret := range []string{j.env[tokenBearer], "eyJ"} {
		if strings.Contains(text, secret) {
			t.Errorf("%s shows %.20q…: %s", what, secret, text)
		}
	}
}

func TestIDToken(t *testing.T) {
	j := newTokenJob(t)
	j.issuer.Set(map[string]any{"environment": "pypi"})
	token, err := j.IDToken(t.Context(), "sigstore", j.opts)
	if err != nil {
		t.Fatal(err)
	}
	want := []runnertest.Request{{Method: "GET", Audience: "sigstore", Authorized: true}}
	if diff := cmp.Diff(want, j.issuer.Requests()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{j.env[tokenBearer], token.Secret()}, j.masks()); diff != "" {
		t.Errorf("masks, in order (-want +got):\n%s", diff)
	}
	again, err := ParseClaims(token.Secret())
	if err != nil || again != token.Claims {
		t.Errorf("the token's claims: %+v, %v; returned with it: %+v", again, err, token.Claims)
	}
	if c := token.Claims; c.Audience != "sigstore" || c.Environment != "pypi" || c.Repository != "octo-sci/samplepkg" {
		t.Errorf("claims %+v", c)
	}
	for _, show := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		holder := struct{ Token, token *IDToken }{token, token}
		for _, text := range []string{fmt.Sprintf(show, token), fmt.Sprintf(show, *token), fmt.Sprintf(show, holder)} {
			j.unmasked(t, show, text)
		}
	}
	if data, err := json.Marshal(token); err != nil {
		t.Error(err)
	} else {
		j.unmasked(t, "JSON", string(data))
	}
}

// A token is asked for with any audience, one and the same way.
func TestAudienceIsEscaped(t *testing.T) {
	for _, audience := range []string{"https://github.com/octo-sci?a=b&c=d#e", "two words", "a+b%20c", "é☃"} {
		j := newTokenJob(t)
		token, err := j.IDToken(t.Context(), audience, j.opts)
		if err != nil {
			t.Errorf("%q: %v", audience, err)
			continue
		}
		if got := j.issuer.Requests()[0].Audience; got != audience || token.Claims.Audience != audience {
			t.Errorf("%q: asked for %q, got %q", audience, got, token.Claims.Audience)
		}
	}
	for _, audience := range []string{"", " ", "a\nb", " a", "\xff"} {
		j := newTokenJob(t)
		if _, err := j.IDToken(t.Context(), audience, j.opts); err == nil || len(j.issuer.Requests()) > 0 {
			t.Errorf("%q: %v after %d requests", audience, err, len(j.issuer.Requests()))
		}
	}
}

func TestNoPermission(t *testing.T) {
	for _, tt := range []struct {
		unset []string
		says  string
	}{
		{[]string{tokenURL, tokenBearer}, tokenURL + " and " + tokenBearer + " are not set"},
		{[]string{tokenURL}, tokenURL + " is not set"},
		{[]string{tokenBearer}, tokenBearer + " is not set"},
	} {
		for _, empty := range []bool{true, false} {
			j := newTokenJob(t)
			for _, k := range tt.unset {
				if delete(j.env, k); empty {
					j.env[k] = ""
				}
			}
			_, err := j.IDToken(t.Context(), "sigstore", j.opts)
			var missing *PermissionError
			if !errors.As(err, &missing) || !cmp.Equal(missing.Missing, tt.unset) {
				t.Errorf("without %q: %v", tt.unset, err)
				continue
			}
			for _, says := range []string{tt.says, `no "permissions: id-token: write"`, `add "id-token: write"`} {
				if !strings.Contains(err.Error(), says) {
					t.Errorf("without %q: %q does not say %q", tt.unset, err, says)
				}
			}
			if !strings.Contains(missing.YAML(), "\n      id-token: write\n") || missing.Hint() == "" {
				t.Errorf("lines to add %q, hint %q", missing.YAML(), missing.Hint())
			}
		}
	}
	if _, err := (*Runner)(nil).IDToken(t.Context(), "sigstore", TokenOptions{}); !errors.Is(err, ErrOutsideActions) {
		t.Errorf("outside of Actions: %v", err)
	}
}

// The request token goes over https, or to this machine, and nowhere else.
func TestTokenAddress(t *testing.T) {
	for _, tt := range []struct{ url, says string }{
		{"http://example.org/idtoken?api-version=2.0", "https://"},
		{"http://127.0.0.1.example.org/idtoken", "https://"},
		{"ftp://127.0.0.1/idtoken", "https://"},
		{"file:///etc/passwd", "not an address"},
		{"//127.0.0.1/idtoken", "not a URL"},
		{"127.0.0.1:80/idtoken", "not an address"},
		{"https:opaque", "not an address"},
		{"https://user:pass@127.0.0.1/", "user name"},
		{"https://127.0.0.1/#x", "fragment"},
		{"https://127.0.0.1/?audience=other", "audience already"},
		{"https://127.0.0.1/?x=1&audience=", "audience already"},
		{"https://127.0.0.1/\n", "not an address"},
	} {
		j := newTokenJob(t)
		j.env[tokenURL] = tt.url
		asked := 0
		j.opts.HTTPClient = &http.Client{Transport: transport(func(*http.Request) (*http.Response, error) {
			asked++
			return nil, errors.New("must not be asked")
		})}
		_, err := j.IDToken(t.Context(), "sigstore", j.opts)
		if err == nil || !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), tokenURL) || asked > 0 {
			t.Errorf("%q: %v after %d requests; want %q", tt.url, err, asked, tt.says)
		}
		if err != nil && strings.Contains(err.Error(), "pass@") {
			t.Errorf("%q: %v", tt.url, err)
		}
	}
	for _, bearer := range []string{"short", "two words of it", "line\nbreak-of-it"} {
		j := newTokenJob(t)
		j.env[tokenBearer] = bearer
		if _, err := j.IDToken(t.Context(), "sigstore", j.opts); err == nil || strings.Contains(err.Error(), bearer) || len(j.issuer.Requests()) > 0 {
			t.Errorf("request token %q: %v", bearer, err)
		}
	}
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// A service that is not there is worth trying again; one whose certificate
// nobody vouches for is not.
func TestUnreachable(t *testing.T) {
	stranger := httptest.NewUnstartedServer(newTokenJob(t).issuer)
	stranger.Config.ErrorLog = log.New(io.Discard, "", 0)
	stranger.StartTLS()
	defer stranger.Close()
	j := newTokenJob(t)
	j.env[tokenURL] = stranger.URL + runnertest.TokenPath
	_, err := j.IDToken(t.Context(), "sigstore", j.opts)
	if failed := new(TokenError); !errors.As(err, &failed) || failed.Tries != 1 || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a certificate of nobody: %v", err)
	}
	j = newTokenJob(t)
	j.env[tokenURL] = "http://127.0.0.1:1/idtoken?api-version=2.0"
	_, err = j.IDToken(t.Context(), "sigstore", j.opts)
	if failed := new(TokenError); !errors.As(err, &failed) || failed.Tries < 5 || !errors.As(err, new(*httpx.TransportError)) {
		t.Errorf("nobody listens: %v", err)
	}
}

func TestCancelled(t *testing.T) {
	for _, when := range []string{"before", "while asking", "while pausing"} {
		j := newTokenJob(t)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		switch when {
		case "before":
			cancel()
		case "while asking":
			j.issuer.Fail(runnertest.Fault{Hang: true})
			j.opts.HTTPClient = &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
				cancel()
				return http.DefaultTransport.RoundTrip(r)
			})}
		case "while pausing":
			j.issuer.Fail(runnertest.Fault{Status: 503})
			j.opts.Sleep = func(ctx context.Context, _ time.Duration) error { cancel(); return ctx.Err() }
		}
		_, err := j.IDToken(ctx, "sigstore", j.opts)
		if !errors.Is(err, context.Canceled) || errors.As(err, new(*TokenError)) {
			t.Errorf("%s: %v", when, err)
		}
		if when == "while pausing" && !strings.Contains(err.Error(), "503") {
			t.Errorf("%s: %q does not name the last answer", when, err)
		}
	}
}

// TestRealClock holds the defaults: nothing but the zero options, and a pause
// that is cut short.
func TestRealClock(t *testing.T) {
	j := newTokenJob(t)
	if _, err := j.IDToken(t.Context(), "sigstore", TokenOptions{}); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := httpx.Sleep(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("a pause in an ended context: %v", err)
	}
	if err := httpx.Sleep(t.Context(), time.Nanosecond); err != nil {
		t.Error(err)
	}
}

// A token whose claims are not those of a job that was asked for is never
// returned, and masked nevertheless.
func TestWrongClaims(t *testing.T) {
	for _, tt := range []struct {
		claim string
		value any
	}{
		{"aud", "pypi"}, {"iss", "https://token.actions.githubusercontent.com/octo"}, {"exp", 1_600_000_000},
		{"nbf", time.Now().Add(time.Hour).Unix()}, {"sha", "v1.0"}, {"job_workflow_ref", nil},
	} {
		j := newTokenJob(t)
		j.issuer.Set(map[string]any{tt.claim: tt.value})
		token, err := j.IDToken(t.Context(), "sigstore", j.opts)
		claim := new(ClaimError)
		if token != nil || !errors.As(err, &claim) || claim.Claim != tt.claim {
			t.Errorf("%s %v: %v", tt.claim, tt.value, err)
			continue
		}
		j.unmasked(t, "the error", err.Error())
		if len(j.masks()) != 2 {
			t.Errorf("%s: %d masks", tt.claim, len(j.masks()))
		}
	}
}

// Nothing but the masks is written to the log.
func TestTokenLog(t *testing.T) {
	j := newTokenJob(t)
	j.issuer.Fail(runnertest.Fault{Status: 503, Body: "::error::x\n##[error]y"})
	if _, err := j.IDToken(t.Context(), "sigstore", j.opts); err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(j.log.Bytes(), []byte("\n")); n != 2 || len(j.masks()) != 2 {
		t.Errorf("%d lines, %d masks", n, len(j.masks()))
	}
}
