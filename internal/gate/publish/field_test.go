// SPDX-License-Identifier: BSD-3-Clause

package publish_test

import (
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/finding"
)

func TestFailureIgnored(t *testing.T) {
	const rule = "failure-ignored"
	const matrix = "    strategy: {matrix: {os: [ubuntu-latest, windows-latest]}}\n"
	build := func(keys, selection string) repo {
		text := splitRelease("BUILDJOB", keys)
		return releaseYML(strings.Replace(text, "artifact-ids: ${{ needs.build.outputs.id }}", selection, 1))
	}
	const exempt = "    strategy: {matrix: {include: [{os: ubuntu-latest}, {os: windows-latest, experimental: true}]}}\n"
	retry := func(condition string) repo {
		return releaseYML(splitRelease("UPLOAD", "        id: up\n        continue-on-error: true\n      - if: "+condition+"\n        uses: "+pinPublish))
	}
	check := func(later string) repo {
		return releaseYML(splitRelease("GATE", "      - id: check\n        continue-on-error: true\n        run: gh attestation verify dist/a.whl -R octo-sci/samplepkg\n"+later))
	}
	for _, c := range []ruleCase{
		{
			rule: rule, name: "a build job", severity: finding.Warning, line: 8, message: "some of its variants fail", fix: "  build:",
			bad: build(matrix+"    continue-on-error: true", "pattern: dist*"), good: build(matrix+"    continue-on-error: false", "pattern: dist*"),
		},
		{
			rule: rule, name: "every variant", severity: finding.Warning, message: "some of its variants fail",
			bad:  build(strings.ReplaceAll(exempt, "ubuntu-latest}", "ubuntu-latest, experimental: true}")+"    continue-on-error: ${{ matrix.experimental }}", "pattern: dist*"),
			good: build(exempt+"    continue-on-error: ${{ matrix.experimental }}", "pattern: dist*"),
		},
		{rule: rule, name: "variants that may fail", good: build(exempt+"    continue-on-error: ${{ matrix.experimental || false }}", "pattern: dist*")},
		{rule: rule, name: "for pull requests only", good: build("    continue-on-error: ${{ github.event_name == 'pull_request' }}", "pattern: dist*")},
		{rule: rule, name: "by name, and storing it is the last step", good: build("    continue-on-error: true", "name: dist")},
		{
			rule: rule, name: "by name, and tested after it was stored", severity: finding.Warning, message: "it fails",
			bad: releaseYML(strings.Replace(strings.Replace(splitRelease("BUILDJOB", "    continue-on-error: true"), "artifact-ids: ${{ needs.build.outputs.id }}", "name: dist", 1), "  publish:\n", "      - run: pytest\n  publish:\n", 1)),
		},
		{
			rule: rule, name: "a build step", severity: finding.Warning, message: `the build by "pypa/cibuildwheel" fails`,
			bad:  releaseYML(splitRelease("BUILD", "      - uses: pypa/cibuildwheel@"+hash40+"\n        continue-on-error: true")),
			good: releaseYML(splitRelease("BUILD", "      - run: cmake --build extra\n        continue-on-error: true")),
		},
		{
			rule: rule, name: "an upload that is tried again", severity: finding.Warning, message: "pypa/gh-action-pypi-publish fails",
			bad: retry("steps.up.outcome == 'success'"), good: retry("steps.up.outcome == 'failure'"),
		},
		{
			rule: rule, name: "a check whose outcome is only told", severity: finding.Warning, message: "the check by gh attestation verify fails",
			bad:  check("      - if: steps.check.outcome == 'failure'\n        run: echo bad"),
			good: check("      - if: steps.check.outcome == 'failure'\n        run: exit 1"),
		},
		{
			rule: rule, name: "a check that the upload asks for",
			good: releaseYML(splitRelease("GATE", "      - id: check\n        continue-on-error: true\n        run: gh attestation verify dist/a.whl -R octo-sci/samplepkg", "UPLOAD", "        if: steps.check.outcome == 'success'")),
		},
	} {
		c.run(t)
	}
}

func TestTokenForPullRequests(t *testing.T) {
	const rule = "id-token-on-untrusted-event"
	const tagged = "startsWith(github.ref, 'refs/tags/')"
	base := on("{push: {tags: [\"v*\"]}, pull_request: }")
	release := func(condition, more string) repo {
		return repo{"release.yml": base + "        if: " + condition + "\n" + more}
	}
	const dry = "      - run: uv publish --dry-run dist/*\n        if: \"!startsWith(github.ref, 'refs/tags/')\"\n"
	const test = "      - uses: " + action + "\n        if: github.event_name == 'pull_request'\n        with: {repository-url: https://test.pypi.org/legacy/}\n"
	const fetch = "      - run: make check\n"
	for _, c := range []ruleCase{
		{rule: rule, name: "a dry run", severity: finding.Warning, line: 4, message: "when it uploads nothing there", bad: release(tagged, dry)},
		{rule: rule, name: "an upload to the test index", severity: finding.Warning, message: "that PyPI (upload.pypi.org) accepts and also runs for \"pull_request\"", bad: release(tagged, test)},
		{
			rule: rule, name: "a condition that can stand on the job", severity: finding.Warning, fix: "    if: ${{ github.event_name == 'push' || inputs.upload == '1' }}",
			bad:  release("${{ github.event_name == 'push' || inputs.upload == '1' }}", fetch),
			good: repo{"release.yml": with(base, "  publish:", "    if: "+tagged) + fetch},
		},
	} {
		c.run(t)
	}
	for name, files := range map[string]repo{
		"of an earlier step": release("steps.x.outputs.go == 'true' && github.event_name == 'push'", fetch),
		"a dry run":          release(tagged, dry),
	} {
		for _, f := range fired(judge(t, files), rule) {
			if f.Fix != "" {
				t.Errorf("%s: the fix would end it:\n%s", name, f.Fix)
			}
		}
	}
}

func TestOwnCheck(t *testing.T) {
	const verify = "      - run: gh attestation verify dist/a.whl -R octo-sci/samplepkg"
	own := releaseYML(splitRelease("GATE", attestStep+"\n"+verify))
	for _, c := range []ruleCase{
		{
			rule: "self-attested", name: "by gh", severity: finding.Warning, message: "checks its own signatures with gh attestation verify",
			bad: own, good: releaseYML(splitRelease("AFTER", attestStep, "GATE", verify)),
		},
		{rule: "self-attested", name: "before it signs", good: releaseYML(splitRelease("GATE", verify+"\n"+attestStep))},
		{rule: "signer-not-checked", name: "of itself", good: own},
	} {
		c.run(t)
	}
}

func TestIntentWithToken(t *testing.T) {
	token := strings.Replace(byToken, `{push: {tags: ["v*"]}}`, "{push: {branches: [main]}}", 1)
	for _, c := range []ruleCase{
		{
			rule: "publish-without-intent", name: "a token", severity: finding.Warning, message: "push on branch main",
			bad: repo{"release.yml": token}, good: repo{"release.yml": byToken},
		},
		{rule: "publish-without-intent", name: "a token for the test index", good: repo{"release.yml": token + "          repository-url: https://test.pypi.org/legacy/\n"}},
		{
			rule: "publish-without-intent", name: "an uploader that is told when", severity: finding.Warning, message: "push on any branch",
			bad:  repo{"release.yml": told("upload: \"${{ github.event_name == 'push' }}\"")},
			good: repo{"release.yml": told("upload: \"${{ github.event_name == 'push' && startsWith(github.ref, 'refs/tags') }}\"")},
		},
		{
			rule: "publish-without-intent", name: "a called workflow that is told when", severity: finding.Warning, message: "push on any branch",
			bad: repo{"release.yml": astronomy("upload_to_pypi: true")}, good: repo{"release.yml": astronomy("targets: x")},
		},
		{
			rule: "publish-without-intent", name: "tags and pushes", severity: finding.Warning, fix: "github.ref_type == 'tag'", bad: repo{"release.yml": on("[push, pull_request]")},
		},
		{rule: "publish-without-intent", name: "a token for a channel", good: repo{"release.yml": token + "          repository-url: https://packages.example.org/simple/\n"}},
	} {
		c.run(t)
	}
}

// TestNoFix: a fix must not end an upload that somebody wants.
func TestNoFix(t *testing.T) {
	dispatched := with(on("{push: {branches: [main], tags: [v1]}, workflow_dispatch: {inputs: {index: {type: string}}}}"), action, "        with:", "          %URL%")
	for name, c := range map[string]struct{ rule, url string }{
		"a dispatched run":           {"publish-without-intent", "print-hash: true"},
		"a choice of the test index": {"index-not-constant", "repository-url: ${{ inputs.index || 'https://test.pypi.org/legacy/' }}"},
	} {
		found := fired(judge(t, repo{"release.yml": strings.Replace(dispatched, "%URL%", c.url, 1)}), c.rule)
		if len(found) != 1 || found[0].Fix != "" {
			t.Errorf("%s: got %+v", name, found)
		}
	}
}

// told uploads by an action with the condition as an input.
func told(input string) string {
	return "on: [push, pull_request]\npermissions: {}\njobs:\n  publish:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: casperdcl/deploy-pypi@v2\n" +
		"        with:\n          password: ${{ secrets.PYPI_TOKEN }}\n          " + input + "\n"
}

// astronomy uploads by a called workflow with the condition as an input.
func astronomy(input string) string {
	return "on: [push, pull_request]\npermissions: {}\njobs:\n  publish:\n    uses: OpenAstronomy/github-actions-workflows/.github/workflows/publish.yml@v1\n" +
		"    with:\n      " + input + "\n    secrets:\n      pypi_token: ${{ secrets.PYPI_TOKEN }}\n"
}

// TestOneCause: what several commands fetch from one place is one finding.
func TestOneCause(t *testing.T) {
	set := judge(t, releaseYML(splitRelease("GATE", "      - run: gh release download v1 --dir dist --pattern '*.whl'\n      - run: gh release download v1 --dir dist --pattern '*.gz'")))
	found := fired(set, "dists-from-outside-run")
	if len(found) != 1 || !strings.Contains(found[0].Message, "also on line ") {
		t.Errorf("got %+v", found)
	}
}

// TestLongNames: the name of what is not known is what a script put together.
func TestLongNames(t *testing.T) {
	items := open(judge(t, repo{"release.yml": splitWith("      - run: bash ./ci/" + strings.Repeat("x", 300) + ".sh\n")}), "unknown-on-path")
	if len(items) != 1 || len(items[0].Reason) > 330 || !strings.Contains(items[0].Reason, "…") {
		t.Errorf("got %+v", items)
	}
}
