// SPDX-License-Identifier: BSD-3-Clause

package publish_test

import (
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/finding"
)

// idRelease is a release by an artifact's id that a push and a release start; a
// test job beside it stores an artifact too.
func idRelease(replaced ...string) repo {
	return repo{"release.yml": strings.NewReplacer(replaced...).Replace(`on: {push: {tags: ["v*"]}, release: {types: [published]}}
permissions: {}
jobs:
  build:
    runs-on: ubuntu-latest
    outputs: {id: "${{ steps.up.outputs.artifact-id }}"}
    steps:
      - run: python -m build
      - id: up
        uses: ` + pinUpload + `
        with: {name: dist, path: dist/}
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: ` + pinUpload + `
        with: {name: log, path: x}
  publish:
    needs: build
    runs-on: ubuntu-latest
    environment: pypi
    permissions: {id-token: write}
    steps:
      - uses: ` + pinDownload + `
        with: {artifact-ids: "${{ needs.build.outputs.id }}", path: dist/}
      - uses: ` + pinPublish + `
        with: {print-hash: true}
`)}
}

func TestIDsThatMayBeEmpty(t *testing.T) {
	const rule, release = "loose-artifact-selection", "if: github.event_name == 'release'"
	stored := []string{"      - id: up\n", "      - id: up\n        " + release + "\n"}
	given := func(id string, more ...string) repo {
		return idRelease(append([]string{"${{ needs.build.outputs.id }}", id}, more...)...)
	}
	variable := func(env string) repo {
		return given("${{ env.AID }}", "    environment: pypi\n", "    environment: pypi\n    env: {AID: \""+env+"\"}\n")
	}
	for _, c := range []ruleCase{
		{rule: rule, name: "stored in other runs", severity: finding.Warning, line: 6, message: `in a run on push, job "publish" downloads by an id that may be empty ("${{ steps.up.outputs.artifact-id }}"): the step "up" (line 9) does not run`, bad: idRelease(stored...), good: idRelease()},
		{rule: rule, name: "published in the same runs only", good: idRelease(append(stored, "    environment: pypi\n", "    environment: pypi\n    "+release+"\n")...)},
		{rule: rule, name: "uploaded in the same runs only", good: idRelease(append(stored, "        with: {print-hash: true}\n", "        "+release+"\n")...)},
		{rule: rule, name: "never stored", severity: finding.Warning, message: `in a run on push or release, job "publish" downloads by an id that may be empty`, bad: idRelease("      - id: up\n", "      - id: up\n        if: false\n")},
		{rule: rule, name: "a condition", severity: finding.Warning, line: 24, message: "it comes to nothing where its condition does not hold", bad: given("${{ vars.X && needs.build.outputs.id || '' }}"), good: given("${{ vars.X && needs.build.outputs.id || needs.build.outputs.id }}")},
		{rule: rule, name: "an output that the action has not", severity: finding.Warning, line: 6, message: `has no output "artifactid"`, bad: idRelease("up.outputs.artifact-id", "up.outputs.artifactId")},
		{rule: rule, name: "a variable", severity: finding.Note, line: 16, message: `"vars.aid" is not the output of a step`, bad: variable("${{ vars.AID }}").with("  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: "+pinUpload+"\n        with: {name: log, path: x}\n", ""), good: variable("${{ needs.build.outputs.id }}")},
	} {
		c.run(t)
	}
	once := fired(judge(t, variable("${{ vars.AID }}")), rule)
	if len(once) != 1 || !strings.Contains(once[0].Message, "by an id that cannot be followed") {
		t.Errorf("an id that is not known is said once, as one: %+v", once)
	}
	const either = "${{ github.event_name == 'push' && 'dist' || '' }}"
	name := fired(judge(t, idRelease("artifact-ids: \"${{ needs.build.outputs.id }}\"", "name: \""+either+"\"")), rule)
	if len(name) != 1 || !strings.Contains(name[0].Message, `by a name that may be empty ("`+either+`")`) {
		t.Errorf("a name that may be empty: %+v", name)
	}
	// By a variable, nothing is said of a download without a name.
	for _, f := range fired(judge(t, variable("${{ needs.build.outputs.id }}")), rule) {
		t.Errorf("%+v", f)
	}
}
