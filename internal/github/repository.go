// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/scientific-python/sallyport/internal/httpx"
)

// repository is what the bulk call needs to know of a repository.
type repository struct {
	id   int64
	user bool // its owner is a person, not an organisation
}

// repository reads /repos/{owner}/{repo}. A repository that was renamed or
// moved is an error: its old owner's list would not have it.
func (c *Client) repository(ctx context.Context, owner, repo string) (repository, error) {
	path := "/repos/" + owner + "/" + repo
	var r repository
	_, err := c.http.Do(ctx, httpx.Request{
		URL: c.http.URL(path, nil), Accept: mediaJSON, Limit: maxFile,
		Read: c.http.JSON(func(d *httpx.Decoder) error {
			r = repository{}
			name := ""
			err := d.Object(func(key string) (err error) {
				switch key {
				case "id":
					var raw json.RawMessage
					if raw, err = d.Raw(); err == nil {
						r.id, err = number(raw)
					}
					return err
				case "full_name":
					name, err = d.String(false)
					return err
				case "owner":
					return d.Object(func(key string) error {
						if key != "type" {
							return d.Skip()
						}
						kind, err := d.String(true)
						r.user = kind == "User"
						return err
					})
				}
				return d.Skip()
			})
			switch {
			case err != nil:
				return err
			case r.id == 0:
				return errors.New(`it has no "id"`)
			case name != "" && !strings.EqualFold(name, owner+"/"+repo):
				return errors.New("it is of another repository")
			}
			return nil
		}),
	})
	if s := new(StatusError); errors.As(err, &s) && s.Status == http.StatusNotFound {
		return r, &NotFoundError{URL: s.URL, What: "repository"}
	}
	return r, refusal(err, "contents: read")
}
