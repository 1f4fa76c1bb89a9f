// SPDX-License-Identifier: BSD-3-Clause

package report_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/report"
)

// Each rule that a claim rests on exists, and belongs to the gate that the
// claim names: else its silence would mean nothing.
func TestClaimsRestOnRules(t *testing.T) {
	ids := regexp.MustCompile(`^(P[OSW]|RV)\.[1-9]\.[1-9](, (P[OSW]|RV)\.[1-9]\.[1-9])*$`)
	all := report.Claims()
	for _, c := range all {
		for _, rule := range c.Rules {
			page, err := os.ReadFile(filepath.Join("..", "..", "docs", "rules", rule+".md"))
			if err != nil {
				t.Errorf("%q: %v", c.What, err)
			} else if gate := "\n| " + string(c.Gate) + " | "; !bytes.Contains(page, []byte(gate)) {
				t.Errorf("%q: the page of rule %q does not say %q", c.What, rule, gate)
			}
		}
		if len(c.Rules) == 0 || !ids.MatchString(c.SSDF) {
			t.Errorf("%q rests on %d rules and answers %q", c.What, len(c.Rules), c.SSDF)
		}
	}
	if len(all) < 12 {
		t.Errorf("%d claims", len(all))
	}
}

// shown is what the summary says a report shows.
func shown(r *report.Report) string {
	_, after, _ := strings.Cut(report.Summary(r, 0), "### What this release shows")
	return after
}

func TestClaimsOfAPass(t *testing.T) {
	got := shown(gatePass())
	for _, c := range report.Claims() {
		if c.Gate == finding.Handoff {
			continue // the seal's
		}
		want := c.What != "The default branch is protected" // the sample could not read it
		if strings.Contains(got, "| "+c.What+" |") != want {
			t.Errorf("%q: want %v in:\n%s", c.What, want, got)
		}
	}
	if !strings.Contains(got, "SLSA Build L2") {
		t.Errorf("no SLSA level in:\n%s", got)
	}
}

// Whatever a rule says, even of what is waived, takes away each claim that
// rests on it.
func TestClaimsAreTakenAway(t *testing.T) {
	for _, c := range report.Claims() {
		for _, rule := range c.Rules {
			for how, change := range map[string]func(r *report.Report){
				"note": func(r *report.Report) {
					r.Findings = append(r.Findings, report.Finding{Rule: rule, Gate: c.Gate, Severity: finding.Note})
				},
				"unchecked": func(r *report.Report) {
					r.Unchecked = append(r.Unchecked, report.Unchecked{Rule: rule, Gate: c.Gate})
				},
				"waived": func(r *report.Report) { r.Ignored = append(r.Ignored, report.Ignored{Rule: rule}) },
			} {
				r := gatePass()
				if c.Gate == finding.Handoff {
					r = gateSealed()
				}
				change(r)
				if strings.Contains(shown(r), "| "+c.What+" |") {
					t.Errorf("%q is still shown with %s of %q", c.What, how, rule)
				}
			}
		}
	}
}

// The seal compares with the ledger, and reads neither attestations nor
// workflows.
func TestClaimsOfTheSeal(t *testing.T) {
	got := shown(gateSealed())
	if !strings.Contains(got, "byte for byte") || strings.Count(got, "\n| ") != 3 || strings.Contains(got, "Build L") {
		t.Errorf("the seal shows:\n%s", got)
	}
	r := gateSealed()
	r.Command = "gate"
	if got := shown(r); strings.Contains(got, "byte for byte") {
		t.Errorf("without a ledger:\n%s", got)
	}
}

func TestClaimsNeedTheirFacts(t *testing.T) {
	built, way := "| Each file has build provenance", "| Each job that uploads runs"
	for name, c := range map[string]struct {
		change func(r *report.Report)
		gone   []string
	}{
		"failed":          {func(r *report.Report) { r.Verdict = report.Fail }, []string{built, way, "SPEC 8"}},
		"gates not run":   {func(r *report.Report) { r.Gates = nil }, []string{built, way, "SPEC 8"}},
		"no rules":        {func(r *report.Report) { r.Gates[1].RulesChecked = 0 }, []string{built}},
		"build undecided": {func(r *report.Report) { r.Gates[1].Status = report.Undecided }, []string{built, "SLSA Build"}},
		"no files":        {func(r *report.Report) { r.Dists = nil }, []string{built, "SLSA Build", "publish attestation"}},
		"one unsigned":    {func(r *report.Report) { r.Dists[3].Verified = nil }, []string{built, "SLSA Build", "publish attestation", "The expected repository"}},
		"one without publish": {func(r *report.Report) { r.Dists[3].Verified = r.Dists[3].Verified[:1] },
			[]string{"publish attestation"}},
		"two runs":     {func(r *report.Report) { r.Dists[3].Verified[0].Run = "7" }, []string{"The expected repository"}},
		"no way":       {func(r *report.Report) { r.PublishPaths = nil }, []string{way, "trusted publishing", "pinned"}},
		"dead way":     {func(r *report.Report) { r.PublishPaths = r.PublishPaths[:1]; r.PublishPaths[0].Reachable = false }, []string{way, "pinned"}},
		"dead token":   {func(r *report.Report) { r.PublishPaths[0].Reachable, r.PublishPaths[0].Credential = false, "token" }, []string{"| Every upload is by"}},
		"no env":       {func(r *report.Report) { r.PublishPaths[1].Environment = "" }, []string{way}},
		"twine":        {func(r *report.Report) { r.PublishPaths[1].Uploader = "twine" }, []string{"The log shows"}},
		"attest":       {func(r *report.Report) { r.Command = "attest" }, []string{"SPEC 8", "SSDF"}},
		"unread files": {func(r *report.Report) { r.Findings = []report.Finding{{Rule: "workflow-unread"}} }, []string{way, "pinned"}},
	} {
		r := gatePass()
		before := shown(r)
		c.change(r)
		for _, gone := range c.gone {
			if !strings.Contains(before, gone) {
				t.Errorf("%s: %q is never shown", name, gone)
			}
			if strings.Contains(shown(r), gone) {
				t.Errorf("%s: %q is still shown", name, gone)
			}
		}
	}
}

func TestSLSALevel(t *testing.T) {
	const own = "https://github.com/octo-sci/samplepkg/.github/workflows/release.yml@refs/tags/v1.0"
	const builder = "https://github.com/" + report.IsolatedBuilder + "@"
	for name, c := range map[string]struct {
		change func(v *report.Verified)
		want   string
	}{
		"own workflow":       {func(v *report.Verified) {}, "Build L2"},
		"reusable by commit": {func(v *report.Verified) { v.Signer = builder + commit }, "Build L3"},
		"another's by commit": {func(v *report.Verified) {
			v.Signer = strings.Replace(builder, "scientific-python", "octo-sci", 1) + commit
		}, "Build L2"},
		"reusable by tag":  {func(v *report.Verified) { v.Signer = builder + "refs/tags/v1" }, "Build L2"},
		"own by commit":    {func(v *report.Verified) { v.Signer = strings.Replace(own, "refs/tags/v1.0", commit, 1) }, "Build L2"},
		"self-hosted":      {func(v *report.Verified) { v.Signer, v.Runner = builder+commit, "self-hosted" }, "Build L1"},
		"runner not named": {func(v *report.Verified) { v.Runner = "" }, "Build L1"},
		"no caller named":  {func(v *report.Verified) { v.Signer, v.BuildConfig = builder+commit, "" }, "Build L2"},
		"no workflow":      {func(v *report.Verified) { v.Signer = "someone@example.org" }, ""},
		"other predicate":  {func(v *report.Verified) { v.PredicateType = "https://example.org/x" }, ""},
	} {
		r := gatePass()
		for i := range r.Dists {
			if i == 5 || name != "self-hosted" { // the weakest file counts
				c.change(&r.Dists[i].Verified[0])
			}
		}
		got := regexp.MustCompile(`Build L\d`).FindString(shown(r))
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
