// SPDX-License-Identifier: BSD-3-Clause

package gittree

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

const (
	// MaxWalk is how many commits [Repo.Previous] looks at.
	MaxWalk = 50_000
	// MaxTags is how many tags a repository may have for it.
	MaxTags = 20_000

	maxTagChain  = 8  // tags of tags
	maxTagFolder = 16 // folders in one another below refs/tags
	tagPrefix    = "refs/tags/"
)

// Tag is a tag and the commit that it leads to. Both are what the repository
// says of itself: whoever may write to it can move a tag.
type Tag struct {
	Ref    string // refs/tags/…
	Commit string // 40 hexadecimal digits; the commit's bytes have this id
}

// ErrNoPrevious says that no earlier release's tag leads to an ancestor: the
// whole history is here, and so are tags.
var ErrNoPrevious = errors.New("no tag of an earlier release leads to an ancestor of the commit")

// ErrHistory says that too little of the history is here to know. Errors that
// match it are [*HistoryError].
var ErrHistory = errors.New("the repository's history is not all here")

// HistoryError says what of the history is not here. It matches [ErrHistory],
// and the error that it comes from.
type HistoryError struct {
	Reason string
	Hint   string // what to do
	Err    error  // nil where nothing failed
}

// Error says what is missing, and what to do.
func (e *HistoryError) Error() string {
	return fmt.Sprintf("looking for the previous release's tag: %s; %s", e.Reason, e.Hint)
}

// Is makes a HistoryError match [ErrHistory].
func (e *HistoryError) Is(target error) bool { return target == ErrHistory }

// Unwrap returns the error that it comes from.
func (e *HistoryError) Unwrap() error { return e.Err }

const deeper = "have actions/checkout take all of it (fetch-depth: 0), or run git fetch --unshallow --tags"

// Previous returns the newest earlier release's tag that leads to an ancestor
// of a commit (40 hexadecimal digits). Earlier says of a tag's name, without
// refs/tags/, whether it is an earlier release's; newer compares two of those
// as [strings.Compare] does, the newer one being greater. Of equal ones, the
// first by name counts. Tags of the commit itself do not: a release candidate
// on the same commit has the same files, and would hide what changed.
//
// Annotated tags are peeled. Every object on the way is hashed again, but that
// a tag exists and where it leads is only what the repository says.
//
// The answer is [ErrNoPrevious] where there is none, and a [*HistoryError]
// where the clone is too shallow, or the repository too large (more than
// [MaxTags] or [MaxWalk]), to know. A tag that is found although the clone is
// shallow is the newest of the tags that are here.
func (r *Repo) Previous(commit string, earlier func(tag string) bool, newer func(a, b string) int) (Tag, error) {
	return r.previous(commit, earlier, newer, MaxWalk)
}

func (r *Repo) previous(commit string, earlier func(tag string) bool, newer func(a, b string) int, most int) (Tag, error) {
	start, list, err := r.candidates(commit, earlier, newer)
	if err != nil {
		return Tag{}, err
	}
	found, err := r.nearest(start, list, most)
	if err != nil {
		return Tag{}, err
	}
	return found.tag(), nil
}

// Newest is [Repo.Previous] without asking whether the tag leads to an
// ancestor: for a commit of a history that shares nothing with any release's.
func (r *Repo) Newest(commit string, earlier func(tag string) bool, newer func(a, b string) int) (Tag, error) {
	_, list, err := r.candidates(commit, earlier, newer)
	if err != nil {
		return Tag{}, err
	}
	return list[0].tag(), nil
}

// candidates are the tags of earlier releases, the newest first; at least one.
func (r *Repo) candidates(commit string, earlier func(tag string) bool, newer func(a, b string) int) (start objectID, list []candidate, err error) {
	start, ok := parseID(commit)
	if !ok {
		return start, nil, fmt.Errorf("looking for the previous release's tag: %.100q is no commit's id of 40 hexadecimal digits; give the full id", commit)
	}
	refs, err := r.tags()
	if err != nil {
		return start, nil, history(err)
	}
	for _, t := range refs {
		if !earlier(t.name) {
			continue
		}
		id, isCommit, err := r.peel(t.id)
		if err != nil {
			return start, nil, history(fmt.Errorf("reading the tag %.100q: %w", t.name, err))
		}
		if isCommit && id != start {
			list = append(list, candidate{t.name, id})
		}
	}
	switch {
	case len(refs) == 0, len(list) == 0 && r.shallow:
		// Such clones are made without the tags.
		return start, nil, &HistoryError{Reason: "the clone has no tag of an earlier release, which says nothing of the repository that it is of", Hint: deeper}
	case len(list) == 0:
		return start, nil, ErrNoPrevious
	}
	slices.SortFunc(list, func(a, b candidate) int { return strings.Compare(a.name, b.name) })
	slices.SortStableFunc(list, func(a, b candidate) int { return newer(b.name, a.name) })
	return start, list, nil
}

// history is for what goes wrong on the way: an object that is not here and a
// limit leave the answer open; anything else is what it is.
func history(err error) error {
	var limit *LimitError
	switch {
	case errors.Is(err, ErrMissing):
		return &HistoryError{Reason: "some of it is not in this clone", Hint: deeper, Err: err}
	case errors.Is(err, ErrUnsupported), errors.As(err, &limit):
		return &HistoryError{Reason: err.Error(), Hint: "look at the policy's changes since the last release yourself", Err: err}
	}
	return fmt.Errorf("looking for the previous release's tag: %w", err)
}

// candidate is an earlier release's tag, peeled.
type candidate struct {
	name string
	id   objectID
}

func (c candidate) tag() Tag { return Tag{Ref: tagPrefix + c.name, Commit: c.id.String()} }

// nearest walks back from a commit until the first of the list is met, else
// through all of its history.
func (r *Repo) nearest(start objectID, list []candidate, most int) (candidate, error) {
	rank := map[objectID]int{} // the first place in the list
	for i := len(list) - 1; i >= 0; i-- {
		rank[list[i].id] = i
	}
	best := len(list)
	var cut error
	seen := map[objectID]struct{}{start: {}}
	for todo := []objectID{start}; len(todo) > 0 && best > 0; todo = todo[1:] {
		data, err := r.object(todo[0], kindCommit)
		if errors.Is(err, ErrMissing) && todo[0] != start {
			cut = err
			continue
		}
		if err != nil {
			return candidate{}, history(err)
		}
		if i, ok := rank[todo[0]]; ok {
			best = min(best, i)
		}
		_, parents, err := parseCommit(data)
		if err != nil {
			return candidate{}, fmt.Errorf("looking for the previous release's tag: %w", corrupt(todo[0], "%v", err))
		}
		for _, p := range parents {
			if _, ok := seen[p]; ok {
				continue
			}
			if len(seen) == most {
				return candidate{}, history(&LimitError{"the history of commit " + start.String(), "commits", int64(most)})
			}
			seen[p] = struct{}{}
			todo = append(todo, p)
		}
	}
	switch {
	case best == 0:
		return list[0], nil
	case cut != nil:
		return candidate{}, history(cut)
	case best == len(list):
		return candidate{}, ErrNoPrevious
	}
	return list[best], nil
}
