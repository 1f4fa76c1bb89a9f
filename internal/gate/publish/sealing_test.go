// SPDX-License-Identifier: BSD-3-Clause

package publish_test

import (
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/finding"
)

func TestGateWithoutSeal(t *testing.T) {
	const rule = "gate-without-seal"
	const byGate, byName = `artifact-ids: ${{ needs.gate.outputs.artifact-id }}`, "name: gated"
	const testPyPI = "        with: {print-hash: true, repository-url: \"https://test.pypi.org/legacy/\"}\n"
	unsealed := func(replaced ...string) repo { return ownRelease(append([]string{sealStep, ""}, replaced...)...) }
	byScript := gateJob(`ledger: "${{ steps.judge.outputs.ledger }}"`, "      - {id: judge, run: sallyport gate dist/}\n", sealStep, "")
	beside := unsealed("needs: gate\n", "needs: build\n", byGate, "artifact-ids: ${{ needs.build.outputs.artifact-id }}")
	for _, c := range []ruleCase{
		{rule: rule, name: "by name", severity: finding.Warning, line: 25, message: "nothing ties them to those that the gate let pass", bad: unsealed(byGate, byName), good: ownRelease(byGate, byName),
			fix: "      - uses: scientific-python/sallyport" + ownRef + "\n        with:\n          command: seal\n          ledger: ${{ needs.gate.outputs.ledger }}\n      - uses: " + pinPublish},
		{rule: rule, name: "by id", severity: finding.Note, line: 25, message: `takes the very artifact of job "gate"`, bad: unsealed()},
		{rule: rule, name: "by a script", severity: finding.Note, message: `takes the very artifact of job "gate"`, bad: byScript},
		{rule: rule, name: "another artifact", severity: finding.Warning, message: "nothing ties them", bad: unsealed("needs: gate\n", "needs: [build, gate]\n", byGate, "artifact-ids: ${{ needs.build.outputs.sums }}")},
		{rule: rule, name: "the build's artifact", severity: finding.Warning, message: "nothing ties them",
			bad: gateJob(fromJudge, gateStep, sealStep, "").with("needs.build.outputs.artifact-id }}\", path", "needs.build.outputs.other }}\", path", "needs: gate\n", "needs: [build, gate]\n", byGate, "artifact-ids: ${{ needs.build.outputs.artifact-id }}")},
		{rule: rule, name: "not awaited", severity: finding.Warning, message: "neither waits for it nor looks", bad: beside},
		{rule: rule, name: "another folder", severity: finding.Warning, fix: "dists: out\n", message: "nothing ties them", bad: unsealed(byGate, byName, "print-hash: true", "print-hash: true, packages-dir: out/")},
		{rule: rule, name: "one step", good: oneStep()},
		{rule: rule, name: "verify before the upload", good: ownRelease("command: seal, "+handedAsIs, "command: verify")},
		{rule: rule, name: "a script that seals", good: sealBy("run: sallyport gate --seal dist/")},
		{rule: rule, name: "no gate", good: oneStep("      - uses: scientific-python/sallyport"+ownRef+"\n", "")},
		{rule: rule, name: "another index", good: unsealed(byGate, byName, "        with: {print-hash: true}\n", testPyPI)},
		{rule: rule, name: "a gate in another workflow", good: func() repo {
			r := ownRelease()
			r["other.yml"] = strings.Replace(oneStep("      - uses: scientific-python/sallyport"+ownRef+"\n", "")["release.yml"], "v*", "w*", 1)
			return r
		}()},
		{rule: rule, name: "the audit only", good: gateJob(`x: y`, strings.Replace(gateStep, ownRef, ownRef+"\n        with: {command: audit}", 1), sealStep, "")},
	} {
		c.run(t)
	}
}

// TestTokenSaidOnce: of an upload with a token, that it publishes by no trusted
// publishing is not said once more, and no corrected lines hand the token on.
func TestTokenSaidOnce(t *testing.T) {
	const policy = ".github/sallyport.yml"
	named := func(r repo) repo {
		r[policy] = "project: samplepkg\npublisher: {repository: octo-sci/samplepkg, workflow: release.yml, environment: pypi}\n"
		return r
	}
	token := named(ownRelease("with: {print-hash: true}", "with: {password: \"${{ secrets.PYPI_TOKEN }}\"}"))
	set := judge(t, token)
	if len(fired(set, "token-beside-trusted-publishing")) != 1 || len(fired(set, "no-publish-path")) > 0 {
		t.Errorf("a token: %+v", set.Findings)
	}
	if f := fired(set, "hashes-not-printed"); len(f) != 1 || f[0].Fix != "" {
		t.Errorf("the hashes: %+v", f)
	}
	for name, r := range map[string]repo{
		"elsewhere":   named(repo{"release.yml": "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps: [{run: make}]\n", "other.yml": token["release.yml"]}),
		"never":       named(ownRelease("with: {print-hash: true}", "if: false\n        with: {password: \"${{ secrets.PYPI_TOKEN }}\"}")),
		"other index": named(ownRelease("with: {print-hash: true}", "with: {password: \"${{ secrets.PYPI_TOKEN }}\", repository-url: \"https://test.pypi.org/legacy/\"}")),
	} {
		if f := fired(judge(t, r), "no-publish-path"); len(f) != 1 {
			t.Errorf("%s: %+v", name, f)
		}
	}
	plain := fired(judge(t, named(ownRelease("with: {print-hash: true}", "with: {attestations: true}"))), "hashes-not-printed")
	if len(plain) != 1 || !strings.Contains(plain[0].Fix, "with:\n          print-hash: true\n          attestations: true") {
		t.Errorf("without a token: %+v", plain)
	}
}
