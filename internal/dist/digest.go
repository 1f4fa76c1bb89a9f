// SPDX-License-Identifier: BSD-3-Clause

package dist

import (
	"encoding/hex"
	"fmt"
)

// Digest is the SHA-256 of a file's bytes. The zero Digest means "not hashed":
// it equals no digest ([Digest.Equal]) and no file has it.
type Digest [32]byte

// ParseDigest reads 64 hexadecimal digits, of either letter case.
func ParseDigest(s string) (Digest, error) {
	var d Digest
	if len(s) != hex.EncodedLen(len(d)) {
		return Digest{}, fmt.Errorf("reading the SHA-256 %q: it has %d characters instead of 64", clip(s), len(s))
	}
	if _, err := hex.Decode(d[:], []byte(s)); err != nil {
		return Digest{}, fmt.Errorf("reading the SHA-256 %q: it has characters that are not hexadecimal digits", s)
	}
	if d.IsZero() {
		return Digest{}, fmt.Errorf("reading the SHA-256 %q: it is all zeros, which is no file's", s)
	}
	return d, nil
}

// Hex returns 64 lower-case hexadecimal digits, or "" for the zero Digest.
func (d Digest) Hex() string {
	if d.IsZero() {
		return ""
	}
	return hex.EncodeToString(d[:])
}

// String is [Digest.Hex].
func (d Digest) String() string { return d.Hex() }

// IsZero reports whether nothing was hashed.
func (d Digest) IsZero() bool { return d == Digest{} }

// Equal reports whether both are known and the same.
func (d Digest) Equal(o Digest) bool { return !d.IsZero() && d == o }
