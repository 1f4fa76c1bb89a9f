// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/scientific-python/sallyport/internal/httpx"
)

// item is one attestation as listed: an inline bundle, an address of one
// (a secret: it is signed), or an error.
type item struct {
	bundle     json.RawMessage
	address    string
	initiator  string
	repository int64
	err        error
}

// decodeList reads the answer of the call for one digest. More than most items
// is an error.
func decodeList(d *httpx.Decoder, s *store, most int) ([]item, error) {
	var items []item
	found := false
	err := d.Object(func(key string) error {
		if key != "attestations" {
			return d.Skip()
		}
		found = true
		return d.Array(func() error {
			if len(items) >= most {
				return &LimitError{What: "list of attestations", Limit: maxItems, Unit: "items"}
			}
			it, err := decodeItem(d, s, 0)
			items = append(items, it)
			return err
		})
	})
	if err == nil && !found {
		err = errors.New(`it has no "attestations"`)
	}
	if err != nil {
		return nil, err
	}
	return items, nil
}

// decodeItem reads one item and puts its bundle into the store, unless the item
// is of another repository than only (0: any). What is wrong with it alone is
// in the item, so that the others still count.
func decodeItem(d *httpx.Decoder, st *store, only int64) (item, error) {
	fields := map[string]json.RawMessage{}
	err := d.Object(func(key string) error {
		switch key {
		case "bundle", "bundle_url", "initiator", "repository_id":
			raw, err := d.Raw()
			fields[key] = raw
			return err
		}
		return d.Skip()
	})
	if err != nil {
		return item{}, err
	}
	var it item
	it.repository, it.err = number(fields["repository_id"])
	for _, f := range []struct {
		key  string
		most int
		to   *string
	}{{"initiator", 32, &it.initiator}, {"bundle_url", 8192, &it.address}} {
		s, err := text(fields[f.key])
		switch {
		case err != nil:
			it.err = fmt.Errorf("reading a listed attestation: %s: %w", f.key, err)
		case len(s) > f.most:
			it.err = fmt.Errorf("reading a listed attestation: %w", &LimitError{What: f.key, Limit: int64(f.most), Unit: "bytes"})
		default:
			*f.to = s
		}
	}
	if !plain(it.initiator, 32, "-_") && it.initiator != "" {
		it.initiator, it.err = "", errors.New("reading a listed attestation: its initiator is not a word")
	}
	if it.err != nil || only != 0 && it.repository != only {
		it.address = ""
		return it, nil
	}
	it.bundle, it.err = inline(fields["bundle"], st)
	if it.err == nil && it.bundle == nil && it.address == "" {
		it.err = errors.New("reading a listed attestation: it has neither a bundle nor a bundle_url")
	}
	if it.bundle != nil || it.err != nil {
		it.address = ""
	}
	return it, nil
}

func null(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

// inline is the bundle within an item, nil where there is none.
func inline(raw json.RawMessage, s *store) (json.RawMessage, error) {
	if null(raw) {
		return nil, nil
	}
	if raw[0] != '{' {
		return nil, errors.New("reading a listed attestation: its bundle is not a JSON object")
	}
	b, err := s.keep(raw)
	if err != nil {
		return nil, fmt.Errorf("reading a listed attestation: %w", err)
	}
	return b, nil
}

// number is a repository's id: a whole number above 0, or 0 where it is absent.
func number(raw json.RawMessage) (int64, error) {
	if null(raw) {
		return 0, nil
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil || n <= 0 {
		return 0, errors.New("reading a listed attestation: its repository_id is not a number above 0")
	}
	return n, nil
}

func text(raw json.RawMessage) (string, error) {
	if null(raw) {
		return "", nil
	}
	var s string
	if raw[0] != '"' || json.Unmarshal(raw, &s) != nil {
		return "", errors.New("it is not a string")
	}
	return s, nil
}

// bulkPage is one page of the bulk call's answer. Over names the digests with
// more than maxItems items, of which the rest is not kept.
type bulkPage struct {
	items map[string][]item
	over  map[string]bool
	next  string
}

// decodeBulk reads one page. Digests that were not asked are passed over. The
// map of digests is an object by the API's schema and a list of objects in its
// documented example; both are read. Bundles of other repositories than only
// are not kept.
func decodeBulk(d *httpx.Decoder, s *store, asked map[string]bool, only int64) (bulkPage, error) {
	p := bulkPage{items: map[string][]item{}, over: map[string]bool{}}
	found := false
	byDigest := func(key string) error {
		digest, ok := strings.CutPrefix(key, "sha256:")
		if !ok || !asked[digest] {
			return d.Skip()
		}
		return d.ArrayOrNull(func() error {
			if len(p.items[digest]) >= maxItems {
				p.over[digest] = true
				return d.Skip()
			}
			it, err := decodeItem(d, s, only)
			p.items[digest] = append(p.items[digest], it)
			return err
		})
	}
	err := d.Object(func(key string) error {
		switch key {
		case "attestations_subject_digests":
			found = true
			return d.ObjectOrObjects(byDigest)
		case "page_info":
			return decodePageInfo(d, &p)
		}
		return d.Skip()
	})
	if err == nil && !found {
		err = errors.New(`it has no "attestations_subject_digests"`)
	}
	if err != nil {
		return bulkPage{}, err
	}
	return p, nil
}

func decodePageInfo(d *httpx.Decoder, p *bulkPage) error {
	more, next := false, ""
	err := d.Object(func(key string) (err error) {
		switch key {
		case "has_next":
			var raw json.RawMessage
			if raw, err = d.Raw(); err != nil {
				return err
			}
			if more = string(raw) == "true"; !more && string(raw) != "false" {
				return errors.New("has_next is neither true nor false")
			}
			return nil
		case "next":
			next, err = d.String(true)
			return err
		}
		return d.Skip()
	})
	switch {
	case err != nil:
		return fmt.Errorf("page_info: %w", err)
	case more && next == "":
		return errors.New("page_info: it promises a next page and does not name it")
	case more:
		p.next = next
	}
	return nil
}
