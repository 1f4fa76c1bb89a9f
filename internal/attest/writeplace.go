// SPDX-License-Identifier: BSD-3-Clause

package attest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// place gives a file its name, which must be free, and takes its other name
// away.
func (w *writing) place(f *written) error {
	err := w.link(f.folder, f.temp, f.name)
	switch {
	case err == nil:
		f.placed = true
		if err := f.folder.Remove(f.temp); err != nil {
			return err
		}
		f.temp = ""
		return nil
	case errors.Is(err, fs.ErrExist):
		return err
	}
	// Not every file system has hard links.
	return w.claim(f)
}

// claim takes the name with an empty file, which fails where there is one, and
// moves the other one over it.
func (w *writing) claim(f *written) error {
	c, err := w.create(f.folder, f.name)
	if err != nil {
		return err
	}
	claimed, err := c.Stat()
	if closing := c.Close(); err == nil {
		err = closing
	}
	if err != nil {
		// Whose file has the name is not known for sure. It is empty if it is
		// ours, and no attestation is.
		return errors.Join(err, removeEmpty(f))
	}
	full := f.made
	f.made, f.placed = claimed, true
	if !f.holds() {
		return fs.ErrExist
	}
	if err := f.folder.Rename(f.temp, f.name); err != nil {
		return err
	}
	f.made, f.temp = full, ""
	return nil
}

func removeEmpty(f *written) error {
	info, err := f.folder.Lstat(f.name)
	if err != nil || !info.Mode().IsRegular() || info.Size() > 0 {
		return err
	}
	return f.folder.Remove(f.name)
}

// holds reports whether the file's name leads to the file that was made. Its
// identity alone would not tell: file systems give that of a removed file to
// the next one.
func (f *written) holds() bool {
	info, err := f.folder.Lstat(f.name)
	return err == nil && os.SameFile(info, f.made) && info.Size() == f.made.Size() && info.ModTime().Equal(f.made.ModTime())
}

// errSwapped is a file that is not what was written when it has its name.
var errSwapped = errors.New("somebody has put something else in its place meanwhile; find out who else writes to the folder")

// whole reports whether the file's name leads to what was to be written: that
// is known to verify, and anything else is anybody's. The content is looked at,
// as some file systems change a file's times by themselves.
func (f *written) whole() bool {
	info, err := f.folder.Lstat(f.name)
	if err != nil || !info.Mode().IsRegular() || info.Size() != int64(len(f.Data)) {
		return false
	}
	// A pipe put there since would make us wait.
	there, err := f.folder.OpenFile(f.name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return false
	}
	defer there.Close()
	data, err := io.ReadAll(io.LimitReader(there, info.Size()+1))
	return err == nil && bytes.Equal(data, f.Data)
}

// undo removes whatever this call has written, and nothing else: a file that
// somebody put in the place of one of ours stays, and the error says so.
func (w *writing) undo() error {
	var errs []error
	remove := func(f *written, name string) {
		if err := f.folder.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, fmt.Errorf("removing %q from the folder of %q again: %w; remove it by hand", name, f.Path, reason(err)))
		}
	}
	for _, f := range w.files {
		if f.placed && f.holds() {
			remove(f, f.name)
		} else if f.placed {
			if _, err := f.folder.Lstat(f.name); !errors.Is(err, fs.ErrNotExist) {
				errs = append(errs, fmt.Errorf("removing %q again: it is not the file that was written any more, and was left; look at it", f.Path))
			}
		}
		if f.temp != "" {
			remove(f, f.temp)
		}
	}
	return errors.Join(errs...)
}

// syncFolder has the new names on disk. Where a folder cannot be synced, the
// files' content is all the same.
func syncFolder(r *os.Root) {
	if d, err := r.Open("."); err == nil {
		_ = d.Sync()
		d.Close()
	}
}
