// SPDX-License-Identifier: BSD-3-Clause

package build

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
)

var signerTagMoved = register(finding.Rule{
	ID:       "signer-tag-moved",
	Severity: finding.Error,
	Title:    "A reusable workflow trusted by tag was at two commits within one release",
	Why: "The tag of a reusable workflow should never move. Within this release it stood for two different commits, so it was " +
		"moved in between, and one of the two is not the code that you decided to trust.",
	Bad:        "attest.yml@refs/tags/v1.2.3 at commit 0123… for one wheel and at 89ab… for the next",
	Good:       "builder: {signers: [o/r/.github/workflows/attest.yml@0123…]}",
	References: []string{"SPEC 8: pin actions by commit"},
})

var _ = together(func(r *release) {
	commits := map[string][]string{}
	for _, j := range r.passing {
		if s := listed(j); s == nil || s.Ref == "" {
			continue // at the source commit or at the listed one: each for itself
		}
		if d := j.id.SignerDigest; !slices.Contains(commits[j.id.SignerURI], d) {
			commits[j.id.SignerURI] = append(commits[j.id.SignerURI], d)
		}
	}
	for _, uri := range sortedKeys(commits) {
		if c := commits[uri]; len(c) > 1 {
			slices.Sort(c)
			r.res.Add(signerTagMoved.Found("", "trust the reusable workflow by commit in builder.signers, and ask its owners who moved the tag",
				"%s was at %d commits within this release: %s", fmt.Sprintf("%q", uri), len(c), strings.Join(c, ", ")))
		}
	}
})
