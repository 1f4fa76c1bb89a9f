// SPDX-License-Identifier: BSD-3-Clause

package build

import (
	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/policy"
)

var _ = judged(rule{
	Rule: finding.Rule{
		ID:          "wrong-environment",
		Severity:    finding.Error,
		OnUnchecked: finding.List,
		Title:       "The job did not run in the expected deployment environment",
		Why: "The environment is what protects a release: its reviewers and its branch and tag rules. A job of the same " +
			"workflow outside of it, or in the one for the test index, has none of that protection and signs in the same name. " +
			"Certificates say the environment since November 2025; no other verifier looks at it.",
		Bad:        "environment testpypi in the certificate, pypi in the policy",
		Good:       "environment pypi in both (in any case of letters)",
		References: []string{"SPEC 8: deployment environment", "Fulcio: 1.3.6.1.4.1.57264.1.23", "PyPI: trusted publishers"},
	},
	kinds:    both,
	identity: true,
	judge: func(r *rule, j *judgement) {
		got := j.id.Environment
		if j.kind == provenance {
			want := j.pol.Builder.Environment
			if want != "" && !policy.SameName(want, got) {
				r.deviates(j, "build in a job with environment: "+want+", or change builder.environment in the policy",
					"the provenance was signed in %s, the policy's builder.environment says %q", inEnvironment(got), want)
			}
			return
		}
		switch want := j.pol.Publisher.Environment; {
		case want == "":
			r.unchecked(j, "the policy does not say in which environment the publisher runs (the publish attestation was signed in %s); add publisher: {environment: NAME} or {environment: none}", inEnvironment(got))
		case want == policy.NoEnvironment && got != "":
			r.deviates(j, "if the publisher is registered with that environment, write it into the policy: publisher: {environment: "+got+"}",
				"the publish attestation was signed in environment %q, the policy says the publisher has none", got)
		case want == policy.NoEnvironment:
		case got == "":
			r.unchecked(j, "the publish attestation's certificate names no environment, the policy says %q; certificates from before November 2025 never do, and a job without environment does not either: the upload job's own claim is judged when it runs", want)
		case !policy.SameName(want, got):
			r.deviates(j, "publish from the job with environment: "+want,
				"the publish attestation was signed in environment %q, the policy says %q", got, want)
		}
	},
})

func inEnvironment(name string) string {
	if name == "" {
		return "no environment"
	}
	return `environment "` + name + `"`
}
