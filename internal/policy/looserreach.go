// SPDX-License-Identifier: BSD-3-Clause

package policy

import "strings"

// reach is what patterns of "files" lead to. It answers which of them fit all
// that another pattern fits, and only where that is plain: the same pattern,
// "**", or another one without wildcards.
type reach[T any] struct {
	known map[string]*T
	wild  []wild // in the order in which they came
}

type wild struct {
	pattern string
	glob    Glob
}

// maxWild is how many patterns with wildcards are tried on each other pattern.
// A policy may hold tens of thousands, and comparing two such ones must end; of
// those over the limit only the same pattern is recognised.
const maxWild = 64

func newReach[T any]() *reach[T] { return &reach[T]{known: map[string]*T{}} }

// at returns the place of a pattern, which is new or was there.
func (r *reach[T]) at(pattern string) *T {
	v, ok := r.known[pattern]
	if ok {
		return v
	}
	v = new(T)
	r.known[pattern] = v
	if wildcards(pattern) && len(r.wild) < maxWild {
		if g, err := ParseGlob(pattern); err == nil {
			r.wild = append(r.wild, wild{pattern, g})
		}
	}
	return v
}

// over returns what the patterns that cover another one lead to. A nil reach
// has none.
func (r *reach[T]) over(pattern string) []*T {
	if r == nil {
		return nil
	}
	var out []*T
	for _, same := range []string{pattern, "**"} {
		if v, ok := r.known[same]; ok {
			out = append(out, v)
		}
	}
	if wildcards(pattern) {
		return out
	}
	for _, w := range r.wild {
		// A pattern without a slash fits in any folder, which one with a slash
		// does not.
		if !strings.Contains(pattern, "/") && strings.Contains(w.pattern, "/") {
			continue
		}
		if w.glob.Match(pattern) {
			out = append(out, r.known[w.pattern])
		}
	}
	return out
}

func wildcards(pattern string) bool { return strings.ContainsAny(pattern, `*?[\`) }
