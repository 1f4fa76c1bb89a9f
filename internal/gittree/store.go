// SPDX-License-Identifier: BSD-3-Clause

package gittree

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// store is one folder of objects.
type store struct {
	dir  string
	info os.FileInfo

	once  sync.Once
	packs []*pack
	err   error // listing the packs
}

// openStores opens the repository's objects and its alternates. An alternate
// that is not there, or one too many, is left out and noted: what only it has
// is then missing.
func (r *Repo) openStores(dir string) {
	type folder struct {
		dir   string
		depth int
	}
	for todo := []folder{{dir, 0}}; len(todo) > 0; todo = todo[1:] {
		p := todo[0]
		info, err := os.Stat(p.dir)
		if err == nil && slices.ContainsFunc(r.stores, func(s *store) bool { return os.SameFile(s.info, info) }) {
			continue
		}
		if err != nil || !info.IsDir() || p.depth > maxAlternateDepth || len(r.stores) > MaxAlternates {
			r.skip(p.dir)
			continue
		}
		r.stores = append(r.stores, &store{dir: p.dir, info: info})
		data, err := readSmall(filepath.Join(p.dir, "info", "alternates"))
		if err != nil {
			if !absent(err) {
				r.skip(filepath.Join(p.dir, "info", "alternates"))
			}
			continue
		}
		for line := range strings.Lines(string(data)) {
			if line = strings.TrimRight(line, "\r\n"); line == "" || line[0] == '#' {
				continue
			}
			if line[0] == '"' {
				if s, err := strconv.Unquote(line); err == nil {
					line = s
				}
			}
			if !filepath.IsAbs(line) {
				line = filepath.Join(p.dir, line)
			}
			// What nobody will ever look at need not be kept.
			if len(todo) > 4*MaxAlternates {
				r.skip(line)
				break
			}
			todo = append(todo, folder{line, p.depth + 1})
		}
	}
}

// skip notes a folder of objects that is not searched.
func (r *Repo) skip(dir string) {
	if len(r.skipped) < 3 {
		r.skipped = append(r.skipped, fmt.Sprintf("%.200q", dir))
	}
}

// read reads an object from this folder, if it is there. It is not yet known to
// have the id.
func (s *store) read(r *Repo, id objectID) (k kind, data []byte, found bool, err error) {
	if s.once.Do(s.listPacks); s.err != nil {
		return "", nil, false, s.err
	}
	for _, p := range s.packs {
		offset, found, err := p.find(id)
		if err != nil {
			return "", nil, false, corrupt(id, "the index of the pack %q is damaged (%v)", p.name, err)
		}
		if found {
			k, data, err = p.read(r, id, offset)
			return k, data, true, err
		}
	}
	return s.loose(r, id)
}

// listPacks finds the packs, in the order of their names.
func (s *store) listPacks() {
	dir, err := os.Open(filepath.Join(s.dir, "pack"))
	if absent(err) {
		return
	}
	if err == nil {
		defer dir.Close()
		var names []string
		// Beside a pack lie its index and up to four more files.
		if names, err = dir.Readdirnames(8 * MaxPacks); errors.Is(err, io.EOF) {
			err = nil
		}
		slices.Sort(names)
		for _, name := range names {
			if name, ok := strings.CutSuffix(name, ".idx"); ok {
				s.packs = append(s.packs, &pack{path: filepath.Join(s.dir, "pack", name), name: name})
			}
		}
		if len(names) == 8*MaxPacks || len(s.packs) > MaxPacks {
			s.packs, err = nil, &LimitError{fmt.Sprintf("%q", dir.Name()), "packs (run git gc)", MaxPacks}
		}
	}
	if err != nil {
		s.err = fmt.Errorf("listing git's packs: %w", err)
	}
}

// loose reads an object from a file of its own.
func (s *store) loose(r *Repo, id objectID) (k kind, data []byte, found bool, err error) {
	name := id.String()
	f, _, err := open(filepath.Join(s.dir, name[:2], name[2:]))
	if absent(err) {
		return "", nil, false, nil
	}
	if err != nil {
		return "", nil, false, corrupt(id, "its file cannot be opened (%v)", err)
	}
	defer f.Close()
	z, err := zlib.NewReader(bufio.NewReader(f))
	if err != nil {
		return "", nil, false, corrupt(id, "its file is not compressed as git does it (%v)", err)
	}
	// "blob 4294967295\x00" is the longest header of what may be read at all.
	body := bufio.NewReaderSize(z, 4096)
	start, err := body.Peek(32)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", nil, false, corrupt(id, "its file is damaged (%v)", err)
	}
	header, _, ok := bytes.Cut(start, []byte{0})
	word, digits, ok2 := strings.Cut(string(header), " ")
	size, err := strconv.ParseUint(digits, 10, 62)
	if !ok || !ok2 || err != nil || !slices.Contains([]kind{kindBlob, kindTree, kindCommit, kindTag}, kind(word)) {
		return "", nil, false, corrupt(id, "its file does not begin as an object does")
	}
	if err := r.charge(id, int64(size)); err != nil {
		return "", nil, false, err
	}
	if _, err := body.Discard(len(header) + 1); err != nil {
		return "", nil, false, corrupt(id, "its file is damaged (%v)", err)
	}
	var buf bytes.Buffer
	n, err := buf.ReadFrom(io.LimitReader(body, int64(size)+1))
	if err != nil {
		return "", nil, false, corrupt(id, "its file is damaged (%v)", err)
	}
	if n != int64(size) {
		return "", nil, false, corrupt(id, "its file does not hold the %d bytes that it says", size)
	}
	return kind(word), buf.Bytes(), true, nil
}

func (s *store) close() {
	s.once.Do(func() { s.err = os.ErrClosed })
	for _, p := range s.packs {
		p.close()
	}
}
