// SPDX-License-Identifier: BSD-3-Clause

package sinks

import (
	"slices"
	"strings"
)

// homeVariables move the place where uploaders look for their configuration:
// a .pypirc in the home folder, uv's and pdm's settings.
var homeVariables = []string{"HOME", "USERPROFILE", "APPDATA", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "UV_CONFIG_FILE", "UV_PROJECT", "UV_WORKING_DIR", "UV_WORKING_DIRECTORY", "PDM_CONFIG_FILE"}

// elsewhere says why a command may find a configuration that is not known
// here; "" where nothing makes it.
func (c *call) elsewhere() string {
	if !c.shell {
		return ""
	}
	for _, name := range homeVariables {
		if v := c.variable(name); v.set() {
			return "the variable " + name + " is set"
		}
	}
	if c.ctx.Home != "" {
		return c.ctx.Home
	}
	return ""
}

// homeRoots begin the paths of a home folder or of the system's settings.
var homeRoots = []string{"~", "$HOME", "${HOME}", "$XDG_CONFIG_HOME", "${XDG_CONFIG_HOME}", "/home/runner", "/root", "/Users/runner", "/etc"}

// underHome gives what of a path lies below a home folder.
func underHome(path string) (string, bool) {
	for _, root := range homeRoots {
		rest, ok := strings.CutPrefix(path, root)
		if ok && (rest == "" || rest[0] == '/') && !strings.HasPrefix(rest, "/work") {
			return strings.Trim(rest, "/."), true
		}
	}
	return "", false
}

// homeConfig reports whether a path is a file from which an uploader takes its
// settings, other than a .pypirc.
func homeConfig(path string) bool {
	rest, ok := underHome(path)
	if !ok {
		return false
	}
	for _, part := range strings.Split(rest, "/") {
		switch part {
		case "uv", "uv.toml", "pdm", "python_keyring", "keyringrc.cfg":
			return true
		}
	}
	return false
}

// homeWriters are programs that put files where they are told.
var homeWriters = []string{"cp", "mv", "ln", "install", "rsync", "tar", "bsdtar", "unzip", "7z", "curl", "wget", "base64", "gpg", "openssl", "sops", "envsubst", "dd", "stow"}

// fillsHome reports whether a command writes an uploader's settings into the
// home folder, or unpacks or copies what is not known into it.
func fillsHome(name string, args []word) bool {
	if !slices.Contains(homeWriters, name) {
		return false
	}
	for i, w := range args {
		text := w.text
		if at := strings.IndexByte(text, '='); at > 0 && strings.HasPrefix(text, "--") {
			text = text[at+1:]
		} else if name == "tar" && strings.HasPrefix(text, "-C") {
			text = text[2:]
		}
		if homeConfig(text) {
			return true
		}
		rest, ok := underHome(text)
		if ok && (rest == "" || rest == "config") && (i == len(args)-1 || name == "tar" || name == "bsdtar" || name == "unzip" || name == "7z") {
			return true // the whole folder
		}
	}
	return false
}
