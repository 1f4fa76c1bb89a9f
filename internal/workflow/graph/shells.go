// SPDX-License-Identifier: BSD-3-Clause

package graph

import (
	"maps"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/shell"
)

// shellLine is the key "shell" that holds for a step, and where it stands.
func shellLine(f frame, s *Step, bound bindings) (string, int) {
	all := []workflow.Text{s.Step.Run.Shell}
	if len(s.Chain) == 0 {
		all = append(all, s.Job.Job.Defaults.Shell, f.file.Defaults.Shell)
	}
	for _, t := range all {
		if text := bound.apply(t.Value); text != "" {
			return text, t.Line
		}
	}
	return "", 0
}

// withStartUp is a script with the file that bash runs first, on the same line:
// what $BASH_ENV names.
func withStartUp(text, dialect string, env map[string]string) string {
	first := strings.TrimSpace(env["BASH_ENV"])
	if first == "" || strings.ContainsAny(first, "\n\r") || dialect != "" && !strings.Contains(lower(dialect), "bash") {
		return text
	}
	if !strings.ContainsAny(first, "$`\"'") {
		first = "'" + first + "'"
	}
	return ". " + first + "; " + text
}

// envWrites are what a script hands to later steps.
func envWrites(script shell.Script, file string, where func(int) int) []EnvWrite {
	var out []EnvWrite
	for _, name := range slices.Sorted(maps.Keys(script.EnvFile)) {
		w := script.EnvFile[name]
		out = append(out, EnvWrite{Name: name, Text: w.Text, Known: w.Static, File: file, Line: where(max(w.Line, 1))})
	}
	for _, w := range script.Written {
		switch strings.ToUpper(strings.Trim(w.Path.Text, "${} %")) {
		case "GITHUB_PATH", "ENV:GITHUB_PATH", "ENV.GITHUB_PATH", "GITHUB.PATH":
			out = append(out, EnvWrite{Name: "PATH", Text: strings.TrimSpace(w.Content.Text), Known: w.Content.Static, File: file, Line: where(max(w.Line, 1))})
		}
	}
	return out
}

// The shells that PlainShell knows, by what their command lines may hold.
var (
	posixShells  = []string{"bash", "sh", "dash", "zsh", "ksh", "ash", "msys2", "msys", "cygwin", "micromamba-shell", "wsl-bash", "alpine.sh"}
	powerShells  = []string{"pwsh", "powershell"}
	pythons      = []string{"python", "python2", "python3", "pypy", "pypy3"}
	otherRunners = []string{"perl", "ruby", "node", "rscript", "julia", "php", "lua", "elvish", "fish", "nu", "xonsh"}
	posixFlags   = []string{"--noprofile", "--norc", "--login", "--posix", "--root", "--"}
	powerFlags   = []string{"-noprofile", "-nologo", "-noninteractive", "-nop", "-file", "-f", "-command", "-c", "-executionpolicy", "-login", "-l",
		"unrestricted", "bypass", "remotesigned", "{0}", ". {0}", "& {0}", ". '{0}'", "& '{0}'"}
	cmdFlags    = []string{"/d", "/e:on", "/v:off", "/v:on", "/s", "/c", "/q", "call", "{0}", "call {0}"}
	systemPaths = []string{"/bin/", "/usr/bin/", "/usr/local/bin/", "/opt/homebrew/bin/"}
)

// PlainShell reports whether the key "shell" names a shell or interpreter that
// runs the step's script and nothing else: a known one, by its name or from
// the system's folders, with flags that only say how it reads the script.
func PlainShell(text string) bool {
	words := optionWords(text)
	for len(words) > 2 && words[0] == "arch" && strings.HasPrefix(words[1], "-") {
		words = words[2:]
	}
	if len(words) == 0 {
		return true
	}
	name, plain := shellName(words[0])
	if !plain {
		return false
	}
	args := words[1:]
	scripts := 0
	for _, w := range args {
		scripts += strings.Count(w, "{0}")
	}
	if len(args) == 0 {
		return slices.Contains([]string{"bash", "sh", "pwsh", "powershell", "cmd", "python"}, name)
	}
	if scripts != 1 {
		return false
	}
	fits := func(allowed []string) bool {
		return !slices.ContainsFunc(args, func(w string) bool { return !slices.Contains(allowed, lower(w)) })
	}
	switch {
	case slices.Contains(posixShells, name):
		return posixArgs(args)
	case slices.Contains(powerShells, name):
		return fits(powerFlags)
	case name == "cmd":
		return fits(cmdFlags)
	case slices.Contains(pythons, name) || versioned(name):
		return !slices.ContainsFunc(args[:len(args)-1], func(w string) bool { return !letters(w, "uIEsSBOqbPx") }) && args[len(args)-1] == "{0}"
	case slices.Contains(otherRunners, name):
		return len(args) == 1
	}
	return false
}

// posixArgs: flags of one letter, options by name, and the script last.
func posixArgs(args []string) bool {
	if args[len(args)-1] != "{0}" {
		return false
	}
	for i := 0; i < len(args)-1; i++ {
		w := args[i]
		switch {
		case slices.Contains(posixFlags, w):
		case letters(w, "abefhiklmnprtuvxBCEHPTDoO"):
			if strings.ContainsAny(w, "oO") && i+1 < len(args)-1 && letters("-"+args[i+1], "abcdefghijklmnopqrstuvwxyz_") {
				i++
			}
		default:
			return false
		}
	}
	return true
}

// shellName is the name of a program without ".exe"; plain is false for one
// from a folder that is not the system's.
func shellName(program string) (name string, plain bool) {
	name = lower(strings.ReplaceAll(program, `\`, "/"))
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		folder := name[:i+1]
		if !slices.Contains(systemPaths, folder) && (len(folder) < 3 || folder[1:3] != ":/") {
			return name, false
		}
		name = name[i+1:]
	}
	return strings.TrimSuffix(name, ".exe"), true
}

// letters reports whether a word is "-" or "+" and then some of the letters.
func letters(w, of string) bool {
	return len(w) > 1 && (w[0] == '-' || w[0] == '+') && strings.Trim(w[1:], of) == ""
}

// versioned reports whether a name is python3.12 and the like.
func versioned(name string) bool {
	rest, ok := strings.CutPrefix(name, "python")
	return ok && strings.Trim(rest, "0123456789.") == ""
}
