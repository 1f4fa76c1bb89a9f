// SPDX-License-Identifier: BSD-3-Clause

package build

import "github.com/scientific-python/sallyport/internal/finding"

var _ = judged(rule{
	Rule: finding.Rule{
		ID:       "wrong-workflow",
		Severity: finding.Error,
		Title:    "The run was started from another workflow file",
		Why: "Every workflow of a repository can sign in its name: the one that labels issues, or one that a pull request " +
			"added under a name like release.yml.evil.yml. Only the file that is registered as the trusted publisher may start " +
			"a release. The name is compared whole, and it must lie in .github/workflows of the source repository.",
		Bad:        "…/.github/workflows/release.yml.evil.yml@refs/tags/v1.0.0",
		Good:       "…/.github/workflows/release.yml@refs/tags/v1.0.0",
		References: []string{"PyPI: trusted publishers", "Fulcio: 1.3.6.1.4.1.57264.1.18"},
	},
	kinds:    both,
	identity: true,
	judge: func(r *rule, j *judgement) {
		want := j.pol.Publisher.Workflow
		if want == "" {
			return // publisher-unknown says so once for the release
		}
		got, ok := parseWorkflow(j.id.BuildConfigURI)
		ours := ok && githubURL+got.Repository == j.id.RepositoryURI
		if ours && got.File == want {
			return
		}
		if ok && j.kind == provenance && j.id.SignerURI == j.id.BuildConfigURI && listed(j) != nil {
			return // a workflow that the policy names as a signer may also be started by itself
		}
		shown := orNothing(j.id.BuildConfigURI)
		if ours {
			shown = `"` + got.File + `"`
		}
		r.deviates(j, "if the release workflow was renamed, change publisher.workflow in the policy (and the publisher on the index); a second workflow that builds release files is listed under builder.signers",
			"the %s attestation's run was started from workflow %s, the policy says %q", j.kind, shown, want)
	},
})
