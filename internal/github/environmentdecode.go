// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"errors"
	"fmt"

	"github.com/scientific-python/sallyport/internal/httpx"
)

// decodeEnvironment reads an environment. A key that is not there counts as
// the protection that is not there.
func decodeEnvironment(d *httpx.Decoder) (Environment, error) {
	e := Environment{AdminsBypass: true}
	err := d.Object(func(key string) (err error) {
		switch key {
		case "name":
			e.Name, err = name(d)
		case "can_admins_bypass":
			e.AdminsBypass, err = boolean(d, false)
		case "protection_rules":
			n := 0
			err = d.ArrayOrNull(func() error {
				if n++; n > 100 {
					return &LimitError{What: "list of protection rules", Limit: 100, Unit: "entries"}
				}
				return e.decodeRule(d)
			})
		case "deployment_branch_policy":
			e.Restriction, err = decodeRestriction(d)
		default:
			return d.Skip()
		}
		if err != nil {
			err = fmt.Errorf("%s: %w", key, err)
		}
		return err
	})
	if err == nil && e.Name == "" {
		err = errors.New(`it has no "name"`)
	}
	return e, err
}

// decodeRule reads one protection rule into e.
func (e *Environment) decodeRule(d *httpx.Decoder) error {
	var (
		kind      string
		reviewers []Reviewer
		alone     bool
		minutes   int64
	)
	err := d.Object(func(key string) (err error) {
		switch key {
		case "type":
			kind, err = name(d)
		case "reviewers":
			err = d.ArrayOrNull(func() error {
				if len(reviewers) == 100 {
					return &LimitError{What: "list of reviewers", Limit: 100, Unit: "entries"}
				}
				r, err := decodeReviewer(d)
				reviewers = append(reviewers, r)
				return err
			})
		case "prevent_self_review":
			alone, err = boolean(d, true)
		case "wait_timer":
			minutes, err = integer(d)
		default:
			err = d.Skip()
		}
		return err
	})
	if err != nil {
		return err
	}
	switch kind {
	case "required_reviewers":
		e.RequiresReview = true
		e.Reviewers = append(e.Reviewers, reviewers...)
		e.PreventSelfReview = e.PreventSelfReview || alone
	case "wait_timer":
		e.WaitMinutes = max(e.WaitMinutes, minutes)
	case "branch_policy":
		// Its content is in deployment_branch_policy.
	case "":
		return errors.New("a rule has no type")
	default:
		e.OtherRules = append(e.OtherRules, kind)
	}
	return nil
}

func decodeReviewer(d *httpx.Decoder) (Reviewer, error) {
	var r Reviewer
	err := d.Object(func(key string) (err error) {
		switch key {
		case "type":
			r.Type, err = name(d)
		case "reviewer":
			err = objectOrNull(d, func(d *httpx.Decoder, key string) (err error) {
				switch key {
				case "login", "slug":
					r.Name, err = name(d)
					return err
				}
				return d.Skip()
			})
		default:
			err = d.Skip()
		}
		return err
	})
	return r, err
}

// decodeRestriction reads deployment_branch_policy, of which null means that
// there is none.
func decodeRestriction(d *httpx.Decoder) (Restriction, error) {
	protected, custom, there := false, false, false
	err := objectOrNull(d, func(d *httpx.Decoder, key string) (err error) {
		there = true
		switch key {
		case "protected_branches":
			protected, err = boolean(d, false)
		case "custom_branch_policies":
			custom, err = boolean(d, false)
		default:
			err = d.Skip()
		}
		return err
	})
	switch {
	case err != nil || !there:
		return Unrestricted, err
	case protected == custom:
		return Unrestricted, errors.New("it is for protected branches and by pattern, or neither; expected one of them")
	case protected:
		return ProtectedOnly, nil
	}
	return Selected, nil
}

// decodePolicy reads a pattern. One without a type is from before there were
// patterns for tags.
func decodePolicy(d *httpx.Decoder) (DeploymentPolicy, error) {
	var p DeploymentPolicy
	err := d.Object(func(key string) (err error) {
		switch key {
		case "name":
			p.Pattern, err = name(d)
		case "type":
			var kind string
			if kind, err = name(d); err == nil && kind != "" && kind != "branch" && kind != "tag" {
				err = errors.New("a policy is neither for branches nor for tags")
			}
			p.Tag = kind == "tag"
		default:
			err = d.Skip()
		}
		return err
	})
	if err == nil && p.Pattern == "" {
		err = errors.New("a policy has no name")
	}
	return p, err
}

// decodeApp reads an app's slug; one that is switched off has none.
func decodeApp(d *httpx.Decoder) (string, error) {
	slug, enabled := "", true
	err := d.Object(func(key string) (err error) {
		switch key {
		case "enabled":
			enabled, err = boolean(d, false)
		case "app":
			err = objectOrNull(d, func(d *httpx.Decoder, key string) (err error) {
				if key == "slug" {
					slug, err = name(d)
					return err
				}
				return d.Skip()
			})
		default:
			err = d.Skip()
		}
		return err
	})
	switch {
	case !enabled:
		return "", err
	case slug == "":
		return "an app without a name", err
	}
	return slug, err
}

// decodeNamed reads the name of anything that has one.
func decodeNamed(d *httpx.Decoder) (string, error) {
	s := ""
	err := d.Object(func(key string) (err error) {
		if key == "name" {
			s, err = name(d)
			return err
		}
		return d.Skip()
	})
	return s, err
}
