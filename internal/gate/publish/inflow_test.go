// SPDX-License-Identifier: BSD-3-Clause

package publish_test

import (
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/finding"
)

func TestArtifactSelection(t *testing.T) {
	const rule = "loose-artifact-selection"
	const bench = "  bench:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make\n" +
		"      - uses: actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a # v7.0.1\n        with: {name: %NAME%, path: x}\n  publish:\n"
	beside := func(text, name string) string {
		return strings.Replace(text, "  publish:\n", strings.Replace(bench, "%NAME%", name, 1), 1)
	}
	build := "      - run: python -m build\n"
	for _, c := range []ruleCase{
		{
			rule: rule, name: "without a name", severity: finding.Warning, line: 24, message: "without a name", fix: "name: dist",
			bad: repo{"release.yml": beside(splitFetching(build, "merge-multiple: true"), "x-dist")}, good: repo{"release.yml": splitWith(build)},
		},
		{
			rule: rule, name: "without a name, of one job", severity: finding.Note, line: 18, message: `only job "build" stores any`, fix: "name: dist",
			bad: repo{"release.yml": splitFetching(build, "merge-multiple: true")},
		},
		{rule: rule, name: "by a star", severity: finding.Warning, message: `by the pattern "*"`, bad: repo{"release.yml": beside(splitFetching(build, "pattern: '*'"), "bench")}},
		{rule: rule, name: "by a star, of one job", severity: finding.Note, fix: "pattern: dist", bad: repo{"release.yml": splitFetching(build, "pattern: '*'")}},
		{
			rule: rule, name: "of a job that is not awaited", severity: finding.Warning, message: `"dist" (line 21) of job "build", a job that it does not wait for`, fix: "needs: [check, build]",
			bad: repo{"release.yml": notAwaited("check")}, good: repo{"release.yml": notAwaited("[check, build]")},
		},
		{rule: rule, name: "of a job that is awaited by way of another", good: repo{"release.yml": strings.Replace(notAwaited("check"), "  check:\n", "  check:\n    needs: build\n", 1)}},
		{
			rule: rule, name: "of a job behind a call that nobody knows",
			good: repo{"release.yml": strings.Replace(notAwaited("check"), "  check:\n    runs-on: ubuntu-latest\n    steps: [{run: make check}]\n", "  check:\n    uses: some/other/.github/workflows/x.yml@"+hash40+"\n", 1)},
		},
		{
			rule: rule, name: "a pattern that takes a job that is not needed", severity: finding.Warning, message: `also takes "dist-bench" of job "bench"`,
			bad:  repo{"release.yml": beside(splitFetching(build, "pattern: dist*"), "dist-bench")},
			good: repo{"release.yml": beside(splitFetching(build, "pattern: dist*"), "bench")},
		},
		{
			rule: rule, name: "overwritten", severity: finding.Warning, message: "overwrites",
			bad:  repo{"release.yml": beside(splitWith(build), "dist, overwrite: true")},
			good: repo{"release.yml": beside(splitWith(build), "bench, overwrite: true")},
		},
		{
			rule: rule, name: "by id",
			good: repo{"release.yml": strings.Replace(splitFetching(build, "artifact-ids: ${{ needs.build.outputs.id }}"), "  build:\n", "  build:\n    outputs: {id: \"${{ steps.up.outputs.artifact-id }}\"}\n", 1)},
		},
		{
			rule: rule, name: "names that a matrix makes",
			good: repo{"release.yml": strings.Replace(splitFetching(build, "pattern: dist-*"), "{name: dist,", "{name: \"dist-${{ matrix.os }}\",", 1)},
		},
	} {
		c.run(t)
	}
}

// notAwaited is a release that publishes the files of job build, with a job
// check beside it.
func notAwaited(needs string) string {
	text := strings.Replace(splitWith("      - run: python -m build\n"), "needs: build", "needs: "+needs, 1)
	return strings.Replace(text, "  publish:\n", "  check:\n    runs-on: ubuntu-latest\n    steps: [{run: make check}]\n  publish:\n", 1)
}

func TestSkipExisting(t *testing.T) {
	on := noEnvironment + "        with:\n          skip-existing: %V%\n"
	token := func(flag string) string {
		return "on: {push: {tags: [v1]}}\njobs:\n  p:\n    runs-on: ubuntu-latest\n    steps:\n      - run: twine upload" + flag + " dist/*\n        env: {TWINE_PASSWORD: \"${{ secrets.T }}\"}\n"
	}
	for _, c := range []ruleCase{
		{
			rule: "skip-existing", name: "of the action", severity: finding.Warning, line: 9,
			bad: repo{"release.yml": strings.Replace(on, "%V%", "true", 1)}, good: repo{"release.yml": strings.Replace(on, "%V%", "${{ github.event_name != 'push' }}", 1)},
		},
		{rule: "skip-existing", name: "to the test index", good: repo{"release.yml": strings.Replace(on, "%V%", "true", 1) + "          repository-url: https://test.pypi.org/legacy/\n"}},
		{
			rule: "skip-existing", name: "of twine", severity: finding.Warning, line: 6, fix: "twine upload dist/*",
			bad: repo{"release.yml": token(" --skip-existing")}, good: repo{"release.yml": token("")},
		},
	} {
		c.run(t)
	}
}

func TestUntrustedText(t *testing.T) {
	const rule = "untrusted-text-in-script"
	run := func(script string) repo { return repo{"release.yml": splitWith("      - run: " + script + "\n")} }
	dispatch := func(kind, script string) repo {
		return repo{"release.yml": strings.Replace(splitWith("      - run: "+script+"\n"), `on: {push: {tags: ["v*"]}}`, "on: {workflow_dispatch: {inputs: {x: {"+kind+"}}}}", 1)}
	}
	const message = "${{ github.event.head_commit.message }}"
	for _, c := range []ruleCase{
		{
			rule: rule, name: "a commit's message", severity: finding.Error, line: 7, message: "anybody with an account", fix: "      - run: echo \"$HEAD_COMMIT_MESSAGE\"\n        env:\n          HEAD_COMMIT_MESSAGE: ${{ github.event.head_commit.message }}",
			bad: run("echo " + message), good: repo{"release.yml": splitWith("      - run: echo \"$M\"\n        env:\n          M: " + message + "\n")},
		},
		{
			rule: rule, name: "an outsider's text that is empty here", severity: finding.Warning, message: `the text of "github.ref"`,
			bad: run("git pull origin ${{ github.head_ref || github.ref }}"), good: run("echo ${{ github.head_ref }}"),
		},
		{
			rule: rule, name: "back from env", severity: finding.Error, message: "${{ env.M }}",
			bad: repo{"release.yml": splitWith("      - run: echo ${{ env.M }}\n        env:\n          M: " + message + "\n")},
		},
		{
			rule: rule, name: "beside another variable", severity: finding.Error, fix: "      - name: x\n        run: |\n          echo one\n          echo \"$HEAD_COMMIT_MESSAGE\" \"a ${HEAD_COMMIT_MESSAGE}b\"\n" +
				"        env:\n          HEAD_COMMIT_MESSAGE: ${{ github.event.head_commit.message }}\n          A: b",
			bad: repo{"release.yml": splitWith("      - name: x\n        run: |\n          echo one\n          echo " + message + " \"a " + message + "b\"\n        env:\n          A: b\n")},
		},
		{
			rule: rule, name: "in PowerShell", severity: finding.Error, fix: `run: echo "$env:HEAD_COMMIT_MESSAGE"`,
			bad: repo{"release.yml": splitWith("      - run: echo " + message + "\n        shell: pwsh\n")},
		},
		{
			rule: rule, name: "an input of a workflow for other repositories",
			good: repo{"build.yml": strings.Replace(byTwine, `{push: {tags: ["v*"]}}`, "{workflow_call: {inputs: {x: {type: string}}}}", 1) + "      - run: echo ${{ inputs.x }}\n"},
		},
		{
			rule: rule, name: "an outsider's text for such an input", severity: finding.Warning, message: "anybody with an account",
			bad: repo{"build.yml": strings.Replace(byTwine, `{push: {tags: ["v*"]}}`, "{workflow_call: {inputs: {x: {type: string}}}}", 1) + "      - run: echo ${{ inputs.x }}\n",
				"release.yml": "on: {push: {tags: [\"v*\"]}}\npermissions: {}\njobs:\n  p:\n    uses: ./.github/workflows/build.yml\n    with: {x: \"" + message + "\"}\n    secrets: inherit\n"},
		},
		{rule: rule, name: "only compared", good: run("echo ${{ github.ref == 'refs/tags/v1' }}")},
		{
			rule: rule, name: "an input", severity: finding.Warning, message: "whoever may start or call the workflow",
			bad: dispatch("type: string", "make ${{ inputs.x }}"), good: dispatch("type: boolean", "make ${{ inputs.x }}"),
		},
		{rule: rule, name: "an input with options", good: dispatch("type: choice, options: [a, b-1]", "make ${{ inputs.x }}")},
		{
			rule: rule, name: "an input that fills a matrix", severity: finding.Warning, message: `"inputs.x"`,
			bad: repo{"release.yml": strings.Replace(dispatch("type: string", "make ${{ matrix.y }}")["release.yml"], "  build:\n", "  build:\n    strategy: {matrix: {include: \"${{ fromJSON(inputs.x) }}\"}}\n", 1)},
		},
		{
			rule: rule, name: "of github-script", severity: finding.Error, message: "(input script)",
			bad: repo{"release.yml": splitWith("      - uses: actions/github-script@" + hash40 + "\n        with:\n          script: core.info('" + message + "')\n")},
		},
		{
			rule: rule, name: "through a local action", severity: finding.Error, line: 7, message: message, fix: "    - run: echo \"$HEAD_COMMIT_MESSAGE\"",
			bad: repo{
				"release.yml":                  splitWith("      - uses: ./.github/actions/b\n        with:\n          text: " + message + "\n"),
				".github/actions/b/action.yml": "inputs:\n  text: {}\nruns:\n  using: composite\n  steps:\n    - shell: bash\n      run: echo ${{ inputs.text }}\n",
			},
		},
		{
			rule: rule, name: "not on the path",
			good: repo{"release.yml": splitWith("      - run: make\n"), "x.yml": "on: push\njobs:\n  x:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo " + message + "\n"},
		},
	} {
		if strings.Contains(c.name, "local action") {
			c.fix = "      run: echo \"$HEAD_COMMIT_MESSAGE\""
		}
		c.run(t)
	}
}
