// SPDX-License-Identifier: BSD-3-Clause

package build

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
)

var _ = judged(rule{
	Rule: finding.Rule{
		ID:       "subject-name-not-exact",
		Severity: finding.Error,
		Title:    "The file was attested under another spelling of its name",
		Why: "The index takes samplepkg-1.0 and Samplepkg-1.0.0 for the same file. A release that is built, attested and " +
			"uploaded by one workflow never renames a file in between, so a different spelling shows that something did.",
		Bad:        "samplepkg-1.0.0.tar.gz attested as Samplepkg-1.0.tar.gz",
		Good:       "samplepkg-1.0.0.tar.gz attested as samplepkg-1.0.0.tar.gz",
		References: []string{"PEP 740: attestation verification", "PyPI: file name comparison"},
	},
	kinds: both,
	judge: func(r *rule, j *judgement) {
		if !slices.Contains(j.names, j.dist.Name.Filename) && looselyNamed(j) {
			r.deviates(j, "attest the files under the names they are published with",
				"%q was attested as %q: the index takes the two for the same, this release does not", j.dist.Name.Filename, strings.Join(j.names, `", "`))
		}
	},
})
