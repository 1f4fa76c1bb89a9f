// SPDX-License-Identifier: BSD-3-Clause

package policy

import "slices"

// knownEvents is GitHub's list of events that start a workflow, by the names
// that certificates carry. "workflow_call" is missing: a called workflow runs
// under its caller's event.
var knownEvents = []string{
	"branch_protection_rule", "check_run", "check_suite", "create", "delete",
	"deployment", "deployment_status", "discussion", "discussion_comment",
	"fork", "gollum", "image_version", "issue_comment", "issues", "label",
	"merge_group", "milestone", "page_build", "public", "pull_request",
	"pull_request_review", "pull_request_review_comment", "push",
	"registry_package", "release", "repository_dispatch", "schedule", "status",
	"watch", "workflow_dispatch", "workflow_run",
}

func checkEvent(s string) (string, error) {
	switch {
	case s == "pull_request_target":
		return "", badValue("%q cannot be allowed: such a run has the repository's own identity while outsiders choose what it works on; build releases from push, release or workflow_dispatch", s)
	case s == "workflow_call":
		return "", badValue("%q is never a run's event: a called workflow runs under its caller's; write that one, such as push or release", s)
	case !slices.Contains(knownEvents, s):
		if best := nearest(s, knownEvents); best != "" {
			return "", badValue("%q is not an event of GitHub's; did you mean %q?", clip(s), best)
		}
		return "", badValue("%q is not an event of GitHub's; write events such as push, release, workflow_dispatch", clip(s))
	}
	return s, nil
}
