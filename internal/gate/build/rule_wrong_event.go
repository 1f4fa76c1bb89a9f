// SPDX-License-Identifier: BSD-3-Clause

package build

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
)

var _ = judged(rule{
	Rule: finding.Rule{
		ID:       "wrong-event",
		Severity: finding.Error,
		Title:    "The run was started by an event that may not make a release",
		Why: "pull_request_target, issue_comment and workflow_run start workflows with the repository's rights for people who " +
			"have none: that is how the attackers of Ultralytics and TanStack got in. A release is started by pushing a tag, " +
			"publishing a release, or by hand.",
		Bad:        "event pull_request_target",
		Good:       "event push, release or workflow_dispatch",
		References: []string{"SPEC 8: release triggers", "Fulcio: 1.3.6.1.4.1.57264.1.20"},
	},
	kinds:    both,
	identity: true,
	judge: func(r *rule, j *judgement) {
		if j.id.Event != "" && slices.Contains(j.pol.Builder.Events, j.id.Event) {
			return
		}
		r.deviates(j, "start the release by a push of the tag, a release or workflow_dispatch; another event is allowed with builder.events in the policy",
			"the %s attestation's run was started by event %s, allowed are %s", j.kind, orNothing(j.id.Event), strings.Join(j.pol.Builder.Events, ", "))
	},
})
