// SPDX-License-Identifier: BSD-3-Clause

package gittree

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
)

// pack is a file of many objects, with its index.
type pack struct {
	path string // without .idx and .pack
	name string

	once     sync.Once
	err      error
	index    *index
	data     io.ReaderAt
	size     int64
	openDesc []*os.File
}

// load opens the two files, once.
func (p *pack) load() {
	x, xf, err := openIndex(p.path + ".idx")
	if err != nil {
		p.err = err
		return
	}
	f, size, err := open(p.path + ".pack")
	if err != nil {
		xf.Close()
		p.err = err
		return
	}
	p.index, p.data, p.size, p.openDesc = x, f, size, []*os.File{xf, f}
}

func (p *pack) close() {
	p.once.Do(func() { p.err = os.ErrClosed })
	for _, f := range p.openDesc {
		f.Close()
	}
}

// find looks an object up in the index. An index whose pack is gone has no
// objects, as for git.
func (p *pack) find(id objectID) (offset int64, found bool, err error) {
	if p.once.Do(p.load); absent(p.err) {
		return 0, false, nil
	} else if p.err != nil {
		return 0, false, p.err
	}
	return p.index.find(id)
}

// entry is one object of a pack: whole, or the difference to another.
type entry struct {
	offset int64
	kind   kind // empty for a delta
	base   int64
	scan   *packfile.Scanner // stands at the entry's bytes
	length int64             // of the bytes, inflated
}

var kinds = map[plumbing.ObjectType]kind{
	plumbing.CommitObject: kindCommit, plumbing.TreeObject: kindTree,
	plumbing.BlobObject: kindBlob, plumbing.TagObject: kindTag,
}

const packHead, packTrailer = 12, 20

// at reads the head of an entry. The bytes of an earlier one cannot be read
// any more.
func (p *pack) at(scan *packfile.Scanner, offset int64) (*entry, error) {
	if offset < packHead || offset >= p.size-packTrailer {
		return nil, errors.New("its place is outside the pack")
	}
	h, err := scan.SeekObjectHeader(offset)
	if err != nil {
		return nil, err
	}
	e := &entry{offset: offset, kind: kinds[h.Type], scan: scan, length: h.Length}
	switch h.Type {
	case plumbing.OFSDeltaObject:
		e.base = h.OffsetReference
	case plumbing.REFDeltaObject:
		var found bool
		if e.base, found, err = p.index.find(objectID(h.Reference)); err != nil {
			return nil, err
		} else if !found {
			return nil, fmt.Errorf("its base %s is not in the pack", h.Reference)
		}
	default:
		if e.kind == "" {
			return nil, errors.New("it is of an unknown type")
		}
	}
	return e, nil
}

// bytes inflates an entry.
func (e *entry) bytes(r *Repo, id objectID) ([]byte, error) {
	if err := r.charge(id, e.length); err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	buf.Grow(int(min(e.length, 64<<10)))
	n, _, err := e.scan.NextObject(&buf) // stops at e.length
	if err == nil && n != e.length {
		err = io.ErrUnexpectedEOF
	}
	return buf.Bytes(), err
}

// read returns the object at a place. A chain of deltas is followed to its
// end first, keeping only the places, and then applied from there, so that no
// more than three buffers are held.
func (p *pack) read(r *Repo, id objectID, offset int64) (kind, []byte, error) {
	k, data, err := p.resolve(r, id, offset)
	var limit *LimitError
	if err != nil && !errors.As(err, &limit) {
		err = corrupt(id, "the pack %q is damaged (%v)", p.name, err)
	}
	return k, data, err
}

func (p *pack) resolve(r *Repo, id objectID, offset int64) (k kind, data []byte, err error) {
	// A scanner for each object, so that goroutines do not meet.
	scan := packfile.NewScanner(io.NewSectionReader(p.data, 0, p.size-packTrailer))
	var chain []int64
	for seen := map[int64]bool{}; ; {
		if seen[offset] {
			return "", nil, errors.New("its deltas go in a circle")
		}
		known, ok := r.bases.get(p, offset)
		if ok {
			k, data = known.kind, known.data
			break
		}
		e, err := p.at(scan, offset)
		if err != nil {
			return "", nil, err
		}
		if e.kind != "" {
			if data, err = e.bytes(r, id); err != nil {
				return "", nil, err
			}
			k = e.kind
			r.bases.put(p, offset, k, data)
			break
		}
		if chain = append(chain, offset); len(chain) > MaxChain {
			return "", nil, tooMuch(id, "deltas", MaxChain)
		}
		seen[offset], offset = true, e.base
	}
	for i := len(chain) - 1; i >= 0; i-- {
		e, err := p.at(scan, chain[i])
		if err != nil {
			return "", nil, err
		}
		delta, err := e.bytes(r, id)
		if err != nil {
			return "", nil, err
		}
		size, err := targetSize(delta)
		if err != nil {
			return "", nil, err
		}
		if err := r.charge(id, size); err != nil {
			return "", nil, err
		}
		if data, err = packfile.PatchDelta(data, delta); err != nil {
			return "", nil, err
		}
		r.bases.put(p, chain[i], k, data)
	}
	return k, data, nil
}

// targetSize returns the size that a delta says its result has. PatchDelta
// makes exactly as many bytes, however many that are.
func targetSize(delta []byte) (int64, error) {
	_, n := binary.Uvarint(delta)
	if n <= 0 {
		return 0, errors.New("a delta has no sizes")
	}
	size, n := binary.Uvarint(delta[n:])
	if n <= 0 || size > 1<<62 {
		return 0, errors.New("a delta has no size of its result")
	}
	return int64(size), nil
}
