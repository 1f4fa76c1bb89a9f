// SPDX-License-Identifier: BSD-3-Clause

package gate

import (
	"cmp"
	"slices"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/gate/build"
	"github.com/scientific-python/sallyport/internal/gate/handoff"
)

// Rules returns every rule of every gate, sorted by id.
func Rules() []finding.Rule {
	all := slices.Concat(build.Rules(), handoff.Rules(), []finding.Rule{unusedIgnore, PolicyUnread, PolicyFromWorkTree})
	slices.SortFunc(all, func(a, b finding.Rule) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// elsewhere are waivable rules of gates that this version does not have yet.
// A policy may name them already; they can waive nothing here.
var elsewhere = []string{"unpinned-action"}

// Waivable says whether a rule exists and may be named under "ignore".
func Waivable(id string) (known, waivable bool) {
	for _, r := range Rules() {
		if r.ID == id {
			return true, r.Waivable
		}
	}
	known = slices.Contains(elsewhere, id)
	return known, known
}

// countRules says how many rules a gate applied.
func countRules(g finding.Gate) int {
	n := 0
	for _, r := range Rules() {
		if r.Gate == g {
			n++
		}
	}
	return n
}
