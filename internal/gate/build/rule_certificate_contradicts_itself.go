// SPDX-License-Identifier: BSD-3-Clause

package build

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
)

var _ = judged(rule{
	Rule: finding.Rule{
		ID:       "certificate-contradicts-itself",
		Severity: finding.Error,
		Title:    "The certificate's claims do not fit together",
		Why: "All claims of a certificate come from one token, so they agree: the workflow lies in the source repository and at " +
			"the built ref, the owner is the repository's, the run belongs to it, and the old extensions repeat the new ones. " +
			"Where they do not, the workflow was taken from elsewhere (as pull_request_target does), or the authority erred.",
		Bad:        "built ref refs/tags/v1.0.0, workflow release.yml@refs/heads/main",
		Good:       "built ref refs/tags/v1.0.0, workflow release.yml@refs/tags/v1.0.0",
		References: []string{"Fulcio: OID information"},
	},
	kinds:    both,
	identity: true,
	judge: func(r *rule, j *judgement) {
		id := j.id
		const hint = "start the release by a push of the tag, a release or workflow_dispatch at the tag, and attest again"
		same := func(what, a, what2, b string) {
			if a != b {
				r.deviates(j, hint, "the certificate's %s is %s, but its %s is %s", what, orNothing(a), what2, orNothing(b))
			}
		}
		if config, ok := parseWorkflow(id.BuildConfigURI); ok {
			same("workflow repository", githubURL+config.Repository, "source repository", id.RepositoryURI)
			if config.Ref != id.Commit {
				same("workflow ref", config.Ref, "source ref", id.Ref)
			}
		}
		same("workflow commit", id.BuildConfigDigest, "source commit", id.Commit)
		owner := id.RepositoryURI
		if i := strings.LastIndexByte(owner, '/'); i > 0 {
			owner = owner[:i]
		}
		same("owner", id.OwnerURI, "source repository's owner", owner)
		if !strings.HasPrefix(id.RunURI, id.RepositoryURI+"/actions/runs/") {
			r.deviates(j, hint, "the certificate's run is %s, which is not of its source repository %s", orNothing(id.RunURI), orNothing(id.RepositoryURI))
		}
		old := func(what, a, b string) {
			if a != "" {
				same("old "+what+" extension", a, what, b)
			}
		}
		old("issuer", id.OldIssuer, id.Issuer)
		old("event", id.OldEvent, id.Event)
		old("commit", id.OldCommit, id.Commit)
		old("ref", id.OldRef, id.Ref)
		if id.OldRepository != "" {
			same("old repository extension", githubURL+id.OldRepository, "source repository", id.RepositoryURI)
		}
	},
})
