// SPDX-License-Identifier: BSD-3-Clause

package runner

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/httpx"
	"github.com/scientific-python/sallyport/internal/runner/runnertest"
)

// verify asks for a verified token; the issuer's keys are its own.
func (j *tokenJob) verify(t *testing.T, audience string, change func(*VerifyOptions)) (*IDToken, error) {
	t.Helper()
	o := VerifyOptions{TokenOptions: j.opts, Issuer: j.issuer.Base()}
	if change != nil {
		change(&o)
	}
	token, err := j.VerifiedToken(t.Context(), audience, o)
	if (token == nil) == (err == nil) {
		t.Fatalf("token %v and error %v", token, err)
	}
	if err != nil {
		j.unmasked(t, "the error", err.Error())
	}
	return token, err
}

func TestVerifiedToken(t *testing.T) {
	j := newTokenJob(t)
	for k, v := range map[string]string{"GITHUB_REPOSITORY_ID": "100200300", "GITHUB_RUN_ID": "11122233344", "GITHUB_RUN_ATTEMPT": "1"} {
		j.env[k] = v
	}
	j.issuer.Set(map[string]any{"environment": "pypi"})
	token, err := j.verify(t, GateAudience, nil)
	if err != nil {
		t.Fatal(err)
	}
	if c := token.Claims; c.Environment != "pypi" || c.Audience != GateAudience || c.SHA != runnertest.ReleaseCommit {
		t.Errorf("claims %+v", c)
	}
	want := []runnertest.Request{{Method: "GET", Audience: GateAudience, Authorized: true}}
	if diff := cmp.Diff(want, j.issuer.Requests()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	if masks := j.masks(); len(masks) != 2 || masks[1] != token.Secret() {
		t.Errorf("%d masks", len(masks))
	}
}

// A token for a service would be of use to whoever got hold of it.
func TestForeignAudience(t *testing.T) {
	for _, audience := range []string{"", "pypi", "testpypi", "sigstore", "PyPI", "https://github.com/octo-sci", "sts.amazonaws.com",
		"sallyport", "sallyport-", "sallyport-gate\n", "sallyport-gate pypi", "xsallyport-gate", "Sallyport-gate"} {
		j := newTokenJob(t)
		_, err := j.verify(t, audience, nil)
		if e := new(AudienceError); !errors.As(err, &e) || e.Audience != audience {
			t.Errorf("%q: %v", audience, err)
		}
		if n := len(j.issuer.Requests()); n != 0 {
			t.Errorf("%q: %d requests", audience, n)
		}
	}
}

// Keys come from GitHub, or from this machine in a test.
func TestForeignIssuer(t *testing.T) {
	for _, issuer := range []string{"https://issuer.example", "http://token.actions.githubusercontent.com", "https://token.actions.githubusercontent.com.example",
		"https://token.actions.githubusercontent.com/octo-sci", "https://127.0.0.1.example", "file:///etc/passwd", "127.0.0.1", "https://u:p@127.0.0.1", "::"} {
		j := newTokenJob(t)
		if _, err := j.verify(t, GateAudience, func(o *VerifyOptions) { o.Issuer = issuer }); err == nil || len(j.issuer.Requests()) != 0 {
			t.Errorf("%q: %v, %d requests", issuer, err, len(j.issuer.Requests()))
		}
	}
	if k, err := newKeysClient(VerifyOptions{}); err != nil || k.host != "token.actions.githubusercontent.com" || k.client.URL(keysPath, nil) != TokenIssuer+"/.well-known/jwks" {
		t.Errorf("%+v, %v", k, err)
	}
}

// TestTokenOfAnotherJob has tokens that are genuine and not this job's.
func TestTokenOfAnotherJob(t *testing.T) {
	for _, tt := range []struct {
		name, claim string
		env         map[string]string
		claims      map[string]any
	}{
		{"another run", "run_id", map[string]string{"GITHUB_RUN_ID": "999"}, nil},
		{"another attempt", "run_attempt", map[string]string{"GITHUB_RUN_ID": "11122233344", "GITHUB_RUN_ATTEMPT": "2"}, nil},
		{"another repository", "repository_id", map[string]string{"GITHUB_REPOSITORY_ID": "5"}, nil},
		{"kept", "iat", nil, map[string]any{"iat": time.Now().Unix() - 240}},
		{"to come", "iat", nil, map[string]any{"iat": time.Now().Unix() + 240}},
		{"undated", "iat", nil, map[string]any{"iat": nil}},
		{"past", "exp", nil, map[string]any{"exp": time.Now().Unix() - 100}},
		{"another issuer", "iss", nil, map[string]any{"iss": TokenIssuer + "/octo-sci"}},
		{"another audience", "aud", nil, map[string]any{"aud": "pypi"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			j := newTokenJob(t)
			for k, v := range tt.env {
				j.env[k] = v
			}
			j.issuer.Set(tt.claims)
			_, err := j.verify(t, GateAudience, nil)
			if e := new(ClaimError); !errors.As(err, &e) || e.Claim != tt.claim || e.Hint == "" {
				t.Errorf("%v, expecting one about %s", err, tt.claim)
			}
		})
	}
	j := newTokenJob(t)
	j.env["GITHUB_RUN_ID"] = "none"
	if _, err := j.verify(t, GateAudience, nil); err == nil || len(j.issuer.Requests()) != 0 {
		t.Errorf("malformed facts: %v", err)
	}
}

// TestForgedToken has tokens that the issuer did not sign, in every way.
func TestForgedToken(t *testing.T) {
	real := runnertest.StartIssuer(t)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	forger := runnertest.IssuerOf("", key)
	genuine := real.Token(GateAudience, nil)
	parts := strings.Split(genuine, ".")
	kid := header(t, genuine)["kid"]
	with := func(h map[string]any) string {
		data, err := json.Marshal(h)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(data) + "." + parts[1] + "." + parts[2]
	}
	stolen := strings.Split(forger.Token(GateAudience, nil), ".")
	set := keysOf(t, real)
	for name, tt := range map[string]struct{ token, says string }{
		"genuine":           {genuine, ""},
		"another's key":     {forger.Token(GateAudience, nil), "does not publish"},
		"another's key, id": {parts[0] + "." + stolen[1] + "." + stolen[2], "the signature does not verify"},
		"edited":            {parts[0] + "." + stolen[1] + "." + parts[2], "the signature does not verify"},
		"other header":      {with(map[string]any{"alg": "RS256", "kid": kid, "x": 1}), "the signature does not verify"},
		"no signature":      {parts[0] + "." + parts[1] + ".", "the signature does not verify"},
		"no base64":         {parts[0] + "." + parts[1] + ".!", "not base64url"},
		"not signed":        {with(map[string]any{"alg": "none", "kid": kid}), "RS256"},
		"by password":       {with(map[string]any{"alg": "HS256", "kid": kid}), "RS256"},
		"PSS":               {with(map[string]any{"alg": "PS256", "kid": kid}), "RS256"},
		"no key":            {with(map[string]any{"alg": "RS256"}), "names no key"},
		"empty key":         {with(map[string]any{"alg": "RS256", "kid": ""}), "names no key"},
		"key as a number":   {with(map[string]any{"alg": "RS256", "kid": 1}), "names no key"},
		"extension":         {with(map[string]any{"alg": "RS256", "kid": kid, "crit": []string{"exp"}}), "extensions"},
		"own key":           {with(map[string]any{"alg": "RS256", "kid": "x", "jwk": map[string]any{"kty": "RSA"}}), "does not publish"},
		"two parts":         {parts[0] + "." + parts[1], "three parts"},
		"no header":         {"." + parts[1] + "." + parts[2], "header"},
	} {
		err := set.verify(tt.token)
		if tt.says == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if e := new(SignatureError); !errors.As(err, &e) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, expecting %q", name, err, tt.says)
		}
	}
}

// A service that hands out another issuer's tokens is found out.
func TestVerifiedTokenForged(t *testing.T) {
	j := newTokenJob(t)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	forger := runnertest.IssuerOf("", key)
	server := httptest.NewServer(forger)
	t.Cleanup(server.Close)
	for k, v := range forger.Env(server.URL) {
		j.env[k] = v
	}
	_, err = j.verify(t, GateAudience, nil)
	if e := new(SignatureError); !errors.As(err, &e) {
		t.Errorf("%v", err)
	}
}

func header(t *testing.T, token string) map[string]any {
	t.Helper()
	data, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[0])
	if err != nil {
		t.Fatal(err)
	}
	var h map[string]any
	if err := json.Unmarshal(data, &h); err != nil {
		t.Fatal(err)
	}
	return h
}

// keysOf asks an issuer for its keys.
func keysOf(t *testing.T, i *runnertest.Issuer) keySet {
	t.Helper()
	k, err := newKeysClient(VerifyOptions{Issuer: i.Base()})
	if err != nil {
		t.Fatal(err)
	}
	set, err := k.fetch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestNoKeys has an issuer that gives no keys, or no good ones.
func TestNoKeys(t *testing.T) {
	for name, tt := range map[string]struct {
		status         int
		body           string
		refuses, limit bool
	}{
		"busy":      {status: 503, refuses: true},
		"not found": {status: 404, refuses: true},
		"moved":     {status: 201, body: `{"keys":[]}`, refuses: true},
		"none":      {status: 200, body: `{"keys":[]}`},
		"HTML":      {status: 200, body: `<html>`},
		"too much":  {status: 200, body: strings.Repeat(" ", maxKeys) + "{}", limit: true},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.WriteHeader(tt.status)
				fmt.Fprint(w, tt.body)
			}))
			t.Cleanup(server.Close)
			j := newTokenJob(t)
			_, err := j.verify(t, GateAudience, func(o *VerifyOptions) {
				o.Issuer = server.URL
				o.Sleep = func(context.Context, time.Duration) error { return nil }
			})
			keys, status, limit := new(KeysError), new(httpx.StatusError), new(httpx.LimitError)
			if !errors.As(err, &keys) || keys.Host == "" || errors.As(err, &status) != tt.refuses || errors.As(err, &limit) != tt.limit {
				t.Errorf("%v", err)
			}
		})
	}
}

// Where no token can be asked for, the errors are those of IDToken.
func TestNoTokenToVerify(t *testing.T) {
	var none *Runner
	if _, err := none.VerifiedToken(t.Context(), GateAudience, VerifyOptions{}); !errors.Is(err, ErrOutsideActions) {
		t.Errorf("outside of Actions: %v", err)
	}
	j := newTokenJob(t)
	delete(j.env, tokenURL)
	_, err := j.verify(t, GateAudience, nil)
	if e := new(PermissionError); !errors.As(err, &e) {
		t.Errorf("without permission: %v", err)
	}
	j = newTokenJob(t)
	j.issuer.Fail(runnertest.Fault{Status: 403})
	_, err = j.verify(t, GateAudience, nil)
	if e := new(TokenError); !errors.As(err, &e) {
		t.Errorf("refused: %v", err)
	}
}
