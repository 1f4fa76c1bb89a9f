// SPDX-License-Identifier: BSD-3-Clause

package publish_test

import (
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/finding"
)

const noEnvironment = `on: {push: {tags: ["v*"]}}
permissions: {}
jobs:
  publish:
    runs-on: ubuntu-latest
    permissions:
      id-token: write
    steps:
      - uses: pypa/gh-action-pypi-publish@ed0c53931b1dc9bd32cbe73a98c7f6766f8a527e # v1.13.0
`

// nightlyToo also uploads to a channel, by a schedule.
var nightlyToo = strings.Replace(noEnvironment, "on: {push: {tags: [\"v*\"]}}", "on: {push: {tags: [\"v*\"]}, schedule: [{cron: \"0 0 * * 0\"}]}", 1) + `        if: github.event_name == 'push'
      - uses: scientific-python/upload-nightly-action@e76cfec8a4611fd02808a801b0ff5a7d7c1b2d99 # 0.6.4
        if: github.event_name == 'schedule'
        with:
          artifacts_path: dist
          anaconda_nightly_upload_token: ${{ secrets.ANACONDA_TOKEN }}
`

func TestHintOnNightlyUploads(t *testing.T) {
	for text, first := range map[string]bool{nightlyToo: true, noEnvironment: false} {
		found := fired(judge(t, repo{"release.yml": text}), "publish-without-environment")
		if len(found) != 1 || strings.HasPrefix(found[0].Hint, "first move the upload to the other channel") != first {
			t.Errorf("got %+v, want the other channel first: %v", found, first)
		}
	}
}

func TestEnvironments(t *testing.T) {
	for _, c := range []ruleCase{
		{
			rule: "publish-without-environment", name: "none at all", severity: finding.Error, line: 4,
			message: "runs in no environment", fix: "  publish:\n    environment: pypi",
			bad:  repo{"release.yml": noEnvironment},
			good: repo{"release.yml": noEnvironment + "    environment: pypi\n"},
		},
		{
			rule: "publish-without-environment", name: "a nightly upload in the same job", severity: finding.Error, fix: "    environment: pypi",
			bad: repo{"release.yml": nightlyToo},
		},
		{
			rule: "publish-without-environment", name: "the policy says none", severity: finding.Warning,
			bad: repo{"release.yml": noEnvironment, ".github/sallyport.yml": "project: samplepkg\npublisher: {workflow: release.yml, environment: none}\n"},
		},
	} {
		c.run(t)
	}
}
