// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest

import (
	"math/bits"

	"github.com/transparency-dev/merkle/rfc6962"
)

// tree is the Merkle tree of RFC 6962. levels[n][k] is the hash of the
// complete subtree over the leaves from k<<n up to (k+1)<<n.
type tree struct {
	levels [][][]byte
}

func (t *tree) size() int {
	if len(t.levels) == 0 {
		return 0
	}
	return len(t.levels[0])
}

// add appends a leaf and returns its index.
func (t *tree) add(leaf []byte) int {
	index := t.size()
	hash := rfc6962.DefaultHasher.HashLeaf(leaf)
	for level := 0; ; level++ {
		if level == len(t.levels) {
			t.levels = append(t.levels, nil)
		}
		t.levels[level] = append(t.levels[level], hash)
		n := len(t.levels[level])
		if n%2 == 1 {
			return index
		}
		hash = rfc6962.DefaultHasher.HashChildren(t.levels[level][n-2], hash)
	}
}

// root returns the hash of all leaves.
func (t *tree) root() []byte {
	if t.size() == 0 {
		return rfc6962.DefaultHasher.EmptyRoot()
	}
	return t.hash(0, t.size())
}

// path returns the inclusion proof of a leaf in the tree as it is now.
func (t *tree) path(index int) [][]byte { return t.pathIn(index, 0, t.size()) }

func (t *tree) hash(from, to int) []byte {
	n := to - from
	if n&(n-1) == 0 {
		level := bits.TrailingZeros(uint(n))
		return t.levels[level][from>>level]
	}
	middle := from + split(n)
	return rfc6962.DefaultHasher.HashChildren(t.hash(from, middle), t.hash(middle, to))
}

func (t *tree) pathIn(index, from, to int) [][]byte {
	n := to - from
	if n == 1 {
		return nil
	}
	middle := from + split(n)
	if index < middle {
		return append(t.pathIn(index, from, middle), t.hash(middle, to))
	}
	return append(t.pathIn(index, middle, to), t.hash(from, middle))
}

// split returns the largest power of two below n, for n > 1.
func split(n int) int { return 1 << (bits.Len(uint(n-1)) - 1) }
