// SPDX-License-Identifier: BSD-3-Clause

package gittree

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
)

// Repo is an open repository. It may be used by several goroutines at once.
type Repo struct {
	gitDir    string // HEAD, and what is a work tree's own
	commonDir string // everything else; the same but for linked work trees
	shallow   bool
	reftable  bool

	stores   []*store // the repository's folder of objects, then its alternates
	skipped  []string // alternates that could not be searched
	inflated atomic.Int64

	mu          sync.Mutex
	trees       map[objectID][]item
	treeEntries int
	bases       baseCache
}

// Open opens the repository of a checkout. dir is the folder that holds .git,
// which is a folder, or a file that leads to one (linked work trees,
// submodules). Folders below it and bare repositories are [ErrNoRepository]:
// no folder above dir is looked at, and dir itself is never taken for a .git.
//
// Repositories with SHA-256 ids are [ErrUnsupported].
func Open(dir string) (*Repo, error) {
	r := &Repo{trees: map[objectID][]item{}}
	if err := r.locate(dir); err != nil {
		return nil, fmt.Errorf("opening the repository of %q: %w", dir, err)
	}
	r.openStores(filepath.Join(r.commonDir, "objects"))
	return r, nil
}

// Close closes the files that are open. Trees of the repository cannot be read
// any more.
func (r *Repo) Close() error {
	for _, s := range r.stores {
		s.close()
	}
	return nil
}

// locate finds the folders of the repository.
func (r *Repo) locate(dir string) error {
	r.gitDir = filepath.Join(dir, ".git")
	info, err := os.Stat(r.gitDir)
	switch {
	case absent(err):
		if _, err := os.Lstat(r.gitDir); err == nil {
			return fmt.Errorf("its .git is a symbolic link that leads nowhere")
		}
		return ErrNoRepository
	case err != nil:
		return err
	case !info.IsDir():
		if r.gitDir, err = pointer(r.gitDir, "gitdir: ", dir); err != nil {
			return err
		}
	}
	r.commonDir = r.gitDir
	common, err := pointer(filepath.Join(r.gitDir, "commondir"), "", r.gitDir)
	if err == nil {
		r.commonDir = common
	} else if !absent(err) {
		return err
	}
	if _, err := os.Lstat(filepath.Join(r.gitDir, "HEAD")); err != nil || !isDir(filepath.Join(r.commonDir, "objects")) {
		return fmt.Errorf("its .git leads to %q, which is no repository (HEAD and objects are not both there); clone it anew", r.gitDir)
	}
	_, err = os.Lstat(filepath.Join(r.commonDir, "shallow"))
	r.shallow = err == nil
	r.reftable = isDir(filepath.Join(r.commonDir, "reftable"))
	return r.checkFormat()
}

// pointer reads a file of one line that holds the path of a folder, relative to
// base.
func pointer(file, prefix, base string) (string, error) {
	data, err := readSmall(file)
	if err != nil {
		return "", err
	}
	line, ok := strings.CutPrefix(strings.TrimRight(string(data), "\r\n"), prefix)
	if !ok || line == "" || strings.ContainsAny(line, "\x00\r\n") {
		return "", fmt.Errorf("%q does not hold the path of a folder", file)
	}
	if !filepath.IsAbs(line) {
		line = filepath.Join(base, line)
	}
	if !isDir(line) {
		// A container that sees only the checkout is the usual reason.
		return "", fmt.Errorf("%q leads to %q, which is no folder here; use a clone of its own instead of a linked work tree or submodule", file, line)
	}
	return filepath.Clean(line), nil
}

// checkFormat refuses repositories whose ids are not SHA-1. The configuration
// is not interpreted: one line is looked for, includes are not followed.
func (r *Repo) checkFormat() error {
	data, err := readSmall(filepath.Join(r.commonDir, "config"))
	if absent(err) {
		return nil
	}
	if err != nil {
		return err
	}
	for line := range bytes.Lines(bytes.ToLower(data)) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' || line[0] == ';' {
			continue
		}
		if bytes.Contains(line, []byte("objectformat")) && bytes.Contains(line, []byte("sha256")) {
			return fmt.Errorf("its objects have SHA-256 ids; clone it with SHA-1 ids, as GitHub serves it: %w", ErrUnsupported)
		}
	}
	return nil
}
