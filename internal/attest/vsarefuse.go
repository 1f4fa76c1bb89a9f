// SPDX-License-Identifier: BSD-3-Clause

package attest

import (
	"fmt"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/runner"
)

// NoSummaryError says why no verdict is signed. It is no fault of the program
// and says nothing about the release beyond what the report says.
type NoSummaryError struct {
	Reason string // why, beginning with what is the case
	Hint   string // what to do
}

// Error gives the reason and says what to do.
func (e *NoSummaryError) Error() string {
	return fmt.Sprintf("making no signed verdict: %s; %s", e.Reason, e.Hint)
}

// refuse holds the facts against what a verdict must rest on.
func (o SummaryOptions) refuse() error {
	no := func(hint, format string, args ...any) error {
		return &NoSummaryError{fmt.Sprintf(format, args...), hint}
	}
	const incomplete = "give the gate's own report, policy and file"
	if o.Report == nil || o.Policy == nil || o.File == nil || o.Dist == nil || o.Time.IsZero() {
		return no(incomplete, "the report, the policy, the file or the time is missing")
	}
	if o.Report.Verdict != report.Pass {
		return no("correct what the report lists", "the verdict is %q, not %q", o.Report.Verdict, report.Pass)
	}
	for _, f := range o.Report.Findings {
		if f.Severity == finding.Error {
			return no(incomplete, "the report says %q and has an error of rule %q", report.Pass, f.Rule)
		}
	}
	for _, u := range o.Report.Unchecked {
		if u.Blocking {
			return no("have checked what the report lists as unchecked", "rule %q could not be checked for %q", u.Rule, u.Subject)
		}
	}
	if !o.Enforced || o.Report.EnforceFrom != "" {
		return no("remove --enforce=false", "the verdict is not enforced")
	}
	for _, g := range []finding.Gate{finding.Build, finding.Handoff} {
		if !passed(o.Report, g) {
			return no("run sallyport gate", "the %s gate did not pass or did not run", g)
		}
	}
	if o.Report.Tool.Name == "" || o.Report.Tool.Version == "" {
		return no(incomplete, "the report does not say what wrote it")
	}
	if err := o.refusePolicy(no); err != nil {
		return err
	}
	listed := false
	for _, d := range o.Report.Dists {
		listed = listed || d.Path == o.Dist.Path && d.SHA256 != "" && d.SHA256 == o.Dist.Digest.Hex()
	}
	if !listed {
		return no(incomplete, "the report does not list the file %q with this digest", o.Dist.Name.Filename)
	}
	if len(o.Attestations) == 0 {
		return no("attest the file before the gate", "nothing was verified about %q", o.Dist.Name.Filename)
	}
	for _, a := range o.Attestations {
		if a == nil || !a.OK() || a.Statement == nil || a.Signer == nil || a.SHA256 == [32]byte{} {
			return no(incomplete, "an attestation of %q was not verified", o.Dist.Name.Filename)
		}
		about := false
		for _, s := range a.Statement.Subjects {
			about = about || s.SHA256 != "" && s.SHA256 == o.Dist.Digest.Hex()
		}
		if !about {
			return no(incomplete, "the attestation %q is not about %q", a.Source, o.Dist.Name.Filename)
		}
	}
	return nil
}

// refusePolicy wants a policy that others can read: a verdict by values that
// stand nowhere, or by looser ones than the file's, says nothing.
func (o SummaryOptions) refusePolicy(no func(string, string, ...any) error) error {
	p := o.Policy.Origin
	r := o.Report.Policy
	switch {
	case p.Source != policy.SourceFile || p.Path == "":
		return no("commit a policy file, .github/sallyport.yml", "the release was judged without a policy file")
	case p.Commit == "" || p.Commit != o.Claims.WorkflowSHA:
		return no("leave --policy out, so that the file at the workflow's commit is read", "the policy was read at commit %q, not at the workflow's, %q", p.Commit, o.Claims.WorkflowSHA)
	case !isSHA256(p.SHA256):
		return no("give the gate's own policy", "the policy file has no digest")
	case r.Source != p.Source || r.Path != p.Path || r.Commit != p.Commit || r.SHA256 != p.SHA256:
		return no("give the gate's own policy", "the report was judged by another policy")
	case o.File.Origin.SHA256 != p.SHA256:
		return no("give the gate's own policy", "the policy is of another file")
	}
	if looser := policy.Looser(o.File, o.Policy); len(looser) > 0 {
		return no("write it into the policy file instead", "flags let more pass than the policy file (%s)", looser[0])
	}
	return nil
}

func passed(r *report.Report, gate finding.Gate) bool {
	n := 0
	for _, g := range r.Gates {
		if g.Gate == gate {
			if g.Status != report.Pass {
				return false
			}
			n++
		}
	}
	return n == 1
}

// checkClaims holds the claims to what [Provenance] asks of them.
func (o SummaryOptions) checkClaims() error {
	if err := o.Claims.Complete(); err != nil {
		return err
	}
	if o.Claims.Issuer != runner.TokenIssuer {
		return &runner.ClaimError{Claim: "iss", Value: o.Claims.Issuer,
			Problem: fmt.Sprintf("is not %q", runner.TokenIssuer), Hint: "its repositories lie elsewhere than on GitHub"}
	}
	w, err := runner.ParseWorkflowRef(o.Claims.WorkflowRef)
	if err != nil || !strings.EqualFold(w.Repository, o.Claims.Repository) {
		// The policy is said to be this repository's, at the workflow's commit.
		return &runner.ClaimError{Claim: "workflow_ref", Value: o.Claims.WorkflowRef,
			Problem: fmt.Sprintf("is not a workflow of the repository %q", o.Claims.Repository), Hint: "release by a workflow of the repository itself"}
	}
	return nil
}
