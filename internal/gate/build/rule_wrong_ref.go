// SPDX-License-Identifier: BSD-3-Clause

package build

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
)

var _ = judged(rule{
	Rule: finding.Rule{
		ID:       "wrong-ref",
		Severity: finding.Error,
		Title:    "The file was built from another branch or tag",
		Why: "A release is built from its tag. A build of a branch, of another version's tag, of a branch that is named like a " +
			"tag, or of a pull request has the right repository and workflow, and anybody who may push a branch can make one.",
		Bad:        "version 1.0.0 built from refs/heads/v1.0.0",
		Good:       "version 1.0.0 built from refs/tags/v1.0.0",
		References: []string{"SPEC 8: releases are made from tags", "Fulcio: 1.3.6.1.4.1.57264.1.14"},
	},
	kinds:    both,
	identity: true,
	judge: func(r *rule, j *judgement) {
		if j.id.Ref != "" && refMatches(j.pol.Builder.Refs, j.id.Ref, j.dist.Name.Version) {
			return
		}
		expected := "a tag that ends in the version, such as \"refs/tags/v" + j.dist.Name.Version + "\""
		if len(j.pol.Builder.Refs) > 0 {
			expected = `"` + strings.Join(j.pol.Builder.Refs, `" or "`) + `"`
		}
		r.deviates(j, "build the release from its tag; if your tags are named otherwise, say how in the policy: builder: {refs: [\"refs/tags/NAME-{version}\"]}",
			"the %s attestation is for ref %s, expected %s for version %q", j.kind, orNothing(j.id.Ref), expected, j.dist.Name.Version)
	},
})
