// SPDX-License-Identifier: BSD-3-Clause

package gittree

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"time"
)

var (
	_ fs.ReadDirFS  = (*Tree)(nil)
	_ fs.ReadFileFS = (*Tree)(nil)
	_ fs.StatFS     = (*Tree)(nil)
	_ fs.ReadLinkFS = (*Tree)(nil)
)

// Open opens a file or folder. All bytes of a file are read here, and known to
// be the commit's when Open returns. The errors, in an [*fs.PathError]:
//   - [fs.ErrNotExist]: the commit does not have the path;
//   - [ErrMissing]: it has, or may have, but the object is not in this clone,
//     or the path lies in a submodule;
//   - [*CorruptError], [*LimitError];
//   - another one where the path is a symbolic link, or leads through one.
func (t *Tree) Open(name string) (fs.File, error) {
	it, err := t.valid(name)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	f := file{info{t, it, path.Base(name)}}
	if it.mode.IsDir() {
		items, err := t.list(it)
		if err != nil {
			return nil, &fs.PathError{Op: "open", Path: name, Err: err}
		}
		return &folder{f, t.entries(items)}, nil
	}
	data, err := t.content(it)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return &blob{*bytes.NewReader(data), f}, nil
}

// ReadFile returns the bytes of a file. The errors are those of [Tree.Open].
func (t *Tree) ReadFile(name string) ([]byte, error) {
	it, err := t.valid(name)
	var data []byte
	if err == nil {
		data, err = t.content(it)
	}
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: name, Err: err}
	}
	return append([]byte{}, data...), nil
}

// ReadDir lists a folder by name. A submodule is an empty folder. The errors
// are those of [Tree.Open].
func (t *Tree) ReadDir(name string) ([]fs.DirEntry, error) {
	it, err := t.valid(name)
	if err == nil && it.mode&fs.ModeSymlink != 0 {
		err = errLink
	} else if err == nil && !it.mode.IsDir() {
		err = errors.New("it is not a folder")
	}
	var items []item
	if err == nil {
		items, err = t.list(it)
	}
	if err != nil {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: err}
	}
	return t.entries(items), nil
}

// Stat describes what stands at a path itself: a symbolic link is described as
// such, with [fs.ModeSymlink]. No blob is read for that, so Stat knows also of
// files whose content is [ErrMissing]. Size reads it, and is -1 where it
// cannot. Sys is an [Entry].
func (t *Tree) Stat(name string) (fs.FileInfo, error) {
	it, err := t.valid(name)
	if err != nil {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: err}
	}
	return info{t, it, path.Base(name)}, nil
}

// Lstat is Stat.
func (t *Tree) Lstat(name string) (fs.FileInfo, error) { return t.Stat(name) }

// ReadLink returns the target of a symbolic link, which may be anything.
func (t *Tree) ReadLink(name string) (string, error) {
	it, err := t.valid(name)
	var data []byte
	switch {
	case err != nil:
	case it.mode&fs.ModeSymlink == 0:
		err = fs.ErrInvalid
	default:
		if data, err = t.repo.object(it.id, kindBlob); len(data) > MaxNameLength {
			err = tooMuch(it.id, "bytes as the target of a symbolic link", MaxNameLength)
		}
	}
	if err != nil {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: err}
	}
	return string(data), nil
}

var errLink = errors.New("it is a symbolic link, which is not followed")

func (t *Tree) valid(name string) (item, error) {
	if !fs.ValidPath(name) {
		return item{}, fs.ErrInvalid
	}
	return t.find(name)
}

func (t *Tree) content(it item) ([]byte, error) {
	switch {
	case it.mode&fs.ModeSymlink != 0:
		return nil, errLink
	case it.mode.IsDir():
		return nil, errors.New("it is a folder")
	}
	return t.repo.object(it.id, kindBlob)
}

func (t *Tree) entries(items []item) []fs.DirEntry {
	out := make([]fs.DirEntry, len(items))
	for i, it := range items {
		out[i] = fs.FileInfoToDirEntry(info{t, it, it.name})
	}
	return out
}

// info describes an item.
type info struct {
	tree *Tree
	item item
	base string
}

func (i info) Name() string       { return i.base }
func (i info) Mode() fs.FileMode  { return i.item.mode }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return i.item.mode.IsDir() }
func (i info) Sys() any           { return i.item.entry(i.base) }

// Size returns the length in bytes, 0 for a folder, -1 if it cannot be known.
func (i info) Size() int64 {
	if i.IsDir() {
		return 0
	}
	data, err := i.tree.repo.object(i.item.id, kindBlob)
	if err != nil {
		return -1
	}
	return int64(len(data))
}

// String describes the item as ls does; fmt would otherwise print the tree.
func (i info) String() string { return fs.FormatFileInfo(i) }

type file struct{ info info }

func (f *file) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *file) Close() error               { return nil }

// blob is an open file; it can also seek.
type blob struct {
	bytes.Reader
	file
}

// folder is an open folder.
type folder struct {
	file
	rest []fs.DirEntry
}

func (d *folder) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.info.base, Err: errors.New("it is a folder")}
}

// ReadDir is that of [fs.ReadDirFile].
func (d *folder) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 || n > len(d.rest) {
		if n > 0 && len(d.rest) == 0 {
			return nil, io.EOF
		}
		n = len(d.rest)
	}
	out := d.rest[:n:n]
	d.rest = d.rest[n:]
	return out, nil
}

// String keeps fmt from printing all that the tree holds.
func (t *Tree) String() string { return fmt.Sprintf("git tree of commit %s", t.commit.ID) }
