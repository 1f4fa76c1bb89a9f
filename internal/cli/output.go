// SPDX-License-Identifier: BSD-3-Clause

package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// checkOutput refuses a file that cannot be written, before the work is done
// rather than after.
func checkOutput(path string) error {
	if path == "-" {
		return usagef("reading the arguments: --output is \"-\"; leave it out to have the report on standard output")
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return usagef("reading the arguments: --output %q is a folder; name a file in it", path)
	}
	dir := filepath.Dir(path)
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return usagef("reading the arguments: --output %q is in a folder that does not exist; make %q first", path, dir)
	case err != nil:
		return usagef("reading the arguments: --output %q: %w; name a file in a folder that can be written", path, cause(err))
	case !info.IsDir():
		return usagef("reading the arguments: --output %q: %q is no folder; name a file in one", path, dir)
	}
	return nil
}

// writeFile writes a file whole or not at all. What is there and is no regular
// file (a pipe, /dev/stdout) is written to and never replaced.
func writeFile(path string, data []byte) error {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = writeThrough(path, data)
	} else {
		err = replace(path, data)
	}
	if err != nil {
		return fmt.Errorf("writing %q: %w; name a file in a folder that can be written", path, cause(err))
	}
	return nil
}

func writeThrough(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

// replace writes beside the file and renames. A symbolic link is replaced, not
// followed: where it leads is for whoever made it to say.
func replace(path string, data []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".sallyport-*")
	if err != nil {
		return err
	}
	_, err = tmp.Write(data)
	if err == nil {
		err = tmp.Chmod(0o644)
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
	}
	return err
}

// cause is what the system said, without the path: messages have it already.
func cause(err error) error {
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
