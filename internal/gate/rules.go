// SPDX-License-Identifier: BSD-3-Clause

package gate

import (
	"cmp"
	"slices"
	"sync"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/gate/build"
	"github.com/scientific-python/sallyport/internal/gate/handoff"
	"github.com/scientific-python/sallyport/internal/gate/publish"
	"github.com/scientific-python/sallyport/internal/gate/seal"
)

// Rules returns every rule of every gate, sorted by id.
func Rules() []finding.Rule { return slices.Clone(rules()) }

var rules = sync.OnceValue(func() []finding.Rule {
	all := slices.Concat(build.Rules(), handoff.Rules(), publish.Rules(), seal.Rules(), []finding.Rule{unusedIgnore, PolicyUnread, PolicyFromWorkTree, AuditedWorkTree, UncommittedWorkflow, LooserPolicy, ChangedAfterSeal})
	slices.SortFunc(all, func(a, b finding.Rule) int { return cmp.Compare(a.ID, b.ID) })
	return all
})

// Waivable says whether a rule exists and may be named under "ignore".
func Waivable(id string) (known, waivable bool) {
	for _, r := range rules() {
		if r.ID == id {
			return true, r.Waivable
		}
	}
	return false, false
}

// countRules says how many rules belong to each of the gates, without those
// that only the upload's own job can be judged by.
func countRules(gates ...finding.Gate) map[finding.Gate]int {
	out := map[finding.Gate]int{}
	for _, r := range rules() {
		if slices.Contains(gates, r.Gate) {
			out[r.Gate]++
		}
	}
	if out[finding.Publish] > 0 {
		out[finding.Publish] -= len(seal.Rules())
	}
	return out
}
