// SPDX-License-Identifier: BSD-3-Clause

package github

import (
	"errors"
	"fmt"
	"slices"

	"github.com/scientific-python/sallyport/internal/httpx"
)

// rulesetAnswer is a ruleset as listed (without rules) or as read by itself.
type rulesetAnswer struct {
	Ruleset
	target string
	rules  bool // the answer had them
}

func decodeRuleset(d *httpx.Decoder) (rulesetAnswer, error) {
	// "branch" is GitHub's default.
	r := rulesetAnswer{target: "branch", Ruleset: Ruleset{Bypass: -1}}
	enforcement := ""
	err := d.Object(func(key string) (err error) {
		switch key {
		case "id":
			r.ID, err = integer(d)
		case "name":
			r.Name, err = name(d)
		case "source":
			r.Source, err = name(d)
		case "target":
			r.target, err = name(d)
		case "enforcement":
			enforcement, err = name(d)
		case "conditions":
			err = objectOrNull(d, r.decodeCondition)
		case "rules":
			r.rules = true
			err = d.ArrayOrNull(func() error {
				if len(r.Rules) == maxEntries {
					return &LimitError{What: "list of rules", Limit: maxEntries, Unit: "entries"}
				}
				rule, err := decodeRule(d)
				r.Rules = append(r.Rules, rule.Type)
				return err
			})
		case "bypass_actors":
			r.Bypass = 0
			err = d.ArrayOrNull(func() error {
				r.Bypass++
				return d.Skip()
			})
		default:
			return d.Skip()
		}
		if err != nil {
			err = fmt.Errorf("%s: %w", key, err)
		}
		return err
	})
	if err == nil && (r.ID == 0 || enforcement == "") {
		err = errors.New("a ruleset has no id or no enforcement")
	}
	r.Active = enforcement == "active"
	slices.Sort(r.Rules)
	r.Rules = slices.Compact(r.Rules)
	return r, err
}

// decodeCondition reads which refs a ruleset is for. Conditions on the
// repository's name or properties are met: otherwise it would not be listed.
func (r *rulesetAnswer) decodeCondition(d *httpx.Decoder, key string) error {
	if key != "ref_name" {
		return d.Skip()
	}
	return objectOrNull(d, func(d *httpx.Decoder, key string) error {
		var to *[]string
		switch key {
		case "include":
			to, r.Refs = &r.Include, true
		case "exclude":
			to = &r.Exclude
		default:
			return d.Skip()
		}
		return d.ArrayOrNull(func() error {
			if len(*to) == maxEntries {
				return &LimitError{What: "list of patterns", Limit: maxEntries, Unit: "entries"}
			}
			s, err := name(d)
			*to = append(*to, s)
			return err
		})
	})
}
