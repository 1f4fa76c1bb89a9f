// SPDX-License-Identifier: BSD-3-Clause

package gittree

import (
	"errors"
	"fmt"
)

// ErrNoRepository says that a folder has no .git. Where there is one that
// cannot be read, the error is another.
var ErrNoRepository = errors.New("the folder has no .git")

// ErrUnborn says that HEAD names a branch without a commit.
var ErrUnborn = errors.New("the branch has no commit yet")

// ErrUnsupported says that a repository is of a form that is not read:
// SHA-256 ids, or references in a reftable.
var ErrUnsupported = errors.New("this form of repository is not supported")

// ErrMissing says that an object is not in this copy of the repository, which
// says nothing about the commit. Errors that match it are [*MissingError].
var ErrMissing = errors.New("the object is not in this copy of the repository")

// MissingError names an object that is not here, and what to do about it. It
// matches [ErrMissing], and never [io/fs.ErrNotExist].
type MissingError struct {
	Kind string // "commit", "tree", "blob", "submodule"
	ID   string // 40 hexadecimal digits
	Hint string // what to do
}

// Error names the object, and says what to do.
func (e *MissingError) Error() string {
	return fmt.Sprintf("reading %s %s: it is not in this copy of the repository; %s", e.Kind, e.ID, e.Hint)
}

// Is makes a MissingError match [ErrMissing].
func (e *MissingError) Is(target error) bool { return target == ErrMissing }

// CorruptError says that an object is there, but is not what its id promises,
// is no proper object, or is of another type than asked for.
type CorruptError struct {
	ID     string // 40 hexadecimal digits
	Reason string
}

// Error names the object and says what is wrong with it.
func (e *CorruptError) Error() string {
	return fmt.Sprintf("reading git object %s: %s; clone the repository anew, and if that does not help look at the object with git fsck", e.ID, e.Reason)
}

// LimitError says that something is over a limit of this package.
type LimitError struct {
	What  string // what was read, e.g. "git object 0123…"
	Over  string // what there is too much of, e.g. "bytes"
	Limit int64
}

// Error names the limit.
func (e *LimitError) Error() string {
	return fmt.Sprintf("reading %s: it has more than %d %s, the most that is read", e.What, e.Limit, e.Over)
}

func corrupt(id objectID, format string, args ...any) error {
	return &CorruptError{id.String(), fmt.Sprintf(format, args...)}
}

func tooMuch(id objectID, over string, limit int64) error {
	return &LimitError{"git object " + id.String(), over, limit}
}
