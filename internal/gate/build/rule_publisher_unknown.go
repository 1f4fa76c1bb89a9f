// SPDX-License-Identifier: BSD-3-Clause

package build

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
)

var publisherUnknown = register(finding.Rule{
	ID:       "publisher-unknown",
	Severity: finding.Error,
	Title:    "Nothing says which repository and workflow may build this project",
	Why: "A valid signature shows that some workflow built the file. Whether it was the right one can be judged only against " +
		"an expectation that comes from elsewhere: a policy file, flags, or the publisher of the last release on the index.",
	Bad:        "sallyport verify --offline dist/",
	Good:       "sallyport verify --policy .github/sallyport.yml dist/",
	References: []string{"SLSA: verifying artifacts, expectations", "PEP 740: trust in the publisher"},
})

var _ = together(func(r *release) {
	var missing []string
	if r.in.Policy.Publisher.Repository == "" {
		missing = append(missing, "repository")
	}
	if r.in.Policy.Publisher.Workflow == "" {
		missing = append(missing, "workflow")
	}
	if len(missing) == 0 {
		return
	}
	verb := "is"
	if len(missing) > 1 {
		verb = "are"
	}
	why := ""
	if r.in.WhyUnknown != "" {
		why = " (" + r.in.WhyUnknown + ")"
	}
	r.res.Skip(publisherUnknown.Undecided("", "the publisher's %s %s not known%s, so no attestation can be held against it; write .github/sallyport.yml with publisher: {repository: OWNER/NAME, workflow: FILE}, or pass --repository and --workflow",
		strings.Join(missing, " and "), verb, why))
})
