// SPDX-License-Identifier: BSD-3-Clause

package services

import (
	"io"
	"net/http"
	"sync"
	"testing"

	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

// captured is a log whose last answer is kept.
type captured struct {
	made
	mu   sync.Mutex
	last []byte
}

func (c *captured) body() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last
}

// capture puts a relay before the log of one kind.
func capture(t testing.TB, m made, kind string) *captured {
	t.Helper()
	c := &captured{made: m}
	target := m.log1
	if ways[kind].service == sigstoretest.Rekor2 {
		target = m.log2
	}
	relay := serve(t, func(w http.ResponseWriter, r *http.Request) {
		req, err := http.NewRequestWithContext(r.Context(), r.Method, target+r.URL.Path, r.Body)
		if err != nil {
			t.Error(err)
			return
		}
		req.Header = r.Header.Clone()
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Error(err)
			return
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Error(err)
			return
		}
		c.mu.Lock()
		c.last = body
		c.mu.Unlock()
		w.WriteHeader(resp.StatusCode)
		w.Write(body)
	})
	c.log1, c.log2 = relay, relay
	return c
}
