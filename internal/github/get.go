// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"

	"github.com/scientific-python/sallyport/internal/httpx"
)

// Limits of settings. Real answers are some kilobytes.
const (
	maxSetting = 4 << 20 // bytes of one answer
	maxEntries = 1000    // entries of one page, far above what is asked for
	maxName    = 1024    // bytes of a name of a ref, rule or person
)

// get asks for one setting.
func (c *Client) get(ctx context.Context, path string, query url.Values, limit int64, walk func(d *httpx.Decoder) error) error {
	_, err := c.http.Do(ctx, httpx.Request{
		URL: c.http.URL(path, query), Accept: mediaJSON, Limit: limit, Read: c.http.JSON(walk),
	})
	return err
}

// pages reads a list page by page: an array, or the array under key. It stops
// after most pages and then says that the list is not complete.
func pages[T any](ctx context.Context, c *Client, path string, query url.Values, key string, most int, one func(d *httpx.Decoder) (T, error)) (all []T, complete bool, err error) {
	if query == nil {
		query = url.Values{}
	}
	query.Set("per_page", strconv.Itoa(perPage))
	source := c.http.URL(path, nil)
	address := c.http.URL(path, query)
	seen := map[string]bool{}
	for range most {
		seen[address] = true
		var page []T
		resp, err := c.http.Do(ctx, httpx.Request{
			URL: address, Accept: mediaJSON, Limit: maxSetting,
			Read: c.http.JSON(func(d *httpx.Decoder) (err error) {
				page, err = decodePage(d, key, one)
				return err
			}),
		})
		if err != nil {
			return nil, false, err
		}
		all = append(all, page...)
		next := nextPage(resp.Header)
		if next == "" {
			return all, true, nil
		}
		if address, err = c.http.Resolve(next); err != nil {
			return nil, false, &AnswerError{URL: source, Err: err}
		}
		if seen[address] {
			return nil, false, &AnswerError{URL: source, Err: errors.New("its next page is one that was read before")}
		}
	}
	return all, false, nil
}

// entire is [pages] for a list that counts only as a whole.
func entire[T any](ctx context.Context, c *Client, path string, query url.Values, key string, most int, one func(d *httpx.Decoder) (T, error)) ([]T, error) {
	all, complete, err := pages(ctx, c, path, query, key, most, one)
	if err == nil && !complete {
		err = &AnswerError{URL: c.http.URL(path, nil), Err: &LimitError{What: "list", Limit: int64(most), Unit: "pages"}}
	}
	if err != nil {
		return nil, err
	}
	return all, nil
}

// decodePage reads one page of a list: an array, or the array under key.
func decodePage[T any](d *httpx.Decoder, key string, one func(d *httpx.Decoder) (T, error)) ([]T, error) {
	var page []T
	array := func() error {
		return d.Array(func() error {
			if len(page) == maxEntries {
				return &LimitError{What: "page", Limit: maxEntries, Unit: "entries"}
			}
			v, err := one(d)
			page = append(page, v)
			return err
		})
	}
	if key == "" {
		return page, array()
	}
	found := false
	err := d.Object(func(k string) error {
		if k != key {
			return d.Skip()
		}
		found = true
		return array()
	})
	if err == nil && !found {
		err = fmt.Errorf("it has no %q", key)
	}
	return page, err
}

// boolean is true or false; null counts as false where orNull is set.
func boolean(d *httpx.Decoder, orNull bool) (bool, error) {
	raw, err := d.Raw()
	switch {
	case err != nil:
		return false, err
	case string(raw) == "true":
		return true, nil
	case string(raw) == "false", orNull && null(raw):
		return false, nil
	}
	return false, errors.New("expected true or false")
}

// integer is a whole number that is not negative.
func integer(d *httpx.Decoder) (int64, error) {
	raw, err := d.Raw()
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil || n < 0 {
		return 0, errors.New("expected a whole number that is not negative")
	}
	return n, nil
}

// name is a string of at most maxName bytes; null counts as empty.
func name(d *httpx.Decoder) (string, error) {
	s, err := d.String(true)
	if err == nil && len(s) > maxName {
		err = &LimitError{What: "name", Limit: maxName, Unit: "bytes"}
	}
	return s, err
}

// objectID is the id of a git object: 40 or 64 lower-case hex digits.
func objectID(d *httpx.Decoder) (string, error) {
	s, err := d.String(false)
	if err == nil && !lowerHex(s, 40, 64) {
		err = errors.New("the id of a git object is not lower-case hex")
	}
	return s, err
}

// objectOrNull walks an object; null counts as one without keys.
func objectOrNull(d *httpx.Decoder, field func(d *httpx.Decoder, key string) error) error {
	raw, err := d.Raw()
	if err != nil || null(raw) {
		return err
	}
	inner := httpx.NewDecoder(bytes.NewReader(raw))
	return inner.Object(func(key string) error { return field(inner, key) })
}
