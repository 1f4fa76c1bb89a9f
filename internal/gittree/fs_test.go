// SPDX-License-Identifier: BSD-3-Clause

package gittree

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
)

// TestMissing reads clones that have not everything: what is not there is
// unknown, never absent.
func TestMissing(t *testing.T) {
	origin := sample(t)
	gitRun(t, origin, "config", "uploadpack.allowFilter", "true")
	head := gitRun(t, origin, "rev-parse", "HEAD")
	clone := func(args ...string) *Repo {
		dir := filepath.Join(t.TempDir(), "clone")
		gitRun(t, origin, append(append([]string{"clone", "-q"}, args...), dir)...)
		r, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { r.Close() })
		return r
	}
	check := func(err error, kind, hint string) {
		t.Helper()
		var missing *MissingError
		if !errors.Is(err, ErrMissing) || !errors.As(err, &missing) || missing.Kind != kind || !strings.Contains(err.Error(), hint) {
			t.Errorf("got %v; want a missing %s and %q", err, kind, hint)
		}
		if errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%v: counts as not existing", err)
		}
	}

	shallow := clone("--depth=1", "file://"+origin)
	tree, err := shallow.Tree(head)
	if err != nil {
		t.Fatal(err)
	}
	_, err = shallow.Tree(tree.Commit().Parents[0])
	check(err, "commit", "shallow: have actions/checkout take it (ref: "+tree.Commit().Parents[0])

	_, err = clone("file://" + origin).Tree(strings.Repeat("a", 40))
	check(err, "commit", "fetch-depth: 0")

	partial, err := clone("--filter=blob:none", "--no-checkout", "file://"+origin).Tree(head)
	if err != nil {
		t.Fatal(err)
	}
	const name = ".github/workflows/release.yml"
	_, err = partial.Open(name)
	check(err, "blob", "partial")
	_, err = fs.ReadFile(partial, name)
	check(err, "blob", "partial")
	if info, err := partial.Stat(name); err != nil || !info.Mode().IsRegular() || info.Size() != -1 {
		t.Errorf("Stat: %v, %v", info, err)
	}
	if entries, err := partial.ReadDir(".github/workflows"); err != nil || len(entries) != 1 {
		t.Errorf("ReadDir: %v, %v", entries, err)
	}
	if _, err := partial.Open("nothing.yml"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what the commit does not have: %v", err)
	}

	_, err = clone("--filter=tree:0", "--no-checkout", "file://"+origin).Tree(head)
	check(err, "tree", "partial")

	_, err = partial.ReadFile("sub/action.yml")
	check(err, "submodule", `"sub" is another repository's`)
	_, err = partial.Stat("sub/a/b")
	check(err, "submodule", `"sub" is another repository's`)
}

// TestFS holds the tree to the rules for file systems.
func TestFS(t *testing.T) {
	r, err := Open(sample(t))
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
	sub, err := fs.Sub(tree, "pkg")
	if err != nil {
		t.Fatal(err)
	}
	if err := fstest.TestFS(sub, "long.txt", "longer.txt", "deep/er/file0"); err != nil {
		t.Error(err)
	}
	for name, mode := range map[string]fs.FileMode{".": fs.ModeDir | 0o755, "pkg": fs.ModeDir | 0o755, "sub": fs.ModeDir | 0o755,
		"run.sh": 0o755, "empty": 0o644, "link": fs.ModeSymlink | 0o777} {
		for what, stat := range map[string]func(string) (fs.FileInfo, error){"Stat": tree.Stat, "Lstat": tree.Lstat} {
			info, err := stat(name)
			if err != nil || info.Mode() != mode || info.Name() != name {
				t.Errorf("%s(%q): %v, %v; want %v", what, name, info, err, mode)
			} else if e := info.Sys().(Entry); e.Submodule != (name == "sub") {
				t.Errorf("%s(%q): %+v", what, name, e)
			}
		}
	}
	if entries, err := tree.ReadDir("sub"); err != nil || len(entries) != 0 {
		t.Errorf("the submodule lists %v, %v", entries, err)
	}
	if target, err := tree.ReadLink("link"); err != nil || target != "pkg/long.txt" {
		t.Errorf("ReadLink: %q, %v", target, err)
	}
	if _, err := tree.ReadLink("run.sh"); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("ReadLink of a file: %v", err)
	}
	if entry, err := tree.Lookup("b\xffad"); err != nil || entry.ID != BlobID([]byte("not UTF-8")) {
		t.Errorf("Lookup: %+v, %v", entry, err)
	}
	if _, err := tree.Lookup("pkg/../run.sh"); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("Lookup: %v", err)
	}
	for _, c := range []struct{ name, want string }{
		{"link", "symbolic link"}, {"links", "symbolic link"}, {"links/long.txt", `"links" is a symbolic link`},
	} {
		for what, err := range map[string]error{"Open": second(tree.Open(c.name)), "ReadFile": second(tree.ReadFile(c.name)), "ReadDir": second(tree.ReadDir(c.name))} {
			if err == nil || !strings.Contains(err.Error(), c.want) || errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s(%q): %v", what, c.name, err)
			}
		}
	}
	for _, name := range []string{"nothing", "pkg/nothing", "run.sh/nothing", "empty/a/b", "PKG", ".git", ".git/config"} {
		if _, err := tree.Open(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Open(%q): %v", name, err)
		}
	}
	for _, name := range []string{"", "/", "/pkg", "pkg/", "../x", "pkg/..", "./pkg", "pkg//deep", "b\xffad"} {
		if _, err := tree.Open(name); !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("Open(%q): %v", name, err)
		}
	}
	data, err := tree.ReadFile("run.sh")
	if err != nil {
		t.Fatal(err)
	}
	data[0] = 'x' // the caller's own
	if again, err := tree.ReadFile("run.sh"); err != nil || string(again) != "#!/bin/sh\n" {
		t.Errorf("a second reading has %q, %v", again, err)
	}
	if _, err := tree.ReadFile("pkg"); err == nil {
		t.Error("a folder is read as a file")
	}
	if _, err := tree.ReadDir("run.sh"); err == nil {
		t.Error("a file is listed as a folder")
	}
}

func second[T any](_ T, err error) error { return err }

// TestWalkStops holds what visit's errors mean.
func TestWalkStops(t *testing.T) {
	h := newHandmade(t)
	blob := h.loose(kindBlob, "x")
	d := h.loose(kindTree, line("100644", "1", blob)+line("100644", "2", blob))
	tree, err := h.open().Tree(h.commit(h.loose(kindTree, line("40000", "a", d)+line("40000", "b", d)+line("100644", "c", blob))))
	if err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	for _, c := range []struct {
		at   string
		err  error
		want string
		end  error
	}{
		{"", nil, "a a/1 a/2 b b/1 b/2 c", nil},
		{"a", fs.SkipDir, "a b b/1 b/2 c", nil},
		{"a/1", fs.SkipDir, "a a/1 b b/1 b/2 c", nil},
		{"a/2", fs.SkipAll, "a a/1 a/2", nil},
		{"b/1", broken, "a a/1 a/2 b b/1", broken},
	} {
		var seen []string
		err := tree.Walk(func(e Entry) error {
			if seen = append(seen, e.Path); e.Path == c.at {
				return c.err
			}
			return nil
		})
		if got := strings.Join(seen, " "); got != c.want || !errors.Is(err, c.end) {
			t.Errorf("%v at %q: visited %q, %v; want %q", c.err, c.at, got, err, c.want)
		}
	}
}

// TestTogether reads from many goroutines; it is for the race detector.
func TestTogether(t *testing.T) {
	origin := sample(t)
	dir := filepath.Join(t.TempDir(), "clone")
	gitRun(t, origin, "clone", "-q", "file://"+origin, dir)
	gitRun(t, dir, "repack", "-adfq")
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	head, _, err := r.Head()
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			tree, err := r.Tree(head)
			if err != nil {
				t.Error(err)
				return
			}
			n := 0
			err = fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
				if err == nil && d.Type().IsRegular() && name != "b\xffad" {
					n++
					_, err = tree.ReadFile(name)
				}
				return err
			})
			if err != nil || n != 10 {
				t.Errorf("read %d files, %v", n, err)
			}
		})
	}
	group.Wait()
}
