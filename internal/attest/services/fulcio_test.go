// SPDX-License-Identifier: BSD-3-Clause

package services

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/scientific-python/sallyport/internal/runner/runnertest"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func must[T any](t testing.TB) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func started(t testing.TB, kind sigstoretest.Kind, o sigstoretest.ServeOptions) *sigstoretest.Server {
	t.Helper()
	return sigstoretest.Serve(t, sigstoretest.Use(t, kind), o)
}

func quick(url string) Options {
	var k clock
	return Options{URL: url, Timeout: 10 * time.Second, Sleep: k.sleep}
}

func TestCertificate(t *testing.T) {
	token := runnertest.StartIssuer(t).Token("sigstore", nil)
	for _, kind := range []sigstoretest.Kind{sigstoretest.PublicGood, sigstoretest.GitHub} {
		s := started(t, kind, sigstoretest.ServeOptions{})
		key := newKey(t)
		leaf, err := must[*Fulcio](t)(NewFulcio(quick(s.FulcioURL))).Certificate(t.Context(), token, key)
		if err != nil {
			t.Fatal(err)
		}
		if !key.PublicKey.Equal(leaf.PublicKey) || len(leaf.URIs) != 1 {
			t.Errorf("%s: %+v", kind, leaf.Subject)
		}
	}
}

func TestCertificateFaults(t *testing.T) {
	issuer := runnertest.StartIssuer(t)
	good := issuer.Token("sigstore", nil)
	lie := func(l sigstoretest.Lie) sigstoretest.Fault { return sigstoretest.Fault{Lie: l} }
	for name, tt := range map[string]struct {
		token  string
		faults []sigstoretest.Fault
		err    string
		tries  int
	}{
		"another key":         {good, []sigstoretest.Fault{lie(sigstoretest.LieKey), lie(sigstoretest.LieKey)}, "for another key", 2},
		"another key, passes": {good, []sigstoretest.Fault{lie(sigstoretest.LieKey)}, "", 2},
		"expired":             {good, []sigstoretest.Fault{lie(sigstoretest.LieExpired), lie(sigstoretest.LieExpired)}, "this machine's clock", 2},
		"no certificate":      {good, []sigstoretest.Fault{lie(sigstoretest.LieNoCertificate), lie(sigstoretest.LieNoCertificate)}, "0 certificates", 2},
		"a page":              {good, []sigstoretest.Fault{sigstoretest.HTMLPage}, "", 2},
		"garbage":             {good, []sigstoretest.Fault{sigstoretest.Garbage, sigstoretest.Garbage}, "reading JSON", 2},
		"empty":               {good, []sigstoretest.Fault{sigstoretest.EmptyAnswer, sigstoretest.EmptyAnswer}, "empty", 2},
		"lost":                {good, []sigstoretest.Fault{{Drop: true}, {Cut: true}}, "", 3},
		"wrong audience":      {issuer.Token("pypi", nil), nil, `for the audience "sigstore"`, 1},
		"wrong issuer":        {issuer.Token("sigstore", map[string]any{"iss": "https://example.org"}), nil, "one and the same answer", 1},
		"no claim":            {issuer.Token("sigstore", map[string]any{"job_workflow_ref": nil}), nil, "job_workflow_ref", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := started(t, sigstoretest.PublicGood, sigstoretest.ServeOptions{})
			s.Fail(sigstoretest.Fulcio, tt.faults...)
			key := newKey(t)
			leaf, err := must[*Fulcio](t)(NewFulcio(quick(s.FulcioURL))).Certificate(t.Context(), tt.token, key)
			if n := s.Requests(sigstoretest.Fulcio); n != tt.tries {
				t.Errorf("%d requests, want %d", n, tt.tries)
			}
			if tt.err == "" {
				if err != nil || !key.PublicKey.Equal(leaf.PublicKey) {
					t.Error(err)
				}
				return
			}
			se := new(ServiceError)
			if !errors.As(err, &se) || se.Service != "Fulcio" || !strings.Contains(err.Error(), tt.err) || leaf != nil {
				t.Errorf("%v, want %q", err, tt.err)
			}
			if errors.Is(err, ErrTokenExpired) || strings.Contains(err.Error(), tt.token[:30]) {
				t.Error(err)
			}
		})
	}
}

// TestTokenExpired tells a token that expired on the way from one that Fulcio
// refuses for another reason.
func TestTokenExpired(t *testing.T) {
	old := runnertest.StartIssuer(t).Token("sigstore", map[string]any{"exp": time.Now().Add(-time.Minute).Unix()})
	s := started(t, sigstoretest.PublicGood, sigstoretest.ServeOptions{})
	f := must[*Fulcio](t)(NewFulcio(quick(s.FulcioURL)))
	if _, err := f.Certificate(t.Context(), old, newKey(t)); !errors.Is(err, ErrTokenExpired) || !errors.As(err, new(*ServiceError)) {
		t.Error(err)
	}
	s.Fail(sigstoretest.Fulcio, sigstoretest.Fault{Status: 501})
	if _, err := f.Certificate(t.Context(), old, newKey(t)); errors.Is(err, ErrTokenExpired) || err == nil {
		t.Error(err)
	}
}

// TestBothForms reads the two forms of Fulcio's answer.
func TestBothForms(t *testing.T) {
	key := newKey(t)
	in := sigstoretest.Use(t, sigstoretest.PublicGood)
	s := sigstoretest.Serve(t, in, sigstoretest.ServeOptions{})
	token := runnertest.StartIssuer(t).Token("sigstore", nil)
	leaf, err := must[*Fulcio](t)(NewFulcio(quick(s.FulcioURL))).Certificate(t.Context(), token, key)
	if err != nil {
		t.Fatal(err)
	}
	text := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf.Raw}))
	form := func(name, pem, more string) string {
		list := must[[]byte](t)(json.Marshal([]string{pem, "not looked at"}))
		return fmt.Sprintf(`{%q: {"chain": {"certificates": %s}%s}}`, name, list, more)
	}
	now := time.Now()
	for name, tt := range map[string]struct {
		body string
		now  time.Time
		err  string
	}{
		"embedded":          {form(embeddedSCT, text, ""), now, ""},
		"no log":            {form(detachedSCT, text, ""), now, ""},
		"no log, empty":     {form(detachedSCT, text, `, "signedCertificateTimestamp": ""`), now, ""},
		"detached":          {form(detachedSCT, text, `, "signedCertificateTimestamp": "e30="`), now, "not in the certificate"},
		"detached, odd":     {form(detachedSCT, text, `, "signedCertificateTimestamp": 5`), now, "no place"},
		"both":              {`{"` + embeddedSCT + `": {}, "` + detachedSCT + `": {}}`, now, "two chains"},
		"neither":           {`{}`, now, "no certificate"},
		"another case":      {strings.Replace(form(embeddedSCT, text, ""), "signedC", "SignedC", 1), now, "spelled"},
		"a key twice":       {strings.Replace(form(embeddedSCT, text, ""), "{", `{"x":1,"x":2,`, 1), now, "twice"},
		"two in one":        {form(embeddedSCT, text+text, ""), now, "not one certificate"},
		"no PEM":            {form(embeddedSCT, "hello", ""), now, "not one certificate"},
		"a key":             {form(embeddedSCT, strings.ReplaceAll(text, "CERTIFICATE", "PUBLIC KEY"), ""), now, "not one certificate"},
		"a broken one":      {form(embeddedSCT, "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n", ""), now, "reading the certificate"},
		"a little early":    {form(embeddedSCT, text, ""), leaf.NotBefore.Add(-time.Minute), ""},
		"a clock far off":   {form(embeddedSCT, text, ""), leaf.NotBefore.Add(-time.Hour), "this machine's clock"},
		"over":              {form(embeddedSCT, text, ""), leaf.NotAfter, "this machine's clock"},
		"a list of numbers": {`{"` + embeddedSCT + `": {"chain": {"certificates": [1]}}}`, now, "string"},
		"no list":           {`{"` + embeddedSCT + `": {"chain": 7}}`, now, "expecting an object"},
	} {
		got, err := certificateIn([]byte(tt.body), key.Public(), tt.now)
		if tt.err == "" {
			if err != nil || !got.Equal(leaf) {
				t.Errorf("%s: %v", name, err)
			}
		} else if err == nil || !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%s: %v, want %q", name, err, tt.err)
		}
	}
	// One look at a detached promise is enough.
	url, n := answers(t, says(http.StatusOK, form(detachedSCT, text, `, "signedCertificateTimestamp": "e30="`)))
	_, err = must[*Fulcio](t)(NewFulcio(quick(url))).Certificate(t.Context(), token, key)
	if n.Load() != 1 || err == nil || !strings.Contains(err.Error(), "embeds the promise") {
		t.Errorf("asked %d times: %v", n.Load(), err)
	}
}

func TestAuthorityRefused(t *testing.T) {
	key := newKey(t)
	template := &x509.Certificate{IsCA: true, BasicConstraintsValid: true, NotBefore: time.Now().Add(-time.Minute), NotAfter: time.Now().Add(time.Hour)}
	der := must[[]byte](t)(x509.CreateCertificate(rand.Reader, template, template, key.Public(), key))
	cert := must[*x509.Certificate](t)(x509.ParseCertificate(der))
	if err := fits(cert, key.Public(), time.Now()); err == nil || !strings.Contains(err.Error(), "authority's") {
		t.Error(err)
	}
}

func TestSubject(t *testing.T) {
	at := time.Now().Add(time.Minute)
	token := runnertest.StartIssuer(t).Token("sigstore", map[string]any{"sub": "repo:a/b:ref:c", "exp": at.Unix()})
	if sub, exp, err := subject(token); err != nil || sub != "repo:a/b:ref:c" || exp.Unix() != at.Unix() {
		t.Errorf("%q, %s, %v", sub, exp, err)
	}
	for _, bad := range []string{
		"", "a.b", "a.b.c.d", "a.!.c", "a.e30.c", "a.eyJzdWIiOiAxfQ.c", "a.eyJzdWIiOiAiIn0.c", "a.W10.c", strings.Repeat("a", maxToken) + ".e30.c",
	} {
		if _, _, err := subject(bad); err == nil || len(err.Error()) > 200 {
			t.Errorf("%.20q: %v", bad, err)
		}
	}
}
