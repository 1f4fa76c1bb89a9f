// SPDX-License-Identifier: BSD-3-Clause

package build

import (
	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/policy"
)

var _ = judged(rule{
	Rule: finding.Rule{
		ID:       "attested-in-publish-job",
		Severity: finding.Warning,
		Waivable: true,
		Title:    "The provenance was signed in the job that uploads",
		Why: "A job that attests whatever it has downloaded vouches for files it did not build: if they were swapped between " +
			"build and upload, the attestation covers the swapped ones. Provenance belongs to the end of the build, or into a job " +
			"of its own that checks the artifact's digest. Where the gate itself runs in the job that uploads, this is an error: " +
			"whatever ran there before it could have signed.",
		Bad:        "actions/attest in the job with environment: pypi",
		Good:       "actions/attest in the build job, and the publish job only uploads",
		References: []string{"SPEC 8: build and publish in separate jobs", "SLSA: Build L2 provenance is authentic"},
	},
	kinds:    provenance,
	identity: true,
	judge: func(r *rule, j *judgement) {
		env := j.pol.Publisher.Environment
		if env == "" || env == policy.NoEnvironment || j.id.Environment == "" || !policy.SameName(env, j.id.Environment) {
			return
		}
		r.deviates(j, "move the attest step to the end of the build job, or into a job between build and publish, without the environment",
			"the provenance was signed in environment %q, which is the publisher's: it shows what the upload job had, not what the build made", j.id.Environment)
		if j.uploading {
			j.Findings[len(j.Findings)-1].Severity = finding.Error
		}
	},
})
