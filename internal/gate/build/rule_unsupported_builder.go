// SPDX-License-Identifier: BSD-3-Clause

package build

import (
	"github.com/scientific-python/sallyport/internal/finding"
)

var _ = judged(rule{
	Rule: finding.Rule{
		ID:       "unsupported-builder",
		Severity: finding.Error,
		Title:    "The signer is not a GitHub Actions workflow",
		Why: "The attestation is valid, but a person, a GitLab pipeline or a Google service account made it. sallyport verifies " +
			"releases that are built and published by GitHub Actions; it names other signers and refuses them, since it cannot " +
			"say what their identity means for your project.",
		Bad:        "issuer https://accounts.google.com, signer someone@example.org",
		Good:       "issuer https://token.actions.githubusercontent.com, signer https://github.com/OWNER/REPO/.github/workflows/release.yml@refs/tags/v1.0.0",
		References: []string{"PyPI: trusted publishers", "Fulcio: OIDC issuers"},
	},
	kinds:  both,
	issuer: true,
	judge: func(r *rule, j *judgement) {
		if likeGitHub(j.id.Issuer) {
			return // judged by wrong-issuer
		}
		j.foreign = true
		what := "an unknown issuer"
		switch {
		case j.id.Issuer == "https://gitlab.com":
			what = "a GitLab pipeline"
		case j.id.Issuer == "https://accounts.google.com":
			what = "a Google account"
		case j.id.Issuer == "https://agent.buildkite.com", j.id.Issuer == "https://oidc.circleci.com":
			what = "another build service"
		case len(j.id.Emails) > 0:
			what = "a person"
		}
		r.deviates(j, "attest in the GitHub Actions workflow that builds the release",
			"the %s attestation was signed by %s: issuer %q, signer %q; expected a GitHub Actions workflow", j.kind, what, j.id.Issuer, j.id.Name())
	},
})
