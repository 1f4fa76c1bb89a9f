// SPDX-License-Identifier: BSD-3-Clause

package publish_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/finding"
)

const (
	ownRef  = "@0123456789abcdef0123456789abcdef01234567"
	ownCall = "scientific-python/sallyport/.github/workflows/"
)

// ownRelease is a release that sallyport's own workflows build and judge. The
// texts are replaced in pairs.
func ownRelease(replaced ...string) repo {
	text := `on: {push: {tags: ["v*"]}}
permissions: {}
concurrency: release
jobs:
  build:
    permissions: {contents: read, id-token: write, attestations: write}
    uses: ` + ownCall + "build.yml" + ownRef + `
  gate:
    needs: build
    permissions: {contents: read, actions: read, attestations: write, id-token: write}
    uses: ` + ownCall + "gate.yml" + ownRef + `
    with:
      artifact-id: ${{ needs.build.outputs.artifact-id }}
      checksums: ${{ needs.build.outputs.sums }}
  publish:
    needs: gate
    runs-on: ubuntu-latest
    environment: pypi
    permissions: {id-token: write}
    steps:
      - uses: ` + pinDownload + `
        with:
          artifact-ids: ${{ needs.gate.outputs.artifact-id }}
          path: dist/
      - uses: scientific-python/sallyport` + ownRef + `
        with: {command: seal, ledger: "${{ needs.gate.outputs.ledger }}"}
      - uses: ` + pinPublish + `
        with: {print-hash: true}
`
	return repo{"release.yml": strings.NewReplacer(replaced...).Replace(text), ".github/dependabot.yml": "version: 2\n", "RELEASING.md": "x"}
}

// oneStep is the shortest form: the gate in the job that uploads.
func oneStep(replaced ...string) repo {
	text := `on: {push: {tags: ["v*"]}}
permissions: {}
concurrency: release
jobs:
  build:
    permissions: {contents: read, id-token: write, attestations: write}
    uses: ` + ownCall + "build.yml" + ownRef + `
  publish:
    needs: build
    runs-on: ubuntu-latest
    environment: pypi
    permissions: {contents: read, attestations: read, id-token: write}
    steps:
      - uses: ` + pinCheckout + `
        with: {persist-credentials: false}
      - uses: ` + pinDownload + `
        with:
          artifact-ids: ${{ needs.build.outputs.artifact-id }}
          path: dist/
      - uses: scientific-python/sallyport` + ownRef + `
      - uses: ` + pinPublish + `
        with: {print-hash: true}
`
	return repo{"release.yml": strings.NewReplacer(replaced...).Replace(text), ".github/dependabot.yml": "version: 2\n", "RELEASING.md": "x"}
}

// another is a job that nobody waits for and that stores an artifact.
const another = "  bench:\n    runs-on: ubuntu-latest\n    permissions: {}\n    steps:\n      - run: make\n      - uses: " + pinUpload + "\n        with: {name: bench, path: x}\n  publish:\n"

// TestOwnWorkflows: a release by our own workflows has nothing to be said of
// it, and of each change to it that opens a way something is said.
func TestOwnWorkflows(t *testing.T) {
	const ids = "artifact-id: ${{ needs.build.outputs.artifact-id }}"
	const building = "  build:\n    runs-on: ubuntu-latest\n    permissions: {contents: read}\n    outputs: {artifact-id: \"${{ steps.ID.outputs.artifact-id }}\", sums: x}\n    steps:\n      - uses: " + pinCheckout +
		"\n      - {id: made, run: python -m build}\n      - id: up\n        uses: " + pinUpload + "\n        with: {name: dist, path: dist/}\n"
	own := func(id string, more ...string) repo {
		job := "  build:\n    permissions: {contents: read, id-token: write, attestations: write}\n    uses: " + ownCall + "build.yml" + ownRef + "\n"
		return ownRelease(append([]string{job, strings.Replace(building, "steps.ID", "steps."+id, 1)}, more...)...)
	}
	for _, c := range []ruleCase{
		{
			rule: "loose-artifact-selection", name: "a pattern for the gate, beside a job that stores", severity: finding.Warning, line: 13, message: `"gate" downloads an artifact by an id that cannot be followed to the step that stored it ("dist-*"): it is a constant`,
			bad: ownRelease(ids, "artifact-id: dist-*", "  publish:\n", another), good: ownRelease("  publish:\n", another),
		},
		{
			rule: "loose-artifact-selection", name: "a constant for the gate", severity: finding.Note, line: 13, message: "it is a constant", bad: ownRelease(ids, "artifact-id: 17"), good: ownRelease(),
		},
		{
			rule: "loose-artifact-selection", name: "the output of a script for the gate", severity: finding.Note, line: 8, message: `the step "made" (line 11) is a script, which may write what it likes`, bad: own("made"), good: own("up"),
		},
		{
			rule: "loose-artifact-selection", name: "the same, beside a job that stores", severity: finding.Warning, line: 8, message: `so it may be one of job "bench", which it does not wait for`, bad: own("made", "  publish:\n", another), good: own("up", "  publish:\n", another),
		},
		{
			rule: "loose-artifact-selection", name: "an output that is not there", severity: finding.Warning, line: 20, message: `job "build" has no output "artifact_id"; by an empty id it takes what any job of the run has stored`,
			bad: own("up", ids, "artifact-id: ${{ needs.build.outputs.artifact_id }}", "  publish:\n", another),
		},
		{
			rule: "loose-artifact-selection", name: "a job that is not needed", severity: finding.Warning, line: 30, message: `nothing gives a value ("${{ needs.gate.outputs.artifact-id }}"): job "publish" does not name "gate" in its needs`,
			bad: ownRelease("    needs: gate\n", "    needs: build\n", "  publish:\n", another),
		},
		{
			rule: "unpinned-action", name: "our workflow by a tag", severity: finding.Error, line: 7, message: `build.yml@v1" in job "build", which makes the published files, is a tag`, bad: ownRelease("build.yml"+ownRef, "build.yml@v1"), good: ownRelease(),
		},
		{
			rule: "unpinned-action", name: "our action by a tag", severity: finding.Error, line: 20, message: `"scientific-python/sallyport@v1" in the publishing job "publish" is a tag`, bad: oneStep("sallyport"+ownRef, "sallyport@v1"), good: oneStep(),
		},
		{
			rule: "unpinned-action", name: "a workflow that nobody knows, by a branch", severity: finding.Error, line: 11, message: `gate.yml@main" in job "gate", which makes the published files, is a branch`, bad: ownRelease(ownCall+"gate.yml"+ownRef, "octo-org/ci/.github/workflows/gate.yml@main"),
		},
		{rule: "build-in-publish-job", name: "another owner's action", severity: finding.Error, message: `"evil/sallyport" (line 25)`, bad: ownRelease("scientific-python/sallyport@", "evil/sallyport@"), good: ownRelease()},
		{rule: "build-in-publish-job", name: "code of the checkout", severity: finding.Error, message: `"./check.sh"`, bad: oneStep("      - uses: "+pinPublish, "      - run: ./check.sh\n      - uses: "+pinPublish), good: oneStep()},
		{rule: "step-between-gate-and-upload", name: "behind the gate without inputs", severity: finding.Error, message: "between sallyport gate", bad: oneStep("      - uses: "+pinPublish, "      - run: cp x dist/\n      - uses: "+pinPublish), good: oneStep()},
		{
			rule: "gate-checks-other-files", name: "the folder by default", severity: finding.Error, message: `while sallyport gate (line 20) looks at "dist"`,
			bad: oneStep("path: dist/", "path: out/", "print-hash: true", "packages-dir: out/"), good: oneStep(),
		},
		{rule: "gate-checks-other-files", name: "the folder by default, in a job of its own", good: own("up", "  publish:\n", "  second:\n    needs: build\n    runs-on: ubuntu-latest\n    permissions: {contents: read}\n    steps:\n      - uses: "+pinDownload+
			"\n        with: {artifact-ids: \"${{ needs.build.outputs.artifact-id }}\", path: dist/}\n      - uses: scientific-python/sallyport"+ownRef+"\n  publish:\n")},
		{
			rule: "attested-set-differs", name: "beside our build", severity: finding.Warning, message: `job "more" hands on files without provenance, while job "build" attests`,
			bad: oneStep("  publish:\n    needs: build\n", "  more:\n    runs-on: ubuntu-latest\n    permissions: {}\n    outputs: {id: \"${{ steps.up.outputs.artifact-id }}\"}\n    steps:\n      - run: python -m build\n      - id: up\n        uses: "+pinUpload+
				"\n        with: {name: dist, path: dist/}\n  publish:\n    needs: [build, more]\n", "outputs.artifact-id }}\n          path", "outputs.artifact-id }},${{ needs.more.outputs.id }}\n          path"), good: oneStep(),
		},
		{rule: "publish-despite-failure", name: "our gate", severity: finding.Warning, bad: ownRelease("    needs: gate\n", "    needs: gate\n    if: always()\n"), good: ownRelease()},
	} {
		c.run(t)
	}
	for name, r := range map[string]repo{
		"two jobs": ownRelease(), "no environment": ownRelease("    environment: pypi\n", ""), "one step": oneStep(), "one step, composite": oneStep("sallyport@", "sallyport/composite@"),
		"one step, inputs": oneStep("      - uses: "+pinPublish, "        with: {command: gate, dists: dist/}\n      - uses: "+pinPublish),
	} {
		t.Run(name, func(t *testing.T) {
			set := judge(t, r)
			for _, f := range set.Findings {
				if name != "no environment" || f.Rule != "publish-without-environment" {
					t.Errorf("%s[%s] line %d: %s", f.Severity, f.Rule, f.Location.Line, f.Message)
				}
			}
			for _, u := range set.Unchecked {
				if u.Rule == "unknown-on-path" {
					t.Errorf("%s: %s", u.Rule, u.Reason)
				}
			}
		})
	}
	for name, r := range map[string]repo{"by a tag": ownRelease(ownRef, "@v1"), "of another owner": ownRelease("scientific-python/", "scientific-pythons/")} {
		unknown := 0
		for _, u := range judge(t, r).Unchecked {
			if u.Rule == "unknown-on-path" && strings.Contains(u.Reason, ".github/workflows/") {
				unknown++
			}
		}
		if unknown < 2 {
			t.Errorf("%s: %d of our workflows are called unknown", name, unknown)
		}
	}
}

// TestCalledByOthers: what an input of a workflow for other repositories comes
// to is said where they call it.
func TestCalledByOthers(t *testing.T) {
	for trigger, want := range map[string]int{"workflow_call: {inputs: {id: {type: string}}}": 0, "workflow_dispatch: {inputs: {id: {}}}": 1} {
		set := judge(t, repo{"up.yml": "on: {" + trigger + "}\npermissions: {}\njobs:\n  bench:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: " + pinUpload + "\n        with: {name: x, path: x}\n" +
			"  publish:\n    runs-on: ubuntu-latest\n    environment: pypi\n    permissions: {id-token: write}\n    steps:\n      - uses: " + pinDownload + "\n        with: {artifact-ids: \"${{ inputs.id }}\", path: dist/}\n      - uses: " + pinPublish + "\n"})
		if got := fired(set, "loose-artifact-selection"); len(got) != want || slices.ContainsFunc(got, func(f finding.Finding) bool { return f.Severity != finding.Warning }) {
			t.Errorf("%s: %+v", trigger, got)
		}
	}
}

// TestNeedsOfCallers: a job of a called workflow waits for what the calling job
// waits for.
func TestNeedsOfCallers(t *testing.T) {
	release := func(needs string) repo {
		return repo{
			"release.yml": "on: {push: {tags: [\"v*\"]}}\npermissions: {}\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - run: python -m build\n      - uses: " + pinUpload + "\n        with: {name: dist, path: dist/}\n" +
				"  approve:\n    runs-on: ubuntu-latest\n    environment: pypi\n    steps: [{run: \"true\"}]\n" +
				"  up:\n    needs: [" + needs + "]\n    permissions: {id-token: write}\n    uses: ./.github/workflows/up.yml\n",
			"up.yml": "on: workflow_call\npermissions: {}\njobs:\n  upload:\n    runs-on: ubuntu-latest\n    permissions: {id-token: write}\n    steps:\n      - uses: " + pinDownload + "\n        with: {name: dist, path: dist/}\n      - uses: " + pinPublish + "\n",
		}
	}
	for _, c := range []ruleCase{
		{rule: "loose-artifact-selection", name: "by name", severity: finding.Warning, line: 8, message: `of job "build", a job that it does not wait for`, bad: release("approve"), good: release("approve, build")},
		{rule: "environment-on-another-job", name: "before the call", severity: finding.Error, message: "approve", bad: release("build, approve"), good: release("build")},
	} {
		c.run(t)
	}
}
