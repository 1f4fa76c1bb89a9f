// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scientific-python/sallyport/internal/githubtest"
)

func TestSingle(t *testing.T) {
	for _, byURL := range []bool{false, true} {
		t.Run(fmt.Sprint("by URL ", byURL), func(t *testing.T) {
			s := server(t)
			s.Token = token
			s.AddRepository("octo-sci", "samplepkg", 100200300, true)
			s.AddAttestation("octo-sci", "samplepkg", digest(1), githubtest.Attestation{Bundle: bundle(1), ByURL: byURL})
			s.AddAttestation("octo-sci", "samplepkg", digest(1), githubtest.Attestation{Bundle: bundle(2), ByURL: byURL, Initiator: "github"})
			s.AddAttestation("octo-sci", "samplepkg", digest(1), githubtest.Attestation{Bundle: bundle(3), ByURL: byURL, Initiator: "-", RepositoryID: -1})
			r := ask(t, client(t, s), digest(1), digest(2))
			source := s.URL() + "/repos/octo-sci/samplepkg/attestations/sha256:" + digest(1)
			want := Result{Digests: []DigestResult{
				{SHA256: digest(1), Attestations: []Attestation{
					{Bundle: bundle(3), Source: source},
					{Bundle: bundle(2), Initiator: InitiatorGitHub, RepositoryID: 100200300, Source: source},
					{Bundle: bundle(1), Initiator: InitiatorUser, RepositoryID: 100200300, Source: source},
				}},
				{SHA256: digest(2)},
			}}
			if d := cmp.Diff(want, r); d != "" {
				t.Error(d)
			}
			noSecret(t, r)
			api, store := onlyToAPI(t, s)
			if api != 2 || byURL && store != 3 || !byURL && store != 0 {
				t.Errorf("%d requests to the API, %d to the store", api, store)
			}
			if q := s.Requests()[0].Query; q != "per_page=100" {
				t.Errorf("query %q", q)
			}
		})
	}
}

func TestRepeatedDigestsAreAskedOnce(t *testing.T) {
	s := server(t)
	r, err := client(t, s).Attestations(t.Context(), Query{Owner: "o", Repo: "r", Digests: []string{digest(1), digest(1), digest(2)}})
	if err != nil || len(r.Digests) != 2 || len(s.Requests()) != 2 {
		t.Errorf("%d entries, %d requests, %v", len(r.Digests), len(s.Requests()), err)
	}
}

func TestEmptyList(t *testing.T) {
	s := server(t)
	s.EmptyList = true
	s.AddRepository("octo-sci", "samplepkg", 1, true)
	if r := ask(t, client(t, s), digest(1)); r.Digests[0].Err != nil || len(r.Digests[0].Attestations) != 0 {
		t.Errorf("%+v", r)
	}
}

func TestPredicateType(t *testing.T) {
	s := server(t)
	for i, p := range []string{"https://slsa.dev/provenance/v1", "https://spdx.dev/Document/v2.3", "https://example.org/x?a=b&c"} {
		s.AddAttestation("octo-sci", "samplepkg", digest(1), githubtest.Attestation{Bundle: bundle(i), PredicateType: p})
	}
	for i, p := range []string{"provenance", "sbom", "https://example.org/x?a=b&c"} {
		r, err := client(t, s).Attestations(t.Context(), Query{Owner: "octo-sci", Repo: "samplepkg", Digests: []string{digest(1)}, PredicateType: p})
		if err != nil || len(r.Digests[0].Attestations) != 1 || string(r.Digests[0].Attestations[0].Bundle) != string(bundle(i)) {
			t.Errorf("%s: %+v, %v", p, r, err)
		}
	}
}

func TestPages(t *testing.T) {
	s := server(t)
	s.PageSize = 2
	for i := range 7 {
		s.AddAttestation("octo-sci", "samplepkg", digest(1), githubtest.Attestation{Bundle: bundle(i)})
	}
	r := ask(t, client(t, s), digest(1))
	if n := len(r.Digests[0].Attestations); n != 7 {
		t.Fatalf("%d attestations", n)
	}
	for i, a := range r.Digests[0].Attestations {
		if string(a.Bundle) != string(bundle(6-i)) {
			t.Errorf("%d: %s", i, a.Bundle)
		}
	}
	if api, _ := onlyToAPI(t, s); api != 4 {
		t.Errorf("%d requests", api)
	}
}

func TestHostilePages(t *testing.T) {
	other := server(t)
	for _, tt := range []struct{ name, link, want string }{
		{"another host", "<" + other.URL() + "/repos/x?after=1>; rel=\"next\"", "is not"},
		{"the same page", "<%s?per_page=100>; rel=next", "read before"},
		{"never ends", "<%s?per_page=100&after=N>; rel=\"next\"", "limit of 50 pages"},
		{"user in the address", "<http://" + token + "@127.0.0.1/>; rel=\"next\"", "is not"},
	} {
		s := server(t)
		n := 0
		s.Hook = func(w http.ResponseWriter, r *http.Request) bool {
			n++
			link := strings.ReplaceAll(tt.link, "=N>", fmt.Sprintf("=%d>", n))
			w.Header().Set("Link", strings.ReplaceAll(link, "%s", s.URL()+r.URL.Path))
			fmt.Fprint(w, `{"attestations":[]}`)
			return true
		}
		d := ask(t, client(t, s), digest(1)).Digests[0]
		if d.Err == nil || !strings.Contains(d.Err.Error(), tt.want) || d.Attestations != nil {
			t.Errorf("%s: %v, want %q", tt.name, d.Err, tt.want)
		}
		noSecret(t, d.Err)
	}
	if n := len(other.Requests()); n != 0 {
		t.Errorf("the other host was asked %d times", n)
	}
}

func TestNextPage(t *testing.T) {
	for in, want := range map[string]string{
		`<https://a/?x=1,2;3>; rel="next"`:                     "https://a/?x=1,2;3",
		`<https://a/1>; rel="prev", <https://a/2>; rel="next"`: "https://a/2",
		`<https://a/1>; title="x"; REL=Next`:                   "https://a/1",
		`<https://a/1>; rel="prev"`:                            "",
		`<https://a/1`:                                         "",
		`rel="next"`:                                           "",
		``:                                                     "",
		`<https://a/1>; rel="last",<https://a/2>;rel="first", <>; rel="next"`: "",
	} {
		if got := nextPage(http.Header{"Link": {in}}); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

func TestTooManyItems(t *testing.T) {
	for n, want := range map[int]string{200: "", 201: "limit of 200 items"} {
		s := server(t)
		for i := range n {
			s.AddAttestation("octo-sci", "samplepkg", digest(1), githubtest.Attestation{Bundle: bundle(i)})
		}
		d := ask(t, client(t, s), digest(1)).Digests[0]
		if (d.Err == nil) != (want == "") || d.Err != nil && !strings.Contains(d.Err.Error(), want) {
			t.Errorf("%d items: %v", n, d.Err)
		}
		if d.Err == nil && len(d.Attestations) != n {
			t.Errorf("%d of %d items", len(d.Attestations), n)
		}
	}
}

func TestRefusals(t *testing.T) {
	reset := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, tt := range []struct {
		name  string
		setup func(*githubtest.Server)
		check func(error) bool
		text  string
		sent  int
	}{
		{"hourly limit", func(s *githubtest.Server) { s.RateLimit(9, reset) },
			func(err error) bool {
				e := new(RateLimitError)
				return errors.As(err, &e) && e.Reset.Equal(reset) && !e.Secondary
			}, "2030-01-02T03:04:05Z", 1},
		{"hourly limit with 429 and an absurd time", func(s *githubtest.Server) {
			s.AnswerNext(9, 429, http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {"99999999999999999999"}}, "")
		}, func(err error) bool { e := new(RateLimitError); return errors.As(err, &e) && e.Reset.IsZero() }, "in some minutes", 1},
		{"hourly limit until after the year 9999", func(s *githubtest.Server) {
			s.AnswerNext(9, 403, http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {"253402300800"}}, "")
		}, func(err error) bool { e := new(RateLimitError); return errors.As(err, &e) && e.Reset.IsZero() }, "in some minutes", 1},
		{"burst, short wait, then well", func(s *githubtest.Server) { s.SecondaryLimit(2, "3") },
			func(err error) bool { return err == nil }, "", 3},
		{"burst, short wait, for good", func(s *githubtest.Server) { s.SecondaryLimit(9, "3") },
			func(err error) bool {
				e := new(RateLimitError)
				return errors.As(err, &e) && e.Secondary && !e.Reset.IsZero()
			}, "bursts", 3},
		{"burst, long wait", func(s *githubtest.Server) { s.SecondaryLimit(9, "60") },
			func(err error) bool { e := new(RateLimitError); return errors.As(err, &e) && !e.Reset.IsZero() }, "bursts", 1},
		{"burst, said only in words", func(s *githubtest.Server) { s.SecondaryLimit(9, "") },
			func(err error) bool {
				e := new(RateLimitError)
				return errors.As(err, &e) && e.Secondary && e.Reset.IsZero()
			}, "secondary rate limit", 1},
		{"permission", func(s *githubtest.Server) { s.NoPermission = true },
			func(err error) bool { e := new(PermissionError); return errors.As(err, &e) && e.Status == 403 },
			"`permissions: attestations: read`", 1},
		{"bad token", func(s *githubtest.Server) { s.Token = "other" },
			func(err error) bool { e := new(PermissionError); return errors.As(err, &e) && e.Status == 401 },
			"the token is not accepted", 1},
		{"500 twice", func(s *githubtest.Server) { s.FailNext(2, 500, nil) },
			func(err error) bool { return err == nil }, "", 3},
		{"500 for good", func(s *githubtest.Server) { s.FailNext(9, 502, nil) },
			func(err error) bool { e := new(StatusError); return errors.As(err, &e) && e.Status == 502 }, "status 502", 3},
		{"422", func(s *githubtest.Server) { s.FailNext(9, 422, nil) },
			func(err error) bool { e := new(StatusError); return errors.As(err, &e) && e.Status == 422 }, "status 422", 1},
		{"404", func(s *githubtest.Server) { s.FailNext(9, 404, nil) }, func(err error) bool { return err == nil }, "", 1},
		{"HTML", func(s *githubtest.Server) {
			s.AnswerNext(9, 200, http.Header{"Content-Type": {"text/html"}}, "<html>\n::error::x ##[error]")
		}, func(err error) bool { e := new(AnswerError); return errors.As(err, &e) }, `status 200, but HTML or XML instead of JSON ("<html> ::error::x ## [error]")`, 1},
		{"HTML with a refusal", func(s *githubtest.Server) {
			s.AnswerNext(9, 400, http.Header{"Content-Type": {"text/html"}}, "<html>\nno "+token)
		}, func(err error) bool { e := new(StatusError); return errors.As(err, &e) }, `status 400 Bad Request, "<html> no ***"`, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := server(t)
			s.AddRepository("octo-sci", "samplepkg", 1, true)
			tt.setup(s)
			d := ask(t, client(t, s), digest(1)).Digests[0]
			if !tt.check(d.Err) || !strings.Contains(fmt.Sprint(d.Err), tt.text) {
				t.Errorf("%T %v", d.Err, d.Err)
			}
			if n := len(s.Requests()); n != tt.sent {
				t.Errorf("%d requests, want %d", n, tt.sent)
			}
			noSecret(t, d.Err)
		})
	}
}

// A limit or a missing permission is not asked about again and again.
func TestStopsAtARefusal(t *testing.T) {
	s := server(t)
	s.NoBulk = 404
	s.Hook = func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.Path, "/attestations/sha256:") {
			return false
		}
		w.Header().Set("X-RateLimit-Remaining", "0")
		w.WriteHeader(403)
		return true
	}
	var digests []string
	for i := range 50 {
		digests = append(digests, digest(i))
	}
	s.AddRepository("octo-sci", "samplepkg", 1, true)
	r := ask(t, client(t, s), digests...)
	for _, d := range r.Digests {
		if e := new(RateLimitError); !errors.As(d.Err, &e) {
			t.Fatalf("%s: %v", d.SHA256, d.Err)
		}
	}
	// The repository, the bulk call twice, and what was under way.
	if n := len(s.Requests()); n > 3+parallel {
		t.Errorf("%d requests", n)
	}
}

func TestRenamedRepository(t *testing.T) {
	s := server(t)
	s.AddAttestation("octo-sci", "newname", digest(1), githubtest.Attestation{Bundle: bundle(1)})
	s.Hook = func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasPrefix(r.URL.Path, "/repos/octo-sci/samplepkg") {
			to := strings.Replace(r.URL.String(), "samplepkg", "newname", 1)
			http.Redirect(w, r, s.URL()+to, http.StatusMovedPermanently)
			return true
		}
		return false
	}
	if d := ask(t, client(t, s), digest(1)).Digests[0]; d.Err != nil || len(d.Attestations) != 1 {
		t.Errorf("%+v", d)
	}
	onlyToAPI(t, s)
}
