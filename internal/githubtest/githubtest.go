// SPDX-License-Identifier: BSD-3-Clause

// Package githubtest is a stand-in for GitHub's REST API on loopback, for
// tests: attestations by digest and in bulk, their bundles inline or at a
// signed address, the storing of new ones, a repository's data, files at a commit, its environments,
// rulesets, branches, tags and commits, and the ways in which all of that
// fails.
//
// It answers in the shapes of GitHub's documentation and of what is seen in
// practice (a bundle's address serves a raw snappy block). It trusts its
// callers and is no part of the program.
package githubtest

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"
)

// Secret is in the query of every bundle's address, as a signature is in a
// real one: no log, error or report may show it.
const Secret = "sig-0123456789abcdef-secret"

// Server is two servers: the API, and the store of bundles. Make one with
// [New] and close it. Its fields may be set until the first request.
type Server struct {
	// NoBulk answers the bulk call with this status where it is not 0.
	NoBulk int
	// PageSize caps a page below what the caller asks for, where not 0.
	PageSize int
	// EmptyList answers for an unknown digest with 200 and an empty list
	// instead of 404.
	EmptyList bool
	// Token, where not empty, is the only one accepted; without it: 401.
	Token string
	// NoPermission refuses attestations and files with 403.
	NoPermission bool
	// Deny refuses what lies below a part of a repository's address, such as
	// "environments" or "rulesets", with a status.
	Deny map[string]int
	// Delay comes before each answer of the API, unless the client goes away.
	Delay time.Duration
	// Hook, where not nil, may answer a request itself and return true. The
	// request is recorded before.
	Hook func(w http.ResponseWriter, r *http.Request) bool

	api, store *httptest.Server

	mu       sync.Mutex
	repos    map[string]*repository
	blobs    map[string][]byte
	requests []Request
	fail     []failure
	kept     []Stored
}

// Request is one request as it arrived.
type Request struct {
	// Server is "api" or "store".
	Server        string
	Method        string
	Path          string // decoded
	Query         string // raw
	Authorization string
	UserAgent     string
	Accept        string
	Body          string
}

type failure struct {
	status int
	header http.Header
	body   string
}

type repository struct {
	owner, name string
	id          int64
	org         bool
	attested    map[string][]Attestation // by digest in hex, newest first
	files       map[string][]byte        // by commit + ":" + path
	settings
}

// Attestation is one entry of a digest's list.
type Attestation struct {
	// Bundle is the bundle's JSON; nil lists "bundle": null.
	Bundle []byte
	// ByURL stores Bundle as a raw snappy block and lists only its address.
	ByURL bool
	// Stored, where not nil, is what the address serves instead.
	Stored []byte
	// Initiator is "user" where empty; "-" leaves the key out.
	Initiator string
	// PredicateType is what the API filters by; it is not in the answer.
	PredicateType string
	// RepositoryID replaces the repository's own where not 0; -1 leaves the
	// key out.
	RepositoryID int64
}

// New starts both servers.
func New() *Server {
	s := &Server{repos: map[string]*repository{}, blobs: map[string][]byte{}}
	s.api = httptest.NewServer(http.HandlerFunc(s.serveAPI))
	s.store = httptest.NewServer(http.HandlerFunc(s.serveStore))
	return s
}

// Close stops both servers.
func (s *Server) Close() {
	s.api.Close()
	s.store.Close()
}

// URL is the API's base address.
func (s *Server) URL() string { return s.api.URL }

// StoreURL is the base address of the bundles' store, another host and port.
func (s *Server) StoreURL() string { return s.store.URL }

// AddRepository makes a repository of a user or an organisation. Adding
// attestations or files makes one of an organisation, with the id 1, unless it
// is there.
func (s *Server) AddRepository(owner, name string, id int64, org bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.repository(owner, name)
	r.id, r.org = id, org
}

// AddAttestation lists a under the digest (64 hex digits), before those that
// are there.
func (s *Server) AddAttestation(owner, name, digest string, a Attestation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.repository(owner, name)
	r.attested[digest] = slices.Insert(r.attested[digest], 0, a)
}

// AddFile puts a file into a repository at a commit.
func (s *Server) AddFile(owner, name, commit, path string, content []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.repository(owner, name).files[commit+":"+path] = content
}

func (s *Server) repository(owner, name string) *repository {
	key := strings.ToLower(owner + "/" + name)
	if s.repos[key] == nil {
		s.repos[key] = &repository{owner: owner, name: name, id: 1, org: true,
			attested: map[string][]Attestation{}, files: map[string][]byte{}, settings: newSettings()}
	}
	return s.repos[key]
}

// FailNext answers the next n requests to the API with a status and message.
func (s *Server) FailNext(n, status int, header http.Header) {
	s.AnswerNext(n, status, header, `{"message":"the stand-in was told to fail","status":"`+http.StatusText(status)+`"}`)
}

// AnswerNext answers the next n requests to the API with this.
func (s *Server) AnswerNext(n, status int, header http.Header, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range n {
		s.fail = append(s.fail, failure{status, header, body})
	}
}

// RateLimit answers the next n requests as GitHub does when the hour's
// requests are used up.
func (s *Server) RateLimit(n int, reset time.Time) {
	h := http.Header{}
	h.Set("X-RateLimit-Limit", "60")
	h.Set("X-RateLimit-Remaining", "0")
	h.Set("X-RateLimit-Reset", unix(reset))
	s.AnswerNext(n, http.StatusForbidden, h, `{"message":"API rate limit exceeded for 127.0.0.1.","documentation_url":"https://docs.github.com/rest"}`)
}

// SecondaryLimit answers the next n requests as GitHub does after a burst;
// retryAfter is in seconds, and empty leaves the field out.
func (s *Server) SecondaryLimit(n int, retryAfter string) {
	h := http.Header{}
	if retryAfter != "" {
		h.Set("Retry-After", retryAfter)
	}
	s.AnswerNext(n, http.StatusForbidden, h, `{"message":"You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}`)
}

// Requests is what arrived so far, in order.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}
