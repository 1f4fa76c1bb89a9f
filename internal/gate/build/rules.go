// SPDX-License-Identifier: BSD-3-Clause

package build

import (
	"cmp"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
)

// rule is a rule over one attestation. Rules over documents or the release are
// plain finding.Rules, applied in release.go.
type rule struct {
	finding.Rule
	kinds kind
	// issuer rules are applied first.
	issuer bool
	// identity rules are not applied once a rule about the issuer has fired.
	identity bool
	judge    func(*rule, *judgement)
}

var (
	attestationRules []*rule
	allRules         []*finding.Rule
)

// register puts a rule into the gate's list; each rule's file calls it once.
func register(r finding.Rule) *finding.Rule {
	if r.Gate == "" {
		r.Gate = finding.Build
	}
	if r.OnUnchecked == "" {
		r.OnUnchecked = finding.Block
	}
	p := &r
	allRules = append(allRules, p)
	return p
}

// judged registers a rule over one attestation. Rules about the issuer are
// applied first; among the others the order only orders the report.
func judged(r rule) *rule {
	r.Rule = *register(r.Rule)
	p := &r
	allRules[len(allRules)-1] = &p.Rule
	attestationRules = append(attestationRules, p)
	slices.SortFunc(attestationRules, func(a, b *rule) int {
		return cmp.Or(a.stage()-b.stage(), strings.Compare(a.ID, b.ID))
	})
	return p
}

func (r *rule) stage() int {
	switch {
	case r.issuer:
		return 0
	case r.identity:
		return 2
	}
	return 1
}

// Rules returns the gate's rules, sorted by id.
func Rules() []finding.Rule {
	out := make([]finding.Rule, len(allRules))
	for i, r := range allRules {
		out[i] = *r
	}
	slices.SortFunc(out, func(a, b finding.Rule) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// deviates adds a finding of r about the judged attestation. The message names
// the kind of attestation and the file it was read from, so that a reader can
// find it among many.
func (r *rule) deviates(j *judgement, hint, format string, args ...any) {
	f := r.Found(j.dist.Path, hint, format, args...)
	f.Location.File = j.att.Source
	f.Location.Line = j.att.Line
	j.Add(f)
}

// unchecked adds an unchecked item of r about the judged attestation.
func (r *rule) unchecked(j *judgement, format string, args ...any) {
	j.Skip(r.Undecided(j.dist.Path, format, args...))
}
