// SPDX-License-Identifier: BSD-3-Clause

package gittree

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestNoRepository(t *testing.T) {
	h := newHandmade(t)
	if err := os.Mkdir(filepath.Join(h.dir, "sub"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{t.TempDir(), filepath.Join(h.dir, "sub"), filepath.Join(h.dir, ".git"), filepath.Join(h.dir, "nothing")} {
		if _, err := Open(dir); !errors.Is(err, ErrNoRepository) {
			t.Errorf("Open(%q): %v", dir, err)
		}
	}
}

// TestBrokenRepository has a .git that cannot be read: that is never the same
// as none.
func TestBrokenRepository(t *testing.T) {
	other := newHandmade(t)
	for _, c := range []struct {
		name string
		make func(h *handmade)
		want string
	}{
		{"empty folder", func(h *handmade) { h.only(".git/x", "") }, "no repository"},
		{"no HEAD", func(h *handmade) { os.Remove(filepath.Join(h.dir, ".git/HEAD")) }, "no repository"},
		{"no objects", func(h *handmade) { os.RemoveAll(filepath.Join(h.dir, ".git/objects")) }, "no repository"},
		{"empty file", func(h *handmade) { h.only(".git", "") }, "does not hold the path"},
		{"other file", func(h *handmade) { h.only(".git", "root:x:0:0\n") }, "does not hold the path"},
		{"no path", func(h *handmade) { h.only(".git", "gitdir: \n") }, "does not hold the path"},
		{"two lines", func(h *handmade) { h.only(".git", "gitdir: a\nb\n") }, "does not hold the path"},
		{"NUL", func(h *handmade) { h.only(".git", "gitdir: a\x00b\n") }, "does not hold the path"},
		{"endless file", func(h *handmade) { h.only(".git", "gitdir: "+strings.Repeat("a/../", 1<<20)) }, "more than"},
		{"leads nowhere", func(h *handmade) { h.only(".git", "gitdir: /nothing/here\n") }, "no folder here"},
		{"leads to itself", func(h *handmade) { h.only(".git", "gitdir: .git\n") }, "no folder here"},
		{"leads to a folder that is none", func(h *handmade) { h.only(".git", "gitdir: /proc/self\n") }, "no repository"},
		{"leads to a work tree", func(h *handmade) { h.only(".git", "gitdir: "+other.dir+"\n") }, "no repository"},
		{"link that leads nowhere", func(h *handmade) {
			h.only("x", "")
			os.Symlink("nothing", filepath.Join(h.dir, ".git"))
		}, "leads nowhere"},
		{"pipe", func(h *handmade) {
			h.only("x", "")
			syscall.Mkfifo(filepath.Join(h.dir, ".git"), 0o644)
		}, "regular file"},
		{"device", func(h *handmade) {
			h.only("x", "")
			os.Symlink("/dev/zero", filepath.Join(h.dir, ".git"))
		}, "regular file"},
		{"commondir leads nowhere", func(h *handmade) { h.write(".git/commondir", "../nothing\n") }, "no folder here"},
		{"commondir without objects", func(h *handmade) { h.write(".git/commondir", "..\n") }, "no repository"},
		{"config is a folder", func(h *handmade) { os.Mkdir(filepath.Join(h.dir, ".git/config"), 0o755) }, "regular file"},
		{"endless config", func(h *handmade) { os.Symlink("/dev/zero", filepath.Join(h.dir, ".git/config")) }, "regular file"},
		{"long config", func(h *handmade) { h.write(".git/config", strings.Repeat("#\n", 1<<20)) }, "more than"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHandmade(t)
			c.make(h)
			_, err := Open(h.dir)
			if err == nil || !strings.Contains(err.Error(), c.want) || errors.Is(err, ErrNoRepository) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "root:x") {
				t.Errorf("the error repeats what a file holds: %v", err)
			}
		})
	}
}

// only replaces .git by one file.
func (h *handmade) only(name, data string) {
	h.t.Helper()
	if err := os.RemoveAll(filepath.Join(h.dir, ".git")); err != nil {
		h.t.Fatal(err)
	}
	h.write(name, data)
}

// TestConfigIsInert has configuration that would lead git elsewhere, or to run
// something.
func TestConfigIsInert(t *testing.T) {
	h := newHandmade(t)
	elsewhere := newHandmade(t)
	h.write(".git/config", fmt.Sprintf("[core]\n\tworktree = %s\n\thooksPath = /bin\n\tfsmonitor = touch %s/ran\n[include]\n\tpath = /dev/zero\n[extensions]\n\tworktreeConfig = true\n\tstrange = true\n; objectformat = sha256\n", elsewhere.dir, h.dir))
	h.write(".git/objects/info/alternates", "# nothing\n")
	h.write(".git/info/grafts", "garbage\n")
	commit := h.commit(h.loose(kindTree, ""))
	h.write(".git/refs/heads/main", commit+"\n")
	r := h.open()
	if got, _, err := r.Head(); err != nil || got != commit {
		t.Errorf("Head: %q, %v", got, err)
	}
	if _, err := r.Tree(commit); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(h.dir, "ran")); err == nil {
		t.Error("something was run")
	}
}

func TestHead(t *testing.T) {
	id := strings.Repeat("ab", 20)
	for _, c := range []struct {
		name  string
		files map[string]string
		want  string // the commit, or part of the error
		ref   string
		err   error
	}{
		{"branch", map[string]string{"HEAD": "ref: refs/heads/x\n", "refs/heads/x": id + "\n"}, id, "refs/heads/x", nil},
		{"detached", map[string]string{"HEAD": id + "\n"}, id, "", nil},
		{"no line end", map[string]string{"HEAD": id}, id, "", nil},
		{"capitals", map[string]string{"HEAD": strings.ToUpper(id)}, id, "", nil},
		{"packed", map[string]string{"HEAD": "ref: refs/heads/x", "packed-refs": "# pack-refs with: peeled\n" + strings.Repeat("cd", 20) + " refs/heads/xx\n" + id + " refs/heads/x\n^" + id + "\n"}, id, "refs/heads/x", nil},
		{"own file over packed", map[string]string{"HEAD": "ref: refs/heads/x", "refs/heads/x": id, "packed-refs": strings.Repeat("cd", 20) + " refs/heads/x\n"}, id, "refs/heads/x", nil},
		{"unborn", map[string]string{"HEAD": "ref: refs/heads/x"}, `"refs/heads/x": the branch has no commit yet`, "refs/heads/x", ErrUnborn},
		{"unborn with packed", map[string]string{"HEAD": "ref: refs/heads/x", "packed-refs": id + " refs/heads/y\n"}, "no commit yet", "refs/heads/x", ErrUnborn},
		{"long id", map[string]string{"HEAD": strings.Repeat("ab", 32)}, "64 digits", "", ErrUnsupported},
		{"reftable", map[string]string{"HEAD": "ref: refs/heads/.invalid", "reftable/tables.list": ""}, "reftable", "", ErrUnsupported},
		{"empty", map[string]string{"HEAD": ""}, "neither", "", nil},
		{"short", map[string]string{"HEAD": id[:39]}, "neither", "", nil},
		{"secret", map[string]string{"HEAD": "root:x:0:0"}, "neither", "", nil},
		{"endless", map[string]string{"HEAD": strings.Repeat("a", 2<<20)}, "more than", "", nil},
		{"up", map[string]string{"HEAD": "ref: refs/../../../secret"}, "no proper name", "", nil},
		{"absolute", map[string]string{"HEAD": "ref: /etc/passwd"}, "no proper name", "", nil},
		{"not below refs", map[string]string{"HEAD": "ref: config"}, "no proper name", "", nil},
		{"itself", map[string]string{"HEAD": "ref: HEAD"}, "no proper name", "", nil},
		{"NUL", map[string]string{"HEAD": "ref: refs/heads/a\x00b"}, "no proper name", "", nil},
		{"line break", map[string]string{"HEAD": "ref: refs/heads/a\n::error::b"}, "no proper name", "", nil},
		{"hidden", map[string]string{"HEAD": "ref: refs/heads/.x"}, "no proper name", "", nil},
		{"lock", map[string]string{"HEAD": "ref: refs/heads/x.lock"}, "no proper name", "", nil},
		{"empty name", map[string]string{"HEAD": "ref: "}, "no proper name", "", nil},
		{"circle", map[string]string{"HEAD": "ref: refs/heads/x", "refs/heads/x": "ref: refs/heads/y", "refs/heads/y": "ref: refs/heads/x"}, "lead to one another", "", nil},
		{"branch of rubbish", map[string]string{"HEAD": "ref: refs/heads/x", "refs/heads/x": "rubbish"}, `"refs/heads/x" holds neither`, "", nil},
		{"packed rubbish", map[string]string{"HEAD": "ref: refs/heads/x", "packed-refs": "rubbish refs/heads/x\n"}, `"refs/heads/x" holds neither`, "", nil},
		{"packed line without end", map[string]string{"HEAD": "ref: refs/heads/x", "packed-refs": strings.Repeat("a", 1<<20)}, "more than", "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHandmade(t)
			for name, data := range c.files {
				h.write(filepath.Join(".git", name), data)
			}
			commit, ref, err := h.open().Head()
			if c.want == id {
				if err != nil || commit != id || ref != c.ref {
					t.Errorf("got %q, %q, %v", commit, ref, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.want) || commit != "" || (c.err != nil && !errors.Is(err, c.err)) {
				t.Fatalf("got %q, %v; want %q", commit, err, c.want)
			}
			if strings.ContainsAny(err.Error(), "\n\x00") || strings.Contains(err.Error(), "root:x") {
				t.Errorf("the error repeats what is in the file: %q", err)
			}
		})
	}
}

func TestSHA256(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("skipping: there is no git binary to make a repository with")
	}
	dir := t.TempDir()
	gitRun(t, dir, "init", "-q", "--object-format=sha256")
	if _, err := Open(dir); !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), "SHA-256") {
		t.Errorf("got %v", err)
	}
}

// TestAlternates has alternates that go in circles, lead nowhere or are too
// many: what is reachable is read, and what is missing is told why.
func TestAlternates(t *testing.T) {
	a, b, c := newHandmade(t), newHandmade(t), newHandmade(t)
	id := c.loose(kindBlob, "x")
	objects := func(h *handmade) string { return filepath.Join(h.dir, ".git/objects") }
	a.write(".git/objects/info/alternates", "/nothing/here\n"+objects(a)+"\n\n"+objects(b)+"\n"+objects(b)+"/.\n")
	b.write(".git/objects/info/alternates", objects(a)+"\n\""+objects(c)+"\"\n")
	c.write(".git/objects/info/alternates", objects(b)+"\n../objects\n.\n")
	r := a.open()
	if data, err := r.Blob(id.String()); err != nil || string(data) != "x" {
		t.Errorf("got %q, %v", data, err)
	}
	if len(r.stores) != 3 {
		t.Errorf("%d folders are searched", len(r.stores))
	}
	if _, err := r.Blob(hashOf(kindBlob, "y").String()); !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), `"/nothing/here", which cannot be read from here`) {
		t.Errorf("got %v", err)
	}

	// Many, and one behind the other.
	last := newHandmade(t)
	id = last.loose(kindBlob, "x")
	chain := last
	for range maxAlternateDepth + 1 {
		next := newHandmade(t)
		next.write(".git/objects/info/alternates", objects(chain)+"\n")
		chain = next
	}
	if _, err := chain.open().Blob(id.String()); !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "cannot be read from here") {
		t.Errorf("deep: %v", err)
	}
	wide := newHandmade(t)
	var lines strings.Builder
	for i := range 200 {
		dir := fmt.Sprintf("../many/%d", i)
		wide.write(filepath.Join(".git/objects", dir, "info/alternates"), "../x\n")
		lines.WriteString(dir + "\n")
	}
	wide.write(".git/objects/info/alternates", lines.String())
	if r := wide.open(); len(r.stores) > MaxAlternates+1 || len(r.skipped) == 0 {
		t.Errorf("%d folders are searched, skipped: %v", len(r.stores), r.skipped)
	}
}

// TestManyPacks lists a folder of too many packs.
func TestManyPacks(t *testing.T) {
	h := newHandmade(t)
	for i := range MaxPacks + 1 {
		h.write(fmt.Sprintf(".git/objects/pack/pack-%d.idx", i), "")
	}
	var limit *LimitError
	if _, err := h.open().Blob(hashOf(kindBlob, "x").String()); !errors.As(err, &limit) || !strings.Contains(err.Error(), "git gc") {
		t.Errorf("got %v", err)
	}
}

// TestReadsOnly leaves the repository byte for byte and time for time as it is.
func TestReadsOnly(t *testing.T) {
	dir := sample(t)
	state := func() string {
		var b strings.Builder
		err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
			if err == nil {
				fmt.Fprintln(&b, path, info.Mode(), info.Size(), info.ModTime())
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	before := state()
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	head, _, err := r.Head()
	if err != nil {
		t.Fatal(err)
	}
	tree, err := r.Tree(head)
	if err != nil {
		t.Fatal(err)
	}
	if err := tree.Walk(func(e Entry) error {
		if e.Mode.IsRegular() {
			_, err := r.Blob(e.ID)
			return err
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if after := state(); after != before {
		t.Error("reading changed the repository")
	}
}
