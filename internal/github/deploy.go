// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"fmt"
	"strings"
)

// Open reports whether a branch (a tag, where tag is set) of any name may use
// the environment, so that its name protects nothing: who may push one may
// deploy. The words say why, as a clause.
func (e Environment) Open(tag bool) (Known, string) {
	kind := "branch"
	if tag {
		kind = "tag"
	}
	switch {
	case e.Missing:
		return Yes, "the environment does not exist, and GitHub makes one without protection when a job names it"
	case e.Restriction == Unrestricted:
		return Yes, "no rule says which branches and tags may use it"
	case e.Restriction == ProtectedOnly && tag:
		return No, "it is for protected branches only"
	case e.Restriction == ProtectedOnly && e.AnyProtected == Yes:
		return No, "it is for protected branches only"
	case e.Restriction == ProtectedOnly:
		return Unknown, "it is for protected branches only, and no protected branch is to be seen; without a rule for one, GitHub lets every branch in"
	case e.PoliciesErr != nil:
		return Unknown, "the branches and tags that may use it could not be read"
	}
	unsure := ""
	for _, p := range e.Policies {
		switch {
		case p.Tag != tag:
		case everything(p.Pattern):
			return Yes, fmt.Sprintf("the pattern %q lets a %s of any name in", p.Pattern, kind)
		case unsupported(p.Pattern) || len(p.Pattern) > maxName:
			unsure = p.Pattern
		}
	}
	if unsure != "" {
		return Unknown, fmt.Sprintf("the pattern %q is not understood", unsure)
	}
	return No, fmt.Sprintf("the name of a %s must match a pattern", kind)
}

// Accepts reports whether a run for ref (refs/heads/…, refs/tags/…, or
// refs/pull/1/merge) may use the environment, as far as names decide. Of
// protected branches the caller knows more.
func (e Environment) Accepts(ref string) Known {
	name, tag := strings.CutPrefix(ref, "refs/tags/")
	if !tag {
		name = strings.TrimPrefix(ref, "refs/heads/")
	}
	switch {
	case e.Missing || e.Restriction == Unrestricted:
		return Yes
	case e.Restriction == ProtectedOnly && tag:
		return No
	case e.Restriction == ProtectedOnly || e.PoliciesErr != nil:
		return Unknown
	}
	answer := No
	for _, p := range e.Policies {
		if p.Tag != tag {
			continue
		}
		switch match(p.Pattern, name) {
		case Yes:
			return Yes
		case Unknown:
			answer = Unknown
		}
	}
	return answer
}

// Gated reports whether anything but a ref's name and time stands between a
// run and the environment: a reviewer, an app, or a rule of an unknown kind.
func (e Environment) Gated() Known {
	switch {
	case e.Missing:
		return No
	case e.RequiresReview || len(e.Apps) > 0 || len(e.OtherRules) > 0:
		return Yes
	case e.AppsErr != nil:
		return Unknown
	}
	return No
}
