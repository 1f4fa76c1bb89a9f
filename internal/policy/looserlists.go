// SPDX-License-Identifier: BSD-3-Clause

package policy

import (
	"fmt"
	"time"
)

// An entry of a list is looser unless one entry of the old list allowed as
// much; an entry that is gone is tighter.

func looserSigners(old, new *Policy) []Change {
	key := func(s Signer) Signer {
		s.Raw, s.Repository = "", lowerASCII(s.Repository)
		return s
	}
	known := map[Signer]bool{}
	for _, s := range old.Builder.Signers {
		known[key(s)] = true
	}
	var added []string
	for _, s := range new.Builder.Signers {
		if !known[key(s)] {
			added = append(added, s.Raw)
		}
	}
	return addedTo(added)
}

func addedTo(added []string) []Change {
	if len(added) == 0 {
		return nil
	}
	return []Change{{Was: notThere, Now: listed(added)}}
}

func looserIndexes(old, new *Policy) []Change {
	var out []Change
	for _, o := range new.OtherIndexes {
		was := notThere
		for _, before := range old.OtherIndexes {
			if !sameURL(before.URL, o.URL) {
				continue
			}
			if was = ""; before.Credential != o.Credential {
				was = fmt.Sprintf("%s with credential %q", quoted(before.URL), before.Credential)
			}
			break
		}
		if was != "" {
			out = append(out, Change{Was: was, Now: fmt.Sprintf("%s with credential %q", quoted(o.URL), o.Credential), Line: o.Line})
		}
	}
	return out
}

func looserGenerated(old, new *Policy) []Change {
	// By pattern, the digests that the content may have; "" is any.
	allowed := newReach[map[string]bool]()
	for _, g := range old.Source.Generated {
		for _, pattern := range g.Files {
			digests := allowed.at(pattern)
			if *digests == nil {
				*digests = map[string]bool{}
			}
			(*digests)[lowerASCII(g.SHA256)] = true
		}
	}
	var out []Change
	for _, g := range new.Source.Generated {
		var files []string
		was := notThere
		for _, pattern := range g.Files {
			before, ok := allowed.over(pattern), false
			for _, digests := range before {
				ok = ok || (*digests)[""] || (*digests)[lowerASCII(g.SHA256)]
			}
			if !ok {
				files = append(files, pattern)
				if len(before) > 0 {
					was = "only with the sha256 it had"
				}
			}
		}
		if len(files) == 0 {
			continue
		}
		now := fmt.Sprintf("%s, made by %s", listed(files), quoted(g.By))
		if g.SHA256 != "" {
			now += ", with sha256 " + g.SHA256
		}
		out = append(out, Change{Was: was, Now: now, Line: g.Line})
	}
	return out
}

func looserIgnores(old, new *Policy) []Change {
	// By rule and pattern, the last day on which findings were waived.
	waived := map[string]*reach[time.Time]{}
	for _, g := range old.Ignore {
		r, ok := waived[g.Rule]
		if !ok {
			r = newReach[time.Time]()
			waived[g.Rule] = r
		}
		for _, pattern := range g.Files {
			if until := r.at(pattern); g.Until.After(*until) {
				*until = g.Until
			}
		}
	}
	var out []Change
	for _, g := range new.Ignore {
		var files []string
		var latest time.Time // until when some of these files were waived before
		for _, pattern := range g.Files {
			var until time.Time
			for _, u := range waived[g.Rule].over(pattern) {
				if u.After(until) {
					until = *u
				}
			}
			if until.IsZero() || g.Until.After(until) {
				files = append(files, pattern)
				if until.After(latest) {
					latest = until
				}
			}
		}
		if len(files) == 0 {
			continue
		}
		was := notThere
		if !latest.IsZero() {
			was = "until " + latest.Format(time.DateOnly)
		}
		out = append(out, Change{Was: was, Line: g.Line,
			Now: fmt.Sprintf("%s ignored for %s until %s", g.Rule, listed(files), g.Until.Format(time.DateOnly))})
	}
	return out
}
