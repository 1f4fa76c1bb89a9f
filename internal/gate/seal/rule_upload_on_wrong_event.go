// SPDX-License-Identifier: BSD-3-Clause

package seal

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
)

var _ = register(finding.Rule{
	ID:       "upload-on-wrong-event",
	Severity: finding.Error,
	Title:    "The run that uploads was started by an event that may not make a release",
	Why: "The index refuses one event, pull_request_target, and takes any other: a run that a comment, another workflow's end or a timer started " +
		"publishes as well as one that a maintainer started. Outsiders can cause most of these.",
	Bad:        "event issue_comment",
	Good:       "event push, release or workflow_dispatch",
	References: []string{"SPEC 8: release triggers", "GitHub: OpenID Connect"},
}, func(j *job, rule *finding.Rule) {
	c := j.verified()
	if c == nil || c.EventName == "pull_request_target" && j.named(indexWouldRefuseToken) {
		return
	}
	events := j.in.Policy.Builder.Events
	if len(events) == 0 {
		j.res.Skip(rule.Undecided(thisJob, "the policy allows no event by name (the run was started by %q); write builder: {events: [push]}", c.EventName))
		return
	}
	if !slices.Contains(events, c.EventName) {
		j.res.Add(rule.Found(thisJob, "start the release by a push of the tag, a release or workflow_dispatch; another event is allowed with builder.events in the policy",
			"the run was started by event %s, allowed are %s", orNone(c.EventName), strings.Join(events, ", ")))
	}
})
