// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"path"
	"strings"

	"github.com/scientific-python/sallyport/internal/finding"
	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

var _ = register(finding.Rule{
	ID:       "signer-not-checked",
	Severity: finding.Note,
	Waivable: true,
	Title:    "Attestations are verified without saying which workflow must have signed them",
	Why: "With the repository alone, gh accepts an attestation by any workflow of the repository, for any branch and commit. Whoever can run one " +
		"workflow on a branch can have files attested that pass this check.",
	Bad:        "gh attestation verify dist/*.whl --repo octo-sci/samplepkg",
	Good:       "gh attestation verify dist/*.whl --repo octo-sci/samplepkg \\\n  --signer-workflow octo-sci/samplepkg/.github/workflows/release.yml --source-digest \"$GITHUB_SHA\"",
	References: []string{"SPEC 8: adopt SLSA (gh attestation verify)", "SLSA: verifying artifacts"},
}, func(a *audit, rule *finding.Rule) {
	for _, j := range a.in.Graph.Jobs {
		if !a.releasing(j) {
			continue
		}
		if _, own := a.ownCheck(j); own != nil {
			continue // naming itself as the signer would not mend it: self-attested
		}
		for _, s := range j.Steps {
			if !s.Reachable() || s.Step == nil {
				continue
			}
			for _, v := range a.verifications(s) {
				if v.name != "gh attestation verify" || hasFlag(commandWords(v.command.Command), "--signer-workflow", "--signer-repo", "--signer-digest", "--cert-identity",
					"--cert-identity-regex", "-i", "--source-digest", "--source-ref") {
					continue
				}
				signer := a.signerOf(j)
				f := a.at(rule, j, v.file, v.line, "add --signer-workflow with the workflow that attests, and --source-digest with the commit",
					"job %q verifies attestations by any workflow of the repository: %s names no signer", j.Job.ID.Value, v.what)
				if v.file == s.File {
					f.Fix = a.source(v.file).Replace(v.line, "attestation verify", "attestation verify --signer-workflow "+signer+` --source-digest "$GITHUB_SHA"`)
				}
				a.add(f)
			}
		}
	}
})

// releasing reports whether a job runs in a file from which something is
// released.
func (a *audit) releasing(j *graph.Job) bool {
	for _, sp := range a.spots {
		if sp.job.Root == j.Root {
			return true
		}
	}
	return false
}

// signerOf is the workflow that signs provenance in the runs of a job, as gh
// names it; that of the job itself where none or several do.
func (a *audit) signerOf(j *graph.Job) string {
	file := ""
	for _, o := range a.in.Graph.Jobs {
		if o.Root == j.Root && len(a.signings(o)) > 0 {
			if file != "" && file != o.File.Path {
				file = ""
				break
			}
			file = o.File.Path
		}
	}
	if file == "" {
		file = j.File.Path
	}
	repository := a.in.Repository
	if repository == "" {
		repository = "${{ github.repository }}"
	}
	return strings.TrimPrefix(path.Join(repository, file), "/")
}
