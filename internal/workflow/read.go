// SPDX-License-Identifier: BSD-3-Clause

package workflow

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// Folder is where GitHub looks for workflows.
const Folder = ".github/workflows"

// Read reads the workflow files of a tree (.github/workflows/*.yml and *.yaml,
// no sub-folders), the action at its root, and every local action that they
// name by ./PATH or $/PATH, directly or through another. fsys is a work tree or
// a git tree. A tree without workflows gives an empty Repository.
//
// Symbolic links are not followed: GitHub does not run a workflow that is one,
// and what another link points to need not be part of the commit. Each is a
// [Problem], and makes the Repository Incomplete where something might stand
// behind it. fsys shows links by [fs.Lstat] and in its listings.
//
// The error is for a folder that cannot be listed; a file that cannot be read
// is a Problem.
func Read(fsys fs.FS) (*Repository, error) {
	r := &reader{fsys: fsys, out: &Repository{Actions: map[string]*Action{}}, missing: map[string]int{}}
	paths, err := r.list()
	if err != nil {
		return nil, err
	}
	r.workflows(paths)
	r.actions()
	slices.SortFunc(r.out.Problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Message, b.Message))
	})
	return r.out, nil
}

type reader struct {
	fsys  fs.FS
	out   *Repository
	files int
	total int
	// missing counts the problems about actions that are not there, by file.
	missing map[string]int
}

// problem records something about a file as a whole; it makes the repository
// incomplete if lost.
func (r *reader) problem(file string, lost bool, format string, args ...any) {
	r.out.Incomplete = r.out.Incomplete || lost
	r.out.Problems = append(r.out.Problems, Problem{File: file, Message: fmt.Sprintf(format, args...), Lost: lost})
}

// link returns the first part of a path that is a symbolic link, or "".
func (r *reader) link(name string) string {
	for i := 0; i <= len(name); i++ {
		if i < len(name) && name[i] != '/' {
			continue
		}
		info, err := fs.Lstat(r.fsys, name[:i])
		if err != nil {
			return ""
		}
		if info.Mode()&fs.ModeSymlink != 0 {
			return name[:i]
		}
	}
	return ""
}

// list returns the paths of the workflow files, sorted.
func (r *reader) list() ([]string, error) {
	if l := r.link(Folder); l != "" {
		r.problem(l, true, "it is a symbolic link, which GitHub does not follow; no workflow was read")
		return nil, nil
	}
	entries, err := fs.ReadDir(r.fsys, Folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("listing %s: %w", Folder, err)
	}
	var out []string
	for _, e := range entries {
		name := path.Join(Folder, e.Name())
		ext := path.Ext(e.Name())
		switch {
		case ext != ".yml" && ext != ".yaml":
			if l := strings.ToLower(ext); l == ".yml" || l == ".yaml" {
				r.problem(name, false, "it was not read: GitHub takes only .yml and .yaml in lower case")
			}
		case e.Type()&fs.ModeSymlink != 0:
			r.problem(name, true, "it is a symbolic link, which GitHub does not follow; it was not read")
		case e.IsDir():
		case !e.Type().IsRegular():
			r.problem(name, true, "it is not a regular file; it was not read")
		default:
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out, nil
}

// read returns a file's bytes; ok is false, with a problem, if there are none.
func (r *reader) read(name string) (data []byte, ok bool) {
	if r.files++; r.files > MaxFiles {
		if r.files == MaxFiles+1 {
			r.problem(name, true, "this and all further files were not read: there are more than %d", MaxFiles)
		}
		return nil, false
	}
	if r.total >= MaxTotalSize {
		r.problem(name, true, "it was not read: the files together have more than %d bytes", MaxTotalSize)
		return nil, false
	}
	f, err := r.fsys.Open(name)
	if err != nil {
		r.problem(name, true, "it cannot be opened: %s", reason(err))
		return nil, false
	}
	defer f.Close()
	var buf bytes.Buffer
	if info, err := f.Stat(); err == nil && info.Size() < MaxFileSize {
		buf.Grow(int(max(info.Size(), 0)) + bytes.MinRead)
	}
	if _, err = buf.ReadFrom(io.LimitReader(f, MaxFileSize+1)); err != nil {
		r.problem(name, true, "it cannot be read: %s", reason(err))
		return nil, false
	}
	data = buf.Bytes()
	r.total += len(data)
	if len(data) > MaxFileSize {
		r.problem(name, true, "it was not read: it has more than %d bytes", MaxFileSize)
		return nil, false
	}
	return data, true
}

// reason is an error without the path, which the Problem has.
func reason(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	return clip(err.Error())
}

// workflows reads the files one after another and parses them beside each
// other; the order of the result does not depend on that.
func (r *reader) workflows(paths []string) {
	r.out.Workflows = make([]*Workflow, len(paths))
	found := make([][]Problem, len(paths))
	var group sync.WaitGroup
	slots := make(chan struct{}, min(4, runtime.GOMAXPROCS(0)))
	for i, p := range paths {
		data, ok := r.read(p)
		if !ok {
			r.out.Workflows[i] = &Workflow{Path: p, Incomplete: true}
			continue
		}
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			r.out.Workflows[i], found[i] = readWorkflow(p, data)
		})
	}
	group.Wait()
	for _, f := range found {
		r.out.Problems = append(r.out.Problems, f...)
	}
}

// actions reads the action at the root and those that are named, until nothing
// new is named.
func (r *reader) actions() {
	r.load(".", nil)
	var todo []*Action
	visit := func(file string, steps []*Step) {
		for u := range localUses(steps) {
			if a := r.load(u.Path, &Problem{File: file, Line: u.Pos.Line, Column: u.Pos.Column}); a != nil {
				todo = append(todo, a)
			}
		}
	}
	if a := r.out.Actions["."]; a != nil {
		todo = append(todo, a)
	}
	for _, w := range r.out.Workflows {
		for _, j := range w.Jobs {
			visit(w.Path, j.Steps)
		}
	}
	for len(todo) > 0 {
		a := todo[0]
		todo = todo[1:]
		visit(a.Path, a.Steps)
	}
	for folder, a := range r.out.Actions {
		if a == nil {
			delete(r.out.Actions, folder)
		}
	}
}

// localUses yields the local actions that steps name, those of parallel steps
// included.
func localUses(steps []*Step) func(yield func(*Uses) bool) {
	return func(yield func(*Uses) bool) {
		for s := range All(steps) {
			if u := s.Uses; u != nil && u.Path != "" && (u.Kind == Local || u.Kind == Self) && !yield(u) {
				return
			}
		}
	}
}

// load reads the action of a folder the first time it is asked for. by is
// where it is named, nil for nowhere.
func (r *reader) load(folder string, by *Problem) *Action {
	known, seen := r.out.Actions[folder]
	if known != nil {
		return nil
	}
	// The runner's order: a manifest, then a bare Dockerfile.
	for _, name := range []string{"action.yml", "action.yaml", "Dockerfile", "dockerfile"} {
		if seen {
			break
		}
		p := path.Join(folder, name)
		if l := r.link(p); l != "" {
			r.problem(l, by != nil, "it is a symbolic link; the action behind it was not read")
			break
		}
		info, err := fs.Lstat(r.fsys, p)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			// It may be there: in a submodule, or an object that was not fetched.
			r.problem(p, true, "it cannot be looked up: %s", reason(err))
			break
		}
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		if strings.HasSuffix(name, "ockerfile") {
			if by == nil {
				continue // a Dockerfile at the root need not be an action
			}
			a := &Action{Path: p, Folder: folder, Kind: ActionDocker}
			r.out.Actions[folder] = a
			return a
		}
		a := &Action{Path: p, Folder: folder, Incomplete: true}
		if data, ok := r.read(p); ok {
			var found []Problem
			a, found = readAction(p, folder, data)
			r.out.Problems = append(r.out.Problems, found...)
		}
		r.out.Actions[folder] = a
		return a
	}
	if by != nil {
		r.out.Actions[folder] = nil // asked for, and not there
		if r.missing[by.File]++; r.missing[by.File] > MaxProblems {
			return nil
		}
		by.Message = fmt.Sprintf("the folder %s has no action in this tree", quote(folder))
		r.out.Problems = append(r.out.Problems, *by)
	}
	return nil
}
