// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
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
	return among(verbOf(a), "info list search env-list version package notices compare doctor")
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
	return among(verbOf(a), "info list tree search version completion help task project workspace")
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
	return among(verbOf(a), "show version list config lock")
}

func pipenv(_ shell.Command, a []string) commandKind {
	switch verbOf(a) {
	case "install", "sync", "update":
		return installs
	case "run":
		return code
	}
	return among(verbOf(a), "--venv graph check verify requirements lock scripts")
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

func apt(_ shell.Command, a []string) commandKind {
	switch verbOf(a) {
	case "install", "upgrade", "dist-upgrade", "full-upgrade", "build-dep", "reinstall":
		return installs
	}
	return among(verbOf(a), "update show list search policy clean autoclean autoremove remove purge madison depends showpkg")
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
	return among(verbOf(a), "verify verify-blob verify-attestation verify-artifact verify-image verify-npm-package inspect version triangulate tree download gate verify seal audit help initialize")
}

func goTool(c shell.Command, a []string) commandKind {
	if ownProgram(c, a) {
		if a[0] == "run" {
			return verifier(c, a[2:])
		}
		return locked
	}
	switch verbOf(a) {
	case "build", "run", "test", "generate":
		return builds
	case "install", "get":
		return installs
	}
	return among(verbOf(a), "version env")
}

// ownModule is where the program is fetched from.
const ownModule = "github.com/scientific-python/sallyport"

// ownProgram reports whether the Go tool fetches this very program, at one
// version, to install or run it: Go's checksum database vouches for what comes,
// unless a variable turns that off. Flags may have other code run.
func ownProgram(c shell.Command, a []string) bool {
	if len(a) < 2 || a[0] != "run" && a[0] != "install" || a[0] == "install" && len(a) > 2 {
		return false
	}
	for name := range c.Env {
		if strings.HasPrefix(name, "GO") && strings.ToUpper(name) == name {
			return false
		}
	}
	module, version, _ := strings.Cut(a[1], "@")
	return module == ownModule && fixedVersion(version)
}

// fixedVersion is a commit or a whole version number.
func fixedVersion(v string) bool {
	if len(v) == 40 && strings.Trim(v, "0123456789abcdef") == "" {
		return true
	}
	number, ok := strings.CutPrefix(v, "v")
	return ok && strings.Count(number, ".") >= 2 && number[0] >= '0' && number[0] <= '9'
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
	return among(verbOf(a), "images ps version info inspect login logout tag rm rmi push stop kill logs network volume system context manifest history port top stats search wait")
}

// curl without a file to write to prints what it gets. A configuration may say
// anything.
func curl(_ shell.Command, a []string) commandKind {
	kind := harmless
	for _, w := range a {
		short := shortFlags(w, "AbcCdDeEFhHKmoPQrtTuUwxXyYz")
		switch {
		case strings.ContainsAny(short, "K") || longFlag(w, 3, "--config"):
			return code
		case longFlag(w, 2, "--output", "--output-dir", "--remote-name", "--remote-name-all", "--remote-header-name", "--cookie-jar", "--dump-header", "--trace", "--trace-ascii", "--stderr", "--etag-save", "--libcurl", "--hsts", "--alt-svc"),
			strings.ContainsAny(short, "oOJcD"):
			kind = fetches
		}
	}
	return kind
}

func find(_ shell.Command, a []string) commandKind {
	if hasFlag(a, "-delete", "-fprint", "-fprint0", "-fprintf", "-fls") {
		return changes
	}
	return harmless // what -exec runs is a command of its own
}

// tar can run programs for what it packs, unpacks and at points between.
func tar(_ shell.Command, a []string) commandKind {
	kind := changes
	for i, w := range a {
		short := shortFlags(w, "bCfFgHIKLNTVX")
		if i == 0 && !strings.HasPrefix(w, "-") {
			short = w
		}
		switch {
		case strings.HasPrefix(w, "--checkpoint-") || longFlag(w, 2, "--to-command", "--rsh-command", "--rmt-command", "--info-script", "--new-volume-script"):
			return code
		case longFlag(w, 2, "--use-compress-program") || strings.Contains(short, "I"):
			_, program, inline := strings.Cut(w, "=")
			if !inline && i+1 < len(a) {
				program = a[i+1]
			}
			if program, _, _ = strings.Cut(program, " "); !strings.Contains(" zstd zstdmt xz gzip pigz bzip2 pbzip2 lz4 pixz unzstd ", " "+program+" ") {
				return code
			}
		case strings.Contains(short, "F"):
			return code
		case w == "--list" || strings.Contains(short, "t"):
			kind = harmless
		}
	}
	return kind
}

// sorting may write its result, and pack what it sets aside with a program.
func sorting(_ shell.Command, a []string) commandKind {
	kind := harmless
	for _, w := range a {
		switch {
		case longFlag(w, 2, "--compress-program"):
			return code
		case longFlag(w, 1, "--output") || strings.Contains(shortFlags(w, "kotST"), "o"):
			kind = changes
		}
	}
	return kind
}

// secondFile are programs that write what they make to a second file, if there
// is one.
func secondFile(_ shell.Command, a []string) commandKind {
	if len(positional(a, "-s", "-l", "-c", "-g", "-o", "-n", "-f", "-w")) > 1 || hasFlag(a, "-r") {
		return changes
	}
	return harmless
}

// mayWrite are programs that only write files when a flag says so.
func mayWrite(_ shell.Command, a []string) commandKind {
	for _, w := range a {
		if longFlag(w, 2, "--output", "--inplace", "--in-place", "--split-exp", "--output-file", "--set") || strings.ContainsAny(shortFlags(w, ""), "ois") {
			return changes
		}
	}
	return harmless
}

// among is harmless for a command of a program that is in the list, or none;
// any other may run what it likes.
func among(verb, list string) commandKind {
	if verb == "" || strings.Contains(" "+list+" ", " "+verb+" ") {
		return harmless
	}
	return unheard
}
