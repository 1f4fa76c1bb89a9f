// SPDX-License-Identifier: BSD-3-Clause

package publish_test

import (
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/finding"
)

const (
	gateHere   = "      - uses: scientific-python/sallyport" + ownRef + "\n"
	uploadHere = "      - uses: " + pinPublish + "\n        with: {print-hash: true}\n"
	twoEvents  = `on: {push: {tags: ["v*"]}, release: {types: [published]}}`
	oneEvent   = `on: {push: {tags: ["v*"]}}`
	byHand     = `on: {workflow_dispatch: {inputs: {check: {type: boolean}, n: {}}}}`
)

func TestGateBehindUpload(t *testing.T) {
	const rule, message = "upload-past-gate", "what it finds is on the index already"
	behind := func(gate string, more ...string) repo {
		return oneStep(append([]string{gateHere, "", "        with: {print-hash: true}\n", "        with: {print-hash: true}\n" + gate}, more...)...)
	}
	later := ownRelease("    needs: build\n    permissions: {contents: read, actions", "    needs: [build, publish]\n    permissions: {contents: read, actions", "    needs: gate\n", "    needs: build\n",
		"needs.gate.outputs.artifact-id", "needs.build.outputs.artifact-id", sealStep, "")
	test := "        with: {print-hash: true, repository-url: \"https://test.pypi.org/legacy/\"}\n"
	for _, c := range []ruleCase{
		{rule: rule, name: "behind", severity: finding.Error, line: 22, message: message, fix: gateHere + "      - uses: " + pinPublish, bad: behind(gateHere), good: oneStep()},
		{rule: rule, name: "a seal", severity: finding.Error, message: "sallyport seal comes after the upload", bad: behind(gateHere + "        with: {command: seal}\n")},
		{rule: rule, name: "a command", severity: finding.Error, line: 22, message: message, bad: behind("      - run: sallyport gate dist/\n"), good: behind("      - run: sallyport verify dist/\n")},
		{rule: rule, name: "in one script", severity: finding.Error, line: 22, message: message, bad: oneStep(gateHere, "", uploadHere, "      - run: |\n          uv publish dist/*\n          sallyport gate dist/\n"), good: oneStep(gateHere, "", uploadHere, "      - run: |\n          sallyport gate dist/\n          uv publish dist/*\n")},
		{rule: rule, name: "on both sides", good: behind(gateHere, uploadHere, gateHere+uploadHere+gateHere)},
		{rule: rule, name: "a trial", severity: finding.Warning, message: message, bad: behind(gateHere + "        with: {enforce: \"false\"}\n")},
		{rule: rule, name: "another command", good: behind(gateHere + "        with: {command: attest}\n")},
		{rule: rule, name: "behind the test index", good: oneStep(gateHere, "      - uses: "+pinPublish+"\n"+test+gateHere)},
		{rule: rule, name: "in other runs", good: behind(gateHere+"        if: github.event_name == 'release'\n", uploadHere, uploadHere+"        if: github.event_name == 'push'\n", oneEvent, twoEvents)},
		{rule: rule, name: "in a later job", severity: finding.Error, line: 11, message: `job "gate" runs sallyport gate only after job "publish" has uploaded`, bad: later, good: ownRelease()},
	} {
		c.run(t)
	}
}

func TestGateLeftOut(t *testing.T) {
	const rule, all = "upload-past-gate", "all the same: what goes out has not passed it"
	gated := func(cond string, more ...string) repo {
		return oneStep(append([]string{gateHere, gateHere + "        if: " + cond + "\n"}, more...)...)
	}
	both := func(cond string, more ...string) repo {
		return gated(cond, append([]string{uploadHere, uploadHere + "        if: " + cond + "\n"}, more...)...)
	}
	job := func(cond, publish string, more ...string) repo {
		return gateJob(fromJudge, gateStep, append([]string{oneEvent, twoEvents, "  gate:\n", "  gate:\n    if: " + cond + "\n", "    needs: gate\n", "    needs: [build, gate]\n    if: " + publish + "\n", sealStep, "", "needs.gate.outputs.artifact-id", "needs.build.outputs.artifact-id"}, more...)...)
	}
	// The gate's step in a job of its own, under a condition.
	step := func(cond string, more ...string) repo {
		return gateJob(fromJudge, strings.Replace(gateStep, "uses:", "if: "+cond+"\n        uses:", 1), append([]string{oneEvent, twoEvents}, more...)...)
	}
	inJob := func(cond string) []string {
		return []string{"    environment: pypi\n", "    environment: pypi\n    if: " + cond + "\n"}
	}
	const release, matches = "github.event_name == 'release'", "vars.CHECK == 'on'"
	for _, c := range []ruleCase{
		{rule: rule, name: "never", severity: finding.Error, line: 20, message: "never runs (if: false), and job \"publish\" uploads", fix: strings.TrimSuffix(gateHere, "\n"), bad: gated("false"), good: gated("true")},
		{rule: rule, name: "on one event", severity: finding.Error, line: 20, message: `in a run on push, sallyport gate of job "publish" does not run (if: github.event_name == 'release')`, bad: gated(release, oneEvent, twoEvents), good: both(release, oneEvent, twoEvents)},
		{rule: rule, name: "under another condition than the upload", severity: finding.Error, message: all, bad: gated(release, oneEvent, twoEvents, uploadHere, uploadHere+"        if: github.event_name != 'release'\n"), good: gated(release, append(inJob(release), oneEvent, twoEvents)...)},
		{rule: rule, name: "a seal", severity: finding.Error, line: 25, message: "sallyport seal of job \"publish\" never runs", bad: ownRelease(sealStep, sealStep+"        if: false\n")},
		{rule: rule, name: "a command", severity: finding.Error, message: "sallyport verify of job", bad: oneStep(gateHere, "      - run: sallyport verify dist/\n        if: "+release+"\n", oneEvent, twoEvents), good: oneStep(gateHere, "      - run: sallyport verify dist/\n        if: "+release+"\n"+gateHere, oneEvent, twoEvents)},
		{rule: rule, name: "a gate beside verify", severity: finding.Error, message: "sallyport gate of job", bad: oneStep(gateHere, gateHere+"        if: "+release+"\n      - run: sallyport verify dist/\n", oneEvent, twoEvents)},
		{rule: rule, name: "one for each event", good: oneStep(gateHere, gateHere+"        if: "+release+"\n"+gateHere+"        if: github.event_name != 'release'\n", oneEvent, twoEvents)},
		{rule: rule, name: "on a trial", severity: finding.Warning, message: "never runs", good: gated("true\n        with: {enforce: 'false'}"), bad: gated("false\n        with: {enforce: 'false'}")},
		{rule: rule, name: "a trial beside a gate", severity: finding.Error, message: "never runs", bad: oneStep(gateHere, gateHere+"        if: false\n"+gateHere+"        if: false\n        with: {enforce: 'false'}\n")},
		{rule: rule, name: "a command on a trial", severity: finding.Warning, message: "never runs", bad: oneStep(gateHere, "      - run: sallyport gate --enforce=false dist/\n        if: false\n")},
		{rule: rule, name: "for the test index", good: gated(release, oneEvent, twoEvents, "{print-hash: true}", "{repository-url: \"https://test.pypi.org/legacy/\"}")},

		{rule: rule, name: "a job of its own", severity: finding.Error, message: `in a run on push, sallyport gate of job "gate" does not run (if: github.event_name == 'release'), and job "publish" uploads`, bad: job(release, "always()"), good: job(release, "success()")},
		{rule: rule, name: "unless it failed", severity: finding.Error, message: all, bad: job(release, "always() && needs.gate.result != 'failure'"), good: job(release, "always() && needs.gate.result == 'success'")},
		{rule: rule, name: "a step of a job of its own", severity: finding.Error, message: `in a run on push, sallyport gate of job "gate" does not run`, bad: step(release), good: step(release, inJob(release)...)},
		{rule: rule, name: "made up for in the job that uploads", good: step(release, sealStep, gateHere)},
		{rule: rule, name: "a called gate", severity: finding.Error, line: 12, message: `sallyport gate of job "gate" does not run`, bad: ownRelease(oneEvent, twoEvents, callGate, "    if: "+release+"\n"+callGate, "    needs: gate\n", "    needs: gate\n    if: always()\n")},

		// What nobody can know beforehand.
		{rule: rule, name: "by a setting", severity: finding.Warning, message: "a condition which the upload has not (if: vars.CHECK == 'on')", fix: strings.TrimSuffix(gateHere, "\n"), bad: gated(matches), good: both(matches)},
		{rule: rule, name: "by who starts the run", severity: finding.Warning, message: "a condition which the upload has not (if: inputs.check)", bad: gated("inputs.check", oneEvent, byHand), good: both("inputs.check", oneEvent, byHand)},
		{rule: rule, name: "by the tag's name", severity: finding.Warning, message: "(if: startsWith(github.ref, 'refs/tags/v1'))", bad: gated("startsWith(github.ref, 'refs/tags/v1')"), good: gated("startsWith(github.ref, 'refs/tags/v')")},
		{rule: rule, name: "by one thing more than the upload", severity: finding.Warning, message: "(if: vars.CHECK == 'on' && github.actor != 'x')", bad: gated(matches+" && github.actor != 'x'", uploadHere, uploadHere+"        if: ${{ "+matches+" }}\n"), good: gated(matches+" && success()", uploadHere, uploadHere+"        if: ${{ "+matches+" }}\n")},
		{rule: rule, name: "only after a failure", severity: finding.Warning, message: "(if: failure())", bad: gated("failure()"), good: gated("${{ !cancelled() }}")},
		{rule: rule, name: "the job by a setting", severity: finding.Warning, message: "a condition which the upload has not", bad: job(matches, "always()"), good: job(matches, "success()")},
	} {
		c.run(t)
	}
	for name, r := range map[string]repo{
		"an output of a step": gated("steps.x.outputs.found == 'true'"),
		"an output of a job":  step("needs.build.outputs.sums != ''"),
	} {
		set, n := judge(t, r), 0
		for _, u := range set.Unchecked {
			if u.Rule == rule && strings.Contains(u.Reason, "cannot be told") && !u.Blocking {
				n++
			}
		}
		if got := fired(set, rule); n != 1 || len(got) > 0 {
			t.Errorf("%s: %d unchecked, %+v", name, n, got)
		}
	}
}
