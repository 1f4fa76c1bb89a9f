// SPDX-License-Identifier: BSD-3-Clause

package build

import "github.com/scientific-python/sallyport/internal/finding"

var _ = judged(rule{
	Rule: finding.Rule{
		ID:       "predicate-contradicts-certificate",
		Severity: finding.Error,
		Title:    "The provenance says something other than the certificate",
		Why: "The predicate is text that the signing job wrote; the certificate is what GitHub vouched for. Any workflow with a " +
			"signing permission can write a predicate that names your repository, tag and commit, and other verifiers return " +
			"OK for it, since they look at one of the two only. Here both must say the same.",
		Bad:        "predicate: …/samplepkg at v1.0.0; certificate: …/samplepkg at refs/heads/evil",
		Good:       "predicate and certificate name the same repository, ref, commit, workflow, run, event and runner",
		References: []string{"SLSA: provenance v1, GitHub Actions workflow build type", "SLSA: Build L2 provenance is authentic"},
	},
	kinds:    provenance,
	identity: true,
	judge: func(r *rule, j *judgement) {
		if j.predicate.err != nil || !j.predicate.prov.Known {
			return
		}
		for _, c := range j.predicate.prov.Claims {
			want := certified(j.id, c.Aspect)
			if want == "" || c.Value != want {
				r.deviates(j, "the attestation was not written by the workflow that signed it as it ran: attest with actions/attest, and find out who made this one",
					"the predicate says %s %q (%s), the certificate says %s", c.Aspect, c.Value, c.Path, orNothing(want))
			}
		}
	},
})
