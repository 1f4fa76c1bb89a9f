// SPDX-License-Identifier: BSD-3-Clause

package attest

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// proxy stands before a real server and spoils what it answers.
type proxy struct {
	*httptest.Server
	asked atomic.Int64

	// meet answers instead of the server, where it returns true.
	meet func(n int64, w http.ResponseWriter, r *http.Request) bool
	// edit changes an answer of the server.
	edit func(n int64, r *http.Response, body []byte) []byte
	// delay is added to each answer.
	delay time.Duration
}

// newProxy stands before the server at a base address.
func newProxy(t testing.TB, base string) *proxy {
	t.Helper()
	target, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{}
	back := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target); r.Out.Host = target.Host },
		ModifyResponse: func(r *http.Response) error {
			edit := p.edit
			if edit == nil {
				return nil
			}
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return err
			}
			body = edit(p.asked.Load(), r, body)
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			r.Header.Del("Content-Length")
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) { panic(http.ErrAbortHandler) },
	}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := p.asked.Add(1)
		if p.meet != nil && p.meet(n, w, r) {
			return
		}
		time.Sleep(p.delay)
		back.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { p.CloseClientConnections(); p.Close() })
	return p
}

// through puts proxies before all four services, and returns them by the
// services' names.
func (s *scene) through(t testing.TB) map[string]*proxy {
	t.Helper()
	tsa, path, _ := cutPath(s.lab.TSA)
	out := map[string]*proxy{
		"fulcio": newProxy(t, s.lab.Fulcio), "rekor1": newProxy(t, s.lab.Rekor1), "rekor2": newProxy(t, s.lab.Rekor2), "tsa": newProxy(t, tsa),
	}
	s.edit(t, func(c map[string]any) {
		set := func(list string, version float64, url string) {
			urls, _ := c[list].([]any)
			for _, u := range urls {
				if m := u.(map[string]any); version == 0 || m["majorApiVersion"] == version {
					m["url"] = url
				}
			}
		}
		set("caUrls", 0, out["fulcio"].URL)
		set("rekorTlogUrls", 1, out["rekor1"].URL)
		set("rekorTlogUrls", 2, out["rekor2"].URL)
		set("tsaUrls", 0, out["tsa"].URL+path)
	})
	return out
}

// cutPath parts an address from its path.
func cutPath(address string) (base, path string, ok bool) {
	scheme, rest, ok := strings.Cut(address, "://")
	host, path, found := strings.Cut(rest, "/")
	return scheme + "://" + host, "/" + path, ok && found
}
