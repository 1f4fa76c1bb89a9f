// SPDX-License-Identifier: BSD-3-Clause

package pypi

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/scientific-python/sallyport/internal/strictjson"
)

// The caveats that Warehouse writes, by the number with which they begin.
const (
	caveatExpiration    = "0"
	caveatProjectName   = "1"
	caveatProjectID     = "2"
	caveatRequestUser   = "3"
	caveatOIDCPublisher = "4"
)

// caveats is what the restrictions of a token say together.
type caveats struct {
	user, publisher, project bool
	// unknown is set by one that is not understood: it may restrict in ways
	// that are not known here.
	unknown bool
	expires time.Time
}

// read takes one caveat.
func (c *caveats) read(data []byte) {
	if strictjson.Check(data, caveatJSON) != nil {
		c.unknown = true
		return
	}
	if list, err := strictjson.Array(data); err == nil && len(list) > 0 {
		c.list(list)
		return
	}
	if m, err := strictjson.Object(data); err == nil {
		c.object(m)
		return
	}
	c.unknown = true
}

// list takes a caveat as it is written since 2022: [number, value …].
func (c *caveats) list(list []json.RawMessage) {
	switch strings.TrimSpace(string(list[0])) {
	case caveatExpiration:
		if len(list) > 1 {
			c.until(list[1])
		}
	case caveatProjectName, caveatProjectID:
		c.project = true
	case caveatRequestUser:
		c.user = true
	case caveatOIDCPublisher:
		c.publisher = true
	default:
		c.unknown = true
	}
}

// object takes a caveat of an old token: {"version": 1, "permissions": "user"
// or {"projects": […]}}, {"exp": …, "nbf": …}, or {"project_ids": […]}. Only
// people had such tokens, but those of the last two forms.
func (c *caveats) object(m map[string]json.RawMessage) {
	known := false
	if raw, ok := m["permissions"]; ok {
		known, c.user = true, true
		if scope, err := strictjson.Object(raw); err == nil && scope["projects"] != nil {
			c.project = true
		}
	}
	if raw, ok := m["exp"]; ok {
		known = true
		c.until(raw)
	}
	if m["project_ids"] != nil {
		known, c.project = true, true
	}
	c.unknown = c.unknown || !known
}

// until takes the end of a token's life; of several the first holds.
func (c *caveats) until(raw json.RawMessage) {
	n, err := strconv.ParseInt(strings.TrimSpace(string(raw)), 10, 64)
	if err != nil || n <= 0 || n > 1<<40 {
		c.unknown = true
		return
	}
	if t := time.Unix(n, 0).UTC(); c.expires.IsZero() || t.Before(c.expires) {
		c.expires = t
	}
}

// classify says what the caveats amount to. Where a token holds none that
// tells, nothing is concluded: the index may keep the restrictions to itself.
func (c *caveats) classify(m *Macaroon) {
	m.Expires = c.expires
	switch {
	case c.publisher && !c.user:
		m.Origin, m.Scope = OriginMinted, ScopeProject
	case c.user && !c.publisher:
		m.Origin = OriginUser
	}
	switch {
	case c.project:
		m.Scope = ScopeProject
	case m.Origin == OriginUser && !c.unknown:
		m.Scope = ScopeAccount
	}
}
