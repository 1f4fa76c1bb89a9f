// SPDX-License-Identifier: BSD-3-Clause

package publish_test

import (
	"os"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/finding"
)

const hash40 = "0123456789abcdef0123456789abcdef01234567"

func TestPins(t *testing.T) {
	const action, image, tool = "unpinned-action", "unpinned-image", "unpinned-tool"
	digest := "@sha256:" + strings.Repeat("ab", 32)
	container := func(image string) string {
		return strings.Replace(splitWith("      - run: make\n"), "    runs-on: ubuntu-latest\n    steps", "    runs-on: ubuntu-latest\n    container: "+image+"\n    steps", 1)
	}
	run := func(script string) repo { return repo{"release.yml": splitWith("      - run: " + script + "\n")} }
	uses := func(u string) repo { return repo{"release.yml": splitWith("      - uses: " + u + "\n")} }
	for _, c := range []ruleCase{
		{
			rule: action, name: "a tag in the build", severity: finding.Error, line: 7, message: `in job "build", which makes the published files, is a tag: whoever controls`,
			bad: uses("pypa/cibuildwheel@v3.4.0"), good: uses("pypa/cibuildwheel@" + hash40 + " # v3.4.0"),
		},
		{
			rule: action, name: "a branch beside the token", severity: finding.Error, message: `in the publishing job "publish" is a branch: whoever`, fix: "pypa/gh-action-pypi-publish@dc37677b2e1c63e2034f94d8a5b11f265b73ba33 # v1.14.2",
			bad:  repo{"release.yml": strings.Replace(noEnvironment, "@ed0c53931b1dc9bd32cbe73a98c7f6766f8a527e # v1.13.0", "@release/v1", 1)},
			good: repo{"release.yml": noEnvironment},
		},
		{rule: action, name: "GitHub's own by tag", severity: finding.Warning, bad: uses("actions/checkout@v6"), good: uses("actions/checkout@" + hash40)},
		{rule: action, name: "GitHub's own by branch", severity: finding.Error, bad: uses("actions/checkout@main")},
		{rule: action, name: "one's own by tag", severity: finding.Warning, bad: uses("octo-sci/setup@v1")},
		{rule: action, name: "the repository's own by branch", severity: finding.Warning, bad: uses("octo-sci/samplepkg/.github/actions/x@main")},
		{rule: action, name: "a neighbour's by branch", severity: finding.Error, bad: uses("octo-sci/setup@main")},
		{rule: action, name: "an abbreviated commit", severity: finding.Error, message: "is an abbreviated commit, which", bad: uses("some/action@0123abc")},
		{
			rule: action, name: "said once for a file", severity: finding.Error, line: 7, message: "next release; also on line 9",
			bad: repo{"release.yml": splitWith("      - uses: some/action@v1\n      - run: make\n      - uses: some/action@v1\n")},
		},
		{
			rule: action, name: "in a local action", severity: finding.Error, line: 4, message: "some/action@v1",
			bad: repo{"release.yml": splitWith("      - uses: ./.github/actions/b\n"), ".github/actions/b/action.yml": "runs:\n  using: composite\n  steps:\n    - uses: some/action@v1\n"},
		},
		{
			rule: action, name: "inside the action", severity: finding.Warning, message: "is pinned, but fetches the uv installer",
			bad: uses("hynek/build-and-inspect-python-package@" + hash40 + " # v3.0.1"),
		},
		{
			rule: action, name: "inside one that is not pinned", severity: finding.Error, message: "next release; it also fetches the uv installer",
			fix: "hynek/build-and-inspect-python-package@d44ca7d91762de7a7d5436ddae667c6da6d1c3df # v2.18.0", bad: uses("hynek/build-and-inspect-python-package@v2"),
		},
		{
			rule: action, name: "not on the path",
			good: repo{"release.yml": splitWith("      - run: make\n"), "test.yml": "on: push\njobs:\n  t:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: some/action@main\n"},
		},
		{rule: image, name: "a container", severity: finding.Warning, line: 6, fix: "# sketch: the digest is what \"docker buildx imagetools inspect\" shows for it\n    container: python:3.13@sha256:<digest>", bad: repo{"release.yml": container("python:3.13")}, good: repo{"release.yml": container("python:3.13" + digest)}},
		{rule: image, name: "a docker step", severity: finding.Warning, line: 7, message: `"alpine:3"`, bad: uses("docker://alpine:3"), good: uses("docker://alpine" + digest)},
		{
			rule: image, name: "of a matrix", severity: finding.Warning, message: `"a:1"`,
			bad:  repo{"release.yml": container("${{ matrix.image }}\n    strategy: {matrix: {image: [\"a:1\", \"b" + digest + "\"]}}")},
			good: repo{"release.yml": container("${{ matrix.image }}\n    strategy: {matrix: {image: [\"b" + digest + "\"]}}")},
		},
		{
			rule: tool, name: "pip install", severity: finding.Warning, line: 7, message: "installs build in whatever version there is that day and installs twine==6.1.0 without hashes, so that what it depends on is not fixed;",
			bad: run("pip install build twine==6.1.0"), good: run("pip install ."),
		},
		{
			rule: tool, name: "in a checked out repository", severity: finding.Warning, line: 8,
			fix: "      # create it: uv pip compile --generate-hashes requirements-release.in -o .github/requirements-release.txt\n" +
				"      - run: pip install --require-hashes -r .github/requirements-release.txt",
			bad: repo{"release.yml": splitWith("      - uses: actions/checkout@" + hash40 + "\n      - run: pip install build\n")},
		},
		{
			rule: tool, name: "in another folder", severity: finding.Warning, line: 8,
			fix: "-r ${{ github.workspace }}/.github/requirements-release.txt",
			bad: repo{"release.yml": splitWith("      - uses: actions/checkout@" + hash40 + "\n      - run: pip install build\n        working-directory: python\n")},
		},
		{
			rule: tool, name: "versions only", severity: finding.Warning, message: "installs build==1.4.0 without hashes, so that what it depends on is not fixed;",
			bad: run("pip install build==1.4.0"),
		},
		{
			rule: tool, name: "with the project itself", severity: finding.Warning, message: "installs pytest in",
			bad: repo{"release.yml": splitWith("      - uses: actions/checkout@" + hash40 + "\n      - run: pip install . pytest\n")},
		},
		{
			rule: tool, name: "a list that is checked out", severity: finding.Warning, fix: "# write the hash of each package into it: uv pip compile --generate-hashes\n      - run: pip install --require-hashes -r build.txt",
			bad: repo{"release.yml": splitWith("      - uses: actions/checkout@" + hash40 + "\n      - run: pip install -r build.txt\n"), "build.txt": "build==1.2.2\n"},
		},
		{
			rule: tool, name: "a list without hashes", severity: finding.Warning, message: "installs what build.txt lists, without hashes;",
			bad:  repo{"release.yml": splitWith("      - run: pip install -r build.txt\n"), "build.txt": "build==1.2.2\n"},
			good: repo{"release.yml": splitWith("      - run: pip install -r build.txt\n"), "build.txt": "build==1.2.2 \\\n    --hash=sha256:00\n"},
		},
		{rule: tool, name: "hashes asked for", good: run("python -m pip install --require-hashes -r other.txt")},
		{rule: tool, name: "a script from an address", severity: finding.Warning, message: "runs https://astral.sh/uv/install.sh as it is that day;", bad: run("curl -LsSf https://astral.sh/uv/install.sh | sh"), good: run("curl -LsSf https://astral.sh/uv/install.sh -o install.sh")},
		{rule: tool, name: "uvx", severity: finding.Warning, message: "installs build in", bad: run("uvx build"), good: run("uvx build==1.2.2")},
		{rule: tool, name: "uvx --from", good: run("uvx --from build==1.2.2 pyproject-build")},
		{rule: tool, name: "pipx run", severity: finding.Warning, message: "installs build in", bad: run("pipx run build --sdist"), good: run("pipx run --spec build==1.2.2 build --sdist")},
		{rule: tool, name: "npm -g", severity: finding.Warning, message: "installs yarn in", bad: run("npm install -g yarn"), good: run("npm ci")},
		{rule: tool, name: "conda", severity: finding.Warning, message: "installs python-build in", bad: run("mamba install -y -c conda-forge python-build"), good: run("mamba install --file lock.txt")},
		{rule: tool, name: "wheels of the run", good: run("pip install dist/*.whl ./pkg -e .[test]")},
	} {
		c.run(t)
	}
}

// TestReleaseCommits holds the table to the README, whose workflow a reader
// sees beside the corrected lines.
func TestReleaseCommits(t *testing.T) {
	readme, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ uses, want string }{
		{"pypa/gh-action-pypi-publish@release/v1", "# v1.14.2"},
		{"pypa/gh-action-pypi-publish@v1.8.10", "# v1.14.2"},
		{"pypa/gh-action-pypi-publish@unstable/v1", ""},
		{"pypa/gh-action-pypi-publish@v2", ""},      // another major version
		{"pypa/gh-action-pypi-publish@v1.99.0", ""}, // newer than the table
		{"actions/checkout@v7", "# v7.0.1"},         // in the README
		{"Actions/Checkout@main", "# v7.0.1"},       // the newest one
		{"actions/checkout@v6", "# v6.0.3"},         // of its major version
		{"actions/checkout@v4", ""},                 // none of it in the table
		{"pypa/cibuildwheel@v4.2", "# v4.2.0"},
		{"some/action@v1", ""},
	} {
		found := fired(judge(t, repo{"release.yml": splitWith("      - uses: " + c.uses + "\n")}), "unpinned-action")
		if len(found) != 1 {
			t.Errorf("%s: got %d findings", c.uses, len(found))
			continue
		}
		fix := found[0].Fix
		if (fix == "") != (c.want == "") || !strings.HasSuffix(fix, c.want) {
			t.Errorf("%s: got the fix %q, want one with %q", c.uses, fix, c.want)
		}
		if strings.HasPrefix(c.want, "# v7") {
			if pin := strings.TrimPrefix(strings.ToLower(strings.TrimSpace(fix)), "- uses: "); !strings.Contains(string(readme), pin) {
				t.Errorf("%s: the README has another commit than %s", c.uses, pin)
			}
		}
	}
}
