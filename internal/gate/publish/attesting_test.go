// SPDX-License-Identifier: BSD-3-Clause

package publish_test

import (
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/finding"
)

const attestJob = `
  attest:
    needs: build
    runs-on: ubuntu-latest
    permissions: {id-token: write, attestations: write}
    steps:
      - uses: ` + pinDownload + `
        with:
          artifact-ids: ${{ needs.build.outputs.id }}
          path: dist/
      - uses: ` + pinAttest + `
        with: {subject-path: "dist/*"}
`

const attestStep = "      - uses: " + pinAttest + "\n        with: {subject-path: \"dist/*\"}"

func TestAttesting(t *testing.T) {
	seal := "      - run: sallyport gate --seal dist/"
	for _, c := range []ruleCase{
		{
			rule: "attestation-made-in-publish-job", name: "between download and upload", severity: finding.Warning, message: "covers whatever files arrived",
			bad: releaseYML(splitRelease("GATE", attestStep)), good: releaseYML(splitRelease("MORE", attestJob)),
		},
		{
			rule: "attestation-made-in-publish-job", name: "with sallyport", severity: finding.Warning, message: "sallyport attest",
			bad: releaseYML(splitRelease("GATE", "      - run: sallyport attest dist/")), good: releaseYML(splitRelease("AFTER", attestStep)),
		},
		{
			rule: "attestation-not-bound-to-build", name: "by name", severity: finding.Note, message: `by the name "dist"`, fix: "artifact-ids: ${{ needs.build.outputs.artifact-id }}",
			bad: releaseYML(splitRelease("MORE", strings.Replace(attestJob, "artifact-ids: ${{ needs.build.outputs.id }}", "name: dist", 1))), good: releaseYML(splitRelease("MORE", attestJob)),
		},
		{
			rule: "self-attested", name: "one job", severity: finding.Error, message: "proves nothing",
			bad:  releaseYML(splitRelease("MORE", attestJob+"      - run: sallyport gate dist/\n")),
			good: releaseYML(splitRelease("MORE", attestJob+"  gate:\n    needs: attest\n    runs-on: ubuntu-latest\n    steps:\n      - run: sallyport gate dist/\n")),
		},
		{
			rule: "attested-set-differs", name: "wheels only", severity: finding.Warning, message: "the sdist", fix: "subject-path: dist/*",
			bad: releaseYML(splitRelease("MORE", strings.Replace(attestJob, "dist/*", "dist/*.whl", 1))), good: releaseYML(splitRelease("MORE", attestJob)),
		},
		{
			rule: "attested-set-differs", name: "in the build job", severity: finding.Warning, message: "the sdist",
			bad: releaseYML(splitRelease("AFTER", strings.Replace(attestStep, "dist/*", "dist/*.whl", 1))), good: releaseYML(splitRelease("AFTER", strings.Replace(attestStep, "dist/*", "dist/samplepkg-*", 1))),
		},
		{
			rule: "attested-set-differs", name: "one of two build jobs", severity: finding.Warning, message: `job "sdist"`,
			bad: releaseYML(twoBuilds(false)), good: releaseYML(twoBuilds(true)),
		},
		{
			rule: "step-between-gate-and-upload", name: "a script", severity: finding.Error, message: `"./finish.sh" runs code of the repository between sallyport seal`,
			bad:  releaseYML(splitRelease("GATE", seal+"\n      - run: ./finish.sh")),
			good: releaseYML(splitRelease("GATE", seal+"\n      - run: |\n          ls dist\n          echo done >> \"$GITHUB_STEP_SUMMARY\"")),
		},
		{
			rule: "step-between-gate-and-upload", name: "a file is written", severity: finding.Error, message: "writes",
			bad: releaseYML(splitRelease("GATE", seal+"\n      - run: echo x > dist/x.whl")), good: releaseYML(splitRelease("GATE", seal)),
		},
		{
			rule: "step-between-gate-and-upload", name: "in one script", severity: finding.Error, message: "changes files",
			bad: releaseYML(splitRelease("GATE", seal+"\n      - run: sallyport gate --seal dist/ && mv new.whl dist/")), good: releaseYML(splitRelease("GATE", "      - run: mv new.whl dist/ && sallyport gate --seal dist/")),
		},
		{
			rule: "step-between-gate-and-upload", name: "a download", severity: finding.Error, message: "fetches files",
			bad: releaseYML(splitRelease("GATE", seal+"\n      - uses: "+pinDownload+"\n        with: {name: dist, path: dist/}")),
		},
		{
			rule: "build-in-publish-job", name: "the gate in a container", severity: finding.Error, message: "docker run",
			bad:  releaseYML(splitRelease("GATE", "      - run: docker run --rm -v \"$PWD:/w\" example.org/tool:1 gate --seal /w/dist")),
			good: releaseYML(splitRelease("GATE", "      - run: docker run --rm -v \"$PWD:/w\" ghcr.io/scientific-python/sallyport@sha256:"+strings.Repeat("5", 64)+" gate --seal /w/dist")),
		},
		{
			rule: "step-before-seal", name: "a checkout and a script", severity: finding.Error, message: `"./prepare.sh" comes before`,
			bad:  releaseYML(splitRelease("PUBLISH", "      - uses: "+pinCheckout+"\n      - run: ./prepare.sh", "GATE", seal)),
			good: releaseYML(splitRelease("GATE", "      - run: ls dist\n"+seal+"\n      - run: echo")),
		},
	} {
		c.run(t)
	}
}

// twoBuilds is a release of wheels and an sdist from two jobs.
func twoBuilds(both bool) string {
	job := func(id, command string, attest bool) string {
		out := "  " + id + ":\n    runs-on: ubuntu-latest\n    steps:\n      - run: " + command + "\n"
		if attest {
			out += attestStep + "\n"
		}
		return out + "      - uses: " + pinUpload + "\n        with: {name: dist-" + id + ", path: dist/}\n"
	}
	return "on: {push: {tags: [\"v*\"]}}\njobs:\n" + job("wheels", "python -m build --wheel", true) + job("sdist", "python -m build --sdist", both) + `
  publish:
    needs: [wheels, sdist]
    runs-on: ubuntu-latest
    environment: pypi
    permissions: {id-token: write}
    steps:
      - uses: ` + pinDownload + `
        with: {pattern: dist-*, path: dist/, merge-multiple: true}
      - uses: ` + pinPublish + `
`
}
