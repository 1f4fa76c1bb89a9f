// SPDX-License-Identifier: BSD-3-Clause

package graph_test

import (
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

// TestOverlay has files of other trees over those that a job runs.
func TestOverlay(t *testing.T) {
	const head = "on: {push: {tags: [v*]}}\njobs:\n  j:\n    runs-on: ubuntu-latest\n    permissions: {%}\n    steps:\n"
	const checkout = "      - uses: actions/checkout@v7\n        with: {%}\n"
	const local, target = "      - uses: ./ci/act\n", "      - run: make hello\n"
	for _, c := range []struct {
		name, rights, with, steps, want string
	}{
		{"the commit of the run", "id-token: write", "fetch-depth: 0", local + target, ""},
		{"the tag of the run", "id-token: write", "ref: '${{ github.ref }}'", local + target, ""},
		{"its own repository", "", "repository: Octo-sci/samplepkg", local + target, ""},
		{"its own repository, as an expression", "", "repository: '${{ github.repository }}'", local, ""},
		{"a pull request's, or its own", "", "repository: '${{ github.event.pull_request.head.repo.full_name || github.repository }}'", local, ""},
		{"another repository", "", "repository: evil/x", local, "evil/x"},
		{"another repository's tasks", "", "repository: evil/x", target, "evil/x"},
		{"a chosen repository", "", "repository: '${{ inputs.r }}'", local, "inputs.r"},
		{"beside", "", "repository: evil/x, path: other", local + target, ""},
		{"over the folder of the action", "", "repository: evil/x, path: ./ci", local, "evil/x"},
		{"replaced again", "", "repository: evil/x", strings.Replace(checkout, "%", "fetch-depth: 0", 1) + local, ""},
		{"another commit", "id-token: write", "ref: '${{ vars.R }}'", local, "vars.R"},
		{"another commit, without an id-token", "id-token: none", "ref: '${{ vars.R }}'", local, ""},
		{"by git", "id-token: write", "fetch-depth: 0", "      - run: git checkout evil\n" + local, "git checkout"},
		{"by a download", "id-token: write", "fetch-depth: 0", "      - uses: actions/download-artifact@v8\n        with: {name: x}\n" + target, "downloaded"},
		{"a download elsewhere", "id-token: write", "fetch-depth: 0", "      - uses: actions/download-artifact@v8\n        with: {name: x, path: dist}\n" + target, ""},
		{"something is run beside it", "", "repository: evil/x", "      - run: ls\n", "in place of"},
		{"nothing is run", "", "repository: evil/x", "", ""},
	} {
		g := build(t, map[string]string{
			"r.yml":             strings.Replace(head, "%", c.rights, 1) + strings.Replace(checkout, "%", c.with, 1) + c.steps,
			"ci/act/action.yml": "runs: {using: composite, steps: [{run: ls, shell: bash}]}\n",
			"Makefile":          "hello:\n\techo hi\n",
		})
		got := ""
		for _, gap := range g.Gaps {
			if gap.Kind == graph.LocalCode {
				got += gap.Reason
			}
		}
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// TestSettingsOfUV has uv's settings where uv looks for them, and not.
func TestSettingsOfUV(t *testing.T) {
	const evil = "publish-url = \"https://evil.example/legacy/\"\n"
	for _, c := range []struct {
		name, step string
		files      map[string]string
		want       string
		class      sinks.Credential
	}{
		{"none", "uv publish", nil, sinks.PyPI, sinks.TrustedPublishing},
		{"beside", "uv publish", map[string]string{"uv.toml": evil}, "https://evil.example/legacy/", sinks.TrustedPublishing},
		{"above", "uv publish\n        working-directory: a/b", map[string]string{"uv.toml": evil}, "https://evil.example/legacy/", sinks.TrustedPublishing},
		{"above, and another beside", "uv publish\n        working-directory: a/b", map[string]string{"uv.toml": evil, "a/pyproject.toml": "[tool.uv]\nmanaged = true\n"}, sinks.PyPI, sinks.TrustedPublishing},
		{"above one without settings", "uv publish\n        working-directory: a", map[string]string{"pyproject.toml": "[tool.uv]\n" + evil, "a/pyproject.toml": "[project]\nname = 'uvicorn'\n"}, "https://evil.example/legacy/", sinks.TrustedPublishing},
		{"after cd", "cd a && uv publish", map[string]string{"a/uv.toml": evil}, "https://evil.example/legacy/", sinks.TrustedPublishing},
		{"by a flag", "uv --directory a publish", map[string]string{"a/uv.toml": evil}, "https://evil.example/legacy/", sinks.TrustedPublishing},
		{"a file that is named", "uv publish --config-file x.toml", nil, sinks.PyPI, sinks.Unknown},
		{"by a variable", "uv publish\n        env: {UV_CONFIG_FILE: x.toml}", nil, sinks.PyPI, sinks.Unknown},
		{"another home", "uv publish\n        env: {HOME: ./ci}", nil, sinks.PyPI, sinks.Unknown},
		{"copied into the home", "mkdir -p ~/.config/uv; cp ci/uv.toml ~/.config/uv/uv.toml; uv publish", nil, sinks.PyPI, sinks.Unknown},
		{"unpacked into the home", "tar -xf x.tar -C $HOME; uv publish", nil, sinks.PyPI, sinks.Unknown},
		{"copied into another folder of the home", "cp x ~/.cache/x; uv publish", nil, sinks.PyPI, sinks.TrustedPublishing},
		{"variables that are not known", "cat ci/env >> $GITHUB_ENV\n      - run: uv publish", nil, sinks.PyPI, sinks.Unknown},
	} {
		files := map[string]string{"r.yml": "on: push\njobs:\n  j:\n    runs-on: ubuntu-latest\n    permissions: {id-token: write}\n    steps:\n      - run: " + c.step + "\n"}
		for name, text := range c.files {
			files[name] = text
		}
		g := build(t, files)
		if len(g.Sinks) != 1 || g.Sinks[0].Index != c.want || g.Sinks[0].Credential != c.class {
			t.Errorf("%s: got %+v, want one to %s by %s", c.name, g.Sinks, c.want, c.class)
			for _, k := range g.Sinks {
				t.Logf("%+v", k.Sink)
			}
		}
	}
}

func TestPlainShell(t *testing.T) {
	for text, want := range map[string]bool{
		"": true, "bash": true, "sh": true, "pwsh": true, "powershell": true, "cmd": true, "python": true,
		"bash -l {0}": true, "bash -el {0}": true, "bash -eo pipefail {0}": true, "bash --noprofile --norc -euxo pipefail {0}": true,
		"/bin/bash -e {0}": true, `C:\msys64\usr\bin\bash.exe -l {0}`: true, "msys2 {0}": true, "micromamba-shell {0}": true, "alpine.sh --root {0}": true,
		"arch -x86_64 bash -e {0}": true, `pwsh -command ". '{0}'"`: true, `cmd /D /E:ON /V:OFF /S /C "CALL "{0}""`: true, "python3 -u {0}": true, "perl {0}": true,
		"python3.12 -I {0}": true,
		"bash ci/x.sh {0}":  false, "bash --rcfile ci/x.sh -i {0}": false, "bash --init-file x {0}": false, "bash -c x {0}": false, "bash -O x {0} {0}": false,
		"./bash {0}": false, "ci/bash {0}": false, "uvx evil {0}": false, "env X=y bash {0}": false, "sudo bash {0}": false, "node -r ./x.js {0}": false,
		"python -m x {0}": false, "python -c x {0}": false, "perl -MX {0}": false, "bash -e {0}; curl x": false, "bash -e {0} x": false, "conda run bash {0}": false,
		"${{ vars.S }}": false, "pwsh -File x.ps1 {0}": false, "cmd /c x.bat {0}": false, "zsh": false,
	} {
		if got := graph.PlainShell(text); got != want {
			t.Errorf("%q: got %v", text, got)
		}
	}
}
