// SPDX-License-Identifier: BSD-3-Clause

package graph_test

import (
	"strings"
	"testing"
)

// TestHiddenUploads: an upload is found wherever the repository's own text says
// it, and only there.
func TestHiddenUploads(t *testing.T) {
	const sha = "@0123456789012345678901234567890123456789\n"
	up := map[string]string{"ci/b.sh": "twine upload dist/*\n", "sub/Makefile": "up:\n\ttwine upload dist/*\n", "Makefile": "up:\n\techo\n", "ci/lib.sh": "up() {\n  twine upload dist/*\n}\n"}
	with := func(more ...string) map[string]string {
		out := map[string]string{}
		for name, text := range up {
			out[name] = text
		}
		for i := 0; i+1 < len(more); i += 2 {
			out[more[i]] = more[i+1]
		}
		return out
	}
	run := func(script string) string {
		return "      - run: |\n          " + strings.ReplaceAll(script, "\n", "\n          ") + "\n"
	}
	for _, c := range []struct {
		name, job, steps string
		files            map[string]string
		want             int
	}{
		{name: "another folder", steps: run("cd sub && make up"), want: 1},
		{name: "back again", steps: run("cd sub\ncd ..\nmake up")},
		{name: "a subshell", steps: run("(cd sub; make up)"), want: 1},
		{name: "behind a subshell", steps: run("(cd sub; ls)\nmake up")},
		{name: "a folder, then a script", steps: run("cd ci\n./b.sh"), want: 1},
		{name: "the checkout by git", steps: run("bash $(git rev-parse --show-toplevel)/ci/b.sh"), want: 1},
		{name: "a script's own folder", steps: run("bash ci/a.sh"), files: with("ci/a.sh", "HERE=$(cd \"$(dirname \"${BASH_SOURCE[0]}\")\" && pwd)\nsource \"$HERE/b.sh\"\n"), want: 1},
		{name: "a script's own folder, at once", steps: run("bash ci/a.sh"), files: with("ci/a.sh", "\"$(dirname \"$0\")\"/b.sh\n"), want: 1},
		{name: "every script of a folder", steps: run("for f in ci/*.sh; do bash \"$f\"; done"), want: 1},
		{name: "a script chosen by the matrix", steps: run("bash ci/${{ matrix.s }}.sh"), want: 1},
		{name: "a function of a file that is read in", steps: run(". ci/lib.sh\nup"), want: 1},
		{name: "a script that is printed", steps: run("cat ci/b.sh")},
		{name: "a script that is piped", steps: run("cat ci/b.sh | sh"), want: 1},
		{name: "a written script", steps: run("echo 'twine upload dist/*' > x.sh\nsh x.sh"), want: 1},
		{name: "a written script that nobody runs", steps: run("echo 'twine upload dist/*' > notes.txt\ncat notes.txt")},
		{name: "a copied script", steps: run("cp ci/b.sh /tmp/y\nbash /tmp/y"), want: 1},
		{name: "a value of the matrix", job: "    strategy: {matrix: {v: [check, upload]}}\n", steps: run("twine ${{ matrix.v }} dist/*"), want: 1},
		{name: "values of the matrix that upload nothing", job: "    strategy: {matrix: {v: [check, --version]}}\n", steps: run("twine ${{ matrix.v }} dist/*")},
		{name: "an entry of the matrix", job: "    strategy: {matrix: {include: [{c: twine check}, {c: twine upload}]}}\n", steps: run("${{ matrix.c }} dist/*"), want: 1},
		{name: "by way of the environment", job: "    strategy: {matrix: {c: [twine upload]}}\n    env: {C: \"${{ matrix.c }}\"}\n", steps: run("${{ env.C }} dist/*"), want: 1},
		{name: "a choice", steps: run("${{ github.ref == 'refs/tags/v1' && 'twine upload' || 'true' }} dist/*"), want: 1},
		{name: "a variable that is evaluated", job: "    env: {CMD: twine upload dist/x}\n", steps: run("eval \"$CMD\""), want: 1},
		{name: "a variable that is shown", job: "    env: {CMD: twine upload dist/x}\n", steps: run("echo \"$CMD\"")},
		{name: "an input", steps: "      - uses: someone/x" + sha + "        with: {run: twine upload dist/x}\n", want: 1},
		{name: "an input in JavaScript", steps: "      - uses: actions/github-script" + sha + "        with: {script: \"await exec.exec('twine', ['upload', 'dist/x'])\"}\n", want: 1},
		{name: "an input for readers", steps: "      - uses: someone/x" + sha + "        with: {body: run twine upload dist/x}\n"},
		{name: "an input that says something", steps: "      - uses: someone/x" + sha + "        with: {upload: \"true\", path: dist}\n"},
		{name: "an action's image", steps: "      - uses: docker://python:3\n        with: {entrypoint: twine, args: upload dist/x}\n", want: 1},
		{name: "cibuildwheel's variable", steps: run("cibuildwheel") + "        env: {CIBW_BEFORE_ALL: pip install twine && twine upload x}\n", want: 1},
		{name: "cibuildwheel's table", steps: "      - uses: pypa/cibuildwheel" + sha, files: with("pyproject.toml", "[tool.cibuildwheel.linux]\nbefore-all = \"twine upload x\"\n"), want: 1},
		{name: "tox by variable", steps: run("tox") + "        env: {TOXENV: up}\n", files: with("tox.ini", "[tox]\nenvlist = py\n[testenv:up]\ncommands = twine upload x\n"), want: 1},
		{name: "tox by label", steps: run("tox run -m rel"), files: with("tox.ini", "[tox]\nlabels =\n  rel = up\n[testenv:up]\ncommands = twine upload x\n[testenv:py]\ncommands = pytest\n"), want: 1},
		{name: "tox, part of a line", steps: run("tox -e up"), files: with("tox.ini", "[x]\np = twine\n[testenv:up]\ncommands = {[x]p} upload x\n"), want: 1},
		{name: "tox, words of the command line", steps: run("tox -e up -- upload x"), files: with("tox.ini", "[testenv:up]\ncommands = twine {posargs:check x}\n"), want: 1},
		{name: "tox, other words", steps: run("tox -e up -- check x"), files: with("tox.ini", "[testenv:up]\ncommands = twine {posargs:upload x}\n")},
		{name: "tox by reference", steps: run("tox -e up"), files: with("tox.toml", "[env.x]\ncommands = [[\"twine\", \"upload\", \"x\"]]\n[env.up]\ncommands = [{replace = \"ref\", of = [\"env\", \"x\", \"commands\"], extend = true}]\n"), want: 1},
		{name: "make: define", steps: run("make a"), files: with("Makefile", "define up\ntwine upload x\nendef\na:\n\t$(up)\n"), want: 1},
		{name: "make: call", steps: run("make a"), files: with("Makefile", "up = twine $(1) x\na:\n\t$(call up,upload)\nb:\n\techo\n"), want: 1},
		{name: "make: shell", steps: run("make a"), files: with("Makefile", "X := $(shell twine upload x)\na:\n\techo $(X)\n"), want: 1},
		{name: "make: a default that is replaced", steps: run("C='twine upload' make a"), files: with("Makefile", "C ?= echo\na:\n\t$(C) x\n"), want: 1},
		{name: "make: included by pattern", steps: run("make a"), files: with("Makefile", "D = mk\ninclude $(D)/*.mk\n", "mk/a.mk", "a:\n\ttwine upload x\n"), want: 1},
		{name: "just: a module", steps: run("just x::up"), files: with("justfile", "mod x\n", "x.just", "up:\n  twine upload x\n"), want: 1},
		{name: "just: Python", steps: run("just up"), files: with("justfile", "up:\n  #!/usr/bin/env python\n  import subprocess\n  subprocess.run(['twine', 'upload'])\n"), want: 1},
		{name: "poe: another file", steps: run("poe up"), files: with("pyproject.toml", "[tool.poe]\ninclude = \"t.toml\"\n", "t.toml", "[tool.poe.tasks]\nup = \"twine upload x\"\n"), want: 1},
		{name: "Python's -Im", steps: run("python3.12 -Im twine upload x"), want: 1},
		{name: "twine as a module", steps: run("python -c \"from twine.__main__ import main; main()\" upload x"), want: 1},
		{name: "twine check as a module", steps: run("python -c \"from twine.cli import dispatch; dispatch(['check', 'x'])\"")},
		{name: "a form by Python", steps: run("python -c \"import requests; requests.post('https://upload.pypi.org/legacy/')\""), want: 1},
		{name: "an address in Python", steps: run("python -c \"print('https://upload.pypi.org/legacy/')\"")},
		{name: "an imported module", steps: run("python ci/a.py"), files: with("ci/a.py", "from h import up\nup()\n", "ci/h.py", "import subprocess\ndef up(): subprocess.run(['twine', 'upload', 'x'])\n"), want: 1},
		{name: "a script in JavaScript", steps: run("node ci/up.js"), files: with("ci/up.js", "require('child_process').execSync('twine upload dist/*')\n"), want: 1},
		{name: "a script in Ruby by its first line", steps: run("./ci/up"), files: with("ci/up", "#!/usr/bin/env ruby\nsystem(\"twine upload x\")\n"), want: 1},
		{name: "hatch: when the environment is made", steps: run("hatch run pub:x"), files: with("hatch.toml", "[envs.pub]\npost-install-commands = [\"twine upload x\"]\n[envs.pub.scripts]\nx = \"true\"\n"), want: 1},
		{name: "a task of mise", steps: run("mise run up"), files: with("mise.toml", "[tasks.up]\nrun = \"twine upload x\"\n\n[tasks.lint]\nrun = \"ruff\"\n"), want: 1},
		{name: "another task of mise", steps: run("mise run lint"), files: with("mise.toml", "[tasks.up]\nrun = \"twine upload x\"\n\n[tasks.lint]\nrun = \"ruff\"\n")},
		{name: "the publish action's image", steps: run("docker run -e INPUT_PASSWORD=$TWINE_PASSWORD ghcr.io/pypa/gh-action-pypi-publish:v1.14.2"), want: 1},
		{name: "another image", steps: run("docker run -e INPUT_PASSWORD=$TWINE_PASSWORD ghcr.io/octo-sci/tool:1")},
		{name: "wget", steps: run("wget --user=__token__ --password=$T --post-file=x https://upload.pypi.org/legacy/"), want: 1},
		{name: "wget of a page", steps: run("wget https://pypi.org/legacy/")},
		{name: "a form to an address that is a variable", steps: run("curl -u __token__:$T -F content=@dist/x.whl \"$URL\""), want: 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			files := with()
			if c.files != nil {
				files = c.files
			}
			files["release.yml"] = "on: {push: {tags: [v1]}}\njobs:\n  up:\n    runs-on: ubuntu-24.04\n" + c.job + "    steps:\n" + c.steps
			g := build(t, files)
			n := 0
			for _, k := range g.Sinks {
				if !k.Guessed {
					n++
				}
				if k.File == "-" || k.Line == 0 {
					t.Errorf("an upload at %q line %d", k.File, k.Line)
				}
			}
			if n != c.want {
				t.Errorf("%d uploads, want %d: %+v", n, c.want, g.Sinks)
			}
		})
	}
}
