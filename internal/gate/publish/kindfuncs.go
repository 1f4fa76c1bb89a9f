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
	"json.tool": nothing, "hashlib": nothing, "site": nothing, "sysconfig": nothing, "platform": nothing, "calendar": nothing,
	"sort": sorting, "uniq": secondFile, "xxd": secondFile, "tree": mayWrite, "yq": mayWrite, "base64": mayWrite, "git-lfs": func(shell.Command, []string) commandKind { return fetches },
}

func nothing(shell.Command, []string) commandKind  { return harmless }
func changing(shell.Command, []string) commandKind { return changes }

// sourced is a file that the shell reads: an environment's own, or one that
// the repository or a step of the job wrote.
func sourced(_ shell.Command, a []string) commandKind {
	file := strings.ReplaceAll(verbOf(a), `\`, "/")
	for _, end := range []string{"bin/activate", "Scripts/activate", "etc/profile.d/conda.sh", "etc/profile.d/mamba.sh", "/.cargo/env"} {
		if strings.HasSuffix(file, end) {
			return changes
		}
	}
	for _, name := range []string{"/.bashrc", "/.profile", "/.bash_profile", "/.zshrc"} {
		if file == "~"+name || file == "$HOME"+name || file == "${HOME}"+name {
			return changes
		}
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
	return among(verbOf(a), "list show freeze check hash inspect index debug help search completion")
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
		return among(verbOf(rest), "list show freeze check tree")
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
	return among(verbOf(a), "help tree generate-shell-completion auth")
}

func pipxKind(_ shell.Command, a []string) commandKind {
	switch verbOf(a) {
	case "run", "install", "inject", "upgrade", "install-all", "upgrade-all", "runpip":
		return installs
	}
	return among(verbOf(a), "list environment ensurepath uninstall completions help")
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
	return among(verbOf(a), "status config self clean new")
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
	return among(verbOf(a), "show check about search source cache list help")
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
	return among(verbOf(a), "show list info outdated search cache fix import export")
}

func flit(_ shell.Command, a []string) commandKind {
	switch verbOf(a) {
	case "publish", "build", "install":
		return builds
	}
	return among(verbOf(a), "init info")
}

func maturin(_ shell.Command, a []string) commandKind {
	switch verbOf(a) {
	case "upload":
		return uploads
	case "build", "publish", "sdist", "develop", "dev", "pep517":
		return builds
	}
	return among(verbOf(a), "list-python new init generate-ci")
}

func twine(_ shell.Command, a []string) commandKind {
	if v := verbOf(a); v == "upload" || v == "register" {
		return uploads
	}
	return among(verbOf(a), "check")
}
