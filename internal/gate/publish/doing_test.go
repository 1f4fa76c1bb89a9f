// SPDX-License-Identifier: BSD-3-Clause

package publish_test

import (
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/finding"
)

const (
	pinCheckout = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
	pinDownload = "actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1"
	pinUpload   = "actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a # v7.0.1"
	pinAttest   = "actions/attest-build-provenance@0f67c3f4856b2e3261c31976d6725780e5e4c373 # v4.1.1"
	pinPublish  = "pypa/gh-action-pypi-publish@ed0c53931b1dc9bd32cbe73a98c7f6766f8a527e # v1.13.0"
)

// splitRelease is a release in two jobs. More steps, keys or another "on" are put in
// by name: ON, BUILD, AFTER (the build), PUBLISH (before the download), GATE
// (after it), JOB (keys of the publishing job), MORE (jobs).
func splitRelease(parts ...string) string {
	text := `on:
ON
permissions: {}
jobs:
  build:
    runs-on: ubuntu-latest
BUILDJOB
    permissions: {contents: read}
    outputs:
      id: ${{ steps.up.outputs.artifact-id }}
    steps:
      - uses: ` + pinCheckout + `
BUILD
      - run: python -m build
AFTER
      - id: up
        uses: ` + pinUpload + `
        with: {name: dist, path: dist/}
  publish:
    needs: NEEDS
    runs-on: ubuntu-latest
    environment: pypi
JOB
    permissions: {id-token: write}
    steps:
PUBLISH
      - uses: ` + pinDownload + `
        with:
          artifact-ids: ${{ needs.build.outputs.id }}
          path: dist/
GATE
      - uses: ` + pinPublish + `
        with:
          print-hash: true
UPLOAD
MORE
`
	values := map[string]string{"ON": `  push: {tags: ["v*"]}`, "NEEDS": "build"}
	for i := 0; i+1 < len(parts); i += 2 {
		values[parts[i]] = parts[i+1]
	}
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		key := strings.TrimPrefix(strings.TrimSpace(line), "needs: ")
		switch key {
		case "ON", "BUILDJOB", "BUILD", "AFTER", "JOB", "PUBLISH", "GATE", "UPLOAD", "MORE":
			if v := values[key]; v != "" {
				out = append(out, strings.Trim(v, "\n"))
			}
		case "NEEDS":
			out = append(out, "    needs: "+values[key])
		default:
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

func releaseYML(text string) repo { return repo{"release.yml": text} }

func TestDoing(t *testing.T) {
	const oneJob = `on: {push: {tags: ["v*"]}}
permissions: {}
jobs:
  publish:
    runs-on: ubuntu-latest
    environment: pypi
    permissions:
      id-token: write
    steps:
      - uses: ` + pinCheckout + `
      - run: |
          pip install build
          python -m build
      - uses: ` + pinPublish + `
`
	for _, c := range []ruleCase{
		{
			rule: "build-in-publish-job", name: "one job", severity: finding.Error, line: 12,
			message: `job "publish" can get PyPI's upload token (id-token: write) and also runs other code: "pip install build" (line 12) and "python -m build" (line 13); that code`,
			fix:     "    needs: build\n    runs-on: ubuntu-latest\n    environment: pypi\n    permissions:\n      id-token: write\n    steps:\n      - uses: actions/download-artifact@",
			bad:     releaseYML(oneJob), good: releaseYML(splitRelease()),
		},
		{
			rule: "build-in-publish-job", name: "the test index", severity: finding.Warning, line: 12,
			bad: releaseYML(strings.TrimRight(oneJob, "\n") + "\n        with: {repository-url: \"https://test.pypi.org/legacy/\"}\n"),
		},
		{
			rule: "build-in-publish-job", name: "harmless commands", severity: finding.Error, message: "tox -e check",
			bad:  releaseYML(splitRelease("GATE", "      - run: |\n          ls dist\n          tox -e check")),
			good: releaseYML(splitRelease("GATE", "      - run: |\n          ls dist\n          rm -rf dist/*wasm*\n          sha256sum dist/* >> \"$GITHUB_STEP_SUMMARY\"\n          gh release create v1 dist/*")),
		},
		{
			rule: "build-in-publish-job", name: "hash-locked install", severity: finding.Error, message: "pip install twine", bad: releaseYML(splitRelease("GATE", "      - run: pip install twine")),
			good: releaseYML(splitRelease("GATE", "      - run: pip install --require-hashes -r requirements.txt")),
		},
		{
			// Said once, where the environment is missing.
			rule: "publish-without-environment", name: "the index accepts another job of the file", severity: finding.Error, message: `in no environment; the index also accepts job "docs", which has id-token: write and runs "make docs" (line`,
			bad: releaseYML(strings.Replace(splitRelease("MORE", otherJob), "    environment: pypi\n", "", 1)), good: releaseYML(splitRelease("MORE", otherJob)),
		},
		{
			rule: "build-in-publish-job", name: "another job of the file", good: releaseYML(strings.Replace(splitRelease("MORE", otherJob), "    environment: pypi\n", "", 1)),
		},
		{
			rule: "build-in-publish-job", name: "another job of the file, none is wanted", severity: finding.Error, message: `job "docs" can get PyPI's upload token (id-token: write), although it publishes nothing`,
			bad: repo{"release.yml": strings.Replace(splitRelease("MORE", otherJob), "    environment: pypi\n", "", 1),
				".github/sallyport.yml": "project: samplepkg\npublisher:\n  repository: octo-sci/samplepkg\n  workflow: release.yml\n  environment: none\n"},
		},
		{
			rule: "build-in-publish-job", name: "Jupyter's releaser", severity: finding.Error, line: 11,
			bad: releaseYML(strings.Replace(oneJob, "      - run: |\n          pip install build\n          python -m build\n      - uses: "+pinPublish, "      - uses: jupyter-server/jupyter_releaser/.github/actions/populate-release@"+hash40+
				"\n      - uses: jupyter-server/jupyter_releaser/.github/actions/finalize-release@"+hash40, 1)),
		},
		{
			rule: "build-in-publish-job", name: "a token in an environment of the publisher's file is not enough", severity: finding.Error,
			bad: releaseYML(splitRelease("MORE", strings.Replace(otherJob, "    steps:", "    environment: PyPI\n    steps:", 1))), good: releaseYML(splitRelease("MORE", strings.Replace(otherJob, "    steps:", "    environment: docs\n    steps:", 1))),
		},
		{
			rule: "build-in-publish-job", name: "only for forks", severity: finding.Error,
			bad: releaseYML(splitRelease("ON", "  push: {tags: [\"v*\"]}\n  pull_request:", "GATE", "      - run: make\n        if: github.event_name == 'pull_request'")),
			good: releaseYML(splitRelease("ON", "  push: {tags: [\"v*\"]}\n  pull_request:", "GATE",
				"      - run: make\n        if: github.event_name == 'pull_request' && github.event.pull_request.head.repo.full_name != github.repository")),
		},
		{
			rule: "build-in-publish-job", name: "an upload with a token beside an id-token", severity: finding.Error, message: "has id-token: write, uploads to PyPI and also runs other code",
			bad:  releaseYML(splitRelease("GATE", "      - run: make", "UPLOAD", "          password: ${{ secrets.PYPI_TOKEN }}")),
			good: releaseYML(strings.Replace(splitRelease("GATE", "      - run: make", "UPLOAD", "          password: ${{ secrets.PYPI_TOKEN }}"), "id-token: write", "contents: read", 1)),
		},
		{
			rule: "build-in-publish-job", name: "a local action that is a program", severity: finding.Error, message: `also runs other code: "./.github/actions/tidy" (line`,
			bad: repo{"release.yml": splitRelease("PUBLISH", "      - uses: "+pinCheckout, "GATE", "      - uses: ./.github/actions/tidy"),
				".github/actions/tidy/action.yml": "name: tidy\nruns: {using: node24, main: index.js}\n"},
			good: repo{"release.yml": splitRelease("PUBLISH", "      - uses: "+pinCheckout, "GATE", "      - uses: ./.github/actions/tidy"),
				".github/actions/tidy/action.yml": "name: tidy\nruns:\n  using: composite\n  steps:\n    - run: ls dist\n      shell: bash\n"},
		},
		{
			rule: "id-token-in-build-job", name: "build", severity: finding.Note, message: `"python -m build" builds`,
			bad:  releaseYML(strings.Replace(splitRelease(), "permissions: {contents: read}", "permissions: {contents: read, id-token: write}", 1)),
			good: releaseYML(splitRelease()),
		},
		{
			rule: "id-token-in-build-job", name: "a signer that may change", severity: finding.Note, message: "go run github.com/scientific-python/sallyport@main",
			bad:  releaseYML(signedRelease("go run github.com/scientific-python/sallyport@main attest dist/")),
			good: releaseYML(signedRelease("go run github.com/scientific-python/sallyport@0123456789abcdef0123456789abcdef01234567 attest dist/")),
		},
		{
			rule: "id-token-in-build-job", name: "a signer that nobody vouches for", severity: finding.Note, message: "go install",
			bad:  releaseYML(signedRelease("GONOSUMDB=* go install github.com/scientific-python/sallyport@v1.0.0")),
			good: releaseYML(signedRelease("go install github.com/scientific-python/sallyport@v1.0.0")),
		},
		{
			rule: "publish-from-untrusted-event", name: "a comment", severity: finding.Error, line: 2, message: `"issue_comment"`,
			bad:  releaseYML(splitRelease("ON", "  issue_comment:", "JOB", "    if: github.event.comment.body == '/release'")),
			good: releaseYML(splitRelease("ON", "  issue_comment:\n  push: {tags: [\"v*\"]}", "JOB", "    if: github.event_name == 'push'")),
		},
		{
			rule: "publish-from-untrusted-event", name: "pull_request_target", severity: finding.Error, message: "PyPI refuses its token",
			bad: releaseYML(splitRelease("ON", "  pull_request_target:")), good: releaseYML(splitRelease("ON", "  pull_request:")),
		},
		{
			rule: "publish-from-untrusted-event", name: "workflow_run", severity: finding.Warning, message: "workflow_run",
			bad: releaseYML(splitRelease("ON", "  workflow_run: {workflows: [CI], types: [completed]}")), good: releaseYML(splitRelease("ON", "  workflow_dispatch:")),
		},
		{
			rule: "id-token-on-untrusted-event", name: "pull requests", severity: finding.Warning, message: `"pull_request"`, fix: "if: github.event_name == 'push'",
			bad: releaseYML(strings.Replace(splitRelease("ON", "  push: {tags: [\"v*\"]}\n  pull_request:", "GATE", "      - run: ./check.sh"), "        with:\n          print-hash: true",
				"        if: github.event_name == 'push'", 1)),
			good: releaseYML(splitRelease("ON", "  push: {tags: [\"v*\"]}\n  pull_request:", "GATE", "      - run: ./check.sh", "JOB", "    if: github.event_name == 'push'")),
		},
		{
			rule: "id-token-on-untrusted-event", name: "pull_request_target", severity: finding.Error, message: "which anybody can cause",
			bad: releaseYML(strings.Replace(splitRelease("ON", "  push: {tags: [\"v*\"]}\n  pull_request_target:", "GATE", "      - run: ./check.sh"), "        with:\n          print-hash: true",
				"        if: github.event_name == 'push'", 1)),
			good: releaseYML(splitRelease("ON", "  push: {tags: [\"v*\"]}\n  pull_request_target:", "JOB", "    if: github.event_name == 'push'")),
		},
		{
			rule: "dists-from-outside-run", name: "a release page", severity: finding.Error, message: "the assets of a release page",
			bad:  releaseYML(splitRelease("GATE", "      - run: gh -R octo-sci/samplepkg release download v1 --dir dist")),
			good: releaseYML(splitRelease("GATE", "      - run: gh -R octo-sci/samplepkg release download v1 --dir notes")),
		},
		{
			rule: "dists-from-outside-run", name: "verified", severity: finding.Warning, message: "gh attestation verify checks them",
			bad: releaseYML(splitRelease("GATE", "      - run: |\n          gh release download v1 -D dist\n          gh attestation verify dist/*.whl --repo octo-sci/samplepkg")),
		},
		{
			rule: "dists-from-outside-run", name: "by curl", severity: finding.Error, message: "an address",
			bad:  releaseYML(splitRelease("GATE", "      - run: curl -sSfL -o dist/a.whl https://example.org/a.whl")),
			good: releaseYML(splitRelease("BUILD", "      - run: curl -sSfL -o vendor/a.whl https://example.org/a.whl")),
		},
		{
			rule: "failure-ignored", name: "the upload", severity: finding.Warning, message: "pypa/gh-action-pypi-publish fails (continue-on-error: true)",
			bad: releaseYML(splitRelease("UPLOAD", "        continue-on-error: true")), good: releaseYML(splitRelease("UPLOAD", "        continue-on-error: false")),
		},
		{
			rule: "failure-ignored", name: "a check", severity: finding.Warning, message: "gh attestation verify", fix: "-R octo-sci/samplepkg",
			bad:  releaseYML(splitRelease("GATE", "      - run: gh attestation verify dist/*.whl -R octo-sci/samplepkg || true")),
			good: releaseYML(splitRelease("GATE", "      - run: if ! gh attestation verify dist/*.whl -R octo-sci/samplepkg; then exit 1; fi")),
		},
		{
			rule: "failure-ignored", name: "the job", severity: finding.Warning, message: "counts as passed",
			bad: releaseYML(splitRelease("JOB", "    continue-on-error: true")), good: releaseYML(splitRelease("BUILDJOB", "    continue-on-error: true")),
		},
		{
			rule: "failure-ignored", name: "a job that checks", severity: finding.Warning, message: "makes the check by sallyport gate",
			bad:  releaseYML(splitRelease("NEEDS", "[build, check]", "MORE", strings.Replace(checkJob, "    steps:\n      - run: \"true\"", "    continue-on-error: true\n    steps:\n      - run: sallyport gate dist/", 1))),
			good: releaseYML(splitRelease("NEEDS", "[build, check]", "MORE", strings.Replace(checkJob, "    steps:\n      - run: \"true\"", "    steps:\n      - run: sallyport gate dist/", 1))),
		},
		{
			rule: "failure-ignored", name: "a pipe", severity: finding.Warning, message: "by gh attestation verify fails",
			bad:  releaseYML(splitRelease("GATE", "      - run: gh attestation verify dist/*.whl -R octo-sci/samplepkg | tee log")),
			good: releaseYML(splitRelease("GATE", "      - run: gh attestation verify dist/*.whl -R octo-sci/samplepkg | tee log\n        shell: bash")),
		},
		{
			rule: "publish-despite-failure", name: "always", severity: finding.Warning, message: `job "build"`, fix: "    if: startsWith",
			bad: releaseYML(splitRelease("JOB", "    if: always() && startsWith(github.ref, 'refs/tags/')")), good: releaseYML(splitRelease("JOB", "    if: always() && needs.build.result == 'success'")),
		},
		{
			rule: "publish-despite-failure", name: "not cancelled", severity: finding.Warning, message: `job "build"`,
			bad: releaseYML(splitRelease("JOB", "    if: ${{ !cancelled() }}")), good: releaseYML(splitRelease("JOB", "    if: ${{ !cancelled() && !failure() }}")),
		},
		{
			rule: "publish-despite-failure", name: "one of two is not compared", severity: finding.Warning, message: `job "check"`,
			bad:  releaseYML(splitRelease("NEEDS", "[build, check]", "JOB", "    if: always() && needs.build.result == 'success'", "MORE", checkJob)),
			good: releaseYML(splitRelease("NEEDS", "[build, check]", "JOB", "    if: always() && !contains(needs.*.result, 'failure')", "MORE", checkJob)),
		},
		{
			rule: "publish-despite-failure", name: "the step", severity: finding.Warning, message: "an earlier step has failed",
			bad: releaseYML(splitRelease("UPLOAD", "        if: always()")), good: releaseYML(splitRelease("UPLOAD", "        if: success()")),
		},
		{
			rule: "hashes-not-printed", name: "not set", severity: finding.Note, fix: "print-hash: true",
			bad: releaseYML(strings.Replace(splitRelease(), "        with:\n          print-hash: true", "", 1)), good: releaseYML(splitRelease()),
		},
		{
			rule: "signer-not-checked", name: "the repository alone", severity: finding.Note, fix: "--signer-workflow octo-sci/samplepkg/.github/workflows/release.yml",
			bad:  releaseYML(splitRelease("GATE", "      - run: gh attestation verify dist/a.whl --repo octo-sci/samplepkg")),
			good: releaseYML(splitRelease("GATE", "      - run: gh attestation verify dist/a.whl --repo octo-sci/samplepkg --signer-workflow octo-sci/samplepkg/.github/workflows/release.yml")),
		},
	} {
		c.run(t)
	}
}

const otherJob = `
  docs:
    runs-on: ubuntu-latest
    permissions: {id-token: write}
    steps:
      - run: make docs
`

const checkJob = `
  check:
    runs-on: ubuntu-latest
    steps:
      - run: "true"
`

// signedRelease is a release whose files pass through a job that may sign and
// runs a command.
func signedRelease(command string) string {
	const pinned = "@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c"
	return `on:
  push: {tags: ["v*"]}
permissions: {}
jobs:
  build:
    runs-on: ubuntu-24.04
    permissions: {contents: read}
    outputs: {id: "${{ steps.up.outputs.artifact-id }}"}
    steps:
      - uses: actions/checkout` + pinned + `
      - run: python -m build
      - uses: actions/upload-artifact` + pinned + `
        id: up
        with: {name: dist, path: dist/}
  sign:
    needs: build
    runs-on: ubuntu-24.04
    permissions: {contents: read, id-token: write}
    outputs: {id: "${{ steps.up.outputs.artifact-id }}"}
    steps:
      - uses: actions/download-artifact` + pinned + `
        with: {artifact-ids: "${{ needs.build.outputs.id }}", path: dist}
      - run: ` + command + `
      - uses: actions/upload-artifact` + pinned + `
        id: up
        with: {name: signed, path: dist/}
  publish:
    needs: sign
    runs-on: ubuntu-24.04
    environment: pypi
    permissions: {id-token: write}
    steps:
      - uses: actions/download-artifact` + pinned + `
        with: {artifact-ids: "${{ needs.sign.outputs.id }}", path: dist}
      - uses: pypa/gh-action-pypi-publish@dc37677b2e1c63e2034f94d8a5b11f265b73ba33
`
}
