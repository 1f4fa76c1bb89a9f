// SPDX-License-Identifier: BSD-3-Clause

package attest_test

import (
	"context"
	"crypto/x509"
	"errors"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/scientific-python/sallyport/internal/attest"
	"github.com/scientific-python/sallyport/internal/attest/services"
	"github.com/scientific-python/sallyport/internal/runner/runnertest"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
	"github.com/scientific-python/sallyport/internal/trust"
)

// aging is a transport by whose requests to a log the clock goes on.
type aging struct {
	step time.Duration
	past atomic.Int64
}

func (a *aging) now() time.Time { return time.Now().Add(time.Duration(a.past.Load())) }

func (a *aging) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.Contains(r.URL.Path, "/log/entries") {
		defer a.past.Add(int64(a.step))
	}
	return http.DefaultTransport.RoundTrip(r)
}

// TestRenewal signs for longer than a certificate lasts.
func TestRenewal(t *testing.T) {
	for name, tt := range map[string]struct {
		lifetime, step time.Duration
		tasks, min     int
	}{
		"a minute each":            {10 * time.Minute, time.Minute, 30, 4},
		"a certificate each":       {10 * time.Minute, 9*time.Minute + 30*time.Second, 4, 4},
		"shorter than the margin":  {30 * time.Second, 5 * time.Second, 12, 4},
		"short, but long enough":   {30 * time.Second, 0, 12, 1},
		"the last one just passes": {10 * time.Minute, time.Minute, 9, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &aging{step: tt.step}
			checked := 0
			s := startSigning(t, sigstoretest.PublicGood, sigstoretest.ServeOptions{Lifetime: tt.lifetime, Now: a.now}, func(o *attest.SignerOptions) {
				issuer := runnertest.StartIssuer(t)
				o.Now, o.Client, o.Parallel = a.now, &http.Client{Transport: a}, 1
				o.Token = func(context.Context) (string, error) {
					return issuer.Token("sigstore", map[string]any{"exp": a.now().Add(time.Minute).Unix()}), nil
				}
				o.Check = func(leaf *x509.Certificate) error { checked++; return nil }
			})
			bundles, err := s.signer.Sign(t.Context(), tasks(t, tt.tasks, attest.RekorV1))
			if err != nil {
				t.Fatal(err)
			}
			s.accepted(t, bundles)
			certs := certificates(bundles)
			if len(certs) < tt.min || len(certs) > tt.min+1 || checked != len(certs) || s.Requests(sigstoretest.Fulcio) != len(certs) {
				t.Errorf("%d certificates, %d looked at, %d asked for, want %d", len(certs), checked, s.Requests(sigstoretest.Fulcio), tt.min)
			}
			keys := map[string]bool{}
			for der := range certs {
				leaf, err := x509.ParseCertificate([]byte(der))
				if err != nil {
					t.Fatal(err)
				}
				keys[string(leaf.RawSubjectPublicKeyInfo)] = true
			}
			if len(keys) != len(certs) {
				t.Errorf("%d keys for %d certificates", len(keys), len(certs))
			}
			if n := s.Requests(sigstoretest.Rekor1); n != tt.tasks {
				t.Errorf("%d entries for %d statements", n, tt.tasks)
			}
		})
	}
}

// TestOutside signs where a proven time is not the certificate's.
func TestOutside(t *testing.T) {
	late := sigstoretest.Fault{Lie: sigstoretest.LieTime}
	for name, tt := range map[string]struct {
		service sigstoretest.Service
		log     attest.Log
		faults  []sigstoretest.Fault
		fulcio  int // certificates
		ok      bool
	}{
		"a timestamp":       {sigstoretest.TSA, attest.RekorV2, []sigstoretest.Fault{late}, 2, true},
		"two timestamps":    {sigstoretest.TSA, attest.NoLog, []sigstoretest.Fault{late, late}, 3, true},
		"three timestamps":  {sigstoretest.TSA, attest.RekorV2, []sigstoretest.Fault{late, late, late}, 3, false},
		"a log entry":       {sigstoretest.Rekor1, attest.RekorV1, []sigstoretest.Fault{late}, 2, true},
		"three log entries": {sigstoretest.Rekor1, attest.RekorV1, []sigstoretest.Fault{late, late, late}, 3, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startSigning(t, sigstoretest.PublicGood, sigstoretest.ServeOptions{}, nil)
			s.Fail(tt.service, tt.faults...)
			bundles, err := s.signer.Sign(t.Context(), tasks(t, 1, tt.log))
			if n := s.Requests(sigstoretest.Fulcio); n != tt.fulcio || int(s.tokens.Load()) != n {
				t.Errorf("%d certificates, %d tokens, want %d", n, s.tokens.Load(), tt.fulcio)
			}
			if !tt.ok {
				if err == nil || !strings.Contains(err.Error(), "is not valid; the clocks") || !strings.Contains(err.Error(), "http://127.0.0.1") {
					t.Error(err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if tt.log != attest.NoLog {
				s.accepted(t, bundles)
			}
		})
	}
}

// TestOutsideTogether shows that statements whose certificate is over share
// the new one.
func TestOutsideTogether(t *testing.T) {
	s := startSigning(t, sigstoretest.PublicGood, sigstoretest.ServeOptions{}, nil)
	s.Delay(30 * time.Millisecond)
	for range 10 {
		s.Fail(sigstoretest.TSA, sigstoretest.Fault{Lie: sigstoretest.LieTime})
	}
	bundles, err := s.signer.Sign(t.Context(), tasks(t, 10, attest.RekorV2))
	if err != nil {
		t.Fatal(err)
	}
	s.accepted(t, bundles)
	if n := s.Requests(sigstoretest.Fulcio); n != 2 || len(certificates(bundles)) != 1 {
		t.Errorf("%d certificates", n)
	}
}

// TestEarly signs where the timestamp authority's clock is behind Fulcio's: the
// certificate is waited for, unless that would take too long.
func TestEarly(t *testing.T) {
	for ahead, ok := range map[time.Duration]bool{2 * time.Second: true, time.Minute: false} {
		t.Run(ahead.String(), func(t *testing.T) {
			t.Parallel()
			s := startSigning(t, sigstoretest.PublicGood, sigstoretest.ServeOptions{}, func(o *attest.SignerOptions) {
				fast := sigstoretest.Serve(t, sigstoretest.Use(t, sigstoretest.PublicGood), sigstoretest.ServeOptions{
					Now: func() time.Time { return time.Now().Add(ahead) },
				})
				o.Config.Fulcio = trust.Endpoint{URL: fast.FulcioURL}
			})
			start := time.Now()
			bundles, err := s.signer.Sign(t.Context(), tasks(t, 2, attest.RekorV2))
			if !ok {
				if err == nil || !strings.Contains(err.Error(), "the clocks") || time.Since(start) > 30*time.Second {
					t.Errorf("after %s: %v", time.Since(start), err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			s.accepted(t, bundles)
			if n := len(certificates(bundles)); n != 1 || s.tokens.Load() != 1 {
				t.Errorf("%d certificates", n)
			}
		})
	}
}

// TestTokenExpires shows that a token which expired before Fulcio saw it is
// replaced once, and one that Fulcio refuses for another reason is not.
func TestTokenExpires(t *testing.T) {
	issuer := runnertest.StartIssuer(t)
	old := map[string]any{"exp": time.Now().Add(-time.Second).Unix()}
	for name, tt := range map[string]struct {
		tokens []map[string]any // changes to each token's claims; the last one stays
		asked  int64
		ok     bool
		old    bool
	}{
		"once":           {[]map[string]any{old, nil}, 2, true, false},
		"always":         {[]map[string]any{old}, 2, false, true},
		"wrong audience": {[]map[string]any{{"aud": "pypi"}, nil}, 1, false, false},
	} {
		var n atomic.Int64
		s := startSigning(t, sigstoretest.PublicGood, sigstoretest.ServeOptions{}, func(o *attest.SignerOptions) {
			o.Token = func(context.Context) (string, error) {
				i := int(n.Add(1)) - 1
				return issuer.Token("sigstore", tt.tokens[min(i, len(tt.tokens)-1)]), nil
			}
		})
		_, err := s.signer.Sign(t.Context(), tasks(t, 30, attest.RekorV1))
		if (err == nil) != tt.ok || n.Load() != tt.asked || errors.Is(err, services.ErrTokenExpired) != tt.old {
			t.Errorf("%s: %v after %d tokens", name, err, n.Load())
		}
	}
}

// TestNothingStays shows that nothing of Sign runs on when it is over.
func TestNothingStays(t *testing.T) {
	s := startSigning(t, sigstoretest.PublicGood, sigstoretest.ServeOptions{}, func(o *attest.SignerOptions) { o.Timeout = time.Minute })
	before := runtime.NumGoroutine()
	if _, err := s.signer.Sign(t.Context(), tasks(t, 40, attest.RekorV2)); err != nil {
		t.Fatal(err)
	}
	for range 8 {
		s.Fail(sigstoretest.Rekor2, sigstoretest.Fault{Hang: true})
	}
	s.Fail(sigstoretest.Rekor2, sigstoretest.Fault{Status: http.StatusBadRequest})
	if _, err := s.signer.Sign(t.Context(), tasks(t, 40, attest.RekorV2)); err == nil {
		t.Fatal("no error")
	}
	// The services' own connections take a moment to notice.
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	stacks := make([]byte, 1<<16)
	t.Errorf("%d goroutines before, %d after:\n%s", before, runtime.NumGoroutine(), stacks[:runtime.Stack(stacks, true)])
}
