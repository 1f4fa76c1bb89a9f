// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"fmt"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

var _ = register(finding.Rule{
	ID:       "index-not-allowed",
	Severity: finding.Error,
	Waivable: true,
	Title:    "Files or tokens go to an address that is no known index",
	Why: "A look-alike such as pypi.org.example gets the files and, worse, the credential: asked for its audience it answers " +
		"\"pypi\", and publishes with the id-token that the uploader then sends it. Uploaders do not check the address, so it has " +
		"to be exactly the index's own, or, for uploads with a token, one that the policy names. With trusted publishing no other index " +
		"will do, whatever the policy says: the id-token that it gets is good for PyPI.",
	Bad:        "repository-url: https://upload.pypi.org.example/legacy/",
	Good:       "repository-url: https://upload.pypi.org/legacy/",
	References: []string{"PyPI: trusted publishers", "SPEC 8: OIDC through Trusted Publishers"},
}, func(a *audit, rule *finding.Rule) {
	for _, k := range a.in.Graph.Sinks {
		if !k.Reachable || k.DryRun || !k.IndexKnown || k.Mints || k.Guessed || k.Credential == sinks.None {
			continue
		}
		trusted := k.Credential == sinks.TrustedPublishing
		own := canonical(k.Index) != k.Index
		if a.allowed(k.Index, trusted) || !trusted && !looksLikePyPI(k.Index) && !(own && plainHTTP(k.Index)) {
			continue // other hosts with a token are upload-with-token's
		}
		j := k.Step.Job
		want := sinks.PyPI
		if canonical(k.Index) == sinks.TestPyPI {
			want = sinks.TestPyPI
		}
		what, hint := "which is neither PyPI's nor named in the policy", "if it is an index of yours, name it in .github/sallyport.yml under other-indexes, and upload there with a token of that index; else write the index's own address"
		if trusted {
			what = "which is not PyPI's, by trusted publishing: whoever answers there can use the id-token at PyPI"
			hint = "upload there with a credential of that index alone, in a job without id-token: write, and name it in .github/sallyport.yml under other-indexes; else write PyPI's own address"
		}
		severity := finding.Error
		switch {
		case plainHTTP(k.Index):
			what, hint = "unencrypted", "write https://"
		case own:
			severity, what, hint = finding.Warning, "which is not the index's upload address", "write the index's upload address"
		case looksLikePyPI(k.Index):
			what = "which looks like PyPI and is not"
		}
		f := a.at(rule, j, k.File, k.Line, hint, "job %q uploads to %q, %s; expected %q", j.Job.ID.Value, k.Index, what, want)
		f.Severity = severity
		if s := k.Step; s.Uses != nil && s.Step != nil && s.File == k.File {
			for _, name := range addressInputs {
				if s.With[name] != "" {
					f.Fix = a.source(s.File).WithInput(s.Step, name, want)
					break
				}
			}
		}
		a.add(f)
	}
})

// shownText shows a text of a workflow in a message, cut where it is long.
func shownText(text string) string {
	if len(text) > 80 {
		text = text[:80] + "…"
	}
	return fmt.Sprintf("%q", text)
}
