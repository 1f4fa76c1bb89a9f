// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/github"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

var _ = register(finding.Rule{
	ID:       "unprotected-tag",
	Severity: finding.Warning,
	Waivable: true,
	Title:    "The tags that start a release may be made and moved by everybody who may push",
	Why: "A tag is what turns a commit into a release. Where no ruleset covers release tags, a stolen account of any contributor " +
		"with write access is enough to tag a commit that nobody reviewed, or to move an old tag under a new one.",
	Bad:        "no ruleset for tags",
	Good:       "Settings > Rules > Rulesets: target tags v*, restrict creations, updates and deletions, release managers may bypass",
	References: []string{"SPEC 8: hardening workflow environment permissions", "PyPI: trusted publishing security model (tag protection rules)"},
}, func(a *audit, rule *finding.Rule) {
	for _, k := range a.trusted() {
		filters, started := tagFilters(k)
		if !started {
			continue
		}
		j := k.Step.Job
		if a.in.Settings.WhyNot != "" {
			a.skip(rule.Undecided("", "%s; compare under Settings > Rules > Rulesets: a ruleset for release tags that restricts creation, update and deletion", a.in.Settings.WhyNot))
			return
		}
		answer := a.in.Settings.GitHub.Rulesets()
		if answer.Err != nil {
			a.skip(rule.Undecided("", "the rulesets for tags could not be read: %s; compare under Settings > Rules > Rulesets", whyUnread(answer.Err)))
			return
		}
		p := github.ProtectionOf(answer.Value, github.SampleTags(filters)...)
		switch fixed := p.Fixed(); {
		case p.Creation == github.No && fixed == github.No:
			a.add(a.at(rule, j, j.File.Path, j.Job.Pos.Line,
				"add a ruleset for release tags under Settings > Rules > Rulesets: restrict creations, updates and deletions, and let release managers bypass it",
				"a tag (%s) starts the upload to %s, and no ruleset keeps anybody with write access from making or moving such a tag", strings.Join(filters, ", "), indexName(k.Index)))
		case p.Creation == github.Unknown || fixed == github.Unknown:
			a.skip(rule.Undecided("", "which rulesets cover release tags could not be read whole; compare under Settings > Rules > Rulesets"))
		}
	}
})

// tagFilters are the patterns of the tags that start an upload; any tag is "*".
func tagFilters(k *graph.Sink) (filters []string, started bool) {
	add := func(s string) {
		if !slices.Contains(filters, s) {
			filters = append(filters, s)
		}
	}
	for _, r := range k.Step.Runs {
		if r.Runs == expr.False || r.Scenario.Ref.Type != "tag" {
			continue
		}
		switch ref := r.Scenario.Ref; {
		case ref.Name != "":
			add(ref.Name)
		case ref.Pattern != nil:
			add(ref.Pattern.String())
		default:
			add("*")
		}
	}
	return filters, len(filters) > 0
}
