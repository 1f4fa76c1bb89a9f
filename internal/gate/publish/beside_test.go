// SPDX-License-Identifier: BSD-3-Clause

package publish_test

import (
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/finding"
)

// besideRelease is a release; %FILE%, %BUILD% and %PUBLISH% are lines of the
// file and of its jobs, and %STEPS% steps before the upload.
const besideRelease = `on: {push: {tags: [v*]}}
permissions: {}
%FILE%
jobs:
  build:
    runs-on: ubuntu-24.04
    %BUILD%
    steps:
      - run: python -m build
      - uses: actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a # v7.0.1
        with: {name: dist, path: dist/}
  publish:
    needs: build
    runs-on: ubuntu-24.04
    environment: pypi
    permissions: {id-token: write}
    %PUBLISH%
    steps:
      - uses: actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1
        with: {name: dist, path: dist/}
%STEPS%
      - uses: pypa/gh-action-pypi-publish@dc37677b2e1c63e2034f94d8a5b11f265b73ba33 # v1.14.2
`

func beside(file, build, publish, steps string) repo {
	text := strings.NewReplacer("%FILE%", file, "%BUILD%", build, "%PUBLISH%", publish, "%STEPS%", strings.TrimSuffix(steps, "\n")).Replace(besideRelease)
	return repo{"release.yml": text}
}

func TestCodeByEnvironment(t *testing.T) {
	const rule = "code-by-environment"
	for _, c := range []ruleCase{
		{rule: rule, name: "bash", severity: finding.Error, line: 17, message: `"BASH_ENV"`, bad: beside("", "", "env: {BASH_ENV: ci/x.sh}", ""), good: beside("", "", "env: {BASH_ENVIRONMENT: ci/x.sh}", "")},
		{rule: rule, name: "of the file", severity: finding.Error, line: 3, message: `job "publish"`, bad: beside("env: {LD_PRELOAD: ./x.so}", "", "", ""), good: beside("env: {LD_PRELOAD: ''}", "", "", "")},
		{rule: rule, name: "node", severity: finding.Error, message: `"NODE_OPTIONS"`, bad: beside("", "", "env: {NODE_OPTIONS: --require ./x.js}", ""), good: beside("", "", "env: {NODE_OPTIONS: --max-old-space-size=4096 --no-warnings}", "")},
		{rule: rule, name: "a shell's function", severity: finding.Error, message: "BASH_FUNC_ls%%", bad: beside("", "", "env: {'BASH_FUNC_ls%%': '() { curl x; }'}", "")},
		{rule: rule, name: "a word named ENV", severity: finding.Error, bad: beside("", "", "env: {ENV: ./x.sh}", ""), good: beside("", "", "env: {ENV: production}", "")},
		{rule: rule, name: "git", severity: finding.Error, bad: beside("", "", "env: {GIT_SSH_COMMAND: ci/ssh}", ""), good: beside("", "", "env: {GIT_COMMITTER_NAME: a, GIT_PAGER: cat, GIT_CONFIG_COUNT: 1}", "")},
		{rule: rule, name: "other certificates", severity: finding.Error, message: `"SSL_CERT_FILE"`, bad: beside("", "", "env: {SSL_CERT_FILE: ci/ca.pem}", ""), good: beside("", "env: {SSL_CERT_FILE: ci/ca.pem}", "env: {NODE_TLS_REJECT_UNAUTHORIZED: 1}", "")},
		{rule: rule, name: "of a container's options", severity: finding.Error, message: `"PYTHONPATH"`, bad: beside("", "", "container: {image: 'python:3.13', options: -e PYTHONPATH=ci}", "")},
		{rule: rule, name: "of a step", severity: finding.Error, line: 22, bad: beside("", "", "", "      - run: ls\n        env: {PATH: ./ci}\n"), good: beside("", "", "", "      - run: ls\n        env: {OTHER_PATH: ./ci}\n")},
		{rule: rule, name: "of later steps", severity: finding.Error, line: 21, message: "for its later steps", bad: beside("", "", "", "      - run: echo PYTHONSTARTUP=x.py >> $GITHUB_ENV\n"), good: beside("", "", "", "      - run: echo VERSION=1 >> $GITHUB_ENV\n")},
		{rule: rule, name: "a folder before PATH", severity: finding.Error, line: 21, message: `"$PWD/ci"`, bad: beside("", "", "", "      - run: echo $PWD/ci >> $GITHUB_PATH\n"), good: beside("", "", "", "      - run: echo $HOME/.local/bin >> $GITHUB_PATH\n")},
		{rule: rule, name: "a build", severity: finding.Warning, line: 7, message: "makes files", bad: beside("", "env: {BASH_ENV: ci/x.sh}", "", ""), good: beside("", "env: {LD_LIBRARY_PATH: /opt/lib, PYTHONPATH: src, GIT_SSH_COMMAND: x}", "", "")},
		{rule: rule, name: "a shell line", severity: finding.Error, line: 22, message: `"bash ci/x.sh {0}"`, bad: beside("", "", "", "      - run: ls\n        shell: bash ci/x.sh {0}\n"), good: beside("", "", "", "      - run: ls\n        shell: bash -el {0}\n")},
		{rule: rule, name: "a shell line by default", severity: finding.Error, line: 3, bad: beside("defaults: {run: {shell: 'uvx x {0}'}}", "", "", "      - run: ls\n"), good: beside("defaults: {run: {shell: 'pwsh'}}", "", "", "      - run: ls\n")},
		{rule: rule, name: "a shell line of a build", severity: finding.Warning, bad: beside("", "defaults: {run: {shell: 'uvx x {0}'}}", "", ""), good: beside("", "defaults: {run: {shell: 'conda run -n x bash {0}'}}", "", "")},
	} {
		c.run(t)
	}
}

func TestWhatMayPublish(t *testing.T) {
	second := func(lines string) repo {
		r := beside("", "", "", "")
		r["release.yml"] += "  second:\n    runs-on: ubuntu-24.04\n    environment: pypi\n    permissions: {id-token: write}\n" + lines
		return r
	}
	image := "@sha256:" + strings.Repeat("a", 64)
	policyFile := "project: samplepkg\npublisher: {repository: octo-sci/samplepkg, workflow: release.yml, environment: pypi}\n"
	comment := "on: issue_comment\njobs:\n  a:\n    permissions: {id-token: write}\n    uses: octo-sci/samplepkg/.github/workflows/release.yml@%\n"
	called := beside("", "", "", "")
	called["release.yml"] = strings.Replace(called["release.yml"], "on: {push: {tags: [v*]}}", "on: {push: {tags: [v*]}, workflow_call: {}}", 1)
	called["x.yml"] = comment
	for _, c := range []struct {
		name, rule string
		files      repo
		want       string // in the reason of one item; "" for none
		blocking   bool
	}{
		{"an unknown image", "code-by-environment", beside("", "", "container: ghcr.io/other/x"+image, ""), "ghcr.io/other/x", true},
		{"its owner's image", "code-by-environment", beside("", "", "container: ghcr.io/octo-sci/x"+image, ""), "", false},
		{"a known image", "code-by-environment", beside("", "", "container: python:3.13"+image, ""), "", false},
		{"an image named almost so", "code-by-environment", beside("", "", "container: python.evil.example/x"+image, ""), "python.evil", true},
		{"an entry point", "code-by-environment", beside("", "", "container: {image: 'python"+image+"', options: --entrypoint /x}", ""), "options", true},
		{"options that are not known", "code-by-environment", beside("", "", "container: {image: 'python"+image+"', options: '${{ vars.O }}'}", ""), "options", true},
		{"an image of a build", "code-by-environment", beside("", "container: ghcr.io/other/x"+image, "", ""), "", false},
		{"a service that shares folders", "code-by-environment", beside("", "", "services: {x: {image: python, options: -v /home:/w}}", ""), "options of the service", true},
		{"names that are computed", "code-by-environment", beside("", "", "env: ${{ fromJSON(vars.E) }}", ""), "names of variables", true},
		{"variables that are not known", "code-by-environment", beside("", "", "", "      - run: cat x >> $GITHUB_ENV\n"), "$GITHUB_ENV", true},
		{"a shell that is not known", "code-by-environment", beside("", "", "", "      - run: ls\n        shell: ${{ vars.S }}\n"), "shell line", true},
		{"a job beside the path", "unknown-on-path", second("    steps:\n      - uses: some/thing@v1\n"), "whose id-token the index accepts", true},
		{"a job that is not accepted", "unknown-on-path", repo{"release.yml": strings.Replace(second("    steps:\n      - uses: some/thing@v1\n")["release.yml"], "second:\n    runs-on: ubuntu-24.04\n    environment: pypi", "second:\n    runs-on: ubuntu-24.04\n    environment: docs", 1)}, "", false},
		{"an image as a step", "unknown-on-path", second("    steps:\n      - uses: docker://other/x:1\n"), "what this image does", true},
		{"an environment out of a variable", "unprotected-environment", repo{"release.yml": strings.Replace(beside("", "", "", "")["release.yml"], "environment: pypi", "environment: ${{ vars.E }}", 1)}, "vars.E", true},
		{"an environment out of two", "unprotected-environment", repo{"release.yml": strings.Replace(beside("", "", "", "")["release.yml"], "environment: pypi", "environment: ${{ github.ref_name == 'v1' && 'pypi' || 'pypi-next' }}", 1)}, "ref_name", false},
		{"no credential in sight", "upload-with-token", repo{"a.yml": "on: push\njobs:\n  a:\n    permissions: {}\n    runs-on: ubuntu-24.04\n    steps:\n      - run: uv publish\n"}, "no credential for that shows", true},
		{"a dry run without credential", "upload-with-token", repo{"a.yml": "on: push\njobs:\n  a:\n    permissions: {}\n    runs-on: ubuntu-24.04\n    steps:\n      - run: uv publish --dry-run\n"}, "", false},
		{"its own workflow by full name", "unknown-on-path", repo{".github/sallyport.yml": policyFile, "release.yml": called["release.yml"], "x.yml": strings.Replace(comment, "%", "evil", 1)}, `as of "evil"`, true},
		{"another repository's", "unknown-on-path", repo{".github/sallyport.yml": policyFile, "release.yml": called["release.yml"], "x.yml": strings.Replace(comment, "octo-sci/samplepkg", "octo-sci/other", 1)}, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			n := 0
			items := open(judge(t, c.files), c.rule)
			for _, u := range items {
				if c.want == "" || strings.Contains(u.Reason, c.want) && u.Blocking == c.blocking {
					n++
				}
			}
			if c.want == "" && n > 0 && c.rule != "unprotected-environment" || c.want != "" && n != 1 {
				t.Errorf("got %+v, want one with %q, blocking %v", items, c.want, c.blocking)
			}
		})
	}
	found := fired(judge(t, repo{".github/sallyport.yml": policyFile, "release.yml": called["release.yml"], "x.yml": strings.Replace(comment, "%", "evil", 1)}), "publish-from-untrusted-event")
	if len(found) == 0 || found[0].Severity != finding.Error {
		t.Errorf("a comment that starts the release by its full name: got %+v", found)
	}
}
