// SPDX-License-Identifier: BSD-3-Clause

package gittree

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// handmade is a repository written by the test itself, byte by byte: what git
// would refuse to write.
type handmade struct {
	t   testing.TB
	dir string
}

func newHandmade(t testing.TB) *handmade {
	h := &handmade{t, t.TempDir()}
	h.write(".git/HEAD", "ref: refs/heads/main\n")
	h.write(".git/objects/pack/keep", "")
	return h
}

func (h *handmade) write(name, data string) {
	h.t.Helper()
	path := filepath.Join(h.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		h.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(data), 0o644); err != nil {
		h.t.Fatal(err)
	}
}

func (h *handmade) open() *Repo {
	h.t.Helper()
	r, err := Open(h.dir)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { r.Close() })
	return r
}

func hashOf(k kind, data string) objectID {
	return sha1.Sum(fmt.Appendf(nil, "%s %d\x00%s", k, len(data), data))
}

func deflate(data string) []byte {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	z.Write([]byte(data))
	z.Close()
	return b.Bytes()
}

// raw writes a loose object's file, whatever its bytes.
func (h *handmade) raw(id objectID, data []byte) {
	h.t.Helper()
	name := id.String()
	h.write(filepath.Join(".git/objects", name[:2], name[2:]), string(data))
}

// loose writes an object that is as its id says.
func (h *handmade) loose(k kind, data string) objectID {
	h.t.Helper()
	id := hashOf(k, data)
	h.raw(id, deflate(fmt.Sprintf("%s %d\x00%s", k, len(data), data)))
	return id
}

func (h *handmade) commit(tree objectID, parents ...objectID) string {
	h.t.Helper()
	return h.loose(kindCommit, commitText(tree, parents...)).String()
}

func commitText(tree objectID, parents ...objectID) string {
	s := "tree " + tree.String() + "\n"
	for _, p := range parents {
		s += "parent " + p.String() + "\n"
	}
	return s + "author A <a@example.org> 1700000000 +0000\ncommitter A <a@example.org> 1700000000 +0000\n\nx\n"
}

func line(mode, name string, id objectID) string { return mode + " " + name + "\x00" + string(id[:]) }

// packed is an entry of a pack: its type number, what stands between its head
// and its bytes, and the bytes; size and id are the true ones unless given.
type packed struct {
	id     objectID
	typ    byte
	base   string
	data   string
	size   int    // stated instead of the data's
	raw    []byte // instead of the deflated data
	offset uint64 // stated in the index instead of the true one
}

func entryHead(typ byte, size int) []byte {
	b := []byte{typ<<4 | byte(size&15)}
	for size >>= 4; size > 0; size >>= 7 {
		b[len(b)-1] |= 0x80
		b = append(b, byte(size&0x7f))
	}
	return b
}

// buildPack makes a pack and its index, version 2.
func buildPack(entries []packed) (pack, idx []byte) {
	pack = binary.BigEndian.AppendUint32([]byte("PACK\x00\x00\x00\x02"), uint32(len(entries)))
	for i, e := range entries {
		if e.offset == 0 {
			entries[i].offset = uint64(len(pack))
		}
		size := len(e.data)
		if e.size != 0 {
			size = e.size
		}
		pack = append(append(pack, entryHead(e.typ, size)...), e.base...)
		if e.raw != nil {
			pack = append(pack, e.raw...)
		} else {
			pack = append(pack, deflate(e.data)...)
		}
	}
	check := sha1.Sum(pack)
	pack = append(pack, check[:]...)

	sorted := slices.Clone(entries)
	slices.SortFunc(sorted, func(a, b packed) int { return bytes.Compare(a.id[:], b.id[:]) })
	idx = append(idx, 0xff, 't', 'O', 'c', 0, 0, 0, 2)
	for b := range 256 {
		n := 0
		for _, e := range sorted {
			if int(e.id[0]) <= b {
				n++
			}
		}
		idx = binary.BigEndian.AppendUint32(idx, uint32(n))
	}
	for _, e := range sorted {
		idx = append(idx, e.id[:]...)
	}
	idx = append(idx, make([]byte, 4*len(sorted))...) // the CRCs
	var wide []byte
	for _, e := range sorted {
		v := uint32(e.offset)
		if e.offset >= 1<<31 {
			v = 1<<31 | uint32(len(wide)/8)
			wide = binary.BigEndian.AppendUint64(wide, e.offset)
		}
		idx = binary.BigEndian.AppendUint32(idx, v)
	}
	idx = append(append(idx, wide...), check[:]...)
	own := sha1.Sum(idx)
	return pack, append(idx, own[:]...)
}

func (h *handmade) pack(name string, entries ...packed) {
	h.t.Helper()
	pack, idx := buildPack(entries)
	h.write(".git/objects/pack/pack-"+name+".pack", string(pack))
	h.write(".git/objects/pack/pack-"+name+".idx", string(idx))
}

// delta is a delta's two sizes and its commands.
func delta(source, target int, commands ...byte) string {
	b := binary.AppendUvarint(nil, uint64(source))
	b = binary.AppendUvarint(b, uint64(target))
	return string(append(b, commands...))
}
