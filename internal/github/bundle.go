// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/golang/snappy"

	"github.com/scientific-python/sallyport/internal/httpx"
)

// bundles fetches what the lists only give an address of, each address once.
func (g *gathering) bundles(ctx context.Context, digests []string) {
	waiting := map[string][]*item{}
	var addresses []string
	for _, d := range digests {
		for i := range g.lists[d].items {
			it := &g.lists[d].items[i]
			if it.address == "" {
				continue
			}
			if waiting[it.address] == nil {
				addresses = append(addresses, it.address)
			}
			waiting[it.address] = append(waiting[it.address], it)
		}
	}
	each(len(addresses), func(i int) {
		b, err := g.c.fetch(ctx, addresses[i])
		if err == nil {
			b, err = g.store.keep(b)
		}
		for _, it := range waiting[addresses[i]] {
			it.bundle, it.err = b, err
		}
	})
}

// store keeps the bundles of one call within a limit for each and one for all.
// Equal ones share their bytes: one bundle often has every file of a release
// as a subject and is listed under each.
type store struct {
	one, all int64 // limits in bytes

	mu   sync.Mutex
	size int64
	kept map[[sha256.Size]byte]json.RawMessage
}

func newStore(one, all int64) *store {
	return &store{one: one, all: all, kept: map[[sha256.Size]byte]json.RawMessage{}}
}

func (s *store) keep(b json.RawMessage) (json.RawMessage, error) {
	if int64(len(b)) > s.one {
		return nil, &LimitError{What: "bundle", Limit: s.one, Unit: "bytes"}
	}
	sum := sha256.Sum256(b)
	s.mu.Lock()
	defer s.mu.Unlock()
	if k, ok := s.kept[sum]; ok {
		return k, nil
	}
	if s.size+int64(len(b)) > s.all {
		return nil, &LimitError{What: "sum of all bundles", Limit: s.all, Unit: "bytes"}
	}
	s.size += int64(len(b))
	s.kept[sum] = b
	return b, nil
}

// fetch reads the bundle at a signed address.
func (c *Client) fetch(ctx context.Context, address string) (json.RawMessage, error) {
	resp, err := c.http.Do(ctx, httpx.Request{
		URL: address, External: true, Limit: int64(snappy.MaxEncodedLen(int(c.maxBundle))),
	})
	if err != nil {
		return nil, fmt.Errorf("fetching a bundle that GitHub lists: %w", err)
	}
	b, err := unpack(resp.Body, c.maxBundle)
	if err != nil {
		return nil, fmt.Errorf("fetching a bundle that GitHub lists: %w", err)
	}
	return b, nil
}

// unpack reads a stored bundle: a raw snappy block of JSON, or the JSON itself.
// A block's length may look like white space, so that JSON which does not
// begin with its brace is a block first.
func unpack(data []byte, most int64) (json.RawMessage, error) {
	plain := isObject(data)
	if !plain || data[0] != '{' {
		out, err := unsnap(data, most)
		if err == nil || !plain {
			return out, err
		}
	}
	if int64(len(data)) > most {
		return nil, &LimitError{What: "bundle", Limit: most, Unit: "bytes"}
	}
	return data, nil
}

func unsnap(data []byte, most int64) (json.RawMessage, error) {
	n, err := snappy.DecodedLen(data)
	if err != nil {
		return nil, errors.New("it is neither JSON nor a raw snappy block")
	}
	// A few bytes may promise gigabytes: ask before decoding.
	if int64(n) > most {
		return nil, &LimitError{What: "bundle", Limit: most, Unit: "bytes"}
	}
	out, err := snappy.Decode(nil, data)
	if err != nil {
		return nil, errors.New("it is neither JSON nor a raw snappy block")
	}
	if !isObject(out) {
		return nil, errors.New("its snappy block does not hold a JSON object")
	}
	return out, nil
}

func isObject(data []byte) bool {
	text := bytes.TrimLeft(data, " \t\r\n")
	return len(text) > 0 && text[0] == '{' && json.Valid(text)
}
