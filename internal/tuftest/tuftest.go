// SPDX-License-Identifier: BSD-3-Clause

// Package tuftest makes a signed TUF repository and serves it on loopback, so
// that tests of a TUF client meet real metadata and a real server.
//
// The repository is shaped like Sigstore's: consistent snapshots, a root role
// with a threshold, metadata listed by version. Keys are ed25519 and fresh for
// each repository. Options turn it into an attacker's or a broken one's. The
// package is for tests only: it trusts its caller and stops the test on any
// mistake of its own.
package tuftest

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"
)

// Names of files as options take them: metadata without its version number,
// targets ([Target]) without their hash.
const (
	Root      = "root.json"
	Timestamp = "timestamp.json"
	Snapshot  = "snapshot.json"
	Targets   = "targets.json"
)

// Target returns the name by which options take the target called name.
func Target(name string) string { return "targets/" + name }

// Repo is a TUF repository and the server that offers it. It ends with its test.
type Repo struct {
	tb      testing.TB
	url     string
	closing chan struct{}

	// Set by options before anything is signed.
	rotation  rotation
	frozen    bool
	noMeta    bool
	expired   map[string]bool
	wrongKey  map[string]bool
	rolled    map[string]bool
	failures  int
	answerers map[string]answer

	anchor []byte
	files  map[string][]byte // by the path asked for, without the leading slash

	mu     sync.Mutex
	asked  []string
	counts map[string]int
}

// New signs a repository with the given targets and serves it until the test
// ends. Without options everything in it is in order.
func New(tb testing.TB, targets map[string][]byte, opts ...Option) *Repo {
	tb.Helper()
	r := &Repo{
		tb: tb, closing: make(chan struct{}),
		expired: map[string]bool{}, wrongKey: map[string]bool{}, rolled: map[string]bool{},
		answerers: map[string]answer{}, files: map[string][]byte{}, counts: map[string]int{},
	}
	for _, opt := range opts {
		opt(r)
	}
	r.build(maps.Clone(targets))
	srv := httptest.NewServer(r)
	r.url = srv.URL
	tb.Cleanup(func() {
		close(r.closing) // let hanging answers go, or Close would wait for them
		srv.Close()
	})
	return r
}

// URL is the base address of the repository, without a final slash.
func (r *Repo) URL() string { return r.url }

// RootJSON is version 1 of the root metadata, in which a client is anchored.
func (r *Repo) RootJSON() []byte { return slices.Clone(r.anchor) }

// Requests returns the paths asked for so far, in order of arrival and
// without the leading slash.
func (r *Repo) Requests() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.asked)
}

// ServeHTTP answers one request by the repository's files and options.
func (r *Repo) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	path := req.URL.Path[1:]
	r.mu.Lock()
	r.asked = append(r.asked, path)
	r.counts[path]++
	nth := r.counts[path]
	r.mu.Unlock()

	if nth <= r.failures {
		http.Error(w, "try again", http.StatusInternalServerError)
		return
	}
	data, ok := r.files[path]
	for _, name := range []string{plainName(path), ""} {
		if a := r.answerers[name]; a != nil {
			a(w, req, data)
			return
		}
	}
	if !ok {
		http.NotFound(w, req)
		return
	}
	w.Write(data)
}

// targetPath is where a consistent snapshot keeps a target.
func targetPath(name string, data []byte) string {
	sum := sha256.Sum256(data)
	return "targets/" + hex.EncodeToString(sum[:]) + "." + name
}

// lifetime is how long metadata that is not to be expired stays valid: longer
// than any test runs.
const lifetime = 24 * time.Hour
