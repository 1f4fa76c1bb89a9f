// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/known"
)

var _ = register(finding.Rule{
	ID:       "gate-weakened",
	Severity: finding.Warning,
	Waivable: true,
	Title:    "An input of the gate lets more pass than the policy",
	Why: "Some inputs are for trials, for tests and for other Sigstores: with them the gate does not stop the release, reads another policy, asks " +
		"nobody, or believes other roots. In a release they decide as much as the policy does, and stand where few look.",
	Bad:        "- uses: scientific-python/sallyport@…\n  with: {command: gate, offline: \"true\"}",
	Good:       "- uses: scientific-python/sallyport@…\n  with: {command: gate}",
	References: []string{"SPEC 8: adopt SLSA", "SLSA: verifying artifacts"},
}, func(a *audit, rule *finding.Rule) {
	for _, j := range a.in.Graph.Jobs {
		for _, s := range j.Steps {
			if s.Step != nil && s.Known.Role == known.Gates && s.Reachable() && slices.Contains([]string{"gate", "seal", "verify"}, s.Known.Command) {
				a.gateWeakened(rule, j, s)
			}
			for _, d := range a.deeds(s) {
				if !d.action && d.looks() && d.trial() && s.Reachable() {
					a.add(a.atStep(rule, s, "when the trial is over, take --enforce=false and --enforce-from out: then what the gate finds stops the release",
						"in job %q sallyport %s (line %d) has --enforce=false, so the release may go on whatever it finds", j.Job.ID.Value, d.gate, d.line))
				}
			}
		}
	}
})

func (a *audit) gateWeakened(rule *finding.Rule, j *graph.Job, s *graph.Step) {
	found := func(hint, format, value string, inputs ...string) {
		f := a.atStep(rule, s, hint, "in job %q sallyport %s "+format, j.Job.ID.Value, s.Known.Command, value)
		if s.File == s.Job.File.Path {
			f.Fix = a.source(s.File).WithoutInput(s.Step, inputs...)
		}
		a.add(f)
	}
	given := func(input string) string { return strings.TrimSpace(s.With[input]) }
	if v := given("enforce"); v != "" && !strings.EqualFold(v, "true") {
		found("when the trial is over, take enforce and enforce-from out: then what the gate finds stops the release",
			"has enforce: %q, so the release may go on whatever it finds", v, "enforce", "enforce-from")
	}
	if v := given("policy"); v != "" && strings.TrimPrefix(v, "./") != ".github/sallyport.yml" {
		found("keep the policy in .github/sallyport.yml, where reviewers look for it, and take this input out",
			"reads its policy from %q, which this audit has not read; expected .github/sallyport.yml", v, "policy")
	}
	if v := given("offline"); v != "" && !strings.EqualFold(v, "false") {
		found("take offline out: then GitHub and the index are asked", "has offline: %q, so what only GitHub and the index know is not checked", v, "offline")
	}
	if v := given("trusted-root"); v != "" {
		found("take trusted-root out: then Sigstore's and GitHub's own roots are believed, and no others",
			"has trusted-root: %q, so it believes who that file says instead of Sigstore and GitHub", strings.Join(strings.Fields(v), " "), "trusted-root")
	}
}
