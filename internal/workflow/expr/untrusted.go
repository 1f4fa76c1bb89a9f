// SPDX-License-Identifier: BSD-3-Clause

package expr

import "strings"

// Setter is who can choose the text of a context property.
type Setter int

// The setters. A name of a branch or tag in the repository itself is chosen by
// whoever may push; inputs of workflow_dispatch by whoever may start a run.
const (
	Outsider   Setter = iota + 1 // anyone with an account
	Pusher                       // anyone who may push a branch or tag
	Dispatcher                   // anyone who may start a run by hand
)

// String returns "outsider", "pusher" or "dispatcher".
func (s Setter) String() string {
	return map[Setter]string{Outsider: "outsider", Pusher: "pusher", Dispatcher: "dispatcher"}[s]
}

// Taint is a reference to text that somebody else chooses.
type Taint struct {
	Ref
	Setter Setter
}

// head is what an outsider names in the repository and branch of a pull request.
func head(base string) []string {
	return []string{
		base + ".ref", base + ".label", base + ".repo.default_branch", base + ".repo.description",
		base + ".repo.homepage", base + ".repo.name", base + ".repo.full_name", base + ".repo.topics",
	}
}

// commit is what an outsider writes into a commit.
func commit(base string) []string {
	return []string{
		base + ".message", base + ".author.name", base + ".author.email",
		base + ".committer.name", base + ".committer.email",
	}
}

// untrusted lists the properties and who sets them. "*" stands for every
// element of a list.
var untrusted = func() (out []struct {
	path []string
	who  Setter
}) {
	list := func(who Setter, paths ...string) {
		for _, p := range paths {
			out = append(out, struct {
				path []string
				who  Setter
			}{strings.Split(p, "."), who})
		}
	}
	const event, pr, run = "github.event.", "github.event.pull_request", "github.event.workflow_run"
	list(Outsider, "github.head_ref", pr+".title", pr+".body")
	list(Outsider, head(pr+".head")...)
	list(Outsider, event+"issue.title", event+"issue.body", event+"comment.body", event+"review.body",
		event+"review_comment.body", event+"discussion.title", event+"discussion.body",
		event+"pages.*.page_name", event+"pages.*.title", event+"pages.*.summary",
		event+"changes.title.from", event+"changes.body.from", event+"changes.head.ref.from",
		run+".head_branch", run+".display_title", run+".head_repository.description",
		run+".head_repository.name", run+".head_repository.full_name",
		run+".pull_requests.*.head.ref", event+"check_suite.head_branch",
		event+"check_run.check_suite.head_branch", event+"workflow.head_branch")
	list(Outsider, commit(event+"commits.*")...)
	list(Outsider, commit(event+"head_commit")...)
	list(Outsider, commit(run+".head_commit")...)
	list(Outsider, commit(event+"check_suite.head_commit")...)
	list(Outsider, commit(event+"merge_group.head_commit")...)
	list(Pusher, "github.ref", "github.ref_name", "github.base_ref", "github.workflow_ref", event+"ref",
		event+"base_ref", event+"release.tag_name", event+"release.name", event+"release.body",
		pr+".base.ref", pr+".base.label")
	list(Dispatcher, "inputs.*", event+"inputs.*", event+"client_payload")
	return out
}()

// Untrusted returns the references to text that somebody other than the
// maintainers of the workflow chooses, in the order of the text. A path above
// one of those (all of github.event, toJSON(github)) counts, with the least
// trusted setter below it. inputs of a workflow_call are listed as the
// Dispatcher's too: who sets them is the caller's matter.
func (e *Expr) Untrusted() []Taint {
	var out []Taint
	for _, r := range e.Refs() {
		var who Setter
		for _, u := range untrusted {
			if overlaps(r.segments, u.path) && (who == 0 || u.who < who) {
				who = u.who
			}
		}
		if who != 0 {
			out = append(out, Taint{r, who})
		}
	}
	return out
}

// overlaps reports whether one path is the other, above it or below it. A "*"
// in the reference can be any property, one in the list any property too.
func overlaps(ref, path []string) bool {
	for i := range min(len(ref), len(path)) {
		if ref[i] != path[i] && ref[i] != "*" && path[i] != "*" {
			return false
		}
	}
	return true
}
