// SPDX-License-Identifier: BSD-3-Clause

package expr

import "strings"

// MayBeEmpty reports whether e may come to an empty text in scenario s, where
// everything before it went well. What is given for a [Ref.Path] stands for
// what the path refers to in s.
func (e *Expr) MayBeEmpty(s *Scenario, given map[string]Value) bool {
	from := overlaid{s, map[string]Value{}}
	for _, r := range e.Refs() {
		if v, ok := given[r.Path]; ok {
			from.given[strings.Join(r.segments, "\x00")] = v
		}
	}
	ev := evaluator{from: from, now: well, budget: maxWork}
	for _, x := range ev.eval(e.root).orAnything().items {
		if x.mayBeEmpty() {
			return true
		}
	}
	return false
}

// overlaid is a scenario of which some paths stand for something else.
type overlaid struct {
	*Scenario
	given map[string]Value // by the path's parts, in lower case
}

func (o overlaid) lookup(path []string) (Value, int) {
	if v, ok := o.given[strings.ToLower(strings.Join(path, "\x00"))]; ok {
		return v, len(path)
	}
	return o.Scenario.lookup(path)
}

// mayBeEmpty reports whether an item's text may be empty: that of null is.
func (x item) mayBeEmpty() bool {
	if x.open == nil {
		text, sure := x.d.toText()
		return sure && text == ""
	}
	return x.open.kinds&(kindNull|kindString) != 0 && !x.open.truthy && x.open.prefix == ""
}
