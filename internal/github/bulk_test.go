// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/scientific-python/sallyport/internal/githubtest"
)

// release makes n digests, the first half of them attested, and another
// repository of the same owner that attested all of them.
func release(s *githubtest.Server, n int, org, byURL bool) []string {
	s.AddRepository("octo-sci", "other", 999, org)
	s.AddRepository("octo-sci", "samplepkg", 100200300, org)
	var digests []string
	for i := range n {
		d := digest(i)
		digests = append(digests, d)
		s.AddAttestation("octo-sci", "other", d, githubtest.Attestation{Bundle: bundle(1000 + i), ByURL: byURL})
		if i < n/2 {
			s.AddAttestation("octo-sci", "samplepkg", d, githubtest.Attestation{Bundle: bundle(i), ByURL: byURL})
			s.AddAttestation("octo-sci", "samplepkg", d, githubtest.Attestation{Bundle: bundle(-1), ByURL: byURL, Initiator: "github"})
		}
	}
	return digests
}

// whole checks that a result is exactly what release made.
func whole(t *testing.T, r Result) {
	t.Helper()
	for i, d := range r.Digests {
		if d.Err != nil {
			t.Fatalf("digest %d: %v", i, d.Err)
		}
		want := []string{string(bundle(-1)), string(bundle(i))}
		if i >= len(r.Digests)/2 {
			want = nil
		}
		var got []string
		for _, a := range d.Attestations {
			if a.Err != nil {
				t.Fatalf("digest %d: %v", i, a.Err)
			}
			got = append(got, string(a.Bundle))
			if a.RepositoryID != 100200300 && a.RepositoryID != 0 {
				t.Errorf("digest %d: an attestation of repository %d", i, a.RepositoryID)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("digest %d: %s, want %s", i, got, want)
		}
	}
	noSecret(t, r)
}

func count(s *githubtest.Server) map[string]int {
	n := map[string]int{}
	for _, r := range s.Requests() {
		switch {
		case r.Server == "store":
			n["store"]++
		case strings.HasSuffix(r.Path, "/bulk-list"):
			n[strings.Split(r.Path, "/")[1]]++
		case strings.Contains(r.Path, "/attestations/"):
			n["single"]++
		default:
			n["repo"]++
		}
	}
	return n
}

func TestBulk(t *testing.T) {
	for _, org := range []bool{true, false} {
		for _, byURL := range []bool{true, false} {
			s := server(t)
			s.Token = token
			r := ask(t, client(t, s), release(s, 250, org, byURL)...)
			whole(t, r)
			onlyToAPI(t, s)
			n := count(s)
			// Three calls of 100 digests, of several pages; one doubtful digest.
			kind := map[bool]string{true: "orgs", false: "users"}[org]
			if n["repo"] != 1 || n["single"] != 1 || n[kind] < 3 || n["orgs"]+n["users"] != n[kind] {
				t.Errorf("org %v: requests %v", org, n)
			}
			if byURL && n["store"] == 0 || !byURL && n["store"] != 0 {
				t.Errorf("requests %v", n)
			}
			for _, q := range s.Requests() {
				var body struct {
					Digests []string `json:"subject_digests"`
				}
				if q.Body == "" {
					continue
				}
				if json.Unmarshal([]byte(q.Body), &body) != nil || len(body.Digests) > 100 || len(body.Digests[0]) != 71 {
					t.Errorf("asked for %d digests", len(body.Digests))
				}
			}
		}
	}
}

func TestBulkPages(t *testing.T) {
	s := server(t)
	s.PageSize = 7
	whole(t, ask(t, client(t, s), release(s, 40, true, false)...))
	if n := count(s); n["orgs"] != (40+40+6)/7 {
		t.Errorf("%v", n)
	}
}

// The owner's kind is a hint only: where the repository does not tell it, both
// are tried.
func TestBulkOwnerKindUnknown(t *testing.T) {
	s := server(t)
	s.Hook = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/repos/octo-sci/samplepkg" {
			return false
		}
		fmt.Fprint(w, `{"id":100200300}`)
		return true
	}
	whole(t, ask(t, client(t, s), release(s, 10, false, false)...))
	if n := count(s); n["orgs"] != 1 || n["users"] != 1 || n["single"] != 1 {
		t.Errorf("%v", n)
	}
}

func TestBulkFallsBack(t *testing.T) {
	digests := 10
	bulkHook := func(answer func(w http.ResponseWriter)) func(*githubtest.Server) {
		return func(s *githubtest.Server) {
			s.Hook = func(w http.ResponseWriter, r *http.Request) bool {
				if strings.HasSuffix(r.URL.Path, "/bulk-list") {
					answer(w)
					return true
				}
				return false
			}
		}
	}
	say := func(body string) func(*githubtest.Server) {
		return bulkHook(func(w http.ResponseWriter) { fmt.Fprint(w, body) })
	}
	repoHook := func(status int, body string) func(*githubtest.Server) {
		return func(s *githubtest.Server) {
			s.Hook = func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path == "/repos/octo-sci/samplepkg" {
					w.WriteHeader(status)
					fmt.Fprint(w, body)
					return true
				}
				return false
			}
		}
	}
	tests := map[string]func(*githubtest.Server){
		"HTML":                       say("<html>"),
		"empty":                      say(""),
		"not the shape":              say(`{"attestations":[]}`),
		"list is a string":           say(`{"attestations_subject_digests":"x"}`),
		"no next":                    say(`{"attestations_subject_digests":{},"page_info":{"has_next":true}}`),
		"next for ever":              say(`{"attestations_subject_digests":{},"page_info":{"has_next":true,"next":"a"}}`),
		"has_next is a word":         say(`{"attestations_subject_digests":{},"page_info":{"has_next":"no"}}`),
		"page_info is a list":        say(`{"attestations_subject_digests":{},"page_info":[]}`),
		"knows nothing":              say(`{"attestations_subject_digests":{}}`),
		"redirects":                  bulkHook(func(w http.ResponseWriter) { w.Header().Set("Location", "/x"); w.WriteHeader(307) }),
		"repository unknown":         repoHook(404, ""),
		"repository forbidden":       repoHook(403, ""),
		"repository without id":      repoHook(200, `{"full_name":"octo-sci/samplepkg"}`),
		"repository's id absurd":     repoHook(200, `{"id":1e400}`),
		"repository's id in quotes":  repoHook(200, `{"id":"100200300"}`),
		"repository renamed":         repoHook(200, `{"id":999,"full_name":"octo-sci/other"}`),
		"repository is HTML":         repoHook(200, `<html>`),
		"repository for ever failed": repoHook(500, ``),
		"items do not say whose": func(s *githubtest.Server) {
			s.AddRepository("octo-sci", "samplepkg", 100200300, true)
			s.AddRepository("octo-sci", "zzz", 5, true)
			for i := range digests {
				s.AddAttestation("octo-sci", "zzz", digest(i), githubtest.Attestation{Bundle: bundle(77), RepositoryID: -1})
			}
		},
		"too many items of others": func(s *githubtest.Server) {
			s.AddRepository("octo-sci", "zzz", 5, true)
			for i := range digests {
				for range 201 {
					s.AddAttestation("octo-sci", "zzz", digest(i), githubtest.Attestation{Bundle: bundle(77)})
				}
			}
		},
	}
	for _, status := range []int{400, 401, 403, 404, 405, 410, 422, 501} {
		tests[fmt.Sprint("status ", status)] = func(s *githubtest.Server) { s.NoBulk = status }
	}
	for name, setup := range tests {
		t.Run(name, func(t *testing.T) {
			s := server(t)
			asked := release(s, digests, true, false)
			setup(s)
			whole(t, ask(t, client(t, s), asked...))
			if n := count(s); n["single"] != digests {
				t.Errorf("requests %v, want %d single ones", n, digests)
			}
		})
	}
}

// The example in GitHub's documentation is a list of objects.
func TestBulkAsList(t *testing.T) {
	s := server(t)
	asked := release(s, 6, true, false)
	s.Hook = func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/bulk-list") {
			return false
		}
		var parts []string
		for i := range 3 {
			parts = append(parts, fmt.Sprintf(`{"sha256:%s":[{"bundle":%s,"repository_id":100200300,"initiator":"github"},{"bundle":%s,"repository_id":100200300}],"sha256:%s":[{"bundle":{},"repository_id":100200300}]}`,
				digest(i), bundle(-1), bundle(i), digest(500+i)))
		}
		fmt.Fprintf(w, `{"attestations_subject_digests":[%s]}`, strings.Join(parts, ","))
		return true
	}
	whole(t, ask(t, client(t, s), asked...))
	if n := count(s); n["single"] != 1 {
		t.Errorf("%v", n)
	}
}

// What the token may not read is left out of the bulk answer without a word;
// the repository's own call says so.
func TestBulkLeavesOut(t *testing.T) {
	s := server(t)
	asked := release(s, 10, true, false)
	s.NoPermission = true
	for _, d := range ask(t, client(t, s), asked...).Digests {
		if e := new(PermissionError); !errors.As(d.Err, &e) || !strings.Contains(d.Err.Error(), "attestations: read") {
			t.Errorf("%v", d.Err)
		}
	}
}

func TestBulkFails(t *testing.T) {
	for _, tt := range []struct {
		name  string
		setup func(*githubtest.Server)
		check func(error) bool
		sent  int
	}{
		{"500 for good", func(s *githubtest.Server) { s.NoBulk = 503 },
			func(err error) bool { e := new(StatusError); return errors.As(err, &e) && e.Status == 503 }, 4},
		{"limit at the repository", func(s *githubtest.Server) { s.RateLimit(1, time.Unix(1900000000, 0)) },
			func(err error) bool {
				e := new(RateLimitError)
				return errors.As(err, &e) && e.Reset.Unix() == 1900000000
			}, 1},
		{"limit at the bulk call", func(s *githubtest.Server) {
			s.Hook = func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method == "POST" {
					w.Header().Set("X-RateLimit-Remaining", "0")
					w.WriteHeader(429)
				}
				return r.Method == "POST"
			}
		}, func(err error) bool { e := new(RateLimitError); return errors.As(err, &e) }, 2},
	} {
		s := server(t)
		asked := release(s, 10, true, false)
		tt.setup(s)
		for i, d := range ask(t, client(t, s), asked...).Digests {
			if !tt.check(d.Err) {
				t.Errorf("%s: digest %d: %v", tt.name, i, d.Err)
			}
		}
		if n := len(s.Requests()); n != tt.sent {
			t.Errorf("%s: %d requests, want %d", tt.name, n, tt.sent)
		}
	}
}

// A digest with more attestations than are read is an error, never a part of
// them, also where the bulk call lists it.
func TestBulkTooManyItems(t *testing.T) {
	s := server(t)
	var asked []string
	for i := range 5 {
		asked = append(asked, digest(i))
		s.AddAttestation("octo-sci", "samplepkg", digest(i), githubtest.Attestation{Bundle: bundle(i)})
	}
	for i := range maxItems {
		s.AddAttestation("octo-sci", "samplepkg", digest(0), githubtest.Attestation{Bundle: bundle(100 + i)})
	}
	r := ask(t, client(t, s), asked...)
	for i, d := range r.Digests {
		limit := new(LimitError)
		if errors.As(d.Err, &limit) != (i == 0) || i > 0 && len(d.Attestations) != 1 {
			t.Errorf("digest %d: %d attestations, %v", i, len(d.Attestations), d.Err)
		}
	}
	if n := count(s); n["single"] != 3 { // pages of the one digest
		t.Errorf("%v", n)
	}
}
