// SPDX-License-Identifier: BSD-3-Clause

package gittree

import (
	"bytes"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// FuzzTree reads any bytes as a tree. What is accepted has only names that a
// path can hold, each once, and is what git would write, but for old modes.
func FuzzTree(f *testing.F) {
	id := hashOf(kindBlob, "x")
	for _, s := range []string{"", line("100644", "a", id), line("40000", "a", id) + line("120000", "b", id), line("160000", "a", id) + line("100644", "a.x", id),
		line("100644", "..", id), line("100644", "a", id)[:9], line("100644", "b", id) + line("100644", "a", id)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		items, err := parseTree(data)
		if err != nil {
			return
		}
		for i, it := range items {
			if p := "x/" + it.name; filepath.Clean(p) != p || strings.Count(p, "/") != 1 || strings.Contains(it.name, "\x00") || strings.EqualFold(it.name, ".git") {
				t.Errorf("the name %q is accepted", it.name)
			}
			if i > 0 && items[i-1].name >= it.name {
				t.Errorf("%q stands before %q", items[i-1].name, it.name)
			}
			if typ := it.mode.Type(); typ != 0 && typ != fs.ModeDir && typ != fs.ModeSymlink || it.submodule && typ != fs.ModeDir {
				t.Errorf("%q has the mode %v", it.name, it.mode)
			}
		}
		// Written again in git's order, every entry is there, and nothing else.
		slices.SortFunc(items, func(a, b item) int { return strings.Compare(sortKey(a), sortKey(b)) })
		rest := data
		for _, it := range items {
			tail := it.name + "\x00" + string(it.id[:])
			i := bytes.IndexByte(rest, ' ')
			if i < 0 || !bytes.HasPrefix(rest[i+1:], []byte(tail)) {
				t.Fatalf("%q is not where it should be", it.name)
			}
			rest = rest[i+1+len(tail):]
		}
		if len(rest) > 0 {
			t.Errorf("%d bytes were not read", len(rest))
		}
	})
}

func sortKey(it item) string {
	if it.mode.IsDir() && !it.submodule {
		return it.name + "/"
	}
	return it.name
}

// FuzzCommit reads any bytes as a commit. What is accepted begins with what was
// read from it.
func FuzzCommit(f *testing.F) {
	id := hashOf(kindTree, "")
	f.Add([]byte(commitText(id)))
	f.Add([]byte(commitText(id, id, id)))
	f.Add([]byte("tree "))
	f.Fuzz(func(t *testing.T, data []byte) {
		tree, parents, err := parseCommit(data)
		if err != nil {
			return
		}
		want := "tree " + tree.String() + "\n"
		for _, p := range parents {
			want += "parent " + p.String() + "\n"
		}
		if !strings.HasPrefix(strings.ToLower(string(data)), want+"author ") {
			t.Errorf("read %q", want)
		}
	})
}

// FuzzPack reads any bytes as a pack, in which the index has two objects at any
// place: nothing panics, and what is found has its id.
func FuzzPack(f *testing.F) {
	a, id := hashOf(kindBlob, "axb"), hashOf(kindBlob, "x")
	for _, entries := range [][]packed{
		{{id: id, typ: 3, data: "x"}, {id: a, typ: 3, data: "axb"}},
		{{id: a, typ: 3, data: "axb"}, {id: id, typ: 7, base: string(a[:]), data: delta(3, 1, 0x91, 1, 1)}},
		{{id: a, typ: 3, data: "axb"}, {id: id, typ: 6, base: string(rune(1 + len(deflate("axb")))), data: delta(3, 1, 0x91, 1, 1)}},
		{{id: id, typ: 7, base: string(a[:]), data: delta(1, 1, 1, 'x')}, {id: a, typ: 7, base: string(id[:]), data: delta(1, 1, 1, 'x')}},
		{{id: id, typ: 3, data: "x", offset: 1 << 30}, {id: a, typ: 3, raw: []byte{}}},
	} {
		data, _ := buildPack(entries)
		f.Add(data, entries[0].offset, entries[1].offset)
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte, first, other uint64) {
		if len(data) > 1<<14 {
			return
		}
		_, idx := buildPack([]packed{{id: id, offset: first, raw: []byte{}}, {id: a, offset: other, raw: []byte{}}})
		readAny(t, dir, data, idx, id, a)
	})
}

// FuzzIndex reads any bytes as an index, of a pack with two objects.
func FuzzIndex(f *testing.F) {
	a, id := hashOf(kindBlob, "axb"), hashOf(kindBlob, "x")
	entries := []packed{{id: id, typ: 3, data: "x"}, {id: a, typ: 3, data: "axb"}}
	data, idx := buildPack(entries)
	f.Add(idx)
	entries[0].offset = 1 << 40
	_, idx = buildPack(entries)
	f.Add(idx)
	f.Add(append(make([]byte, 4*256), idx...))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, idx []byte) {
		if len(idx) > 1<<14 {
			return
		}
		ids := []objectID{id, a}
		for at := 1024; at+28 <= len(idx) && len(ids) < 8; at += 4 {
			ids = append(ids, objectID(idx[at:at+20]))
		}
		readAny(t, dir, data, idx, ids...)
	})
}

func readAny(t *testing.T, dir string, data, idx []byte, ids ...objectID) {
	x, err := newIndex(bytes.NewReader(idx), int64(len(idx)))
	if err != nil {
		return
	}
	p := &pack{name: "p", index: x, data: bytes.NewReader(data), size: int64(len(data))}
	p.once.Do(func() {})
	s := &store{dir: dir, packs: []*pack{p}}
	s.once.Do(func() {})
	r := &Repo{stores: []*store{s}, trees: map[objectID][]item{}}
	for _, id := range ids {
		got, err := r.object(id, kindBlob)
		var bad *CorruptError
		var limit *LimitError
		if err != nil {
			if !errors.As(err, &bad) && !errors.As(err, &limit) && !errors.Is(err, ErrMissing) {
				t.Errorf("the error is a %T: %v", err, err)
			}
		} else if BlobID(got) != id.String() {
			t.Errorf("%s is %q", id, got)
		}
	}
}
