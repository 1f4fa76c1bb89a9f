// SPDX-License-Identifier: BSD-3-Clause

package shell

import (
	"slices"
	"strings"
)

// find yields itself, and what it runs for the files it finds. It succeeds
// whatever becomes of a command that ends in ";".
func (in *interp) find(c ctx, words []Word) bool {
	in.emit(c, words)
	found := words[0]
	if len(words) > 1 && !strings.HasPrefix(words[1].Text, "-") {
		found.Text = strings.TrimSuffix(words[1].Text, "/") + "/*"
	}
	for i := 1; i < len(words); i++ {
		switch words[i].Text {
		case "-name":
			if i+1 < len(words) && strings.HasSuffix(found.Text, "/*") {
				found.Text = strings.TrimSuffix(found.Text, "*") + words[i+1].Text
			}
		case "-exec", "-execdir", "-ok", "-okdir":
			end := i + 1
			for end < len(words) && words[end].Text != ";" && (words[end].Text != "+" || words[end-1].Text != "{}") {
				end++
			}
			if end > i+1 {
				run := c
				run.via = via(c, "find")
				if end < len(words) && words[end].Text == ";" {
					run.off, run.tail = true, false
				}
				inner := slices.Clone(words[i+1 : end])
				for k := range inner {
					if k > 0 && inner[k].Text == "{}" && found.Text != words[0].Text && slices.Contains(shells, programName(inner[0].Text)) {
						inner[k].Text = found.Text // the scripts that it finds, as a pattern
					}
				}
				in.exec(run, inner)
			}
			i = end
		}
	}
	return true
}

// container yields docker itself, and what it runs inside.
func (in *interp) container(c ctx, name string, words []Word) bool {
	in.emit(c, words)
	args := skipFlags(words[1:], "-H --host -l --log-level -c --context --config")
	if len(args) > 0 && (args[0].Text == "container" || args[0].Text == "compose") {
		args = skipFlags(args[1:], "-f --file -p --project-name --env-file --profile --project-directory")
	}
	if len(args) == 0 || args[0].Text != "run" && args[0].Text != "exec" {
		return true
	}
	verb := args[0].Text
	args = args[1:]
	var entry []Word
	env := map[string]string{}
	for len(args) > 0 && strings.HasPrefix(args[0].Text, "-") && len(args[0].Text) > 1 {
		flag, v, inline := strings.Cut(args[0].Text, "=")
		line := args[0].Line
		args = args[1:]
		if flag == "--" {
			break
		}
		if slices.Contains(strings.Fields(dockerSwitches), flag) || !strings.HasPrefix(flag, "--") && strings.Trim(flag[1:], "itdPq") == "" {
			continue
		}
		if !inline && len(args) > 0 {
			v = args[0].Text
			args = args[1:]
		}
		switch flag {
		case "-e", "--env":
			if k, text, ok := strings.Cut(v, "="); ok {
				env[k] = text
			}
		case "--entrypoint":
			entry = []Word{in.word(v, line)}
		}
	}
	if len(args) == 0 {
		return true
	}
	if inner := append(entry, args[1:]...); len(inner) > 0 {
		c.via = via(c, name+" "+verb)
		c.env = env
		in.exec(c, inner)
	}
	return true
}

const dockerSwitches = "--interactive --tty --detach --rm --init --privileged --publish-all --read-only --no-healthcheck --oom-kill-disable --sig-proxy --quiet --disable-content-trust --help --use-api-socket"

// nix reads nix-shell --run TEXT and nix develop -c cmd.
func (in *interp) nix(c ctx, name string, words []Word) bool {
	for i := 1; i+1 < len(words); i++ {
		switch words[i].Text {
		case "--run", "--command":
			if name == "nix-shell" {
				in.nested(c, "nix-shell", dialect{}, words[i+1].Text, nil, words[i+1].Line)
				return true
			}
			fallthrough
		case "-c":
			if name == "nix" {
				c.via = via(c, "nix")
				in.exec(c, words[i+1:])
				return true
			}
		}
	}
	return false
}
