// SPDX-License-Identifier: BSD-3-Clause

package dist

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"syscall"
)

// MaxEntries is the most that one folder may hold.
const MaxEntries = 20_000

// Dist is one release file. Digest is set by [Hash].
type Dist struct {
	Path   string // as named, or the named folder with the file's name
	Name   Name
	Size   int64 // bytes, when it was collected
	Digest Digest
}

// Invalid is a file that an uploader would take for a release file, or that was
// named as one, and is none.
type Invalid struct {
	Path   string
	Reason string
}

// Duplicate is one file name in several places, with different files.
type Duplicate struct {
	Filename string
	Paths    []string // sorted, at least two
}

// Problem is a path that could not be read. Err names the path.
type Problem struct {
	Path string
	Err  error
}

// Collection is what lies at the given paths, each list sorted by path.
type Collection struct {
	Dists []*Dist
	// Beside are regular files that may hold attestations. Of a folder, these
	// are all visible regular files that are no release files; beside a file,
	// those that are named for it and *.intoto.jsonl.
	Beside     []string
	Hidden     []string // entries of folders whose name begins with "."
	Folders    []string // folders in folders; nothing in them was looked at
	Links      []string // symbolic links to regular files, which are in the other lists too
	Invalid    []Invalid
	Duplicates []Duplicate // their files are all in Dists
	Problems   []Problem
}

// Collect looks at files and folders. Folders are not descended into, as what
// is uploaded is flat. Symbolic links are followed to regular files. A file
// that is met twice counts once. What cannot be read becomes a [Problem] and
// stops nothing; the error is for arguments that mean nothing: no path, or an
// empty one.
func Collect(paths []string) (*Collection, error) {
	if len(paths) == 0 {
		return nil, errors.New("reading the arguments: no path is given; name the release files or their folder, such as dist")
	}
	for i, p := range paths {
		if p == "" {
			return nil, fmt.Errorf("reading the arguments: path %d is empty; name the release files or their folder, such as dist", i+1)
		}
	}
	c := &collector{taken: map[string][]*found{}, listed: map[string][]string{}, seen: map[string]bool{}, folders: map[string]string{}}
	for _, p := range paths {
		c.argument(p)
	}
	return c.result(), nil
}

// collector gathers, and knows what it has met before.
type collector struct {
	Collection
	taken   map[string][]*found // by file name
	listed  map[string][]string // sorted names in folders of named files
	seen    map[string]bool     // everything else, by class and path
	folders map[string]string   // folders by what they are called in paths
}

type found struct {
	dist *Dist
	info fs.FileInfo
}

// argument takes one path that was named.
func (c *collector) argument(path string) {
	path = filepath.Clean(path)
	info, err := os.Stat(path)
	switch {
	case err != nil:
		c.problem(path, err)
	case info.IsDir():
		c.folder(path)
	case !info.Mode().IsRegular():
		c.problem(path, &NotRegularError{path, describe(info.Mode())})
	default:
		if named, err := os.Lstat(path); err == nil && !named.Mode().IsRegular() {
			c.once("link", path, &c.Links)
		}
		c.file(path, info, true)
		c.siblings(path)
	}
}

// folder takes all entries of a folder.
func (c *collector) folder(path string) {
	entries, err := list(path)
	if err != nil {
		c.problem(path, err)
		return
	}
	for _, e := range entries {
		p := filepath.Join(path, e.Name())
		if strings.HasPrefix(e.Name(), ".") {
			c.once("hidden", p, &c.Hidden)
			continue
		}
		// Not e.Info: links count as what they lead to.
		info, err := os.Stat(p)
		switch {
		case err != nil:
			c.problem(p, err)
		case info.IsDir():
			c.once("folder", p, &c.Folders)
		case !info.Mode().IsRegular():
			c.problem(p, &NotRegularError{p, describe(info.Mode())})
		default:
			if e.Type()&fs.ModeSymlink != 0 {
				c.once("link", p, &c.Links)
			}
			c.file(p, info, false)
		}
	}
}

// file takes a regular file; named says that it was an argument itself.
func (c *collector) file(path string, info fs.FileInfo, named bool) {
	base := filepath.Base(path)
	name, err := ParseName(base)
	switch {
	case err == nil:
		c.dist(&found{&Dist{Path: path, Name: name, Size: info.Size()}, info})
	case formatOf(base) != "":
		c.invalid(path, err.Error())
	case oldFormat(base) != "":
		c.invalid(path, fmt.Sprintf("reading the file name %q: %s files cannot be uploaded to an index any more; only .whl and .tar.gz can", clip(base), oldFormat(base)))
	case named && !mayAttest(base):
		c.invalid(path, fmt.Sprintf("reading the file name %q: it is neither a release file (.whl, .tar.gz) nor named like an attestation (.attestation, .provenance, .sigstore, .json, .jsonl)", clip(base)))
	default:
		c.once("beside", path, &c.Beside)
	}
}

// dist takes a release file unless it is the very file that was met before.
func (c *collector) dist(f *found) {
	base := f.dist.Name.Filename
	for _, other := range c.taken[base] {
		if os.SameFile(other.info, f.info) {
			return
		}
	}
	c.taken[base] = append(c.taken[base], f)
	c.Dists = append(c.Dists, f.dist)
}

// once appends a path to a list unless it is there already.
func (c *collector) once(class, path string, at *[]string) {
	if key := class + "\x00" + c.absolute(path); !c.seen[key] {
		c.seen[key] = true
		*at = append(*at, path)
	}
}

func (c *collector) invalid(path, reason string) {
	if key := "invalid\x00" + c.absolute(path); !c.seen[key] {
		c.seen[key] = true
		c.Invalid = append(c.Invalid, Invalid{path, reason})
	}
}

func (c *collector) problem(path string, err error) {
	if key := "problem\x00" + c.absolute(path); !c.seen[key] {
		c.seen[key] = true
		c.Problems = append(c.Problems, Problem{path, reading(path, err)})
	}
}

// absolute names the path the same however its folder was named.
func (c *collector) absolute(path string) string {
	dir := filepath.Dir(path)
	real, known := c.folders[dir]
	if !known {
		real = dir
		if abs, err := filepath.Abs(dir); err == nil {
			real = abs
		}
		if resolved, err := filepath.EvalSymlinks(real); err == nil {
			real = resolved
		}
		c.folders[dir] = real
	}
	return filepath.Join(real, filepath.Base(path))
}

// result sorts everything and finds the duplicates.
func (c *collector) result() *Collection {
	for name, files := range c.taken {
		if len(files) < 2 {
			continue
		}
		d := Duplicate{Filename: name}
		for _, f := range files {
			d.Paths = append(d.Paths, f.dist.Path)
		}
		sort.Strings(d.Paths)
		c.Duplicates = append(c.Duplicates, d)
	}
	sort.Slice(c.Dists, func(i, j int) bool { return c.Dists[i].Path < c.Dists[j].Path })
	sort.Strings(c.Beside)
	sort.Strings(c.Hidden)
	sort.Strings(c.Folders)
	sort.Strings(c.Links)
	sort.Slice(c.Invalid, func(i, j int) bool { return c.Invalid[i].Path < c.Invalid[j].Path })
	sort.Slice(c.Duplicates, func(i, j int) bool { return c.Duplicates[i].Filename < c.Duplicates[j].Filename })
	sort.Slice(c.Problems, func(i, j int) bool { return c.Problems[i].Path < c.Problems[j].Path })
	return &c.Collection
}

// list returns the entries of a folder, at most [MaxEntries].
func list(path string) ([]fs.DirEntry, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var all []fs.DirEntry
	for {
		some, err := f.ReadDir(1024)
		all = append(all, some...)
		switch {
		case len(all) > MaxEntries:
			return nil, fmt.Errorf("the folder holds more than %d entries; put the release files into a folder of their own", MaxEntries)
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, err
		}
	}
}
