// SPDX-License-Identifier: BSD-3-Clause

package policy

import "time"

// Matches reports whether the entry names the rule and one of the paths (a
// finding's file and subject; empty ones are skipped). It says nothing about
// [Ignore.Until]: call [Policy.CheckIgnores] first.
func (g Ignore) Matches(rule string, paths ...string) bool {
	if !Same(g.Rule, rule) {
		return false
	}
	for _, pattern := range g.Files {
		glob, err := ParseGlob(pattern)
		if err != nil {
			continue
		}
		for _, p := range paths {
			if p != "" && glob.Match(p) {
				return true
			}
		}
	}
	return false
}

// CheckIgnores holds the entries of "ignore" to the rules that exist and to
// the day (UTC) of now: an unknown rule, one that may not be waived, an entry
// that has run out, and one that runs for more than twelve months are
// problems. The error is an [*Error].
func (p *Policy) CheckIgnores(now time.Time, waivable func(id string) (known, waivable bool)) error {
	where := &problems{source: p.Origin.Path}
	if where.source == "" {
		where.source = "the policy"
	}
	y, m, d := now.UTC().Date()
	today := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	latest := today.AddDate(1, 0, 0)
	for i, g := range p.Ignore {
		known, may := waivable(g.Rule)
		switch {
		case !known:
			where.add(g.Line, "entry %d of \"ignore\" names the rule %q, which does not exist; \"sallyport explain\" lists the rules", i+1, g.Rule)
		case !may:
			where.add(g.Line, "entry %d of \"ignore\" names the rule %q, which cannot be waived; remove the entry and correct what the rule finds (\"sallyport explain %s\" says how)", i+1, g.Rule, g.Rule)
		}
		switch {
		case g.Until.Before(today):
			where.add(g.Line, "entry %d of \"ignore\" (%s) ran out on %s; remove it, or look at its reason again and write a new \"until\"", i+1, g.Rule, g.Until.Format(time.DateOnly))
		case g.Until.After(latest):
			where.add(g.Line, "entry %d of \"ignore\" (%s) holds until %s; the latest day allowed is %s, twelve months from today", i+1, g.Rule, g.Until.Format(time.DateOnly), latest.Format(time.DateOnly))
		}
	}
	return where.err()
}
