// SPDX-License-Identifier: BSD-3-Clause

package expr

import (
	"slices"
	"strings"
)

// github is a property of the github context. path starts with "github".
func (s *Scenario) github(path []string) (Value, int) {
	isPull := strings.HasPrefix(s.Event, "pull_request")
	switch lowerASCII(path[1]) {
	case "event_name":
		if s.Event != "" {
			return Known(s.Event), 2
		}
		return SomeString(""), 2
	case "ref":
		return s.Ref.full("ref"), 2
	case "ref_name":
		return s.Ref.short("ref"), 2
	case "ref_type":
		return s.Ref.refType(), 2
	case "ref_protected":
		return AnyBool(), 2
	case "repository":
		return s.repository(), 2
	case "repository_owner":
		return s.owner(), 2
	case "head_ref", "base_ref":
		switch {
		case s.Event == "":
			return optional(AnyString()), 2
		case !isPull && s.Event != "merge_group":
			return OneOf("", nil), 2
		case s.Event != "pull_request" && s.Event != "pull_request_target": // documented for these alone
			return optional(AnyString()), 2
		case lowerASCII(path[1]) == "base_ref":
			return s.Base.short("base"), 2
		}
		return SomeString(""), 2
	case "event":
		if len(path) == 2 {
			return anyObject(), 2
		}
		return s.event(path[2:], isPull)
	case "token", "sha", "run_id", "run_number", "workflow", "workflow_ref", "workflow_sha", "workspace":
		return SomeString(""), 2
	case "actor", "triggering_actor":
		return SomeString(""), 2
	}
	return Anything(), len(path)
}

// payload says which events can have a property in their payload. For an event
// that is not listed here the property is not known.
var payload = map[string][]string{
	"pull_request":   {"pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment"},
	"release":        {"release"},
	"workflow_run":   {"workflow_run"},
	"issue":          {"issues", "issue_comment"},
	"comment":        {"issue_comment", "commit_comment", "pull_request_review_comment", "discussion_comment"},
	"review":         {"pull_request_review"},
	"discussion":     {"discussion", "discussion_comment"},
	"inputs":         {"workflow_dispatch"},
	"schedule":       {"schedule"},
	"client_payload": {"repository_dispatch"},
	"commits":        {"push"},
	"head_commit":    {"push"},
	"merge_group":    {"merge_group"},
	"deployment":     {"deployment", "deployment_status"},
	"check_run":      {"check_run"},
	"check_suite":    {"check_suite"},
	"pages":          {"gollum"},
	"action": {"pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment", "release",
		"workflow_run", "issues", "issue_comment", "discussion", "discussion_comment", "repository_dispatch",
		"commit_comment", "merge_group", "check_run", "check_suite", "deployment", "deployment_status"},
}

// listed are the events that the table above is complete for.
var listed = []string{"push", "pull_request", "pull_request_target", "pull_request_review",
	"pull_request_review_comment", "release", "workflow_run", "issues", "issue_comment", "discussion",
	"discussion_comment", "workflow_dispatch", "schedule", "repository_dispatch", "merge_group", "create", "delete",
	"check_run", "check_suite", "deployment", "deployment_status", "gollum", "commit_comment"}

// event is a property of github.event; path is what follows that.
func (s *Scenario) event(path []string, isPull bool) (Value, int) {
	key := lowerASCII(path[0])
	if events, ok := payload[key]; ok && slices.Contains(listed, s.Event) && !slices.Contains(events, s.Event) {
		return Known(nil), 3
	}
	sub := ""
	if len(path) > 1 {
		sub = lowerASCII(strings.Join(path[1:], "."))
	}
	switch key {
	case "action":
		if len(s.Actions) > 0 && s.Event != "" {
			return OneOf(anys(s.Actions)...), 3
		}
	case "ref":
		switch s.Event {
		case "push", "workflow_dispatch":
			return s.Ref.full("ref"), 3
		}
	case "schedule":
		if s.Event == "schedule" && len(s.Crons) > 0 {
			return OneOf(anys(s.Crons)...), 3
		}
	case "inputs":
		if len(path) > 1 && path[1] != "*" && (s.Event == "workflow_dispatch" || s.Event == "") {
			return s.input(s.EventInputs, lowerASCII(path[1]), true), 4
		}
	case "release":
		if s.Event == "release" {
			return s.release(sub, len(path)+2)
		}
	case "pull_request":
		if isPull {
			return s.pull(sub, len(path)+2)
		}
	case "repository":
		return s.ownRepository(sub, len(path)+2)
	case "workflow_run":
		if s.Event == "workflow_run" && sub == "" {
			return anyObject(), 3
		}
	}
	return Anything(), len(path) + 2
}

func (s *Scenario) release(sub string, used int) (Value, int) {
	switch sub {
	case "":
		return anyObject(), used
	case "tag_name":
		if s.Ref.Type == "tag" {
			return s.Ref.short("ref"), used
		}
	case "draft", "prerelease":
		return AnyBool(), used
	}
	return Anything(), used
}

// ownRepository is below github.event.repository. Not every event has it.
func (s *Scenario) ownRepository(sub string, used int) (Value, int) {
	v := Anything()
	switch sub {
	case "full_name":
		v = s.repository()
	case "name":
		v = s.repositoryName()
	case "owner.login", "owner.name":
		v = s.owner()
	case "default_branch":
		v = s.defaultBranch()
	case "fork":
		v = AnyBool()
	}
	switch s.Event {
	case "push", "pull_request", "pull_request_target", "release", "workflow_run", "workflow_dispatch":
		return v, used
	}
	return optional(v), used
}

// pull is below github.event.pull_request.
func (s *Scenario) pull(sub string, used int) (Value, int) {
	gone := optional // of a head repository that was deleted since
	if len(s.Actions) > 0 && s.Fork != Unknown && !slices.ContainsFunc(s.Actions, func(a string) bool {
		return a != "opened" && a != "synchronize" && a != "reopened"
	}) || s.Fork == False {
		gone = func(v Value) Value { return v }
	}
	switch sub {
	case "":
		return anyObject(), used
	case "merged", "draft":
		return optional(AnyBool()), used // reviews have only some of the properties
	case "title", "head.ref", "head.sha":
		return SomeString(""), used
	case "base.ref":
		return s.Base.short("base"), used
	case "base.repo.full_name":
		return s.repository(), used
	case "head.repo.full_name":
		return gone(s.headRepository()), used
	case "head.repo.fork":
		if s.Fork == Unknown {
			return gone(AnyBool()), used
		}
		return gone(Known(s.Fork == True)), used
	case "head.repo.owner.login", "head.user.login":
		if s.Fork == False {
			return s.owner(), used
		}
	}
	return Anything(), used
}

func anys(all []string) []any {
	out := make([]any, len(all))
	for i, s := range all {
		out[i] = s
	}
	return out
}
