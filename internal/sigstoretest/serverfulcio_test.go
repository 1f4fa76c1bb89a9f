// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/scientific-python/sallyport/internal/runner/runnertest"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

// What the real Fulcio answers, word for word.
func TestFulcioRefuses(t *testing.T) {
	const badToken = `{"code":3, "message":"There was an error processing the identity token", "details":[]}`
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	_, s := serve(t, sigstoretest.PublicGood, sigstoretest.ServeOptions{Key: key.Public()})
	issuer := runnertest.IssuerOf("", key)
	past, soon := time.Now().Add(-time.Minute).Unix(), time.Now().Add(time.Hour).Unix()
	forged := token(t, nil)
	for name, tt := range map[string]struct{ token, want string }{
		"good":                {issuer.Token("sigstore", nil), ""},
		"several audiences":   {issuer.Token("", map[string]any{"aud": []string{"other", "sigstore"}}), ""},
		"enterprise":          {issuer.Token("sigstore", map[string]any{"iss": runnertest.GitHubIssuer + "/octo-corp"}), ""},
		"in a minute":         {issuer.Token("sigstore", map[string]any{"nbf": time.Now().Add(time.Minute).Unix()}), ""},
		"no token":            {"", badToken},
		"not a token":         {"a.b", badToken},
		"not base64":          {"a.*.c", badToken},
		"not JSON":            {issuer.Sign([]byte("{")), badToken},
		"audience":            {issuer.Token("nobody", nil), badToken},
		"no audience":         {issuer.Token("", map[string]any{"aud": nil}), badToken},
		"other key":           {forged, badToken},
		"other issuer":        {issuer.Token("sigstore", map[string]any{"iss": "https://token.actions.githubusercontent.community"}), badToken},
		"expired":             {issuer.Token("sigstore", map[string]any{"exp": past}), badToken},
		"no expiry":           {issuer.Token("sigstore", map[string]any{"exp": nil}), badToken},
		"in an hour":          {issuer.Token("sigstore", map[string]any{"nbf": soon}), badToken},
		"other subject":       {issuer.Token("sigstore", map[string]any{"sub": "repo:a/b"}), `{"code":3, "message":"The signature supplied in the request could not be verified", "details":[]}`},
		"no job_workflow_ref": {issuer.Token("sigstore", map[string]any{"job_workflow_ref": nil}), `{"code":3, "message":"template: :1:14: executing \"\" at <.job_workflow_ref>: map has no entry for key \"job_workflow_ref\"", "details":[]}`},
		"no event_name":       {issuer.Token("sigstore", map[string]any{"event_name": nil}), "value <event_name> not present in either claims or defaults. {"},
	} {
		t.Run(name, func(t *testing.T) {
			resp, body, err := ask(t, s, newClient(t, s), tt.token, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			want := http.StatusOK
			if tt.want != "" {
				want = http.StatusBadRequest
			}
			if resp.StatusCode != want || !strings.Contains(body, tt.want) || resp.Header.Get("Content-Type") != "application/json" {
				t.Errorf("status %d: %s", resp.StatusCode, body)
			}
		})
	}
}

func TestFulcioRefusesRequests(t *testing.T) {
	_, s := serve(t, sigstoretest.PublicGood, sigstoretest.ServeOptions{})
	good := token(t, nil)
	for _, tt := range []struct {
		path, body string
		status     int
		want       string
	}{
		{"/api/v2/signingCert", "{", 400, `"code":3`},
		{"/api/v2/signingCert", "{}", 400, `"message":"The public key supplied in the request could not be parsed"`},
		{"/api/v2/", "{}", 404, `{"code":5, "message":"Not Found", "details":[]}`},
		{"/api/v2/signingCert", strings.Repeat(" ", 5<<20), 400, "too large"},
	} {
		body, _, err := post(s.FulcioURL+tt.path, "application/json", good, []byte(tt.body), tt.status)
		if err != nil || !strings.Contains(string(body), tt.want) {
			t.Errorf("%s: %v, %s", tt.path, err, body)
		}
	}
}

func TestFulcioChain(t *testing.T) {
	for kind, names := range map[sigstoretest.Kind][]string{
		sigstoretest.PublicGood: {"", "sigstore-intermediate", "sigstore"},
		sigstoretest.GitHub:     {"", "Fulcio Intermediate l2", "Fulcio Intermediate l1", "Internal Services Root"},
	} {
		_, s := serve(t, kind, sigstoretest.ServeOptions{Lifetime: 3 * time.Second})
		chain, err := newClient(t, s).certify(token(t, nil))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for i, text := range chain {
			block, rest := pem.Decode([]byte(text))
			if block == nil || len(rest) > 0 {
				t.Fatalf("certificate %d: %q", i, text)
			}
			cert, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, cert.Subject.CommonName)
			if lifetime := cert.NotAfter.Sub(cert.NotBefore); i == 0 && lifetime != 3*time.Second {
				t.Errorf("valid for %v", lifetime)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(names) {
			t.Errorf("%s: chain %q, want %q", kind, got, names)
		}
	}
}

func TestClock(t *testing.T) {
	at := sigstoretest.DefaultTime
	in, s := serve(t, sigstoretest.PublicGood, sigstoretest.ServeOptions{Now: func() time.Time { return at }})
	pb, err := bundle(t, s, token(t, map[string]any{"exp": at.Add(time.Minute).Unix(), "nbf": at.Unix()}), sigstoretest.LogV1, true)
	if err != nil {
		t.Fatal(err)
	}
	if a := verify(t, verifier(t, in), pb); !a.OK() || !a.Time.Equal(at) || !a.Signer.NotBefore.Equal(at) {
		t.Errorf("signed at %v, %+v", a.Time, a.Problem)
	}
}
