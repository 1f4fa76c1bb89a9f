// SPDX-License-Identifier: BSD-3-Clause

package pypi

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/scientific-python/sallyport/internal/strictjson"
)

// Hosts of the two indexes, as upload tokens name them.
const (
	HostPyPI     = "pypi.org"
	HostTestPyPI = "test.pypi.org"
)

// TokenOrigin says who an upload token was given to.
type TokenOrigin string

// The origins of upload tokens.
const (
	// OriginMinted: exchanged for an identity token by trusted publishing; it
	// is good for fifteen minutes.
	OriginMinted TokenOrigin = "minted"
	// OriginUser: made by a person, and good until that person removes it.
	OriginUser TokenOrigin = "user"
	// OriginUnknown: the token does not say.
	OriginUnknown TokenOrigin = "unknown"
)

// TokenScope says what an upload token may publish.
type TokenScope string

// The scopes of upload tokens.
const (
	ScopeProject TokenScope = "project" // the projects that the token names
	ScopeAccount TokenScope = "account" // everything that its owner may publish
	ScopeUnknown TokenScope = "unknown"
)

// Macaroon is what an index's upload token says of itself. It holds nothing by
// which the token could be made again, and nothing in it is verified: whoever
// has a token can rewrite its location, and add restrictions.
type Macaroon struct {
	// Host is [HostPyPI], [HostTestPyPI], or "" for any other.
	Host   string
	Origin TokenOrigin
	Scope  TokenScope
	// Expires is when the token ends, zero where it does not say.
	Expires time.Time
}

// TokenPrefix begins every upload token.
const TokenPrefix = "pypi-"

// Limits of a token; real ones are below 400 bytes and have three caveats.
const (
	maxToken   = 16 << 10
	maxCaveats = 64
)

// The fields of a macaroon in its second binary form (libmacaroons).
const (
	fieldEnd        = 0
	fieldLocation   = 1
	fieldIdentifier = 2
	fieldVerifier   = 4
	fieldSignature  = 6
)

// errToken says nothing of the token, which is a secret.
var errToken = errors.New("reading an upload token: it is not a macaroon of the second form")

// ParseMacaroon reads an upload token of PyPI or TestPyPI: "pypi-" and a
// macaroon of the second binary form in base64url, with caveats as Warehouse
// writes them (lists that begin with a number, or objects in old tokens). An
// unknown caveat leaves the rest as it is. No network is asked, and no error
// shows anything of the token.
func ParseMacaroon(token string) (Macaroon, error) {
	body, ok := strings.CutPrefix(token, TokenPrefix)
	if !ok || len(token) > maxToken || strings.ContainsAny(body, "\r\n") {
		return Macaroon{}, errToken
	}
	data, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(body, "="))
	if err != nil || len(data) == 0 || data[0] != 2 {
		return Macaroon{}, errToken
	}
	r := &fields{rest: data[1:]}
	head := r.section()
	if r.bad || head[fieldIdentifier] == nil {
		return Macaroon{}, errToken
	}
	m := Macaroon{Origin: OriginUnknown, Scope: ScopeUnknown}
	switch location := string(head[fieldLocation]); location {
	case HostPyPI, HostTestPyPI:
		m.Host = location
	case "upload." + HostPyPI:
		m.Host = HostPyPI
	}
	var tags caveats
	for n := 0; ; n++ {
		c := r.section()
		if r.bad || n > maxCaveats {
			return Macaroon{}, errToken
		}
		if len(c) == 0 {
			break // the end of the caveats
		}
		tags.read(c[fieldIdentifier])
	}
	if kind, sig := r.field(); r.bad || kind != fieldSignature || len(sig) == 0 || len(r.rest) > 0 {
		return Macaroon{}, errToken
	}
	tags.classify(&m)
	return m, nil
}

// String says what the token is in a few words.
func (m Macaroon) String() string {
	host := m.Host
	if host == "" {
		host = "another index"
	}
	return fmt.Sprintf("%s, %s, %s", host, m.Origin, m.Scope)
}

// fields reads the packets of a macaroon: a type, a length and as many bytes,
// the numbers as variable-length integers.
type fields struct {
	rest []byte
	bad  bool
}

// field reads one packet; the end of a section has no bytes.
func (r *fields) field() (kind uint64, data []byte) {
	kind = r.number()
	if r.bad || kind == fieldEnd {
		return kind, nil
	}
	size := r.number()
	if r.bad || size > uint64(len(r.rest)) {
		r.bad = true
		return kind, nil
	}
	data, r.rest = r.rest[:size:size], r.rest[size:]
	return kind, data
}

func (r *fields) number() uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 {
		r.bad = true
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

// section reads packets up to the next end; they must come in order.
func (r *fields) section() map[uint64][]byte {
	out := map[uint64][]byte{}
	last := uint64(fieldEnd)
	for {
		kind, data := r.field()
		if r.bad || kind == fieldEnd {
			return out
		}
		if kind <= last || kind > fieldVerifier {
			r.bad = true
			return out
		}
		last, out[kind] = kind, append([]byte{}, data...)
	}
}

// caveatJSON bounds a caveat: a token may name many projects.
var caveatJSON = strictjson.Limits{Bytes: maxToken, Depth: 6, Members: 1024}
