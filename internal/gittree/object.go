// SPDX-License-Identifier: BSD-3-Clause

package gittree

import (
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/pjbgf/sha1cd"
)

// objectID is a SHA-1 object id.
type objectID [20]byte

// String returns the id as 40 hexadecimal digits.
func (id objectID) String() string { return hex.EncodeToString(id[:]) }

// parseID reads 40 hexadecimal digits.
func parseID(s string) (id objectID, ok bool) {
	if len(s) != 2*len(id) {
		return id, false
	}
	_, err := hex.Decode(id[:], []byte(s))
	return id, err == nil
}

func isHex(s string) bool {
	_, err := hex.DecodeString(s)
	return err == nil
}

// kind is a type of object, as git's headers name it.
type kind string

const (
	kindCommit kind = "commit"
	kindTree   kind = "tree"
	kindBlob   kind = "blob"
	kindTag    kind = "tag"
)

// BlobID returns the id that git gives to a file of these bytes.
func BlobID(data []byte) string {
	id, _ := sum(kindBlob, data)
	return id.String()
}

// sum returns the id of an object. collides says that the bytes are made to
// have the same SHA-1 as others; id then means nothing.
func sum(k kind, data []byte) (id objectID, collides bool) {
	return digest(fmt.Appendf(nil, "%s %d\x00", k, len(data)), data)
}

func digest(parts ...[]byte) (id objectID, collides bool) {
	h := sha1cd.New().(sha1cd.CollisionResistantHash)
	for _, p := range parts {
		h.Write(p)
	}
	b, collides := h.CollisionResistantSum(nil)
	return objectID(b), collides
}

// object reads an object of the type want from wherever it is, and checks that
// it has the id. The bytes are shared: they must not be changed.
func (r *Repo) object(id objectID, want kind) ([]byte, error) {
	for _, s := range r.stores {
		k, data, found, err := s.read(r, id)
		if err != nil {
			return nil, err
		}
		if !found {
			continue
		}
		switch actual, collides := sum(k, data); {
		case collides:
			return nil, corrupt(id, "its bytes are made to collide with others of the same SHA-1")
		case actual != id:
			return nil, corrupt(id, "its bytes have the id %s", actual)
		case k != want:
			return nil, corrupt(id, "it is a %s, not a %s", k, want)
		}
		return data, nil
	}
	return nil, &MissingError{string(want), id.String(), r.hint(id, want)}
}

// hint says how to get an object that is not there.
func (r *Repo) hint(id objectID, k kind) string {
	hint := "the clone is partial: check the commit out anew without filter: and sparse-checkout:, or run git fetch --refetch --no-filter"
	if k == kindCommit {
		hint = fmt.Sprintf("have actions/checkout take it (ref: %s, or fetch-depth: 0), or run git fetch origin %s", id, id)
		if r.shallow {
			hint = "the clone is shallow: " + hint
		}
	}
	if len(r.skipped) > 0 {
		hint += fmt.Sprintf("; objects are also kept in %s, which cannot be read from here: clone without --shared and --reference", strings.Join(r.skipped, ", "))
	}
	return hint
}

// charge counts bytes before they are inflated.
func (r *Repo) charge(id objectID, n int64) error {
	if n > MaxObjectSize {
		return tooMuch(id, "bytes", MaxObjectSize)
	}
	if r.inflated.Add(n) > MaxTotalSize {
		return &LimitError{"the repository up to git object " + id.String(), "bytes", MaxTotalSize}
	}
	return nil
}
