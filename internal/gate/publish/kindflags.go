// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"
)

// runningFlags are the beginnings of the flags by which a program that is
// otherwise plain runs another one.
var runningFlags = map[string]string{
	"zip": "-TT --unzip-command", "split": "--filter", "rsync": "-e --rsh --rsync-path", "scp": "-S -o", "sftp": "-S -D -o -b",
	"wget": "--use-askpass -e --execute --config", "aria2c": "--on- --conf-path", "openssl": "-engine -provider engine",
	"patch": "-e --ed", "rg": "--pre", "install": "--strip-program", "ssh-keygen": "-D -w", "ssh-add": "-s -S", "less": "-k --lesskey",
	"gpg": gpgFlags, "gpg2": gpgFlags,
}

const gpgFlags = "--photo-viewer --exec-path --options --load-extension --agent-program --dirmngr-program --keyserver-options"

// runsByFlag reports whether a plain program is told to run another one.
func runsByFlag(name string, a []string) bool {
	switch name {
	case "ssh-agent":
		return len(positional(a, "-a", "-E", "-P", "-t")) > 0
	case "dvc":
		return slices.Contains([]string{"repro", "exp", "run", "stage"}, verbOf(a))
	}
	for prefix := range strings.FieldsSeq(runningFlags[name]) {
		if slices.ContainsFunc(a, func(w string) bool { return strings.HasPrefix(w, prefix) }) {
			return true
		}
	}
	return false
}

// placing are the programs that put files where they are told.
const placing = " cp mv ln install tee dd rsync copy move copy-item move-item new-item set-content out-file add-content xcopy scp touch "

// plants reports whether a file that is written there acts later by itself: a
// program on the way to programs, a start file of a shell, a hook of git.
func plants(file string) bool {
	file = strings.ReplaceAll(strings.Trim(file, `"'`), `\`, "/")
	lower := "/" + strings.TrimPrefix(strings.ToLower(file), "./")
	for _, part := range []string{"/.git/", "/.bashrc", "/.bash_profile", "/.profile", "/.zshrc", "/.bash_env", "/.pythonrc", "/.config/", "/.ssh/", "/.gitconfig", "/.npmrc", "/sitecustomize.py", "/usercustomize.py", "/.local/lib/"} {
		if strings.Contains(lower, part) || strings.HasSuffix(lower, strings.TrimSuffix(part, "/")) {
			return true
		}
	}
	if strings.HasPrefix(strings.ToLower(file), "/etc/") {
		return true
	}
	// The folders of programs that ownFile leaves to the system.
	return strings.Contains(strings.Trim(file, "/"), "/") && !ownFile(strings.TrimSuffix(file, "/")+"/x") && (strings.HasPrefix(file, "/") || strings.HasPrefix(file, "~") || strings.HasPrefix(file, "$"))
}
