// SPDX-License-Identifier: BSD-3-Clause

package publish_test

import (
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

func TestEnvironments(t *testing.T) {
	for _, c := range []ruleCase{
		{
			rule: "publish-without-environment", name: "none at all", severity: finding.Error, line: 4,
			message: "runs in no environment", fix: "  publish:\n    environment: pypi",
			bad:  repo{"release.yml": noEnvironment},
			good: repo{"release.yml": noEnvironment + "    environment: pypi\n"},
		},
		{
			rule: "publish-without-environment", name: "the policy says none", severity: finding.Warning,
			bad: repo{"release.yml": noEnvironment, ".github/sallyport.yml": "project: samplepkg\npublisher: {workflow: release.yml, environment: none}\n"},
		},
	} {
		c.run(t)
	}
}
