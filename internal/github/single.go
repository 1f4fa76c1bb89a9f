// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/scientific-python/sallyport/internal/httpx"
)

// The API's media type and the permission that its attestations need. No
// version header is sent: both shapes of an item are understood, and a pinned
// version would be refused one day.
const (
	mediaJSON        = "application/vnd.github+json"
	readAttestations = "attestations: read"
)

// singles asks for each digest by itself.
func (g *gathering) singles(ctx context.Context, digests []string) {
	each(len(digests), func(i int) {
		l := g.lists[digests[i]]
		if l.err = g.stopped(ctx); l.err != nil {
			return
		}
		l.items, l.err = g.single(ctx, digests[i])
		g.failed(l.err)
	})
}

// single reads all pages of one digest's list. 404 means that there is none.
func (g *gathering) single(ctx context.Context, digest string) ([]item, error) {
	query := url.Values{"per_page": {strconv.Itoa(perPage)}}
	if g.q.PredicateType != "" {
		query.Set("predicate_type", g.q.PredicateType)
	}
	address := g.c.http.URL(g.path(digest), query)
	var items []item
	seen := map[string]bool{}
	for range maxPages {
		seen[address] = true
		var page []item
		resp, err := g.c.http.Do(ctx, httpx.Request{
			URL: address, Accept: mediaJSON, Limit: maxAnswer,
			Read: g.c.http.JSON(func(d *httpx.Decoder) (err error) {
				page, err = decodeList(d, g.store, maxItems-len(items))
				return err
			}),
		})
		if s := new(StatusError); errors.As(err, &s) && s.Status == http.StatusNotFound && len(items) == 0 {
			return nil, nil
		}
		if err != nil {
			return nil, refusal(err, readAttestations)
		}
		items = append(items, page...)
		next := nextPage(resp.Header)
		if next == "" {
			return items, nil
		}
		if address, err = g.c.http.Resolve(next); err != nil {
			return nil, &AnswerError{URL: g.source(digest), Err: err}
		}
		if seen[address] {
			return nil, &AnswerError{URL: g.source(digest), Err: errors.New("its next page is one that was read before")}
		}
	}
	return nil, &AnswerError{URL: g.source(digest), Err: &LimitError{What: "list", Limit: maxPages, Unit: "pages"}}
}

// nextPage is the address with rel="next" in the Link field (RFC 8288), or
// nothing.
func nextPage(h http.Header) string {
	for _, field := range h.Values("Link") {
		for field != "" {
			_, rest, ok := strings.Cut(field, "<")
			if !ok {
				break
			}
			address, rest, ok := strings.Cut(rest, ">")
			if !ok {
				break
			}
			params := rest
			if i := strings.IndexByte(rest, '<'); i >= 0 {
				params, field = rest[:i], rest[i:]
			} else {
				field = ""
			}
			for _, p := range strings.FieldsFunc(params, func(r rune) bool { return r == ';' || r == ',' }) {
				name, value, _ := strings.Cut(strings.TrimSpace(p), "=")
				if strings.EqualFold(strings.TrimSpace(name), "rel") && strings.EqualFold(strings.Trim(strings.TrimSpace(value), `"`), "next") {
					return address
				}
			}
		}
	}
	return ""
}
