// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/scientific-python/sallyport/internal/httpx"
)

// Branch is what GitHub says of a branch.
type Branch struct {
	Name string
	Head string // the commit
	// Protected says that a branch protection or an active ruleset covers it;
	// not what that demands.
	Protected bool
	// Rules are those of the rulesets that cover it, inherited ones included.
	// What a branch protection of the older kind demands only administrators
	// may read. Where the rules could not be read, RulesErr says why.
	Rules    []Rule
	RulesErr error
}

// Rule is one rule of a ruleset.
type Rule struct {
	// Type is GitHub's word: "creation", "update", "deletion",
	// "non_fast_forward", "pull_request", "required_signatures", …
	Type string
	// Ruleset is the ruleset's id, 0 where it is not said.
	Ruleset int64
	// Approvals is how many reviews a rule of type "pull_request" demands.
	Approvals int64
}

// Branch reads a branch and the rules that cover it.
//
// Error: [*UnreadableError]; of the rules alone it is in RulesErr.
func (c *Client) Branch(ctx context.Context, owner, repo, branch string) (Branch, error) {
	b, err := c.branch(ctx, owner, repo, branch)
	if err != nil {
		return Branch{}, unreadable(gone(err, "branch"), "contents: read", "the branch %q of %s/%s", branch, owner, repo)
	}
	b.Rules, err = entire(ctx, c, "/repos/"+owner+"/"+repo+"/rules/branches/"+url.PathEscape(branch), nil, "", 10, decodeRule)
	b.RulesErr = unreadable(gone(err, "list of rules"), "metadata: read", "the rules for the branch %q of %s/%s", branch, owner, repo)
	return b, nil
}

func (c *Client) branch(ctx context.Context, owner, repo, branch string) (Branch, error) {
	if err := checkRepository(owner, repo); err != nil {
		return Branch{}, err
	}
	if err := checkRef(branch); err != nil {
		return Branch{}, err
	}
	path := "/repos/" + owner + "/" + repo + "/branches/" + url.PathEscape(branch)
	var b Branch
	err := c.get(ctx, path, nil, maxSetting, func(d *httpx.Decoder) (err error) {
		b, err = decodeBranch(d)
		return err
	})
	if err == nil && b.Name != branch {
		err = &AnswerError{URL: c.http.URL(path, nil), Err: errors.New("it is of another branch")}
	}
	return b, err
}

func decodeBranch(d *httpx.Decoder) (Branch, error) {
	var b Branch
	err := d.Object(func(key string) (err error) {
		switch key {
		case "name":
			b.Name, err = name(d)
		case "protected":
			b.Protected, err = boolean(d, false)
		case "commit":
			b.Head, err = decodeSHA(d)
		default:
			err = d.Skip()
		}
		return err
	})
	if err == nil && (b.Name == "" || b.Head == "") {
		err = errors.New("a branch has no name or no commit")
	}
	return b, err
}

// decodeSHA reads an object of which only its "sha" counts.
func decodeSHA(d *httpx.Decoder) (string, error) {
	sha := ""
	err := d.Object(func(key string) (err error) {
		if key == "sha" {
			sha, err = objectID(d)
			return err
		}
		return d.Skip()
	})
	return sha, err
}

func decodeRule(d *httpx.Decoder) (Rule, error) {
	var r Rule
	err := d.Object(func(key string) (err error) {
		switch key {
		case "type":
			r.Type, err = name(d)
		case "ruleset_id":
			r.Ruleset, err = integer(d)
		case "parameters":
			err = objectOrNull(d, func(d *httpx.Decoder, key string) (err error) {
				if key == "required_approving_review_count" {
					r.Approvals, err = integer(d)
					return err
				}
				return d.Skip()
			})
		default:
			err = d.Skip()
		}
		return err
	})
	if err == nil && r.Type == "" {
		err = errors.New("a rule has no type")
	}
	return r, err
}

// checkRef refuses what git refuses as the name of a ref, with or without its
// refs/heads/ or refs/tags/.
func checkRef(ref string) error {
	bad := ref == "" || len(ref) > maxName || ref == "@" ||
		strings.HasPrefix(ref, "/") || strings.HasSuffix(ref, "/") || strings.HasSuffix(ref, ".") ||
		strings.Contains(ref, "..") || strings.Contains(ref, "//") || strings.Contains(ref, "@{") ||
		strings.ContainsAny(ref, " ~^:?*[\\") ||
		strings.ContainsFunc(ref, func(r rune) bool { return r < ' ' || r == 0x7f })
	for part := range strings.SplitSeq(ref, "/") {
		bad = bad || strings.HasPrefix(part, ".") || strings.HasSuffix(part, ".lock")
	}
	if bad {
		return fmt.Errorf("asking GitHub: %q is not the name of a branch or tag", ref)
	}
	return nil
}
