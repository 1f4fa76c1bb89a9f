// SPDX-License-Identifier: BSD-3-Clause

package report

import "github.com/scientific-python/sallyport/internal/finding"

// A claim is one thing that a release may show, and what it answers in the
// documents that ask for it.
type claim struct {
	gate finding.Gate
	what string
	// rules must have had nothing to say: no finding of any severity, nothing
	// unchecked, nothing waived. Without any, the gate as a whole must.
	rules []string
	// holds is what must be in the report besides, since a rule is silent also
	// where there is nothing to judge. It may be nil.
	holds func(*Report) bool
	spec8 string // the item of SPEC 8, "" for none
	ssdf  string // the tasks of NIST SP 800-218 version 1.1
	slsa  bool   // it is what SLSA's build levels ask for
}

// claims is what a release can show, in the order in which it is shown. A row
// says no more than its rules do, and is left out where a rule is silent for
// other reasons too: that the released commit is signed cannot be told from
// that nobody asked.
//
// The SPEC 8 items go by the headings of that document, the tasks of the Secure
// Software Development Framework by their numbers.
var claims = []claim{
	{
		gate: finding.Build, what: "Each file has build provenance, signed through Sigstore, which verifies",
		rules: []string{"missing-provenance", "invalid-signature", "untrusted-certificate", "unverified-log-entry", "unverified-sct", "unverified-timestamp",
			"digest-mismatch", "predicate-contradicts-certificate", "incomplete-predicate", "instance-without-transparency", "stale-trust-root"},
		holds: allBuilt, spec8: "Adopt SLSA build provenance", ssdf: "PS.2.1, PS.3.2", slsa: true,
	},
	{
		gate: finding.Build, what: "The expected repository and workflow built it, all files from one commit in one run",
		rules: []string{"wrong-repository", "wrong-workflow", "untrusted-signer", "wrong-ref", "wrong-event", "wrong-commit", "publisher-unknown",
			"publisher-differs-from-index", "release-of-two-commits", "release-of-two-runs"},
		holds: oneRun, spec8: "Adopt SLSA build provenance", ssdf: "PS.1.1, PS.3.2",
	},
	{
		gate: finding.Build, what: "Each file has a publish attestation for the index", rules: []string{"missing-publish-attestation", "publish-predicate-not-empty"},
		holds: allForIndex, ssdf: "PS.2.1",
	},
	{
		gate: finding.Handoff, what: "What is about to be uploaded is byte for byte what was verified, and nothing else",
		rules: []string{"differs-from-ledger", "unexpected-file", "duplicate-dist", "foreign-project", "no-dists"},
		holds: sealed, spec8: "Build and publish in separate jobs", ssdf: "PS.1.1",
	},
	{
		gate: finding.Publish, what: "Every upload is by trusted publishing, and no credential for the index is left in the workflows",
		rules: []string{"upload-with-token", "leftover-credential", "token-beside-trusted-publishing", "index-not-allowed", "index-not-constant", "upload-outside-publisher"},
		holds: allTrusted, spec8: "OIDC through trusted publishers", ssdf: "PS.1.1",
	},
	{
		gate: finding.Publish, what: "Each job that uploads runs in a deployment environment",
		rules: []string{"publish-without-environment", "environment-on-another-job"},
		holds: allInEnvironment, spec8: "Use GitHub Actions environments", ssdf: "PO.5.1",
	},
	{
		gate: finding.Publish, what: "That environment asks for a review, or takes only what releases are made from",
		rules: []string{"publish-without-environment", "environment-on-another-job", "unprotected-environment"},
		holds: allInEnvironment, ssdf: "PO.5.1, PS.1.1",
	},
	{
		gate: finding.Publish, what: "What builds the files cannot publish them",
		rules: []string{"build-in-publish-job", "code-by-environment", "self-attested", "workflow-wide-id-token", "unknown-on-path"},
		holds: allTrusted, spec8: "Build and publish in separate jobs", ssdf: "PO.5.1",
	},
	{
		gate: finding.Publish, what: "A release starts only where somebody means to make one",
		rules: []string{"publish-without-intent", "publish-from-untrusted-event", "id-token-on-untrusted-event"},
		holds: allTrusted, spec8: "Hardening workflow environment permissions", ssdf: "PO.5.1",
	},
	{
		gate: finding.Publish, what: "Nothing that outsiders can write flows into the files: no cache, no text of theirs, no files from another run",
		rules: []string{"cache-reaches-index", "untrusted-text-in-script", "dists-from-outside-run", "loose-artifact-selection", "unknown-on-path"},
		holds: anyWay, ssdf: "PO.5.1, PW.5.1",
	},
	{
		gate: finding.Publish, what: "The release workflows say what each job may do", rules: []string{"missing-permissions", "workflow-wide-id-token"},
		holds: anyWay, spec8: "Restrict permissions in GitHub Actions", ssdf: "PO.5.1",
	},
	{
		gate: finding.Publish, what: "Actions and images on the way to the index are pinned by commit or digest",
		rules: []string{"unpinned-action", "unpinned-image", "unknown-on-path"},
		holds: anyWay, spec8: "Pin actions to full release commit SHAs", ssdf: "PW.4.1, PO.5.1",
	},
	{
		gate: finding.Publish, what: "Dependabot or Renovate looks after the pins", rules: []string{"no-dependabot"},
		holds: anyWay, spec8: "Dependabot for GitHub Actions", ssdf: "PO.3.2, RV.1.1",
	},
	{
		gate: finding.Publish, what: "The default branch is protected", rules: []string{"unprotected-branch"},
		holds: allTrusted, spec8: "Hardening workflow environment permissions (protected branch)", ssdf: "PS.1.1",
	},
	{
		gate: finding.Publish, what: "The log shows the digests of what is uploaded", rules: []string{"hashes-not-printed"},
		holds: allPrint, spec8: "OIDC through trusted publishers (print-hash)", ssdf: "PS.2.1",
	},
	{
		gate: finding.Publish, what: "There is a document on how releases are made", rules: []string{"release-process-undocumented"},
		holds: anyWay, spec8: "Document the release process", ssdf: "PO.1.1",
	},
}
