// SPDX-License-Identifier: BSD-3-Clause

package gittree

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync/atomic"
)

// Tree is the tree of one commit. As an [fs.FS] it never follows symbolic
// links. It may be used by several goroutines at once.
type Tree struct {
	repo   *Repo
	commit Commit
	root   item
	listed atomic.Int64
}

// Entry is a file, folder, symbolic link or submodule of a tree.
type Entry struct {
	// Path is the path from the root, with slashes, byte for byte as in git:
	// it need not be UTF-8.
	Path string
	// Mode has the type (regular, fs.ModeDir, fs.ModeSymlink) and 0644, 0755
	// or 0777, which is all that git keeps.
	Mode fs.FileMode
	// Submodule is set on folders whose content is another repository's.
	Submodule bool
	// ID is the id of the blob or tree, or of a submodule's commit: 40
	// hexadecimal digits.
	ID string
}

// Tree reads a commit, given as 40 hexadecimal digits, and the listing of its
// root. Everything else is read when it is asked for.
func (r *Repo) Tree(commit string) (*Tree, error) {
	id, ok := parseID(commit)
	if !ok {
		return nil, fmt.Errorf("reading a commit: %.100q is no id of 40 hexadecimal digits; give the full id, not a branch, a tag or an abbreviation", commit)
	}
	data, err := r.object(id, kindCommit)
	if err != nil {
		return nil, err
	}
	tree, parents, err := parseCommit(data)
	if err != nil {
		return nil, corrupt(id, "%v", err)
	}
	t := &Tree{repo: r, commit: Commit{ID: id.String(), Tree: tree.String()}, root: item{name: ".", mode: fs.ModeDir | 0o755, id: tree}}
	for _, p := range parents {
		t.commit.Parents = append(t.commit.Parents, p.String())
	}
	if _, err := r.tree(tree); err != nil {
		return nil, err
	}
	return t, nil
}

// Commit returns the commit's id, tree and parents.
func (t *Tree) Commit() Commit {
	c := t.commit
	c.Parents = slices.Clone(c.Parents)
	return c
}

// Blob returns the bytes of the blob with an id, such as [Entry.ID] of a file.
// Of a symbolic link that is the target.
func (r *Repo) Blob(id string) ([]byte, error) {
	parsed, ok := parseID(id)
	if !ok {
		return nil, fmt.Errorf("reading a blob: %.100q is no id of 40 hexadecimal digits", id)
	}
	data, err := r.object(parsed, kindBlob)
	return bytes.Clone(data), err
}

// Lookup returns the entry at a path; "." is the root. Errors are those of
// [Tree.Open], but that the path need not be UTF-8.
func (t *Tree) Lookup(name string) (Entry, error) {
	it, err := t.find(name)
	if err != nil {
		return Entry{}, &fs.PathError{Op: "lookup", Path: name, Err: err}
	}
	return it.entry(name), nil
}

func (it item) entry(path string) Entry {
	return Entry{Path: path, Mode: it.mode, Submodule: it.submodule, ID: it.id.String()}
}

// Walk calls visit for every entry below the root, a folder before what is in
// it, by name. An error of visit ends the walk and is returned;
// [fs.SkipDir] and [fs.SkipAll] mean what they mean to [fs.WalkDir]. A folder
// that cannot be listed ends the walk as well.
func (t *Tree) Walk(visit func(Entry) error) error {
	err := t.walk(t.root, "", 0, visit)
	if errors.Is(err, fs.SkipAll) {
		return nil
	}
	return err
}

func (t *Tree) walk(dir item, prefix string, depth int, visit func(Entry) error) error {
	if depth > MaxDepth {
		return &LimitError{fmt.Sprintf("the path %.100q", prefix), "folders in one another", MaxDepth}
	}
	items, err := t.list(dir)
	if err != nil {
		return err
	}
	for _, it := range items {
		name := prefix + it.name
		err := visit(it.entry(name))
		if err == nil && it.mode.IsDir() {
			err = t.walk(it, name+"/", depth+1, visit)
		}
		if errors.Is(err, fs.SkipDir) {
			if it.mode.IsDir() {
				continue
			}
			return nil // the rest of the folder
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// list returns the items of a folder. A submodule shows none.
func (t *Tree) list(dir item) ([]item, error) {
	if dir.submodule {
		return nil, nil
	}
	items, err := t.repo.tree(dir.id)
	if err != nil {
		return nil, err
	}
	if t.listed.Add(int64(len(items))) > MaxListed {
		return nil, &LimitError{"the tree of commit " + t.commit.ID, "entries", MaxListed}
	}
	return items, nil
}

// find walks down a path.
func (t *Tree) find(name string) (item, error) {
	if name == "." {
		return t.root, nil
	}
	if strings.Count(name, "/") > MaxDepth {
		return item{}, &LimitError{fmt.Sprintf("the path %.100q", name), "folders in one another", MaxDepth}
	}
	at := t.root
	passed := 0
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || part == "." || part == ".." {
			return item{}, fs.ErrInvalid
		}
		switch where := name[:max(0, passed-1)]; {
		case at.submodule:
			return item{}, &MissingError{"submodule", at.id.String(), fmt.Sprintf("%q is another repository's, look there", path.Clean(where))}
		case at.mode&fs.ModeSymlink != 0:
			return item{}, fmt.Errorf("%q is a symbolic link, which is not followed", where)
		case !at.mode.IsDir():
			return item{}, fs.ErrNotExist
		}
		items, err := t.repo.tree(at.id)
		if err != nil {
			return item{}, err
		}
		i, ok := slices.BinarySearchFunc(items, part, func(it item, name string) int { return strings.Compare(it.name, name) })
		if !ok {
			return item{}, fs.ErrNotExist
		}
		at, passed = items[i], passed+len(part)+1
	}
	return at, nil
}

// tree reads a folder. The items are shared: they must not be changed.
func (r *Repo) tree(id objectID) ([]item, error) {
	r.mu.Lock()
	items, ok := r.trees[id]
	r.mu.Unlock()
	if ok {
		return items, nil
	}
	data, err := r.object(id, kindTree)
	if err != nil {
		return nil, err
	}
	if items, err = parseTree(data); errors.Is(err, errTooMany) {
		return nil, tooMuch(id, "entries", MaxTreeEntries)
	} else if err != nil {
		return nil, corrupt(id, "%v", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.treeEntries += len(items) + 1; r.treeEntries > maxCachedEntries {
		clear(r.trees)
		r.treeEntries = len(items) + 1
	}
	r.trees[id] = items
	return items, nil
}
