// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/scientific-python/sallyport/internal/httpx"
)

// maxRulesets is how many active rulesets are read in detail.
const maxRulesets = 50

// Ruleset is a set of rules for tags.
type Ruleset struct {
	ID   int64
	Name string // foreign text
	// Source is who made it: the repository OWNER/NAME, or an organisation.
	Source string
	// Active says that it is enforced; one that is only evaluated or switched
	// off has nothing but its name here.
	Active bool
	// Include and Exclude are the patterns for full refs: fnmatch, or "~ALL".
	// Refs says whether the answer had them.
	Include, Exclude []string
	Refs             bool
	// Rules are GitHub's words: "creation", "update", "deletion", …; sorted.
	Rules []string
	// Bypass is how many people, teams, roles or apps may pass it by. It is -1
	// where it is not said, as to every token that may not change the ruleset.
	Bypass int
	// Err says why an active ruleset's content could not be read.
	Err error
}

// TagRulesets reads the rulesets for tags, those that the repository inherits
// included. An empty list means that no ruleset says anything about tags.
//
// Error: [*UnreadableError]; of one ruleset's content it is in its Err.
func (c *Client) TagRulesets(ctx context.Context, owner, repo string) ([]Ruleset, error) {
	all, err := c.tagRulesets(ctx, owner, repo)
	return all, unreadable(gone(err, "list of rulesets"), "metadata: read", "the rulesets for tags of %s/%s", owner, repo)
}

func (c *Client) tagRulesets(ctx context.Context, owner, repo string) ([]Ruleset, error) {
	if err := checkRepository(owner, repo); err != nil {
		return nil, err
	}
	path := "/repos/" + owner + "/" + repo + "/rulesets"
	query := url.Values{"includes_parents": {"true"}, "targets": {"tag"}}
	listed, err := entire(ctx, c, path, query, "", 5, decodeRuleset)
	if err != nil {
		return nil, err
	}
	var out []Ruleset
	active := 0
	for _, l := range listed {
		if l.target != "tag" {
			continue
		}
		if l.Active {
			if active++; active > maxRulesets {
				return nil, &AnswerError{URL: c.http.URL(path, nil), Err: &LimitError{What: "list of rulesets for tags", Limit: maxRulesets, Unit: "entries"}}
			}
		}
		out = append(out, l.Ruleset)
	}
	each(len(out), func(i int) {
		if out[i].Active {
			out[i] = c.ruleset(ctx, owner, repo, out[i])
		}
	})
	return out, nil
}

// ruleset reads the content of a listed ruleset.
func (c *Client) ruleset(ctx context.Context, owner, repo string, listed Ruleset) Ruleset {
	path := fmt.Sprintf("/repos/%s/%s/rulesets/%d", owner, repo, listed.ID)
	var r rulesetAnswer
	err := c.get(ctx, path, url.Values{"includes_parents": {"true"}}, maxSetting, func(d *httpx.Decoder) (err error) {
		r, err = decodeRuleset(d)
		return err
	})
	switch {
	case err != nil:
	case r.ID != listed.ID || r.target != "tag":
		err = &AnswerError{URL: c.http.URL(path, nil), Err: errors.New("it is another ruleset")}
	case !r.rules:
		err = &AnswerError{URL: c.http.URL(path, nil), Err: errors.New(`it has no "rules"`)}
	default:
		return r.Ruleset
	}
	listed.Err = unreadable(gone(err, "ruleset"), "metadata: read", "the ruleset %q of %s/%s", listed.Name, owner, repo)
	return listed
}
