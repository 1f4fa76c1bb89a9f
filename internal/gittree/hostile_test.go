// SPDX-License-Identifier: BSD-3-Clause

package gittree

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestTreeObjects reads trees that git would not write.
func TestTreeObjects(t *testing.T) {
	blob := hashOf(kindBlob, "x")
	for _, c := range []struct {
		name, data, want string
	}{
		{"empty", "", ""},
		{"good", line("100644", "a", blob) + line("100755", "b", blob) + line("120000", "c", blob), ""},
		{"folder sorts with a slash", line("100644", "a.x", blob) + line("40000", "a", blob) + line("100644", "a0", blob), ""},
		{"submodule sorts without", line("160000", "a", blob) + line("100644", "a.x", blob), ""},
		{"old modes", line("040000", "a", blob) + line("100664", "b", blob), ""},
		{"bytes", line("100644", "\xff\\:", blob), ""},
		{"out of order", line("100644", "b", blob) + line("100644", "a", blob), "out of order or there twice"},
		{"twice", line("100644", "a", blob) + line("100644", "a", blob), "out of order or there twice"},
		{"file and folder of a name", line("100644", "a", blob) + line("100644", "a.x", blob) + line("40000", "a", blob), `"a" is there twice`},
		{"folder sorts wrongly", line("40000", "a", blob) + line("100644", "a.x", blob), "out of order"},
		{"up", line("100644", "..", blob), "refuses to check out"},
		{"here", line("40000", ".", blob), "refuses to check out"},
		{"git", line("40000", ".git", blob), "refuses to check out"},
		{"git in capitals", line("40000", ".GIT", blob), "refuses to check out"},
		{"no name", line("100644", "", blob), "refuses to check out"},
		{"slash", line("100644", "a/b", blob), "has a slash"},
		{"absolute", line("100644", "/a", blob), "has a slash"},
		{"long name", line("100644", strings.Repeat("a", MaxNameLength+1), blob), "more than 4096 bytes"},
		{"device", line("60000", "a", blob), "mode"},
		{"no mode", line("", "a", blob), "mode"},
		{"mode is no number", line("-100644", "a", blob), "mode"},
		{"huge mode", line("1000000000100644", "a", blob), "mode"},
		{"cut in the id", line("100644", "a", blob)[:20], "cut off"},
		{"cut in the name", "100644 a", "cut off"},
		{"no space", "100644\x00" + string(blob[:]), "cut off"},
		{"rubbish behind", line("100644", "a", blob) + "x", "cut off"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHandmade(t)
			_, err := h.open().Tree(h.commit(h.loose(kindTree, c.data)))
			if c.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var bad *CorruptError
			if !errors.As(err, &bad) || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want a CorruptError with %q", err, c.want)
			}
			if bad.ID != hashOf(kindTree, c.data).String() {
				t.Errorf("the error names %s", bad.ID)
			}
		})
	}
}

func TestCommitObjects(t *testing.T) {
	tree := hashOf(kindTree, "")
	good := commitText(tree, tree, hashOf(kindBlob, "x"))
	for _, c := range []struct{ name, data, want string }{
		{"good", good, ""},
		{"empty", "", "does not begin"},
		{"no tree", strings.TrimPrefix(good, "tree "), "does not begin"},
		{"short id", "tree abc\n", "does not begin"},
		{"id is no hex", "tree " + strings.Repeat("x", 40) + "\nauthor a\n", "does not begin"},
		{"bad parent", "tree " + tree.String() + "\nparent x\nauthor a\n", "head is not"},
		{"two trees", "tree " + tree.String() + "\n" + good, "head is not"},
		{"cut off", good[:46], "head is not"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHandmade(t)
			h.loose(kindTree, "")
			got, err := h.open().Tree(h.loose(kindCommit, c.data).String())
			if c.want != "" {
				if bad := new(CorruptError); !errors.As(err, &bad) || !strings.Contains(err.Error(), c.want) {
					t.Fatalf("got %v, want a CorruptError with %q", err, c.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if i := got.Commit(); i.Tree != tree.String() || len(i.Parents) != 2 || i.Parents[1] != hashOf(kindBlob, "x").String() {
				t.Errorf("got %+v", i)
			}
		})
	}
}

// TestWrongBytes has objects whose bytes are others than their id says, in
// every place where an object can be.
func TestWrongBytes(t *testing.T) {
	good, evil := "on: push\n", "on: pull_request_target\n"
	id := hashOf(kindBlob, good)
	tree := line("100644", "f", id)
	for _, c := range []struct {
		name string
		put  func(*handmade)
		want string
	}{
		{"another's file", func(h *handmade) {
			h.raw(id, deflate(fmt.Sprintf("blob %d\x00%s", len(evil), evil)))
		}, "its bytes have the id " + hashOf(kindBlob, evil).String()},
		{"another's entry", func(h *handmade) {
			h.pack("1", packed{id: id, typ: 3, data: evil})
		}, "its bytes have the id"},
		{"the wrong offset", func(h *handmade) {
			h.pack("1", packed{id: hashOf(kindBlob, evil), typ: 3, data: evil}, packed{id: id, typ: 3, data: good, offset: 12})
		}, "its bytes have the id"},
		{"another type", func(h *handmade) {
			h.raw(id, deflate(fmt.Sprintf("tree %d\x00%s", len(good), good)))
		}, "its bytes have the id"},
		{"delta to something else", func(h *handmade) {
			base := hashOf(kindBlob, evil)
			h.pack("1", packed{id: base, typ: 3, data: evil},
				packed{id: id, typ: 7, base: string(base[:]), data: delta(len(evil), 4, 0x90, 4)})
		}, "its bytes have the id"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHandmade(t)
			c.put(h)
			got, err := h.open().Tree(h.commit(h.loose(kindTree, tree)))
			if err != nil {
				t.Fatal(err)
			}
			data, err := fs.ReadFile(got, "f")
			if bad := new(CorruptError); !errors.As(err, &bad) || bad.ID != id.String() || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %q, %v; want a CorruptError with %q", data, err, c.want)
			}
			if errors.Is(err, fs.ErrNotExist) || errors.Is(err, ErrMissing) {
				t.Error("a wrong object counts as one that is not there")
			}
			// Its size is not told either.
			if info, err := got.Stat("f"); err != nil || info.Size() != -1 {
				t.Errorf("Stat: %v, %v", info, err)
			}
		})
	}
}

// TestWrongType names an object of another type where a commit, tree or blob
// is expected.
func TestWrongType(t *testing.T) {
	h := newHandmade(t)
	blob := h.loose(kindBlob, "x")
	tag := h.loose(kindTag, "object "+blob.String()+"\n")
	empty := h.loose(kindTree, "")
	r := h.open()
	for _, c := range []struct{ commit, want string }{
		{tag.String(), "it is a tag, not a commit"},
		{empty.String(), "it is a tree, not a commit"},
		{h.commit(blob), "it is a blob, not a tree"},
	} {
		if _, err := r.Tree(c.commit); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %q", err, c.want)
		}
	}
	got, err := r.Tree(h.commit(h.loose(kindTree, line("40000", "d", blob)+line("100644", "f", empty))))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := got.ReadFile("f"); err == nil || !strings.Contains(err.Error(), "it is a tree, not a blob") {
		t.Errorf("got %v", err)
	}
	if _, err := got.ReadDir("d"); err == nil || !strings.Contains(err.Error(), "it is a blob, not a tree") {
		t.Errorf("got %v", err)
	}
}

func TestBadIDs(t *testing.T) {
	r := newHandmade(t).open()
	for _, id := range []string{"", "HEAD", "main", "abcdef1", strings.Repeat("z", 40), strings.Repeat("a", 64), "../../../../etc/passwd", strings.Repeat("a", 39) + "\n"} {
		if _, err := r.Tree(id); err == nil || !strings.Contains(err.Error(), "40 hexadecimal digits") {
			t.Errorf("Tree(%q): %v", id, err)
		}
		if _, err := r.Blob(id); err == nil || !strings.Contains(err.Error(), "40 hexadecimal digits") {
			t.Errorf("Blob(%q): %v", id, err)
		}
	}
}

// TestDeepTree has folders nested without end, and one folder many times over.
func TestDeepTree(t *testing.T) {
	h := newHandmade(t)
	deep := h.loose(kindTree, "")
	for range MaxDepth + 2 {
		deep = h.loose(kindTree, line("40000", "d", deep))
	}
	wide := h.loose(kindTree, line("100644", "f", hashOf(kindBlob, "x")))
	for range 12 { // 10^12 files
		var data string
		for i := range 10 {
			data += line("40000", fmt.Sprint(i), wide)
		}
		wide = h.loose(kindTree, data)
	}
	r := h.open()
	for name, tree := range map[string]objectID{"folders in one another": deep, "more than 5000000 entries": wide} {
		got, err := r.Tree(h.commit(tree))
		if err != nil {
			t.Fatal(err)
		}
		got.listed.Store(MaxListed - 10_000) // to be there sooner
		var limit *LimitError
		if err := got.Walk(func(Entry) error { return nil }); !errors.As(err, &limit) || !strings.Contains(err.Error(), name) {
			t.Errorf("Walk: %v", err)
		}
		if _, err := got.Open("d" + strings.Repeat("/d", MaxDepth+1)); name == "folders in one another" && !errors.As(err, &limit) {
			t.Errorf("Open: %v", err)
		}
	}
	var many strings.Builder
	for i := range MaxTreeEntries + 1 {
		many.WriteString(line("100644", fmt.Sprintf("%06d", i), wide))
	}
	var limit *LimitError
	if _, err := r.Tree(h.commit(h.loose(kindTree, many.String()))); !errors.As(err, &limit) {
		t.Errorf("a folder of too many entries: %v", err)
	}
}

// TestLinks has links that lead anywhere: they are told, and not followed.
func TestLinks(t *testing.T) {
	h := newHandmade(t)
	out, long := h.loose(kindBlob, "/etc/passwd"), h.loose(kindBlob, strings.Repeat("a/", MaxNameLength))
	up := h.loose(kindBlob, "../../x\x00y")
	tree, err := h.open().Tree(h.commit(h.loose(kindTree, line("120000", "long", long)+line("120000", "out", out)+line("120000", "up", up))))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"out": "/etc/passwd", "up": "../../x\x00y"} {
		if got, err := tree.ReadLink(name); err != nil || got != want {
			t.Errorf("ReadLink(%q): %q, %v", name, got, err)
		}
		if data, err := tree.ReadFile(name); err == nil {
			t.Errorf("ReadFile(%q): %q", name, data)
		}
	}
	var limit *LimitError
	if _, err := tree.ReadLink("long"); !errors.As(err, &limit) {
		t.Errorf("a long link: %v", err)
	}
}

// TestClosed reads after Close: that is an error, and nothing is opened again.
func TestClosed(t *testing.T) {
	h := newHandmade(t)
	id := hashOf(kindBlob, "x")
	h.pack("1", packed{id: id, typ: 3, data: "x"})
	for _, before := range []bool{false, true} {
		r := h.open()
		if before {
			if _, err := r.Blob(id.String()); err != nil {
				t.Fatal(err)
			}
			r.bases = baseCache{}
		}
		r.Close()
		if _, err := r.Blob(id.String()); err == nil || errors.Is(err, ErrMissing) {
			t.Errorf("read before: %v; got %v", before, err)
		}
	}
}

// TestTotal stops once too much has been inflated.
func TestTotal(t *testing.T) {
	h := newHandmade(t)
	id := h.loose(kindBlob, "x").String()
	r := h.open()
	r.inflated.Store(MaxTotalSize - 1)
	if _, err := r.Blob(id); err != nil {
		t.Fatal(err)
	}
	var limit *LimitError
	if _, err := r.Blob(id); !errors.As(err, &limit) {
		t.Errorf("got %v", err)
	}
}

// TestStrangeFiles has pipes and folders in place of git's files: nothing
// waits, and nothing counts as absent.
func TestStrangeFiles(t *testing.T) {
	id := hashOf(kindBlob, "x")
	object := filepath.Join(".git/objects", id.String()[:2], id.String()[2:])
	for _, name := range []string{object, ".git/objects/pack/pack-1.idx", ".git/objects/pack/pack-1.pack"} {
		for kind, make := range map[string]func(string) error{
			"a pipe":   func(p string) error { return syscall.Mkfifo(p, 0o644) },
			"a folder": func(p string) error { return os.Mkdir(p, 0o755) },
			"a device": func(p string) error { return os.Symlink("/dev/zero", p) },
		} {
			h := newHandmade(t)
			h.pack("1", packed{id: id, typ: 3, data: "x"})
			path := filepath.Join(h.dir, name)
			if name == object {
				os.RemoveAll(filepath.Join(h.dir, ".git/objects/pack"))
			}
			os.Remove(path)
			os.MkdirAll(filepath.Dir(path), 0o755)
			if err := make(path); err != nil {
				t.Fatal(err)
			}
			if _, err := h.open().Blob(id.String()); err == nil || !strings.Contains(err.Error(), "regular file") {
				t.Errorf("%s as %s: %v", name, kind, err)
			}
		}
	}
}
