// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"context"
	"errors"

	"github.com/scientific-python/sallyport/internal/httpx"
)

// About is what GitHub says of a repository as a whole.
type About struct {
	// FullName is OWNER/NAME as GitHub has it; it differs from what was asked
	// where the repository was renamed or moved.
	FullName      string
	DefaultBranch string
	Private       bool
}

// About reads a repository's own data.
//
// Error: [*UnreadableError].
func (c *Client) About(ctx context.Context, owner, repo string) (About, error) {
	var a About
	err := checkRepository(owner, repo)
	if err == nil {
		err = c.get(ctx, "/repos/"+owner+"/"+repo, nil, maxSetting, func(d *httpx.Decoder) (err error) {
			a, err = decodeAbout(d)
			return err
		})
	}
	return a, unreadable(gone(err, "repository"), "contents: read", "the repository %s/%s", owner, repo)
}

func decodeAbout(d *httpx.Decoder) (About, error) {
	var a About
	err := d.Object(func(key string) (err error) {
		switch key {
		case "full_name":
			a.FullName, err = name(d)
		case "default_branch":
			a.DefaultBranch, err = name(d)
		case "private":
			a.Private, err = boolean(d, true)
		default:
			err = d.Skip()
		}
		return err
	})
	if err == nil && a.DefaultBranch == "" {
		err = errors.New(`it has no "default_branch"`)
	}
	return a, err
}
