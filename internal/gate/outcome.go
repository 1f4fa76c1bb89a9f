// SPDX-License-Identifier: BSD-3-Clause

package gate

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/scientific-python/sallyport/internal/dist"
	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/gate/handoff"
	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/report"
)

// part is what one reading of a release adds to a report: findings of some
// gates, and facts. Parts do not know each other.
type part struct {
	finding.Set
	gates []finding.Gate
	// fill puts facts into the report. It is given every finding as it was
	// before waivers.
	fill func(*report.Report, []finding.Finding)
	// proof is what the part proves of the release as a whole.
	proof Proof
	// rules is how many rules the part applied, by gate.
	rules map[finding.Gate]int
}

// Proof is what a release's attestations prove of it as a whole.
type Proof struct {
	// Commit is what it was built from, and Run the number of the workflow run.
	// Both are "" where nothing passes.
	Commit, Run string
	// ByDist holds, per distribution in the release's order, the attestations
	// that passed: what a verdict about the file rests on.
	ByDist [][]*evidence.Attestation
}

// join makes a report of parts. Before is what was found on the way to them.
func join(command string, tool report.Tool, p *policy.Policy, strict bool, before finding.Set, parts ...part) *report.Report {
	out := &outcome{strict: strict, policy: p, rules: map[finding.Gate]int{}}
	out.Merge(before)
	for _, part := range parts {
		out.Merge(part.Set)
		out.gates = append(out.gates, part.gates...)
		for g, n := range part.rules {
			out.rules[g] += n
		}
	}
	all := slices.Clone(out.Findings)
	rep := out.report(command, tool)
	for _, part := range parts {
		if part.fill != nil {
			part.fill(rep, all)
		}
	}
	return rep
}

// outcome is what the gates that ran found, on its way to a verdict.
type outcome struct {
	finding.Set
	gates  []finding.Gate
	rules  map[finding.Gate]int
	strict bool
	policy *policy.Policy
}

// report applies waivers and strictness and decides. What is waived stays
// visible under Ignored.
func (o *outcome) report(command string, tool report.Tool) *report.Report {
	r := &report.Report{
		SchemaVersion: report.SchemaVersion, Tool: tool, Command: command,
		Policy: report.Policy{Source: o.policy.Origin.Source, Path: o.policy.Origin.Path, Commit: o.policy.Origin.Commit, SHA256: o.policy.Origin.SHA256},
		Trust:  []report.Trust{}, Gates: []report.GateStatus{}, Findings: []report.Finding{}, Unchecked: []report.Unchecked{},
		Ignored: []report.Ignored{}, Dists: []report.Dist{}, PublishPaths: []report.PublishPath{},
	}
	o.waive(r)
	if o.strict {
		o.tighten()
	}
	slices.SortStableFunc(o.Findings, func(a, b finding.Finding) int {
		return cmp.Or(a.Severity.Rank()-b.Severity.Rank(), cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Rule, b.Rule))
	})
	for _, f := range o.Findings {
		refs := f.References
		if refs == nil {
			refs = []string{}
		}
		r.Findings = append(r.Findings, report.Finding{
			Rule: f.Rule, Gate: f.Gate, Severity: f.Severity, Subject: f.Subject, File: f.Location.File, Line: f.Location.Line, Column: f.Location.Column,
			Message: f.Message, Hint: f.Hint, Fix: f.Fix, References: refs,
		})
	}
	slices.SortStableFunc(o.Unchecked, func(a, b finding.Unchecked) int {
		return cmp.Or(cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Rule, b.Rule))
	})
	for _, u := range o.Unchecked {
		r.Unchecked = append(r.Unchecked, u2r(u))
	}
	r.Verdict = decide(o.Findings, o.Unchecked)
	for _, g := range finding.Gates() {
		status := report.GateStatus{Gate: g, Status: report.NotRun}
		if slices.Contains(o.gates, g) {
			status.Status = decide(of(g, o.Findings, func(f finding.Finding) finding.Gate { return f.Gate }), of(g, o.Unchecked, func(u finding.Unchecked) finding.Gate { return u.Gate }))
			status.RulesChecked = o.rules[g]
		}
		r.Gates = append(r.Gates, status)
	}
	return r
}

func u2r(u finding.Unchecked) report.Unchecked {
	return report.Unchecked{Rule: u.Rule, Gate: u.Gate, Subject: u.Subject, Reason: u.Reason, Blocking: u.Blocking}
}

func of[T any](g finding.Gate, all []T, gate func(T) finding.Gate) []T {
	var out []T
	for _, x := range all {
		if gate(x) == g {
			out = append(out, x)
		}
	}
	return out
}

// decide is the verdict: any error fails, else anything unchecked that blocks
// leaves it undecided, else it passes.
func decide(findings []finding.Finding, unchecked []finding.Unchecked) report.Verdict {
	for _, f := range findings {
		if f.Severity == finding.Error {
			return report.Fail
		}
	}
	for _, u := range unchecked {
		if u.Blocking {
			return report.Undecided
		}
	}
	return report.Pass
}

// tighten is --strict.
func (o *outcome) tighten() {
	for i := range o.Findings {
		if o.Findings[i].Severity == finding.Warning {
			o.Findings[i].Severity = finding.Error
		}
	}
	for i := range o.Unchecked {
		o.Unchecked[i].Blocking = true
	}
}

// waive takes out the findings that the policy ignores. The entries were held
// against the rules before (policy.CheckIgnores): none names a rule that may
// not be waived, and none has run out. A finding of severity note needs no
// waiver and uses none.
func (o *outcome) waive(r *report.Report) {
	used := make([]bool, len(o.policy.Ignore))
	var kept []finding.Finding
	for _, f := range o.Findings {
		waived := false
		for i, g := range o.policy.Ignore {
			_, may := Waivable(f.Rule)
			if may && f.Severity != finding.Note && g.Matches(f.Rule, f.Subject, f.Location.File) {
				used[i], waived = true, true
				r.Ignored = append(r.Ignored, report.Ignored{Rule: f.Rule, Subject: f.Subject, Reason: g.Reason, Until: g.Until.Format(time.DateOnly)})
				break
			}
		}
		if !waived {
			kept = append(kept, f)
		}
	}
	o.Findings = kept
	for i, g := range o.policy.Ignore {
		if !used[i] && o.ran(g.Rule) {
			f := unusedIgnore.Found(o.policy.Origin.Path, "remove the entry", "the policy ignores rule %q for %s, and there was nothing to ignore", g.Rule, strings.Join(g.Files, ", "))
			f.Location = finding.Location{File: o.policy.Origin.Path, Line: g.Line}
			o.Add(f)
		}
	}
}

// ran reports whether a rule belongs to one of the gates that ran.
func (o *outcome) ran(id string) bool {
	for _, r := range Rules() {
		if r.ID == id {
			return slices.Contains(o.gates, r.Gate)
		}
	}
	return false
}

// distReport says what is proved of one distribution, from certificates only.
func distReport(d *dist.Dist, attestations []*evidence.Attestation, index handoff.IndexVerdict) report.Dist {
	out := report.Dist{
		Path: d.Path, Name: d.Name.Normalized, Version: d.Name.Canonical, Kind: string(d.Name.Kind), SHA256: d.Digest.Hex(), Size: d.Size,
		Verified: []report.Verified{}, Index: report.IndexVerdict{Verdict: index.Verdict, Attestations: []report.IndexAttestation{}},
	}
	for _, a := range index.Attestations {
		out.Index.Attestations = append(out.Index.Attestations, report.IndexAttestation{File: a.File, Verdict: a.Verdict, Message: a.Message})
	}
	for _, a := range attestations {
		id := a.Signer
		// On GitHub by OWNER/NAME and the run's number, as the policy and the
		// ledger write them; elsewhere as the certificate does.
		repository := strings.TrimPrefix(id.RepositoryURI, "https://github.com/")
		run, attempt, _ := strings.Cut(strings.TrimPrefix(id.RunURI, id.RepositoryURI+"/actions/runs/"), "/attempts/")
		signer := id.SignerURI
		if signer == "" {
			signer = id.Name()
		}
		out.Verified = append(out.Verified, report.Verified{
			PredicateType: a.PredicateType(), Instance: string(a.Root.Instance), Signer: signer, SignerDigest: id.SignerDigest,
			BuildConfig: id.BuildConfigURI, Repository: repository, RepositoryID: id.RepositoryID, OwnerID: id.OwnerID, Visibility: id.Visibility,
			Ref: id.Ref, Commit: id.Commit, Environment: id.Environment, Runner: id.Runner, Event: id.Event, Run: run, Attempt: attempt,
			LogIndex: a.LogIndex, Time: a.Time.Format(time.RFC3339), Source: a.Source,
		})
	}
	return out
}
