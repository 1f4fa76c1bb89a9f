// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/scientific-python/sallyport/internal/httpx"
)

// Limits of looking for a commit in a repository's history.
const (
	branchPages = 2  // pages of branches, of perPage each
	maxCompares = 30 // branches and tags with which one commit is compared
)

// pinReader reads pins and keeps what several of one repository need.
type pinReader struct {
	c              *Client
	tags, branches kept
}

// kept keeps the list of each repository, read once.
type kept struct {
	mu  sync.Mutex
	all map[string]func() (refList, error)
}

func (k *kept) of(pin Pin, read func() (refList, error)) (refList, error) {
	key := strings.ToLower(pin.Owner + "/" + pin.Repo)
	k.mu.Lock()
	if k.all == nil {
		k.all = map[string]func() (refList, error){}
	}
	if k.all[key] == nil {
		k.all[key] = sync.OnceValues(read)
	}
	once := k.all[key]
	k.mu.Unlock()
	return once()
}

// inside reports whether a branch or tag has the commit in its history. GitHub
// answers for the commits of forks as if they were the repository's own, and
// has no call that tells them apart; comparing with each branch and tag does.
func (r *pinReader) inside(ctx context.Context, pin Pin, commit string, tags refList) (Known, string, error) {
	branches, err := r.branches.of(pin, func() (refList, error) { return r.c.refList(ctx, pin, "branches", branchPages) })
	if err != nil {
		return Unknown, "", err
	}
	for _, b := range branches.refs {
		if b.Head == commit {
			return Yes, "", nil
		}
	}
	heads := r.heads(ctx, pin, branches, tags)
	for i, head := range heads {
		if i == maxCompares {
			return Unknown, fmt.Sprintf("it is not in the history of %d branches and tags, and the repository has more", maxCompares), nil
		}
		in, err := r.c.contains(ctx, pin, head, commit)
		if err != nil {
			return Unknown, "", err
		}
		if in {
			return Yes, "", nil
		}
	}
	if !branches.complete || !tags.complete {
		return Unknown, "the repository has more branches and tags than are read", nil
	}
	return No, "it is not in the history of any branch or tag, as is a commit of a fork", nil
}

// heads are the commits to compare with, each once: the default branch's
// first, which most commits are on.
func (r *pinReader) heads(ctx context.Context, pin Pin, branches, tags refList) []string {
	var out []string
	seen := map[string]bool{}
	add := func(sha string) {
		if !seen[sha] {
			seen[sha] = true
			out = append(out, sha)
		}
	}
	if about, err := r.c.About(ctx, pin.Owner, pin.Repo); err == nil {
		for _, b := range branches.refs {
			if b.Name == about.DefaultBranch {
				add(b.Head)
			}
		}
	}
	// By turns, as a repository may have hundreds of either.
	for i := range max(len(branches.refs), len(tags.refs)) {
		for _, l := range []refList{tags, branches} {
			if i < len(l.refs) {
				add(l.refs[i].Head)
			}
		}
	}
	return out
}

// absent is the answer for a commit that GitHub does not find. A status of 422
// is about the object; 404 is certain only where nothing is hidden.
func (r *pinReader) absent(ctx context.Context, pin Pin, err error) (Known, string) {
	if missing(err) {
		if about, aboutErr := r.c.About(ctx, pin.Owner, pin.Repo); aboutErr != nil || about.Private {
			return Unknown, "GitHub shows no such commit: there is none, or the token may not see it"
		}
	}
	return No, "GitHub knows no such commit"
}

// contains reports whether commit is head or one of its ancestors.
func (c *Client) contains(ctx context.Context, pin Pin, head, commit string) (bool, error) {
	path := "/repos/" + pin.Owner + "/" + pin.Repo + "/compare/" + head + "..." + commit
	status := ""
	// The second page has no files, of which there may be many megabytes.
	err := c.get(ctx, path, url.Values{"per_page": {"1"}, "page": {"2"}}, maxAnswer, func(d *httpx.Decoder) (err error) {
		status, err = decodeStatus(d)
		return err
	})
	if s := new(StatusError); errors.As(err, &s) && s.Status == http.StatusNotFound && strings.Contains(strings.ToLower(s.Message), "no common ancestor") {
		return false, nil
	}
	if err != nil {
		return false, gone(err, "pair of commits")
	}
	switch status {
	case "identical", "behind":
		return true, nil
	case "ahead", "diverged":
		return false, nil
	}
	return false, &AnswerError{URL: c.http.URL(path, nil), Err: errors.New("its status is none of identical, behind, ahead and diverged")}
}

func decodeStatus(d *httpx.Decoder) (string, error) {
	status := ""
	err := d.Object(func(key string) (err error) {
		if key == "status" {
			status, err = name(d)
			return err
		}
		return d.Skip()
	})
	return status, err
}
