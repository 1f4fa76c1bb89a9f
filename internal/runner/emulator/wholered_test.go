// SPDX-License-Identifier: BSD-3-Clause

package emulator_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/disttest"
	"github.com/scientific-python/sallyport/internal/runner/emulator"
	"github.com/scientific-python/sallyport/internal/sigstoretest"
)

const (
	thisRun = "11122233344"
	lastRun = "11122230001"
)

// reds: each attack on a release stops where it should, with the rule that it is
// about. What the job that stops says is kept in testdata/whole.
var reds = map[string]scene{
	// The build and what becomes of its files.
	"branch": {
		story:  "Somebody starts the release workflow on a branch.",
		claims: map[string]any{"ref": "refs/heads/main", "ref_type": "branch", "sub": "repo:octo-sci/samplepkg:ref:refs/heads/main", "workflow_ref": "octo-sci/samplepkg/.github/workflows/release.yml@refs/heads/main"},
		stops:  "attest", rule: "wrong-ref",
	},
	"branch-attested-by-others": {
		story:   "The files were built on a branch, and signed by an action that asks no questions.",
		example: "compiled",
		signer: func(r *release, j *emulator.Job) {
			r.store(r.signed(sigstoretest.PublicGood, r.claims().WithRef("refs/heads/main"), both(j)...), sigstoretest.ProvenanceV1, both(j)...)
		},
		stops: "gate", rule: "wrong-ref",
	},
	"swapped-after-attesting": {
		story: "Between two jobs the wheel is swapped for one with a file more. Its attestation stays beside it.",
		gated: swapWheel, stops: "gate", rule: "digest-mismatch",
	},
	"extra-wheel": {
		story: "A wheel for Windows is added to the artifact after the rest was attested.",
		gated: func(_ *release, j *emulator.Job) {
			name, data := disttest.Wheel(disttest.Options{Version: "1.0.0", Tags: "cp313-cp313-win_amd64"})
			j.Put("dist/"+name, data)
		},
		stops: "gate", rule: "missing-provenance",
	},
	"another-projects-wheel": {
		story: "A wheel of another project, which the same publisher may upload, lies in the artifact.",
		gated: func(_ *release, j *emulator.Job) {
			name, data := disttest.Wheel(disttest.Options{Name: "otherpkg", Version: "1.0.0"})
			j.Put("dist/"+name, data)
		},
		stops: "gate", rule: "foreign-project",
	},
	"another-run": {
		story:     "The artifact is of an earlier run at the same commit.",
		attesting: map[string]any{"run_id": lastRun},
		stops:     "gate", rule: "other-run",
	},
	"failing-beside-passing": {
		story: "Beside the wheel's own attestation lies another one, which somebody's workflow for tests has signed.",
		gated: func(r *release, j *emulator.Job) {
			b := r.signed(sigstoretest.PublicGood, r.claims().WithWorkflow("tests.yml"), j.Path("dist/"+wheel))
			j.Put("dist/"+wheel+".attestation", b.PEP740())
		},
		stops: "gate", rule: "wrong-workflow",
	},
	"passing-beside-failing": {
		story: "The wheel is swapped. An attacker's workflow has signed the new one, and the old attestation, which is right for the old wheel, is left there.",
		gated: func(r *release, j *emulator.Job) {
			j.Put("dist/"+wheel, evil())
			b := r.signed(sigstoretest.PublicGood, r.claims().WithRepository("evil-sci/samplepkg").WithIDs("666", "667"), j.Path("dist/"+wheel))
			j.Put("dist/"+wheel+".attestation", b.PEP740())
		},
		stops: "gate", rule: "wrong-repository",
	},
	"githubs-instance": {
		story:   "The files of a public repository are signed by the instance for private ones, which no public log shows.",
		example: "compiled",
		signer: func(r *release, j *emulator.Job) {
			r.store(r.signed(sigstoretest.GitHub, r.claims(), both(j)...), sigstoretest.ProvenanceV1, both(j)...)
		},
		stops: "gate", rule: "instance-without-transparency",
	},

	// The workflows at the commit.
	"token-in-workflow": {
		story: "The upload step still has the password from before trusted publishing.",
		edits: edits{releaseFile: swap("print-hash: true", "password: ${{ secrets.PYPI_TOKEN }}")},
		stops: "gate", rule: "token-beside-trusted-publishing",
	},
	"no-environment": {
		story: "The upload job lost its environment.",
		edits: edits{releaseFile: swap("    environment: pypi\n", "")},
		stops: "gate", rule: "publish-without-environment",
	},
	"poisoned-cache": {
		story:   "The build restores a cache; another workflow runs pull requests' code with the rights to fill it.",
		example: "compiled",
		edits: edits{
			releaseFile:                   pipCache,
			".github/workflows/label.yml": full(pullRequestTarget),
		},
		stops: "gate", rule: "cache-reaches-index",
	},
	"cache-strict": {
		story:   "The build restores a cache, which is a warning, and strict makes errors of warnings.",
		example: "compiled", with: map[string]string{"strict": "true"},
		edits: edits{releaseFile: pipCache},
		stops: "gate", rule: "cache-reaches-index",
	},

	"ledger-of-the-build": {
		story:   "The workflow hands the seal a ledger that the job behind the build gave out.",
		example: "compiled",
		edits:   edits{releaseFile: swap("ledger: ${{ needs.gate.outputs.ledger }}", "ledger: ${{ needs.collect.outputs.ledger }}", "needs: gate\n", "needs: [collect, gate]\n")},
		stops:   "gate", rule: "ledger-not-from-gate",
	},

	// What happens to the gated files.
	"refused-by-the-index": {
		story: "After the gate somebody's attestation is put beside the wheel, which the index would refuse.",
		placed: func(r *release, j *emulator.Job) {
			b := r.signed(sigstoretest.PublicGood, r.claims().WithWorkflow("tests.yml"), j.Path("dist/"+wheel))
			j.Put("dist/"+wheel+".publish.attestation", b.PEP740())
		},
		stops: "seal", rule: "index-would-refuse",
	},
	"forged-ledger": {
		story:  "The wheel is swapped after the gate, and the seal is given a ledger to match. The wheel's old attestation is still there.",
		placed: swapWheel,
		ledger: func(r *release, _ string) string { return r.forgedLedger(r.commit, thisRun) },
		stops:  "seal", rule: "index-would-refuse",
	},
	"link-in-the-folder": {
		story: "After the gate the wheel is replaced by a link to it, which could lead elsewhere at any time.",
		placed: func(r *release, j *emulator.Job) {
			if err := os.Rename(j.Path("dist/"+wheel), j.Path("elsewhere.whl")); err != nil {
				r.t.Fatal(err)
			}
			if err := os.Symlink("../elsewhere.whl", j.Path("dist/"+wheel)); err != nil {
				r.t.Fatal(err)
			}
		},
		stops: "seal", rule: "unexpected-file",
	},

	// The policy.
	"policy-looser-beside": {
		story:   "The tag's commit lets any run's files pass, and its history shares nothing with that of the earlier release; strict makes the warning an error.",
		example: "compiled", before: edits{}, edits: edits{policyFile: more("builder:\n  run: any\n")}, orphan: true,
		with:  map[string]string{"strict": "true"},
		stops: "gate", rule: "looser-policy",
	},
	"policy-misnamed": {
		story: "The policy's file has the ending .yaml, where nobody looks for it.",
		edits: edits{policyFile: full(""), ".github/sallyport.yaml": full(policyText)},
		stops: "attest", code: 3, rule: "rename it",
	},
	"policy-deleted-strict": {
		story:   "The tag's commit has no policy file any more. The index knows the publisher, so that this is a warning, of which strict makes an error.",
		example: "compiled", set: known, with: map[string]string{"strict": "true"},
		before: edits{}, edits: edits{policyFile: full("")},
		stops: "gate", rule: "looser-policy",
	},
	"policy-deleted": {
		story:  "The tag's commit has no policy file any more.",
		before: edits{}, edits: edits{policyFile: full("")},
		stops: "attest", rule: "untrusted-signer",
	},
	"policy-deleted-before-the-gate": {
		story:   "The tag's commit has no policy file any more, and the files were signed by an action that asks for none.",
		example: "compiled", signer: byGitHub,
		before: edits{}, edits: edits{policyFile: full("")},
		stops: "gate", code: 2, rule: "publisher-unknown",
	},
	"policy-looser-strict": {
		story:   "The tag's commit lets any run's files pass; strict makes the warning an error.",
		example: "compiled", before: edits{}, with: map[string]string{"strict": "true"},
		edits: edits{policyFile: more("builder:\n  run: any\n")},
		stops: "gate", rule: "looser-policy",
	},
	"policy-of-an-attacker": {
		story:   "The tag's commit names the attacker's repository as the publisher.",
		example: "compiled", before: edits{},
		edits: edits{policyFile: swap("octo-sci/samplepkg", "evil-sci/samplepkg")},
		stops: "attest", rule: "wrong-repository",
	},
	"files-of-an-attacker": {
		story:   "The tag's commit names the attacker's repository as the publisher, and takes files of any run; the files are from there, correctly signed.",
		example: "compiled", before: edits{},
		edits: edits{policyFile: swap("octo-sci/samplepkg", "evil-sci/samplepkg", "environment: pypi\n", "environment: pypi\nbuilder:\n  run: any\n")},
		signer: func(r *release, j *emulator.Job) {
			swapWheel(r, j)
			r.sums = sums(r.t, j.Path("dist"))
			c := r.claims().WithRepository("evil-sci/samplepkg").WithIDs("666", "667").WithCommit(strings.Repeat("6", 40))
			for _, path := range both(j) {
				j.Put("dist/"+filepath.Base(path)+".slsa.attestation", r.signed(sigstoretest.PublicGood, c, path).PEP740())
			}
		},
		stops: "seal", rule: "job-is-not-the-publisher", warned: "looser-policy",
	},
	"ignore-of-an-unwaivable-rule": {
		story: "The tag's commit waives the rule about the files' digests.",
		edits: edits{policyFile: more("ignore:\n  - {rule: digest-mismatch, files: [\"*.whl\"], reason: \"known\", until: 2027-03-31}\n")},
		stops: "attest", code: 3, rule: ".github/sallyport.yml: line 9",
	},

	// The job that uploads.
	"token-in-sight": {
		story:  "A step of the publish job sets a token that no workflow file names.",
		placed: func(_ *release, j *emulator.Job) { j.SetEnv("TWINE_PASSWORD", stored) },
		stops:  "seal", rule: "credential-in-sight",
	},
	"another-environment": {
		story:      "The publish job runs in another environment than the one that is registered.",
		publishing: map[string]any{"environment": "staging", "sub": "repo:octo-sci/samplepkg:environment:staging"},
		stops:      "seal", rule: "job-is-not-the-publisher",
	},
	"environment-missing": {
		story:      "The publish job runs in no environment.",
		publishing: map[string]any{"environment": nil, "sub": "repo:octo-sci/samplepkg:ref:refs/tags/v1.0.0"},
		stops:      "seal", rule: "job-is-not-the-publisher",
	},
	"swapped-before-the-seal": {
		story:  "The wheel is swapped between the gate and the publish job.",
		placed: swapWheel, stops: "seal", rule: "differs-from-ledger",
	},
	"signed-in-the-publish-job": {
		story: "A step of the publish job swaps the wheel and signs the new one with that job's own token.",
		placed: func(r *release, j *emulator.Job) {
			j.Put("dist/"+wheel, evil())
			j.Put("dist/"+wheel+".slsa.attestation", r.signed(sigstoretest.PublicGood, r.claims(), j.Path("dist/"+wheel)).PEP740())
		},
		stops: "seal", rule: "differs-from-ledger",
	},
	"ledger-in-the-artifact": {
		story: "The wheel is swapped before the gate, and a ledger to match is put beside it.",
		gated: func(r *release, j *emulator.Job) {
			swapWheel(r, j)
			j.Put("dist/ledger.json", []byte(r.ledgerOf(j.Path("dist"), r.commit, thisRun)))
		},
		stops: "gate", rule: "digest-mismatch",
	},
	"ledger-of-last-run": {
		story:  "Artifact and ledger are swapped together, for those of an earlier run.",
		placed: swapWheel,
		ledger: func(r *release, _ string) string { return r.forgedLedger(r.commit, lastRun) },
		stops:  "seal", rule: "ledger-of-another-run",
	},
	"ledger-of-last-commit": {
		story:  "Artifact and ledger are swapped together, and the ledger names the commit of an earlier release.",
		placed: swapWheel,
		ledger: func(r *release, _ string) string { return r.forgedLedger(strings.Repeat("1", 40), thisRun) },
		stops:  "seal", rule: "ledger-of-another-commit",
	},
	"swapped-after-the-seal": {
		story:  "A step behind the seal swaps the wheel; the upload happens.",
		sealed: swapWheel, stops: "post", rule: "changed-after-seal",
	},
}

// pipCache has the build restore what an earlier run downloaded.
var pipCache = swap("          python-version: \"3.13\"\n", "          python-version: \"3.13\"\n          cache: pip\n")

// pullRequestTarget runs what a pull request brings, in the default branch's
// cache.
const pullRequestTarget = `name: label
on: pull_request_target
permissions: {}
jobs:
  test:
    runs-on: ubuntu-24.04
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          ref: refs/pull/${{ github.event.number }}/merge
          persist-credentials: false
      - run: python -m unittest
`

// forgedLedger is the ledger of a release with the evil wheel.
func (r *release) forgedLedger(commit, run string) string {
	j := r.jobWith(nil, emulator.Options{})
	swapWheel(r, j)
	return r.ledgerOf(j.Path("dist"), commit, run)
}

func TestWholeReleaseRed(t *testing.T) {
	for name, s := range reds {
		t.Run(name, func(t *testing.T) {
			r, got := s.check(t)
			r.golden(name, s, got[s.stops])
		})
	}
}
