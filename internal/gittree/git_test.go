// SPDX-License-Identifier: BSD-3-Clause

package gittree

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// gitRun runs the real git in a folder, with nobody's configuration.
func gitRun(t testing.TB, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", append([]string{
		"-c", "protocol.file.allow=always", "-c", "init.defaultBranch=main", "-c", "advice.detachedHead=false", "-c", "gc.auto=0",
	}, args...)...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GIT_CONFIG_NOSYSTEM=1", "LC_ALL=C",
		"GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_AUTHOR_DATE=1700000000 +0000",
		"GIT_COMMITTER_NAME=A", "GIT_COMMITTER_EMAIL=a@example.org", "GIT_COMMITTER_DATE=1700000000 +0000"}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, stderr.Bytes())
	}
	return strings.TrimSuffix(string(out), "\n")
}

// sample makes a repository of three commits with everything a tree can hold,
// and files that change little, so that packs have deltas.
func sample(t testing.TB) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("skipping: there is no git binary to make a repository with")
	}
	dir := t.TempDir()
	gitRun(t, dir, "init", "-q")
	put := func(name, data string, mode fs.FileMode) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(data), mode)); err != nil {
			t.Fatal(err)
		}
	}
	text := rand.New(rand.NewPCG(1, 2))
	var lines []string
	for range 2000 {
		lines = append(lines, fmt.Sprint(text.Uint64()))
	}
	for i := range 3 {
		lines[100*i] = fmt.Sprint("changed ", i)
		put(".github/workflows/release.yml", fmt.Sprintf("on: push # %d\n", i), 0o644)
		put("pkg/long.txt", strings.Join(lines, "\n"), 0o644)
		put("pkg/longer.txt", strings.Join(append(lines, "end"), "\n"), 0o644)
		put(fmt.Sprintf("pkg/deep/er/file%d", i), fmt.Sprint(i), 0o644)
		put("pkg.txt", "sorts before the folder", 0o644)
		put("run.sh", "#!/bin/sh\n", 0o755)
		put("empty", "", 0o644)
		put("b\xffad", "not UTF-8", 0o644)
		if i == 0 {
			if err := errors.Join(os.Symlink("pkg/long.txt", filepath.Join(dir, "link")), os.Symlink("pkg", filepath.Join(dir, "links"))); err != nil {
				t.Fatal(err)
			}
			put("sub.txt", "sorts behind the submodule", 0o644)
			gitRun(t, dir, "update-index", "--add", "--cacheinfo", "160000,"+strings.Repeat("12", 20)+",sub")
		}
		gitRun(t, dir, "add", ".github", "pkg", "pkg.txt", "run.sh", "empty", "link", "links", "sub.txt", "b\xffad")
		gitRun(t, dir, "commit", "-q", "-m", fmt.Sprint("commit ", i))
	}
	return dir
}

// TestAgainstGit reads repositories of every form, and compares all that is
// read with what git itself says.
func TestAgainstGit(t *testing.T) {
	origin := sample(t)
	url := "file://" + origin
	clone := func(t *testing.T, args ...string) string {
		dir := filepath.Join(t.TempDir(), "clone")
		gitRun(t, origin, append(append([]string{"clone", "-q"}, args...), dir)...)
		return dir
	}
	for _, c := range []struct {
		name string
		make func(t *testing.T) string
		ref  string
	}{
		{"loose", func(*testing.T) string { return origin }, "refs/heads/main"},
		{"packed", func(t *testing.T) string { return clone(t, url) }, "refs/heads/main"},
		{"by offset", func(t *testing.T) string {
			dir := clone(t, url)
			gitRun(t, dir, "repack", "-adfq", "--depth=50", "--window=50")
			return dir
		}, "refs/heads/main"},
		{"by id", func(t *testing.T) string {
			dir := clone(t, url)
			gitRun(t, dir, "-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq")
			return dir
		}, "refs/heads/main"},
		{"index version 1", func(t *testing.T) string {
			dir := clone(t, url)
			gitRun(t, dir, "-c", "pack.indexVersion=1", "repack", "-adfq")
			return dir
		}, "refs/heads/main"},
		{"wide offsets", func(t *testing.T) string {
			dir := clone(t, url)
			packs, _ := filepath.Glob(filepath.Join(dir, ".git/objects/pack/*.pack"))
			idx := strings.TrimSuffix(packs[0], ".pack") + ".idx"
			if err := os.Chmod(idx, 0o644); err != nil {
				t.Fatal(err)
			}
			gitRun(t, dir, "index-pack", "--index-version=2,0x40", "-o", idx, packs[0])
			return dir
		}, "refs/heads/main"},
		{"several packs", func(t *testing.T) string {
			dir := clone(t, "--depth=1", url)
			gitRun(t, dir, "fetch", "-q", "--unshallow")
			gitRun(t, dir, "multi-pack-index", "write")
			return dir
		}, "refs/heads/main"},
		{"packed references", func(t *testing.T) string {
			dir := clone(t, url)
			gitRun(t, dir, "pack-refs", "--all", "--prune")
			return dir
		}, "refs/heads/main"},
		{"left-over folder of a branch", func(t *testing.T) string {
			dir := clone(t, url)
			gitRun(t, dir, "pack-refs", "--all", "--prune")
			os.MkdirAll(filepath.Join(dir, ".git/refs/heads/main"), 0o755)
			return dir
		}, "refs/heads/main"},
		{"branch with slashes", func(t *testing.T) string {
			dir := clone(t, url)
			gitRun(t, dir, "checkout", "-q", "-b", "a/b/ü")
			return dir
		}, "refs/heads/a/b/ü"},
		{"symbolic branch", func(t *testing.T) string {
			dir := clone(t, url)
			gitRun(t, dir, "symbolic-ref", "refs/heads/alias", "refs/heads/main")
			gitRun(t, dir, "symbolic-ref", "HEAD", "refs/heads/alias")
			return dir
		}, "refs/heads/main"},
		{"detached", func(t *testing.T) string {
			dir := clone(t, url)
			gitRun(t, dir, "checkout", "-q", "--detach")
			return dir
		}, ""},
		{"shallow", func(t *testing.T) string { return clone(t, "--depth=1", url) }, "refs/heads/main"},
		{"partial and checked out", func(t *testing.T) string {
			gitRun(t, origin, "config", "uploadpack.allowFilter", "true")
			return clone(t, "--filter=blob:none", url)
		}, "refs/heads/main"},
		{"shared", func(t *testing.T) string { return clone(t, "--shared", origin) }, "refs/heads/main"},
		{"shared twice", func(t *testing.T) string {
			first, second := clone(t, "--shared", origin), filepath.Join(t.TempDir(), "clone")
			gitRun(t, first, "clone", "-q", "--shared", first, second)
			return second
		}, "refs/heads/main"},
		{"shared by a relative path", func(t *testing.T) string {
			dir := clone(t, "--shared", origin)
			rel, err := filepath.Rel(filepath.Join(dir, ".git/objects"), filepath.Join(origin, ".git/objects"))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, ".git/objects/info/alternates"), []byte("# comment\n\n"+rel+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			return dir
		}, "refs/heads/main"},
		{"linked work tree", func(t *testing.T) string {
			dir := filepath.Join(t.TempDir(), "linked")
			gitRun(t, clone(t, url), "worktree", "add", "-q", "-b", "other", dir)
			return dir
		}, "refs/heads/other"},
		{"submodule", func(t *testing.T) string {
			dir := t.TempDir()
			gitRun(t, dir, "init", "-q")
			gitRun(t, dir, "submodule", "--quiet", "add", url, "sub")
			return filepath.Join(dir, "sub")
		}, "refs/heads/main"},
		{"sparse", func(t *testing.T) string {
			dir := clone(t, url)
			gitRun(t, dir, "sparse-checkout", "set", "pkg")
			return dir
		}, "refs/heads/main"},
		{"replaced commit", func(t *testing.T) string { // git shows the replacement, we do not
			dir := clone(t, url)
			gitRun(t, dir, "replace", "HEAD", "HEAD~2")
			return dir
		}, "refs/heads/main"},
		{"symbolic link to .git", func(t *testing.T) string {
			dir := t.TempDir()
			if err := os.Symlink(filepath.Join(origin, ".git"), filepath.Join(dir, ".git")); err != nil {
				t.Fatal(err)
			}
			return dir
		}, "refs/heads/main"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := c.make(t)
			r, err := Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			commit, ref, err := r.Head()
			if want := gitRun(t, origin, "rev-parse", "HEAD"); err != nil || commit != want || ref != c.ref {
				t.Fatalf("Head: %q, %q, %v; want %q, %q", commit, ref, err, want, c.ref)
			}
			compare(t, r, dir, commit)
		})
	}
}

// compare compares a commit with what git says of it.
func compare(t *testing.T, r *Repo, dir, commit string) {
	t.Helper()
	git := func(args ...string) string {
		t.Helper()
		return gitRun(t, dir, append([]string{"--no-replace-objects"}, args...)...)
	}
	tree, err := r.Tree(commit)
	if err != nil {
		t.Fatal(err)
	}
	got := tree.Commit()
	if want := git("rev-parse", commit+"^{tree}"); got.ID != commit || got.Tree != want {
		t.Errorf("Commit: %+v, want the tree %s", got, want)
	}
	if want := git("log", "-1", "--pretty=%P", commit); !r.shallow && strings.Join(got.Parents, " ") != want {
		t.Errorf("parents %v, want %v", got.Parents, want)
	}
	listed := map[string]string{}
	for row := range strings.SplitSeq(strings.TrimSuffix(git("ls-tree", "-rtz", commit), "\x00"), "\x00") {
		head, name, _ := strings.Cut(row, "\t")
		listed[name] = head
	}
	if len(listed) != 19 {
		t.Fatalf("git lists %d entries", len(listed))
	}
	err = tree.Walk(func(e Entry) error {
		want := strings.Fields(listed[e.Path])
		delete(listed, e.Path)
		mode := fmt.Sprintf("%06o", map[fs.FileMode]int{fs.ModeDir: 0o040000, fs.ModeSymlink: 0o120000, 0: 0o100000 | int(e.Mode.Perm())}[e.Mode.Type()])
		if e.Submodule {
			mode = "160000"
		}
		if len(want) != 3 || mode != want[0] || e.ID != want[2] {
			t.Errorf("Walk: %+v, git says %v", e, want)
			return nil
		}
		if found, err := tree.Lookup(e.Path); err != nil || found != e {
			t.Errorf("Lookup: %+v, %v; want %+v", found, err, e)
		}
		if want[1] == "blob" {
			data, err := r.Blob(e.ID)
			if content := gitBlob(t, dir, e.ID); err != nil || !bytes.Equal(data, content) || BlobID(data) != e.ID {
				t.Errorf("Blob of %q: %d bytes, %v; want %d", e.Path, len(data), err, len(content))
			}
		}
		return nil
	})
	if err != nil || len(listed) > 0 {
		t.Errorf("Walk: %v; not visited: %v", err, listed)
	}
}

func gitBlob(t *testing.T, dir, id string) []byte {
	t.Helper()
	cmd := exec.Command("git", "cat-file", "blob", id)
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return out
}
