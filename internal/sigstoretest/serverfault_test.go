// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

// A lie that a verifier believes tests nothing.
func TestLiesAreFoundOut(t *testing.T) {
	const v1, v2 = sigstoretest.LogV1, sigstoretest.LogV2
	for name, c := range map[string]struct {
		service sigstoretest.Service
		lie     sigstoretest.Lie
		logs    sigstoretest.Log
		want    evidence.Kind
	}{
		"fulcio no sct":    {sigstoretest.Fulcio, sigstoretest.LieNoSCT, v1, evidence.SCT},
		"fulcio sct":       {sigstoretest.Fulcio, sigstoretest.LieForgedSCT, v1, evidence.SCT},
		"fulcio expired":   {sigstoretest.Fulcio, sigstoretest.LieExpired, v2, evidence.Certificate},
		"fulcio authority": {sigstoretest.Fulcio, sigstoretest.LieAuthority, v1, evidence.Certificate},
		"rekor 1 envelope": {sigstoretest.Rekor1, sigstoretest.LieEnvelope, v1, evidence.Log},
		"rekor 1 proof":    {sigstoretest.Rekor1, sigstoretest.LieProof, v1, evidence.Log},
		"rekor 1 promise":  {sigstoretest.Rekor1, sigstoretest.LiePromise, v1, evidence.Log},
		"rekor 1 time":     {sigstoretest.Rekor1, sigstoretest.LieTime, v1, evidence.Certificate},
		"rekor 2 envelope": {sigstoretest.Rekor2, sigstoretest.LieEnvelope, v2, evidence.Log},
		"rekor 2 proof":    {sigstoretest.Rekor2, sigstoretest.LieProof, v2, evidence.Log},
		"tsa hash":         {sigstoretest.TSA, sigstoretest.LieHash, v2, evidence.Timestamp},
		"tsa time":         {sigstoretest.TSA, sigstoretest.LieTime, v2, evidence.Certificate},
	} {
		t.Run(name, func(t *testing.T) {
			in, s := serve(t, sigstoretest.PublicGood, sigstoretest.ServeOptions{})
			token := token(t, nil)
			s.Fail(c.service, sigstoretest.Fault{Lie: c.lie})
			pb, err := bundle(t, s, token, c.logs, c.logs != v1)
			if err != nil {
				t.Fatal(err)
			}
			v := verifier(t, in)
			a := verify(t, v, pb)
			if a.OK() || a.Problem.Kind != c.want {
				t.Errorf("problem %+v, want one of kind %q", a.Problem, c.want)
			}
			// A fault is good for one request.
			if pb, err = bundle(t, s, token, v1|v2, true); err != nil {
				t.Fatal(err)
			}
			if a := verify(t, v, pb); !a.OK() {
				t.Errorf("the next one does not verify: %v", a.Problem)
			}
		})
	}
}

func TestLieKey(t *testing.T) {
	in, s := serve(t, sigstoretest.GitHub, sigstoretest.ServeOptions{})
	s.Fail(sigstoretest.Fulcio, sigstoretest.Fault{Lie: sigstoretest.LieKey})
	pb, err := bundle(t, s, token(t, nil), sigstoretest.LogNone, true)
	if err != nil {
		t.Fatal(err)
	}
	if a := verify(t, verifier(t, in), pb); a.OK() || a.Problem.Kind != evidence.Signature {
		t.Errorf("problem %+v", a.Problem)
	}
}

func TestLieClaims(t *testing.T) {
	in, s := serve(t, sigstoretest.PublicGood, sigstoretest.ServeOptions{})
	s.Fail(sigstoretest.Fulcio, sigstoretest.Fault{Lie: sigstoretest.LieClaims})
	pb, err := bundle(t, s, token(t, nil), sigstoretest.LogV1, false)
	if err != nil {
		t.Fatal(err)
	}
	a := verify(t, verifier(t, in), pb)
	if !a.OK() {
		t.Fatal(a.Problem)
	}
	const other = "https://github.com/mallory/"
	for _, uri := range []string{a.Signer.RepositoryURI, a.Signer.SignerURI, a.Signer.URIs[0]} {
		if !strings.HasPrefix(uri, other) {
			t.Errorf("the certificate names %q", uri)
		}
	}
}

func TestLieNoCertificate(t *testing.T) {
	for _, kind := range []sigstoretest.Kind{sigstoretest.PublicGood, sigstoretest.GitHub} {
		_, s := serve(t, kind, sigstoretest.ServeOptions{})
		s.Fail(sigstoretest.Fulcio, sigstoretest.Fault{Lie: sigstoretest.LieNoCertificate})
		if chain, err := newClient(t, s).certify(token(t, nil)); err == nil || !strings.Contains(err.Error(), `"certificates":[]`) {
			t.Errorf("%s: %d certificates, %v", kind, len(chain), err)
		}
	}
}

// ask posts to Fulcio, and waits no longer than the patience.
func ask(t *testing.T, s *sigstoretest.Server, c *client, token string, patience time.Duration) (*http.Response, string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	body := string(c.fulcioRequest("repo:octo-sci/samplepkg:ref:refs/tags/v1.0.0"))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.FulcioURL+"/api/v2/signingCert", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	noRedirects := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := noRedirects.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return resp, string(data), err
}

func TestFaults(t *testing.T) {
	_, s := serve(t, sigstoretest.PublicGood, sigstoretest.ServeOptions{})
	c, token := newClient(t, s), token(t, nil)
	for _, tt := range []struct {
		fault                      sigstoretest.Fault
		status                     int // 0: no answer
		body, err, header, content string
	}{
		{fault: sigstoretest.Fault{Status: 503, RetryAfter: "2", Body: "busy"}, status: 503, body: "busy", header: "Retry-After", content: "2"},
		{fault: sigstoretest.Fault{Status: 429}, status: 429},
		{fault: sigstoretest.Fault{Status: 307, Location: "http://127.0.0.1:1/"}, status: 307, header: "Location", content: "http://127.0.0.1:1/"},
		{fault: sigstoretest.HTMLPage, status: 200, body: "<!DOCTYPE html>", header: "Content-Type", content: "text/html; charset=utf-8"},
		{fault: sigstoretest.Garbage, status: 200, body: "{{{"},
		{fault: sigstoretest.EmptyAnswer, status: 201},
		{fault: sigstoretest.Fault{Hang: true}, err: "deadline exceeded"},
		{fault: sigstoretest.Fault{Drop: true}, err: "EOF"},
		{fault: sigstoretest.Fault{Cut: true}, status: 200, err: "unexpected EOF", body: "{\"signedCertificateEmbeddedSct\""},
		{fault: sigstoretest.Fault{Delay: time.Hour}, err: "deadline exceeded"},
		{status: 200, body: "{\"signedCertificateEmbeddedSct\":{\"chain\":{\"certificates\":[\"-----BEGIN CERTIFICATE-----\\n"},
	} {
		t.Run(fmt.Sprintf("%+v", tt.fault), func(t *testing.T) {
			s.Fail(sigstoretest.Fulcio, tt.fault)
			patience := time.Minute
			if strings.Contains(tt.err, "deadline") {
				patience = 200 * time.Millisecond
			}
			resp, body, err := ask(t, s, c, token, patience)
			if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
			if !strings.Contains(body, tt.body) {
				t.Errorf("body %q, want %q", body, tt.body)
			}
			if status := statusOf(resp); status != tt.status {
				t.Errorf("status %d, want %d", status, tt.status)
			}
			if tt.header != "" && resp != nil && resp.Header.Get(tt.header) != tt.content {
				t.Errorf("header %q, want %q", resp.Header, tt.content)
			}
		})
	}
}

func statusOf(r *http.Response) int {
	if r == nil {
		return 0
	}
	return r.StatusCode
}

// A request that hangs must not hold the end of a test.
func TestHangEndsWithTheTest(t *testing.T) {
	gone := make(chan error, 1)
	t.Run("hang", func(t *testing.T) {
		_, s := serve(t, sigstoretest.GitHub, sigstoretest.ServeOptions{})
		s.Fail(sigstoretest.TSA, sigstoretest.Fault{Hang: true})
		go func() {
			_, _, err := post(s.TSAURL, "application/timestamp-query", "", nil, http.StatusCreated)
			gone <- err
		}()
		for deadline := time.Now().Add(time.Minute); s.Requests(sigstoretest.TSA) == 0; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("no request comes")
			}
		}
	})
	select {
	case err := <-gone:
		if err == nil {
			t.Error("the hanging request was answered")
		}
	case <-time.After(time.Minute):
		t.Error("still hanging")
	}
}

func TestStop(t *testing.T) {
	_, s := serve(t, sigstoretest.PublicGood, sigstoretest.ServeOptions{})
	c := newClient(t, s)
	s.Stop(sigstoretest.Fulcio)
	if _, _, err := ask(t, s, c, "", time.Minute); err == nil || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("a stopped service: %v", err)
	}
	if status, body := get(t, s.TSAURL+"/certchain"); status != http.StatusOK {
		t.Errorf("status %d: %s", status, body)
	}
}

func TestDelay(t *testing.T) {
	_, s := serve(t, sigstoretest.PublicGood, sigstoretest.ServeOptions{})
	s.Delay(100 * time.Millisecond)
	start := time.Now()
	if _, _, err := ask(t, s, newClient(t, s), token(t, nil), time.Minute); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took < 100*time.Millisecond {
		t.Errorf("answered after %v", took)
	}
}

// fatal is a test that is ended by Fatalf, and says with what.
type fatal struct {
	testing.TB
	message chan string
}

func (f fatal) Fatalf(format string, args ...any) {
	f.message <- fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func TestFaultsThatNobodyHas(t *testing.T) {
	for _, tt := range []struct {
		kind    sigstoretest.Kind
		service sigstoretest.Service
		lie     sigstoretest.Lie
		want    string
	}{
		{sigstoretest.PublicGood, sigstoretest.TSA, sigstoretest.LieKey, "none of the timestamp authority"},
		{sigstoretest.PublicGood, sigstoretest.Rekor2, sigstoretest.LiePromise, "none of Rekor v2"},
		{sigstoretest.GitHub, sigstoretest.Fulcio, sigstoretest.LieNoSCT, "none of Fulcio of a github instance"},
		{sigstoretest.GitHub, sigstoretest.Rekor1, sigstoretest.Truth, "a github instance has no Rekor v1"},
	} {
		message := make(chan string, 1)
		s := sigstoretest.Serve(fatal{t, message}, sigstoretest.Use(t, tt.kind), sigstoretest.ServeOptions{})
		go func() {
			s.Fail(tt.service, sigstoretest.Fault{Lie: tt.lie})
			message <- "accepted"
		}()
		if got := <-message; !strings.Contains(got, tt.want) {
			t.Errorf("%s, %s: %q, want %q", tt.kind, tt.service, got, tt.want)
		}
	}
	if got := sigstoretest.Service(9).String(); got != "Service(9)" {
		t.Errorf("an unknown service is called %q", got)
	}
}
