// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/scientific-python/sallyport/internal/httpx"
)

// Commit is what GitHub says of a commit.
type Commit struct {
	SHA string
	// Verified says that GitHub could check the commit's signature, and Reason
	// is GitHub's word for the outcome: "valid", "unsigned", "unknown_key", …
	Verified bool
	Reason   string
}

// Commit reads a commit by its id. GitHub knows the commits of a repository's
// forks under the repository's name as well: being found here does not mean to
// be in the repository. For the id of an annotated tag the answer is the
// commit that it names, with another SHA.
//
// Error: [*UnreadableError]; it wraps a [*NotFoundError] where there is no
// such commit.
func (c *Client) Commit(ctx context.Context, owner, repo, sha string) (Commit, error) {
	out, err := c.commit(ctx, owner, repo, sha)
	if s := new(StatusError); noCommit(err) && errors.As(err, &s) {
		err = &NotFoundError{URL: s.URL, What: "commit"}
	}
	return out, unreadable(err, "contents: read", "the commit %q of %s/%s", sha, owner, repo)
}

func (c *Client) commit(ctx context.Context, owner, repo, sha string) (Commit, error) {
	if err := checkRepository(owner, repo); err != nil {
		return Commit{}, err
	}
	if !lowerHex(sha, 40, 64) {
		return Commit{}, fmt.Errorf("asking GitHub: %q is not a commit's id; give all 40 (or 64) hex digits", sha)
	}
	var out Commit
	err := c.get(ctx, "/repos/"+owner+"/"+repo+"/commits/"+sha, nil, maxAnswer, func(d *httpx.Decoder) (err error) {
		out, err = decodeCommit(d)
		return err
	})
	return out, err
}

// noCommit reports whether GitHub says that there is no such commit: 422 where
// it looked for the object, 404 also where the token may not look.
func noCommit(err error) bool {
	s := new(StatusError)
	return missing(err) || errors.As(err, &s) && s.Status == http.StatusUnprocessableEntity
}

func decodeCommit(d *httpx.Decoder) (Commit, error) {
	var c Commit
	found := false
	verification := func(d *httpx.Decoder, key string) (err error) {
		switch key {
		case "verified":
			found = true
			c.Verified, err = boolean(d, false)
		case "reason":
			c.Reason, err = name(d)
		default:
			err = d.Skip()
		}
		return err
	}
	err := d.Object(func(key string) (err error) {
		switch key {
		case "sha":
			c.SHA, err = objectID(d)
			return err
		case "commit":
			return d.Object(func(key string) error {
				if key == "verification" {
					return objectOrNull(d, verification)
				}
				return d.Skip()
			})
		}
		return d.Skip()
	})
	switch {
	case err != nil:
	case c.SHA == "":
		err = errors.New(`it has no "sha"`)
	case !found:
		err = errors.New(`its commit has no "verified"`)
	}
	return c, err
}
