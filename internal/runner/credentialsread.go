// SPDX-License-Identifier: BSD-3-Clause

package runner

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// maxCredentialFile is the size in bytes up to which a file is read.
const maxCredentialFile = 1 << 20

// readBelow reads a regular file below a folder, through no link out of it.
func readBelow(root *os.Root, path string) (string, error) {
	if info, err := root.Stat(path); err != nil {
		return "", err
	} else if info.IsDir() {
		return "", fs.ErrNotExist // no uploader reads a folder
	} else if !info.Mode().IsRegular() {
		return "", errors.New("it is not a file")
	}
	// It may be another one by now: a pipe must not hold the program up.
	f, err := root.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return "", err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return "", errors.New("it is not a file")
	}
	data, err := io.ReadAll(io.LimitReader(f, maxCredentialFile+1))
	if err == nil && len(data) > maxCredentialFile {
		err = fmt.Errorf("it has more than the limit of %d bytes", maxCredentialFile)
	}
	return string(data), err
}

// cause is the reason of a file's error without the path, which is shown in
// words of ours.
func cause(err error) string {
	if p := new(fs.PathError); errors.As(err, &p) {
		err = p.Err
	}
	return err.Error()
}
