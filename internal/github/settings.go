// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// SettingsTimeout bounds one call of [Client.ReadSettings].
const SettingsTimeout = 2 * time.Minute

// maxAsked is how many environments, pins and refs one call answers for.
const maxAsked = 1000

// SettingsQuery says what to read of a repository's settings. Questions that
// are asked twice are answered once.
type SettingsQuery struct {
	Owner, Repo string
	// Environments are names; they are compared without case.
	Environments []string
	// Branches are names besides the default branch, which is always read.
	Branches []string
	// Tags asks for the rulesets for tags.
	Tags bool
	// Commit, where not empty, is the commit whose signature is asked for.
	Commit string
	// Pins and Refs are of any repositories.
	Pins []Pin
	Refs []Ref
}

// Ref is the name of a tag or branch of any repository.
type Ref struct {
	Owner, Repo string
	Name        string // see [Client.ResolveRef]
}

// Answer is what was read, or why it was not: with an Err, nothing is known.
type Answer[V any] struct {
	Value V
	Err   error // an [*UnreadableError], or nil
}

// Settings holds one answer for each question; those that were not asked have
// an error, so that they are never taken for answered. The zero value answers
// nothing.
type Settings struct {
	Environments map[string]Answer[Environment] // by lower-case name
	Default      *Answer[Branch]
	Branches     map[string]Answer[Branch]
	TagRulesets  *Answer[[]Ruleset]
	Commit       *Answer[Commit]
	Pins         map[Pin]Answer[Pinned]
	Refs         map[Ref]Answer[Resolved]
}

var errNotAsked = errors.New("it was not asked for")

func notAsked[V any](what string) Answer[V] {
	return Answer[V]{Err: &UnreadableError{What: what, Err: errNotAsked}}
}

func lookUp[K comparable, V any](m map[K]Answer[V], k K, what string) Answer[V] {
	if a, ok := m[k]; ok {
		return a
	}
	return notAsked[V](what)
}

func given[V any](a *Answer[V], what string) Answer[V] {
	if a != nil {
		return *a
	}
	return notAsked[V](what)
}

// Environment is the answer for an environment.
func (s Settings) Environment(name string) Answer[Environment] {
	return lookUp(s.Environments, strings.ToLower(name), fmt.Sprintf("the environment %q", name))
}

// DefaultBranch is the answer for the default branch.
func (s Settings) DefaultBranch() Answer[Branch] { return given(s.Default, "the default branch") }

// Branch is the answer for a branch that was named in the query.
func (s Settings) Branch(name string) Answer[Branch] {
	return lookUp(s.Branches, name, fmt.Sprintf("the branch %q", name))
}

// Rulesets is the answer for the rulesets for tags.
func (s Settings) Rulesets() Answer[[]Ruleset] { return given(s.TagRulesets, "the rulesets for tags") }

// Release is the answer for the commit.
func (s Settings) Release() Answer[Commit] { return given(s.Commit, "the commit") }

// Pin is the answer for a pin.
func (s Settings) Pin(p Pin) Answer[Pinned] {
	return lookUp(s.Pins, p, fmt.Sprintf("the commit %q of %s/%s", p.Commit, p.Owner, p.Repo))
}

// Ref is the answer for a tag or branch.
func (s Settings) Ref(r Ref) Answer[Resolved] {
	return lookUp(s.Refs, r, fmt.Sprintf("the tag or branch %q of %s/%s", r.Name, r.Owner, r.Repo))
}
