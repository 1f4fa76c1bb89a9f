// SPDX-License-Identifier: BSD-3-Clause

package build

import "github.com/scientific-python/sallyport/internal/finding"

var _ = judged(rule{
	Rule: finding.Rule{
		ID:       "wrong-signer-commit",
		Severity: finding.Error,
		Title:    "The signing workflow was not at the expected commit",
		Why: "The name of a workflow says little, since its content changes with every commit. A workflow of the repository " +
			"itself must be the one at the commit that was built; a reusable workflow trusted by commit must be at that commit, " +
			"even where it was called by a tag, for tags can be moved (as those of tj-actions/changed-files were).",
		Bad:        "signers: [o/r/.github/workflows/attest.yml@0123…], called as @refs/tags/v1 which now is another commit",
		Good:       "the certificate's signer digest equals the commit in the policy",
		References: []string{"Fulcio: 1.3.6.1.4.1.57264.1.10", "SPEC 8: pin actions by commit"},
	},
	kinds:    both,
	identity: true,
	judge: func(r *rule, j *judgement) {
		own := j.id.SignerURI == j.id.BuildConfigURI
		want, whose := j.id.Commit, "the source commit"
		if !own {
			s := listed(j)
			if s == nil || j.kind == publish {
				return // untrusted-signer has said so
			}
			switch {
			case s.Commit != "":
				want, whose = s.Commit, "the commit in builder.signers"
			case !s.Local:
				return // trusted by tag: any commit the tag had; two in one release are signer-tag-moved
			}
		}
		if want == "" || j.id.SignerDigest != want {
			r.deviates(j, "find out who changed the workflow or moved its tag; trust a reusable workflow by commit",
				"the signing workflow %q was at commit %s, expected %s %s", j.id.SignerURI, orNothing(j.id.SignerDigest), whose, orNothing(want))
		}
	},
})
