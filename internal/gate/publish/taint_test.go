// SPDX-License-Identifier: BSD-3-Clause

package publish_test

import (
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/finding"
)

// TestTextsThatBecomeCode follows what outsiders choose through variables,
// outputs and files, to where it is code.
func TestTextsThatBecomeCode(t *testing.T) {
	const rule = "untrusted-text-in-script"
	const message = "        env: {M: \"${{ github.event.head_commit.message }}\"}\n"
	run := func(script string) repo {
		return repo{"release.yml": splitWith("      - run: |\n          " + strings.ReplaceAll(script, "\n", "\n          ") + "\n" + message)}
	}
	out := func(script, use string) repo {
		return repo{"release.yml": splitWith("      - id: a\n        run: |\n          " + strings.ReplaceAll(script, "\n", "\n          ") + "\n" + message + "      - run: " + use + "\n")}
	}
	const useM = "echo ${{ steps.a.outputs.m }}"
	for _, c := range []ruleCase{
		{rule: rule, name: "a commit by its number", severity: finding.Error, message: `"github.event.commits[0].message"`, bad: repo{"release.yml": splitWith("      - run: echo ${{ github.event.commits[0].message }}\n")}},
		{rule: rule, name: "the first of all", severity: finding.Error, bad: repo{"release.yml": splitWith("      - run: echo ${{ github.event.commits.*.author.email[0] }}\n")}},
		{rule: rule, name: "a number that no expression can hold", severity: finding.Error, bad: repo{"release.yml": splitWith("      - run: echo ${{ github.event.commits[-0.5].message }}\n")}},
		{rule: rule, name: "eval", severity: finding.Error, line: 8, message: "runs $M as code", bad: run(`eval "$M"`), good: run(`eval 'echo "$M"'`)},
		{rule: rule, name: "part of what eval gets", severity: finding.Error, bad: run(`eval echo "$M"`), good: run(`echo "eval"; echo "$M"`)},
		{rule: rule, name: "another shell", severity: finding.Error, bad: run(`bash -c "$M"`), good: run(`bash -c 'echo "$M"'`)},
		{rule: rule, name: "part of another shell's script", severity: finding.Error, bad: run(`bash -c "git commit -m $M"`), good: run(`bash -c "ls" && echo "$M"`)},
		{rule: rule, name: "a pipe to a shell", severity: finding.Error, bad: run(`echo "$M" | bash`), good: run(`echo "$M" | cat`)},
		{rule: rule, name: "as the program", severity: finding.Error, bad: run(`$M`), good: run(`git commit -m "$M"`)},
		{rule: rule, name: "through another variable", severity: finding.Error, bad: run("X=\"$M\"\neval \"$X\"")},
		{rule: rule, name: "python's -c", severity: finding.Error, bad: run(`python -c "print('$M')"`), good: run(`python -c 'import os; print(os.environ["M"])'`)},
		{rule: rule, name: "options before the -c", severity: finding.Error, bad: run(`bash -euo pipefail -c "git commit -m $M"`), good: run(`bash -euo pipefail -c "git commit -m \$M"`)},
		{rule: rule, name: "a here-document for a shell", severity: finding.Error, line: 8, bad: run("bash <<EOF\necho $M\nEOF"), good: run("bash <<'EOF'\necho \"$M\"\nEOF")},
		{rule: rule, name: "a here-document for a file", good: run("cat > NEWS.txt <<EOF\n$M\nEOF")},
		{rule: rule, name: "eval over lines", severity: finding.Error, bad: run("eval \"\nls\necho $M\n\"")},
		{rule: rule, name: "a sourced text", severity: finding.Error, bad: run(`source <(echo "$M")`), good: run(`cat <(echo "$M")`)},
		{rule: rule, name: "xargs and a shell", severity: finding.Error, bad: run(`echo "$M" | xargs -I{} sh -c "{}"`), good: run(`echo "$M" | xargs -n1 echo`)},
		{rule: rule, name: "PowerShell", severity: finding.Error, bad: repo{"release.yml": splitWith("      - run: iex $env:M\n        shell: pwsh\n" + message)}, good: repo{"release.yml": splitWith("      - run: Write-Output $env:M\n        shell: pwsh\n" + message)}},
		{rule: rule, name: "cmd", severity: finding.Error, bad: repo{"release.yml": splitWith("      - run: echo %M%\n        shell: cmd\n" + message)}, good: repo{"release.yml": splitWith("      - run: echo %RUNNER_OS%\n        shell: cmd\n" + message)}},
		{rule: rule, name: "to the folders of programs", severity: finding.Error, message: "GITHUB_PATH", bad: run(`echo "$M" >> $GITHUB_PATH`), good: run(`echo "$HOME/bin" >> $GITHUB_PATH`)},
		{rule: rule, name: "a message from git to the file of variables", severity: finding.Error, bad: run(`echo "N=$(git log -1 --format=%B)" >> $GITHUB_ENV`), good: run(`echo "N=$(git log -1 --format=%s)" >> $GITHUB_ENV`)},
		{rule: rule, name: "the file of the event", severity: finding.Error, message: "GITHUB_EVENT_PATH", bad: run(`eval "$(jq -r .head_commit.message $GITHUB_EVENT_PATH)"`), good: run(`jq -r .head_commit.message "$GITHUB_EVENT_PATH"`)},
		{rule: rule, name: "to the file of variables", severity: finding.Error, message: "writes $M to $GITHUB_ENV", bad: run(`echo "N=$M" >> "$GITHUB_ENV"`), good: run(`echo "N=${M//[^a-z]/}" >> "$GITHUB_ENV"`)},
		{
			rule: rule, name: "to the file of variables, with an end", severity: finding.Error, bad: run("{ echo 'N<<EOF'; echo \"$M\"; echo EOF; } >> $GITHUB_ENV"),
			good: run("E=$(uuidgen)\n{ echo \"N<<$E\"; echo \"$M\"; echo \"$E\"; } >> $GITHUB_ENV"),
		},
		{rule: rule, name: "an output", severity: finding.Error, bad: out(`echo "m=$M" >> $GITHUB_OUTPUT`, useM), good: out(`echo "n=$M" >> $GITHUB_OUTPUT`, useM)},
		{rule: rule, name: "an output through echo", severity: finding.Error, bad: out(`echo "m=$(echo "$M")" >> $GITHUB_OUTPUT`, useM), good: out(`echo "m=$(echo "$M" | tr -cd a-z)" >> $GITHUB_OUTPUT`, useM)},
		{rule: rule, name: "an output from git", severity: finding.Error, message: `"git log"`, bad: out(`echo "m=$(git log -1 --format=%s)" >> $GITHUB_OUTPUT`, useM), good: out(`echo "m=$(git log -1 --format=%ct)" >> $GITHUB_OUTPUT`, useM)},
		{rule: rule, name: "an output in quotes", good: out(`echo "m=$M" >> $GITHUB_OUTPUT`, "echo \"$N\"\n        env: {N: \""+"${{ steps.a.outputs.m }}"+"\"}")},
		{rule: rule, name: "a tag as an output", good: out(`echo "m=$GITHUB_REF_NAME" >> $GITHUB_OUTPUT`, useM)},
		{
			rule: rule, name: "an output of a job", severity: finding.Error,
			bad: repo{"release.yml": strings.Replace(splitWith("      - run: echo ${{ needs.pre.outputs.m }}\n"), "  build:\n",
				"  pre:\n    runs-on: ubuntu-latest\n    outputs: {m: \"${{ steps.a.outputs.m }}\"}\n    steps:\n      - id: a\n        run: echo \"m=$M\" >> $GITHUB_OUTPUT\n"+message+"  build:\n    needs: pre\n", 1)},
		},
		{
			rule: rule, name: "a variable that a step left", severity: finding.Error,
			bad: repo{"release.yml": splitWith("      - run: echo \"B=$M\" >> $GITHUB_ENV\n        env: {M: \"${{ github.event.head_commit.author.name }}\"}\n      - run: echo ${{ env.B }}\n")},
		},
		{
			rule: rule, name: "a script of cibuildwheel", severity: finding.Error, message: "input CIBW_BEFORE_ALL", line: 8,
			bad: repo{"release.yml": splitWith("      - uses: pypa/cibuildwheel@d4a2945fcc8d13f20a1b99d461b8e844d5fc6e23\n        env: {CIBW_BEFORE_ALL: \"echo ${{ github.event.head_commit.message }}\"}\n")},
		},
		{rule: rule, name: "the line of the shell", severity: finding.Error, bad: repo{"release.yml": splitWith("      - run: ls\n        shell: bash -c \"${{ github.event.head_commit.message }}\" {0}\n")}},
	} {
		c.run(t)
	}
}

// TestExposure: which runs let an outsider fill a cache.
func TestExposure(t *testing.T) {
	const rule = "cache-reaches-index"
	base := strings.Replace(pullTarget, "    %IF%\n", "", 1)
	const head = "${{ github.event.pull_request.head.sha }}"
	fetched := func(ref, before string) string {
		return strings.Replace(strings.Replace(base, head, ref, 1), "    steps:\n", "    steps:\n"+before, 1)
	}
	plain := func(script string) string {
		return strings.Replace(strings.Replace(base, "        with:\n          ref: "+head+"\n", "", 1), "pip install -e .", script, 1)
	}
	cond := func(text string) string { return strings.Replace(pullTarget, "%IF%", text, 1) }
	after := strings.Replace(plain("python x.py"), "on: pull_request_target", "on: {workflow_run: {workflows: [CI]}}", 1)
	const fetch = "      - uses: actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1\n        with: {run-id: \"${{ github.event.workflow_run.id }}\", github-token: \"${{ github.token }}\"%TO%}\n      - run:"
	artifact := func(to string) string {
		return strings.Replace(after, "      - run:", strings.Replace(fetch, "%TO%", to, 1), 1)
	}
	for _, c := range []struct {
		name, workflow string
		want           finding.Severity
	}{
		{"a commit in a variable", strings.Replace(fetched("${{ env.R }}", ""), "    steps:\n", "    env: {R: \""+head+"\"}\n    steps:\n", 1), finding.Error},
		{"a commit in an output", fetched("${{ steps.q.outputs.ref }}", "      - id: q\n        run: echo \"ref=$R\" >> $GITHUB_OUTPUT\n        env: {R: \""+head+"\"}\n"), finding.Error},
		{"another output", fetched("${{ steps.q.outputs.ref }}", "      - id: q\n        run: echo \"ref=main\" >> $GITHUB_OUTPUT\n"), finding.Warning},
		{"a ref that is put together", fetched("${{ format('refs/pull/{0}/head', github.event.number) }}", ""), finding.Error},
		{"a patch by gh", plain("gh pr diff 5 | git apply && make"), finding.Error},
		{"a patch that is only shown", plain("gh pr diff 5 && make"), finding.Warning},
		{"a patch by its address", plain("curl -sL \"$U\" | git apply && make\n        env: {U: \"${{ github.event.pull_request.patch_url }}\"}"), finding.Error},
		{"a fetch by git", plain("git fetch origin +refs/pull/1/merge && git checkout FETCH_HEAD && make"), finding.Error},
		{"code before the fetch", plain("make && git fetch origin +refs/pull/1/merge"), finding.Warning},
		{"a text that eval runs", plain("eval \"$B\"\n        env: {B: \"${{ github.event.pull_request.body }}\"}"), finding.Error},
		{"a list of those who may not", cond("if: github.actor != 'dependabot[bot]'"), finding.Error},
		{"a list of those who may", cond("if: contains(fromJSON('[\"a\", \"b\"]'), github.actor)"), finding.Warning},
		{"an environment that nobody knows", cond("environment: preview"), finding.Error},
		{"the publisher's environment", cond("environment: pypi"), finding.Warning},
		{"an action that is not known", strings.Replace(base, "run: pip install -e .", "uses: octo-evil/lint@5a3ec84eff668545956fd18022155c47e93e2684", 1), finding.Error},
		{"an artifact over the workspace", artifact(""), finding.Error},
		{"an artifact beside it", artifact(", path: data"), finding.Warning},
		{"an artifact that is run", strings.Replace(artifact(", path: data"), "python x.py", "python data/x.py", 1), finding.Error},
		{"tar that runs a program", strings.Replace(base, "pip install -e .", "tar xf x --checkpoint-action=exec=sh", 1), finding.Error},
	} {
		ruleCase{rule: rule, name: c.name, severity: c.want, bad: repo{"release.yml": splitWith(pipCache), "x.yml": c.workflow}}.run(t)
	}
}
