// SPDX-License-Identifier: BSD-3-Clause

package dist

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// TooLargeError says that a file has more bytes than its reader takes.
type TooLargeError struct {
	Path  string
	Limit int64 // bytes
}

// Error names the file and the limit.
func (e *TooLargeError) Error() string {
	return fmt.Sprintf("reading %s: it has more than %d bytes, the most that is read of such a file", e.Path, e.Limit)
}

// NotRegularError says that a path is no regular file, and what it is instead.
type NotRegularError struct {
	Path string
	What string // "a folder", "a named pipe", …
}

// Error names the path and what it is.
func (e *NotRegularError) Error() string {
	return fmt.Sprintf("reading %s: it is %s, not a regular file", e.Path, e.What)
}

// openRegular opens a regular file, following symbolic links. It never waits:
// the mode is looked at before opening, a pipe put in place meanwhile is opened
// without blocking, and the mode is looked at again.
func openRegular(path string) (*os.File, fs.FileInfo, error) {
	if _, err := statRegular(path); err != nil {
		return nil, nil, err
	}
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, reading(path, err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &NotRegularError{path, describe(info.Mode())}
	}
	if err != nil {
		f.Close()
		return nil, nil, reading(path, err)
	}
	return f, info, nil
}

func statRegular(path string) (fs.FileInfo, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, reading(path, err)
	}
	if !info.Mode().IsRegular() {
		return nil, &NotRegularError{path, describe(info.Mode())}
	}
	return info, nil
}

// ReadFileLimited returns the bytes of a small regular file. A file of more
// than limit bytes is a [*TooLargeError], and no more than that is held.
func ReadFileLimited(path string, limit int64) ([]byte, error) {
	f, info, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info.Size() > limit {
		return nil, &TooLargeError{path, limit}
	}
	// The size may be wrong (a file that grows, /proc): the reader is limited
	// all the same. Where it is right, nothing is copied while reading.
	var data bytes.Buffer
	data.Grow(int(info.Size()) + bytes.MinRead)
	if _, err := data.ReadFrom(io.LimitReader(f, limit+1)); err != nil {
		return nil, reading(path, err)
	}
	if int64(data.Len()) > limit {
		return nil, &TooLargeError{path, limit}
	}
	return data.Bytes(), nil
}

// reading puts an error into our form: the path once, and what the operating
// system said.
func reading(path string, err error) error {
	var tooLarge *TooLargeError
	var notRegular *NotRegularError
	if errors.As(err, &tooLarge) || errors.As(err, &notRegular) {
		return err
	}
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, e := os.Lstat(path); e == nil {
			return fmt.Errorf("reading %s: the symbolic link leads to no file (%w)", path, err)
		}
	case errors.Is(err, syscall.ELOOP):
		return fmt.Errorf("reading %s: the symbolic link leads in a circle (%w)", path, err)
	}
	return fmt.Errorf("reading %s: %w", path, err)
}

// describe names what is not a regular file.
func describe(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "a folder"
	case m&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case m&fs.ModeSocket != 0:
		return "a socket"
	case m&fs.ModeDevice != 0:
		return "a device"
	}
	return "a special file"
}
