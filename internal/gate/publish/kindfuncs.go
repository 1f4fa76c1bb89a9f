// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow/shell"
)

// judges has the programs of which the arguments decide.
var judges = map[string]func(c shell.Command, args []string) commandKind{
	"python": pythonKind, "pythonw": pythonKind, "pypy": pythonKind, "py": pythonKind,
	"pip": pip, "uv": uv, "pipx": pipxKind, "hatch": hatch, "poetry": poetry, "pdm": pdm, "flit": flit, "maturin": maturin,
	"twine": twine, "conda": conda, "mamba": conda, "micromamba": conda, "pixi": pixi, "rye": rye, "pipenv": pipenv,
	"npm": npm, "yarn": npm, "pnpm": npm, "bun": npm, "deno": npm, "node": node, "docker": docker, "source": sourced, ".": sourced, "podman": docker, "nerdctl": docker,
	"apt-get": apt, "apt": apt, "apt-cache": apt, "git": git, "gh": gh, "curl": curl, "find": find, "sed": sed, "awk": awk, "gawk": awk, "mawk": awk,
	"tar": tar, "bsdtar": tar, "rsync": func(shell.Command, []string) commandKind { return fetches },
	"cosign": verifier, "sigstore": verifier, "slsa-verifier": verifier, "pypi-attestations": verifier, "sallyport": verifier,
	"tox": runsTests, "nox": runsTests, "go": goTool, "zipfile": zipfile, "tarfile": zipfile, "venv": changing, "virtualenv": changing,
	"json.tool": nothing, "hashlib": nothing, "site": nothing, "sysconfig": nothing, "platform": nothing, "calendar": nothing, "timeit": nothing,
}

func nothing(shell.Command, []string) commandKind  { return harmless }
func changing(shell.Command, []string) commandKind { return changes }

// sourced is a file that the shell reads: an environment's own, or the
// repository's.
func sourced(_ shell.Command, a []string) commandKind {
	switch file := strings.ReplaceAll(verbOf(a), `\`, "/"); {
	case strings.HasSuffix(file, "bin/activate"), strings.HasSuffix(file, "Scripts/activate"), strings.HasPrefix(file, "/"), strings.HasPrefix(file, "~"), strings.HasPrefix(file, "$"):
		return changes
	}
	return code
}

func runsTests(shell.Command, []string) commandKind { return tests }

// pythonKind is an interpreter with a script, a text, or nothing known.
func pythonKind(c shell.Command, a []string) commandKind {
	for i, w := range a {
		switch {
		case w == "-c" || strings.HasPrefix(w, "-") && !strings.HasPrefix(w, "--") && strings.HasSuffix(w, "c") && len(w) <= 4:
			if i+1 < len(a) {
				return pythonText(a[i+1])
			}
			return unheard
		case w == "-":
			if c.Stdin != nil {
				return pythonText(c.Stdin.Text)
			}
			return code
		case w == "-m":
			return unheard
		case strings.HasPrefix(w, "-"):
			continue
		case strings.HasSuffix(w, "setup.py"):
			return builds
		}
		return code
	}
	if c.Stdin != nil {
		return pythonText(c.Stdin.Text)
	}
	return code
}

// pythonText judges a text of Python that is written in the workflow by what
// it imports: with the standard library alone it runs nobody else's code.
func pythonText(text string) commandKind {
	for _, call := range []string{"__import__", "import_module", "os.system", "os.popen", "os.exec", "os.spawn", "exec(", "eval("} {
		if strings.Contains(text, call) {
			return code
		}
	}
	for _, line := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == ';' }) {
		f := strings.Fields(line)
		if len(f) < 2 || f[0] != "import" && f[0] != "from" {
			continue
		}
		names := f[1:2]
		if f[0] == "import" {
			names = strings.Split(strings.Join(f[1:], " "), ",")
		}
		for _, n := range names {
			n = strings.TrimSpace(n)
			n, _, _ = strings.Cut(n, " ")
			n, _, _ = strings.Cut(n, ".")
			if !slices.Contains(strings.Fields(stdlib), n) {
				return code
			}
		}
	}
	return changes
}

// stdlib are modules of the standard library that such texts use.
const stdlib = `__future__ abc argparse ast base64 binascii bisect bz2 calendar codecs collections configparser contextlib copy csv
	dataclasses datetime decimal difflib email enum errno filecmp fileinput fnmatch functools gc getopt getpass glob gzip hashlib
	hmac html http importlib inspect io itertools json locale logging lzma math mimetypes operator os pathlib pkgutil platform
	posixpath pprint random re secrets shlex shutil signal site socket ssl stat statistics string struct sys sysconfig
	tarfile tempfile textwrap threading time tomllib traceback types typing unicodedata urllib uuid warnings xml zipfile zlib`

func pip(c shell.Command, a []string) commandKind {
	switch verbOf(a) {
	case "install":
		if hashed(c, a) {
			return locked
		}
		return installs
	case "wheel":
		return builds
	case "download":
		return installs
	case "uninstall", "config", "cache":
		return changes
	}
	return harmless
}

// hashed reports whether pip installs only what has a fixed hash.
func hashed(c shell.Command, a []string) bool {
	return hasFlag(a, "--require-hashes") || isOn(c.Env["PIP_REQUIRE_HASHES"].Text)
}

func isOn(text string) bool { return text == "1" || strings.EqualFold(text, "true") || text == "on" }

func uv(c shell.Command, a []string) commandKind {
	switch verb := verbOf(a); verb {
	case "build":
		return builds
	case "publish":
		return uploads
	case "pip":
		rest := a[slices.Index(a, verb)+1:]
		switch verbOf(rest) {
		case "install", "sync":
			if hashed(c, a) || isOn(c.Env["UV_REQUIRE_HASHES"].Text) {
				return locked
			}
			return installs
		case "uninstall", "compile":
			return changes
		}
		return harmless
	case "sync", "add", "remove":
		if verb == "sync" && hasFlag(a, "--no-install-project", "--only-group", "--only-dev", "--no-install-workspace") && hasFlag(a, "--locked", "--frozen") {
			return locked
		}
		return builds
	case "run":
		return code
	case "tool":
		return installs
	case "python", "self":
		return locked // interpreters come with their hashes in uv itself
	case "venv", "lock", "init", "cache", "export", "version":
		return changes
	}
	return harmless
}

func pipxKind(_ shell.Command, a []string) commandKind {
	switch verbOf(a) {
	case "run", "install", "inject", "upgrade", "install-all", "upgrade-all", "runpip":
		return installs
	}
	return harmless
}

func hatch(_ shell.Command, a []string) commandKind {
	switch verbOf(a) {
	case "publish":
		return uploads
	case "build":
		return builds
	case "version", "run", "project", "dep":
		return code
	case "test", "fmt", "shell":
		return tests
	case "env", "python":
		return installs
	}
	return harmless
}

func poetry(_ shell.Command, a []string) commandKind {
	switch verbOf(a) {
	case "publish":
		if hasFlag(a, "--build") {
			return builds
		}
		return uploads
	case "build":
		return builds
	case "run":
		return code
	case "install", "sync", "update", "add", "self", "shell":
		return installs
	case "config", "version", "lock", "env":
		return changes
	}
	return harmless
}

func pdm(_ shell.Command, a []string) commandKind {
	switch verbOf(a) {
	case "publish":
		if hasFlag(a, "--no-build") {
			return uploads
		}
		return builds
	case "build":
		return builds
	case "run", "x":
		return code
	case "install", "sync", "add", "update", "self", "plugin", "venv":
		return installs
	case "config", "lock", "use":
		return changes
	}
	return harmless
}

func flit(_ shell.Command, a []string) commandKind {
	switch verbOf(a) {
	case "publish", "build", "install":
		return builds
	}
	return harmless
}

func maturin(_ shell.Command, a []string) commandKind {
	switch verbOf(a) {
	case "upload":
		return uploads
	case "build", "publish", "sdist", "develop", "dev", "pep517":
		return builds
	}
	return harmless
}

func twine(_ shell.Command, a []string) commandKind {
	if v := verbOf(a); v == "upload" || v == "register" {
		return uploads
	}
	return harmless
}
