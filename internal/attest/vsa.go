// SPDX-License-Identifier: BSD-3-Clause

package attest

import (
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/scientific-python/sallyport/internal/dist"
	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/policy"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/runner"
)

const (
	// PredicateSummary is the predicate type of a verdict: SLSA's Verification
	// Summary Attestation v1.
	PredicateSummary = "https://slsa.dev/verification_summary/v1"
	// WaiversField is the verdict's extension field (SLSA asks for a URI as the
	// name) that lists the findings which the policy waived, an empty list
	// where there were none.
	WaiversField = "https://github.com/scientific-python/sallyport/waivers/v1"
	// slsaVersion is that of the specification that the levels are of.
	slsaVersion = "1.1"
)

// SummaryOptions are the facts of a verdict about one file. None is optional.
type SummaryOptions struct {
	// Claims are those of the token that the certificate is asked for with:
	// their job_workflow_ref is the verifier.
	Claims runner.Claims
	// Report is the gate's, and Policy the complete policy that it judged by.
	// File is what the policy file itself says ([policy.File.Choose]) of the
	// running workflow, before flags replaced some of it.
	Report       *report.Report
	Policy, File *policy.Policy
	// Enforced says that the verdict decides the exit code (--enforce).
	Enforced bool
	// Dist is the file, and Attestations those about it that passed the gate.
	Dist         *dist.Dist
	Attestations []*evidence.Attestation
	// Time is when it was verified.
	Time time.Time
}

type (
	summaryJSON struct {
		Verifier struct {
			ID      string            `json:"id"`
			Version map[string]string `json:"version"`
		} `json:"verifier"`
		Time     string `json:"timeVerified"`
		Resource string `json:"resourceUri"`
		Policy   struct {
			URI    string     `json:"uri"`
			Digest digestJSON `json:"digest"`
		} `json:"policy"`
		Inputs      []inputJSON  `json:"inputAttestations"`
		Result      string       `json:"verificationResult"`
		Levels      []string     `json:"verifiedLevels"`
		SLSAVersion string       `json:"slsaVersion"`
		Waivers     []waiverJSON `json:"https://github.com/scientific-python/sallyport/waivers/v1"`
	}
	inputJSON struct {
		URI    string     `json:"uri,omitempty"`
		Name   string     `json:"name,omitempty"`
		Digest digestJSON `json:"digest"`
	}
	waiverJSON struct {
		Rule    string `json:"rule"`
		Subject string `json:"subject"`
		Reason  string `json:"reason"`
		Until   string `json:"until"`
	}
)

// VerificationSummary returns the statement of a verdict about one file: an
// in-toto statement v1 with SLSA's verification summary v1. It only ever says
// PASSED, and none is made (a [*NoSummaryError] says why) unless the gate
// passed with everything that blocks checked, was enforced, and judged by
// nothing looser than the policy file at the workflow's commit.
//
//   - verifier.id is the URL of the signing workflow, as the certificate will
//     name it. A project's own workflow so speaks for itself: only a workflow
//     that somebody else keeps, called by commit, is a second opinion.
//   - resourceUri is a package URL, see [ResourceURI].
//   - policy is the file at its commit, with the digest of its bytes.
//   - inputAttestations are those about the file that passed, by the digest of
//     the document (of one line, in JSON Lines); uri is set where it was fetched
//     from one, and name is that of the local file elsewhere.
//   - verifiedLevels are the lowest [BuildLevel] of the file's provenance by
//     trusted builders and, for each gate that passed, SALLYPORT_GATE_NAME.
//   - waivers are under [WaiversField].
func VerificationSummary(o SummaryOptions) ([]byte, error) {
	if err := o.refuse(); err != nil {
		return nil, err
	}
	if err := o.checkClaims(); err != nil {
		return nil, fmt.Errorf("writing the verdict: %w", err)
	}
	var s summaryJSON
	s.Verifier.ID = server + o.Claims.JobWorkflowRef
	w, ok := parseSigner(s.Verifier.ID)
	if !ok {
		return nil, fmt.Errorf("writing the verdict: the job's workflow %q is none of GitHub's", o.Claims.JobWorkflowRef)
	}
	s.Verifier.Version = map[string]string{o.Report.Tool.Name: o.Report.Tool.Version, w.repository + "/" + w.path: o.Claims.JobWorkflowSHA}
	s.Time = o.Time.UTC().Format(time.RFC3339)
	var err error
	if s.Resource, err = ResourceURI(o.Dist.Name, o.Policy.Index()); err != nil {
		return nil, fmt.Errorf("writing the verdict: %w", err)
	}
	s.Policy.URI = permalink(o.Claims.Repository, o.Policy.Origin.Commit, o.Policy.Origin.Path)
	s.Policy.Digest = digestJSON{o.Policy.Origin.SHA256}
	if s.Inputs, err = inputs(o.Attestations); err != nil {
		return nil, fmt.Errorf("writing the verdict: %w", err)
	}
	s.Result = "PASSED"
	s.Levels = append([]string{lowest(o.Attestations, o.Policy).String()}, gateLevels(o.Report)...)
	s.SLSAVersion = slsaVersion
	s.Waivers = []waiverJSON{}
	for _, w := range o.Report.Ignored {
		s.Waivers = append(s.Waivers, waiverJSON{w.Rule, w.Subject, w.Reason, w.Until})
	}
	return statement(PredicateSummary, s, []Subject{{o.Dist.Name.Filename, o.Dist.Digest}})
}

// permalink is where a person finds a file of a commit.
func permalink(repository, commit, path string) string {
	var parts []string
	for part := range strings.SplitSeq(path, "/") {
		parts = append(parts, url.PathEscape(part))
	}
	return server + repository + "/blob/" + commit + "/" + strings.Join(parts, "/")
}

// gateLevels names the gates that passed, so that a verdict which leaves one
// out cannot be taken for one that does not.
func gateLevels(r *report.Report) []string {
	var out []string
	for _, g := range r.Gates {
		if g.Status == report.Pass {
			out = append(out, "SALLYPORT_GATE_"+strings.ToUpper(strings.ReplaceAll(string(g.Gate), "-", "_")))
		}
	}
	return out
}

func isSHA256(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == 32 && strings.ToLower(s) == s
}
