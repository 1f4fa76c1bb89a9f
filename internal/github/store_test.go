// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/scientific-python/sallyport/internal/githubtest"
)

// signed is a bundle of a statement about the digests. Nobody signed it.
func signed(digests ...string) []byte {
	var subjects []string
	for _, d := range digests {
		subjects = append(subjects, fmt.Sprintf(`{"name":"x","digest":{"sha256":%q}}`, d))
	}
	statement := `{"_type":"https://in-toto.io/Statement/v1","subject":[` + strings.Join(subjects, ",") +
		`],"predicateType":"https://slsa.dev/provenance/v1","predicate":{}}`
	return fmt.Appendf(nil, `{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","dsseEnvelope":{"payload":%q,"payloadType":"application/vnd.in-toto+json"}}`,
		base64.StdEncoding.EncodeToString([]byte(statement)))
}

func TestStoreAttestation(t *testing.T) {
	s := server(t)
	s.Token = token
	s.AddRepository("octo-sci", "samplepkg", 42, true)
	c := client(t, s)
	first, second := signed(digest(1), digest(2)), signed(digest(2))
	got, err := c.StoreAttestation(t.Context(), "octo-sci", "samplepkg", first)
	if err != nil {
		t.Fatal(err)
	}
	if want := (Stored{7_000_001, "https://github.com/octo-sci/samplepkg/attestations/7000001"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	other := client(t, s, func(o *Options) { o.ServerURL = "https://octocorp.ghe.com/" })
	got, err = other.StoreAttestation(t.Context(), "octo-sci", "samplepkg", second)
	if err != nil || got.URL != "https://octocorp.ghe.com/octo-sci/samplepkg/attestations/7000002" {
		t.Errorf("with another server: %+v, %v", got, err)
	}
	sent := s.Requests()[0]
	if sent.Method != http.MethodPost || sent.Path != "/repos/octo-sci/samplepkg/attestations" || sent.Query != "" ||
		sent.Accept != "application/vnd.github+json" || sent.Body != `{"bundle":`+string(first)+`}` {
		t.Errorf("sent %+v", sent)
	}
	// The read API then has them, under each digest.
	r := ask(t, c, digest(1), digest(2))
	for i, want := range [][][]byte{{first}, {second, first}} {
		if r.Digests[i].Err != nil || len(r.Digests[i].Attestations) != len(want) {
			t.Fatalf("digest %d: %+v", i, r.Digests[i])
		}
		for k, a := range r.Digests[i].Attestations {
			if !bytes.Equal(a.Bundle, want[k]) || a.Initiator != InitiatorUser || a.RepositoryID != 42 {
				t.Errorf("digest %d, attestation %d: %+v", i, k, a)
			}
		}
	}
	onlyToAPI(t, s)
}

func TestStoreAttestationTriesAgain(t *testing.T) {
	s := server(t)
	s.AddRepository("octo-sci", "samplepkg", 42, true)
	s.FailNext(1, http.StatusBadGateway, nil)
	s.SecondaryLimit(1, "3")
	if _, err := client(t, s).StoreAttestation(t.Context(), "octo-sci", "samplepkg", signed(digest(1))); err != nil {
		t.Error(err)
	}
	if n := len(s.Stored()); n != 1 {
		t.Errorf("%d are stored", n)
	}
}

func TestStoreAttestationRefused(t *testing.T) {
	const permission = "add `permissions: attestations: write` to the job"
	store := func(e error) bool { s := new(StoreError); return errors.As(e, &s) && errors.As(e, new(*StatusError)) }
	answered := func(e error) bool { a := new(AnswerError); return errors.As(e, &a) }
	for name, tt := range map[string]struct {
		set  func(s *githubtest.Server)
		kind func(error) bool
		want string
		asks int
	}{
		"no permission": {func(s *githubtest.Server) { s.NoPermission = true }, store, `"Resource not accessible by integration"; ` + permission, 1},
		"not found":     {func(s *githubtest.Server) { s.FailNext(1, 404, nil) }, store, permission, 1},
		"no plan": {func(s *githubtest.Server) {
			s.AnswerNext(1, 403, nil, `{"message":"Feature not available for user-owned private repositories. To enable this feature, please make this repository public."}`)
		}, store, "sign without --github", 1},
		"wrong token":   {func(s *githubtest.Server) { s.Token = "another" }, store, "give the job's token", 1},
		"validation":    {func(s *githubtest.Server) { s.AnswerNext(1, 422, nil, `{"message":"too many subjects"}`) }, store, `"too many subjects"; GitHub does not accept the bundle, for the reason it gives`, 1},
		"no reason":     {func(s *githubtest.Server) { s.AnswerNext(1, 422, nil, ``) }, store, "does not say why", 1},
		"too large":     {func(s *githubtest.Server) { s.AnswerNext(1, 413, nil, ``) }, store, "attest fewer files", 1},
		"down":          {func(s *githubtest.Server) { s.FailNext(9, 503, nil) }, store, "try again later", 3},
		"status 200":    {func(s *githubtest.Server) { s.AnswerNext(1, 200, nil, `{"id":1}`) }, store, "expected status 201", 1},
		"a redirect":    {func(s *githubtest.Server) { s.AnswerNext(1, 307, http.Header{"Location": {"/elsewhere"}}, ``) }, store, "status 307", 1},
		"rate limit":    {func(s *githubtest.Server) { s.RateLimit(1, time.Unix(1900000000, 0)) }, func(e error) bool { r := new(RateLimitError); return errors.As(e, &r) }, "try again after 2030", 1},
		"no id":         {func(s *githubtest.Server) { s.AnswerNext(1, 201, nil, `{}`) }, answered, "no id", 1},
		"id of nothing": {func(s *githubtest.Server) { s.AnswerNext(1, 201, nil, `{"id":0}`) }, answered, "not a number above 0", 1},
		"id of text":    {func(s *githubtest.Server) { s.AnswerNext(1, 201, nil, `{"id":"7/../x"}`) }, answered, "not a number above 0", 1},
		"html":          {func(s *githubtest.Server) { s.AnswerNext(1, 201, nil, "<html>\n##[error]") }, answered, "reading the answer", 1},
		"nothing":       {func(s *githubtest.Server) { s.AnswerNext(1, 201, nil, "") }, answered, "ends early", 1},
		"more":          {func(s *githubtest.Server) { s.AnswerNext(1, 201, nil, `{"id":1}{"id":2}`) }, answered, "follows", 1},
		"endless":       {func(s *githubtest.Server) { s.AnswerNext(1, 201, nil, strings.Repeat(" ", maxStored+1)) }, answered, "over the limit", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := server(t)
			s.AddRepository("octo-sci", "samplepkg", 42, true)
			tt.set(s)
			got, err := client(t, s).StoreAttestation(t.Context(), "octo-sci", "samplepkg", signed(digest(1)))
			if err == nil || got != (Stored{}) || !tt.kind(err) || !strings.Contains(err.Error(), tt.want) ||
				!strings.HasPrefix(err.Error(), "storing the attestation with GitHub: ") {
				t.Errorf("%+v, %T %v; want %q", got, err, err, tt.want)
			}
			noSecret(t, err)
			if strings.ContainsAny(err.Error(), "\n") || strings.Contains(err.Error(), "##[") {
				t.Errorf("the message speaks to the runner: %q", err)
			}
			if n := len(s.Requests()); n != tt.asks {
				t.Errorf("%d requests, want %d", n, tt.asks)
			}
		})
	}
}

// What cannot be meant is not sent.
func TestStoreAttestationChecks(t *testing.T) {
	s := server(t)
	c := client(t, s, func(o *Options) { o.MaxBundle = 1000 })
	for name, tt := range map[string]struct {
		owner, repo, bundle string
		want                string
	}{
		"owner":   {"../x", "samplepkg", "{}", "owner"},
		"repo":    {"octo-sci", "a/b", "{}", "repository"},
		"large":   {"octo-sci", "samplepkg", `{"a":"` + strings.Repeat("x", 1000) + `"}`, "limit of 1000 bytes"},
		"array":   {"octo-sci", "samplepkg", "[]", "not a JSON object"},
		"closing": {"octo-sci", "samplepkg", `{},"x":{}`, "not a JSON object"},
		"empty":   {"octo-sci", "samplepkg", "", "not a JSON object"},
	} {
		if _, err := c.StoreAttestation(t.Context(), tt.owner, tt.repo, []byte(tt.bundle)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v; want %q", name, err, tt.want)
		}
	}
	if n := len(s.Requests()); n != 0 {
		t.Errorf("%d requests", n)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.StoreAttestation(ctx, "octo-sci", "samplepkg", []byte("{}")); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
	if _, err := New(Options{ServerURL: "https://github.com/?x=" + token}); err == nil || strings.Contains(err.Error(), token) {
		t.Errorf("a server's address with a query: %v", err)
	}
}

func FuzzDecodeStored(f *testing.F) {
	for _, seed := range []string{`{"id":1}`, `{"id":-1}`, `{"id":1e3}`, `{"ID":5}`, `{"id":1,"id":2}`, `[]`, `null`, `{"a":[{}],"id":9}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		id, err := decodeStored(body)
		if (err == nil) != (id > 0) {
			t.Errorf("%d, %v", id, err)
		}
		if err == nil && !bytes.Contains(body, fmt.Append(nil, id)) {
			t.Errorf("the id %d is not in %q", id, body)
		}
	})
}
