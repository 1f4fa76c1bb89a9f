// SPDX-License-Identifier: BSD-3-Clause

package shell

import (
	"slices"
	"strings"
)

// wrapper is a program that runs the command after its own arguments.
type wrapper struct {
	values string // flags that take a value in the next word, between blanks
	skip   int    // arguments of its own after the flags
	assign bool   // NAME=value may follow the flags
	bare   string // the word that comes first, as run in "op run -- cmd"
}

var wrappers = map[string]wrapper{
	"sudo":             {values: "-u --user -g --group -h --host -p --prompt -C --close-from -D --chdir -R --chroot -r --role -t --type -T --command-timeout -U --other-user", assign: true},
	"doas":             {values: "-u -C"},
	"env":              {values: "-u --unset -C --chdir", assign: true},
	"nohup":            {},
	"time":             {values: "-f --format -o --output"},
	"exec":             {values: "-a"},
	"command":          {},
	"builtin":          {},
	"nice":             {values: "-n --adjustment"},
	"ionice":           {values: "-c --class -n --classdata"},
	"chrt":             {skip: 1},
	"taskset":          {skip: 1},
	"timeout":          {values: "-k --kill-after -s --signal", skip: 1},
	"gtimeout":         {values: "-k --kill-after -s --signal", skip: 1},
	"stdbuf":           {values: "-i --input -o --output -e --error"},
	"unbuffer":         {},
	"setsid":           {},
	"setarch":          {skip: 1},
	"linux32":          {},
	"linux64":          {},
	"arch":             {values: "-arch -e -d"},
	"chronic":          {},
	"caffeinate":       {values: "-t -w"},
	"busybox":          {},
	"gosu":             {skip: 1},
	"su-exec":          {skip: 1},
	"chroot":           {skip: 1},
	"fakeroot":         {values: "-l --lib -s -i -b"},
	"proxychains":      {values: "-f"},
	"proxychains4":     {values: "-f"},
	"catchsegv":        {},
	"strace":           {values: "-e -o -p -s -u -E"},
	"xvfb-run":         {values: "-n --server-num -s --server-args -e --error-file -f --auth-file -p --xauth-protocol -w --wait"},
	"dbus-run-session": {values: "--config-file --dbus-daemon"},
	"flock":            {values: "-w --timeout -E --conflict-exit-code", skip: 1},
	"retry":            {values: "-t --tries -s --sleep -m --max -d --delay --times --max-retry --max-retries --attempts"},
	"watch":            {values: "-n --interval"},
	"faketime":         {values: "-f", skip: 1},
	"direnv":           {bare: "exec", skip: 1},
	"op":               {bare: "run", values: "--env-file --account"},
	"doppler":          {bare: "run", values: "-p --project -c --config -t --token --command"},
	"infisical":        {bare: "run", values: "--env --path --projectId --token --domain"},
	"dotenv":           {bare: "run", values: "-f --file"},
	"dotenvx":          {bare: "run", values: "-f --env-file"},
	"chamber":          {bare: "exec", skip: 1},
	"aws-vault":        {bare: "exec", values: "-d --duration", skip: 1},
	"xargs":            {values: "-I -i -n -P -L -s -d -a -E --max-args --max-procs --max-lines --max-chars --delimiter --arg-file --replace"},
	"parallel":         {values: "-j --jobs -n --max-args -I --delay --retries --joblog --colsep -a --arg-file"},
	"sops":             {bare: "exec-env", skip: 1},
	"apptainer":        {bare: "exec", values: "-B --bind -H --home -W --workdir -S --scratch --env --env-file --pwd", skip: 1},
	"singularity":      {bare: "exec", values: "-B --bind -H --home -W --workdir -S --scratch --env --env-file --pwd", skip: 1},
	"systemd-run":      {values: "-u --unit -p --property -E --setenv --uid --gid -H --host -M --machine --slice --description --working-directory"},
	"unshare":          {values: "-S --setuid -G --setgid -R --root -w --wd"},
	"nsenter":          {values: "-t --target -S --setuid -G --setgid"},
	"prlimit":          {},
	"numactl":          {values: "-N -m -C"},
	"torsocks":         {values: "-u -p -a -P"},
	"torify":           {},
	"tsocks":           {},
	"eatmydata":        {},
	"firejail":         {},
	"pkexec":           {values: "--user"},
	"rlwrap":           {},
	"tini":             {},
	"dumb-init":        {},
	"envdir":           {skip: 1},
	"softlimit":        {},
	"wait-for-it":      {skip: 1},
	"unbuffer.sh":      {},
	"call":             {},
	"start":            {},
}

var shells = []string{"bash", "sh", "dash", "zsh", "ksh", "ash", "rbash", "mksh"}

// skipFlags drops flags and their values up to the first other argument; "--"
// ends them and is dropped.
func skipFlags(args []Word, values string) []Word {
	for len(args) > 0 {
		text := args[0].Text
		switch {
		case text == "--":
			return args[1:]
		case len(text) < 2 || text[0] != '-':
			return args
		case !strings.Contains(text, "=") && strings.Contains(" "+values+" ", " "+text+" "):
			args = args[min(2, len(args)):]
		default:
			args = args[1:]
		}
	}
	return args
}

// wrapped reads programs that run another command. It says whether words is
// one, and so not to be yielded itself.
func (in *interp) wrapped(c ctx, words []Word) bool {
	name, args, line := programName(words[0].Text), words[1:], words[0].Line
	switch {
	case slices.Contains(shells, name):
		return in.shell(c, name, words)
	case c.kind.family == famPower && powerRuns(in, c, words):
		return true
	}
	switch name {
	case "find":
		return in.find(c, words)
	case "docker", "podman", "nerdctl", "docker-compose", "podman-compose":
		return in.container(c, name, words)
	case "ssh":
		in.emit(c, words)
		rest := skipFlags(args, "-b -c -D -E -e -F -I -i -J -L -l -m -O -o -p -Q -R -S -W -w")
		if len(rest) > 1 {
			in.nested(c, name, dialect{posix: true}, join(rest[1:]), nil, line)
		}
		return true
	case "su", "runuser":
		for i, w := range args {
			if (w.Text == "-c" || w.Text == "--command" || w.Text == "-lc") && i+1 < len(args) {
				in.nested(c, name+" -c", dialect{posix: true}, args[i+1].Text, nil, args[i+1].Line)
				return true
			}
		}
		return false
	case "script":
		for i, w := range args {
			if flag := w.Text; len(flag) > 1 && flag[0] == '-' && (strings.HasPrefix(flag, "--command") || flag[1] != '-' && strings.HasSuffix(flag, "c")) {
				if _, text, ok := strings.Cut(flag, "="); ok {
					in.nested(c, "script -c", dialect{posix: true}, text, nil, w.Line)
					return true
				}
				if i+1 < len(args) {
					in.nested(c, "script -c", dialect{posix: true}, args[i+1].Text, nil, args[i+1].Line)
					return true
				}
			}
		}
		return false
	case "at", "batch":
		in.emit(c, words)
		if c.stdin != nil {
			in.nested(c, name, dialect{posix: true}, *c.stdin, nil, c.stdinLine)
		}
		return true
	case "start":
		if c.kind.family == famCmd {
			for len(args) > 0 && strings.HasPrefix(args[0].Text, "/") {
				args = args[1:]
			}
			if len(args) == 0 {
				return false
			}
			c.via = via(c, name)
			in.exec(c, args)
			return true
		}
	case "nix-shell", "nix":
		return in.nix(c, name, words)
	case "pwsh", "powershell":
		for i, w := range args {
			if f := strings.ToLower(w.Text); (f == "-c" || f == "-command" || f == "/c") && i+1 < len(args) {
				in.nested(c, name+" -c", dialect{family: famPower}, join(args[i+1:]), nil, args[i+1].Line)
				return true
			}
			if f := strings.ToLower(w.Text); (f == "-f" || f == "-file") && i+1 < len(args) {
				in.runsFile(args[i+1])
			}
		}
		return false
	case "cmd":
		for i, w := range args {
			if f := strings.TrimLeft(strings.ToLower(w.Text), "/"); strings.HasPrefix(w.Text, "/") && (f == "c" || f == "k" || f == "/c") && i+1 < len(args) {
				in.nested(c, "cmd /c", dialect{family: famCmd}, join(args[i+1:]), nil, args[i+1].Line)
				return true
			}
		}
		return false
	case "command":
		if len(args) > 0 && (args[0].Text == "-v" || args[0].Text == "-V") {
			return false
		}
	}
	w, ok := wrappers[name]
	if !ok || len(args) == 0 {
		return false
	}
	if w.bare != "" {
		if args[0].Text != w.bare {
			return false
		}
		args = args[1:]
	}
	if name == "env" {
		args = in.envSplit(c, args)
	}
	args = skipFlags(args, w.values)
	if len(args) <= w.skip {
		return false
	}
	args = args[w.skip:]
	if len(args) > 0 && args[0].Text == "--" {
		args = args[1:]
	}
	if w.assign {
		c, args = in.assigns(c, args)
	}
	if name == "parallel" {
		if i := slices.IndexFunc(args, func(w Word) bool { return strings.HasPrefix(w.Text, ":::") }); i >= 0 {
			args = args[:i]
		}
	}
	if len(args) == 0 {
		return false
	}
	c.via = via(c, name)
	if name == "xargs" || name == "parallel" {
		c.stdin = nil // it is read by the wrapper
	}
	if name == "parallel" || name == "watch" {
		if len(args) == 1 {
			in.evaluate(c, "sh -c", args, line)
			return true
		}
	}
	in.exec(c, args)
	return true
}

// assigns takes NAME=value off the front.
func (in *interp) assigns(c ctx, args []Word) (ctx, []Word) {
	env := map[string]string{}
	for name, v := range c.env {
		env[name] = v
	}
	for len(args) > 0 {
		name, text, ok := strings.Cut(args[0].Text, "=")
		if !ok || name == "" || strings.ContainsAny(name, "/ ") {
			break
		}
		env[name] = text
		args = args[1:]
	}
	c.env = env
	return c, args
}

// envSplit resolves env -S "words".
func (in *interp) envSplit(c ctx, args []Word) []Word {
	for i, w := range args {
		text, ok := strings.CutPrefix(w.Text, "-S")
		if !ok {
			text, ok = strings.CutPrefix(w.Text, "--split-string=")
		}
		if !ok {
			if !strings.HasPrefix(w.Text, "-") {
				break
			}
			continue
		}
		rest := args[i+1:]
		if text == "" && len(rest) > 0 {
			text, rest = rest[0].Text, rest[1:]
		}
		var out []Word
		out = append(out, args[:i]...)
		for _, f := range strings.Fields(text) {
			out = append(out, in.word(f, w.Line))
		}
		return append(out, rest...)
	}
	return args
}

func join(words []Word) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = w.Text
	}
	return strings.Join(texts, " ")
}

// shell reads bash -c TEXT, bash FILE, and bash with a script on its input.
func (in *interp) shell(c ctx, name string, words []Word) bool {
	kind := dialect{posix: name == "sh" || name == "dash" || name == "ash"}
	text, input := false, false
	args := words[1:]
	for len(args) > 0 && len(args[0].Text) > 1 && strings.Contains("-+", args[0].Text[:1]) {
		flag := args[0].Text
		args = args[1:]
		if flag == "--" {
			break
		}
		if flag == "--rcfile" || flag == "--init-file" {
			args = args[min(1, len(args)):]
			continue
		}
		if strings.HasPrefix(flag, "--") {
			continue
		}
		kind.errexit = kind.errexit || flag[0] == '-' && strings.Contains(flag, "e")
		text = text || strings.Contains(flag, "c")
		input = input || strings.Contains(flag, "s")
		if strings.ContainsAny(flag, "oO") && len(args) > 0 {
			kind.pipefail = kind.pipefail || args[0].Text == "pipefail"
			kind.errexit = kind.errexit || args[0].Text == "errexit"
			args = args[1:]
		}
	}
	switch {
	case text && len(args) > 0:
		in.nested(c, name+" -c", kind, args[0].Text, args[1:], args[0].Line)
		return true
	case len(args) > 0 && !input && args[0].Text != "-" && args[0].Text != "/dev/stdin":
		in.runsFile(args[0])
		in.emit(c, words)
	case c.stdin != nil:
		in.nested(c, name, kind, *c.stdin, nil, c.stdinLine)
	case c.stdinFile != "":
		file := in.word(c.stdinFile, words[0].Line)
		in.runsFile(file)
		in.emit(c, []Word{words[0], file})
	default:
		if c.piped != "" {
			in.unresolve(shorten(c.piped) + " | " + name)
		}
		in.emit(c, words)
	}
	return true
}
