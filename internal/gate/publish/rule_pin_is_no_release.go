// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"fmt"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/github"
)

var _ = register(finding.Rule{
	ID:       "pin-is-no-release",
	Severity: finding.Warning,
	Waivable: true,
	Title:    "An action on the path is pinned to a commit that is no release of it",
	Why: "GitHub finds a commit by its id in all forks of a repository. So a pin can name a commit that never was in the action's own " +
		"repository, and that somebody pushed to a fork of it. A commit that a tag of the repository names was released by its maintainers.",
	Bad:        "uses: actions/checkout@0123456789abcdef0123456789abcdef01234567 # v6.0.2  (a commit of a fork)",
	Good:       "uses: actions/checkout@COMMIT # v6.0.2, where the tag v6.0.2 stands for that commit",
	References: []string{"SPEC 8: pin to full release commit SHAs"},
}, func(a *audit, rule *finding.Rule) {
	pins := a.pins()
	if len(pins) == 0 {
		return
	}
	if why := a.in.Settings.WhyNot + a.in.Settings.WhyNoPins; why != "" {
		a.skip(rule.Undecided("", "%s, so the %d pinned actions on the path were not held against their repositories' tags", why, len(pins)))
		return
	}
	var open []string
	reason := ""
	done := map[string]bool{}
	for i, p := range pins {
		pin := pinOf(p.uses)
		name := p.uses.Owner + "/" + p.uses.Repo
		answer := a.in.Settings.GitHub.Pin(pin)
		if answer.Err != nil || answer.Value.Tagged == github.Unknown && answer.Value.Inside != github.No {
			if !done[name] {
				done[name] = true
				open = append(open, name)
			}
			if reason == "" {
				reason = answer.Value.Why
				if answer.Err != nil {
					reason = whyUnread(answer.Err)
				}
				if i >= maxPins {
					reason = fmt.Sprintf("only %d are asked about", maxPins)
				}
			}
			continue
		}
		v := answer.Value
		hint := "pin to the commit of a release: gh api repos/" + name + "/git/ref/tags/TAG; keep the tag as a comment"
		switch {
		case v.Inside == github.No:
			f := a.at(rule, p.step.Job, p.step.File, p.uses.Pos.Line, hint, "%q is pinned to a commit that is not in that repository (%s); it may be a fork's", p.uses.Raw.Value, v.Why)
			f.Severity = finding.Error
			a.add(f)
		case v.Comment != "" && v.Comment != pin.Commit && v.Comment != v.Commit:
			f := a.at(rule, p.step.Job, p.step.File, p.uses.Pos.Line, hint, "the comment beside %q says %s, which is commit %s", p.uses.Raw.Value, pin.Tag, v.Comment)
			f.Fix = a.source(p.step.File).Replace(p.uses.Pos.Line, p.uses.Ref, v.Comment)
			a.add(f)
		case v.Tagged == github.No:
			a.add(a.at(rule, p.step.Job, p.step.File, p.uses.Pos.Line, hint, "%q is pinned to a commit that no tag of %s names, so it is no release", p.uses.Raw.Value, name))
		}
	}
	if len(open) > 0 {
		a.skip(rule.Undecided("", "whether their pinned commits are releases could not be read for %s: %s", strings.Join(open, ", "), reason))
	}
})
