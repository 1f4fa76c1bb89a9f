// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"unicode"
)

// Initiators that GitHub names today.
const (
	InitiatorUser   = "user"
	InitiatorGitHub = "github" // made by GitHub itself, such as a release's
)

// Query asks for the attestations of some files in one repository.
type Query struct {
	Owner, Repo string
	// Digests are SHA-256 digests, 64 lower-case hex digits each. Repeated
	// ones are asked once.
	Digests []string
	// PredicateType, where not empty, has the API filter: "provenance",
	// "sbom", "release", or a predicate type's URI.
	PredicateType string
}

// Result has one entry for each digest asked, in the order of asking.
type Result struct {
	Digests []DigestResult
}

// Of is the entry of a digest. A digest that was not asked has an entry with
// an error, so that it is never taken for one without attestations.
func (r Result) Of(digest string) DigestResult {
	for _, d := range r.Digests {
		if d.SHA256 == digest {
			return d
		}
	}
	return DigestResult{SHA256: digest, Err: fmt.Errorf("asking GitHub: the digest %q was not asked for", digest)}
}

// DigestResult is what GitHub lists for one digest.
type DigestResult struct {
	SHA256 string
	// Attestations are in the API's order. Empty with a nil Err means that
	// GitHub lists none.
	Attestations []Attestation
	// Err says why the list could not be read, wholly: a [*RateLimitError],
	// [*PermissionError], [*StatusError], [*TransportError] or [*AnswerError].
	Err error
}

// Attestation is one listed attestation. Nothing in it is verified.
type Attestation struct {
	// Bundle is a Sigstore bundle's JSON, unverified and not parsed beyond
	// being one JSON object. Equal bundles share their bytes: do not change them.
	Bundle json.RawMessage
	// Initiator is "user", "github", or what else the API says; empty where it
	// says nothing.
	Initiator string
	// RepositoryID is GitHub's id of the repository, 0 where it is not said.
	RepositoryID int64
	// Source is the API address that lists this attestation, without a query.
	Source string
	// Err says why there is no bundle; then Bundle is nil.
	Err error
}

// Attestations reads the list of each digest and the bundles in it: up to four
// digests with one call each, more of them with the bulk call, where GitHub
// offers it. A digest that GitHub does not know has an empty list.
//
// The error is about the query or the context; all that concerns one digest is
// in its entry.
func (c *Client) Attestations(ctx context.Context, q Query) (Result, error) {
	digests, err := q.check()
	if err != nil {
		return Result{}, err
	}
	g := &gathering{c: c, q: q, store: newStore(c.maxBundle, c.maxTotal), lists: make(map[string]*list, len(digests))}
	for _, d := range digests {
		g.lists[d] = &list{}
	}
	if len(digests) > few {
		g.singles(ctx, g.bulk(ctx, digests))
	} else {
		g.singles(ctx, digests)
	}
	g.bundles(ctx, digests)
	if err := ctx.Err(); err != nil {
		return Result{}, fmt.Errorf("asking GitHub for attestations: %w", err)
	}
	var r Result
	for _, d := range digests {
		r.Digests = append(r.Digests, g.result(d))
	}
	return r, nil
}

// check validates the query and drops repeated digests.
func (q Query) check() ([]string, error) {
	if err := checkRepository(q.Owner, q.Repo); err != nil {
		return nil, err
	}
	if len(q.PredicateType) > 1000 || strings.ContainsFunc(q.PredicateType, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return nil, errors.New("asking GitHub for attestations: the predicate type is not a URI")
	}
	if len(q.Digests) == 0 {
		return nil, errors.New("asking GitHub for attestations: no digest to ask for")
	}
	var out []string
	seen := map[string]bool{}
	for _, d := range q.Digests {
		if !lowerHex(d, 64) {
			return nil, fmt.Errorf("asking GitHub for attestations: %q is not a SHA-256 digest in lower-case hex", d)
		}
		if !seen[d] {
			seen[d] = true
			out = append(out, d)
		}
	}
	return out, nil
}

// gathering is one call of Attestations under way.
type gathering struct {
	c     *Client
	q     Query
	store *store
	lists map[string]*list // each is written by one goroutine at a time

	mu   sync.Mutex
	stop error // a refusal that holds for all further calls
}

// list is what is known of one digest.
type list struct {
	items []item
	err   error
}

func (g *gathering) source(digest string) string {
	return g.c.http.URL(g.path(digest), nil)
}

func (g *gathering) path(digest string) string {
	return "/repos/" + g.q.Owner + "/" + g.q.Repo + "/attestations/sha256:" + digest
}

func (g *gathering) result(digest string) DigestResult {
	l := g.lists[digest]
	r := DigestResult{SHA256: digest, Err: l.err}
	if l.err != nil {
		return r
	}
	for _, it := range l.items {
		r.Attestations = append(r.Attestations, Attestation{
			Bundle: it.bundle, Initiator: it.initiator, RepositoryID: it.repository,
			Source: g.source(digest), Err: it.err,
		})
	}
	return r
}

// failed remembers a refusal that makes further calls pointless and returns
// err.
func (g *gathering) failed(err error) error {
	rate, perm := new(RateLimitError), new(PermissionError)
	if errors.As(err, &rate) || errors.As(err, &perm) {
		g.mu.Lock()
		defer g.mu.Unlock()
		if g.stop == nil {
			g.stop = err
		}
	}
	return err
}

func (g *gathering) stopped(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.stop
}

// each calls f with 0 to n-1, some at a time.
func each(n int, f func(i int)) {
	var wg sync.WaitGroup
	places := make(chan struct{}, parallel)
	for i := range n {
		places <- struct{}{}
		wg.Go(func() {
			defer func() { <-places }()
			f(i)
		})
	}
	wg.Wait()
}
