// SPDX-License-Identifier: BSD-3-Clause

package attest

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Output is one file to be written.
type Output struct {
	// Path is where it goes. The folder must exist, the file must not.
	Path string
	Data []byte
}

// WriteAll writes all outputs or none. Each is written under a name of its own
// that begins with a dot, which no uploader takes, and synced; only when all
// are on disk do they get their names. No file is ever overwritten: one that
// is there already, from the beginning or by the time its name is given, is an
// error, as are a missing folder, two outputs with one name, and a name that in
// the end leads to something else. After an error nothing that this call wrote
// is left, or the error names it.
//
// Files have mode 0644 where the file system knows modes. WriteAll cannot be
// interrupted; an end by force may leave files whose names begin with
// ".sallyport-".
func WriteAll(outputs []Output) error {
	return (&writing{create: create, link: (*os.Root).Link}).all(outputs)
}

// writing is one call of WriteAll. Its functions are replaced in tests.
type writing struct {
	create func(r *os.Root, name string) (file, error)
	link   func(r *os.Root, from, to string) error

	// folders are by their real paths. They stay open so that every step meets
	// the same folder, whatever its path leads to meanwhile.
	folders map[string]*os.Root
	files   []*written
}

// file is what is used of [os.File].
type file interface {
	io.WriteCloser
	Sync() error
	Chmod(fs.FileMode) error
	Stat() (fs.FileInfo, error)
}

// written is an output on its way.
type written struct {
	Output
	folder *os.Root
	name   string // of the file, without its folder
	// temp is its other name, empty while and after it has none.
	temp string
	// made is the file, by which it is known again; nil before.
	made fs.FileInfo
	// placed says that made has, or may have, its name.
	placed bool
}

func create(r *os.Root, name string) (file, error) {
	f, err := r.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (w *writing) all(outputs []Output) (err error) {
	w.folders = map[string]*os.Root{}
	defer func() {
		for _, f := range w.folders {
			f.Close()
		}
	}()
	for _, o := range outputs {
		if err := w.plan(o); err != nil {
			return err
		}
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.undo())
		}
	}()
	for _, f := range w.files {
		if err := w.fill(f); err != nil {
			return fmt.Errorf("writing %q: %w; nothing was written", f.Path, reason(err))
		}
	}
	for _, f := range w.files {
		if err := w.place(f); errors.Is(err, fs.ErrExist) {
			return existsError(f.Path)
		} else if err != nil {
			return fmt.Errorf("writing %q: %w; nothing was written", f.Path, reason(err))
		}
	}
	for _, f := range w.files {
		if !f.whole() {
			return fmt.Errorf("writing %q: %w; nothing was written", f.Path, errSwapped)
		}
	}
	for _, f := range w.folders {
		syncFolder(f)
	}
	return nil
}

// plan checks what can be known before anything is written.
func (w *writing) plan(o Output) error {
	dir, name := filepath.Split(o.Path)
	if name == "" || name == "." || name == ".." {
		return fmt.Errorf("writing %q: the path names no file", o.Path)
	}
	if dir == "" {
		dir = "."
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("writing %q: %w", o.Path, err)
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("writing %q: there is no such folder; make it first", o.Path)
		}
		return fmt.Errorf("writing %q: opening its folder: %w", o.Path, reason(err))
	}
	folder := w.folders[dir]
	if folder == nil {
		if folder, err = os.OpenRoot(dir); err != nil {
			return fmt.Errorf("writing %q: opening its folder: %w", o.Path, reason(err))
		}
		w.folders[dir] = folder
	}
	for _, other := range w.files {
		if other.folder == folder && other.name == name {
			return fmt.Errorf("writing %q: two files are to have that name (the other is %q)", o.Path, other.Path)
		}
	}
	switch _, err := folder.Lstat(name); {
	case err == nil:
		return existsError(o.Path)
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("writing %q: %w", o.Path, reason(err))
	}
	w.files = append(w.files, &written{Output: o, folder: folder, name: name})
	return nil
}

// fill writes an output under its other name. That is short, as the output's
// own name may have all the bytes that a name can have.
func (w *writing) fill(f *written) (err error) {
	temp := ".sallyport-" + rand.Text()
	to, err := w.create(f.folder, temp)
	if err != nil {
		return err
	}
	f.temp = temp
	defer func() {
		if closing := to.Close(); err == nil {
			err = closing
		}
	}()
	// The step's umask must not keep other steps from reading it; a file
	// system without modes is as good.
	_ = to.Chmod(0o644)
	if _, err := to.Write(f.Data); err != nil {
		return err
	}
	if err := to.Sync(); err != nil {
		return err
	}
	f.made, err = to.Stat()
	return err
}

func existsError(path string) error {
	return fmt.Errorf("writing %q: a file of that name exists already, and is not overwritten; remove it if it is from an earlier run; nothing was written", path)
}

// reason strips names that the message already has, or that say nothing.
func reason(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}
