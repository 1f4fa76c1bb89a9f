// SPDX-License-Identifier: BSD-3-Clause

package httpx

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const token = "ghs_0123456789secretsecretsecret"

// waits records pauses instead of making them.
type waits struct {
	mu   sync.Mutex
	list []time.Duration
}

func (w *waits) sleep(ctx context.Context, d time.Duration) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.list = append(w.list, d)
	return ctx.Err()
}

func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func client(t *testing.T, base string, w *waits) *Client {
	t.Helper()
	c, err := New(Options{Base: base, Token: token, Sleep: w.sleep})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// noSecret fails where an error shows the token or part of a signed address.
func noSecret(t *testing.T, err error) {
	t.Helper()
	for _, text := range []string{fmt.Sprint(err), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err)} {
		for _, s := range []string{token, token[:16], "hidden"} {
			if strings.Contains(text, s) {
				t.Errorf("the error shows %q: %s", s, text)
			}
		}
	}
}

func TestParseBase(t *testing.T) {
	for _, tt := range []struct{ in, want, err string }{
		{"https://api.github.com", "https://api.github.com", ""},
		{"https://api.github.com/", "https://api.github.com", ""},
		{"https://index.example/pypi/", "https://index.example/pypi", ""},
		{"http://127.0.0.1:8080", "http://127.0.0.1:8080", ""},
		{"http://[::1]:8080", "http://[::1]:8080", ""},
		{"http://localhost:1", "http://localhost:1", ""},
		{"http://api.github.com", "", "https"},
		{"http://127.0.0.1.example.org", "", "https"},
		{"http://10.0.0.1", "", "https"},
		{"ftp://api.github.com", "", "https"},
		{"api.github.com", "", "https"},
		{"https://", "", "https"},
		{"", "", "https"},
		{"https://u:hidden@api.github.com", "", "user name"},
		{"https://hidden\x7f@api.github.com", "", "not a URL"},
		{"https://api.github.com?x=hidden", "", "query"},
		{"https://api.github.com#hidden", "", "fragment"},
	} {
		u, err := ParseBase(tt.in)
		if tt.err != "" {
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("ParseBase(%q) = %v, %v; want an error with %q", tt.in, u, err, tt.err)
			}
			noSecret(t, err)
			continue
		}
		if err != nil || u.String() != tt.want {
			t.Errorf("ParseBase(%q) = %v, %v; want %s", tt.in, u, err, tt.want)
		}
	}
}

func TestNewRefusesABrokenToken(t *testing.T) {
	for _, bad := range []string{token + "\n", token + " x", token + "é"} {
		_, err := New(Options{Base: "https://api.github.com", Token: bad})
		if err == nil {
			t.Fatalf("token %q accepted", bad)
		}
		noSecret(t, err)
	}
}

func TestDoSends(t *testing.T) {
	var got http.Header
	var body []byte
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		body, _ = io.ReadAll(r.Body)
		fmt.Fprint(w, "hello")
	})
	c := client(t, base, &waits{})
	resp, err := c.Do(t.Context(), Request{Method: "POST", URL: c.URL("/a", nil), Accept: "x/y", Body: []byte("{}"), Limit: 5})
	if err != nil {
		t.Fatal(err)
	}
	if string(resp.Body) != "hello" || string(body) != "{}" {
		t.Errorf("got %q for %q", resp.Body, body)
	}
	want := map[string]string{"Authorization": "Bearer " + token, "User-Agent": "sallyport", "Accept": "x/y", "Content-Type": "application/json"}
	for k, v := range want {
		if got.Get(k) != v {
			t.Errorf("%s: %q, want %q", k, got.Get(k), v)
		}
	}
}

func TestRetries(t *testing.T) {
	ms := time.Millisecond
	for _, tt := range []struct {
		name   string
		status []int // answers in order; the last repeats
		after  string
		waits  []time.Duration
		final  int // 0: success
		sent   int
	}{
		{"500 twice", []int{500, 503, 200}, "", []time.Duration{200 * ms, 400 * ms}, 0, 3},
		{"502 for good", []int{502}, "", []time.Duration{200 * ms, 400 * ms}, 502, 3},
		{"501 is final", []int{501}, "", nil, 501, 1},
		{"404 is final", []int{404}, "", nil, 404, 1},
		{"503 with Retry-After", []int{503, 200}, "7", []time.Duration{7 * time.Second}, 0, 2},
		{"503 with a long Retry-After", []int{503, 200}, "11", nil, 503, 1},
		{"429 with Retry-After", []int{429, 200}, "10", []time.Duration{10 * time.Second}, 0, 2},
		{"429 without", []int{429, 200}, "", nil, 429, 1},
		{"403 with Retry-After 0", []int{403, 200}, "0", []time.Duration{200 * ms}, 0, 2},
		{"403 without", []int{403, 200}, "", nil, 403, 1},
		{"404 with Retry-After", []int{404, 200}, "1", nil, 404, 1},
		{"absurd Retry-After", []int{503, 200}, "99999999999999999999999", []time.Duration{200 * ms}, 0, 2},
		{"negative Retry-After", []int{503, 200}, "-5", []time.Duration{200 * ms}, 0, 2},
		{"204 is not success", []int{204}, "", nil, 204, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sent := 0
			base := serve(t, func(w http.ResponseWriter, r *http.Request) {
				status := tt.status[min(sent, len(tt.status)-1)]
				sent++
				if tt.after != "" && status != 200 {
					w.Header().Set("Retry-After", tt.after)
				}
				w.WriteHeader(status)
			})
			w := &waits{}
			c := client(t, base, w)
			_, err := c.Do(t.Context(), Request{URL: c.URL("/", nil), Limit: 10})
			s := new(StatusError)
			if errors.As(err, &s) != (tt.final != 0) || s.Status != tt.final {
				t.Errorf("error %v, want status %d", err, tt.final)
			}
			if sent != tt.sent {
				t.Errorf("%d requests, want %d", sent, tt.sent)
			}
			if d := cmp.Diff(tt.waits, w.list); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestRetriesABrokenConnection(t *testing.T) {
	for _, where := range []string{"before", "within"} {
		sent := 0
		base := serve(t, func(w http.ResponseWriter, r *http.Request) {
			sent++
			if sent == 3 {
				fmt.Fprint(w, `{"n":3}`)
				return
			}
			conn, _, _ := w.(http.Hijacker).Hijack()
			if where == "within" {
				fmt.Fprint(conn, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"n\":")
			}
			conn.Close()
		})
		c := client(t, base, &waits{})
		n := ""
		_, err := c.Do(t.Context(), Request{URL: c.URL("/", nil), Limit: 1000, Read: c.JSON(func(d *Decoder) error {
			return d.Object(func(string) error {
				raw, err := d.Raw()
				n = string(raw)
				return err
			})
		})})
		if err != nil || n != "3" || sent != 3 {
			t.Errorf("broken %s: n=%q after %d requests, %v", where, n, sent, err)
		}
	}
}

func TestNoServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	base := "http://" + l.Addr().String()
	l.Close()
	w := &waits{}
	c := client(t, base, w)
	_, err = c.Do(t.Context(), Request{URL: base + "/a?q=hidden", External: true, Limit: 1})
	tr := new(TransportError)
	if !errors.As(err, &tr) || len(w.list) != 2 {
		t.Errorf("%v after %d waits", err, len(w.list))
	}
	noSecret(t, err)
}

func TestRedirects(t *testing.T) {
	var mu sync.Mutex
	auth := map[string][]string{}
	note := func(name string, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		auth[name] = append(auth[name], r.Header.Get("Authorization"))
	}
	other := serve(t, func(w http.ResponseWriter, r *http.Request) { note("other", r); fmt.Fprint(w, "other") })
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		note("base", r)
		switch r.URL.Path {
		case "/same":
			http.Redirect(w, r, "/end", http.StatusMovedPermanently)
		case "/other":
			http.Redirect(w, r, other+"/x?s=hidden", http.StatusFound)
		case "/loop":
			http.Redirect(w, r, "/loop?s=hidden", http.StatusFound)
		case "/plain":
			http.Redirect(w, r, "http://example.org/hidden", http.StatusFound)
		case "/scheme":
			w.Header().Set("Location", "file:///etc/hidden")
			w.WriteHeader(302)
		case "/garbage":
			w.Header().Set("Location", "http://%zz/hidden")
			w.WriteHeader(302)
		case "/user":
			w.Header().Set("Location", "//u:hidden@"+r.Host+"/end")
			w.WriteHeader(302)
		default:
			fmt.Fprint(w, "base")
		}
	})
	for _, tt := range []struct {
		path     string
		external bool
		method   string
		want     string // or an error's text
	}{
		{"/same", false, "GET", "base"},
		{"/same", false, "POST", "status 301"},
		{"/other", false, "GET", "not followed"},
		{"/other", true, "GET", "other"},
		{"/loop", false, "GET", "more than 5"},
		{"/loop", true, "GET", "more than 5"},
		{"/plain", false, "GET", "not followed"},
		{"/plain", true, "GET", "https is expected"},
		{"/scheme", true, "GET", "https is expected"},
		{"/garbage", false, "GET", "not a URL"},
		{"/user", false, "GET", "user name"},
	} {
		w := &waits{}
		c := client(t, base, w)
		resp, err := c.Do(t.Context(), Request{Method: tt.method, URL: base + tt.path, External: tt.external, Limit: 100})
		got := fmt.Sprint(err)
		if err == nil {
			got = string(resp.Body)
		}
		if !strings.Contains(got, tt.want) {
			t.Errorf("%s %s (external %v): %s; want %q", tt.method, tt.path, tt.external, got, tt.want)
		}
		if len(w.list) > 0 {
			t.Errorf("%s: tried again", tt.path)
		}
		noSecret(t, err)
	}
	for _, a := range auth["other"] {
		if a != "" {
			t.Errorf("the other host got %q", a)
		}
	}
	if len(auth["other"]) != 1 {
		t.Errorf("the other host was asked %d times, want once", len(auth["other"]))
	}
}

func TestRefusesAddresses(t *testing.T) {
	c := client(t, "https://api.github.com", &waits{})
	for _, tt := range []struct {
		url      string
		external bool
		want     string
	}{
		{"https://evil.example/x?hidden", false, "host"},
		{"http://api.github.com/", false, "host"},
		{"https://api.github.com:444/", false, "host"},
		{"https://api.github.com.evil.example/", false, "host"},
		{"https://api.github.com@evil.example/", false, "user name"},
		{"http://store.example/x?hidden", true, "https is expected"},
		{"http://127.0.0.1/x?hidden", true, "https is expected"},
		{"javascript:hidden", true, "https is expected"},
		{"/relative?hidden", true, "https is expected"},
		{"https:///x", true, "https is expected"},
		{"https://u:hidden@store.example/", true, "user name"},
		{"https://%zzhidden", true, "not a URL"},
		{"", true, "https is expected"},
	} {
		_, err := c.Do(t.Context(), Request{URL: tt.url, External: tt.external, Limit: 1})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v; want %q", tt.url, err, tt.want)
		}
		noSecret(t, err)
	}
	if !c.Same("https://API.github.com:443/x") || c.Same("https://api.github.com:80/x") || c.Same("::") {
		t.Error("Same compares origins wrongly")
	}
	if got, err := c.Resolve("/a/b?c=d#e"); err != nil || got != "https://api.github.com/a/b?c=d" {
		t.Errorf("Resolve: %q, %v", got, err)
	}
	for _, bad := range []string{"https://evil.example/?hidden", "//evil.example/", "http://api.github.com/", "https://u@api.github.com/", "%zz"} {
		if got, err := c.Resolve(bad); err == nil {
			t.Errorf("Resolve(%q) = %q", bad, got)
		} else {
			noSecret(t, err)
		}
	}
}

// An answer that repeats what it was sent must not carry it into the log.
func TestEchoesAreCleaned(t *testing.T) {
	for name, body := range map[string]string{
		"text":            "you sent Authorization: Bearer " + token + " and sig=hidden",
		"json":            `{"message":"you sent ` + token + `"}`,
		"cut":             strings.Repeat(" ", refusedBody-20) + token,
		"cut and cut off": strings.Repeat("\x00", 190) + strings.Repeat("x", 190) + token,
	} {
		base := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/ok" {
				fmt.Fprint(w, "<html>"+strings.TrimSpace(body))
				return
			}
			w.WriteHeader(400)
			fmt.Fprint(w, body)
		})
		c := client(t, base, &waits{})
		_, err := c.Do(t.Context(), Request{URL: base + "/?q=hidden", External: true, Limit: 1})
		noSecret(t, err)
		_, err = c.Do(t.Context(), Request{URL: base + "/", Limit: 1})
		if strings.Contains(err.Error(), token[:16]) {
			t.Errorf("%s: %v", name, err)
		}
		_, err = c.Do(t.Context(), Request{URL: base + "/ok", Limit: 1 << 20, Read: c.JSON(func(d *Decoder) error { return d.Skip() })})
		if err == nil || strings.Contains(err.Error(), token[:16]) {
			t.Errorf("%s: %v", name, err)
		}
	}
	base := serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, `{"%s":1,"%s":2}`, token, token) })
	c := client(t, base, &waits{})
	_, err := c.Do(t.Context(), Request{URL: base + "/", Limit: 1 << 20, Read: c.JSON(func(d *Decoder) error {
		return d.Object(func(string) error { return d.Skip() })
	})})
	if err == nil || !strings.Contains(err.Error(), "***") {
		t.Errorf("want the key with the token replaced, got %v", err)
	}
	noSecret(t, err)
	bad := serve(t, func(w http.ResponseWriter, r *http.Request) {
		conn, _, _ := w.(http.Hijacker).Hijack()
		fmt.Fprint(conn, token+" hidden\r\n\r\n")
		conn.Close()
	})
	c = client(t, bad, &waits{})
	_, err = c.Do(t.Context(), Request{URL: bad + "/?q=hidden", External: true, Limit: 1})
	noSecret(t, err)
	_, err = c.Do(t.Context(), Request{URL: bad + "/", Limit: 1})
	if err == nil || strings.Contains(err.Error(), token) {
		t.Errorf("%v", err)
	}
}

func TestLimits(t *testing.T) {
	for _, header := range []bool{true, false} {
		base := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if !header {
				w.(http.Flusher).Flush()
			}
			fmt.Fprint(w, strings.Repeat("x", 101))
		})
		w := &waits{}
		c := client(t, base, w)
		_, err := c.Do(t.Context(), Request{URL: base, Limit: 100})
		l := new(LimitError)
		if !errors.As(err, &l) || l.Limit != 100 || len(w.list) != 0 {
			t.Errorf("%v after %d waits", err, len(w.list))
		}
		if resp, err := c.Do(t.Context(), Request{URL: base, Limit: 101}); err != nil || len(resp.Body) != 101 {
			t.Errorf("at the limit: %v", err)
		}
	}
}

func TestEndsWithTheContext(t *testing.T) {
	base := serve(t, func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	c := client(t, base, &waits{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Do(ctx, Request{URL: base, Limit: 1}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	// Cancelled while waiting between tries.
	ctx, cancel = context.WithCancel(t.Context())
	failing := serve(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(500) })
	c, err := New(Options{Base: failing, Sleep: func(ctx context.Context, d time.Duration) error { cancel(); return Sleep(ctx, time.Hour) }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Do(ctx, Request{URL: failing, Limit: 1}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	// The client's own limit of time is not the caller's context.
	if c, err = New(Options{Base: base, Timeout: time.Millisecond}); err != nil {
		t.Fatal(err)
	}
	_, err = c.Do(t.Context(), Request{URL: base, Limit: 1})
	if tr := new(TransportError); !errors.As(err, &tr) || !strings.Contains(err.Error(), "within 1ms") || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	// Out of time between tries: what the service said last.
	if c, err = New(Options{Base: failing, Sleep: func(ctx context.Context, d time.Duration) error { return context.DeadlineExceeded }}); err != nil {
		t.Fatal(err)
	}
	_, err = c.Do(t.Context(), Request{URL: failing, Limit: 1})
	if s := new(StatusError); !errors.As(err, &s) || s.Status != 500 {
		t.Errorf("%v", err)
	}
}

func TestRetryAfterDate(t *testing.T) {
	now := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	for in, want := range map[string]time.Duration{
		"Wed, 01 Jul 2026 12:00:05 GMT": 5 * time.Second,
		"Wed, 01 Jul 2026 11:00:00 GMT": 0,
		" 3 ":                           3 * time.Second,
		"":                              -1,
		"soon":                          -1,
		"1.5":                           -1,
	} {
		if got := retryAfter(http.Header{"Retry-After": {in}}, now); got != want {
			t.Errorf("%q: %v, want %v", in, got, want)
		}
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"a\r\n::set-output name=x::y\x1b[31m": "a ::set-output name=x::y [31m",
		"x ##[error]y ##[[":                   "x ## [error]y ## [[",
		"  a \t b ":                           "a b",
		"bad\xffbyte":                         "bad\uFFFDbyte",
		strings.Repeat("é", 201):              strings.Repeat("é", 200) + "…",
		strings.Repeat("é", 200) + " ":        strings.Repeat("é", 200),
		strings.Repeat("x", 199) + " y":       strings.Repeat("x", 199) + "…", // the gap must not step over the limit
		strings.Repeat("x", 198) + "\ny z":    strings.Repeat("x", 198) + " y…",
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}
