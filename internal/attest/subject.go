// SPDX-License-Identifier: BSD-3-Clause

package attest

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/dist"
	"github.com/scientific-python/sallyport/internal/evidence"
)

// MaxSubjects is how many files one statement may be about. GitHub's
// attestations and the verifiers have the same limit.
const MaxSubjects = evidence.MaxSubjects

// Subject is a release file that a statement is about.
type Subject struct {
	// Name is the file's name as it is. The index compares names by what they
	// mean, and so takes other spellings too; sallyport's own gate takes none.
	Name   string
	SHA256 [32]byte
}

// Subjects returns hashed release files as subjects, sorted by name. A file
// that was not hashed, or a name in two places, is an error.
func Subjects(dists []*dist.Dist) ([]Subject, error) {
	subjects := make([]Subject, 0, len(dists))
	for _, d := range dists {
		subjects = append(subjects, Subject{d.Name.Filename, d.Digest})
	}
	return sorted(subjects)
}

// sorted checks subjects and returns them sorted by name.
func sorted(subjects []Subject) ([]Subject, error) {
	switch {
	case len(subjects) == 0:
		return nil, errors.New("writing the statement: there is no file to attest; name the release files or their folder, such as dist")
	case len(subjects) > MaxSubjects:
		return nil, fmt.Errorf("writing the statement: %d files are more than the %d that one statement may be about; attest them in parts", len(subjects), MaxSubjects)
	}
	subjects = slices.Clone(subjects)
	slices.SortFunc(subjects, func(a, b Subject) int { return strings.Compare(a.Name, b.Name) })
	for i, s := range subjects {
		if _, err := dist.ParseName(s.Name); err != nil {
			return nil, fmt.Errorf("writing the statement: %w", err)
		}
		if i > 0 && subjects[i-1].Name == s.Name {
			return nil, fmt.Errorf("writing the statement: the file name %q is given twice; keep one of the files", s.Name)
		}
		if dist.Digest(s.SHA256).IsZero() {
			return nil, fmt.Errorf("writing the statement: the file %q was not hashed", s.Name)
		}
	}
	return subjects, nil
}
