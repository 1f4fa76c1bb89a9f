// SPDX-License-Identifier: BSD-3-Clause

package gittree

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// number is the test's version of a tag: v and a number. Real callers compare
// by PEP 440.
func number(tag string) int {
	n, err := strconv.Atoi(strings.TrimPrefix(tag, "v"))
	if err != nil {
		return -1
	}
	return n
}

func before(n int) func(string) bool {
	return func(tag string) bool { return number(tag) >= 0 && number(tag) < n }
}

func byNumber(a, b string) int { return number(a) - number(b) }

// previous answers in one word: the tag, or what kind of error it was.
func previous(t testing.TB, r *Repo, commit string, n int) string {
	t.Helper()
	tag, err := r.Previous(commit, before(n), byNumber)
	var corrupt *CorruptError
	switch {
	case err == nil:
		if _, ok := parseID(tag.Commit); !ok {
			t.Errorf("%q leads to %q", tag.Ref, tag.Commit)
		}
		return strings.TrimPrefix(tag.Ref, tagPrefix)
	case errors.Is(err, ErrNoPrevious):
		return "none"
	case errors.Is(err, ErrHistory):
		var h *HistoryError
		if !errors.As(err, &h) || h.Hint == "" {
			t.Errorf("%v says not what to do", err)
		}
		return "unknown"
	case errors.As(err, &corrupt):
		return "corrupt"
	}
	return "error"
}

// TestPrevious makes a repository with a maintenance branch:
//
//	a(v1) - b(v2, annotated) - c - d(v5) - e(v6) main
//	         \- f(v3) - g(v4) maintenance
func TestPrevious(t *testing.T) {
	dir := sample(t)
	commit := func(name string) string {
		gitRun(t, dir, "commit", "-q", "--allow-empty", "-m", name)
		return gitRun(t, dir, "rev-parse", "HEAD")
	}
	a := commit("a")
	gitRun(t, dir, "tag", "v1")
	b := commit("b")
	gitRun(t, dir, "tag", "-a", "-m", "two", "v2")
	gitRun(t, dir, "tag", "-a", "-m", "a tag of a tag", "v02", "v2")
	gitRun(t, dir, "checkout", "-q", "-b", "maintenance")
	f := commit("f")
	gitRun(t, dir, "tag", "v3")
	g := commit("g")
	gitRun(t, dir, "tag", "-a", "-m", "four", "v4")
	gitRun(t, dir, "checkout", "-q", "main")
	c := commit("c")
	d := commit("d")
	gitRun(t, dir, "tag", "v5")
	e := commit("e")
	gitRun(t, dir, "tag", "v6")
	gitRun(t, dir, "tag", "tree", "HEAD^{tree}")
	gitRun(t, dir, "tag", "v0", "HEAD:empty")
	gitRun(t, dir, "tag", "-f", "folder/v1", a)

	clone := func(args ...string) string {
		to := filepath.Join(t.TempDir(), "clone")
		gitRun(t, dir, append(append([]string{"clone", "-q"}, args...), "file://"+dir, to)...)
		return to
	}
	packed := clone()
	gitRun(t, packed, "pack-refs", "--all")
	gitRun(t, packed, "tag", "-f", "v5", c) // a file of its own stands before the packed one
	worktree := filepath.Join(t.TempDir(), "linked")
	gitRun(t, dir, "worktree", "add", "-q", "--detach", worktree, e)
	for _, tt := range []struct {
		name, dir, commit string
		n                 int
		want              string
	}{
		{"next on main", dir, e, 7, "v5"},
		{"a tag on the commit itself does not count", dir, d, 7, "v02"},
		{"past a newer one on another branch", dir, c, 5, "v02"},
		{"on the branch", dir, g, 5, "v3"},
		{"the branch's first", dir, f, 4, "v02"},
		{"annotated", dir, f, 3, "v02"},
		{"lightweight", dir, b, 2, "v1"},
		{"first release", dir, a, 1, "none"},
		{"none before", dir, a, 2, "none"},
		{"only later ones", dir, e, 1, "none"},
		{"packed", packed, e, 7, "v5"},
		{"linked work tree", worktree, e, 7, "v5"},
		{"shallow without tags", clone("--depth=1", "--no-tags"), e, 7, "unknown"},
		{"shallow", clone("--depth=1"), e, 7, "unknown"},
		{"shallow, the newest is here", clone("--depth=2"), e, 7, "v5"},
		{"shallow, the newest may be behind it", clone("--depth=2", "--branch=v5"), d, 5, "unknown"},
		{"without tags", clone("--no-tags"), e, 7, "unknown"},
		{"without contents", clone("--filter=tree:0", "--no-checkout"), e, 7, "v5"},
		{"no such commit", dir, strings.Repeat("ab", 20), 7, "unknown"},
		{"no id", dir, "main", 7, "error"},
	} {
		r, err := Open(tt.dir)
		if err != nil {
			t.Fatal(err)
		}
		if got := previous(t, r, tt.commit, tt.n); got != tt.want {
			_, err := r.Previous(tt.commit, before(tt.n), byNumber)
			t.Errorf("%s: %s, want %s (%v)", tt.name, got, tt.want, err)
		}
		r.Close()
	}
	r, err := Open(packed)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if tag, err := r.Previous(e, before(7), byNumber); err != nil || tag != (Tag{"refs/tags/v5", c}) {
		t.Errorf("%+v, %v; want v5 at %s", tag, err, c)
	}
	if tag, err := r.Previous(e, before(3), byNumber); err != nil || tag != (Tag{"refs/tags/v02", b}) {
		t.Errorf("%+v, %v; want the annotated tag peeled to %s", tag, err, b)
	}
}

// TestPreviousHostile reads repositories that git would not write.
func TestPreviousHostile(t *testing.T) {
	tagOf := func(id objectID) string { return "object " + id.String() + "\ntype commit\ntag x\n\n" }
	for _, tt := range []struct {
		name string
		make func(h *handmade) (commit string)
		want string
	}{
		{"a plain one", func(h *handmade) string {
			old := h.commit(objectID{})
			h.write(".git/refs/tags/v1", old+"\n")
			return h.commit(objectID{}, id(old))
		}, "v1"},
		{"a parent that is not here", func(h *handmade) string {
			h.write(".git/refs/tags/v1", h.commit(objectID{1})+"\n")
			return h.commit(objectID{}, objectID{9})
		}, "unknown"},
		{"a tag that is not here", func(h *handmade) string {
			h.write(".git/refs/tags/v1", strings.Repeat("ab", 20)+"\n")
			return h.commit(objectID{})
		}, "unknown"},
		{"a tag object of other bytes", func(h *handmade) string {
			old := h.commit(objectID{})
			h.raw(objectID{7}, deflate(fmt.Sprintf("tag %d\x00%s", len(tagOf(id(old))), tagOf(id(old)))))
			h.write(".git/refs/tags/v1", objectID{7}.String()+"\n")
			return h.commit(objectID{}, id(old))
		}, "corrupt"},
		{"a commit of other bytes", func(h *handmade) string {
			text := commitText(objectID{})
			h.raw(objectID{7}, deflate(fmt.Sprintf("commit %d\x00%s", len(text), text)))
			h.write(".git/refs/tags/v1", objectID{7}.String()+"\n")
			return h.commit(objectID{}, objectID{7})
		}, "corrupt"},
		{"no tag object", func(h *handmade) string {
			h.write(".git/refs/tags/v1", h.loose(kindTag, "tree me").String()+"\n")
			return h.commit(objectID{})
		}, "corrupt"},
		{"tags of tags without end", func(h *handmade) string {
			at := h.loose(kindTag, tagOf(objectID{}))
			for range maxTagChain {
				at = h.loose(kindTag, tagOf(at))
			}
			h.write(".git/refs/tags/v1", at.String()+"\n")
			return h.commit(objectID{})
		}, "unknown"},
		{"no id in a tag", func(h *handmade) string {
			h.write(".git/refs/tags/v1", "../../../etc/passwd\n")
			return h.commit(objectID{})
		}, "error"},
		{"a symbolic tag", func(h *handmade) string {
			h.write(".git/refs/tags/v1", "ref: refs/heads/main\n")
			return h.commit(objectID{})
		}, "unknown"},
		{"an id of 64 digits", func(h *handmade) string {
			h.write(".git/refs/tags/v1", strings.Repeat("ab", 32)+"\n")
			return h.commit(objectID{})
		}, "unknown"},
		{"names that git does not make", func(h *handmade) string {
			old := h.commit(objectID{})
			h.write(".git/refs/tags/v1.lock", "x")
			h.write(".git/packed-refs", "# pack-refs with: peeled\n"+old+" refs/tags/../v1\n^"+old+" refs/tags/v1\n"+old+" refs/tags/a..b\nrefs/tags/v1\n\n")
			return h.commit(objectID{}, id(old))
		}, "unknown"},
		{"a damaged line of packed-refs", func(h *handmade) string {
			h.write(".git/packed-refs", "zz refs/tags/v1\n")
			return h.commit(objectID{})
		}, "error"},
		{"a long line of packed-refs", func(h *handmade) string {
			h.write(".git/packed-refs", strings.Repeat("a", 1<<17))
			return h.commit(objectID{})
		}, "unknown"},
		{"many tags", func(h *handmade) string {
			var b bytes.Buffer
			old := h.commit(objectID{})
			for i := range MaxTags + 1 {
				fmt.Fprintf(&b, "%s refs/tags/v%d\n", old, i)
			}
			h.write(".git/packed-refs", b.String())
			return h.commit(objectID{}, id(old))
		}, "unknown"},
		{"deep folders", func(h *handmade) string {
			h.write(".git/refs/tags/"+strings.Repeat("a/", maxTagFolder+1)+"v1", "x")
			return h.commit(objectID{})
		}, "unknown"},
		{"a reftable", func(h *handmade) string {
			h.write(".git/reftable/tables.list", "x")
			return h.commit(objectID{})
		}, "unknown"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHandmade(t)
			commit := tt.make(h)
			if got := previous(t, h.open(), commit, 3); got != tt.want {
				_, err := h.open().Previous(commit, before(3), byNumber)
				t.Errorf("%s, want %s (%v)", got, tt.want, err)
			}
		})
	}
}

func id(s string) objectID {
	id, _ := parseID(s)
	return id
}

// importHistory makes a line of n commits by git fast-import, tagged v1 at the first,
// with a tag v2 aside that is no ancestor; it returns the last.
func importHistory(t testing.TB, n int) (dir, last string) {
	t.Helper()
	dir = sample(t)
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "commit refs/heads/long\nmark :%d\ncommitter A <a@example.org> %d +0000\ndata 8\nmessage\n\n", i+1, 1700000000+i)
		if i > 0 {
			fmt.Fprintf(&b, "from :%d\n", i)
		}
		b.WriteString("\n")
	}
	b.WriteString("reset refs/tags/v1\nfrom :1\n\ncommit refs/tags/v2\ncommitter A <a@example.org> 1700000000 +0000\ndata 2\nx\n\n")
	in := filepath.Join(t.TempDir(), "in")
	if err := os.WriteFile(in, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	importFile(t, dir, in)
	return dir, gitRun(t, dir, "rev-parse", "refs/heads/long")
}

// TestPreviousLimit holds that a history that is too long is an open question,
// and that one just short enough is walked to its end.
func TestPreviousLimit(t *testing.T) {
	const most = 300
	dir, last := importHistory(t, most+1)
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	tag, err := r.previous(last, before(3), byNumber, most)
	var limit *LimitError
	if !errors.Is(err, ErrHistory) || !errors.As(err, &limit) || limit.Limit != most {
		t.Errorf("one commit too many: %+v, %v", tag, err)
	}
	tag, err = r.previous(gitRun(t, dir, "rev-parse", last+"~1"), before(3), byNumber, most)
	if err != nil || tag.Ref != "refs/tags/v1" {
		t.Errorf("as many as may be: %+v, %v", tag, err)
	}
}

func BenchmarkPrevious(b *testing.B) {
	dir, last := importHistory(b, MaxWalk)
	for b.Loop() {
		r, err := Open(dir)
		if err != nil {
			b.Fatal(err)
		}
		if got := previous(b, r, last, 3); got != "v1" {
			b.Fatal(got)
		}
		r.Close()
	}
}

// FuzzTags holds that no packed-refs and no tag object makes reading panic, and
// that what is found is one of the names and an ancestor.
func FuzzTags(f *testing.F) {
	f.Add("0000000000000000000000000000000000000000 refs/tags/v1\n^", "object 0000000000000000000000000000000000000000\n")
	f.Fuzz(func(t *testing.T, packed, tag string) {
		h := newHandmade(t)
		old := h.commit(objectID{})
		zero := objectID{}.String()
		annotated := h.loose(kindTag, strings.ReplaceAll(tag, zero, old))
		h.write(".git/packed-refs", strings.ReplaceAll(packed, zero, annotated.String()))
		found, err := h.open().Previous(h.commit(objectID{}, id(old)), func(string) bool { return true }, strings.Compare)
		if err == nil && (found.Commit != old || !strings.Contains(packed, found.Ref)) {
			t.Fatalf("%+v", found)
		}
	})
}

// importFile feeds a file to git fast-import.
func importFile(t testing.TB, dir, file string) {
	t.Helper()
	in, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	cmd := exec.Command("git", "fast-import", "--quiet")
	cmd.Dir, cmd.Stdin = dir, in
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GIT_CONFIG_NOSYSTEM=1"}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git fast-import: %v\n%s", err, out)
	}
}
