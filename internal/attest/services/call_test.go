// SPDX-License-Identifier: BSD-3-Clause

package services

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const secret = "eyJhbGciOiJSUzI1NiJ9secretsecret.eyJzdWIiOiJzZWNyZXQifQsecretsecret.c2lnbmF0dXJlc2VjcmV0c2VjcmV0"

// clock records pauses instead of making them.
type clock struct {
	mu     sync.Mutex
	pauses []time.Duration
}

func (c *clock) sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pauses = append(c.pauses, d)
	return ctx.Err()
}

func serve(t testing.TB, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// answers serves one handler after the other, and the last one from then on.
func answers(t testing.TB, list ...http.HandlerFunc) (string, *atomic.Int64) {
	t.Helper()
	n := new(atomic.Int64)
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		i := int(n.Add(1)) - 1
		list[min(i, len(list)-1)](w, r)
	}), n
}

func says(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

func hangs(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func drops(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func cuts(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "100")
	w.Write([]byte("fi"))
	http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// asked is a call whose only right answer is "fine", with status 200.
func asked() request {
	return request{
		method: http.MethodGet, path: "/ask", token: secret, limit: 64, takes: []int{http.StatusOK},
		read: func(_ int, _ http.Header, body []byte) error {
			if string(body) != "fine" {
				return fmt.Errorf("it says %q", body)
			}
			return nil
		},
	}
}

func TestCall(t *testing.T) {
	fine := says(200, "fine")
	busy := says(503, "busy")
	date := time.Now().Add(20 * time.Second).UTC().Format(http.TimeFormat)
	for name, tt := range map[string]struct {
		answers []http.HandlerFunc
		tries   int
		err     []string // nothing where it goes well
		pause   time.Duration
	}{
		"at once":              {[]http.HandlerFunc{fine}, 1, nil, 0},
		"busy twice":           {[]http.HandlerFunc{busy, busy, fine}, 3, nil, 0},
		"too many requests":    {[]http.HandlerFunc{says(429, ""), fine}, 2, nil, 0},
		"cancelled in a batch": {[]http.HandlerFunc{says(499, `{"code":1,"message":"add entry: await: context canceled"}`), fine}, 2, nil, 0},
		"late":                 {[]http.HandlerFunc{says(408, ""), fine}, 2, nil, 0},
		"wait seconds":         {[]http.HandlerFunc{says(429, "", "Retry-After", "7"), fine}, 2, nil, 7 * time.Second},
		"wait until a date":    {[]http.HandlerFunc{says(503, "", "Retry-After", date), fine}, 2, nil, 15 * time.Second},
		"wait too long":        {[]http.HandlerFunc{says(503, "", "Retry-After", "3600"), fine}, 1, []string{"1h0m0s", "30s", "status 503"}, 0},
		"wait for ever":        {[]http.HandlerFunc{says(503, "", "Retry-After", "2147483647"), fine}, 1, []string{"left alone"}, 0},
		"bad Retry-After":      {[]http.HandlerFunc{says(503, "", "Retry-After", "-5"), fine}, 2, nil, 0},
		"dropped":              {[]http.HandlerFunc{drops, drops, fine}, 3, nil, 0},
		"cut short":            {[]http.HandlerFunc{cuts, fine}, 2, nil, 0},
		"garbage once":         {[]http.HandlerFunc{says(200, "<html>"), fine}, 2, nil, 0},
		"garbage, later":       {[]http.HandlerFunc{busy, says(200, "<html>"), busy, fine}, 4, nil, 0},
		"garbage":              {[]http.HandlerFunc{says(200, "<html>")}, 2, []string{"(2 times in", `it says "<html>"`, "proxies"}, 0},
		"too large":            {[]http.HandlerFunc{says(200, strings.Repeat("x", 65))}, 2, []string{"over the limit of 64 bytes"}, 0},
		"refused":              {[]http.HandlerFunc{says(400, `{"code":3,"message":"no such\nthing ##[x]"}`)}, 1, []string{"(once", `status 400 Bad Request, "no such thing ## [x]"`, "check its address"}, 0},
		"refused without JSON": {[]http.HandlerFunc{says(404, strings.Repeat("e", 300))}, 1, []string{"status 404", strings.Repeat("e", 200) + "…"}, 0},
		"not implemented":      {[]http.HandlerFunc{says(501, "")}, 1, []string{"status 501"}, 0},
		"a success of another": {[]http.HandlerFunc{says(204, "")}, 1, []string{"status 204"}, 0},
		"redirected":           {[]http.HandlerFunc{says(307, "", "Location", "/elsewhere"), fine}, 1, []string{"status 307", "redirects are not followed"}, 0},
		"repeats the token":    {[]http.HandlerFunc{says(200, secret[66:])}, 2, []string{"repeats the identity token"}, 0},
		"token in a refusal":   {[]http.HandlerFunc{says(401, "your token "+secret+" is bad")}, 1, []string{"repeats the identity token"}, 0},
		"token, escaped":       {[]http.HandlerFunc{says(403, `{"message":"\u0063`+secret[69:]+`"}`)}, 1, []string{"repeats the identity token"}, 0},
		"token in a message":   {[]http.HandlerFunc{says(403, `{"message":"`+secret[40:]+`"}`)}, 1, []string{"repeats the identity token"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, n := answers(t, tt.answers...)
			var k clock
			c, err := newClient(tsaName, Options{URL: url, Sleep: k.sleep})
			if err != nil {
				t.Fatal(err)
			}
			err = c.do(t.Context(), asked())
			if int(n.Load()) != tt.tries || len(k.pauses) != tt.tries-1 {
				t.Errorf("asked %d times with %d pauses, want %d tries", n.Load(), len(k.pauses), tt.tries)
			}
			for i, p := range k.pauses {
				if p < tt.pause || p <= 0 || tt.pause == 0 && (p > maxPause || p < firstPause<<i/2-1) {
					t.Errorf("pause %d is %s", i, p)
				}
			}
			if tt.err == nil {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			se := new(ServiceError)
			if !errors.As(err, &se) || se.Service != tsaName || se.URL != url+"/ask" || se.Tries != tt.tries {
				t.Fatalf("%#v", err)
			}
			text := err.Error()
			for _, s := range append(tt.err, "asking the timestamp authority at ", url+"/ask") {
				if !strings.Contains(text, s) {
					t.Errorf("no %q in: %s", s, text)
				}
			}
			for _, s := range strings.Split(secret, ".") {
				if strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), s[5:20]) {
					t.Errorf("shows the token: %s", text)
				}
			}
		})
	}
}

// TestHanging shows that a service that hangs is asked again, and that the
// budget holds.
func TestHanging(t *testing.T) {
	t.Parallel()
	const budget = 600 * time.Millisecond
	for name, tt := range map[string]struct {
		answers []http.HandlerFunc
		err     string
	}{
		"once":      {[]http.HandlerFunc{hangs, says(200, "fine")}, ""},
		"always":    {[]http.HandlerFunc{hangs}, "no whole answer within"},
		"busy last": {[]http.HandlerFunc{hangs, says(503, "busy"), hangs}, "\"busy\""},
		"in the middle": {[]http.HandlerFunc{func(w http.ResponseWriter, r *http.Request) {
			w.Write([]byte("fi"))
			http.NewResponseController(w).Flush()
			hangs(w, r)
		}}, "no whole answer within"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, n := answers(t, tt.answers...)
			c, err := newClient(rekorName, Options{URL: url, Timeout: budget})
			if err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			err = c.do(t.Context(), asked())
			if took := time.Since(start); took > 20*budget {
				t.Errorf("took %s", took)
			}
			if n.Load() < 2 || (err == nil) != (tt.err == "") {
				t.Errorf("asked %d times: %v", n.Load(), err)
			}
			if err != nil && (!errors.As(err, new(*ServiceError)) || !strings.Contains(err.Error(), tt.err)) {
				t.Error(err)
			}
		})
	}
}

// TestContext shows that the caller's context ends a call at once, in a try
// and in a pause, and that its error says so.
func TestContext(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"in a try": hangs, "in a pause": says(503, "", "Retry-After", "3000"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			url := serve(t, func(w http.ResponseWriter, r *http.Request) {
				time.AfterFunc(20*time.Millisecond, cancel)
				answer(w, r)
			})
			c, err := newClient(rekorName, Options{URL: url, Timeout: time.Hour})
			if err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			err = c.do(ctx, asked())
			if !errors.Is(err, context.Canceled) || errors.As(err, new(*ServiceError)) || time.Since(start) > time.Minute {
				t.Errorf("after %s: %v", time.Since(start), err)
			}
		})
	}
}

func TestNobodyThere(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close()
	c, err := newClient(fulcioName, Options{URL: s.URL, Timeout: 300 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	se := new(ServiceError)
	if err := c.do(t.Context(), asked()); !errors.As(err, &se) || se.Tries < 2 || !strings.Contains(err.Error(), "refused") {
		t.Error(err)
	}
	tls := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(tls.Close)
	if c, err = newClient(fulcioName, Options{URL: tls.URL}); err != nil {
		t.Fatal(err)
	}
	if err := c.do(t.Context(), asked()); !errors.As(err, &se) || se.Tries != 1 || !strings.Contains(err.Error(), "certificate authorities") {
		t.Error(err)
	}
}

func TestAddresses(t *testing.T) {
	for _, url := range []string{
		"", "http://fulcio.sigstore.dev", "ftp://127.0.0.1", "https://user:secret@fulcio.sigstore.dev",
		"https://fulcio.sigstore.dev?secret", "https://fulcio.sigstore.dev#x", "fulcio.sigstore.dev", "https://",
	} {
		if _, err := NewFulcio(Options{URL: url}); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", url, err)
		}
	}
	if _, err := NewTSA(Options{URL: "https://example.org", Timeout: -1}); err == nil {
		t.Error("a negative timeout")
	}
	c, err := NewRekor1(Options{URL: "https://example.org/base/"})
	if err != nil || c.URL() != "https://example.org/base" {
		t.Errorf("%q, %v", c.URL(), err)
	}
}

func TestEffort(t *testing.T) {
	for _, tt := range []struct {
		e    ServiceError
		want string
	}{
		{ServiceError{Tries: 1, Elapsed: time.Millisecond}, "once"},
		{ServiceError{Tries: 1, Elapsed: 1234 * time.Millisecond}, "once, for 1.2s"},
		{ServiceError{Tries: 3, Elapsed: 30040 * time.Millisecond}, "3 times in 30s"},
	} {
		if got := tt.e.effort(); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}
