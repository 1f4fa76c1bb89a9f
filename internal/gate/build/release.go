// SPDX-License-Identifier: BSD-3-Clause

package build

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/dist"
	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/finding"
)

// release is the state of one Judge call.
type release struct {
	in  Input
	res Result

	byDigest map[string][]int // distribution indexes by SHA-256
	byName   map[string][]int // by file name
	// passing holds, for each distribution that has one, an attestation that
	// passed everything: provenance if there is any.
	passing []*judgement
	// refused are distributions of which an attestation proves nothing.
	refused map[string]bool
	// predicates are read once per attestation, however many files it covers.
	predicates map[*evidence.Attestation]parsedPredicate
}

func (r *release) predicate(a *evidence.Attestation) parsedPredicate {
	p, ok := r.predicates[a]
	if !ok {
		p.prov, p.err = evidence.ParseProvenance(a.Statement)
		r.predicates[a] = p
	}
	return p
}

func (r *release) index() {
	r.byDigest, r.byName = map[string][]int{}, map[string][]int{}
	for i, d := range r.in.Dists {
		r.byDigest[d.Digest.Hex()] = append(r.byDigest[d.Digest.Hex()], i)
		r.byName[d.Name.Filename] = append(r.byName[d.Name.Filename], i)
	}
	met := map[[32]byte]bool{}
	for _, a := range r.in.Attestations {
		// The same attestation in two files, or from a file and an API, is one.
		if !a.OK() || met[a.Key] {
			continue
		}
		met[a.Key] = true
		seen := map[int]bool{}
		for _, digest := range digests(a) {
			for _, i := range r.byDigest[digest] {
				if !seen[i] {
					seen[i] = true
					r.res.ByDist[i] = append(r.res.ByDist[i], a)
				}
			}
		}
	}
}

func digests(a *evidence.Attestation) []string {
	if a.Statement == nil {
		return []string{a.MessageDigest}
	}
	out := make([]string, 0, len(a.Statement.Subjects))
	for _, s := range a.Statement.Subjects {
		if s.SHA256 != "" {
			out = append(out, s.SHA256)
		}
	}
	return out
}

// documents reports every document that proves nothing: an error where it is
// part of the release, a note where an API returned it.
func (r *release) documents() {
	for _, a := range r.in.Attestations {
		if a.OK() {
			continue
		}
		rule := documentRules[a.Problem.Kind]
		if rule == nil {
			rule = invalidSignature // an unknown kind of problem is never less than a bad signature
		}
		f := rule.Found(r.meantFor(a), a.Problem.Hint, "%s: %s", quoted(a.Document), a.Problem.Message)
		f.Location = finding.Location{File: a.Source, Line: a.Line}
		if a.Origin.Local() {
			r.refused[f.Subject] = true
		} else {
			f.Severity = finding.Note
		}
		r.res.Add(f)
	}
}

// quoted names a document for a message.
func quoted(d evidence.Document) string {
	if d.Line > 0 {
		return fmt.Sprintf("attestation %q, line %d", d.Source, d.Line)
	}
	return fmt.Sprintf("attestation %q", d.Source)
}

// meantFor guesses which distribution a broken document belongs to, for the
// report only: by its file name, else by a subject's name.
func (r *release) meantFor(a *evidence.Attestation) string {
	base := filepath.Base(a.Source)
	best := ""
	for _, d := range r.in.Dists {
		if strings.HasPrefix(base, d.Name.Filename+".") && len(d.Name.Filename) > len(filepath.Base(best)) {
			best = d.Path
		}
	}
	if best != "" {
		return best
	}
	for _, s := range a.Unverified {
		for _, i := range r.byName[s.Name] {
			return r.in.Dists[i].Path
		}
	}
	return a.Source
}

// dist applies the quantifier to one distribution: at least one attestation of
// each required kind passes everything; another one that fails is an error if
// it is part of the release and a note if it came from an API.
func (r *release) dist(i int) {
	d := r.in.Dists[i]
	var best *judgement
	for _, k := range []kind{provenance, publish} {
		required := slices.Contains(r.in.Policy.Require, k.String())
		var passed, failed []*judgement
		for _, a := range r.res.ByDist[i] {
			if kindOf(a) != k {
				continue
			}
			if j := r.judge(a, d); j.passes() {
				passed = append(passed, j)
				r.res.Passed[i] = append(r.res.Passed[i], a)
			} else {
				failed = append(failed, j)
			}
		}
		if len(passed) > 0 {
			// Of several that pass, one is enough: its remarks are shown.
			r.res.Merge(passed[0].Set)
			if best == nil { // provenance before publish
				best = passed[0]
			}
		}
		for _, j := range failed {
			remark := !j.att.Origin.Local() && (len(passed) > 0 || !required)
			r.merge(j, remark)
		}
		if required && len(passed)+len(failed) == 0 {
			r.missing(i, k)
		}
	}
	if best != nil {
		r.passing = append(r.passing, best)
	}
}

// merge adds a failing judgement, as notes where it is only somebody's
// attestation beside one that passes.
func (r *release) merge(j *judgement, remark bool) {
	for n := range j.Findings {
		if remark {
			j.Findings[n].Severity = finding.Note
		}
	}
	if remark {
		j.Unchecked = nil
	}
	r.res.Merge(j.Set)
}

// missing reports that no attestation of a required kind is about d, and what
// was found instead.
func (r *release) missing(i int, k kind) {
	d := r.in.Dists[i]
	rule := missingProvenance
	if k == publish {
		rule = missingPublish
	}
	if r.explained(d, k) {
		return
	}
	if why := r.in.Unread[d.Digest.Hex()]; why != "" {
		r.res.Skip(rule.Undecided(d.Path, "no %s attestation of %q (sha256 %s) was found in the files, and GitHub could not be asked: %s", k, d.Name.Filename, d.Digest.Hex(), why))
		return
	}
	others := ""
	if n := len(r.res.ByDist[i]); n > 0 {
		types := map[string]bool{}
		for _, a := range r.res.ByDist[i] {
			types[describeType(a)] = true
		}
		others = fmt.Sprintf("; the attestations found for it are of other types (%s)", strings.Join(sortedKeys(types), ", "))
	}
	hint := missingHint[k]
	if r.refused[d.Path] {
		others += "; one that is meant for it was refused"
		hint = "see why the attestation of this file was refused"
	}
	r.res.Add(rule.Found(d.Path, hint, "no %s attestation covers %q (sha256 %s)%s", k, d.Name.Filename, d.Digest.Hex(), others))
}

func describeType(a *evidence.Attestation) string {
	if a.Statement == nil {
		return "a signature without a statement"
	}
	return fmt.Sprintf("%q", a.Statement.PredicateType)
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// explained looks for a verified attestation of kind k that names the file but
// another digest: the file was changed (or rebuilt) after it was attested.
func (r *release) explained(d *dist.Dist, k kind) bool {
	for _, a := range r.in.Attestations {
		if !a.OK() || kindOf(a) != k {
			continue
		}
		for _, s := range a.Statement.Subjects {
			if s.Name != d.Name.Filename || s.SHA256 == d.Digest.Hex() {
				continue
			}
			r.mismatch(a, d, s)
			return true
		}
	}
	return false
}

func (r *release) mismatch(a *evidence.Attestation, d *dist.Dist, s evidence.Subject) {
	if s.SHA256 == "" {
		f := malformedSubject.Found(d.Path, malformedSubjectHint, "%s in the %s attestation", a.Statement.SubjectProblem(), kindOf(a))
		f.Location = finding.Location{File: a.Source, Line: a.Line}
		r.res.Add(f)
		return
	}
	f := digestMismatch.Found(d.Path, "the file is not the one that was attested: build and attest it again, and find out what changed it in between",
		"%q has sha256 %s, but the %s attestation for that name covers sha256 %s", d.Name.Filename, d.Digest.Hex(), kindOf(a), s.SHA256)
	f.Location = finding.Location{File: a.Source, Line: a.Line}
	r.res.Add(f)
}

// leftovers reports attestations and subjects that are about no file here, or
// not about the file that they lie beside.
func (r *release) leftovers() {
	for _, a := range r.in.Attestations {
		if a.OK() && a.Statement != nil && !r.wrongPlace(a) {
			r.spareSubjects(a)
		}
	}
}

// wrongPlace reports an attestation that lies beside a distribution under its
// name and is about another file, whether or not that one is here too: an
// uploader would send it with the file that it is named for.
func (r *release) wrongPlace(a *evidence.Attestation) bool {
	if a.Origin != evidence.Folder || kindOf(a) == 0 && !strings.HasSuffix(a.Source, ".attestation") {
		return false
	}
	var named *dist.Dist
	for _, d := range r.in.Dists {
		if strings.HasPrefix(filepath.Base(a.Source), d.Name.Filename+".") && filepath.Dir(a.Source) == filepath.Dir(d.Path) {
			named = d
		}
	}
	if named == nil || slices.Contains(digests(a), named.Digest.Hex()) {
		return false
	}
	if r.alreadySaid(named) {
		return true
	}
	s := a.Statement.Subjects[0]
	if s.Name == named.Name.Filename {
		r.mismatch(a, named, s)
		return true
	}
	f := attestationForAnotherFile.Found(named.Path, "put the attestation that belongs to this file beside it, or remove it",
		"%s lies beside %q (sha256 %s) but is about %q (sha256 %s)", quoted(a.Document), named.Name.Filename, named.Digest.Hex(), s.Name, s.SHA256)
	f.Location = finding.Location{File: a.Source, Line: a.Line}
	r.res.Add(f)
	return true
}

func (r *release) alreadySaid(d *dist.Dist) bool {
	return slices.ContainsFunc(r.res.Findings, func(f finding.Finding) bool {
		return (f.Rule == digestMismatch.ID || f.Rule == malformedSubject.ID) && f.Subject == d.Path
	})
}

// spareSubjects notes subjects of required kinds for which no file is here
// (published may be less than attested), and reports those that name a file
// here with another digest.
func (r *release) spareSubjects(a *evidence.Attestation) {
	if kindOf(a) == 0 || !a.Origin.Local() {
		return
	}
	var names []string
	for _, s := range a.Statement.Subjects {
		if len(r.byDigest[s.SHA256]) > 0 {
			continue
		}
		if len(r.byName[s.Name]) == 0 {
			names = append(names, fmt.Sprintf("%q", s.Name))
			continue
		}
		for _, i := range r.byName[s.Name] {
			if d := r.in.Dists[i]; !r.alreadySaid(d) {
				r.mismatch(a, d, s)
			}
		}
	}
	if len(names) == 0 {
		return
	}
	shown := names
	more := ""
	if len(names) > 5 {
		shown, more = names[:5], fmt.Sprintf(" and %d more", len(names)-5)
	}
	f := subjectWithoutFile.Found(a.Source, "nothing to do if these files were left out on purpose", "attested, but not among the files: %s%s", strings.Join(shown, ", "), more)
	f.Location = finding.Location{File: a.Source, Line: a.Line}
	r.res.Add(f)
}
