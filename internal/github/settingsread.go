// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
)

// ReadSettings reads everything asked for, some at a time and within
// [SettingsTimeout]. What could not be read has its own error. After a rate
// limit or a token that is not accepted no more is asked: what is left has
// that error.
//
// The error is about the query's repository or size, or the context.
func (c *Client) ReadSettings(ctx context.Context, q SettingsQuery) (Settings, error) {
	if err := checkRepository(q.Owner, q.Repo); err != nil {
		return Settings{}, err
	}
	if n := len(q.Environments) + len(q.Branches) + len(q.Pins) + len(q.Refs); n > maxAsked {
		return Settings{}, fmt.Errorf("asking GitHub for settings: %d questions; at most %d", n, maxAsked)
	}
	limited, cancel := context.WithTimeout(ctx, SettingsTimeout)
	defer cancel()
	g := &settingsReader{ctx: limited, c: c, q: q, pins: &pinReader{c: c}}
	g.plan()
	each(len(g.work), func(i int) { g.work[i]() })
	if err := ctx.Err(); err != nil {
		return Settings{}, fmt.Errorf("asking GitHub for settings: %w", err)
	}
	return g.s, nil
}

// settingsReader is one call of ReadSettings under way.
type settingsReader struct {
	ctx  context.Context
	c    *Client
	q    SettingsQuery
	pins *pinReader
	work []func()

	mu   sync.Mutex
	s    Settings
	stop error // a refusal that holds for all further questions
}

// plan makes one piece of work of each question.
func (g *settingsReader) plan() {
	owner, repo := g.q.Owner, g.q.Repo
	g.s.Default = &Answer[Branch]{}
	planned(g, "the default branch", func(a Answer[Branch]) { *g.s.Default = a }, func() (Branch, error) {
		about, err := g.c.About(g.ctx, owner, repo)
		if err != nil {
			return Branch{}, err
		}
		return g.c.Branch(g.ctx, owner, repo, about.DefaultBranch)
	})
	g.s.Environments = map[string]Answer[Environment]{}
	for _, name := range g.q.Environments {
		key := strings.ToLower(name)
		planOnce(g, g.s.Environments, key, fmt.Sprintf("the environment %q", name), func() (Environment, error) {
			return g.c.Environment(g.ctx, owner, repo, name)
		})
	}
	g.s.Branches = map[string]Answer[Branch]{}
	for _, name := range g.q.Branches {
		planOnce(g, g.s.Branches, name, fmt.Sprintf("the branch %q", name), func() (Branch, error) {
			return g.c.Branch(g.ctx, owner, repo, name)
		})
	}
	if g.q.Tags {
		g.s.TagRulesets = &Answer[[]Ruleset]{}
		planned(g, "the rulesets for tags", func(a Answer[[]Ruleset]) { *g.s.TagRulesets = a }, func() ([]Ruleset, error) {
			return g.c.TagRulesets(g.ctx, owner, repo)
		})
	}
	if g.q.Commit != "" {
		g.s.Commit = &Answer[Commit]{}
		planned(g, "the commit", func(a Answer[Commit]) { *g.s.Commit = a }, func() (Commit, error) {
			return g.c.Commit(g.ctx, owner, repo, g.q.Commit)
		})
	}
	g.s.Pins = map[Pin]Answer[Pinned]{}
	for _, p := range g.q.Pins {
		planOnce(g, g.s.Pins, p, fmt.Sprintf("the commit %q of %s/%s", p.Commit, p.Owner, p.Repo), func() (Pinned, error) {
			return g.pins.read(g.ctx, p)
		})
	}
	g.s.Refs = map[Ref]Answer[Resolved]{}
	for _, r := range g.q.Refs {
		planOnce(g, g.s.Refs, r, fmt.Sprintf("the tag or branch %q of %s/%s", r.Name, r.Owner, r.Repo), func() (Resolved, error) {
			return g.c.ResolveRef(g.ctx, r.Owner, r.Repo, r.Name)
		})
	}
}

// planOnce plans a question whose answer goes into a map, unless it is there.
func planOnce[K comparable, V any](g *settingsReader, to map[K]Answer[V], key K, what string, read func() (V, error)) {
	if _, there := to[key]; there {
		return
	}
	to[key] = Answer[V]{}
	planned(g, what, func(a Answer[V]) { to[key] = a }, read)
}

func planned[V any](g *settingsReader, what string, put func(Answer[V]), read func() (V, error)) {
	g.work = append(g.work, func() {
		var a Answer[V]
		if stop := g.stopped(); stop != nil {
			a.Err = unreadable(stop, "", "%s", what)
		} else {
			a.Value, a.Err = read()
		}
		g.mu.Lock()
		defer g.mu.Unlock()
		put(a)
		if g.stop == nil && final(a.Err) {
			g.stop = errors.Unwrap(a.Err)
		}
	})
}

func (g *settingsReader) stopped() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.stop != nil {
		return g.stop
	}
	return g.ctx.Err()
}

// final reports whether a refusal holds for every other question as well.
func final(err error) bool {
	rate, perm := new(RateLimitError), new(PermissionError)
	return errors.As(err, &rate) || errors.As(err, &perm) && perm.Status == http.StatusUnauthorized
}
