// SPDX-License-Identifier: BSD-3-Clause

package gittree

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// index is a pack's index (.idx, versions 1 and 2). It is searched where it
// lies: an index of a million objects has 30 MB, of which a search reads a few
// hundred bytes. Its checksum is not looked at, since it proves nothing: what
// it leads to is hashed.
type index struct {
	f       io.ReaderAt
	version int
	fanout  [256]uint32
	n, wide int64 // objects, and offsets of eight bytes
}

var indexMagic = []byte{0xff, 't', 'O', 'c'}

// newIndex reads an index' head. size is the length of the file.
func newIndex(f io.ReaderAt, size int64) (*index, error) {
	head := make([]byte, 8+4*256)
	if _, err := f.ReadAt(head, 0); err != nil {
		return nil, errors.New("it is too short")
	}
	x := &index{f: f, version: 1}
	table := head[:4*256]
	if bytes.Equal(head[:4], indexMagic) {
		if x.version = 2; binary.BigEndian.Uint32(head[4:]) != 2 {
			return nil, fmt.Errorf("it is of version %d, which is not known", binary.BigEndian.Uint32(head[4:]))
		}
		table = head[8:]
	}
	for i := range x.fanout {
		x.fanout[i] = binary.BigEndian.Uint32(table[4*i:])
		if i > 0 && x.fanout[i] < x.fanout[i-1] {
			return nil, errors.New("its table is not in order")
		}
	}
	x.n = int64(x.fanout[255])
	const trailer = 2 * 20
	rest := size - x.start() - trailer
	if x.version == 1 {
		rest -= 24 * x.n
	} else {
		rest -= 28 * x.n
		x.wide = rest / 8
	}
	if rest < 0 {
		return nil, fmt.Errorf("it is too short for its %d objects", x.n)
	}
	return x, nil
}

func (x *index) start() int64 {
	if x.version == 1 {
		return 4 * 256
	}
	return 8 + 4*256
}

// find returns the place of an object in the pack.
func (x *index) find(id objectID) (offset int64, found bool, err error) {
	low, high := int64(0), int64(x.fanout[id[0]])
	if id[0] > 0 {
		low = int64(x.fanout[id[0]-1])
	}
	step, skip := int64(20), int64(0)
	if x.version == 1 {
		step, skip = 24, 4
	}
	var name [20]byte
	for low < high {
		mid := (low + high) / 2
		if _, err := x.f.ReadAt(name[:], x.start()+step*mid+skip); err != nil {
			return 0, false, err
		}
		switch bytes.Compare(id[:], name[:]) {
		case -1:
			high = mid
		case 1:
			low = mid + 1
		default:
			offset, err = x.offset(mid)
			return offset, err == nil, err
		}
	}
	return 0, false, nil
}

// offset returns the place of the i-th object.
func (x *index) offset(i int64) (int64, error) {
	var b [8]byte
	at := x.start() + 24*i
	if x.version == 2 {
		at = x.start() + 24*x.n + 4*i
	}
	if _, err := x.f.ReadAt(b[:4], at); err != nil {
		return 0, err
	}
	v := binary.BigEndian.Uint32(b[:])
	if x.version == 1 || v>>31 == 0 {
		return int64(v), nil
	}
	j := int64(v &^ (1 << 31))
	if j >= x.wide {
		return 0, errors.New("an offset is not in its table")
	}
	if _, err := x.f.ReadAt(b[:], x.start()+28*x.n+8*j); err != nil {
		return 0, err
	}
	return int64(binary.BigEndian.Uint64(b[:]) &^ (1 << 63)), nil
}

// openIndex opens the index in a file.
func openIndex(path string) (*index, *os.File, error) {
	f, size, err := open(path)
	if err != nil {
		return nil, nil, err
	}
	x, err := newIndex(f, size)
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return x, f, nil
}
