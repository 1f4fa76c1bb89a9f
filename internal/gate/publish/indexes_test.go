// SPDX-License-Identifier: BSD-3-Clause

package publish_test

import (
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/finding"
)

func to(address string) repo {
	return repo{"release.yml": trusted + "        with:\n          repository-url: " + address + "\n"}
}

func TestIndexes(t *testing.T) {
	const choice = "${{ github.ref_name == 'v1' && 'https://upload.pypi.org/legacy/' || 'https://test.pypi.org/legacy/' }}"
	matrix := func(values string) repo {
		r := to("${{ matrix.index }}")
		r["release.yml"] = with(r["release.yml"], "  publish:", "    strategy: {matrix: {index: ["+values+"]}}")
		return r
	}
	for _, c := range []ruleCase{
		{
			rule: "index-not-constant", name: "a variable", severity: finding.Error, line: 10, message: "${{ vars.INDEX }}", fix: "      - uses: " + action,
			bad: to("${{ vars.INDEX }}"), good: to("https://upload.pypi.org/legacy/"),
		},
		{
			rule: "index-not-constant", name: "a token to it", severity: finding.Warning,
			bad: repo{"release.yml": with(byToken, "        with:", "          repository-url: ${{ secrets.INDEX }}")}, good: to(choice),
		},
		{
			rule: "index-not-constant", name: "one of two, and one is foreign", severity: finding.Error,
			bad: to(strings.Replace(choice, "test.pypi.org", "octo.example", 1)),
		},
		{
			rule: "index-not-constant", name: "of a matrix", severity: finding.Error,
			bad: matrix(`"https://octo.example/"`), good: matrix(`"https://upload.pypi.org/legacy/", "https://test.pypi.org/legacy/"`),
		},
		{
			rule: "index-not-constant", name: "of a command", severity: finding.Error, message: "vars.url",
			bad:  repo{"release.yml": strings.Replace(byUV, "uv publish", `uv publish --publish-url "$URL"`, 1) + "        env: {URL: \"${{ vars.url }}\"}\n"},
			good: repo{"release.yml": strings.Replace(byUV, "uv publish", `uv publish --publish-url "$URL"`, 1) + "        env: {URL: \"" + choice + "\"}\n"},
		},
		{
			rule: "index-not-allowed", name: "a look-alike", severity: finding.Error, line: 10, message: "looks like PyPI and is not", fix: "          repository-url: https://upload.pypi.org/legacy/",
			bad: to("https://upload.pypi.org.octo.example/legacy/"), good: to("https://upload.pypi.org/legacy"),
		},
		{
			rule: "index-not-allowed", name: "a letter beside it, with a token", severity: finding.Error, message: "looks like PyPI",
			bad: repo{"release.yml": with(byToken, "        with:", "          repository-url: https://upload.pypl.org/legacy/")},
			// upload-with-token's
			good: repo{"release.yml": with(byToken, "        with:", "          repository-url: https://pypi.octo.example/legacy/")},
		},
		{
			rule: "index-not-allowed", name: "unencrypted", severity: finding.Error, message: "unencrypted", fix: "https://test.pypi.org/legacy/",
			bad: to("http://test.pypi.org/legacy/"), good: to("https://test.pypi.org/legacy/"),
		},
		{
			rule: "index-not-allowed", name: "another address of the index", severity: finding.Warning, message: "not the index's upload address",
			bad: to("https://pypi.org/legacy/"),
		},
		{
			rule: "index-not-allowed", name: "one that the policy names gets no id-token", severity: finding.Error, message: "can use the id-token at PyPI",
			bad: repo{"release.yml": to("https://pypi.octo.example/legacy/")["release.yml"],
				pol: "project: samplepkg\npublisher: {workflow: release.yml, environment: pypi, index: \"https://pypi.octo.example/legacy/\"}\n"},
			good: repo{"release.yml": with(byToken, "        with:", "          repository-url: https://pypi.octo.example/legacy/"),
				pol: "project: samplepkg\nother-indexes: [{url: \"https://pypi.octo.example/legacy/\", credential: token, reason: ours}]\n"},
		},
		{
			rule: "index-not-allowed", name: "one of the policy's other indexes gets no id-token", severity: finding.Error, message: "by trusted publishing",
			bad: repo{"release.yml": to("https://pypi.octo.example/legacy/")["release.yml"],
				pol: "project: samplepkg\nother-indexes: [{url: \"https://pypi.octo.example/legacy/\", credential: token, reason: ours}]\n"},
		},
		{
			rule: "index-not-allowed", name: "wide letters are PyPI's host, others look like it", severity: finding.Warning, message: "not the index's upload address",
			bad: to("https://upload\u3002pypi\u3002org/legacy/"),
		},
		{rule: "index-not-allowed", name: "letters of another script", severity: finding.Error, message: "looks like PyPI", bad: to("https://upload.pyp\u0456.org/legacy/")},
		{rule: "index-not-allowed", name: "a name of its network", severity: finding.Warning, message: "not the index's upload address", bad: to("https://dualstack.python.map.fastly.net/legacy/")},
	} {
		c.run(t)
	}
}

func TestAttestationsOff(t *testing.T) {
	off := "        with:\n          attestations: false\n"
	for _, c := range []ruleCase{
		{
			rule: "attestations-off", name: "switched off", severity: finding.Warning, line: 10, message: "switches them off", fix: "      - uses: " + action,
			bad: repo{"release.yml": trusted + off}, good: repo{"release.yml": trusted},
		},
		{
			rule: "attestations-off", name: "on the test index", good: repo{"release.yml": to("https://test.pypi.org/legacy/")["release.yml"] + "          attestations: false\n"},
		},
		{
			rule: "attestations-off", name: "an old version", severity: finding.Warning, message: "this version",
			bad: repo{"release.yml": strings.Replace(trusted, action, "pypa/gh-action-pypi-publish@v1.10.0", 1)},
		},
		{
			rule: "attestations-off", name: "uv alone", severity: finding.Warning, message: "nothing on the path makes any",
			bad:  repo{"release.yml": byUV},
			good: repo{"release.yml": with(byUV, "    steps:", "      - uses: astral-sh/attest-action@f589a42a7efb6fe400b4f400de60b4bc90390027 # v0.0.6")},
		},
		{
			rule: "attestations-off", name: "an uploader that cannot", severity: finding.Warning, message: "it makes and sends none",
			bad: repo{"release.yml": strings.Replace(byUV, "uv publish", "pdm publish", 1)},
		},
	} {
		c.run(t)
	}
}
