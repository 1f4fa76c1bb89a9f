// SPDX-License-Identifier: BSD-3-Clause

package publish_test

import (
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/finding"
)

const (
	handedLedger = "${{ needs.gate.outputs.ledger }}"
	sealStep     = "      - uses: scientific-python/sallyport" + ownRef + "\n        with: {command: seal, ledger: \"" + handedLedger + "\"}\n"
	callGate     = "    uses: " + ownCall + "gate.yml" + ownRef + "\n    with:\n      artifact-id: ${{ needs.build.outputs.artifact-id }}\n      checksums: ${{ needs.build.outputs.sums }}\n"
)

// gateJob is ownRelease with a gate in a job of the file's own: its outputs,
// and its steps behind the download.
func gateJob(outputs, steps string, more ...string) repo {
	job := "    runs-on: ubuntu-latest\n    outputs: {artifact-id: \"${{ steps.up.outputs.artifact-id }}\", " + outputs + "}\n    steps:\n      - uses: " + pinDownload +
		"\n        with: {artifact-ids: \"${{ needs.build.outputs.artifact-id }}\", path: dist/}\n" + steps + "      - id: up\n        uses: " + pinUpload + "\n        with: {name: gated, path: dist/}\n"
	return ownRelease(append([]string{callGate, job}, more...)...)
}

// sealBy is a release whose job that uploads seals by a script.
func sealBy(step string, more ...string) repo {
	return ownRelease(append([]string{sealStep, "      - " + strings.ReplaceAll(step, "\n", "\n        ") + "\n"}, more...)...)
}

const (
	gateStep   = "      - id: judge\n        uses: scientific-python/sallyport" + ownRef + "\n"
	fromJudge  = `ledger: "${{ steps.judge.outputs.ledger }}"`
	handedAsIs = `ledger: "` + handedLedger + `"`
)

func TestLedgers(t *testing.T) {
	handed := func(text string) repo { return ownRelease(handedAsIs, "ledger: "+text) }
	const rule, notOurs = "ledger-not-from-gate", "compares the files with a list that is not the gate's"
	const takeSums = "      - uses: " + pinDownload + "\n        with: {name: more, path: more/}\n"
	script := func(text string) repo { return gateJob(fromJudge, "      - id: judge\n        run: "+text+"\n") }
	for _, c := range []ruleCase{
		// What a seal of the action is handed.
		{rule: rule, name: "another output of the gate", severity: finding.Error, line: 26, message: `the output "digests" of the gate is not the ledger`, bad: handed(`"${{ needs.gate.outputs.digests }}"`), good: ownRelease()},
		{rule: rule, name: "a misspelt output", severity: finding.Error, line: 32, message: `is handed a ledger that nothing gives a value`, bad: gateJob(`leger: "${{ steps.judge.outputs.ledger }}"`, gateStep), good: gateJob(fromJudge, gateStep)},
		{rule: rule, name: "a misspelt output of the step", severity: finding.Error, message: `the output "leger" of the gate is not the ledger`, bad: gateJob(`ledger: "${{ steps.judge.outputs.leger }}"`, gateStep)},
		{rule: rule, name: "of the build", severity: finding.Error, line: 26, message: `the workflow that job "build" calls is not the gate`, bad: handed(`"${{ needs.build.outputs.sums }}"`).with("    needs: gate\n", "    needs: [build, gate]\n")},
		{rule: rule, name: "of a job that is not needed", severity: finding.Error, message: `does not name "build" in its needs`, bad: handed(`"${{ needs.build.outputs.sums }}"`)},
		{rule: rule, name: "left out", severity: finding.Warning, line: 25, message: "is handed no ledger", fix: "with:\n          ledger: ${{ needs.gate.outputs.ledger }}\n          command: seal", bad: ownRelease(", "+handedAsIs, "")},
		{rule: rule, name: "none", severity: finding.Warning, message: "is handed no ledger", bad: handed("none")},
		{rule: rule, name: "empty", severity: finding.Warning, message: "is handed no ledger", bad: handed("''")},
		{rule: rule, name: "a constant", severity: finding.Error, message: "which is neither an output of the gate nor a file that was taken from it", fix: "ledger: ${{ needs.gate.outputs.ledger }}", bad: handed(`'{"dists":[]}'`)},
		{rule: rule, name: "a file beside the dists", severity: finding.Error, message: "a file of an artifact (line 21)", bad: handed("dist/ledger.json")},
		{rule: rule, name: "a file of another artifact", severity: finding.Error, message: "a file of an artifact (line 25)", bad: handed("more/ledger.json").with(sealTail, takeSums+sealTail)},
		{rule: rule, name: "a file of another run", severity: finding.Error, message: "comes from another run", bad: handed("more/ledger.json").with(sealTail, strings.Replace(takeSums, "name: more", "name: more, run-id: 7, github-token: x", 1)+sealTail)},
		{rule: rule, name: "of a setting", severity: finding.Error, message: `"vars.ledger" is not the output of a step that runs the gate`, bad: handed(`"${{ vars.LEDGER }}"`)},
		{rule: rule, name: "of who starts the run", severity: finding.Error, message: "what somebody writes who starts the run", bad: handed(`"${{ inputs.ledger }}"`)},
		{rule: rule, name: "one of two", severity: finding.Error, message: notOurs, bad: handed(`"${{ needs.build.outputs.sums || needs.gate.outputs.ledger }}"`).with("    needs: gate\n", "    needs: [build, gate]\n")},
		{rule: rule, name: "compared only", good: handed(`"${{ needs.gate.result == 'success' && needs.gate.outputs.ledger }}"`)},
		{rule: rule, name: "for verify", severity: finding.Error, message: "sallyport verify compares", bad: ownRelease("command: seal, "+handedAsIs, "command: verify, ledger: dist/l.json"), good: ownRelease("command: seal, "+handedAsIs, "command: verify")},
		{rule: rule, name: "in other letters", good: ownRelease("ledger: \"", "LEDGER: \"", "needs.gate.outputs.ledger", "needs.GATE.outputs['Ledger']")},

		// What the gate's job hands over.
		{rule: rule, name: "a script", severity: finding.Error, line: 12, message: `the step "judge" (line 16) is a script, which may write what it likes`, bad: script("echo ledger=x >> $GITHUB_OUTPUT"), good: script("sallyport gate dist/")},
		{rule: rule, name: "a script beside the gate", severity: finding.Error, message: `is a script that writes outputs of its own`, bad: script("sallyport gate dist/ && echo ledger=x >> \"$GITHUB_OUTPUT\""), good: script("mkdir -p l && sallyport gate --strict --ledger-out l/l.json dist/ | tee log.txt && echo files=2 >> \"$GITHUB_OUTPUT\"")},
		{rule: rule, name: "a program beside the gate", severity: finding.Warning, message: `does more than run the gate`, bad: script("sallyport gate dist/ && ./more.sh")},
		{rule: rule, name: "the seal's", severity: finding.Error, message: `the step "judge" (line 16) runs sallyport verify, which writes no ledger`, bad: gateJob(fromJudge, gateStep+"        with: {command: verify}\n"), good: gateJob(fromJudge, gateStep+"        with: {command: Gate, dists: dist/}\n")},
		{rule: rule, name: "another step's", severity: finding.Error, message: `the step "up" (line 18) is not the gate`, bad: gateJob(`ledger: "${{ steps.up.outputs.artifact-digest }}"`, gateStep)},
		{rule: rule, name: "a program of the repository", severity: finding.Error, message: `is not the gate`, bad: gateJob(fromJudge, "      - id: judge\n        uses: ./judge\n")},
		{rule: rule, name: "the composite action", good: gateJob(fromJudge, strings.Replace(gateStep, "sallyport@", "sallyport/composite@", 1))},
		{rule: rule, name: "our workflow by a tag", good: ownRelease("gate.yml"+ownRef, "gate.yml@v1")},

		// Scripts that seal.
		{rule: rule, name: "no ledger in a script", severity: finding.Warning, line: 25, message: "is handed no ledger", bad: sealBy("run: sallyport gate --seal dist/"), good: sealBy("run: sallyport gate --seal --ledger \"$LEDGER\" dist/\nenv: {LEDGER: \"" + handedLedger + "\"}")},
		{rule: rule, name: "a file in a script", severity: finding.Error, message: "a file of an artifact", bad: sealBy("run: sallyport gate --seal --ledger dist/l.json dist/"), good: sealBy("run: |\n  printf '%s' \"$LEDGER\" > l.json\n  sallyport gate --seal --ledger=l.json dist/\nenv: {LEDGER: \"" + handedLedger + "\"}")},
		{rule: rule, name: "standard input", severity: finding.Warning, message: "a script puts it together", bad: sealBy("run: curl -s https://example.org/l | sallyport gate --seal --ledger - dist/"), good: sealBy("run: echo \"$LEDGER\" | sallyport gate --seal --ledger - dist/\nenv: {LEDGER: \"" + handedLedger + "\"}")},
		{rule: rule, name: "put together", severity: finding.Warning, message: "a script puts it together", bad: sealBy("run: sallyport gate --seal --ledger \"$(cat x)\" dist/"), good: sealBy("run: sallyport gate --seal --ledger '" + handedLedger + "' dist/")},
		{rule: rule, name: "a variable of the job", severity: finding.Error, message: "the workflow that job \"build\" calls is not the gate", bad: sealBy("run: sallyport gate --seal --ledger \"$LEDGER\" dist/", "    needs: gate\n", "    needs: [build, gate]\n    env: {LEDGER: \"${{ needs.build.outputs.sums }}\"}\n"), good: sealBy("run: sallyport gate --seal --ledger \"$LEDGER\" dist/", "    needs: gate\n", "    needs: gate\n    env: {LEDGER: \""+handedLedger+"\"}\n")},
		{rule: rule, name: "a variable that is not set", severity: finding.Error, message: "the variable \"ledgr\" is not set", bad: sealBy("run: sallyport gate --seal --ledger \"$LEDGR\" dist/\nenv: {LEDGER: \"" + handedLedger + "\"}")},
		{rule: rule, name: "a variable in two forms", severity: finding.Error, message: notOurs, bad: sealBy("run: sallyport gate --seal --ledger \"$LEDGER\" dist/\nenv: {ledger: \"" + handedLedger + "\", LEDGER: \"${{ vars.LEDGER }}\"}")},
		{rule: rule, name: "a variable of an earlier step", severity: finding.Error, message: "may be set by the step on line 25, a script", bad: sealBy("run: echo \"LEDGER=x\" >> \"$GITHUB_ENV\"\n"+"", "      - uses: "+pinPublish, "      - run: sallyport gate --seal --ledger \"$LEDGER\" dist/\n      - uses: "+pinPublish),
			good: sealBy("run: echo \"OTHER=x\" >> \"$GITHUB_ENV\"\n", "      - uses: "+pinPublish, "      - run: sallyport gate --seal --ledger \"$LEDGER\" dist/\n        env: {LEDGER: \""+handedLedger+"\"}\n      - uses: "+pinPublish)},
		{rule: rule, name: "a variable that the script sets", severity: finding.Warning, message: "a script puts it together", bad: sealBy("run: |\n  read LEDGER < dist/l.json\n  sallyport gate --seal --ledger \"$LEDGER\" dist/\nenv: {LEDGER: \"" + handedLedger + "\"}")},
		{rule: rule, name: "a file that the script changes", severity: finding.Error, message: "neither an output of the gate", bad: sealBy("run: |\n  echo \"$LEDGER\" > l.json\n  cp dist/l.json l.json\n  sallyport gate --seal --ledger l.json dist/\nenv: {LEDGER: \"" + handedLedger + "\"}")},
		{rule: rule, name: "a file that the script writes twice", severity: finding.Error, message: "neither an output of the gate", bad: sealBy("run: |\n  echo \"$LEDGER\" > l.json\n  echo \"$OTHER\" > ./l.json\n  sallyport gate --seal --ledger l.json dist/\nenv: {LEDGER: \"" + handedLedger + "\"}")},
		{rule: rule, name: "an env expression", severity: finding.Error, message: "is not the output of a step", bad: handed(`"${{ env.LEDGER }}"`).with("    needs: gate\n", "    needs: gate\n    env: {LEDGER: \"${{ vars.X }}\"}\n"), good: handed(`"${{ env.LEDGER }}"`).with("    needs: gate\n", "    needs: gate\n    env: {LEDGER: \""+handedLedger+"\"}\n")},
	} {
		c.run(t)
	}
}

const sealTail = "      - uses: scientific-python/sallyport" + ownRef

// with is a repository with texts of its release workflow replaced in pairs.
func (r repo) with(replaced ...string) repo {
	out := repo{}
	for name, text := range r {
		if strings.HasSuffix(name, "release.yml") {
			text = strings.NewReplacer(replaced...).Replace(text)
		}
		out[name] = text
	}
	return out
}

// TestLedgerFile: the ledger of a very long release is a file, and then the
// artifact must be the gate's.
func TestLedgerFile(t *testing.T) {
	release := func(gates, ids string) repo {
		return gateJob(`list: "${{ steps.list.outputs.artifact-id }}", other: "${{ steps.up.outputs.artifact-id }}"`,
			"      - id: judge\n        run: "+gates+"\n      - id: list\n        uses: "+pinUpload+"\n        with: {name: list, path: l/ledger.json}\n").with(
			sealTail, "      - uses: "+pinDownload+"\n        with: {"+ids+", path: l/}\n"+sealTail, handedAsIs, "ledger: l/ledger.json")
	}
	const byID, byOther = `artifact-ids: "${{ needs.gate.outputs.list }}"`, `artifact-ids: "${{ needs.gate.outputs.other }}"`
	const gates = "sallyport gate --ledger-out l/ledger.json dist/"
	for _, c := range []ruleCase{
		{rule: "ledger-not-from-gate", name: "by name", severity: finding.Error, message: "a file of an artifact", bad: release(gates, "name: list"), good: release(gates, byID)},
		{rule: "ledger-not-from-gate", name: "another artifact", severity: finding.Error, message: "a file of an artifact", bad: release(gates, byOther)},
		{rule: "ledger-not-from-gate", name: "changed by a script", severity: finding.Error, message: "a file of an artifact", bad: release("sallyport gate --ledger-out l/ledger.json dist/ && cp x l/ledger.json", byID)},
		{rule: "ledger-not-from-gate", name: "not the gate's file", severity: finding.Error, message: "a file of an artifact", bad: release("sallyport gate dist/", byID)},
	} {
		c.run(t)
	}
}

// TestLedgerThroughCalls: what a wrapper of the repository's own hands on is
// followed, and what another repository's hands on is unchecked.
func TestLedgerThroughCalls(t *testing.T) {
	wrapper := func(output string) string {
		return "on: {workflow_call: {inputs: {id: {type: string}}, outputs: {artifact-id: {value: \"${{ jobs.inner.outputs.artifact-id }}\"}, list: {value: \"" + output + "\"}}}}\npermissions: {}\njobs:\n  inner:\n" +
			"    permissions: {contents: read, actions: read, attestations: write, id-token: write}\n    uses: " + ownCall + "gate.yml" + ownRef + "\n    with: {artifact-id: \"${{ inputs.id }}\"}\n" +
			"  more:\n    runs-on: ubuntu-latest\n    outputs: {x: \"${{ steps.x.outputs.x }}\"}\n    steps: [{id: x, run: make}]\n"
	}
	wrapped := func(output string) repo {
		r := ownRelease(callGate, "    uses: ./.github/workflows/wrap.yml\n    with: {id: \"${{ needs.build.outputs.artifact-id }}\"}\n", "outputs.ledger", "outputs.list")
		r["wrap.yml"] = wrapper(output)
		return r
	}
	action := func(output string) repo {
		r := gateJob(fromJudge, "      - uses: "+pinCheckout+"\n        with: {persist-credentials: false, path: src}\n      - id: judge\n        uses: ./.github/actions/judge\n")
		r[".github/actions/judge/action.yml"] = "outputs: {ledger: {value: \"" + output + "\"}}\nruns:\n  using: composite\n  steps:\n    - {id: gate, uses: scientific-python/sallyport" + ownRef + "}\n    - {id: made, run: make, shell: bash}\n"
		return r
	}
	sealing := func(given string) repo {
		r := ownRelease(sealStep, "      - uses: ./.github/actions/seal\n        with: {list: \""+given+"\"}\n")
		r[".github/actions/seal/action.yml"] = "inputs: {list: {required: true}}\nruns:\n  using: composite\n  steps:\n    - run: sallyport gate --seal --ledger \"$LEDGER\" dist/\n      shell: bash\n      env: {LEDGER: \"${{ inputs.list }}\"}\n"
		return r
	}
	for _, c := range []ruleCase{
		{rule: "ledger-not-from-gate", name: "a called workflow", severity: finding.Error, message: `the step "x" (line 11) is a script`, bad: wrapped("${{ jobs.more.outputs.x }}"), good: wrapped("${{ jobs.inner.outputs.ledger }}")},
		{rule: "ledger-not-from-gate", name: "a composite action", severity: finding.Error, message: `the step "made" (line 6) is a script`, bad: action("${{ steps.made.outputs.ledger }}"), good: action("${{ steps.gate.outputs.ledger }}")},
		{rule: "ledger-not-from-gate", name: "a composite action that seals", severity: finding.Error, message: "vars.ledger", bad: sealing("${{ vars.LEDGER }}"), good: sealing(handedLedger)},
	} {
		c.run(t)
	}
	for name, r := range map[string]repo{
		"a workflow that nobody knows": ownRelease(ownCall+"gate.yml", "octo-org/ci/.github/workflows/gate.yml"),
		"an action that nobody knows":  gateJob(fromJudge, strings.Replace(gateStep, "scientific-python/sallyport@", "octo-org/judge@", 1)),
		"a command that is not known":  gateJob(fromJudge, gateStep+"        with: {command: \"${{ vars.COMMAND }}\"}\n"),
	} {
		set := judge(t, r)
		n := 0
		for _, u := range set.Unchecked {
			if u.Rule == "ledger-not-from-gate" && !u.Blocking && strings.Contains(u.Reason, "cannot be told") {
				n++
			}
		}
		if got := fired(set, "ledger-not-from-gate"); n != 1 || len(got) > 0 {
			t.Errorf("%s: %d unchecked, %+v", name, n, got)
		}
	}
	library := ownRelease(`on: {push: {tags: ["v*"]}}`, "on: {workflow_call: {inputs: {list: {type: string}}}}", handedLedger, "${{ inputs.list }}")
	if got := fired(judge(t, library), "ledger-not-from-gate"); len(got) > 0 {
		t.Errorf("an input for callers elsewhere: %+v", got)
	}
}
