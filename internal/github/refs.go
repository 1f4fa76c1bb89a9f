// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"context"
	"errors"
	"strings"

	"github.com/scientific-python/sallyport/internal/httpx"
)

// Resolved says which commits a name stands for at the moment. A name may be
// both a tag's and a branch's; then it is a matter of taste which one is meant.
type Resolved struct {
	Tag    string // the commit of the tag, empty where there is none
	Branch string // the commit of the branch, empty where there is none
}

// Commit is the one commit that the name stands for, empty where a tag and a
// branch of that name differ.
func (r Resolved) Commit() string {
	switch {
	case r.Branch == "" || r.Tag == r.Branch:
		return r.Tag
	case r.Tag == "":
		return r.Branch
	}
	return ""
}

// ResolveRef reads which commit a tag or branch stands for: ref is its name,
// or begins with refs/tags/ or refs/heads/. Annotated tags are followed to
// their commit.
//
// Error: [*UnreadableError]; it wraps a [*NotFoundError] where there is
// neither.
func (c *Client) ResolveRef(ctx context.Context, owner, repo, ref string) (Resolved, error) {
	r, err := c.resolve(ctx, owner, repo, ref)
	return r, unreadable(err, "contents: read", "the tag or branch %q of %s/%s", ref, owner, repo)
}

func (c *Client) resolve(ctx context.Context, owner, repo, ref string) (Resolved, error) {
	var r Resolved
	if err := checkRepository(owner, repo); err != nil {
		return r, err
	}
	if err := checkRef(ref); err != nil {
		return r, err
	}
	tag, isTag := strings.CutPrefix(ref, "refs/tags/")
	branch, isBranch := strings.CutPrefix(ref, "refs/heads/")
	var err error
	if !isBranch {
		if r.Tag, err = c.ref(ctx, owner, repo, "tags/"+tag); err != nil && !missing(err) {
			return Resolved{}, err
		}
	}
	if !isTag {
		var other error
		if r.Branch, other = c.ref(ctx, owner, repo, "heads/"+branch); other != nil && !missing(other) {
			return Resolved{}, other
		} else if err == nil {
			err = other
		}
	}
	if r == (Resolved{}) {
		return r, gone(err, "tag or branch")
	}
	return r, nil
}

// ref is the commit of tags/NAME or heads/NAME.
func (c *Client) ref(ctx context.Context, owner, repo, ref string) (string, error) {
	escaped, err := escapePath(ref)
	if err != nil {
		return "", err
	}
	path := "/repos/" + owner + "/" + repo + "/git/ref/" + escaped
	full := "refs/" + ref
	// Tags of tags are rare, and of tags of tags of tags nobody has heard.
	for range 5 {
		var o gitObject
		err := c.get(ctx, path, nil, maxSetting, func(d *httpx.Decoder) (err error) {
			o, err = decodeObject(d)
			return err
		})
		switch {
		case err != nil:
			return "", err
		case full != "" && o.ref != full:
			// The beginning of a name answers for longer ones.
			return "", &NotFoundError{URL: c.http.URL(path, nil), What: "tag or branch"}
		case o.kind == "commit":
			return o.sha, nil
		case o.kind != "tag":
			return "", &AnswerError{URL: c.http.URL(path, nil), Err: errors.New("it names neither a commit nor a tag")}
		}
		path, full = "/repos/"+owner+"/"+repo+"/git/tags/"+o.sha, ""
	}
	return "", &AnswerError{URL: c.http.URL(path, nil), Err: &LimitError{What: "chain of tags", Limit: 5, Unit: "tags"}}
}

// gitObject is what a ref or an annotated tag points to.
type gitObject struct {
	ref       string // of a ref only
	kind, sha string
}

func decodeObject(d *httpx.Decoder) (gitObject, error) {
	var o gitObject
	err := d.Object(func(key string) (err error) {
		switch key {
		case "ref":
			o.ref, err = name(d)
			return err
		case "object":
			return d.Object(func(key string) (err error) {
				switch key {
				case "type":
					o.kind, err = name(d)
				case "sha":
					o.sha, err = objectID(d)
				default:
					err = d.Skip()
				}
				return err
			})
		}
		return d.Skip()
	})
	if err == nil && (o.kind == "" || o.sha == "") {
		err = errors.New(`its "object" has no type or no id`)
	}
	return o, err
}
