// SPDX-License-Identifier: BSD-3-Clause

// Package pypitest is a stand-in for a package index on loopback, for tests:
// the Simple API in JSON and the Integrity API, for the files it is given, and
// the ways in which they fail.
//
// It trusts its callers and is no part of the program.
package pypitest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Server is an index. Make one with [New] and close it. Its fields may be set
// until the first request.
type Server struct {
	// APIVersion is "1.4" where empty.
	APIVersion string
	// HTMLOnly answers the Simple API as an index does that has no JSON form.
	HTMLOnly bool
	// Disabled answers the Integrity API with 403.
	Disabled bool
	// Hook, where not nil, may answer a request itself and return true.
	Hook func(w http.ResponseWriter, r *http.Request) bool

	server *httptest.Server

	mu       sync.Mutex
	projects map[string]*project
	requests []Request
	fail     []int
}

type project struct {
	name, status, reason string
	files                []File
}

// File is one file of a project.
type File struct {
	Filename string
	// Version is the release, for the Integrity API's address.
	Version string
	// SHA256 is in lower-case hex; empty leaves it out.
	SHA256     string
	Size       int64
	UploadTime time.Time
	// Yanked, where not empty, is the reason; "-" is yanked without a reason.
	Yanked string
	// Provenance is the provenance object; nil means that there is none.
	Provenance []byte
	// ProvenanceURL replaces the address that the Simple API names; "-" names
	// the right one though Provenance is nil, so that following it meets 404.
	ProvenanceURL string
}

// Request is one request as it arrived.
type Request struct {
	Method        string
	Path          string // decoded
	Accept        string
	Authorization string
	UserAgent     string
}

// New starts an index without projects.
func New() *Server {
	s := &Server{projects: map[string]*project{}}
	s.server = httptest.NewServer(http.HandlerFunc(s.serve))
	return s
}

// Close stops the index.
func (s *Server) Close() { s.server.Close() }

// URL is the index's base address.
func (s *Server) URL() string { return s.server.URL }

// AddProject makes a project without files; Add does so as well.
func (s *Server) AddProject(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.project(name)
}

// Add puts files into a project.
func (s *Server) Add(name string, files ...File) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.project(name)
	p.files = append(p.files, files...)
}

// SetStatus gives a project a status (PEP 792). A quarantined one lists no
// files.
func (s *Server) SetStatus(name, status, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.project(name)
	p.status, p.reason = status, reason
}

// FailNext answers the next n requests with a status.
func (s *Server) FailNext(n, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range n {
		s.fail = append(s.fail, status)
	}
}

// Requests is what arrived so far, in order.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

func (s *Server) project(name string) *project {
	key := normalise(name)
	if s.projects[key] == nil {
		s.projects[key] = &project{name: name}
	}
	return s.projects[key]
}

var separators = regexp.MustCompile(`[-_.]+`)

func normalise(name string) string {
	return strings.ToLower(separators.ReplaceAllString(name, "-"))
}

// record notes a request and returns the status it is to fail with, or 0.
func (s *Server) record(r *http.Request) (status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, Request{
		Method: r.Method, Path: r.URL.Path, Accept: r.Header.Get("Accept"),
		Authorization: r.Header.Get("Authorization"), UserAgent: r.UserAgent(),
	})
	if len(s.fail) > 0 {
		status, s.fail = s.fail[0], s.fail[1:]
	}
	return status
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if status := s.record(r); status != 0 {
		http.Error(w, "the stand-in was told to fail", status)
		return
	}
	if s.Hook != nil && s.Hook(w, r) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	part := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	switch {
	case r.Method != http.MethodGet:
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
	case len(part) == 2 && part[0] == "simple":
		s.simple(w, r, part[1])
	case len(part) == 5 && part[0] == "integrity" && part[4] == "provenance":
		s.integrity(w, r, part[1], part[2], part[3])
	default:
		http.NotFound(w, r)
	}
}

func (s *Server) simple(w http.ResponseWriter, r *http.Request, name string) {
	if n := normalise(name); n != name || !strings.HasSuffix(r.URL.Path, "/") {
		http.Redirect(w, r, "/simple/"+n+"/", http.StatusMovedPermanently)
		return
	}
	p := s.projects[name]
	if p == nil {
		http.NotFound(w, r)
		return
	}
	const media = "application/vnd.pypi.simple.v1+json"
	if s.HTMLOnly || !strings.Contains(r.Header.Get("Accept"), media) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<!DOCTYPE html>\n<html><body>Links</body></html>\n")
		return
	}
	api := s.APIVersion
	if api == "" {
		api = "1.4"
	}
	status := map[string]any{"status": "active"}
	if p.status != "" {
		status["status"] = p.status
	}
	if p.reason != "" {
		status["reason"] = p.reason
	}
	files := []any{}
	for _, f := range p.files {
		if p.status != "quarantined" {
			files = append(files, s.entry(name, f))
		}
	}
	w.Header().Set("Content-Type", media)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"meta": map[string]any{"api-version": api, "_last-serial": 1234567},
		"name": p.name, "files": files, "versions": []string{}, "alternate-locations": []string{},
		"project-status": status,
	})
}

func (s *Server) entry(name string, f File) map[string]any {
	hashes := map[string]string{}
	if f.SHA256 != "" {
		hashes["sha256"] = f.SHA256
	}
	m := map[string]any{
		"filename": f.Filename, "url": "https://files.example/packages/" + f.Filename, "hashes": hashes,
		"size": f.Size, "requires-python": nil, "yanked": false, "core-metadata": false,
		"data-dist-info-metadata": false, "provenance": nil,
	}
	if !f.UploadTime.IsZero() {
		m["upload-time"] = f.UploadTime.UTC().Format("2006-01-02T15:04:05.000000Z")
	}
	switch f.Yanked {
	case "":
	case "-":
		m["yanked"] = true
	default:
		m["yanked"] = f.Yanked
	}
	switch {
	case f.ProvenanceURL != "" && f.ProvenanceURL != "-":
		m["provenance"] = f.ProvenanceURL
	case f.Provenance != nil || f.ProvenanceURL == "-":
		m["provenance"] = s.server.URL + "/integrity/" + name + "/" + f.Version + "/" + f.Filename + "/provenance"
	}
	return m
}

func (s *Server) integrity(w http.ResponseWriter, r *http.Request, name, version, filename string) {
	say := func(status int, text string) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]string{"message": text})
	}
	accept := r.Header.Get("Accept")
	switch {
	case !strings.Contains(accept, "application/vnd.pypi.integrity.v1+json") && !strings.Contains(accept, "application/json") && !strings.Contains(accept, "*/*"):
		say(http.StatusNotAcceptable, "Request not acceptable")
		return
	case s.Disabled:
		say(http.StatusForbidden, "Attestations temporarily disabled")
		return
	}
	if p := s.projects[normalise(name)]; p != nil {
		for _, f := range p.files {
			if f.Filename == filename && f.Version == version && f.Provenance != nil {
				w.Header().Set("Content-Type", "application/vnd.pypi.integrity.v1+json")
				_, _ = w.Write(f.Provenance)
				return
			}
		}
	}
	say(http.StatusNotFound, "No provenance available for "+filename)
}
