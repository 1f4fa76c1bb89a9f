// SPDX-License-Identifier: BSD-3-Clause

package build

import (
	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/policy"
)

var _ = judged(rule{
	Rule: finding.Rule{
		ID:       "wrong-repository",
		Severity: finding.Error,
		Title:    "The file was built from another repository",
		Why: "A fork, a mirror or a repository with a similar name can build a wheel of your name and get a perfectly valid " +
			"attestation for it. Only your repository's counts. Owner and name are compared whole, whatever their case.",
		Bad:        "source repository https://github.com/octo-sci/samplepkg-evil",
		Good:       "source repository https://github.com/octo-sci/samplepkg",
		References: []string{"SLSA: verifying artifacts, expectations", "Fulcio: 1.3.6.1.4.1.57264.1.12"},
	},
	kinds:    both,
	identity: true,
	judge: func(r *rule, j *judgement) {
		want := j.pol.Publisher.Repository
		if want == "" {
			return // publisher-unknown says so once for the release
		}
		got := repositoryName(j.id.RepositoryURI)
		if got != "" && policy.SameName(want, got) {
			return
		}
		r.deviates(j, "if the project has moved, change publisher.repository in the policy; otherwise find out who built this file, or who changed the policy",
			"the %s attestation is from repository %s, the policy says %q", j.kind, orNothing(j.id.RepositoryURI), githubURL+want)
	},
})
