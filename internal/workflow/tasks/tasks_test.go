// SPDX-License-Identifier: BSD-3-Clause

package tasks

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// repository holds every kind of task that ends in an upload.
var repository = fstest.MapFS{
	"tox.ini": file(`[tox]
envlist = py{310,311}, lint
[testenv]
setenv =
    BASE = {env:HOME:/tmp}
commands = pytest {posargs:tests}
[testenv:release]
passenv = TWINE_PASSWORD
setenv =
    TWINE_USERNAME = {env:TWINE_USERNAME:__token__}
commands =
    python -m build
    -python -m twine upload \
        dist/*
[testenv:{deploy,ship}]
commands = {[testenv:release]commands}
[testenv:viamake]
commands =
    py312: make upload
`),
	"noxfile.py": file(`import nox
nox.options.sessions = ["lint"]

@nox.session
def lint(session):
    session.run("ruff", "check")

@nox.session(name="pub-lish", python="3.12")
def publish(session: nox.Session) -> None:
    """Publish."""
    session.install("twine")
    session.run("python", "-m", "build", external=True)
    upload(session)
    session.notify("after")

def upload(session):
    session.run(
        "twine", "upload",
        f"--repository={repo}", *glob.glob("dist/*"),
    )

@session
async def after(session):
    session.run("uv", "publish")

def unrelated():
    subprocess.run(["flit", "publish"])
`),
	"pyproject.toml": file(`[tool.pixi.tasks]
plain = "uv publish"
chain = { cmd = "echo done", depends-on = ["publish", { task = "plain" }] }

[tool.pixi.feature.build.tasks]
publish = { cmd = ["twine", "upload", "dist/*"], env = { A = "b" } }

[tool.pixi.feature.test.tasks]
publish = "echo no"

[tool.pixi.environments]
build = { features = ["build"] }

[tool.hatch.envs.default.scripts]
base = "hatch publish"

[tool.hatch.envs.release.scripts]
upload = ["check", "twine upload {args:dist/*}"]
check = "twine check dist/*"

[tool.poe.tasks]
publish = { shell = "poetry publish --build" }
all = ["build", "publish"]
build.cmd = "python -m build"
both.sequence = [{ cmd = "uv publish" }, { ref = "build" }]

[tool.pdm.scripts]
pre_release = "echo before"
release = { composite = ["build", "pdm publish"] }
build = "pdm build"

[tool.rye.scripts]
ship = { chain = ["one", "two"] }
one = { cmd = "rye build" }
two = { cmd = ["rye", "publish"] }

[tool.taskipy.tasks]
up = "flit publish"
`),
	"Makefile": file(`TWINE ?= python -m twine
ARGS := --skip-existing
include extra.mk

.PHONY: all upload
all: test

upload: dist | check ## send it
	@echo $$HOME
	-$(TWINE) upload $(ARGS) $(UNKNOWN) \
	  dist/*

dist: ; python -m build
check:
	$(MAKE) -C sub deep
%.whl:
	touch $@
`),
	"extra.mk":     file("release: upload\n\tuv publish\n"),
	"sub/Makefile": file("deep:\n\t../scripts/publish.sh now\n"),
	"justfile": file(`set shell := ["bash", "-c"]
index := "testpypi"
alias p := publish

# comment
[private]
@build:
    python -m build

publish target='x': build (clean "a") && after
    twine upload -r {{index}} {{target}}
clean what:
    rm -rf {{what}}
after:
    #!/usr/bin/env bash
    set -e
    uv publish
`),
	"tasks.py": file(`from invoke import task

@task
def build(c):
    c.run("python -m build")

@task(pre=[build])
def push_it(ctx, index="x"):
    ctx.run(f"twine upload -r {index} dist/*")
`),
	"package.json":       file("{\n \"scripts\": {\n  \"prepub\": \"npm run build\",\n  \"pub\": \"twine upload dist/*\",\n  \"build\": \"python -m build\"\n }\n}\n"),
	"scripts/publish":    file("#!/bin/sh -e\nVERSION=1\n${PREFIX}twine upload dist/*\n"),
	"scripts/publish.sh": file("#!/usr/bin/env bash\nsource ./scripts/lib.sh\ntwine upload dist/*\n"),
	"scripts/loop.sh":    file("bash scripts/loop2.sh\n"),
	"scripts/loop2.sh":   file("bash scripts/loop.sh\nuv publish\n"),
	"scripts/release.py": file(`import subprocess, sys, os
UPLOAD = ["twine", "upload"]
def main():
    subprocess.check_call([sys.executable, "-m", "twine", "upload", "-p", os.environ["PW"]])
    subprocess.run(UPLOAD + ["x"])
    subprocess.run(UPLOAD)
    os.system("flit publish")
    deploy("uv publish --token x")
`),
	"release/__main__.py": file("from .deploy import go\ngo()\n"),
	"release/deploy.py":   file("def go(system):\n    system.run(\"twine upload -u __token__ -p $PYPI_TOKEN\")\n"),
}

func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

// show is one line a task: how it is reached and what it runs.
func show(found []Task) []string {
	var out []string
	for _, t := range found {
		var scripts []string
		for _, s := range t.Scripts {
			scripts = append(scripts, fmt.Sprintf("%d %s", s.Line, strings.ReplaceAll(s.Text, "\n", "¶")))
		}
		out = append(out, t.Via+" | "+strings.Join(scripts, " ; "))
	}
	return out
}

func TestResolve(t *testing.T) {
	for _, c := range []struct {
		command string
		want    []string
	}{
		{"tox -e release", []string{"tox -e release -> tox.ini:7 | 12 python -m build ; 13 python -m twine upload dist/*"}},
		{"python -m tox run -qe lint,release", []string{"tox run -qe lint,release -> tox.ini:3 | 6 pytest tests", "tox run -qe lint,release -> tox.ini:7 | 12 python -m build ; 13 python -m twine upload dist/*"}},
		{"uvx --with tox-uv tox -erelease", []string{"tox -erelease -> tox.ini:7 | 12 python -m build ; 13 python -m twine upload dist/*"}},
		{"tox -e ship", []string{"tox -e ship -> tox.ini:15 | 12 python -m build ; 13 python -m twine upload dist/*"}},
		{"tox", []string{"tox -> tox.ini:3 | 6 pytest tests", "tox -> tox.ini:3 | 6 pytest tests", "tox -> tox.ini:3 | 6 pytest tests"}},
		{"tox exec -e x -- bash scripts/publish", []string{"bash scripts/publish -> scripts/publish:1 | 1 #!/bin/sh -e¶VERSION=1¶${PREFIX}twine upload dist/*¶"}},
		{"nox -s pub-lish", []string{"nox -s pub-lish -> noxfile.py:9 | 12 python -m build ; 17 twine upload --repository=${repo} ${glob_glob__dist____}", "nox -s pub-lish -> noxfile.py:23 | 24 uv publish"}},
		{"pipx run nox --session=after", []string{"nox --session=after -> noxfile.py:23 | 24 uv publish"}},
		{"nox -s publish-3.12 -- x", []string{"nox -s publish-3.12 -- x -> noxfile.py:9 | 12 python -m build ; 17 twine upload --repository=${repo} ${glob_glob__dist____}", "nox -s publish-3.12 -- x -> noxfile.py:23 | 24 uv publish"}},
		{"nox", []string{"nox -> noxfile.py:5 | 6 ruff check"}},
		{"pixi run plain", []string{"pixi run plain -> pyproject.toml:2 | 2 uv publish"}},
		{"pixi run --environment build publish", []string{"pixi run --environment build publish -> pyproject.toml:6 | 6 twine upload dist/*"}},
		{"pixi run -e build chain", []string{"pixi run -e build chain -> pyproject.toml:3 | 3 echo done", "pixi run -e build chain -> pyproject.toml:6 | 6 twine upload dist/*", "pixi run -e build chain -> pyproject.toml:2 | 2 uv publish"}},
		{"pixi run publish", []string{"pixi run publish -> pyproject.toml:6 | 6 twine upload dist/*"}},
		{"pixi run python scripts/none.py", nil},
		{"hatch run release:upload", []string{"hatch run release:upload -> pyproject.toml:18 | 18 check ; 18 twine upload {args:dist/*}", "hatch run release:upload -> pyproject.toml:19 | 19 twine check dist/*"}},
		{"hatch -e release run base", []string{"hatch -e release run base -> pyproject.toml:15 | 15 hatch publish"}},
		{"hatch run make dist", []string{"make dist -> Makefile:13 | 13 python -m build"}},
		{"poe publish", []string{"poe publish -> pyproject.toml:22 | 22 poetry publish --build"}},
		{"poetry poe all", []string{"poe all -> pyproject.toml:24 | 24 python -m build", "poe all -> pyproject.toml:22 | 22 poetry publish --build"}},
		{"uv run poe both", []string{"poe both -> pyproject.toml:25 | 25 uv publish", "poe both -> pyproject.toml:24 | 24 python -m build"}},
		{"pdm run release", []string{"pdm run release -> pyproject.toml:30 | 30 pdm build", "pdm run release -> pyproject.toml:28 | 28 echo before"}},
		{"rye run ship", []string{"rye run ship -> pyproject.toml:34 | 34 rye build", "rye run ship -> pyproject.toml:35 | 35 rye publish"}},
		{"task up", []string{"task up -> pyproject.toml:38 | 38 flit publish"}},
		{"make dist", []string{"make dist -> Makefile:13 | 13 python -m build"}},
		{"make upload ARGS=-v", []string{
			"make upload ARGS=-v -> Makefile:13 | 13 python -m build",
			"make upload ARGS=-v -> Makefile:14 | 15 make -C sub deep",
			"make upload ARGS=-v -> Makefile:14 -> make -C sub deep -> sub/Makefile:1 | 2 ../scripts/publish.sh now",
			"make upload ARGS=-v -> Makefile:14 -> make -C sub deep -> sub/Makefile:1 -> ../scripts/publish.sh now -> scripts/publish.sh:1 | 1 #!/usr/bin/env bash¶source ./scripts/lib.sh¶twine upload dist/*¶",
			"make upload ARGS=-v -> Makefile:8 | 9 echo $HOME ; 10 python -m twine upload -v ${UNKNOWN}  dist/*"}},
		{"make x.whl", []string{"make x.whl -> Makefile:16 | 17 touch x.whl"}},
		{"make", nil},
		{"just p", []string{"just p -> justfile:7 | 8 python -m build", "just p -> justfile:12 | 13 rm -rf ${what}",
			"just p -> justfile:14 | 15 #!/usr/bin/env bash¶set -e¶uv publish", "just p -> justfile:10 | 11 twine upload -r testpypi ${target}"}},
		{"inv push-it", []string{"inv push-it -> tasks.py:4 | 5 python -m build", "inv push-it -> tasks.py:8 | 9 twine upload -r ${index} dist/*"}},
		{"npm run pub", []string{"npm run pub -> package.json:3 | 3 npm run build", "npm run pub -> package.json:3 -> npm run build -> package.json:5 | 5 python -m build", "npm run pub -> package.json:4 | 4 twine upload dist/*"}},
		{"scripts/publish", []string{"scripts/publish -> scripts/publish:1 | 1 #!/bin/sh -e¶VERSION=1¶${PREFIX}twine upload dist/*¶"}},
		{"sudo -E ./scripts/publish x", []string{"./scripts/publish x -> scripts/publish:1 | 1 #!/bin/sh -e¶VERSION=1¶${PREFIX}twine upload dist/*¶"}},
		{"bash $GITHUB_WORKSPACE/scripts/loop.sh", []string{"bash $GITHUB_WORKSPACE/scripts/loop.sh -> scripts/loop.sh:1 | 1 bash scripts/loop2.sh¶",
			"bash $GITHUB_WORKSPACE/scripts/loop.sh -> scripts/loop.sh:1 -> bash scripts/loop2.sh -> scripts/loop2.sh:1 | 1 bash scripts/loop.sh¶uv publish¶"}},
		{"python scripts/release.py", []string{"python scripts/release.py -> scripts/release.py:1 | 4 python -m twine upload -p ${PW} ; 5 twine upload x ; 6 twine upload ; 7 flit publish ; 8 uv publish --token x"}},
		{"python -m release deploy $V", []string{"python -m release deploy $V -> release/deploy.py:1 | 2 twine upload -u __token__ -p $PYPI_TOKEN"}},
		{"python -c 'import os; os.system(\"twine upload x\")'", []string{"python -c import os; os.system(\"twine upload x\") -> -:1 | 1 twine upload x"}},
		{"../../etc/passwd", nil},
		{"bash ../outside.sh", nil},
		{"twine upload dist/*", nil},
		{"", nil},
	} {
		words := split(c.command)
		if len(words) == 0 {
			words = [][]string{nil}
		}
		found, err := Resolve(repository, "", words[0])
		if err != nil {
			t.Errorf("%s: %v", c.command, err)
		}
		if diff := cmp.Diff(c.want, show(found)); diff != "" {
			t.Errorf("%s, -want +got:\n%s", c.command, diff)
		}
	}
}

func TestEnv(t *testing.T) {
	for command, want := range map[string]map[string]string{
		"tox -e release":            {"BASE": "${HOME:-/tmp}", "TWINE_USERNAME": "${TWINE_USERNAME:-__token__}"},
		"pixi run -e build publish": {"A": "b"},
	} {
		found, err := Resolve(repository, ".", split(command)[0])
		if err != nil || len(found) != 1 {
			t.Fatalf("%s: %v, %v", command, found, err)
		}
		if diff := cmp.Diff(want, found[0].Env); diff != "" {
			t.Errorf("%s, -want +got:\n%s", command, diff)
		}
	}
}

// TestLimits: what a bound cuts off is an error, never silence.
func TestLimits(t *testing.T) {
	deep := fstest.MapFS{"big.sh": file(strings.Repeat("x", MaxFile+1))}
	for i := range 10 {
		deep[fmt.Sprintf("s%d.sh", i)] = file(fmt.Sprintf("bash s%d.sh\n", i+1))
	}
	wide := &strings.Builder{}
	for i := range 400 {
		fmt.Fprintf(wide, "bash w%d.sh\n", i)
		deep[fmt.Sprintf("w%d.sh", i)] = file("echo x\n")
	}
	deep["wide.sh"] = file(wide.String())
	bomb := "a0=x\n"
	for i := range 9 {
		bomb += fmt.Sprintf("a%d=%s\n", i+1, strings.Repeat(fmt.Sprintf("$(a%d)", i), 500))
	}
	deep["Makefile"] = file(bomb + "all:\n\techo $(a9)\n")
	deep["empty.mk"] = file(strings.Replace(bomb, "a0=x", "a0=", 1) + "all:\n\techo $(a9)\n")
	deep["tox.ini"] = file("[testenv:x]\ncommands =\n" + strings.Repeat("    {[testenv:x]commands}\n", 500))
	for command, want := range map[string]string{
		"bash s0.sh":           "more than 6 deep",
		"bash big.sh":          "larger than 1048576 bytes",
		"bash wide.sh":         "more than 100 files",
		"make all":             "expand too far",
		"make -f empty.mk all": "expand too far",
		"tox -e x":             "",
	} {
		found, err := Resolve(deep, ".", split(command)[0])
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: error %v, want %q", command, err, want)
		}
		if len(found) > MaxTasks {
			t.Errorf("%s: %d tasks", command, len(found))
		}
	}
}

func fuzz(f *testing.F, name, command string, seeds ...string) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Add(string(repository[name].Data))
	f.Fuzz(func(t *testing.T, text string) {
		found, _ := Resolve(fstest.MapFS{name: file(text)}, ".", split(command)[0])
		lines := strings.Count(text, "\n") + 1
		if len(found) > MaxTasks {
			t.Errorf("%d tasks", len(found))
		}
		for _, task := range found {
			if task.File != name || task.Line < 1 || task.Line > lines || task.Via == "" {
				t.Errorf("task %q at %s:%d of %d lines, via %q", task.Name, task.File, task.Line, lines, task.Via)
			}
			for _, s := range task.Scripts {
				if s.Line < 1 || s.Line > lines {
					t.Errorf("script at line %d of %d", s.Line, lines)
				}
			}
		}
	})
}

func FuzzTox(f *testing.F) {
	fuzz(f, "tox.ini", "tox -e release,deploy,lint", "[testenv:release]\ncommands={[testenv:release]commands}\n\\\n", "[tox]\nenvlist={a,{b}\n")
}
func FuzzMake(f *testing.F) {
	fuzz(f, "Makefile", "make upload all release", "upload: upload\n\t$(", "a=$(a)$(b)\nb=${a\nall:$(a);$@\n")
}
func FuzzNox(f *testing.F) {
	fuzz(f, "noxfile.py", "nox -s release publish lint", "@session\ndef release(s):\n s.run('a', *[\"b\", f'{x!r}'", "def lint(\n\"\"\"")
}
func FuzzJust(f *testing.F) {
	fuzz(f, "justfile", "just publish release", "publish: publish\n  {{\n", "alias publish := release\nrelease a b='c': (publish 'x')\n\t#!x\n\n\ty\n")
}

// FuzzCommands: words come from the text, nothing is made up.
func FuzzCommands(f *testing.F) {
	f.Add("a 'b c' \"d\\\"\" $(e f) && g # h\n\\\ni")
	f.Fuzz(func(t *testing.T, text string) {
		n := 0
		for _, words := range Commands(text) {
			if len(words) == 0 {
				t.Error("a command without words")
			}
			for _, w := range words {
				n += len(w)
			}
		}
		if n > len(text) {
			t.Errorf("%d bytes out of %d", n, len(text))
		}
	})
}
