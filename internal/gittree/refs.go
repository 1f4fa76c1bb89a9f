// SPDX-License-Identifier: BSD-3-Clause

package gittree

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
)

// Head returns the commit that is checked out, as 40 hexadecimal digits, and
// the full name of its branch (refs/heads/…), empty where HEAD is detached. The
// commit itself is not read. A branch without a commit is [ErrUnborn]. What
// HEAD says is no proof of anything.
func (r *Repo) Head() (commit, ref string, err error) {
	id, ref, err := r.resolve()
	if err != nil {
		return "", ref, fmt.Errorf("reading HEAD of %q: %w", r.gitDir, err)
	}
	return id.String(), ref, nil
}

func (r *Repo) resolve() (id objectID, ref string, err error) {
	if r.reftable {
		return id, "", fmt.Errorf("its references are in a reftable; run git refs migrate --ref-format=files, or name the commit: %w", ErrUnsupported)
	}
	name := "HEAD"
	for range maxRefDepth {
		data, err := r.ref(name)
		switch {
		case absent(err) && ref != "":
			return id, ref, fmt.Errorf("it names %q: %w; commit something first", ref, ErrUnborn)
		case err != nil:
			return id, ref, err
		}
		text := strings.TrimRight(string(data), " \t\r\n")
		target, symbolic := strings.CutPrefix(text, "ref:")
		if !symbolic {
			// Text of a file that may be anything is not repeated.
			if len(text) == 64 && isHex(text) {
				return id, ref, fmt.Errorf("%q holds an id of 64 digits: %w", name, ErrUnsupported)
			}
			if id, ok := parseID(text); ok {
				return id, ref, nil
			}
			return id, ref, fmt.Errorf("%q holds neither a commit's id nor the name of a reference; check out a branch or commit anew", name)
		}
		target = strings.TrimLeft(target, " \t")
		if !validRef(target) {
			return id, ref, fmt.Errorf("%q names %.100q, which is no proper name of a reference; check out a branch or commit anew", name, target)
		}
		name, ref = target, target
	}
	return id, ref, fmt.Errorf("more than %d references lead to one another; check out a branch or commit anew", maxRefDepth)
}

// ref returns what a reference holds, from its own file or from packed-refs.
func (r *Repo) ref(name string) ([]byte, error) {
	dir := r.commonDir
	if name == "HEAD" || strings.HasPrefix(name, "refs/bisect/") || strings.HasPrefix(name, "refs/worktree/") || strings.HasPrefix(name, "refs/rewritten/") {
		dir = r.gitDir
	}
	path := filepath.Join(dir, filepath.FromSlash(name))
	if !isDir(path) { // left-over folders of other branches
		data, err := readSmall(path)
		if !absent(err) || name == "HEAD" {
			return data, err
		}
	}
	return r.packedRef(name)
}

func (r *Repo) packedRef(name string) ([]byte, error) {
	path := filepath.Join(r.commonDir, "packed-refs")
	f, size, err := open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if size > maxPackedRefs {
		return nil, &LimitError{fmt.Sprintf("%q", path), "bytes", maxPackedRefs}
	}
	lines := bufio.NewScanner(io.LimitReader(f, maxPackedRefs))
	for lines.Scan() {
		if id, ref, ok := bytes.Cut(lines.Bytes(), []byte(" ")); ok && string(ref) == name {
			return bytes.Clone(id), nil
		}
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return nil, &LimitError{fmt.Sprintf("a line of %q", path), "bytes", bufio.MaxScanTokenSize}
	} else if err != nil {
		return nil, err
	}
	return nil, errNoRef
}

// errNoRef says that a reference is in no file.
var errNoRef = fmt.Errorf("the reference is not there: %w", fs.ErrNotExist)

// validRef reports whether a name stays below refs, and is one that git makes.
func validRef(name string) bool {
	if !strings.HasPrefix(name, "refs/") || len(name) > MaxNameLength || strings.HasSuffix(name, ".lock") {
		return false
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || part[0] == '.' {
			return false
		}
	}
	return !strings.Contains(name, "..") && !strings.ContainsFunc(name, func(c rune) bool {
		return c < ' ' || c == 0x7f || strings.ContainsRune(` ~^:?*[\`, c)
	})
}
