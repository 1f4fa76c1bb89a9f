// SPDX-License-Identifier: BSD-3-Clause

package build

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/evidence"
	"github.com/scientific-python/sallyport/internal/finding"
)

var _ = judged(rule{
	Rule: finding.Rule{
		ID:       "wrong-issuer",
		Severity: finding.Error,
		Title:    "The signer's identity was not vouched for by GitHub's hosted service",
		Why: "The names in a certificate are worth what their issuer is worth. An enterprise's own issuer, or one whose address " +
			"merely begins like GitHub's, can vouch for any repository it likes. The address is compared to the last character.",
		Bad:        "issuer https://token.actions.githubusercontent.com/some-enterprise",
		Good:       "issuer https://token.actions.githubusercontent.com",
		References: []string{"Fulcio: OIDC issuers", "GitHub: OpenID Connect reference"},
	},
	kinds:  both,
	issuer: true,
	judge: func(r *rule, j *judgement) {
		if j.id.Issuer == evidence.GitHubIssuer {
			return
		}
		if !likeGitHub(j.id.Issuer) {
			return // not GitHub at all: unsupported-builder
		}
		j.foreign = true
		r.deviates(j, "build the release on github.com with the default OIDC issuer; issuers of an enterprise or of GitHub Enterprise Server are not supported",
			"the %s attestation's issuer is %q, expected %q", j.kind, j.id.Issuer, evidence.GitHubIssuer)
	},
})

// likeGitHub reports whether an issuer is GitHub's or may be taken for it.
func likeGitHub(issuer string) bool {
	return strings.Contains(strings.ToLower(issuer), "githubusercontent.com")
}
