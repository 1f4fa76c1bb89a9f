// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"github.com/scientific-python/sallyport/internal/httpx"
)

// Contents reads a file of a repository at a commit: path is relative, with
// slashes; ref is a commit's id, 40 or 64 lower-case hex digits, because a
// branch or tag may move. At most 1 MiB. The bytes are GitHub's word: they are
// not checked against the commit's tree.
//
// Errors: [*NotFoundError], and those of [DigestResult].Err.
func (c *Client) Contents(ctx context.Context, owner, repo, path, ref string) ([]byte, error) {
	if err := checkRepository(owner, repo); err != nil {
		return nil, err
	}
	if !lowerHex(ref, 40, 64) {
		return nil, fmt.Errorf("asking GitHub for %q: %q is not a commit's id; give all 40 (or 64) hex digits", path, ref)
	}
	escaped, err := escapePath(path)
	if err != nil {
		return nil, err
	}
	address := c.http.URL("/repos/"+owner+"/"+repo+"/contents/"+escaped, url.Values{"ref": {ref}})
	resp, err := c.http.Do(ctx, httpx.Request{URL: address, Accept: "application/vnd.github.raw+json", Limit: maxFile})
	if s := new(StatusError); errors.As(err, &s) && s.Status == http.StatusNotFound {
		return nil, &NotFoundError{URL: s.URL, What: "file"}
	}
	if err != nil {
		return nil, refusal(err, "contents: read")
	}
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	var wrong error
	switch {
	case kind == "text/html":
		wrong = errors.New("status 200, but its content type is HTML; expected a file")
	case kind == "application/json" && bytes.HasPrefix(bytes.TrimSpace(resp.Body), []byte("[")):
		// A folder is listed, whatever media type was asked for.
		wrong = errors.New("the path is a folder; expected a file")
	default:
		return resp.Body, nil
	}
	return nil, fmt.Errorf("asking GitHub for %q: %w", path, wrong)
}

// escapePath escapes a path in a repository for a URL and refuses one that is
// not in git's form.
func escapePath(path string) (string, error) {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if p == "" || p == "." || p == ".." || len(path) > 4096 || strings.ContainsFunc(p, unicode.IsControl) {
			return "", fmt.Errorf("asking GitHub for %q: it is not the path of a file in a repository", path)
		}
		parts[i] = url.PathEscape(p)
	}
	return strings.Join(parts, "/"), nil
}
