// SPDX-License-Identifier: BSD-3-Clause

package gittree

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// bomb is a deflated header and n zeros.
func bomb(header string, n int) []byte {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	z.Write([]byte(header))
	zeros := make([]byte, 1<<20)
	for ; n > 0; n -= len(zeros) {
		z.Write(zeros[:min(n, len(zeros))])
	}
	z.Close()
	return b.Bytes()
}

// TestLoose has files of objects that are damaged or say what is not so.
func TestLoose(t *testing.T) {
	id := hashOf(kindBlob, "x")
	whole := deflate("blob 1\x00x")
	for _, c := range []struct {
		name  string
		data  []byte
		want  string
		limit bool
	}{
		{"whole", whole, "", false},
		{"empty", nil, "not compressed", false},
		{"text", []byte("blob 1\x00x"), "not compressed", false},
		{"cut off", whole[:len(whole)-6], "damaged", false},
		{"bad checksum", append(bytes.Clone(whole[:len(whole)-1]), 0), "damaged", false},
		{"no header", deflate(""), "does not begin", false},
		{"endless type", bomb("", 8<<20), "does not begin", false},
		{"endless digits", deflate("blob " + strings.Repeat("1", 1<<20)), "does not begin", false},
		{"unknown type", deflate("blub 1\x00x"), "does not begin", false},
		{"negative", deflate("blob -1\x00x"), "does not begin", false},
		{"too little", deflate("blob 2\x00x"), "does not hold the 2 bytes", false},
		{"too much", deflate("blob 1\x00xy"), "does not hold the 1 bytes", false},
		{"bomb behind a small size", bomb("blob 1\x00", 8<<20), "does not hold the 1 bytes", false},
		{"large size", deflate("blob 16777217\x00x"), "more than 16777216 bytes", true},
		{"huge size", deflate("blob 4611686018427387903\x00x"), "more than 16777216 bytes", true},
		{"size of too many bits", deflate("blob 9223372036854775807\x00x"), "does not begin", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHandmade(t)
			h.raw(id, c.data)
			checkRead(t, h, id, c.want, c.limit)
		})
	}
}

// checkRead reads the blob "x", or gets an error, and holds how much memory
// that takes.
func checkRead(t *testing.T, h *handmade, id objectID, want string, limited bool) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	data, err := h.open().Blob(id.String())
	runtime.ReadMemStats(&after)
	// All that is read here is small; the bombs are not.
	if n := after.TotalAlloc - before.TotalAlloc; n > 4<<20 {
		t.Errorf("reading took %d bytes of memory", n)
	}
	if want == "" {
		if err != nil || string(data) != "x" {
			t.Fatalf("got %.20q, %v", data, err)
		}
		return
	}
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Fatalf("got %.20q, %v; want %q", data, err, want)
	}
	var limit *LimitError
	var bad *CorruptError
	if errors.As(err, &limit) != limited || errors.As(err, &bad) == limited {
		t.Errorf("the error is a %T", err)
	}
}

// TestPacks has packs that are damaged, go in circles or inflate without end.
func TestPacks(t *testing.T) {
	id, a, b := hashOf(kindBlob, "x"), hashOf(kindBlob, "a"), hashOf(kindBlob, "b")
	ref := func(id objectID) string { return string(id[:]) }
	manyCopies := func(n int) []byte { // each copies 0xff00 bytes from the start
		return bytes.Repeat([]byte{0x80 | 0x20, 0xff}, n)
	}
	big := strings.Repeat("\x00", 0xff00)
	for _, c := range []struct {
		name    string
		entries []packed
		want    string
		limit   bool
	}{
		{"whole", []packed{{id: id, typ: 3, data: "x"}}, "", false},
		{"by offset", []packed{{id: a, typ: 3, data: "axb"}, {id: id, typ: 6, base: string(rune(len(entryHead(3, 3)) + len(deflate("axb")))), data: delta(3, 1, 0x91, 1, 1)}}, "", false},
		{"by id", []packed{{id: a, typ: 3, data: "axb"}, {id: id, typ: 7, base: ref(a), data: delta(3, 1, 0x91, 1, 1)}}, "", false},
		{"its own base", []packed{{id: id, typ: 7, base: ref(id), data: delta(1, 1, 1, 'x')}}, "go in a circle", false},
		{"a circle", []packed{{id: id, typ: 7, base: ref(a), data: delta(1, 1, 1, 'x')}, {id: a, typ: 7, base: ref(b), data: delta(1, 1, 1, 'x')}, {id: b, typ: 7, base: ref(id), data: delta(1, 1, 1, 'x')}}, "go in a circle", false},
		{"no base", []packed{{id: id, typ: 7, base: ref(a), data: delta(1, 1, 1, 'x')}}, "is not in the pack", false},
		{"offset zero", []packed{{id: id, typ: 6, base: "\x00", data: delta(1, 1, 1, 'x')}}, "is damaged", false},
		{"offset before the pack", []packed{{id: id, typ: 6, base: "\x7f", data: delta(1, 1, 1, 'x')}}, "is damaged", false},
		{"offset into the header", []packed{{id: id, typ: 6, base: "\x05", data: delta(1, 1, 1, 'x')}}, "outside the pack", false},
		{"offset of many bytes", []packed{{id: id, typ: 6, base: strings.Repeat("\xff", 30), data: delta(1, 1, 1, 'x')}}, "is damaged", false},
		{"type 0", []packed{{id: id, typ: 0, data: "x"}}, "unknown type", false},
		{"type 5", []packed{{id: id, typ: 5, data: "x"}}, "unknown type", false},
		{"not compressed", []packed{{id: id, typ: 3, data: "x", raw: []byte("xxxxxxxx")}}, "is damaged", false},
		{"nothing", []packed{{id: id, typ: 3, data: "x", raw: []byte{}}}, "is damaged", false},
		{"too little", []packed{{id: id, typ: 3, data: "x", size: 5}}, "is damaged", false},
		{"too much", []packed{{id: id, typ: 3, data: "xyz", size: 1}}, "is damaged", false},
		{"bomb behind a small size", []packed{{id: id, typ: 3, size: 1, raw: bomb("", 8<<20)}}, "is damaged", false},
		{"large size", []packed{{id: id, typ: 3, data: "x", size: MaxObjectSize + 1}}, "more than 16777216 bytes", true},
		{"outside", []packed{{id: id, typ: 3, data: "x", offset: 1 << 30}}, "outside the pack", false},
		{"far outside", []packed{{id: id, typ: 3, data: "x", offset: 1 << 62}}, "outside the pack", false},
		{"negative", []packed{{id: id, typ: 3, data: "x", offset: 1<<64 - 1}}, "outside the pack", false},
		{"in the trailer", []packed{{id: id, typ: 3, data: "x", offset: uint64(13 + len(deflate("x")))}}, "outside the pack", false},
		{"empty delta", []packed{{id: a, typ: 3, data: "a"}, {id: id, typ: 7, base: ref(a), data: ""}}, "no sizes", false},
		{"delta of one size", []packed{{id: a, typ: 3, data: "a"}, {id: id, typ: 7, base: ref(a), data: "\x01"}}, "no size of its result", false},
		{"delta of another base", []packed{{id: a, typ: 3, data: "a"}, {id: id, typ: 7, base: ref(a), data: delta(9, 1, 1, 'x')}}, "is damaged", false},
		{"delta beyond its base", []packed{{id: a, typ: 3, data: "a"}, {id: id, typ: 7, base: ref(a), data: delta(1, 9, 0x90, 9)}}, "is damaged", false},
		{"delta with a bad command", []packed{{id: a, typ: 3, data: "a"}, {id: id, typ: 7, base: ref(a), data: delta(1, 1, 0)}}, "is damaged", false},
		{"delta that ends early", []packed{{id: a, typ: 3, data: "a"}, {id: id, typ: 7, base: ref(a), data: delta(1, 5, 1, 'x')}}, "is damaged", false},
		{"delta to a large result", []packed{{id: a, typ: 3, data: big}, {id: id, typ: 7, base: ref(a), data: delta(len(big), 1000*len(big), manyCopies(1000)...)}}, "more than 16777216 bytes", true},
		// The result is small, the base of it is not.
		{"large base of a delta", []packed{{id: a, typ: 3, data: big}, {id: b, typ: 7, base: ref(a), data: delta(len(big), 1000*len(big), manyCopies(1000)...)},
			{id: id, typ: 7, base: ref(b), data: delta(1000*len(big), 1, 1, 'x')}}, "more than 16777216 bytes", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHandmade(t)
			h.pack("1", c.entries...)
			checkRead(t, h, id, c.want, c.limit)
		})
	}
}

// TestLongChain reads an object that is made of as many deltas as allowed, and
// one that is made of one more.
func TestLongChain(t *testing.T) {
	h := newHandmade(t)
	last := hashOf(kindBlob, "x")
	entries := []packed{{id: last, typ: 3, data: "x"}}
	text := delta(1, 1, 1, 'y')
	deflated := deflate(text)
	for i := range MaxChain + 1 {
		id := hashOf(kindBlob, fmt.Sprint("number ", i)) // not what it holds
		if i == MaxChain-1 {
			id = hashOf(kindBlob, "y")
		}
		entries = append(entries, packed{id: id, typ: 7, base: string(last[:]), data: text, raw: deflated})
		last = id
	}
	h.pack("1", entries...)
	var limit *LimitError
	if _, err := h.open().Blob(last.String()); !errors.As(err, &limit) || !strings.Contains(err.Error(), "deltas") {
		t.Errorf("one more than allowed: %v", err)
	}
	if data, err := h.open().Blob(hashOf(kindBlob, "y").String()); err != nil || string(data) != "y" {
		t.Errorf("as many as allowed: %q, %v", data, err)
	}
}

func TestIndexes(t *testing.T) {
	id := hashOf(kindBlob, "x")
	_, good := buildPack([]packed{{id: id, typ: 3, data: "x"}})
	with := func(at int, b byte) []byte {
		c := bytes.Clone(good)
		c[at] = b
		return c
	}
	for _, c := range []struct {
		name string
		idx  []byte
		want string
	}{
		{"empty", nil, "too short"},
		{"cut in the table", good[:500], "too short"},
		{"cut in the names", good[:1040], "too short for its 1 objects"},
		{"version 3", with(7, 3), "version 3"},
		{"table goes down", with(8+3, 2), "not in order"},
		{"four thousand million objects", with(8+4*255, 0xff), "too short for its"},
		{"no table of wide offsets", with(8+1024+20+4, 0x80), "not in its table"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHandmade(t)
			h.pack("1", packed{id: id, typ: 3, data: "x"})
			h.write(".git/objects/pack/pack-1.idx", string(c.idx))
			checkRead(t, h, id, c.want, false)
		})
	}
	t.Run("its pack is gone", func(t *testing.T) {
		h := newHandmade(t)
		h.write(".git/objects/pack/pack-1.idx", string(good))
		if _, err := h.open().Blob(id.String()); !errors.Is(err, ErrMissing) {
			t.Error(err)
		}
	})
}
