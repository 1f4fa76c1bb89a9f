// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow"
)

var _ = register(finding.Rule{
	ID:       "no-dependabot",
	Severity: finding.Note,
	Waivable: true,
	Title:    "Nothing keeps the pinned actions up to date",
	Why: "A pinned action stays as it is until somebody moves the pin, also when a hole in it is known. Dependabot proposes the new commit " +
		"once a month in one pull request, with the release notes, so that a person looks at it. Renovate does the same.",
	Bad:        "# no .github/dependabot.yml",
	Good:       dependabotFile,
	References: []string{"SPEC 8: Dependabot for GitHub Actions", "SSDF RV.1.1"},
}, func(a *audit, rule *finding.Rule) {
	if a.in.Files.Dependabot != "" {
		return
	}
	for _, sp := range a.spots {
		for _, s := range sp.steps() {
			if s.Uses == nil || s.Uses.Kind != workflow.Remote || sp.test {
				continue
			}
			f := a.atStep(rule, s, "add .github/dependabot.yml with the github-actions ecosystem, grouped, once a month",
				"the path to the index uses actions such as %q, and no Dependabot or Renovate configuration keeps them up to date", s.Uses.Raw.Value)
			f.Location, f.Fix = finding.Location{File: ".github/dependabot.yml"}, dependabotFile
			a.add(f)
			return
		}
	}
})

const dependabotFile = `version: 2
updates:
  - package-ecosystem: github-actions
    directory: /
    schedule:
      interval: monthly
    groups:
      actions:
        patterns: ["*"]`
