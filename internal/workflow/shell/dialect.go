// SPDX-License-Identifier: BSD-3-Clause

package shell

import (
	"path"
	"slices"
	"strings"
)

type family int

const (
	famBourne family = iota
	famPower
	famCmd
	famOpaque
)

// dialect is how a text is read, and what its shell does about failures.
type dialect struct {
	family   family
	posix    bool // sh rather than bash
	errexit  bool
	pipefail bool
	unsure   bool   // the shell is not known before the workflow runs
	program  string // famOpaque: what reads the text
}

// bourne are shells that the parser reads, with the wrappers that setup
// actions install in front of them.
var bourne = []string{"bash", "sh", "dash", "zsh", "ksh", "ash", "rbash", "mksh", "msys2", "msys", "wsl-bash", "wsl", "micromamba-shell", "alpine.sh", "cygwin"}

// readDialect reads a shell: value. A custom one has the flags that it names
// and no others; the plain names have the flags that a runner adds.
func readDialect(shell, text string) dialect {
	shell = strings.TrimSpace(shell)
	switch {
	case shell == "":
		if program, ok := shebang(text); ok {
			return readDialect(program, "")
		}
		return dialect{errexit: true}
	case shell == "bash":
		return dialect{errexit: true, pipefail: true}
	case shell == "sh":
		return dialect{posix: true, errexit: true}
	case strings.Contains(shell, "${{"):
		return dialect{errexit: true, unsure: true}
	}
	words := strings.Fields(shell)
	for i, w := range words {
		switch name := programName(w); {
		case slices.Contains(bourne, name):
			d := dialect{posix: name == "sh" || name == "dash" || name == "ash"}
			for j, flag := range words[i+1:] {
				if strings.HasPrefix(flag, "-") && !strings.HasPrefix(flag, "--") {
					d.errexit = d.errexit || strings.Contains(flag, "e")
					if strings.Contains(flag, "o") && i+1+j+1 < len(words) && words[i+1+j+1] == "pipefail" {
						d.pipefail = true
					}
				}
			}
			return d
		case name == "pwsh" || name == "powershell":
			return dialect{family: famPower}
		case name == "cmd":
			return dialect{family: famCmd}
		}
	}
	return dialect{family: famOpaque, program: words[0]}
}

// shebang gives the interpreter that a script file names, without its flags
// where they say nothing to us.
func shebang(text string) (string, bool) {
	line, ok := strings.CutPrefix(text, "#!")
	if !ok {
		return "", false
	}
	line, _, _ = strings.Cut(line, "\n")
	words := strings.Fields(line)
	if len(words) > 0 && path.Base(words[0]) == "env" {
		words = words[1:]
		for len(words) > 0 && (strings.HasPrefix(words[0], "-") || strings.Contains(words[0], "=")) {
			words = words[1:]
		}
	}
	if len(words) == 0 {
		return "", false
	}
	// A trailing {0} keeps "bash" from meaning the runner's own flags: the
	// file is run as it says.
	return strings.Join(words, " ") + " {0}", true
}

// programName is the base name of a program without path, .exe and the like,
// and the version that Python's programs carry.
func programName(text string) string {
	if i := strings.LastIndexAny(text, `/\`); i >= 0 {
		text = text[i+1:]
	}
	if lower := strings.ToLower(text); len(text) > 4 && slices.Contains([]string{".exe", ".cmd", ".bat", ".com"}, lower[len(lower)-4:]) {
		text = lower[:len(lower)-4]
	}
	for _, p := range []string{"python", "pythonw", "pip", "pypy", "ipython"} {
		if rest, ok := strings.CutPrefix(text, p); ok && rest != "" && strings.Trim(rest, "0123456789.") == "" {
			return p
		}
	}
	return text
}
