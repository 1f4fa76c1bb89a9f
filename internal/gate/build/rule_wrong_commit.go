// SPDX-License-Identifier: BSD-3-Clause

package build

import "github.com/scientific-python/sallyport/internal/finding"

var _ = judged(rule{
	Rule: finding.Rule{
		ID:       "wrong-commit",
		Severity: finding.Error,
		Title:    "The file was built from another commit",
		Why: "Tags can be moved. Where the commit of the release is known, the file must be built from exactly that one, or the " +
			"code that was reviewed is not the code that is shipped.",
		Bad:        "builder: {commit: 0123…} in the policy and a build of 89ab…",
		Good:       "the certificate's source digest equals the commit",
		References: []string{"SLSA: verifying artifacts, expectations", "Fulcio: 1.3.6.1.4.1.57264.1.13"},
	},
	kinds:    both,
	identity: true,
	judge: func(r *rule, j *judgement) {
		if want := j.pol.Builder.Commit; want != "" && j.id.Commit != want {
			r.deviates(j, "build the release again from the right commit; if the tag was moved, find out by whom",
				"the %s attestation is for commit %s, expected %q", j.kind, orNothing(j.id.Commit), want)
		}
	},
})
