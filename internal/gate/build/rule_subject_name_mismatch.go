// SPDX-License-Identifier: BSD-3-Clause

package build

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/dist"
	"github.com/scientific-python/sallyport/internal/finding"
)

var _ = judged(rule{
	Rule: finding.Rule{
		ID:       "subject-name-mismatch",
		Severity: finding.Error,
		Title:    "The file was attested under another name",
		Why: "An installer chooses a file by its name: the platform, the Python version, the release. Right bytes under a wrong " +
			"name are a swap: a wheel for one platform served for another, or an old release under a new version.",
		Bad:        "digest of the sdist under the wheel's name, and the wheel's under the sdist's",
		Good:       "each file attested under the name it has now",
		References: []string{"PEP 740: attestation verification", "SLSA: verifying artifacts, step 2"},
	},
	kinds: both,
	judge: func(r *rule, j *judgement) {
		if !slices.Contains(j.names, j.dist.Name.Filename) && !looselyNamed(j) {
			r.deviates(j, "do not rename release files after they were attested; attest them under the names they are published with",
				"%q (sha256 %s) was attested under the name %q", j.dist.Name.Filename, j.dist.Digest.Hex(), strings.Join(j.names, `", "`))
		}
	},
})

// looselyNamed reports whether one of the attested names is the same
// distribution's by the index's looser comparison, in the same format.
func looselyNamed(j *judgement) bool {
	return slices.ContainsFunc(j.names, func(name string) bool {
		n, err := dist.ParseName(name)
		return err == nil && n.Format == j.dist.Name.Format && n.Equal(j.dist.Name)
	})
}
