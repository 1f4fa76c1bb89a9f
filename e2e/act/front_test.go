// SPDX-License-Identifier: BSD-3-Clause

package act

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"sync"
)

// front stands between act and podman, and remembers what podman says of the
// machine. act asks for that some two hundred times a run, to name the
// processor, and podman counts all its containers and images for each answer:
// that would be most of a run's time. All else is podman's.
type front struct {
	podman *httputil.ReverseProxy
	server *http.Server

	mu   sync.Mutex
	said map[string]*httptest.ResponseRecorder // by path
}

var ofTheMachine = regexp.MustCompile(`^/v[0-9.]+/(info|version)$`)

// serveFront listens on one socket for the engine on the other.
func serveFront(socket, podman string) (*front, error) {
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return nil, err
	}
	f := &front{podman: httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: "podman"}), said: map[string]*httptest.ResponseRecorder{}}
	f.podman.FlushInterval = -1
	f.podman.Transport = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", podman)
	}}
	f.server = &http.Server{Handler: f}
	go f.server.Serve(listener)
	return f, nil
}

// ServeHTTP answers from memory, or hands on.
func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet || !ofTheMachine.MatchString(r.URL.Path) {
		f.podman.ServeHTTP(w, r)
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	answer, ok := f.said[r.URL.Path]
	if !ok {
		answer = httptest.NewRecorder()
		f.podman.ServeHTTP(answer, r)
		if answer.Code == http.StatusOK {
			f.said[r.URL.Path] = answer
		}
	}
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.Code)
	io.WriteString(w, answer.Body.String())
}
