// SPDX-License-Identifier: BSD-3-Clause

package gittree

import "sync"

// baseCache keeps what was inflated from packs lately: most objects are deltas,
// and neighbours share their bases. When it is full it is emptied, which keeps
// it simple and costs little.
type baseCache struct {
	mu    sync.Mutex
	known map[place]base
	size  int
}

type place struct {
	pack   *pack
	offset int64
}

type base struct {
	kind kind
	data []byte // never changed
}

func (c *baseCache) get(p *pack, offset int64) (base, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b, ok := c.known[place{p, offset}]
	return b, ok
}

func (c *baseCache) put(p *pack, offset int64, k kind, data []byte) {
	if len(data) > maxCachedBytes/4 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	const overhead = 100
	if c.size += len(data) + overhead; c.known == nil || c.size > maxCachedBytes {
		c.known, c.size = map[place]base{}, len(data)+overhead
	}
	c.known[place{p, offset}] = base{k, data}
}
