// SPDX-License-Identifier: BSD-3-Clause

package publish_test

import (
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/finding"
)

const action = "pypa/gh-action-pypi-publish@ed0c53931b1dc9bd32cbe73a98c7f6766f8a527e # v1.13.0"

// byToken uploads with a token, trusted by trusted publishing.
const byToken = `on: {push: {tags: ["v*"]}}
permissions: {}
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - uses: ` + action + `
        with:
          user: __token__
          password: ${{ secrets.PYPI_TOKEN }}
          print-hash: true
`

// byTwine uploads to TestPyPI with a token.
const byTwine = `on: {push: {tags: ["v*"]}}
permissions: {}
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - run: twine upload -r testpypi -p ${{ secrets.X }} dist/*
`

// library is a workflow that is there to be called.
var library = strings.Replace(byToken, `on: {push: {tags: ["v*"]}}`, "on: {workflow_call: {secrets: {PYPI_TOKEN: {required: true}}}}", 1)

const trusted = `on: {push: {tags: ["v*"]}}
permissions: {}
jobs:
  publish:
    runs-on: ubuntu-latest
    environment: pypi
    permissions:
      id-token: write
    steps:
      - uses: ` + action + `
`

// with adds lines below the first line that ends in after.
func with(text, after string, lines ...string) string {
	i := strings.Index(text, after+"\n")
	if i < 0 {
		panic(after)
	}
	i += len(after) + 1
	return text[:i] + strings.Join(lines, "\n") + "\n" + text[i:]
}

// run is a trusted-publishing file that uploads by uv.
var byUV = strings.Replace(trusted, "uses: "+action, "run: uv publish", 1)

func TestUploadWithToken(t *testing.T) {
	nightly := `on: {schedule: [{cron: "0 0 * * 0"}]}
permissions: {}
jobs:
  upload:
    runs-on: ubuntu-latest
    steps:
      - uses: scientific-python/upload-nightly-action@b36e8c0c10dbcfd2e05bf95f17ef8c14fd708dbf # 0.6.2
        with:
          artifacts_path: dist
          anaconda_nightly_upload_token: ${{ secrets.ANACONDA_TOKEN }}
`
	for _, c := range []ruleCase{
		{
			rule: "upload-with-token", name: "to PyPI", severity: finding.Error, line: 7, message: "PyPI (upload.pypi.org)",
			fix: "  # sketch: job \"publish\" with these lines, and this step in the place of the one on line 7\n  publish:\n    environment: pypi\n" +
				"    permissions:\n      id-token: write\n    # …\n    steps:\n      # …\n      - uses: " + action + "\n        with:\n          print-hash: true",
			bad: repo{"release.yml": byToken}, good: repo{"release.yml": trusted},
		},
		{
			rule: "upload-with-token", name: "by a command, to TestPyPI", severity: finding.Error, message: "TestPyPI (test.pypi.org)", fix: "          repository-url: https://test.pypi.org/legacy/",
			bad: repo{"release.yml": byTwine},
			// What shows the intent of trusted publishing is the other rule's.
			good: repo{"release.yml": strings.Replace(trusted, "uses: "+action, "run: twine upload -r testpypi -p ${{ secrets.X }} dist/*", 1)},
		},
		{
			rule: "upload-with-token", name: "by a branch of the action", severity: finding.Error, fix: "- uses: pypa/gh-action-pypi-publish@dc37677b2e1c63e2034f94d8a5b11f265b73ba33 # v1.14.2\n        with:\n          print-hash",
			bad: repo{"release.yml": strings.Replace(byToken, action, "pypa/gh-action-pypi-publish@release/v1", 1)},
		},
		{
			rule: "upload-with-token", name: "the job writes to the repository", severity: finding.Error,
			fix: "    permissions:\n      contents: write  # for the step on line 12\n      id-token: write\n",
			bad: repo{"release.yml": byToken + "      - uses: softprops/action-gh-release@" + hash40 + "\n"},
		},
		{
			rule: "upload-with-token", name: "the job builds", severity: finding.Error, fix: "  build:\n    # … runs-on",
			bad: repo{"release.yml": strings.Replace(byToken, "    steps:\n", "    steps:\n      - run: python -m build\n", 1)},
		},
		{
			rule: "upload-with-token", name: "the uploader builds", severity: finding.Error, fix: "      - run: flit build  # flit publish did this as well\n      - uses: actions/upload-artifact@",
			bad: repo{"release.yml": strings.Replace(byTwine, "twine upload -r testpypi -p ${{ secrets.X }} dist/*", "flit publish\n        env:\n          FLIT_PASSWORD: ${{ secrets.X }}", 1)},
		},
		{
			rule: "upload-with-token", name: "in each job of a matrix, for pull requests", severity: finding.Error, message: `the whole job (line 6), so that "make" (line 10)`, fix: "          pattern: dist-*\n          merge-multiple: true\n          path: wheelhouse/",
			bad: repo{"release.yml": "on: [push, pull_request]\npermissions: {}\njobs:\n  wheels:\n    env:\n      PASSWORD: ${{ secrets.PYPI }}\n    strategy: {matrix: {os: [ubuntu-latest, macos-latest]}}\n" +
				"    runs-on: ${{ matrix.os }}\n    steps:\n      - run: make\n      - run: twine upload -p $PASSWORD wheelhouse/*\n        if: github.event_name == 'push'\n"},
		},
		{
			rule: "upload-with-token", name: "a workflow for other repositories", severity: finding.Warning, message: "with a token of its callers", fix: "",
			bad: repo{"publish.yml": library},
		},
		{
			rule: "upload-with-token", name: "one that is called here by its full name", severity: finding.Error, message: "with a token (input password",
			bad: repo{"publish.yml": library, "release.yml": "on: {push: {tags: [\"v*\"]}}\npermissions: {}\njobs:\n  p:\n    uses: Octo-Sci/samplepkg/.github/workflows/publish.yml@main\n    secrets: inherit\n"},
		},
		{
			rule: "upload-with-token", name: "one that is called here", severity: finding.Error, message: "with a token (input password",
			bad: repo{"publish.yml": library, "release.yml": "on: {push: {tags: [\"v*\"]}}\npermissions: {}\njobs:\n  p:\n    uses: ./.github/workflows/publish.yml\n    secrets: inherit\n"},
		},
		{
			rule: "upload-with-token", name: "an address that may be PyPI's", severity: finding.Error, message: "not constant",
			bad: repo{"release.yml": with(byToken, "        with:", "          repository-url: ${{ vars.INDEX }}")},
		},
		{
			rule: "upload-with-token", name: "a host that nobody lists", severity: finding.Warning, message: "octo.example/legacy",
			bad:  repo{"release.yml": with(byToken, "        with:", "          repository-url: https://octo.example/legacy/")},
			good: repo{"release.yml": trusted},
		},
		{
			rule: "upload-with-token", name: "a channel", severity: finding.Note, line: 7, message: "anaconda.org/scientific-python-nightly-wheels",
			bad: repo{"nightly.yml": nightly},
		},
		{
			rule: "upload-with-token", name: "a channel in the publisher's job", severity: finding.Error, message: "of its own",
			bad: repo{"release.yml": trusted + nightly[strings.Index(nightly, "      - uses"):]},
		},
		{
			rule: "upload-with-token", name: "a channel in the publisher's environment", severity: finding.Error, message: "of its own",
			bad: repo{"release.yml": trusted, "nightly.yml": with(nightly, "  upload:", "    environment: PyPI")},
		},
		{
			rule: "upload-with-token", name: "an action that nobody knows", severity: finding.Error, message: `gets secret "PYPI_TOKEN", and its code could not be read: it probably uploads to PyPI`,
			bad: repo{"release.yml": strings.Replace(byToken, action, "octo-sci/publish@v1", 1)},
		},
		{
			rule: "upload-with-token", name: "a secret in the step that uploads", severity: finding.Error, line: 10, message: `secret "KEY"`,
			bad:  repo{"release.yml": byUV + "        env:\n          K: ${{ secrets.KEY }}\n"},
			good: repo{"release.yml": byUV + "        env:\n          GH_TOKEN: ${{ secrets.PAT }}\n          TAG: ${{ github.ref_name }}\n"},
		},
		{
			rule: "upload-with-token", name: "a dry run", good: repo{"release.yml": strings.Replace(trusted, "uses: "+action, "run: uv publish --dry-run --token ${{ secrets.PYPI_TOKEN }}", 1)},
		},
	} {
		c.run(t)
	}
	set := judge(t, repo{"release.yml": byUV + "        env: ${{ fromJSON(vars.SETTINGS) }}\n"})
	if len(set.Unchecked) == 0 || !set.Unchecked[0].Blocking {
		t.Errorf("an environment that cannot be read: got %+v", set.Unchecked)
	}
}

func TestTokenBesideTrustedPublishing(t *testing.T) {
	for _, c := range []ruleCase{
		{
			rule: "token-beside-trusted-publishing", name: "password and id-token", severity: finding.Error, line: 9, message: "the step uses the token, so trusted publishing never happens",
			bad: repo{"release.yml": with(byToken, "  publish:", "    permissions:", "      id-token: write")},
			// The id-token is for the attestation, and nobody meant trusted publishing.
			good: repo{"release.yml": with(byToken, "  publish:", "    permissions:", "      id-token: write") +
				"      - uses: actions/attest-build-provenance@e8998f949152b193b063cb0ec769d69d929409be # v2.4.0\n        with: {subject-path: dist/*}\n"},
		},
		{
			rule: "token-beside-trusted-publishing", name: "in the job's environment", severity: finding.Error, line: 6, message: `secret "PYPI_API_TOKEN" in env "TWINE_PASSWORD"`,
			bad:  repo{"release.yml": with(trusted, "  publish:", "    env:", "      TWINE_PASSWORD: ${{ secrets.PYPI_API_TOKEN }}")},
			good: repo{"release.yml": with(trusted, "  publish:", "    env:", "      PROJECT: ${{ vars.PYPI_PROJECT_NAME }}", "      NIGHTLY: ${{ secrets.ANACONDA_TOKEN }}")},
		},
		{
			rule: "token-beside-trusted-publishing", name: "in the environment of the file", severity: finding.Error, line: 2,
			bad: repo{"release.yml": "env:\n  TWINE_PASSWORD: ${{ secrets.PYPI_API_TOKEN }}\n" + trusted},
		},
		{
			rule: "token-beside-trusted-publishing", name: "under another name, in another step", severity: finding.Error, line: 11, message: `"UV_PUBLISH_TOKEN"`,
			bad:  repo{"release.yml": trusted + "      - run: echo done\n        env:\n          UV_PUBLISH_TOKEN: ${{ vars.KEY }}\n"},
			good: repo{"release.yml": trusted + "      - run: echo done\n        env:\n          UV_PUBLISH_TOKEN: ${{ secrets.TEST_PYPI_TOKEN }}\n"},
		},
		{
			rule: "token-beside-trusted-publishing", name: "a second upload", severity: finding.Error, line: 13, fix: "with:\n          skip-existing: true",
			bad: repo{"release.yml": trusted + "      - uses: " + action + "\n        with:\n          password: ${{ secrets.PYPI_TOKEN }}\n          skip-existing: true\n"},
		},
		{
			rule: "token-beside-trusted-publishing", name: "in another job", good: repo{"release.yml": trusted + "  other:\n    steps:\n      - run: x\n        env: {PYPI_TOKEN: \"${{ secrets.PYPI_TOKEN }}\"}\n"},
		},
	} {
		c.run(t)
	}
}

func TestLeftoverCredential(t *testing.T) {
	ci := func(lines ...string) string {
		return "on: push\npermissions: {}\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: pytest\n" + strings.Join(lines, "\n") + "\n"
	}
	for _, c := range []ruleCase{
		{
			rule: "leftover-credential", name: "in a test job", severity: finding.Error, line: 9, message: `secret "PYPI_TOKEN" in env "TOKEN" of job "test"`, fix: "      - run: pytest",
			bad:  repo{"release.yml": trusted, "ci.yml": ci("        env:", "          TOKEN: ${{ secrets.PYPI_TOKEN }}")},
			good: repo{"release.yml": trusted, "ci.yml": ci("        env:", "          A: ${{ vars.PYPI_PROJECT_NAME }}", "          B: ${{ secrets.CODECOV_TOKEN }}", "          C: ${{ secrets.ANACONDA_ORG_PYPI_TOKEN }}")},
		},
		{
			rule: "leftover-credential", name: "without trusted publishing", good: repo{"ci.yml": ci("        env:", "          TOKEN: ${{ secrets.PYPI_TOKEN }}")},
		},
		{
			rule: "leftover-credential", name: "in a dead job", severity: finding.Error, line: 11, message: "which never runs,",
			bad: repo{"release.yml": trusted, "ci.yml": ci("  old:", "    if: false", "    steps:", "      - run: twine upload -p ${{ secrets.RELEASE_KEY }} dist/*")},
		},
		{
			rule: "leftover-credential", name: "all secrets", severity: finding.Warning, message: "by a name that is not constant",
			bad:  repo{"release.yml": trusted, "ci.yml": ci("        env:", "          ALL: ${{ toJSON(secrets) }}")},
			good: repo{"release.yml": trusted, "ci.yml": with(ci("        env:", "          ONE: ${{ secrets[matrix.key] }}"), "  test:", "    strategy: {matrix: {key: [A, B]}}")},
		},
		{
			rule: "leftover-credential", name: "of the test index", severity: finding.Warning, message: "TestPyPI",
			bad:  repo{"release.yml": trusted + "        with: {repository-url: \"https://test.pypi.org/legacy/\"}\n", "ci.yml": ci("        env:", "          T: ${{ secrets.TEST_PYPI_TOKEN }}")},
			good: repo{"release.yml": trusted, "ci.yml": ci("        env:", "          T: ${{ secrets.TEST_PYPI_TOKEN }}")},
		},
		{
			rule: "leftover-credential", name: "a project named after a test", severity: finding.Error,
			bad: repo{"release.yml": trusted, "ci.yml": ci("        env:", "          T: ${{ secrets.PYTEST_PYPI_TOKEN }}")},
		},
		{
			rule: "leftover-credential", name: "written out", severity: finding.Error, line: 9, message: "a token written out in env",
			bad: repo{"release.yml": trusted, "ci.yml": ci("        env:", "          T: pypi-AgEIcHlwaS5vcmc")},
		},
		{
			rule: "leftover-credential", name: "handed to a called workflow and in an action", severity: finding.Error, line: 11,
			bad: repo{"release.yml": trusted, "ci.yml": ci("  call:", "    uses: octo-sci/x/.github/workflows/y.yml@v1", "    secrets:", "      key: ${{ secrets.PYPI_TOKEN }}")},
		},
		{
			rule: "leftover-credential", name: "used by an upload that upload-with-token judges",
			good: repo{"release.yml": trusted, "old.yml": byToken},
		},
	} {
		c.run(t)
	}
	for _, f := range fired(judge(t, repo{"release.yml": trusted, "ci.yml": ci("  old:", "    if: false", "    steps:", "      - run: twine upload dist/*", "        env:", "          TWINE_PASSWORD: ${{ secrets.Pypi_token }}")}), "leftover-credential") {
		if f.Fix != "" || !strings.HasPrefix(f.Hint, "delete the step") {
			t.Errorf("a step that would upload with nothing is kept: %s\n%s", f.Hint, f.Fix)
		}
	}
	for _, f := range judge(t, repo{"release.yml": trusted, "ci.yml": ci("        env:", "          T: pypi-AgEIcHlwaS5vcmc")}).Findings {
		if strings.Contains(f.Message+f.Hint, "pypi-AgE") {
			t.Errorf("a token is shown: %s", f.Message)
		}
	}
}
