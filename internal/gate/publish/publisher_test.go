// SPDX-License-Identifier: BSD-3-Clause

package publish_test

import (
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/finding"
)

const pol = ".github/sallyport.yml"

const onRelease = "project: samplepkg\npublisher:\n  workflow: release.yml\n  environment: pypi\n"

func TestEnvironmentsOfOthers(t *testing.T) {
	bare := strings.Replace(trusted, "    environment: pypi\n", "    needs: approve\n", 1) + "  approve:\n    environment: pypi\n    steps:\n      - run: echo\n"
	both := trusted + "  test:\n    environment: PyPI\n    permissions: {id-token: write}\n    steps:\n      - uses: " + action + "\n        with:\n          repository-url: https://test.pypi.org/legacy/\n"
	for _, c := range []ruleCase{
		{
			rule: "environment-on-another-job", severity: finding.Error, line: 4, message: `environment "pypi" is on job "approve"`, fix: "  publish:\n    environment: pypi\n  # and take \"environment\" out of job \"approve\" (line",
			bad: repo{"release.yml": bare}, good: repo{"release.yml": with(bare, "    needs: approve", "    environment: other")},
		},
		{
			rule: "publish-without-environment", name: "after a job in an environment for something else", severity: finding.Error, line: 4, fix: "    environment: pypi",
			bad: repo{"release.yml": strings.Replace(strings.Replace(bare, "environment: pypi", "environment: nightly tests", 1), "- run: echo\n", "- run: pytest\n", 1)},
		},
		{
			rule: "environment-on-another-job", name: "no environment anywhere", good: repo{"release.yml": strings.Replace(bare, "    environment: pypi\n", "", 1)},
		},
		{
			// The environment of the test upload is no gate of the other one.
			rule: "publish-without-environment", name: "after a test upload", severity: finding.Error, line: 4, fix: "environment: pypi",
			bad: repo{"release.yml": strings.Replace(strings.Replace(bare, "  approve:", "  approve:\n    permissions: {id-token: write}", 1), "      - run: echo\n", "      - uses: "+action+"\n        with: {repository-url: \"https://test.pypi.org/legacy\"}\n", 1)},
		},
		{
			rule: "environment-shared-by-indexes", severity: finding.Note, line: 12, message: "expected one for each", fix: "    environment: testpypi",
			bad: repo{"release.yml": both}, good: repo{"release.yml": strings.Replace(both, "environment: PyPI", "environment: testpypi", 1)},
		},
	} {
		c.run(t)
	}
}

func TestUploadOutsidePublisher(t *testing.T) {
	for _, c := range []ruleCase{
		{
			rule: "upload-outside-publisher", name: "another file", severity: finding.Error, line: 10, message: `"release.yml"`,
			bad: repo{pol: onRelease, "release.yml": trusted, "other.yml": trusted}, good: repo{pol: onRelease, "release.yml": trusted},
		},
		{
			rule: "upload-outside-publisher", name: "another environment", severity: finding.Error, line: 6, message: `the policy's publisher has "pypi"`, fix: "    environment: pypi",
			bad:  repo{pol: onRelease, "release.yml": strings.Replace(trusted, "environment: pypi", "environment: release", 1)},
			good: repo{pol: onRelease, "release.yml": strings.Replace(trusted, "environment: pypi", "environment: PyPI", 1)},
		},
		{
			// One cause is one finding, which also says what the policy has.
			rule: "publish-without-environment", name: "another environment by the policy", severity: finding.Error, line: 4, message: `runs in no environment; the policy's publisher has "release"`, fix: "    environment: release",
			bad: repo{pol: strings.Replace(onRelease, ": pypi", ": release", 1), "release.yml": strings.Replace(trusted, "    environment: pypi\n", "", 1)},
		},
		{
			rule: "upload-outside-publisher", name: "no environment", good: repo{pol: onRelease, "release.yml": strings.Replace(trusted, "    environment: pypi\n", "", 1)},
		},
		{
			rule: "upload-outside-publisher", name: "an environment that the policy has not", good: repo{pol: strings.Replace(onRelease, ": pypi", ": none", 1), "release.yml": trusted},
		},
		{
			rule: "upload-outside-publisher", name: "another index", good: repo{pol: onRelease, "release.yml": trusted,
				"test.yml": trusted + "        with: {repository-url: \"https://test.pypi.org/legacy/\"}\n"},
		},
		{
			rule: "upload-outside-publisher", name: "several publishers", good: repo{"a.yml": trusted, "b.yml": trusted,
				pol: "publishers:\n  - {project: a, workflow: a.yml, environment: pypi}\n  - {project: b, workflow: b.yml, environment: pypi}\n"},
		},
		{rule: "upload-outside-publisher", name: "without a policy", good: repo{"a.yml": trusted, "b.yml": trusted}},
	} {
		c.run(t)
	}
}

func TestNoPublishPath(t *testing.T) {
	for _, c := range []ruleCase{
		{
			rule: "no-publish-path", name: "the policy's workflow has none", severity: finding.Error, line: 3, message: "uploads nothing",
			bad:  repo{pol: onRelease, "release.yml": strings.Replace(trusted, "uses: "+action, "run: echo", 1)},
			good: repo{pol: onRelease, "release.yml": trusted},
		},
		{
			rule: "no-publish-path", name: "the policy's workflow is not there", severity: finding.Error, message: "does not exist",
			bad: repo{pol: onRelease, "other.yml": trusted},
		},
		{
			rule: "no-publish-path", name: "only in a dead job", severity: finding.Error, message: "which never runs",
			bad: repo{pol: onRelease, "release.yml": with(trusted, "  publish:", "    if: false")},
		},
	} {
		c.run(t)
	}
	unknown := strings.Replace(byToken, action, "octo-sci/publish@v1", 1)
	for name, r := range map[string]repo{
		"no workflow": {"README.md": ""}, "no upload": {"ci.yml": "on: push\njobs: {t: {steps: [{run: pytest}]}}"},
		"dead": {"ci.yml": with(trusted, "  publish:", "    if: false")}, "unknown": {"ci.yml": unknown},
	} {
		found := 0
		for _, u := range judge(t, r).Unchecked {
			if u.Rule == "no-publish-path" && u.Blocking {
				found++
			}
		}
		if found != 1 {
			t.Errorf("%s: %d blocking items, want 1", name, found)
		}
	}
	for _, u := range judge(t, repo{"release.yml": trusted}).Unchecked {
		if u.Rule == "no-publish-path" {
			t.Errorf("with a path: %s", u.Reason)
		}
	}
}

func TestReusableWorkflows(t *testing.T) {
	caller := "on: {push: {tags: [\"v*\"]}}\npermissions: {}\njobs:\n  call:\n    permissions:\n      id-token: write\n    uses: ./.github/workflows/publish.yml\n"
	callee := strings.Replace(trusted, `on: {push: {tags: ["v*"]}}`, "on: workflow_call", 1)
	building := "on: workflow_call\npermissions: {}\njobs:\n  build:\n    steps:\n      - run: python -m build\n        env: {K: \"${{ secrets.KEY }}\"}\n      - uses: actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a # v7.0.1\n        with: {name: dists, path: dist/}\n"
	whole := func(inherit string) string {
		return with(trusted, "jobs:", "  build:", "    uses: ./.github/workflows/build.yml", inherit) +
			""
	}
	fetching := func(inherit string) string {
		return strings.Replace(with(whole(inherit), "  publish:", "    needs: build"), "      - uses: "+action,
			"      - uses: actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1\n        with: {name: dists, path: dist/}\n      - uses: "+action, 1)
	}
	for _, c := range []ruleCase{
		{
			rule: "upload-in-reusable-workflow", name: "called here", severity: finding.Warning, line: 10, message: `a publisher named "publish.yml"`,
			bad: repo{"release.yml": caller, "publish.yml": callee}, good: repo{"publish.yml": trusted},
		},
		{
			rule: "upload-in-reusable-workflow", name: "called elsewhere", severity: finding.Warning, message: "runs only when it is called",
			bad: repo{"publish.yml": callee},
		},
		{
			rule: "upload-in-reusable-workflow", name: "of another repository", severity: finding.Error, message: "accepts no upload by trusted publishing",
			bad: repo{"release.yml": strings.Replace(caller, "./.github/workflows/publish.yml", "OpenAstronomy/github-actions-workflows/.github/workflows/publish.yml@v1", 1)},
			good: repo{"release.yml": strings.Replace(caller, "./.github/workflows/publish.yml", "OpenAstronomy/github-actions-workflows/.github/workflows/publish.yml@v1", 1) +
				"    with: {upload_to_pypi: false}\n"},
		},
		{
			rule: "inherited-secrets", name: "by the build", severity: finding.Warning, line: 6, message: `job "build" hands every secret`, fix: "    secrets:\n      KEY: ${{ secrets.KEY }}",
			bad:  repo{"release.yml": fetching("    secrets: inherit"), "build.yml": building},
			good: repo{"release.yml": fetching("    secrets: {KEY: \"${{ secrets.KEY }}\"}"), "build.yml": building},
		},
		{
			rule: "inherited-secrets", name: "off the path",
			good: repo{"release.yml": whole("    secrets: inherit"), "build.yml": building},
		},
	} {
		c.run(t)
	}
}
