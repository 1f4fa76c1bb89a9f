// SPDX-License-Identifier: BSD-3-Clause

package seal

import (
	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/pypi"
)

var _ = register(finding.Rule{
	ID:       "attestation-would-be-refused",
	Severity: finding.Error,
	Title:    "The index would refuse the attestations that this job signs",
	Why: "An upload whose attestation is refused fails, perhaps after other files of the release are public, and their names are used up. " +
		"The index gives out its token by the file that holds the job and accepts attestations by the file that started the run: in a reusable workflow these " +
		"are two, and no publisher fits both.",
	Bad:        "publish.yml is registered, and release.yml calls it: token given, attestation refused",
	Good:       "the registered file starts the run and holds the job that uploads",
	References: []string{"PEP 740: attestation verification", "PyPI: trusted publishers, troubleshooting", "gh-action-pypi-publish: #283"},
}, func(j *job, rule *finding.Rule) {
	c := j.verified()
	// Without a token no attestation gets there; another spelling is said of
	// the token.
	if c == nil || j.attestation.Verdict != pypi.Refuse || j.mint.Verdict == pypi.Refuse || j.named(jobIsNotThePublisher) {
		return
	}
	j.res.Add(rule.Found(thisJob,
		"move the job that uploads into "+file(c.WorkflowRef)+", register that file as the publisher on the index, and name it in the policy; the called workflow may build",
		"the index would answer: Invalid attestations supplied during upload: Could not verify the uploaded artifact using the included attestation: Verification failed: %s%s",
		j.attestation.Message, twoFiles(c.WorkflowRef, c.JobWorkflowRef)))
})
