// SPDX-License-Identifier: BSD-3-Clause

package githubtest

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

func unix(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }

func (s *Server) record(server string, r *http.Request) []byte {
	body, _ := io.ReadAll(io.LimitReader(r.Body, MaxStored+1))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, Request{
		Server: server, Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery,
		Authorization: r.Header.Get("Authorization"), UserAgent: r.UserAgent(), Accept: r.Header.Get("Accept"),
		Body: string(body),
	})
	return body
}

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	body := s.record("api", r)
	if s.Delay > 0 {
		select {
		case <-r.Context().Done():
			return
		case <-time.After(s.Delay):
		}
	}
	s.mu.Lock()
	var f *failure
	if len(s.fail) > 0 {
		f, s.fail = &s.fail[0], s.fail[1:]
	}
	s.mu.Unlock()
	if f != nil {
		for k, v := range f.header {
			w.Header()[http.CanonicalHeaderKey(k)] = v
		}
		if w.Header().Get("Content-Type") == "" {
			w.Header().Set("Content-Type", "application/json; charset=utf-8")
		}
		w.WriteHeader(f.status)
		_, _ = io.WriteString(w, f.body)
		return
	}
	if s.Hook != nil && s.Hook(w, r) {
		return
	}
	if r.UserAgent() == "" {
		message(w, http.StatusForbidden, "Request forbidden by administrative rules. Please make sure your request has a User-Agent header.")
		return
	}
	if s.Token != "" && r.Header.Get("Authorization") != "Bearer "+s.Token {
		message(w, http.StatusUnauthorized, "Bad credentials")
		return
	}
	s.route(w, r, body)
}

func (s *Server) route(w http.ResponseWriter, r *http.Request, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	part := strings.Split(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch {
	case r.Method == http.MethodPost && len(part) == 4 && (part[0] == "orgs" || part[0] == "users") &&
		part[2] == "attestations" && part[3] == "bulk-list":
		s.bulk(w, r, part[0] == "orgs", part[1], body)
		return
	case r.Method == http.MethodPost && len(part) == 4 && part[0] == "repos" && part[3] == "attestations":
		s.storeAttestation(w, r, part[1], part[2], body)
		return
	case r.Method != http.MethodGet || len(part) < 3 || part[0] != "repos":
		message(w, http.StatusNotFound, "Not Found")
		return
	}
	repo := s.repos[strings.ToLower(part[1]+"/"+part[2])]
	if repo == nil {
		message(w, http.StatusNotFound, "Not Found")
		return
	}
	if len(part) == 3 {
		owner := map[string]any{"login": repo.owner, "type": "User"}
		if repo.org {
			owner["type"] = "Organization"
		}
		answer(w, map[string]any{"id": repo.id, "full_name": repo.owner + "/" + repo.name, "owner": owner,
			"private": repo.private, "default_branch": repo.defaultBranch})
		return
	}
	if s.NoPermission {
		message(w, http.StatusForbidden, "Resource not accessible by integration")
		return
	}
	switch {
	case len(part) == 5 && part[3] == "attestations":
		s.byDigest(w, r, repo, strings.TrimPrefix(part[4], "sha256:"))
	case len(part) > 4 && part[3] == "contents":
		content, ok := repo.files[r.URL.Query().Get("ref")+":"+strings.Join(part[4:], "/")]
		if !ok {
			message(w, http.StatusNotFound, "Not Found")
			return
		}
		w.Header().Set("Content-Type", "application/vnd.github.raw+json; charset=utf-8")
		_, _ = w.Write(content)
	default:
		s.settings(w, r, repo)
	}
}

// byDigest answers with one page; the cursor is the number of items before it.
func (s *Server) byDigest(w http.ResponseWriter, r *http.Request, repo *repository, digest string) {
	q := r.URL.Query()
	all := matching(repo.attested[digest], q.Get("predicate_type"))
	if len(all) == 0 && !s.EmptyList {
		message(w, http.StatusNotFound, "Not Found")
		return
	}
	from, to := s.page(q.Get("after"), q.Get("per_page"), len(all))
	if to < len(all) {
		q.Set("after", cursor(to))
		w.Header().Set("Link", fmt.Sprintf(`<%s%s?%s>; rel="next"`, s.api.URL, r.URL.EscapedPath(), q.Encode()))
	}
	items := []any{}
	for i := from; i < to; i++ {
		items = append(items, s.item(repo, digest, i, all[i]))
	}
	answer(w, map[string]any{"attestations": items})
}

// bulk answers for all repositories of an owner, each page cut over the
// flattened list.
func (s *Server) bulk(w http.ResponseWriter, r *http.Request, org bool, owner string, body []byte) {
	if s.NoBulk != 0 {
		message(w, s.NoBulk, http.StatusText(s.NoBulk))
		return
	}
	var ask struct {
		Digests   []string `json:"subject_digests"`
		Predicate string   `json:"predicate_type"`
	}
	if json.Unmarshal(body, &ask) != nil || len(ask.Digests) == 0 || len(ask.Digests) > 100 {
		message(w, http.StatusUnprocessableEntity, "Validation Failed")
		return
	}
	type entry struct {
		digest string
		item   any
	}
	var all []entry
	known := false
	for _, key := range slices.Sorted(maps.Keys(s.repos)) {
		repo := s.repos[key]
		if !strings.EqualFold(repo.owner, owner) || repo.org != org {
			continue
		}
		known = true
		if s.NoPermission {
			continue // left out without a word, as the documentation says
		}
		for _, d := range ask.Digests {
			digest := strings.TrimPrefix(d, "sha256:")
			for i, a := range matching(repo.attested[digest], ask.Predicate) {
				all = append(all, entry{d, s.item(repo, digest, i, a)})
			}
		}
	}
	if !known {
		message(w, http.StatusNotFound, "Not Found")
		return
	}
	q := r.URL.Query()
	from, to := s.page(q.Get("after"), q.Get("per_page"), len(all))
	lists := map[string]any{}
	for _, d := range ask.Digests {
		lists[d] = nil
	}
	for _, e := range all[from:to] {
		l, _ := lists[e.digest].([]any)
		lists[e.digest] = append(l, e.item)
	}
	info := map[string]any{"has_next": to < len(all), "has_previous": from > 0}
	if to < len(all) {
		info["next"] = cursor(to)
	}
	answer(w, map[string]any{"attestations_subject_digests": lists, "page_info": info})
}

func (s *Server) page(after, perPage string, n int) (from, to int) {
	from, _ = strconv.Atoi(strings.TrimPrefix(after, "cursor-"))
	size, err := strconv.Atoi(perPage)
	if err != nil || size < 1 {
		size = 30
	}
	size = min(size, 100)
	if s.PageSize > 0 {
		size = min(size, s.PageSize)
	}
	from = min(max(from, 0), n)
	return from, min(from+size, n)
}

func cursor(n int) string { return "cursor-" + strconv.Itoa(n) }

func matching(all []Attestation, predicate string) []Attestation {
	switch predicate {
	case "":
		return all
	case "provenance":
		predicate = "https://slsa.dev/provenance/"
	case "sbom":
		predicate = "https://spdx.dev/Document"
	case "release":
		predicate = "https://in-toto.io/attestation/release/"
	}
	return slices.DeleteFunc(slices.Clone(all), func(a Attestation) bool { return !strings.HasPrefix(a.PredicateType, predicate) })
}

func (s *Server) item(repo *repository, digest string, i int, a Attestation) any {
	m := map[string]any{"bundle": nil, "initiator": "user", "repository_id": repo.id}
	switch {
	case a.ByURL || a.Stored != nil:
		path := fmt.Sprintf("/attestations/%d/%s-%d.json.sn", repo.id, digest, i)
		s.blobs[path] = a.Stored
		if a.Stored == nil {
			s.blobs[path] = Snappy(a.Bundle)
		}
		m["bundle_url"] = s.store.URL + path + "?se=2026-01-01T00%3A00%3A00Z&sig=" + Secret
	case a.Bundle != nil:
		m["bundle"] = json.RawMessage(a.Bundle)
	}
	switch a.Initiator {
	case "":
	case "-":
		delete(m, "initiator")
	default:
		m["initiator"] = a.Initiator
	}
	switch {
	case a.RepositoryID > 0:
		m["repository_id"] = a.RepositoryID
	case a.RepositoryID < 0:
		delete(m, "repository_id")
	}
	return m
}

// serveStore serves a bundle only to who has its signed address, and refuses a
// request with credentials, as such stores do.
func (s *Server) serveStore(w http.ResponseWriter, r *http.Request) {
	s.record("store", r)
	s.mu.Lock()
	defer s.mu.Unlock()
	data, ok := s.blobs[r.URL.Path]
	switch {
	case r.Header.Get("Authorization") != "":
		http.Error(w, "InvalidAuthenticationInfo", http.StatusBadRequest)
	case r.URL.Query().Get("sig") != Secret:
		http.Error(w, "AuthenticationFailed: "+r.URL.RawQuery, http.StatusForbidden)
	case !ok:
		http.Error(w, "BlobNotFound "+r.URL.RawQuery, http.StatusNotFound)
	default:
		w.Header().Set("Content-Type", "application/x-snappy")
		_, _ = w.Write(data)
	}
}

// Snappy is data as a raw snappy block of literals, which need no compressor.
func Snappy(data []byte) []byte {
	out := binary.AppendUvarint(nil, uint64(len(data)))
	for chunk := range slices.Chunk(data, 1<<16) {
		n := uint16(len(chunk) - 1)
		out = append(out, 61<<2, byte(n), byte(n>>8))
		out = append(out, chunk...)
	}
	return out
}

func answer(w http.ResponseWriter, v any) {
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(v); err != nil {
		// A test gave a bundle that is not JSON.
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(b.Bytes())
}

func message(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": text, "documentation_url": "https://docs.github.com/rest"})
}
