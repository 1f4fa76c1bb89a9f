// SPDX-License-Identifier: BSD-3-Clause

// Package build judges who built each release file: whether a verified
// attestation shows that it was signed by the builder the policy names, from
// the right repository, ref and commit, on an allowed runner, and whether the
// provenance says what the certificate says.
//
// It sees only verified facts and the policy, reads nothing, and trusts a
// predicate only as far as the certificate agrees with it.
package build

import (
	"github.com/scientific-python/sallyport/internal/dist"
	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/trust"
)

// Input is what the gate judges.
type Input struct {
	Dists        []*dist.Dist
	Attestations []*evidence.Attestation
	// Policy is complete: defaults are filled in.
	Policy *policy.Policy
	// Unread says, by the file's digest, why attestations that may exist could
	// not be fetched; it turns a missing attestation from a finding into an
	// unchecked item.
	Unread map[string]string
	// WhyUnknown says why the policy names no publisher, where it does not.
	WhyUnknown string
	// Registered is the index's word on the publisher, or nil.
	Registered *Registered
	// Run is the number of the run that the files must come from, "" for any.
	Run string
	// Uploading says that the job that judges is the one that uploads.
	Uploading bool
	// RootProblems are failed refreshes of trust roots.
	RootProblems []*trust.Problem
}

// Result is the gate's judgement.
type Result struct {
	finding.Set
	// ByDist holds, per distribution (same order as Input.Dists), the verified
	// attestations that are about it.
	ByDist [][]*evidence.Attestation
	// Passed holds, per distribution, those of ByDist that are of a kind which
	// the policy may require and that pass everything.
	Passed [][]*evidence.Attestation
	// Commit and Run are what a passing attestation proves that the release was
	// built from and by: a commit, and the number of a run on GitHub. Both are
	// "" where none passes.
	Commit, Run string
}

// Judge applies every rule of the gate to the release.
func Judge(in Input) Result {
	r := &release{
		in: in, res: Result{ByDist: make([][]*evidence.Attestation, len(in.Dists)), Passed: make([][]*evidence.Attestation, len(in.Dists))},
		refused:    map[string]bool{},
		predicates: map[*evidence.Attestation]parsedPredicate{},
	}
	r.index()
	r.documents()
	for i := range in.Dists {
		r.dist(i)
	}
	r.leftovers()
	r.together()
	if len(r.passing) > 0 {
		id := r.passing[0].id
		r.res.Commit, r.res.Run = id.Commit, runNumber(id.RunURI)
	}
	return r.res
}

// kind says which attestations a rule looks at.
type kind int

const (
	provenance kind = 1 << iota
	publish
	both = provenance | publish
)

// kindOf is 0 for what satisfies no requirement: other predicates, and what
// GitHub itself attested.
func kindOf(a *evidence.Attestation) kind {
	if a.ByGitHub {
		return 0
	}
	switch t := a.PredicateType(); {
	case evidence.IsProvenance(t):
		return provenance
	case t == evidence.PredicatePublish:
		return publish
	}
	return 0
}

func (k kind) String() string {
	if k == publish {
		return policy.RequirePublish
	}
	return policy.RequireProvenance
}

// judgement is one attestation held against the policy for one distribution.
type judgement struct {
	finding.Set
	att  *evidence.Attestation
	id   *evidence.Identity
	kind kind
	pol  *policy.Policy
	dist *dist.Dist
	// names are the statement's names for the distribution's digest.
	names []string
	// run is Input.Run, uploading Input.Uploading.
	run       string
	uploading bool
	// predicate is set for provenance.
	predicate parsedPredicate
	// foreign is set by the rules about the issuer: the signer is no GitHub
	// workflow, and comparing its other claims would only add noise.
	foreign bool
}

// passes reports whether nothing of severity error was found.
func (j *judgement) passes() bool {
	for _, f := range j.Findings {
		if f.Severity == finding.Error {
			return false
		}
	}
	return true
}

// judge holds one attestation against every rule for its kind.
func (r *release) judge(a *evidence.Attestation, d *dist.Dist) *judgement {
	j := &judgement{att: a, id: a.Signer, kind: kindOf(a), pol: r.in.Policy, dist: d, run: r.in.Run, uploading: r.in.Uploading}
	for _, s := range a.Statement.Subjects {
		if s.SHA256 == d.Digest.Hex() {
			j.names = append(j.names, s.Name)
		}
	}
	if j.kind == provenance {
		j.predicate = r.predicate(a)
	}
	for _, rule := range attestationRules {
		if rule.kinds&j.kind != 0 && !(j.foreign && rule.identity) {
			rule.judge(rule, j)
		}
	}
	return j
}
