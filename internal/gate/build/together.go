// SPDX-License-Identifier: BSD-3-Clause

package build

import (
	"fmt"
	"strings"
)

// releaseRules are the rules over the release as a whole.
var releaseRules []func(*release)

func together(f func(*release)) struct{} {
	releaseRules = append(releaseRules, f)
	return struct{}{}
}

func (r *release) together() {
	for _, f := range releaseRules {
		f(r)
	}
}

// group sorts the files by a fact of the attestation that passed.
func (r *release) group(fact func(*judgement) string) map[string][]string {
	groups := map[string][]string{}
	for _, j := range r.passing {
		key := fact(j)
		groups[key] = append(groups[key], j.dist.Name.Filename)
	}
	return groups
}

// describeGroups writes groups in a stable order, a few files each.
func describeGroups(groups map[string][]string) string {
	var parts []string
	for _, key := range sortedKeys(groups) {
		files := groups[key]
		more := ""
		if len(files) > 3 {
			files, more = files[:3], fmt.Sprintf(" and %d more", len(files)-3)
		}
		parts = append(parts, fmt.Sprintf("%s (%s%s)", orNothing(key), strings.Join(files, ", "), more))
	}
	return strings.Join(parts, "; ")
}
