// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/scientific-python/sallyport/internal/httpx"
)

// errNoBulk says that the bulk call cannot decide and single calls must.
var errNoBulk = errors.New("the bulk call is not to be had")

// bulk asks for many digests at once and returns those that must be asked for
// one by one: all, where the call is not offered; else those of which it did
// not say enough.
//
// The call is made for an owner, so items of other repositories are dropped by
// the repository's id. It silently leaves out what the token may not read;
// therefore one of the digests that came back empty is asked for again by
// itself, and where the answers differ all of them are.
func (g *gathering) bulk(ctx context.Context, digests []string) []string {
	repo, err := g.c.repository(ctx, g.q.Owner, g.q.Repo)
	if err != nil {
		// A limit stops the single calls as well; all else they find out.
		if rate := new(RateLimitError); errors.As(err, &rate) {
			g.failed(err)
		}
		return digests
	}
	kinds := []string{"orgs", "users"}
	if repo.user {
		kinds = []string{"users", "orgs"}
	}
	var unsure, empty []string
	for chunk := range slices.Chunk(digests, bulkChunk) {
		if len(kinds) == 0 || g.stopped(ctx) != nil {
			unsure = append(unsure, chunk...)
			continue
		}
		var page bulkPage
		if page, kinds, err = g.bulkChunk(ctx, kinds, chunk, repo.id); err != nil {
			if errors.Is(err, errNoBulk) {
				unsure = append(unsure, chunk...)
				continue
			}
			for _, d := range chunk {
				g.lists[d].err = g.failed(err)
			}
			continue
		}
		for _, d := range chunk {
			items, sure := own(page.items[d], repo.id)
			switch {
			case !sure || page.over[d]:
				unsure = append(unsure, d)
			case len(items) == 0:
				empty = append(empty, d)
			default:
				g.lists[d].items = items
			}
		}
	}
	if len(empty) > 0 {
		g.singles(ctx, empty[:1])
		if l := g.lists[empty[0]]; l.err != nil || len(l.items) > 0 {
			unsure = append(unsure, empty[1:]...)
		}
	}
	return unsure
}

// own keeps the items of one repository. It is not sure where an item does not
// say whose it is.
func own(items []item, id int64) (kept []item, sure bool) {
	for _, it := range items {
		if it.repository == 0 {
			return nil, false
		}
		if it.repository == id {
			kept = append(kept, it)
		}
	}
	return kept, true
}

// bulkChunk asks under the kinds of owner that may be meant, and returns those
// that are left: the one that answered, or none.
func (g *gathering) bulkChunk(ctx context.Context, kinds, digests []string, repo int64) (bulkPage, []string, error) {
	for i, kind := range kinds {
		p, err := g.bulkPages(ctx, kind, digests, repo)
		if err == nil {
			return p, kinds[i : i+1], nil
		}
		if answer := new(AnswerError); errors.As(err, &answer) {
			// Too much, or not what it should be: for fewer digests it may be.
			return p, kinds[i : i+1], errNoBulk
		}
		s := new(StatusError)
		if !errors.As(err, &s) || s.Status >= 500 && s.Status != http.StatusNotImplemented {
			return p, kinds[i : i+1], refusal(err, readAttestations)
		}
		refused := refusal(err, readAttestations)
		if rate := new(RateLimitError); errors.As(refused, &rate) {
			return p, kinds[i : i+1], refused
		}
		// Any other refusal (not found, not offered, not permitted for an
		// owner) leaves the decision to the repository's own call.
		if s.Status != http.StatusNotFound {
			break
		}
	}
	return bulkPage{}, nil, errNoBulk
}

// bulkPages reads all pages for at most bulkChunk digests.
func (g *gathering) bulkPages(ctx context.Context, kind string, digests []string, repo int64) (bulkPage, error) {
	ask := struct {
		Digests   []string `json:"subject_digests"`
		Predicate string   `json:"predicate_type,omitempty"`
	}{Predicate: g.q.PredicateType}
	asked := map[string]bool{}
	for _, d := range digests {
		ask.Digests = append(ask.Digests, "sha256:"+d)
		asked[d] = true
	}
	body, err := json.Marshal(ask)
	if err != nil {
		return bulkPage{}, err
	}
	path := "/" + kind + "/" + g.q.Owner + "/attestations/bulk-list"
	query := url.Values{"per_page": {strconv.Itoa(perPage)}}
	all := bulkPage{items: map[string][]item{}, over: map[string]bool{}}
	seen := map[string]bool{}
	for range maxPages {
		var page bulkPage
		_, err := g.c.http.Do(ctx, httpx.Request{
			Method: http.MethodPost, URL: g.c.http.URL(path, query), Accept: mediaJSON, Body: body, Limit: maxAnswer,
			Read: g.c.http.JSON(func(d *httpx.Decoder) (err error) {
				page, err = decodeBulk(d, g.store, asked, repo)
				return err
			}),
		})
		if err != nil {
			return bulkPage{}, err
		}
		for d, items := range page.items {
			all.items[d] = append(all.items[d], items...)
			if page.over[d] || len(all.items[d]) > maxItems {
				all.over[d], all.items[d] = true, nil
			}
		}
		if page.next == "" {
			return all, nil
		}
		if seen[page.next] {
			return bulkPage{}, &AnswerError{URL: g.c.http.URL(path, nil), Err: errors.New("its next page is one that was read before")}
		}
		seen[page.next] = true
		query.Set("after", page.next)
	}
	return bulkPage{}, &AnswerError{URL: g.c.http.URL(path, nil), Err: &LimitError{What: "list", Limit: maxPages, Unit: "pages"}}
}
