// SPDX-License-Identifier: BSD-3-Clause

package publish_test

import (
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/finding"
)

// on is the trusted-publishing file with other triggers.
func on(triggers string) string {
	return strings.Replace(trusted, `{push: {tags: ["v*"]}}`, triggers, 1)
}

func TestIntent(t *testing.T) {
	for _, c := range []ruleCase{
		{
			rule: "publish-without-intent", name: "a push", severity: finding.Warning, line: 10, message: "push on branch main",
			bad: repo{"release.yml": on("{push: {branches: [main]}}")}, good: repo{"release.yml": trusted},
		},
		{
			rule: "publish-without-intent", name: "any push", severity: finding.Warning, fix: "if: github.event_name == 'push' && github.ref_type == 'tag'",
			bad:  repo{"release.yml": on("push")},
			good: repo{"release.yml": with(on("push"), "  publish:", "    if: startsWith(github.ref, 'refs/tags/')")},
		},
		{
			rule: "publish-without-intent", name: "a schedule", severity: finding.Warning, message: "schedule",
			bad: repo{"release.yml": on(`{schedule: [{cron: "0 0 * * 0"}]}`)}, good: repo{"release.yml": on("{workflow_dispatch: , release: {types: [published]}}")},
		},
		{
			rule: "publish-without-intent", name: "a merged pull request", severity: finding.Warning, message: "pull_request",
			bad: repo{"release.yml": with(on("{pull_request: {types: [closed]}}"), "  publish:", "    if: github.event.pull_request.merged == true")},
		},
		{
			rule: "publish-without-intent", name: "a branch for releases", good: repo{"release.yml": on("{push: {branches: [\"release/**\"]}}")},
		},
		{
			rule: "publish-without-intent", name: "to the test index, by an expression", good: repo{"release.yml": on("{push: {branches: [main]}, release: }") +
				"        with: {repository-url: \"${{ github.event_name == 'push' && 'https://test.pypi.org/legacy/' || '' }}\"}\n"},
		},
		{
			rule: "publish-without-intent", name: "to the test index", good: repo{"release.yml": on("push") + "        with: {repository-url: \"https://test.pypi.org/legacy/\"}\n"},
		},
	} {
		c.run(t)
	}
}

func TestPermissions(t *testing.T) {
	wide := strings.Replace(strings.Replace(trusted, "    permissions:\n      id-token: write\n", "", 1), "permissions: {}", "permissions:\n  contents: read\n  id-token: write", 1)
	test := "  test:\n    steps:\n      - run: pytest\n"
	none := strings.Replace(trusted, "permissions: {}\n", "", 1)
	building := "  build:\n    steps:\n      - run: python -m build\n      - uses: actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a # v7.0.1\n        with: {name: dists, path: dist/}\n"
	fetching := with(none, "    steps:", "      - uses: actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1", "        with: {name: dists, path: dist/}")
	for _, c := range []ruleCase{
		{
			rule: "workflow-wide-id-token", name: "with another job", severity: finding.Warning, line: 2, message: `also "test" may ask`,
			fix: "permissions:\n  contents: read\n# …\njobs:\n  publish:\n    permissions:\n      id-token: write",
			bad: repo{"release.yml": wide + test}, good: repo{"release.yml": trusted + test},
		},
		{
			rule: "workflow-wide-id-token", name: "with none", severity: finding.Note, line: 2,
			bad: repo{"release.yml": wide + strings.Replace(test, "  test:", "  test:\n    permissions: {}", 1)},
		},
		{
			rule: "workflow-wide-id-token", name: "write-all on the job", severity: finding.Warning, line: 7, message: "write-all", fix: "  publish:\n    permissions:\n      id-token: write",
			bad: repo{"release.yml": strings.Replace(trusted, "permissions:\n      id-token: write", "permissions: write-all", 1)},
		},
		{
			rule: "workflow-wide-id-token", name: "in a file that publishes nothing", good: repo{"release.yml": trusted,
				"coverage.yml": "on: push\npermissions:\n  id-token: write\njobs:\n" + test}},
		{
			rule: "missing-permissions", severity: finding.Warning, line: 2, message: `job "build"`, fix: "permissions:\n  contents: read\n\njobs:",
			bad: repo{"release.yml": fetching + building}, good: repo{"release.yml": strings.Replace(fetching, "jobs:", "permissions: {}\njobs:", 1) + building},
		},
		{
			rule: "missing-permissions", name: "a job that writes", severity: finding.Warning,
			fix: "# sketch: more than to read may be needed by \"build\"\npermissions:\n  contents: read\n\njobs:\n  build:\n    permissions:\n      contents: write  # for the step on line",
			bad: repo{"release.yml": fetching + strings.Replace(building, "    steps:\n", "    steps:\n      - run: git push\n", 1)},
		},
		{
			rule: "missing-permissions", name: "off the path, and where each job has its own", good: repo{"release.yml": none + test}},
	} {
		c.run(t)
	}
}
