// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

var _ = register(finding.Rule{
	ID:       "hashes-not-printed",
	Severity: finding.Note,
	Waivable: true,
	Title:    "The log does not show the hashes of what was uploaded",
	Why: "Without the hashes in its log nobody can tell, after an incident, whether the index serves the files that the run sent. " +
		"The swapped files of Ultralytics 8.3.41 were found by comparing hashes like these.",
	Bad:        "- uses: pypa/gh-action-pypi-publish@…",
	Good:       "- uses: pypa/gh-action-pypi-publish@…\n  with:\n    print-hash: true",
	References: []string{"SPEC 8: use OIDC through trusted publishers (print-hash)"},
}, func(a *audit, rule *finding.Rule) {
	for _, k := range a.releases() {
		s := k.Step
		if s.Step == nil || s.Step.Uses == nil || k.Index == sinks.TestPyPI || !strings.HasSuffix(s.Step.Uses.Name(), "/gh-action-pypi-publish") {
			continue
		}
		if text := s.With["print-hash"] + s.With["print_hash"]; text != "" && !strings.EqualFold(strings.TrimSpace(text), "false") {
			continue
		}
		f := a.at(rule, s.Job, s.File, s.Line, "set print-hash: true", "the upload in job %q does not print the hashes of the files (print-hash is not set)", s.Job.Job.ID.Value)
		if k.Credential == sinks.TrustedPublishing && s.With["password"] == "" {
			f.Fix = a.source(s.File).WithInput(s.Step, "print-hash", "true")
		}
		a.add(f)
	}
})
