// SPDX-License-Identifier: BSD-3-Clause

package sinks

import (
	"path"
	"strings"
)

// launchers run the command that follows their own flags and words.
var launchers = map[string]struct {
	sub   []string // sub-commands that launch; none: it always does
	flags optionSet
}{
	"sudo":       {flags: options("-u --user=", "-g --group=", "-h --host=", "-p --prompt=", "-C=", "-E --preserve-env", "-H --set-home", "-n", "-i", "-s")},
	"doas":       {flags: options("-u=", "-n")},
	"env":        {flags: options("-u --unset=", "-C --chdir=", "-S --split-string=", "-i --ignore-environment")},
	"nice":       {flags: options("-n --adjustment=")},
	"time":       {flags: options("-f --format=", "-o --output=")},
	"timeout":    {flags: options("-s --signal=", "-k --kill-after=")},
	"nohup":      {},
	"command":    {},
	"builtin":    {},
	"exec":       {flags: options("-a=")},
	"xvfb-run":   {flags: options("-s --server-args=", "-n --server-num=")},
	"stdbuf":     {flags: options("-i=", "-o=", "-e=")},
	"retry":      {flags: options("-t --times=", "-d --delay=")},
	"xargs":      {flags: options("-n --max-args=", "-I --replace=", "-P --max-procs=", "-L --max-lines=", "-d --delimiter=", "-a --arg-file=", "-s=")},
	"parallel":   {},
	"uvx":        {flags: uvRun},
	"uv":         {sub: []string{"run", "tool run", "x"}, flags: uvRun},
	"pipx":       {sub: []string{"run"}, flags: options("--spec=", "--python=", "--pip-args=", "-i --index-url=", "--backend=", "--with=")},
	"npx":        {flags: options("-p --package=", "-c --call=", "-y --yes")},
	"poetry":     {sub: []string{"run"}, flags: options("-C --directory=", "-P --project=")},
	"pdm":        {sub: []string{"run"}, flags: options("-p --project=", "--venv=")},
	"rye":        {sub: []string{"run"}, flags: options("--pyproject=")},
	"pipenv":     {sub: []string{"run"}},
	"hatch":      {sub: []string{"run", "env run"}, flags: options("-e --env=", "-p --project=", "-i --include=", "-x --exclude=", "-f --filter=")},
	"pixi":       {sub: []string{"run", "exec", "x", "r"}, flags: options("-e --environment=", "--manifest-path=", "-m=", "-s --spec=", "-w --with=", "-c --channel=", "-p --platform=")},
	"conda":      {sub: []string{"run"}, flags: options("-n --name=", "-p --prefix=", "--cwd=")},
	"mamba":      {sub: []string{"run"}, flags: options("-n --name=", "-p --prefix=", "--cwd=")},
	"micromamba": {sub: []string{"run"}, flags: options("-n --name=", "-p --prefix=", "-r --root-prefix=", "--cwd=", "-a --attach=")},
	"mise":       {sub: []string{"exec", "x"}},
	"rtx":        {sub: []string{"exec", "x"}},
	"tox":        {sub: []string{"exec"}, flags: options("-e=", "-c --conf=")},
	"nix":        {sub: []string{"develop"}, flags: options("-c --command")},
	"nix-shell":  {},
	"devbox":     {sub: []string{"run"}},
	"pyenv":      {sub: []string{"exec"}},
	"asdf":       {sub: []string{"exec"}},
}

var uvRun = options("--from=", "--with=", "--with-editable=", "--with-requirements=", "-w=", "-p --python=", "--index=", "--default-index=",
	"-i --index-url=", "--extra-index-url=", "-f --find-links=", "--extra=", "--no-extra=", "--group=", "--no-group=", "--only-group=", "--package=",
	"--directory=", "--project=", "--env-file=", "--config-file=", "--cache-dir=", "--color=", "-P --upgrade-package=", "--refresh-package=",
	"--reinstall-package=", "-c --constraints=", "--exclude-newer=", "--link-mode=", "--resolution=", "--prerelease=")

// program is a word's program: the base name, without a version and ".exe".
func program(w word) string {
	name := strings.ReplaceAll(w.text, `\`, "/")
	name = strings.ToLower(path.Base(name))
	name = strings.TrimSuffix(name, ".exe")
	if i := strings.IndexAny(name, "@=<>~![ "); i > 0 {
		name = name[:i]
	}
	return name
}

// unlaunch follows launchers and "python -m" to the program that runs at the
// end: its name and its arguments.
func unlaunch(words []word) (string, []word) {
	for range 12 {
		for len(words) > 0 && (words[0].text == "" || assignment(words[0])) {
			words = words[1:]
		}
		if len(words) == 0 {
			return "", nil
		}
		name, args := program(words[0]), words[1:]
		next, ok := launched(name, args)
		if !ok {
			if m, rest, found := module(name, args); found {
				return m, rest
			}
			return name, args
		}
		words = next
	}
	return "", nil
}

// launched are the words that a launcher runs.
func launched(name string, args []word) ([]word, bool) {
	l, ok := launchers[name]
	if !ok {
		return nil, false
	}
	args, _ = skipFlags(l.flags, args)
	if len(l.sub) > 0 {
		n := 0
		for _, sub := range l.sub {
			fields := strings.Fields(sub)
			rest := args
			matched := 0
			for _, f := range fields {
				if rest, _ = skipFlags(l.flags, rest); len(rest) > 0 && rest[0].text == f {
					rest = rest[1:]
					matched++
				}
			}
			if matched == len(fields) {
				n, args = matched, rest
				break
			}
		}
		if n == 0 {
			return nil, false
		}
	}
	args, isModule := skipFlags(l.flags, args)
	if name == "timeout" && len(args) > 0 {
		args = args[1:] // the duration
	}
	if isModule && len(args) > 0 { // uv run -m twine
		args = append([]word{{"python", true}, {"-m", true}}, args...)
	}
	if name == "hatch" && len(args) > 0 { // hatch run ENV:COMMAND
		if _, command, ok := strings.Cut(args[0].text, ":"); ok && !strings.Contains(args[0].text, "/") {
			args = append([]word{{command, args[0].static}}, args[1:]...)
		}
	}
	return args, true
}

// skipFlags drops leading flags and assignments. The second result says that
// the last was "-m" or "--module", which names what follows.
func skipFlags(set optionSet, words []word) ([]word, bool) {
	for len(words) > 0 {
		w := words[0]
		switch {
		case w.text == "--":
			return words[1:], false
		case w.text == "-m" && !set["-m"].valued || w.text == "--module":
			return words[1:], true
		case strings.HasPrefix(w.text, "-") && len(w.text) > 1:
			o, ok := set[w.text]
			words = words[1:]
			if ok && o.valued && len(words) > 0 {
				words = words[1:]
			}
		case assignment(w):
			words = words[1:]
		default:
			return words, false
		}
	}
	return nil, false
}

// assignment says that a word is NAME=value.
func assignment(w word) bool {
	name, text, ok := strings.Cut(w.text, "=")
	if !ok || name == "" || strings.HasPrefix(text, "=") { // not twine==6.1
		return false
	}
	for i, r := range name {
		if r != '_' && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return true
}

// modules are the programs behind "python -m NAME", where they differ.
var modules = map[string]string{
	"jupyter_releaser": "jupyter-releaser", "jupyter_releaser.actions.finalize_release": "jupyter-releaser-finalize",
	"jupyter_releaser.actions.publish_release": "jupyter-releaser-finalize", "semantic_release": "semantic-release",
	"wheelhouse_uploader": "wheelhouse-uploader", "binstar_client.scripts.cli": "anaconda", "binstar_client": "anaconda",
	"anaconda_cli_base": "anaconda", "twine.__main__": "twine", "zest.releaser.fullrelease": "fullrelease", "zest.releaser.release": "fullrelease",
	"poetry.console.application": "poetry", "flit.__main__": "flit", "hatch.__main__": "hatch", "pdm.__main__": "pdm",
}

// module reads "PYTHON [flags] -m NAME args": any program that no table knows
// may be a Python, by whatever path or variable it is named.
func module(name string, args []word) (string, []word, bool) {
	if _, ok := uploaders[name]; ok {
		return "", nil, false
	}
	for i, w := range args {
		m, attached := strings.CutPrefix(w.text, "-m")
		switch {
		case (w.text == "-m" || strings.HasPrefix(name, "py") && isolatedModule(w.text)) && i+1 < len(args):
			return moduleProgram(args[i+1].text), args[i+2:], true
		case attached && m != "" && strings.HasPrefix(name, "py"):
			return moduleProgram(m), args[i+1:], true
		case !strings.HasPrefix(w.text, "-"):
			if i > 0 && (args[i-1].text == "-W" || args[i-1].text == "-X") {
				continue
			}
			return "", nil, false
		}
	}
	return "", nil, false
}

// isolatedModule reports whether a word is Python's -m behind other flags (-Im).
func isolatedModule(word string) bool {
	return len(word) > 2 && len(word) < 7 && word[0] == '-' && word[len(word)-1] == 'm' && strings.Trim(word[1:len(word)-1], "bBdEiIOPqsSuvx") == ""
}

func moduleProgram(name string) string {
	if p, ok := modules[name]; ok {
		return p
	}
	return name
}
