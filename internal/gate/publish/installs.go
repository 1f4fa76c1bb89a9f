// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow/graph"
)

// install is what a command fetches from a package index or an address.
type install struct {
	// loose are what it installs at whatever content the index has today.
	loose []string
	// local: it installs what lies in the workspace.
	local bool
	// fixed are those that name one version, but no hash: what they depend on
	// is as open.
	fixed []string
	// files are requirement files without hashes, or not in the tree.
	files []string
	// script is the address of a script that is run as it is fetched.
	script string
}

// installOf reads a command that installs packages; ok is false for others.
func installOf(c graph.Command) (in install, ok bool) {
	if what := pipedInstaller(c); what != "" {
		return install{script: what}, true
	}
	// Readings drop the version of a tool, so each is looked at as it is.
	for _, r := range c.Unwrap() {
		words := make([]string, len(r.Words))
		for i, w := range r.Words {
			words[i] = w.Text
		}
		args := words[1:]
		sub := func(names ...string) bool {
			for i, n := range names {
				if i >= len(args) || args[i] != n {
					return false
				}
			}
			return true
		}
		switch r.Program() {
		case "pip":
			if rest, found := behind(args, "install"); found {
				return pipInstall(c, rest), true
			}
		case "uv":
			switch {
			case sub("pip", "install"):
				return pipInstall(c, args[2:]), true
			case sub("tool", "install"), sub("tool", "run"):
				return toolInstall(args[2:], sub("tool", "run"), "--from", "--with"), true
			}
		case "uvx":
			return toolInstall(args, true, "--from", "--with"), true
		case "pipx":
			if sub("run") || sub("install") {
				return toolInstall(args[1:], sub("run"), "--spec", ""), true
			}
		case "npm", "pnpm", "yarn":
			if global := slices.Contains(args, "-g") || slices.Contains(args, "--global"); global && (sub("install") || sub("i") || sub("add")) {
				return nodeInstall(args[1:]), true
			}
		case "conda", "mamba", "micromamba":
			if sub("install") || sub("create") {
				return condaInstall(args[1:]), true
			}
		case "go":
			if sub("install") && len(args) > 1 && strings.HasSuffix(args[len(args)-1], "@latest") {
				return install{loose: []string{args[len(args)-1]}}, true
			}
		}
	}
	return install{}, false
}

// behind returns what follows the subcommand among global flags.
func behind(args []string, name string) ([]string, bool) {
	for i, a := range args {
		if a == name {
			return args[i+1:], true
		}
		if !strings.HasPrefix(a, "-") {
			return nil, false
		}
	}
	return nil, false
}

// pipValues are pip's and uv's flags that take a value.
const pipValues = " -c --constraint -i --index-url --default-index --index --extra-index-url -f --find-links --prefix --target -t --root --python -p --platform " +
	"--python-version --implementation --abi --no-binary --only-binary --progress-bar --config-settings -C --global-option --cache-dir --trusted-host --timeout " +
	"--retries --src --upgrade-strategy --prerelease --resolution --exclude-newer --link-mode --index-strategy --build-constraint --build-constraints -b --overrides " +
	"--python-platform --group --report --log --proxy --cert --exists-action --extra --color --override --reinstall-package --upgrade-package --no-build-isolation-package "

func pipInstall(c graph.Command, args []string) install {
	var in install
	hashes := slices.Contains(args, "--require-hashes") || slices.Contains(args, "--no-index") || c.Env["PIP_REQUIRE_HASHES"].Text != ""
	for i := 0; i < len(args); i++ {
		a := args[i]
		switch {
		case a == "-e" || a == "--editable":
			in.local = true
			i++
		case a == "-r" || a == "--requirement" || a == "--requirements":
			if i++; i < len(args) && !hashes && !c.Locked[args[i]] {
				in.files = append(in.files, args[i])
			}
		case strings.HasPrefix(a, "--requirement="), strings.HasPrefix(a, "-r") && len(a) > 2:
			name := strings.TrimPrefix(strings.TrimPrefix(a, "-r"), "--requirement=")
			if !hashes && !c.Locked[name] {
				in.files = append(in.files, name)
			}
		case strings.HasPrefix(a, "-"):
			if strings.Contains(pipValues, " "+a+" ") {
				i++
			}
		case isLocal(a):
			in.local = true
		case strings.HasPrefix(a, "$"), a == "", a == ";", strings.Contains(a, ">") && !strings.Contains(a, "="):
		case hashes:
		case exact(a):
			in.fixed = append(in.fixed, a)
		default:
			in.loose = append(in.loose, a)
		}
	}
	return in
}

// isLocal reports whether what is installed lies in the workspace.
func isLocal(a string) bool {
	if strings.Contains(a, "://") {
		return false
	}
	name, _, _ := strings.Cut(a, "[")
	return strings.HasPrefix(a, ".") || strings.HasPrefix(a, "/") || strings.HasPrefix(a, "~") || strings.ContainsAny(name, `/\*`) ||
		strings.HasSuffix(a, ".whl") || strings.HasSuffix(a, ".py") || strings.HasSuffix(a, ".tar.gz") || strings.HasPrefix(a, "${{ github.workspace")
}

// toolInstall reads a tool that is installed or run in an environment of its
// own; one with an exact version counts as pinned.
func toolInstall(args []string, runs bool, spec, with string) install {
	var in install
	name := ""
	for i := 0; i < len(args); i++ {
		a := args[i]
		switch {
		case a == spec && i+1 < len(args):
			i++
			name = args[i]
		case a == with && with != "" && i+1 < len(args):
			i++
			if !exact(args[i]) && !isLocal(args[i]) {
				in.loose = append(in.loose, args[i])
			}
		case strings.HasPrefix(a, spec+"="):
			name = strings.TrimPrefix(a, spec+"=")
		case strings.HasPrefix(a, "-"):
			if strings.Contains(pipValues, " "+a+" ") {
				i++
			}
		default:
			if name == "" {
				name = a
			}
			if runs {
				i = len(args)
			}
		}
	}
	switch {
	case name == "" || strings.HasPrefix(name, "$"):
	case isLocal(name):
		in.local = true
	case !exact(name):
		in.loose = append([]string{name}, in.loose...)
	}
	return in
}

// exact reports whether a requirement names one version, or one commit.
func exact(spec string) bool {
	if _, v, ok := strings.Cut(spec, "=="); ok {
		return v != "" && !strings.Contains(v, "*")
	}
	if _, ref, ok := strings.Cut(spec, "git+"); ok {
		i := strings.LastIndexByte(ref, '@')
		ref, _, _ = strings.Cut(ref[i+1:], "#")
		return i >= 0 && len(ref) == 40
	}
	_, v, ok := strings.Cut(spec, "@")
	return ok && v != "" && v != "latest" && strings.ContainsAny(v[:1], "0123456789")
}

func nodeInstall(args []string) install {
	var in install
	for _, a := range args {
		switch {
		case strings.HasPrefix(a, "-") || strings.HasPrefix(a, "$"):
		case isLocal(a) && !strings.HasPrefix(a, "@"):
			in.local = true
		default:
			if i := strings.LastIndexByte(a, '@'); i <= 0 || strings.Count(a[i:], ".") < 2 {
				in.loose = append(in.loose, a)
			}
		}
	}
	return in
}

func condaInstall(args []string) install {
	var in install
	for i := 0; i < len(args); i++ {
		a := args[i]
		switch {
		case a == "--file" || a == "-f":
			i++ // a lock file or a list: which, its name does not tell
		case strings.HasPrefix(a, "-"):
			if strings.Contains(" -n --name -p --prefix -c --channel --platform --solver -r --root-prefix ", " "+a+" ") {
				i++
			}
		case strings.HasPrefix(a, "$"), strings.HasPrefix(a, "python="), a == "python":
		default:
			in.loose = append(in.loose, a)
		}
	}
	return in
}

// pipedInstaller names the address of a script that is run as it is fetched.
func pipedInstaller(c graph.Command) string {
	switch c.Program() {
	case "sh", "bash", "zsh", "python", "iex", "Invoke-Expression", "pwsh", "powershell":
	default:
		return ""
	}
	texts := []string{}
	if c.Pipe {
		texts = append(texts, c.Piped)
	}
	for _, w := range c.Words[1:] {
		if strings.Contains(w.Text, "$(") || strings.Contains(w.Text, "<(") || strings.Contains(w.Text, "`") {
			texts = append(texts, w.Text)
		}
	}
	for _, text := range texts {
		if !strings.Contains(text, "curl") && !strings.Contains(text, "wget") && !strings.Contains(text, "irm ") && !strings.Contains(text, "iwr ") && !strings.Contains(text, "Invoke-") {
			continue
		}
		for _, f := range strings.Fields(text) {
			f = strings.Trim(f, `"'()`)
			if strings.HasPrefix(f, "https://") || strings.HasPrefix(f, "http://") {
				return f
			}
		}
		return "a script that is fetched and run at once"
	}
	return ""
}
