// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"path"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/shell"
)

// commandKind says what a command does to the job that it runs in.
type commandKind int

// The kinds, in the order of what they may do: of two readings of a command
// the later kind counts.
const (
	// harmless: it runs no code but its own and changes no file.
	harmless commandKind = iota
	// uploads: it sends files to an index and runs nothing else.
	uploads
	// changes: it changes files, or settings of later commands.
	changes
	// fetches: it brings files from elsewhere.
	fetches
	// locked: it installs packages whose hashes are fixed.
	locked
	// unheard: a program that is in no list.
	unheard
	// installs: it installs packages, or runs one that is fetched for it.
	installs
	// tests: it runs tests or tools that import the project.
	tests
	// code: it runs a file or a task of the repository, or a text from
	// elsewhere.
	code
	// builds: it builds distributions or the project.
	builds
)

// foreign reports whether a kind runs code that is neither the runner's nor
// written in the workflow: of packages, of the repository, of an address. What
// no list has may be any of these.
func (k commandKind) foreign() bool { return k >= unheard }

// verb is how messages say it.
func (k commandKind) verb() string {
	switch k {
	case builds:
		return "builds"
	case tests:
		return "runs tests or tools that load the project"
	case code:
		return "runs code of the repository"
	case installs, locked:
		return "installs packages"
	case fetches:
		return "fetches files"
	case changes:
		return "changes files"
	case uploads:
		return "uploads"
	case unheard:
		return "runs a program that is not known here"
	}
	return "changes nothing"
}

// kindOf says what a command does. Programs that run another one ("uv run",
// "python -m") are judged by both.
func kindOf(c graph.Command) commandKind {
	readings := c.Unwrap()
	kind := harmless
	for i, r := range readings {
		if i+1 < len(readings) {
			kind = max(kind, launcherKind(r))
			continue
		}
		last := programKind(r)
		if last == unheard && len(r.Via) > len(c.Via) && strings.HasSuffix(r.Via[len(r.Via)-1], "-m") {
			last = code // a module that no list has may be the repository's
		}
		if last == unheard && i > 0 && runsTasks(readings[i-1]) {
			last = code // a task whose definition was not found
		}
		kind = max(kind, last)
	}
	return kind
}

// launcherKind is what a program that runs another one does beside that.
func launcherKind(c shell.Command) commandKind {
	w := commandWords(c)
	switch name := c.Program(); name {
	case "uvx", "pipx":
		return installs
	case "uv":
		switch {
		case slices.Contains(w, "tool"):
			return installs
		case hasFlag(w, "--no-project", "--no-sync") && !hasFlag(w, "--with", "--with-requirements", "--with-editable"):
			return harmless
		case hasFlag(w, "--no-project", "--no-sync"):
			return installs
		}
		return builds // it installs the project first
	case "hatch", "pdm", "poetry", "tox":
		return installs
	case "pixi", "conda", "mamba", "micromamba", "rye", "pipenv", "mise", "devbox":
		if hasFlag(w, "--locked", "--frozen", "--no-install") {
			return locked
		}
		return installs
	}
	return harmless
}

// runsTasks reports whether a program runs tasks that the repository defines.
func runsTasks(c shell.Command) bool {
	return slices.Contains([]string{"pixi", "hatch", "pdm", "poetry", "rye", "pipenv", "devbox", "mise"}, c.Program())
}

func commandWords(c shell.Command) []string {
	out := make([]string, len(c.Words))
	for i, w := range c.Words {
		out[i] = w.Text
	}
	return out
}

// commandArgs are the arguments of a command.
func commandArgs(c shell.Command) []string {
	if len(c.Words) == 0 {
		return nil
	}
	return commandWords(c)[1:]
}

// hasFlag reports whether one of the words is one of the flags, also with "=".
func hasFlag(words []string, flags ...string) bool {
	for _, w := range words {
		name, _, _ := strings.Cut(w, "=")
		if slices.Contains(flags, name) {
			return true
		}
	}
	return false
}

// verbOf is the first argument that is no flag.
func verbOf(args []string) string {
	for _, a := range args {
		if !strings.HasPrefix(a, "-") && !strings.HasPrefix(a, "+") {
			return a
		}
	}
	return ""
}

// programKind judges a program that runs nothing but itself.
func programKind(c shell.Command) commandKind {
	name, a := strings.ToLower(c.Program()), commandArgs(c)
	switch {
	case bent(c) != "" || runsByFlag(name, a):
		return code
	case strings.Contains(placing, " "+name+" ") && slices.ContainsFunc(a, func(w string) bool { return plants(strings.TrimPrefix(w, "of=")) }):
		return code
	}
	if len(a) == 1 && slices.Contains([]string{"--version", "-V", "--help", "-h"}, a[0]) && !strings.ContainsAny(c.Words[0].Text, "/") {
		return harmless
	}
	if f := judges[name]; f != nil {
		return f(c, a)
	}
	if k, ok := plainKinds()[name]; ok {
		if strings.ContainsAny(c.Words[0].Text, `/\`) && ownFile(c.Words[0].Text) {
			return code
		}
		return k
	}
	switch {
	case name == "":
		if ownFile(c.Words[0].Text) {
			return code
		}
		return unheard
	case ownFile(c.Words[0].Text):
		return code
	case slices.Contains([]string{".py", ".sh", ".bash", ".ps1", ".bat", ".cmd", ".js", ".rb", ".pl"}, path.Ext(name)):
		return code
	}
	return unheard
}

// ownFile reports whether a program is named by a path to where the repository
// or a step of the job may have put it. What an environment holds (bin/,
// Scripts/), and the folders of the system, were installed.
func ownFile(word string) bool {
	word = strings.ReplaceAll(word, `\`, "/")
	if !strings.Contains(word, "/") {
		return false
	}
	if path.Clean(word) != word && strings.Contains(word, "..") {
		return true
	}
	lower := strings.ToLower(word)
	for _, root := range []string{
		"/bin/", "/sbin/", "/usr/", "/opt/", "/library/", "/system/", "/applications/", "/snap/bin/", "/home/linuxbrew/.linuxbrew/",
		"/users/runner/.cargo/bin/", "/home/runner/.cargo/bin/", "/home/runner/.local/bin/", "c:/program files", "c:/windows/", "c:/hostedtoolcache/", "c:/msys64/", "c:/tools/",
		"~/.local/bin/", "~/.cargo/bin/", "$home/.local/bin/", "$home/.cargo/bin/", "${home}/.local/bin/", "${home}/.cargo/bin/", "$conda/", "${conda}/",
		"$pythonlocation/", "${pythonlocation}/", "${{ env.pythonlocation }}/",
	} {
		if strings.HasPrefix(lower, root) {
			return false
		}
	}
	dir := path.Base(path.Dir(word))
	return dir != "bin" && dir != "Scripts" || !strings.Contains(lower, "env")
}
