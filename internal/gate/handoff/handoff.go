// SPDX-License-Identifier: BSD-3-Clause

// Package handoff judges the set of files that is about to be uploaded: that
// it is one release of one project, that nothing lies in the folder which an
// uploader would send or stop at, and that the index would accept the
// attestations that go with the files.
//
// It sees facts that the readers collected, and reads nothing.
package handoff

import (
	"cmp"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/dist"
	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/policy"
)

// Input is what the gate judges.
type Input struct {
	Files *dist.Collection
	// Unreadable are files that could not be read after they were collected.
	Unreadable []dist.Problem
	// Attestations are those found beside the files, verified or not.
	Attestations []*evidence.Attestation
	// Stray are files beside the distributions that hold no attestation.
	Stray  []string
	Policy *policy.Policy
	// Ledger is the set that was verified before, or nil.
	Ledger *Ledger
	// Sealed says that the files were verified before, and are about to be
	// uploaded: without a ledger nobody knows whether they are the same.
	Sealed bool
	// Uploading says that they are about to be uploaded from this folder.
	Uploading bool
	// Checksums are the digests that the build handed on, or nil. Exact says that
	// none of those files may be missing.
	Checksums Checksums
	Exact     bool
	// Relaxed verifies one document as leniently as the index does; it is
	// asked only where our own verification is stricter.
	Relaxed func(*evidence.Attestation) *evidence.Attestation
}

// Result is the gate's judgement; Index is in the order of Files.Dists.
type Result struct {
	finding.Set
	Index []IndexVerdict
}

// Judge applies every rule of the gate.
func Judge(in Input) Result {
	r := &release{in: in}
	r.res.Index = make([]IndexVerdict, len(in.Files.Dists))
	for i, d := range in.Files.Dists {
		r.res.Index[i] = r.asIndex(d)
	}
	for _, c := range checks {
		c(r)
	}
	return r.res
}

type release struct {
	in  Input
	res Result
}

var (
	checks   []func(*release)
	allRules []*finding.Rule
)

// register puts a rule and its check into the gate's list; each rule's file
// calls it once.
func register(rule finding.Rule, check func(*release, *finding.Rule)) *finding.Rule {
	rule.Gate = finding.Handoff
	if rule.OnUnchecked == "" {
		rule.OnUnchecked = finding.Block
	}
	p := &rule
	allRules = append(allRules, p)
	checks = append(checks, func(r *release) { check(r, p) })
	return p
}

// Rules returns the gate's rules, sorted by id.
func Rules() []finding.Rule {
	out := make([]finding.Rule, len(allRules))
	for i, r := range allRules {
		out[i] = *r
	}
	slices.SortFunc(out, func(a, b finding.Rule) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// few joins names for a message, five at most.
func few(names []string) string {
	if len(names) > 5 {
		return strings.Join(names[:5], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}
