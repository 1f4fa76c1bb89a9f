// SPDX-License-Identifier: BSD-3-Clause

package publish_test

import (
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
			rule: action, name: "a tag in the build", severity: finding.Error, line: 7, message: "change the files that are published",
			fix: "",
			bad: uses("pypa/cibuildwheel@v3.4.0"), good: uses("pypa/cibuildwheel@" + hash40 + " # v3.4.0"),
		},
		{
			rule: action, name: "a branch beside the token", severity: finding.Error, message: "by a branch that its owners, or whoever takes over their account, can move: new code could then upload",
			bad:  repo{"release.yml": strings.Replace(noEnvironment, "@ed0c53931b1dc9bd32cbe73a98c7f6766f8a527e # v1.13.0", "@release/v1", 1)},
			good: repo{"release.yml": noEnvironment},
		},
		{rule: action, name: "GitHub's own by tag", severity: finding.Warning, bad: uses("actions/checkout@v6"), good: uses("actions/checkout@" + hash40)},
		{rule: action, name: "GitHub's own by branch", severity: finding.Error, bad: uses("actions/checkout@main")},
		{rule: action, name: "one's own by tag", severity: finding.Warning, bad: uses("octo-sci/setup@v1")},
		{rule: action, name: "the repository's own by branch", severity: finding.Warning, bad: uses("octo-sci/samplepkg/.github/actions/x@main")},
		{rule: action, name: "a neighbour's by branch", severity: finding.Error, bad: uses("octo-sci/setup@main")},
		{rule: action, name: "an abbreviated commit", severity: finding.Error, message: "by an abbreviated commit that", bad: uses("some/action@0123abc")},
		{
			rule: action, name: "said once for a file", severity: finding.Error, line: 7, message: "; also on line 9",
			bad: repo{"release.yml": splitWith("      - uses: some/action@v1\n      - run: make\n      - uses: some/action@v1\n")},
		},
		{
			rule: action, name: "in a local action", severity: finding.Error, line: 4, message: "some/action@v1",
			bad: repo{"release.yml": splitWith("      - uses: ./.github/actions/b\n"), ".github/actions/b/action.yml": "runs:\n  using: composite\n  steps:\n    - uses: some/action@v1\n"},
		},
		{
			rule: action, name: "inside the action", severity: finding.Warning, message: "itself fetches the uv installer",
			bad: uses("hynek/build-and-inspect-python-package@" + hash40 + " # v3.0.1"),
		},
		{
			rule: action, name: "not on the path",
			good: repo{"release.yml": splitWith("      - run: make\n"), "test.yml": "on: push\njobs:\n  t:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: some/action@main\n"},
		},
		{rule: image, name: "a container", severity: finding.Warning, line: 6, fix: "container: python:3.13@sha256:<digest>", bad: repo{"release.yml": container("python:3.13")}, good: repo{"release.yml": container("python:3.13" + digest)}},
		{rule: image, name: "a docker step", severity: finding.Warning, line: 7, message: `"alpine:3"`, bad: uses("docker://alpine:3"), good: uses("docker://alpine" + digest)},
		{
			rule: image, name: "of a matrix", severity: finding.Warning, message: `"a:1"`,
			bad:  repo{"release.yml": container("${{ matrix.image }}\n    strategy: {matrix: {image: [\"a:1\", \"b" + digest + "\"]}}")},
			good: repo{"release.yml": container("${{ matrix.image }}\n    strategy: {matrix: {image: [\"b" + digest + "\"]}}")},
		},
		{
			rule: tool, name: "pip install", severity: finding.Warning, line: 7, message: "installs build, twine==6.1.0 at", fix: "      - run: pip install --require-hashes -r .github/requirements-release.txt",
			bad: run("pip install build twine==6.1.0"), good: run("pip install ."),
		},
		{
			rule: tool, name: "a list without hashes", severity: finding.Warning, message: "what build.txt lists",
			bad:  repo{"release.yml": splitWith("      - run: pip install -r build.txt\n"), "build.txt": "build==1.2.2\n"},
			good: repo{"release.yml": splitWith("      - run: pip install -r build.txt\n"), "build.txt": "build==1.2.2 \\\n    --hash=sha256:00\n"},
		},
		{rule: tool, name: "hashes asked for", good: run("python -m pip install --require-hashes -r other.txt")},
		{rule: tool, name: "a script from an address", severity: finding.Warning, message: "installs https://astral.sh/uv/install.sh", bad: run("curl -LsSf https://astral.sh/uv/install.sh | sh"), good: run("curl -LsSf https://astral.sh/uv/install.sh -o install.sh")},
		{rule: tool, name: "uvx", severity: finding.Warning, message: "installs build at", bad: run("uvx build"), good: run("uvx build==1.2.2")},
		{rule: tool, name: "uvx --from", good: run("uvx --from build==1.2.2 pyproject-build")},
		{rule: tool, name: "pipx run", severity: finding.Warning, message: "installs build at", bad: run("pipx run build --sdist"), good: run("pipx run --spec build==1.2.2 build --sdist")},
		{rule: tool, name: "npm -g", severity: finding.Warning, message: "installs yarn at", bad: run("npm install -g yarn"), good: run("npm ci")},
		{rule: tool, name: "conda", severity: finding.Warning, message: "installs python-build at", bad: run("mamba install -y -c conda-forge python-build"), good: run("mamba install --file lock.txt")},
		{rule: tool, name: "wheels of the run", good: run("pip install dist/*.whl ./pkg -e .[test]")},
	} {
		c.run(t)
	}
}
