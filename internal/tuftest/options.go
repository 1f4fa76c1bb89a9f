// SPDX-License-Identifier: BSD-3-Clause

package tuftest

import (
	"bytes"
	"net/http"
	"strings"
)

// Option changes a repository before it is signed, or how it is served.
type Option func(*Repo)

// answer writes what the server says; data is the true content of the file,
// nil where there is none.
type answer func(w http.ResponseWriter, req *http.Request, data []byte)

// rotation says how root version 2 is signed, if there is one.
type rotation int

const (
	noRotation rotation = iota
	goodRotation
	selfRotation
)

// Rotated adds a root version 2 with new keys for every role, signed by the
// old and the new root keys. Everything else is signed by the new keys.
func Rotated() Option { return func(r *Repo) { r.rotation = goodRotation } }

// SelfRotated adds a root version 2 signed by its own keys only, as somebody
// without the old keys would make it.
func SelfRotated() Option { return func(r *Repo) { r.rotation = selfRotation } }

// Expired signs the named metadata with an expiry in the past.
func Expired(names ...string) Option {
	return func(r *Repo) { r.set(r.expired, names) }
}

// Frozen keeps serving an old timestamp, by now expired, and the consistent
// old snapshot that it names, though newer metadata exists.
func Frozen() Option { return func(r *Repo) { r.frozen = true } }

// WrongKey signs the named metadata with a stranger's key under the key id of
// the right one.
func WrongKey(names ...string) Option {
	return func(r *Repo) { r.set(r.wrongKey, names) }
}

// RolledBack serves an older, rightly signed version of the named metadata
// under the name of the current one. It takes [Root], [Snapshot] and
// [Targets]: an older timestamp that has not expired is by itself a valid one.
func RolledBack(names ...string) Option {
	return func(r *Repo) {
		for _, name := range names {
			if name == Timestamp {
				r.tb.Fatalf("tuftest: an older %s alone cannot be told from a current one", name)
			}
		}
		r.set(r.rolled, names)
	}
}

// WithoutSnapshotMeta signs a timestamp that names no snapshot.
func WithoutSnapshotMeta() Option { return func(r *Repo) { r.noMeta = true } }

// Failing answers the first n requests for each path with status 500.
func Failing(n int) Option { return func(r *Repo) { r.failures = n } }

// Hanging never answers requests for the named file (all where name is empty)
// until the client or the test gives up.
func Hanging(name string) Option {
	return func(r *Repo) {
		r.answerers[name] = func(_ http.ResponseWriter, req *http.Request, _ []byte) {
			select {
			case <-req.Context().Done():
			case <-r.closing:
			}
		}
	}
}

// Missing answers 404 for the named file.
func Missing(name string) Option {
	return answering(name, func(w http.ResponseWriter, req *http.Request, _ []byte) { http.NotFound(w, req) })
}

// Garbage serves bytes that are no JSON for the named file.
func Garbage(name string) Option {
	return answering(name, func(w http.ResponseWriter, _ *http.Request, _ []byte) {
		w.Write([]byte("\x1f\x8b\x00garbage \xff\xfe{{{::error::"))
	})
}

// Tampered serves the named file with one byte changed, its length kept.
func Tampered(name string) Option {
	return answering(name, func(w http.ResponseWriter, _ *http.Request, data []byte) {
		data = bytes.Clone(data)
		if len(data) > 0 {
			data[len(data)/2] ^= 1
		}
		w.Write(data)
	})
}

// Oversize serves the named file followed by spaces without end: JSON stays
// JSON, but the announced or allowed length is passed.
func Oversize(name string) Option {
	return answering(name, func(w http.ResponseWriter, req *http.Request, data []byte) {
		spaces := bytes.Repeat([]byte(" "), 1<<16)
		_, err := w.Write(data)
		for err == nil && req.Context().Err() == nil {
			_, err = w.Write(spaces)
		}
	})
}

func answering(name string, a answer) Option {
	return func(r *Repo) { r.answerers[name] = a }
}

func (r *Repo) set(m map[string]bool, names []string) {
	for _, name := range names {
		m[name] = true
	}
}

// plainName strips version numbers and hashes from a path: "3.snapshot.json"
// is "snapshot.json", "targets/HASH.x.json" is "targets/x.json".
func plainName(path string) string {
	dir, base := "", path
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		dir, base = path[:i+1], path[i+1:]
	}
	prefix, rest, ok := strings.Cut(base, ".")
	if ok && (dir != "" && len(prefix) == 64 || dir == "" && strings.Trim(prefix, "0123456789") == "") {
		base = rest
	}
	return dir + base
}
