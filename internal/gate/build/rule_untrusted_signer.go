// SPDX-License-Identifier: BSD-3-Clause

package build

import (
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/policy"
)

var _ = judged(rule{
	Rule: finding.Rule{
		ID:       "untrusted-signer",
		Severity: finding.Error,
		Title:    "The attestation was signed by a reusable workflow that the policy does not trust",
		Why: "When a release workflow calls a reusable one, the called file signs, with code that somebody else may change. " +
			"It must be named in the policy by commit or by tag; a branch can be changed the next minute. A publish attestation " +
			"is signed by the registered publisher itself and by nothing it calls.",
		Bad:        "signer https://github.com/someone/workflows/.github/workflows/attest.yml@refs/heads/main",
		Good:       "builder: {signers: [someone/workflows/.github/workflows/attest.yml@0123…4567]} and a signer at that commit",
		References: []string{"SLSA: verifying artifacts, builder identity", "Fulcio: 1.3.6.1.4.1.57264.1.9"},
	},
	kinds:    both,
	identity: true,
	judge: func(r *rule, j *judgement) {
		signer, ok := parseWorkflow(j.id.SignerURI)
		if len(j.id.URIs) != 1 || j.id.URIs[0] != j.id.SignerURI || len(j.id.Emails) > 0 || j.id.OtherNames > 0 {
			r.deviates(j, "the certificate is not one that GitHub's workflows get", "the certificate's names (%s) are not exactly its signer workflow %s", names(j), orNothing(j.id.SignerURI))
			return
		}
		if ok && j.id.SignerURI == j.id.BuildConfigURI {
			return
		}
		if ok && j.kind == provenance && listed(j) != nil {
			return
		}
		if j.kind == publish {
			r.deviates(j, "let the publish job of the registered workflow upload and attest, not a workflow that it calls",
				"the publish attestation was signed by %s, expected the run's own workflow %s", orNothing(j.id.SignerURI), orNothing(j.id.BuildConfigURI))
			return
		}
		hint := "if you trust that workflow, add it to builder.signers by commit: " + suggestSigner(j, signer, ok)
		if strings.HasPrefix(signer.Ref, "refs/heads/") {
			hint = "call the reusable workflow by commit (uses: …@<40 hex digits>) and add it to builder.signers with that commit; a branch is never trusted"
		}
		r.deviates(j, hint, "the provenance was signed by %s at commit %s, which is neither the run's own workflow %s nor one of the policy's signers%s",
			orNothing(j.id.SignerURI), orNothing(j.id.SignerDigest), orNothing(j.id.BuildConfigURI), listSigners(j.pol.Builder.Signers))
	},
})

func names(j *judgement) string {
	all := append(append([]string{}, j.id.URIs...), j.id.Emails...)
	if j.id.OtherNames > 0 {
		all = append(all, "names of another kind")
	}
	if len(all) == 0 {
		return "none"
	}
	return `"` + strings.Join(all, `", "`) + `"`
}

func suggestSigner(j *judgement, w workflowURI, ok bool) string {
	if !ok {
		return "OWNER/REPO/.github/workflows/FILE@COMMIT"
	}
	if policy.SameName(w.Repository, repositoryName(j.id.RepositoryURI)) {
		return "./" + w.Path
	}
	return w.Repository + "/" + w.Path + "@" + j.id.SignerDigest
}

func listSigners(signers []policy.Signer) string {
	if len(signers) == 0 {
		return " (there are none)"
	}
	var raw []string
	for _, s := range signers {
		raw = append(raw, s.Raw)
	}
	return " (" + strings.Join(raw, ", ") + ")"
}

// listed returns the policy's entry for the attestation's signer. Which commit
// the signer was at is judged by wrong-signer-commit; an entry by commit also
// wants to be called by that commit or by a tag, never through a branch.
func listed(j *judgement) *policy.Signer {
	w, ok := parseWorkflow(j.id.SignerURI)
	if !ok {
		return nil
	}
	source := repositoryName(j.id.RepositoryURI)
	for n := range j.pol.Builder.Signers {
		s := &j.pol.Builder.Signers[n]
		switch {
		case s.Path != w.Path:
		case s.Local:
			if source != "" && w.Repository == source && (w.Ref == j.id.Ref || w.Ref == j.id.Commit) && w.Ref != "" {
				return s
			}
		case !policy.SameName(s.Repository, w.Repository):
		case s.Commit != "":
			if w.Ref == s.Commit || strings.HasPrefix(w.Ref, "refs/tags/") {
				return s
			}
		case s.Ref != "" && w.Ref == s.Ref:
			return s
		}
	}
	return nil
}
