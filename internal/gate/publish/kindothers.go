// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow/shell"
)

func conda(_ shell.Command, a []string) commandKind {
	switch verbOf(a) {
	case "install", "create", "env", "update", "upgrade", "self-update":
		return installs
	case "build", "mambabuild", "render":
		return builds
	case "run":
		return code
	case "config", "activate", "deactivate", "init", "clean", "remove":
		return changes
	}
	return harmless
}

func pixi(_ shell.Command, a []string) commandKind {
	switch verbOf(a) {
	case "run", "shell", "r":
		return code
	case "exec", "x", "add", "global", "upgrade", "update", "self-update":
		return installs
	case "install", "i":
		if hasFlag(a, "--locked", "--frozen") {
			return locked
		}
		return installs
	case "build", "publish":
		return builds
	case "config", "clean", "lock", "init", "auth":
		return changes
	}
	return harmless
}

func rye(_ shell.Command, a []string) commandKind {
	switch verbOf(a) {
	case "build":
		return builds
	case "publish":
		return uploads
	case "run", "test":
		return code
	case "sync", "install", "add", "self", "toolchain", "fetch":
		return installs
	}
	return harmless
}

func pipenv(_ shell.Command, a []string) commandKind {
	switch verbOf(a) {
	case "install", "sync", "update":
		return installs
	case "run":
		return code
	}
	return harmless
}

func npm(_ shell.Command, a []string) commandKind {
	switch verb := verbOf(a); verb {
	case "config", "cache", "view", "ls", "list", "outdated", "pack", "set", "whoami", "login", "audit":
		return changes
	case "", "ci", "install", "i", "add", "update", "upgrade", "global", "exec", "dlx", "x":
		if verb == "" && len(a) > 0 {
			return harmless
		}
		return installs
	case "publish":
		return unheard // another index
	}
	return code // a script of package.json
}

func node(_ shell.Command, a []string) commandKind {
	if hasFlag(a, "-e", "--eval", "-p", "--print") {
		return changes
	}
	return code
}

func apt(_ shell.Command, a []string) commandKind {
	switch verbOf(a) {
	case "install", "upgrade", "dist-upgrade", "full-upgrade", "build-dep", "reinstall":
		return installs
	}
	return harmless
}

func git(_ shell.Command, a []string) commandKind {
	rest := a
	for len(rest) > 0 && strings.HasPrefix(rest[0], "-") {
		if rest[0] == "-c" || rest[0] == "-C" {
			rest = rest[1:]
		}
		if len(rest) > 0 {
			rest = rest[1:]
		}
	}
	if len(rest) == 0 {
		return harmless
	}
	switch rest[0] {
	case "describe", "log", "show", "status", "rev-parse", "diff", "ls-files", "ls-remote", "ls-tree", "cat-file", "for-each-ref", "rev-list",
		"blame", "shortlog", "grep", "merge-base", "remote", "verify-commit", "verify-tag", "var", "version", "name-rev", "show-ref", "push":
		return harmless
	case "tag", "branch", "notes":
		return harmless // they write in .git only
	case "clone", "fetch", "pull", "submodule", "lfs":
		return fetches
	}
	return changes
}

func gh(_ shell.Command, a []string) commandKind {
	var v []string
	for i := 0; i < len(a) && len(v) < 2; i++ {
		switch {
		case a[i] == "-R" || a[i] == "--repo" || a[i] == "--hostname":
			i++
		case !strings.HasPrefix(a[i], "-"):
			v = append(v, a[i])
		}
	}
	switch strings.Join(v, " ") {
	case "release download", "run download", "attestation download", "repo clone", "pr checkout":
		return fetches
	case "extension install", "extension upgrade", "ext install":
		return installs
	case "extension exec":
		return unheard
	}
	return harmless
}

// curl without a file to write to prints what it gets.
func curl(_ shell.Command, a []string) commandKind {
	for _, w := range a {
		if w == "--output" || w == "--remote-name" || w == "--remote-name-all" || strings.HasPrefix(w, "--output=") ||
			strings.HasPrefix(w, "-") && !strings.HasPrefix(w, "--") && strings.ContainsAny(w, "oO") {
			return fetches
		}
	}
	return harmless
}

func find(_ shell.Command, a []string) commandKind {
	if hasFlag(a, "-delete", "-fprint", "-fprintf") {
		return changes
	}
	return harmless // what -exec runs is a command of its own
}

func sed(_ shell.Command, a []string) commandKind {
	for _, w := range a {
		if strings.HasPrefix(w, "--in-place") || strings.HasPrefix(w, "-") && !strings.HasPrefix(w, "--") && strings.Contains(w, "i") {
			return changes
		}
	}
	return harmless
}

func awk(_ shell.Command, a []string) commandKind {
	if slices.ContainsFunc(a, func(w string) bool { return strings.Contains(w, "system(") || strings.Contains(w, ">") || w == "-f" }) {
		return changes
	}
	return harmless
}

func tar(_ shell.Command, a []string) commandKind {
	for i, w := range a {
		if w == "--list" || (i == 0 || strings.HasPrefix(w, "-")) && !strings.HasPrefix(w, "--") && strings.Contains(w, "t") {
			return harmless
		}
	}
	return changes
}

func zipfile(_ shell.Command, a []string) commandKind {
	if hasFlag(a, "-l", "--list", "-t", "--test") {
		return harmless
	}
	return changes
}

// verifier is a program of signatures: what it signs it writes beside it.
func verifier(_ shell.Command, a []string) commandKind {
	switch verbOf(a) {
	case "sign", "sign-blob", "attest", "attest-blob":
		return changes
	}
	return harmless
}

func goTool(_ shell.Command, a []string) commandKind {
	switch verbOf(a) {
	case "build", "run", "test", "generate":
		return builds
	case "install", "get":
		return installs
	}
	return harmless
}

func docker(_ shell.Command, a []string) commandKind {
	switch verbOf(a) {
	case "build", "buildx", "compose":
		return builds
	case "run", "exec", "start":
		return code
	case "pull", "cp", "create", "load", "import":
		return fetches
	}
	return harmless
}
