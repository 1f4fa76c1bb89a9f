// SPDX-License-Identifier: BSD-3-Clause

package shell

import (
	"slices"
	"strings"
	"sync"
)

// Program is the base name of the program without path, .exe and the version
// of a Python: "/venv/bin/python3.12" is "python", "./venv/bin/twine" is
// "twine". It is empty where the name is not known in advance; a directory
// that is not known does not matter.
func (c Command) Program() string {
	if len(c.Words) == 0 {
		return ""
	}
	w := c.Words[0]
	if w.Static {
		return programName(w.Text)
	}
	i := strings.LastIndexAny(w.Text, `/\`)
	if i < 0 {
		return ""
	}
	for _, r := range w.Text[i+1:] {
		if !strings.ContainsRune("_.+-", r) && (r|0x20 < 'a' || r|0x20 > 'z') && (r < '0' || r > '9') {
			return ""
		}
	}
	return programName(w.Text)
}

// python says that a program is an interpreter of Python, or may be one: a
// program that is not known, with -m.
func (c Command) python() bool {
	switch name := c.Program(); name {
	case "python", "pythonw", "pypy", "py", "ipython":
		return true
	case "":
		return len(c.Words) > 1 && c.Words[1].Text == "-m"
	default:
		return false
	}
}

// Module gives what python -m runs, and its arguments; the module is empty
// where the command is none. Interpreters are python, py, pypy, and a program
// that is not known in advance.
func (c Command) Module() (string, []Word) {
	if !c.python() {
		return "", nil
	}
	args, ok := pythonArgs(c.Words[1:])
	if !ok || len(args) == 0 {
		return "", nil
	}
	return strings.TrimSuffix(args[0].Text, ".__main__"), args[1:]
}

// pythonArgs skips an interpreter's own flags. With -m the module comes first
// in what is left and module is true, otherwise a script's path.
func pythonArgs(args []Word) (rest []Word, module bool) {
	for len(args) > 0 {
		text := args[0].Text
		switch {
		case len(text) < 2 || text[0] != '-':
			return args, false
		case text == "-W" || text == "-X" || text == "-Q" || text == "--check-hash-based-pycs":
			args = args[min(2, len(args)):]
			continue
		case strings.HasPrefix(text, "--") || strings.HasPrefix(text, "-W") || strings.HasPrefix(text, "-X") || strings.HasPrefix(text, "-V:"):
			args = args[1:]
			continue
		}
		i := strings.IndexAny(text, "mc")
		switch {
		case i < 0:
			args = args[1:]
		case text[i] == 'c':
			return nil, false
		case i == len(text)-1:
			return args[1:], true
		default:
			w := args[0]
			w.Text = text[i+1:]
			return append([]Word{w}, args[1:]...), true
		}
	}
	return nil, false
}

// runner is a program that runs a command in an environment of its own.
type runner struct {
	name   string // as run, with its subcommand: "uv run"
	before string // flags with a value in front of the subcommand
	values string // flags with a value behind it
	tool   bool   // what it runs may carry a version: twine==6, twine@latest
	python bool   // -m MODULE, and a path to a script, are run with python
}

const uvGlobal = "--directory --project --config-file --color --cache-dir --allow-insecure-host --python-preference -p --python"

const uvValues = uvGlobal + " --with -w --with-editable --with-requirements --from --extra --no-extra --group --no-group --only-group --env-file --package --index --default-index -i --index-url --extra-index-url -f --find-links --index-strategy --keyring-provider --resolution --prerelease --fork-strategy --exclude-newer --exclude-newer-package --link-mode -C --config-setting --config-settings-package --no-build-package --no-binary-package --no-build-isolation-package --refresh-package --reinstall-package -P --upgrade-package --python-platform -c --constraints --overrides --build-constraints -b"

const condaValues = "-n --name -p --prefix --cwd -r --root-prefix -e --env -a --attach --platform --rc-file"

var runners = []runner{
	{name: "uv run", before: uvGlobal, values: uvValues, python: true},
	{name: "uv tool run", before: uvGlobal, values: uvValues, tool: true},
	{name: "uvx", values: uvValues, tool: true},
	{name: "pipx run", values: "--spec --python --pip-args --index-url -i --with --fetch-python --backend", tool: true},
	{name: "poetry run", before: "-C --directory -P --project", values: ""},
	{name: "pdm run", before: "-c --config", values: "-p --project --venv --env-file"},
	{name: "pdm x", values: ""},
	{name: "hatch run", before: "-e --env -p --project --data-dir --cache-dir --config --color"},
	{name: "hatch env run", before: "-e --env -p --project --data-dir --cache-dir --config", values: "-e --env -i --include -x --exclude -f --filter"},
	{name: "pixi run", before: "--color --manifest-path", values: "-e --environment --manifest-path -m --platform --auth-file --color --concurrent-downloads --concurrent-solves --pypi-keyring-provider --tls-root-certs -w --workspace"},
	{name: "pixi exec", values: "-s --spec -w --with -c --channel -p --platform"},
	{name: "rye run", values: "--pyproject -f"},
	{name: "pipenv run", before: "--python"},
	{name: "conda run", values: condaValues},
	{name: "mamba run", values: condaValues},
	{name: "micromamba run", before: condaValues, values: condaValues},
	{name: "tox exec", values: "-e -c --conf --workdir --root --skip-pkg-install"},
	{name: "coverage run", values: "--rcfile --context --data-file --source --source-pkgs --include --omit --concurrency", python: true},
	{name: "mise exec", values: "-c --command -C --cd -j --jobs"},
	{name: "mise x", values: "-C --cd -j --jobs"},
	{name: "asdf exec"},
	{name: "pyenv exec"},
	{name: "devbox run", values: "-c --config -e --env --env-file"},
	{name: "rtx exec"},
	{name: "dotenv", values: "-f --file"},
	{name: "with-contenv"},
}

// Unwrap gives every reading of the command: itself, and what it comes down
// to where it runs another one by python -m, uv run, uvx, pipx run and the
// like, with Via extended. Tools come without the version asked for
// ("uvx twine@6 upload" is twine upload).
func (c Command) Unwrap() []Command {
	out := []Command{c}
	for range MaxDepth {
		inner, ok := out[len(out)-1].inner()
		if !ok {
			break
		}
		out = append(out, inner)
	}
	return out
}

func (c Command) into(how string, words []Word) (Command, bool) {
	if len(words) == 0 {
		return c, false
	}
	c.Via = append(slices.Clip(c.Via), how)
	c.Words = words
	c.Line = words[0].Line
	return c, true
}

func (c Command) inner() (Command, bool) {
	if c.python() {
		rest, module := pythonArgs(c.Words[1:])
		if len(rest) == 0 {
			return c, false
		}
		rest = slices.Clone(rest)
		if module {
			rest[0].Text = strings.TrimSuffix(rest[0].Text, ".__main__")
			return c.into("python -m", rest)
		}
		// An installed program given to its interpreter: python bin/twine, or
		// python $(which twine).
		name := Command{Words: rest}.Program()
		path := strings.ReplaceAll(rest[0].Text, `\\`, "/")
		if name != "" && !strings.Contains(name, ".") && (path == name || strings.HasSuffix(path, "bin/"+name) || strings.HasSuffix(path, "Scripts/"+name)) {
			return c.into("python", rest)
		}
		return c, false
	}
	name := c.Program()
	for _, r := range byProgram()[name] {
		rest, ok := c.Words[1:], true
		for i, sub := range r.subs {
			if i == 0 {
				rest = skipFlags(rest, r.before)
			}
			if ok = len(rest) > 0 && rest[0].Text == sub; !ok {
				break
			}
			rest = rest[1:]
		}
		if !ok {
			continue
		}
		return c.run(r.runner, rest)
	}
	return c, false
}

// split is a runner with the words behind its program.
type split struct {
	runner
	subs []string
}

// byProgram are the runners by their program.
var byProgram = sync.OnceValue(func() map[string][]split {
	out := map[string][]split{}
	for _, r := range runners {
		words := strings.Fields(r.name)
		out[words[0]] = append(out[words[0]], split{r, words[1:]})
	}
	return out
})

// run reads what follows a runner's subcommand.
func (c Command) run(r runner, args []Word) (Command, bool) {
	if r.python {
		for rest := args; len(rest) > 0 && strings.HasPrefix(rest[0].Text, "-") && rest[0].Text != "--"; rest = rest[1:] {
			if rest[0].Text == "-m" || rest[0].Text == "--module" {
				return c.into(r.name+" -m", rest[1:])
			}
			if strings.Contains(" "+r.values+" ", " "+rest[0].Text+" ") && len(rest) > 1 {
				rest = rest[1:]
			}
		}
	}
	rest := skipFlags(args, r.values)
	if len(rest) == 0 {
		return c, false
	}
	rest = slices.Clone(rest)
	switch {
	case strings.HasPrefix(r.name, "hatch"):
		for len(rest) > 0 && rest[0].Text != "" && strings.ContainsAny(rest[0].Text[:1], "+-") {
			rest = rest[1:]
		}
		if len(rest) == 0 {
			return c, false
		}
		if env, cmd, ok := strings.Cut(rest[0].Text, ":"); ok && cmd != "" && !strings.ContainsAny(env, `/\`) {
			rest[0].Text = cmd
		}
		if len(rest) == 1 && strings.Contains(rest[0].Text, " ") {
			rest = fieldWords(rest[0])
		}
	case r.tool:
		if i := strings.IndexAny(rest[0].Text, "@=<>~![;"); i > 0 && rest[0].Static {
			rest[0].Text = rest[0].Text[:i]
		}
	}
	if r.python && strings.HasSuffix(rest[0].Text, ".py") {
		w := rest[0]
		w.Text, w.Static = "python", true
		rest = append([]Word{w}, rest...)
	}
	return c.into(r.name, rest)
}

// fieldWords splits a command that is given as one word.
func fieldWords(w Word) []Word {
	var out []Word
	for _, f := range strings.Fields(w.Text) {
		out = append(out, Word{Text: f, Static: w.Static, Line: w.Line})
	}
	return out
}
