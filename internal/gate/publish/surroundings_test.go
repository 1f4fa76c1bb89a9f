// SPDX-License-Identifier: BSD-3-Clause

package publish_test

import (
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/finding"
)

func TestSurroundings(t *testing.T) {
	runner := func(on string) repo {
		return repo{"release.yml": strings.Replace(splitWith("      - run: make\n"), "runs-on: ubuntu-latest", "runs-on: "+on, 1)}
	}
	const runners = "self-hosted-runner-on-path"
	build := func(step string) repo { return repo{"release.yml": splitWith("      - run: " + step + "\n")} }
	for _, c := range []ruleCase{
		{rule: runners, name: "one's own", severity: finding.Warning, line: 5, message: `"self-hosted"`, bad: runner("[self-hosted, linux]"), good: runner("ubuntu-24.04-arm")},
		{rule: runners, name: "another company's", severity: finding.Warning, fix: "runs-on: ubuntu-24.04", bad: runner("blacksmith-4vcpu-ubuntu-2404")},
		{rule: runners, name: "a list that is put together", severity: finding.Warning, message: `"self-hosted"`, bad: runner("${{ fromJSON('[\"self-hosted\"]') }}")},
		{rule: runners, name: "a group", severity: finding.Warning, message: `group "big"`, bad: runner("{group: big}")},
		{
			rule: runners, name: "of a matrix", severity: finding.Warning, message: `"self-hosted"`,
			bad:  runner("${{ matrix.os }}\n    strategy: {matrix: {os: [ubuntu-latest], include: [{os: self-hosted}]}}"),
			good: runner("${{ matrix.os || 'macos-15' }}\n    strategy: {matrix: {os: [ubuntu-latest], include: [{os: windows-11-arm}]}}"),
		},
		{rule: runners, name: "the policy takes any", good: repo{"release.yml": runner("self-hosted")["release.yml"],
			".github/sallyport.yml": "project: samplepkg\npublisher: {workflow: release.yml, environment: pypi}\nbuilder: {runners: any}\n"}},
		{rule: "build-inputs-not-locked", name: "an isolated build", severity: finding.Note, line: 7, fix: "PIP_CONSTRAINT: ", bad: build("python -m build"), good: build("python -m build --no-isolation")},
		{rule: "build-inputs-not-locked", name: "uv", severity: finding.Note, fix: "UV_BUILD_CONSTRAINT: ", bad: build("uv build"), good: build("uv build --build-constraint c.txt --require-hashes")},
		{rule: "build-inputs-not-locked", name: "constraints", good: build("python -m build\n        env: {PIP_CONSTRAINT: c.txt}")},
		{
			rule: "missing-concurrency", name: "none", severity: finding.Note, line: 4, fix: "    concurrency:\n      group: publish-${{ github.ref }}",
			bad: repo{"release.yml": noEnvironment}, good: repo{"release.yml": "concurrency: x\n" + noEnvironment},
		},
		{rule: "no-dependabot", name: "none", severity: finding.Note, fix: "package-ecosystem: github-actions", bad: repo{"release.yml": noEnvironment}, good: repo{"release.yml": noEnvironment, ".github/dependabot.yml": "version: 2\n"}},
		{rule: "release-process-undocumented", name: "nothing", severity: finding.Note, bad: repo{"release.yml": noEnvironment}, good: repo{"release.yml": noEnvironment, "RELEASING.md": "x"}},
		{rule: "release-process-undocumented", name: "nothing is released", good: repo{"test.yml": "on: push\njobs: {t: {runs-on: ubuntu-latest, steps: [{run: make}]}}\n"}},
	} {
		c.run(t)
	}
}

// open are the unchecked items of a rule.
func open(set finding.Set, rule string) []finding.Unchecked {
	var out []finding.Unchecked
	for _, u := range set.Unchecked {
		if u.Rule == rule {
			out = append(out, u)
		}
	}
	return out
}

func TestWhatIsNotKnown(t *testing.T) {
	other := "on: push\njobs:\n  t:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: some/other@v1\n"
	for _, c := range []struct {
		name, rule string
		files      repo
		want       string // in the reason of one item; "" for none
		blocking   bool
	}{
		{
			name: "an action, once", rule: "unknown-on-path",
			files: repo{"release.yml": splitWith("      - uses: some/thing@v1\n      - uses: some/thing@v1\n"), "t.yml": other},
			want:  `"some/thing@v1" is on the path to an index (.github/workflows/release.yml:7, .github/workflows/release.yml:8)`,
		},
		{name: "nothing", rule: "unknown-on-path", files: repo{"release.yml": splitWith("      - run: python -m build\n"), "t.yml": other}},
		{
			name: "a workflow that the publish job waits for", rule: "unknown-on-path",
			files: repo{"release.yml": strings.Replace(strings.Replace(splitWith("      - run: make\n"), "needs: build", "needs: [build, far]", 1), "  publish:\n", "  far:\n    uses: some/thing/.github/workflows/b.yml@v1\n  publish:\n", 1)},
			want:  "some/thing/.github/workflows/b.yml@v1",
		},
		{name: "a script that is not in the tree", rule: "unknown-on-path", files: repo{"release.yml": splitWith("      - run: ./ci/build.sh\n")}, want: "ci/build.sh"},
		{name: "an environment that the run made", rule: "unknown-on-path", files: repo{"release.yml": splitWith("      - run: python -m venv env && . env/bin/activate && python -m build\n")}},
		{name: "a broken workflow", rule: "workflow-unread", files: repo{"release.yml": splitWith("      - run: make\n"), "b.yml": "on: push\njobs: [\n"}, want: ".github/workflows/b.yml", blocking: true},
		{
			name: "a local workflow that is not there, before the upload", rule: "workflow-unread", blocking: true, want: `"./.github/workflows/gone.yml" is called (.github/workflows/release.yml:12)`,
			files: repo{"release.yml": strings.Replace(strings.Replace(splitWith("      - run: make\n"), "needs: build", "needs: [build, far]", 1), "  publish:\n", "  far:\n    uses: ./.github/workflows/gone.yml\n  publish:\n", 1)},
		},
		{
			name: "a local workflow that is not there, off the path", rule: "workflow-unread", want: "gone.yml",
			files: repo{"release.yml": splitWith("      - run: make\n"), "t.yml": "on: push\njobs:\n  t:\n    uses: ./.github/workflows/gone.yml\n"},
		},
		{
			name: "a local workflow that is not there, with secrets", rule: "workflow-unread", want: "gone.yml", blocking: true,
			files: repo{"release.yml": splitWith("      - run: make\n"), "t.yml": "on: push\njobs:\n  t:\n    uses: ./.github/workflows/gone.yml\n    secrets: inherit\n"},
		},
		{name: "an action of this commit that is not there", rule: "workflow-unread", blocking: true, want: "$/.github/actions/gone", files: repo{"release.yml": splitWith("      - uses: $/.github/actions/gone\n")}},
		{name: "an action that a checkout may bring", rule: "workflow-unread", files: repo{"release.yml": splitWith("      - uses: ./tools/action\n")}},
		{name: "an action that a checkout may bring, listed", rule: "unknown-on-path", want: `"./tools/action" is on the path`, files: repo{"release.yml": splitWith("      - uses: ./tools/action\n")}},
		{name: "a whole one", rule: "workflow-unread", files: repo{"release.yml": splitWith("      - run: make\n")}},
		{
			name: "a broken action", rule: "workflow-unread", blocking: true, want: "could not be read whole",
			files: repo{
				"release.yml":                  splitWith("      - uses: ./.github/actions/x\n"),
				".github/actions/x/action.yml": "runs: {using: composite, steps: [{run: a, shell: sh, what: 1}]}\n",
			},
		},
		{name: "a runner of a name that says nothing", rule: "self-hosted-runner-on-path", files: repo{"release.yml": strings.Replace(splitWith("      - run: make\n"), "ubuntu-latest", "big-linux", 1)}, want: `"big-linux"`},
		{name: "a runner named almost as one of GitHub's", rule: "self-hosted-runner-on-path", files: repo{"release.yml": strings.Replace(splitWith("      - run: make\n"), "ubuntu-latest", "ubuntu-24.04-big", 1)}, want: `"ubuntu-24.04-big"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			items := open(judge(t, c.files), c.rule)
			if c.want == "" {
				if len(items) > 0 {
					t.Errorf("got %+v", items)
				}
				return
			}
			n := 0
			for _, u := range items {
				if strings.Contains(u.Reason, c.want) && u.Blocking == c.blocking {
					n++
				}
			}
			if n != 1 {
				t.Errorf("got %+v, want one with %q, blocking %v", items, c.want, c.blocking)
			}
		})
	}
}
