// SPDX-License-Identifier: BSD-3-Clause

package gittree

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// tagRef is a tag as the repository has it: what it leads to is not read.
type tagRef struct {
	name string // without refs/tags/
	id   objectID
}

// tags lists the tags, sorted by name. One in a file of its own stands before
// one in packed-refs.
func (r *Repo) tags() ([]tagRef, error) {
	if r.reftable {
		return nil, fmt.Errorf("its references are in a reftable: %w", ErrUnsupported)
	}
	known := map[string]objectID{}
	if err := r.packedTags(known); err != nil {
		return nil, err
	}
	if err := r.looseTags(known, "", 0); err != nil {
		return nil, err
	}
	out := make([]tagRef, 0, len(known))
	for name, id := range known {
		out = append(out, tagRef{name, id})
	}
	slices.SortFunc(out, func(a, b tagRef) int { return strings.Compare(a.name, b.name) })
	return out, nil
}

// addTag takes what a tag's line holds. Names that git would not make, and
// tags that lead to another reference, are nobody's releases.
func addTag(known map[string]objectID, name, text string) error {
	if !validRef(tagPrefix + name) {
		return nil
	}
	id, ok := parseID(text)
	switch {
	case len(text) == 64 && isHex(text):
		return fmt.Errorf("the tag %.100q holds an id of 64 digits: %w", name, ErrUnsupported)
	case strings.HasPrefix(text, "ref:"):
		return nil
	case !ok:
		return fmt.Errorf("the tag %.100q does not hold the id of an object; fetch the tags anew", name)
	}
	known[name] = id
	if len(known) > MaxTags {
		return &LimitError{"the repository", "tags", MaxTags}
	}
	return nil
}

func (r *Repo) packedTags(known map[string]objectID) error {
	path := filepath.Join(r.commonDir, "packed-refs")
	f, size, err := open(path)
	if absent(err) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	if size > maxPackedRefs {
		return &LimitError{fmt.Sprintf("%q", path), "bytes", maxPackedRefs}
	}
	lines := bufio.NewScanner(io.LimitReader(f, maxPackedRefs))
	for lines.Scan() {
		line := bytes.TrimRight(lines.Bytes(), "\r")
		// Lines that begin with "^" say where an annotated tag leads. They are
		// not needed: the tag itself says it, and can be held to its id.
		id, ref, ok := bytes.Cut(line, []byte(" "))
		name, isTag := strings.CutPrefix(string(ref), tagPrefix)
		if !ok || !isTag || len(line) == 0 || line[0] == '#' || line[0] == '^' {
			continue
		}
		if err := addTag(known, name, string(id)); err != nil {
			return err
		}
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return &LimitError{fmt.Sprintf("a line of %q", path), "bytes", bufio.MaxScanTokenSize}
	} else if err != nil {
		return err
	}
	return nil
}

// looseTags reads the files below refs/tags. Symbolic links are not followed
// into folders.
func (r *Repo) looseTags(known map[string]objectID, below string, depth int) error {
	path := filepath.Join(r.commonDir, "refs", "tags", filepath.FromSlash(below))
	if depth > maxTagFolder {
		return &LimitError{fmt.Sprintf("%q", path), "folders in one another", maxTagFolder}
	}
	if !isDir(path) { // or opening a pipe would wait
		return nil
	}
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	entries, err := dir.ReadDir(MaxTags + 1)
	dir.Close()
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if len(entries) > MaxTags {
		return &LimitError{fmt.Sprintf("%q", path), "entries", MaxTags}
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	for _, e := range entries {
		name := e.Name()
		if below != "" {
			name = below + "/" + name
		}
		switch {
		case e.IsDir():
			err = r.looseTags(known, name, depth+1)
		case !validRef(tagPrefix + name):
			continue
		default:
			var data []byte
			if data, err = readSmall(filepath.Join(path, e.Name())); err == nil {
				err = addTag(known, name, strings.TrimRight(string(data), " \t\r\n"))
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// peel follows annotated tags to what they are of, and says whether that is a
// commit. The commit itself is not read.
func (r *Repo) peel(id objectID) (objectID, bool, error) {
	for range maxTagChain {
		k, err := r.kindOf(id)
		if err != nil || k != kindTag {
			return id, k == kindCommit, err
		}
		data, err := r.object(id, kindTag)
		if err != nil {
			return id, false, err
		}
		next, ok := bytes.CutPrefix(data, []byte("object "))
		if !ok || len(next) < 41 || next[40] != '\n' {
			return id, false, corrupt(id, "it does not begin as a tag does")
		}
		target, ok := parseID(string(next[:40]))
		if !ok {
			return id, false, corrupt(id, "it does not begin as a tag does")
		}
		id = target
	}
	return id, false, tooMuch(id, "tags in one another", maxTagChain)
}

// kindOf says of what type the repository takes an object for. Whoever reads
// the object next finds out whether it is.
func (r *Repo) kindOf(id objectID) (kind, error) {
	for _, s := range r.stores {
		k, _, found, err := s.read(r, id)
		if err != nil || found {
			return k, err
		}
	}
	return "", &MissingError{"object", id.String(), r.hint(id, kindCommit)}
}
