// SPDX-License-Identifier: BSD-3-Clause

package expr

import "strings"

// Filter is a list of patterns as of `branches:` or `branches-ignore:`.
type Filter struct {
	ignore bool
	rules  []rule
}

type rule struct {
	negative bool
	pattern  *Pattern // nil: it cannot be read, and may match anything
}

// NewFilter reads the patterns of a filter. With ignore, names that match are
// left out and all others are in. A pattern that cannot be read makes answers
// Unknown where it could matter, so there is no error.
func NewFilter(patterns []string, ignore bool) *Filter {
	f := &Filter{ignore: ignore}
	for _, src := range patterns {
		negative := strings.HasPrefix(src, "!")
		p, err := ParsePattern(strings.TrimPrefix(src, "!"))
		if err != nil {
			p = nil
		}
		f.rules = append(f.rules, rule{negative, p})
	}
	return f
}

// Match says whether the filter lets a name through: the last pattern that
// matches decides.
func (f *Filter) Match(name string) Truth {
	state := truthOf(f.ignore)
	for _, r := range f.rules {
		to := truthOf(f.ignore == r.negative)
		hit := Unknown
		if r.pattern != nil && !(f.ignore && r.negative) {
			hit = r.pattern.Match(name)
		}
		switch {
		case hit == True:
			state = to
		case hit == Unknown && state != to:
			state = Unknown
		}
	}
	return state
}

// names is what is known of a branch or tag name that is not known: the text
// before it in a larger text, and a pattern that it matches.
type names struct {
	base    string
	pattern *Pattern
}

// cut splits s behind the base, whatever the case; ok is false when s is
// shorter than the base or differs from it.
func (n *names) cut(s string) (ok bool, rest string) {
	if len(s) < len(n.base) || eqFold(s[:len(n.base)], n.base) != True {
		return false, ""
	}
	return true, s[len(n.base):]
}

// possible reports whether a name that equals s up to case can match.
func (n *names) possible(s string) bool {
	if outside(s) || !ascii(n.pattern.src) {
		return true
	}
	at, _ := n.pattern.run(s, true, true)
	return at[len(n.pattern.elems)]
}

// begins reports whether a name that starts with s, up to case, can match.
func (n *names) begins(s string) bool {
	if outside(s) || !ascii(n.pattern.src) {
		return true
	}
	_, alive := n.pattern.run(s, true, true)
	return alive
}
