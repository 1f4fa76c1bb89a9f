// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"slices"
	"strings"
)

// TagProtection says what rulesets demand of who makes, moves or removes a
// tag. GitHub tells few tokens who may pass a ruleset by; here nobody is.
type TagProtection struct {
	// Creation, Update and Deletion say whether that is restricted. A tag that
	// may be removed and made again is one that may be moved.
	Creation, Update, Deletion Known
	// By are the names of the rulesets that restrict one of these; sorted.
	By []string
}

// Fixed reports whether a tag stays at its commit once it is made: it can
// neither be moved, nor be removed and made again.
func (p TagProtection) Fixed() Known {
	again := either(p.Deletion, p.Creation)
	if p.Update == No || again == No {
		return No
	}
	if p.Update == Yes && again == Yes {
		return Yes
	}
	return Unknown
}

func either(a, b Known) Known {
	switch {
	case a == Yes || b == Yes:
		return Yes
	case a == No && b == No:
		return No
	}
	return Unknown
}

// ProtectionOf joins what rulesets say about all the tags named, which have no
// refs/tags/: a rule counts only where it covers each of them.
func ProtectionOf(rulesets []Ruleset, tags ...string) TagProtection {
	p := TagProtection{Creation: No, Update: No, Deletion: No}
	for _, r := range rulesets {
		if !r.Active {
			continue
		}
		covers := Yes
		if len(tags) == 0 {
			covers = Unknown
		}
		for _, t := range tags {
			covers = both(covers, r.Covers("refs/tags/"+t))
		}
		if covers == No {
			continue
		}
		restricts := false
		for _, f := range []struct {
			rule string
			to   *Known
		}{{"creation", &p.Creation}, {"update", &p.Update}, {"deletion", &p.Deletion}} {
			has := No
			switch {
			case r.Err != nil:
				has = Unknown
			case slices.Contains(r.Rules, f.rule):
				has = covers
			}
			restricts = restricts || has == Yes
			*f.to = either(*f.to, has)
		}
		if restricts {
			p.By = append(p.By, r.Name)
		}
	}
	slices.Sort(p.By)
	return p
}

func both(a, b Known) Known {
	switch {
	case a == No || b == No:
		return No
	case a == Yes && b == Yes:
		return Yes
	}
	return Unknown
}

// Covers reports whether the ruleset is for a full ref, as far as its patterns
// are understood.
func (r Ruleset) Covers(ref string) Known {
	if r.Err != nil || !r.Refs {
		return Unknown
	}
	included, excluded := No, No
	for _, p := range r.Include {
		included = either(included, matchRef(p, ref))
	}
	for _, p := range r.Exclude {
		excluded = either(excluded, matchRef(p, ref))
	}
	switch {
	case included == No || excluded == Yes:
		return No
	case included == Yes && excluded == No:
		return Yes
	}
	return Unknown
}

func matchRef(pattern, ref string) Known {
	switch {
	case pattern == "~ALL":
		return Yes
	case pattern == "~DEFAULT_BRANCH":
		return No // a tag is none
	case strings.HasPrefix(pattern, "refs/"):
		return match(pattern, ref)
	}
	// It is not said what a pattern without refs/ means.
	_, short, _ := strings.Cut(strings.TrimPrefix(ref, "refs/"), "/")
	if either(match(pattern, ref), match(pattern, short)) == No {
		return No
	}
	return Unknown
}
