// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/scientific-python/sallyport/internal/githubtest"
)

const token = "ghs_0123456789secretsecretsecret"

// digest is a digest for tests, different for each n.
func digest(n int) string {
	sum := sha256.Sum256(fmt.Append(nil, n))
	return hex.EncodeToString(sum[:])
}

// bundle is a small JSON object, compact, different for each n.
func bundle(n int) []byte {
	return fmt.Appendf(nil, `{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","n":%d}`, n)
}

func server(t *testing.T) *githubtest.Server {
	t.Helper()
	s := githubtest.New()
	t.Cleanup(s.Close)
	return s
}

func client(t *testing.T, s *githubtest.Server, change ...func(*Options)) *Client {
	t.Helper()
	o := Options{BaseURL: s.URL(), Token: token, UserAgent: "test/1",
		Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}
	for _, f := range change {
		f(&o)
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func ask(t *testing.T, c *Client, digests ...string) Result {
	t.Helper()
	r, err := c.Attestations(t.Context(), Query{Owner: "octo-sci", Repo: "samplepkg", Digests: digests})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Digests) != len(digests) {
		t.Fatalf("%d entries for %d digests", len(r.Digests), len(digests))
	}
	for i, d := range digests {
		if r.Digests[i].SHA256 != d {
			t.Fatalf("entry %d is of %q", i, r.Digests[i].SHA256)
		}
	}
	return r
}

// noSecret fails where text shows the token or a bundle address's signature.
func noSecret(t *testing.T, v any) {
	t.Helper()
	for _, text := range []string{fmt.Sprintf("%v", v), fmt.Sprintf("%+v", v), fmt.Sprintf("%#v", v)} {
		for _, s := range []string{token, githubtest.Secret, "sig=", ".json.sn"} {
			if strings.Contains(text, s) {
				t.Errorf("%q is shown in %s", s, text)
			}
		}
	}
}

// onlyToAPI fails where the token was sent to the store of bundles.
func onlyToAPI(t *testing.T, s *githubtest.Server) (api, store int) {
	t.Helper()
	for _, r := range s.Requests() {
		if r.UserAgent != "test/1" {
			t.Errorf("%s %s: user agent %q", r.Method, r.Path, r.UserAgent)
		}
		if r.Server == "api" {
			api++
			if r.Authorization != "Bearer "+token {
				t.Errorf("%s %s: authorization %q", r.Method, r.Path, r.Authorization)
			}
			continue
		}
		store++
		if r.Authorization != "" {
			t.Errorf("the store of bundles got %q", r.Authorization)
		}
	}
	return api, store
}

func TestNew(t *testing.T) {
	for _, tt := range []struct{ base, want string }{
		{"", ""},
		{"https://api.github.com/", ""},
		{"https://api.octocorp.ghe.com", ""},
		{"https://github.example.org/api/v3", "GitHub Enterprise Server, which is not supported"},
		{"https://github.example.org/api/v3/", "GitHub Enterprise Server, which is not supported"},
		{"https://github.example.org/api", "GitHub Enterprise Server, which is not supported"},
		{"http://api.github.com", "https://"},
		{"https://u:p@api.github.com", "user name"},
	} {
		_, err := New(Options{BaseURL: tt.base, Token: token})
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: %v; want %q", tt.base, err, tt.want)
		}
		noSecret(t, err)
	}
	if _, err := New(Options{Token: token + "\r\nX: y"}); err == nil {
		t.Error("a token with a line break is accepted")
	} else {
		noSecret(t, err)
	}
	if _, err := New(Options{MaxBundle: -1}); err == nil {
		t.Error("a negative limit is accepted")
	}
}

func TestQueryIsChecked(t *testing.T) {
	s := server(t)
	c := client(t, s)
	good := Query{Owner: "octo-sci", Repo: "samplepkg", Digests: []string{digest(1)}}
	for name, change := range map[string]func(*Query){
		"no owner":           func(q *Query) { q.Owner = "" },
		"owner with a slash": func(q *Query) { q.Owner = "a/b" },
		"dots":               func(q *Query) { q.Repo = ".." },
		"escaped slash":      func(q *Query) { q.Repo = "a%2fb" },
		"question mark":      func(q *Query) { q.Repo = "a?b" },
		"long":               func(q *Query) { q.Repo = strings.Repeat("a", 101) },
		"no digest":          func(q *Query) { q.Digests = nil },
		"empty digest":       func(q *Query) { q.Digests = []string{""} },
		"with prefix":        func(q *Query) { q.Digests = []string{"sha256:" + digest(1)} },
		"upper case":         func(q *Query) { q.Digests = []string{strings.ToUpper(digest(1))} },
		"short":              func(q *Query) { q.Digests = []string{digest(1)[:63]} },
		"path":               func(q *Query) { q.Digests = []string{digest(1)[:61] + "/.."} },
		"control character":  func(q *Query) { q.PredicateType = "a\nb" },
	} {
		q := good
		change(&q)
		if r, err := c.Attestations(t.Context(), q); err == nil {
			t.Errorf("%s: accepted: %+v", name, r)
		}
	}
	if n := len(s.Requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestContextEnds(t *testing.T) {
	s := server(t)
	c := client(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	s.Delay = time.Minute
	defer cancel()
	go func() {
		for len(s.Requests()) == 0 {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	_, err := c.Attestations(ctx, Query{Owner: "o", Repo: "r", Digests: []string{digest(1), digest(2)}})
	if err == nil || ctx.Err() == nil || !strings.Contains(err.Error(), "canceled") {
		t.Errorf("%v", err)
	}
}

func TestResultOfUnaskedDigest(t *testing.T) {
	r := Result{Digests: []DigestResult{{SHA256: digest(1)}}}
	if r.Of(digest(1)).Err != nil || r.Of(digest(2)).Err == nil {
		t.Error("a digest that was not asked for must not look like one without attestations")
	}
}
