// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

var _ = register(finding.Rule{
	ID:       "index-not-constant",
	Severity: finding.Error,
	Waivable: true,
	Title:    "Where the files go is not written in the workflow",
	Why: "Whoever can set this address is sent the token that publishes your releases. The uploader asks the host of the address which audience " +
		"the id-token shall have, and then sends the token there; a host of somebody else may answer \"pypi\" and use it to publish in your name. " +
		"And no reader of the workflow can tell where the files go.",
	Bad:        "with:\n  repository-url: ${{ inputs.index }}",
	Good:       "with:\n  repository-url: https://upload.pypi.org/legacy/   # or no such line: it is the default",
	References: []string{"PyPI: trusted publishers", "SPEC 8: OIDC through Trusted Publishers"},
}, func(a *audit, rule *finding.Rule) {
	for _, k := range a.releases() {
		if k.IndexKnown || k.Mints || k.Guessed || k.Credential == sinks.None {
			continue
		}
		texts, all := indexTexts(k)
		if all && !slices.ContainsFunc(texts, func(t string) bool { return t != "" && !a.allowed(t, k.Credential == sinks.TrustedPublishing) }) {
			continue // one of several addresses, each of them written here and in order
		}
		j := k.Step.Job
		from := ""
		if text := indexText(k); text != "" {
			from = " (" + shownText(text) + ")"
		}
		f := a.at(rule, j, k.File, k.Line,
			"write the address as a constant; for several indexes, a job for each with its own environment",
			"the address that job %q uploads to is not constant%s; expected https://upload.pypi.org/legacy/ or another one that is written out", j.Job.ID.Value, from)
		if k.Credential != sinks.TrustedPublishing {
			f.Severity = finding.Warning
		}
		// Without the address the files go to PyPI: no fix where some are for a test.
		test := slices.ContainsFunc(append(texts, from), func(t string) bool { return strings.Contains(strings.ToLower(t), "test") })
		if !test && k.Step.Uses != nil && k.Step.Step != nil && k.Step.File == k.File {
			f.Fix = a.source(k.Step.File).WithoutInput(k.Step.Step, addressInputs...)
		}
		a.add(f)
	}
})
