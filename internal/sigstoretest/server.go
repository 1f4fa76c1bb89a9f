// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest

import (
	"crypto"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"
)

// Service is one of the services that [Serve] starts.
type Service int

// The services.
const (
	Fulcio Service = iota
	Rekor1
	Rekor2
	TSA
	services
)

// String returns the service's name in plain words.
func (s Service) String() string {
	if s < 0 || s >= services {
		return fmt.Sprintf("Service(%d)", int(s))
	}
	return [...]string{"Fulcio", "Rekor v1", "Rekor v2", "the timestamp authority"}[s]
}

// ServeOptions change how [Serve] serves; the zero value serves as the
// public-good instance does.
type ServeOptions struct {
	// Lifetime of the certificates; zero is ten minutes. Whole seconds: a
	// certificate starts with the second in which it is asked for.
	Lifetime time.Duration
	// Audience and Issuer are those that a token must have. Empty is
	// "sigstore", and GitHub's.
	Audience, Issuer string
	// Key, where not nil, must have signed the tokens (RS256). Without it
	// nobody looks at their signature.
	Key crypto.PublicKey
	// Now is the services' clock; nil is the real one.
	Now func() time.Time
}

// Server is an instance's services on loopback. It is safe for concurrent use.
type Server struct {
	// FulcioURL, Rekor1URL and Rekor2URL are what the paths of their APIs are
	// appended to; TSAURL is the whole address of the timestamp authority. They
	// are in the clear. An instance without logs has no addresses of any.
	FulcioURL, Rekor1URL, Rekor2URL, TSAURL string

	tb   testing.TB
	in   *Instance
	o    ServeOptions
	done chan struct{} // closed when the test ends
	log1 v1Served
	log2 v2Served
	http [services]*httptest.Server // nil for one that the instance lacks

	mu    sync.Mutex
	delay time.Duration
	state [services]serviceState
}

type serviceState struct {
	requests, now, most int
	faults              []Fault
}

// Serve starts the instance's services on loopback until the test ends. What
// they answer verifies under the instance's trusted root, unless they are told
// to fail. Several servers of one instance write to the same logs, but each
// calls an entry a repetition only if it came through itself.
func Serve(tb testing.TB, in *Instance, o ServeOptions) *Server {
	tb.Helper()
	if o.Lifetime == 0 {
		o.Lifetime = 10 * time.Minute
	}
	if o.Audience == "" {
		o.Audience = "sigstore"
	}
	if o.Issuer == "" {
		o.Issuer = GitHubIssuer
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{tb: tb, in: in, o: o, done: make(chan struct{})}
	start := func(service Service, serve func(*http.Request, []byte, Lie) answer) string {
		server := httptest.NewServer(s.handler(service, serve))
		tb.Cleanup(server.Close)
		s.http[service] = server
		return server.URL
	}
	s.FulcioURL = start(Fulcio, s.serveFulcio)
	s.TSAURL = start(TSA, s.serveTSA) + tsaPath
	if in.log1 != nil {
		s.Rekor1URL = start(Rekor1, s.serveRekor1)
	}
	if in.log2 != nil {
		s.Rekor2URL = start(Rekor2, s.serveRekor2)
	}
	// Comes before the servers are closed, which waits for their requests.
	tb.Cleanup(func() { close(s.done) })
	return s
}

// Fail has the next requests to a service meet faults, one each, in this order.
// The zero [Fault] among them is a request that meets none.
func (s *Server) Fail(service Service, faults ...Fault) {
	s.tb.Helper()
	if s.http[service] == nil {
		s.tb.Fatalf("making a service fail: a %s instance has no %s", s.in.kind, service)
	}
	for _, f := range faults {
		// A lie that would be the truth tests nothing.
		noSCT := s.in.ctlog == nil && (f.Lie == LieNoSCT || f.Lie == LieForgedSCT)
		if noSCT || !slices.Contains(lies[service], f.Lie) {
			s.tb.Fatalf("making a service fail: the lie %d is none of %s of a %s instance", f.Lie, service, s.in.kind)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state[service].faults = append(s.state[service].faults, faults...)
}

// Stop stops a service for good: further connections to it are refused.
// Requests that it has are answered first, so none must hang.
func (s *Server) Stop(service Service) {
	s.tb.Helper()
	if s.http[service] == nil {
		s.tb.Fatalf("stopping a service: a %s instance has no %s", s.in.kind, service)
	}
	s.http[service].Close()
}

// Delay adds to the time that every further answer takes.
func (s *Server) Delay(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.delay = d
}

// Requests returns how many requests a service has had.
func (s *Server) Requests(service Service) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state[service].requests
}

// MostAtOnce returns how many requests a service had at the same time at most.
func (s *Server) MostAtOnce(service Service) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state[service].most
}

// enter counts a request, and says what goes wrong with it and how long its
// answer takes.
func (s *Server) enter(service Service) (fault Fault, wait time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	state := &s.state[service]
	state.requests++
	state.now++
	state.most = max(state.most, state.now)
	if len(state.faults) > 0 {
		fault, state.faults = state.faults[0], state.faults[1:]
	}
	return fault, s.delay + fault.Delay
}

func (s *Server) leave(service Service) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state[service].now--
}
