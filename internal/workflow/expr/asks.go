// SPDX-License-Identifier: BSD-3-Clause

package expr

import (
	"slices"
	"strings"
)

// AsksWho reports whether a condition can only hold for people whom it names:
// whoever caused the run is compared with a name, with a list of names, or with
// a standing that outsiders do not have. A condition that leaves some people out
// and lets all others in asks nobody.
func (e *Expr) AsksWho() bool { return !e.always && asks(e.root) }

func asks(n node) bool {
	switch n := n.(type) {
	case *logic:
		if n.and {
			return slices.ContainsFunc(n.xs, asks)
		}
		return len(n.xs) > 0 && !slices.ContainsFunc(n.xs, func(x node) bool { return !asks(x) })
	case *compare:
		for _, side := range [][2]node{{n.l, n.r}, {n.r, n.l}} {
			who := person(side[0])
			text, constant := constantText(side[1])
			switch {
			case who == "":
			case who == workflowRunEvent && n.op == "!=":
				return constant && text == "pull_request"
			case n.op != "==":
			case constant:
				return !openStanding(text) && !(who == workflowRunEvent && strings.HasPrefix(text, "pull_request"))
			default:
				return settled(side[1])
			}
		}
	case *call:
		if n.fn != "contains" || len(n.args) != 2 {
			return false
		}
		if who := person(n.args[1]); who != "" {
			list := n.args[0]
			if c, ok := list.(*call); ok && c.fn == "fromjson" && len(c.args) == 1 {
				list = c.args[0]
			}
			if text, ok := constantText(list); ok {
				return !openStanding(text)
			}
			return settled(list)
		}
		text, constant := constantText(n.args[1])
		return constant && strings.HasSuffix(person(n.args[0]), ".author_association") && !openStanding(text)
	}
	return false
}

const workflowRunEvent = "github.event.workflow_run.event"

// person is the path of a property that says who caused a run, or how; "" for
// another node.
func person(n node) string {
	ref, ok := lone(n)
	if !ok || ref.Dynamic {
		return ""
	}
	switch p := ref.Path; {
	case p == "github.actor", p == "github.actor_id", p == "github.triggering_actor", p == workflowRunEvent,
		strings.HasPrefix(p, "github.event.") && (strings.HasSuffix(p, ".author_association") || strings.HasSuffix(p, "sender.login") || strings.HasSuffix(p, "sender.id") ||
			strings.HasSuffix(p, ".user.login") || strings.HasSuffix(p, ".user.id") || strings.HasSuffix(p, "actor.login") || strings.HasSuffix(p, "actor.id")):
		return p
	}
	return ""
}

// settled reports whether a node is a property that the repository's own people
// set.
func settled(n node) bool {
	if c, ok := n.(*call); ok && c.fn == "fromjson" && len(c.args) == 1 {
		n = c.args[0]
	}
	ref, ok := lone(n)
	if !ok {
		return false
	}
	switch ref.Context() {
	case "vars", "secrets", "env", "inputs":
		return true
	}
	return ref.Path == "github.repository_owner" || ref.Path == "github.repository_owner_id" || strings.HasPrefix(ref.Path, "github.event.repository.owner.")
}

// lone is a node that is nothing but a property.
func lone(n node) (Ref, bool) {
	switch n.(type) {
	case *name, *index:
	default:
		return Ref{}, false
	}
	root, steps := chain(n)
	context, ok := root.(*name)
	if !ok {
		return Ref{}, false
	}
	return refOf(context, steps, true), true
}

func constantText(n node) (string, bool) {
	lit, ok := n.(*literal)
	if !ok {
		return "", false
	}
	text, ok := lit.d.toText()
	return lowerASCII(text), ok
}

// openStanding reports whether a text names a standing that anybody has, or gets
// by a first pull request. An empty one is no name.
func openStanding(text string) bool {
	return text == "" || slices.ContainsFunc(strings.FieldsFunc(lowerASCII(text), func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') }), func(w string) bool {
		return w == "none" || w == "first_timer" || w == "first_time_contributor" || w == "mannequin"
	})
}
