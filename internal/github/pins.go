// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/httpx"
)

// tagPages is how many pages of a repository's tags are read, of perPage each.
const tagPages = 10

// Pin is a commit to which something of another repository is pinned.
type Pin struct {
	Owner, Repo string
	// Commit is 40 or 64 lower-case hex digits. It may be the id of an
	// annotated tag, as git and GitHub take it.
	Commit string
	// Tag is the tag that a comment beside the pin names, or empty. It saves
	// reading all tags.
	Tag string
}

// Pinned is what GitHub says of a [Pin].
type Pinned struct {
	// Tagged says whether a tag of the repository names the commit. It is
	// Unknown where there are more tags than are read.
	Tagged Known
	// Tags are the tags found; sorted, and not all where the comment's tag was
	// the right one.
	Tags []string
	// Comment is the commit that the comment's tag names, empty where there is
	// no such tag (or no comment).
	Comment string
	// Inside says whether the commit can be reached from a branch or tag of
	// the repository. No is certain: it comes from somewhere else, as a commit
	// of a fork does, or is not there at all.
	Inside Known
	// Why says in words what Inside is No or Unknown for.
	Why string
	// Commit is the commit itself where the pin is the id of an annotated tag.
	Commit string
}

// TagOfCommit reads whether a pinned commit is a tag of its repository, and
// whether it is in it at all.
//
// Error: [*UnreadableError].
func (c *Client) TagOfCommit(ctx context.Context, pin Pin) (Pinned, error) {
	return (&pinReader{c: c}).read(ctx, pin)
}

// read answers for one pin with as few requests as it takes.
func (r *pinReader) read(ctx context.Context, pin Pin) (Pinned, error) {
	p, err := r.pinned(ctx, pin)
	if err != nil {
		p = Pinned{}
	}
	return p, unreadable(gone(err, "repository"), "contents: read", "the commit %q of %s/%s", pin.Commit, pin.Owner, pin.Repo)
}

func (r *pinReader) pinned(ctx context.Context, pin Pin) (Pinned, error) {
	p := Pinned{Commit: pin.Commit}
	if err := checkRepository(pin.Owner, pin.Repo); err != nil {
		return p, err
	}
	if !lowerHex(pin.Commit, 40, 64) {
		return p, fmt.Errorf("asking GitHub: %q is not a commit's id; give all 40 (or 64) hex digits", pin.Commit)
	}
	if pin.Tag != "" && checkRef(pin.Tag) == nil {
		commit, err := r.c.ref(ctx, pin.Owner, pin.Repo, "tags/"+strings.TrimPrefix(pin.Tag, "refs/tags/"))
		switch {
		case err == nil && commit == pin.Commit:
			p.Tagged, p.Inside, p.Tags, p.Comment = Yes, Yes, []string{pin.Tag}, commit
			return p, nil
		case err == nil:
			p.Comment = commit
		case !missing(err):
			return p, err
		}
	}
	tags, err := r.tags.of(pin, func() (refList, error) { return r.c.refList(ctx, pin, "tags", tagPages) })
	if err != nil {
		return p, err
	}
	if p.found(tags) {
		return p, nil
	}
	if tags.complete {
		p.Tagged = No
	}
	commit, err := r.c.commit(ctx, pin.Owner, pin.Repo, pin.Commit)
	if noCommit(err) {
		p.Inside, p.Why = r.absent(ctx, pin, err)
		return p, nil
	}
	if err != nil {
		return p, err
	}
	if commit.SHA != pin.Commit {
		p.Commit = commit.SHA
		if p.found(tags) {
			return p, nil
		}
	}
	p.Inside, p.Why, err = r.inside(ctx, pin, p.Commit, tags)
	return p, err
}

// found looks the commit up among the tags.
func (p *Pinned) found(tags refList) bool {
	for _, t := range tags.refs {
		if t.Head == p.Commit {
			p.Tags = append(p.Tags, t.Name)
		}
	}
	if len(p.Tags) == 0 {
		return false
	}
	slices.Sort(p.Tags)
	p.Tagged, p.Inside = Yes, Yes
	return true
}

// refList is a repository's tags or branches with their commits.
type refList struct {
	refs     []Branch
	complete bool
}

// refList reads "tags" or "branches". GitHub names an annotated tag's commit
// there, not the tag's own id.
func (c *Client) refList(ctx context.Context, pin Pin, kind string, most int) (l refList, err error) {
	l.refs, l.complete, err = pages(ctx, c, "/repos/"+pin.Owner+"/"+pin.Repo+"/"+kind, nil, "", most,
		func(d *httpx.Decoder) (Branch, error) { return decodeBranch(d) })
	return l, err
}
