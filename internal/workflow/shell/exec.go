// SPDX-License-Identifier: BSD-3-Clause

package shell

import (
	"maps"
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// exec reads a command whose words are known: what the shell does itself, what
// runs another command, and what is a program.
func (in *interp) exec(c ctx, words []Word) {
	if c.depth++; c.depth > MaxDepth {
		in.problem("more than %d functions, evals and shells inside one another", MaxDepth)
		return
	}
	if !in.work(1+len(words)) || len(words) == 0 {
		return
	}
	name := words[0].Text
	if list := in.funcs[name]; len(list) > 0 {
		in.callFunction(c, list, words)
		return
	}
	if text, ok := in.alias[name]; ok && len(c.via) == 0 {
		var out []Word
		for _, f := range strings.Fields(text) {
			out = append(out, in.word(f, words[0].Line))
		}
		delete(in.alias, name)
		in.exec(c, append(out, words[1:]...))
		in.alias[name] = text
		return
	}
	if in.builtin(c, words) || in.wrapped(c, words) {
		return
	}
	in.emit(c, words)
}

func (in *interp) callFunction(c ctx, list []function, words []Word) {
	how := in.m.show(words[0].Text) + "()"
	if active := slices.DeleteFunc(slices.Clone(c.via), func(v string) bool { return v != how }); len(active) > 1 {
		in.problem("line %d: %s calls itself; followed twice", words[0].Line, shorten(how))
		return
	}
	args, known := in.st.args, in.st.argsOK
	in.called[words[0].Text] = true
	in.st.args, in.st.argsOK = nil, true
	for _, w := range words[1:] {
		in.st.args = append(in.st.args, w.Text)
	}
	exited, may, exits := in.st.exited, in.st.mayExit, in.exits
	c.via = via(c, how)
	c.cond = c.cond || len(list) > 1
	for _, f := range list {
		in.st.exited = exited
		c.src = f.src
		in.stmt(c, f.body)
	}
	// A return ends the function only. An exit inside it makes the rest
	// conditional, which is all that is said about it.
	in.st.mayExit = may || in.exits > exits && (in.st.mayExit || in.st.exited)
	in.st.exited = exited
	in.st.args, in.st.argsOK = args, known
}

// uncalled walks the functions that nothing called and that another text names.
func (in *interp) uncalled(c ctx, others string) {
	words := map[string]bool{}
	for word := range strings.FieldsFuncSeq(others[:min(len(others), MaxText)], func(r rune) bool { return strings.ContainsRune(" \t\r\n;&|(){}\"'`", r) }) {
		words[word] = true
	}
	in.work(len(others))
	for _, name := range slices.Sorted(maps.Keys(in.funcs)) {
		if !in.called[name] && words[name] {
			c.cond = true
			in.st.exited = false
			in.callFunction(c, in.funcs[name], []Word{in.word(name, 1)})
		}
	}
}

// changeDir follows cd and pushd. Where the folder is not known, or is outside
// of the tree, the last one known stays.
func (in *interp) changeDir(words []Word) {
	args := skipFlags(words[1:], "")
	push := words[0].Text == "pushd"
	if words[0].Text == "popd" {
		if n := len(in.st.dirs); n > 0 {
			in.st.dir, in.st.dirs = in.st.dirs[n-1], in.st.dirs[:n-1:n-1]
		}
		return
	}
	if push {
		in.st.dirs = append(slices.Clip(in.st.dirs), in.st.dir)
	}
	if len(args) == 0 {
		return
	}
	to := strings.ReplaceAll(in.m.show(args[0].Text), `\`, "/")
	base := in.st.dir
	for _, root := range []string{"$GITHUB_WORKSPACE", "${GITHUB_WORKSPACE}", "${{ github.workspace }}", "${{github.workspace}}", "$(git rev-parse --show-toplevel)"} {
		if rest, ok := strings.CutPrefix(to, root); ok {
			base, to = "", strings.TrimPrefix(rest, "/")
		}
	}
	if to == "-" || strings.HasPrefix(to, "/") || strings.HasPrefix(to, "~") || strings.Contains(to, "$") {
		return
	}
	if dir := path.Join(base, to); dir != ".." && !strings.HasPrefix(dir, "../") {
		in.st.dir = dir
	} else {
		in.st.dir = ""
	}
	if in.st.dir == "." {
		in.st.dir = ""
	}
}

// builtin does what changes how later commands are read. It says whether
// there is nothing more to the command.
func (in *interp) builtin(c ctx, words []Word) bool {
	if c.kind.family != famBourne {
		return false
	}
	args := words[1:]
	line := words[0].Line
	switch words[0].Text {
	case "set":
		in.set(args)
	case "shopt":
		for i, w := range args {
			if w.Text == "-o" && i+1 < len(args) && (args[0].Text == "-s" || args[0].Text == "-u") {
				in.option(args[len(args)-1].Text, args[0].Text == "-s")
			}
		}
	case "shift":
		if in.st.argsOK && len(in.st.args) > 0 {
			in.st.args = in.st.args[1:]
		}
	case "exit", "return":
		in.emit(c, words)
		if words[0].Text == "exit" {
			in.exits++
		}
		in.st.exited = true // a function's return is taken back by callFunction
		return true
	case "eval":
		in.evaluate(c, "eval", args, line)
		return true
	case "source", ".":
		if len(args) > 0 {
			in.runsFile(args[0])
		}
	case "cd", "chdir", "pushd", "popd":
		in.emit(c, words)
		in.changeDir(words)
		return true
	case "trap":
		if len(args) > 1 && args[0].Text != "-" && args[0].Text != "" && args[0].Text[0] != '-' {
			t := c
			t.cond = true
			in.evaluate(t, "trap", args[:1], line)
		}
	case "alias":
		for _, w := range args {
			if name, text, ok := strings.Cut(w.Text, "="); ok && len(in.alias) < 256 {
				in.alias[name] = text
			}
		}
	case "unset":
		for _, w := range args {
			delete(in.st.vars, w.Text)
			in.snapshot = nil
		}
	case "read", "mapfile", "readarray", "getopts", "printf":
		for i, w := range args {
			if words[0].Text == "printf" && (i == 0 || args[i-1].Text != "-v" || i > 1) {
				continue
			}
			if syntax.ValidName(w.Text) && (i == 0 || args[i-1].Text != "-p") {
				in.assign(w.Text, &variable{alts: []value{{unknown: true}}}, line)
			}
		}
	case "export", "declare", "local", "readonly", "typeset":
		// Where a wrapper or an eval hid the keyword from the parser.
		for _, w := range args {
			if name, text, ok := strings.Cut(w.Text, "="); ok && syntax.ValidName(name) {
				in.assign(name, scalar(text), line)
			}
		}
	}
	return false
}

func (in *interp) set(args []Word) {
	for i := 0; i < len(args); i++ {
		text := args[i].Text
		switch {
		case text == "--":
			in.st.args, in.st.argsOK = nil, true
			for _, w := range args[i+1:] {
				in.st.args = append(in.st.args, w.Text)
			}
			return
		case len(text) < 2 || text[0] != '-' && text[0] != '+':
			return
		}
		on := text[0] == '-'
		for _, flag := range text[1:] {
			switch flag {
			case 'e':
				in.option("errexit", on)
			case 'o':
				if i+1 < len(args) {
					i++
					in.option(args[i].Text, on)
				}
			}
		}
	}
}

func (in *interp) option(name string, on bool) {
	switch name {
	case "errexit":
		in.st.errexit = on
	case "pipefail":
		in.st.pipefail = on
	}
}

// evaluate reads text that is run in this shell.
func (in *interp) evaluate(c ctx, how string, args []Word, line int) {
	texts := make([]string, len(args))
	for i, w := range args {
		texts[i] = w.Text
		line = min(line, w.Line)
	}
	text := strings.Join(texts, " ")
	if in.m.unknown(strings.TrimSpace(text)) {
		in.unknownText(how, text)
	}
	c.via = via(c, how)
	in.run(c, in.source(text, line))
}

// nested reads text that another shell runs, which starts with its own flags.
func (in *interp) nested(c ctx, how string, kind dialect, text string, args []Word, line int) {
	if in.m.unknown(strings.TrimSpace(text)) {
		in.unknownText(how, text)
	}
	before := in.st
	in.st = in.fork()
	c.tail = c.tail || before.errexit && !c.off
	c.off = false
	c.via = via(c, how)
	c.kind = kind
	c.stdin = nil
	in.st.errexit, in.st.pipefail = kind.errexit, kind.pipefail
	in.st.args, in.st.argsOK = nil, true
	for i, w := range args {
		if i > 0 { // the first is $0
			in.st.args = append(in.st.args, w.Text)
		}
	}
	in.run(c, in.source(text, line))
	in.st = before
	in.snapshot = nil
}

func (in *interp) unknownText(how, text string) {
	in.unresolve(how + " " + shorten(in.m.show(strings.TrimSpace(text))))
}

func (in *interp) unresolve(text string) {
	if slices.Contains(in.unresolved, text) {
		return
	}
	if len(in.unresolved) >= 1000 {
		in.problem("more than 1000 scripts run")
		return
	}
	in.unresolved = append(in.unresolved, text)
}

// runsFile notes a script that is run.
func (in *interp) runsFile(w Word) {
	if w.Text != "" && w.Text != "/dev/stdin" && w.Text != "-" {
		in.unresolve(shorten(in.m.show(w.Text)))
	}
}

// emit yields a program with its arguments.
func (in *interp) emit(c ctx, words []Word) {
	if len(in.commands) >= MaxCommands {
		in.problem("more than %d commands; the rest is not read", MaxCommands)
		in.exhausted = true
		return
	}
	cmd := Command{
		Words: make([]Word, len(words)), Line: words[0].Line, Via: slices.Clone(c.via), Env: in.environment(c, words[0].Line),
		Ignored:     (c.off || !in.st.errexit) && !c.tail,
		Conditional: c.cond, Background: c.background, Pipe: c.pipe, Piped: c.piped, Dir: in.st.dir,
	}
	if c.kind.family != famBourne {
		cmd.Ignored = c.off && !c.tail
	}
	for i, w := range words {
		cmd.Words[i] = in.shown(w)
		if !in.work(len(cmd.Words[i].Text)) {
			return
		}
	}
	if c.stdin != nil {
		w := in.shown(in.word(*c.stdin, c.stdinLine))
		if !in.work(len(w.Text)) {
			return
		}
		cmd.Stdin = &w
	}
	in.commands = append(in.commands, cmd)
	if text := in.m.show(words[0].Text); scriptPath(text) || c.kind.family != famBourne && windowsScript(text) {
		in.runsFile(words[0])
	}
	if programName(words[0].Text) == "tee" {
		in.tee(c, words)
	}
}

func (in *interp) tee(c ctx, words []Word) {
	text, known, appended := "", c.stdin != nil, false
	if known {
		text = *c.stdin
	}
	for _, w := range words[1:] {
		switch {
		case w.Text == "-a" || w.Text == "--append":
			appended = true
		case strings.HasPrefix(w.Text, "-") || w.Text == "/dev/null" || w.Text == "/dev/stderr":
		default:
			in.write(w, text, known, appended)
		}
	}
}

// scriptPath says that a program is a file named by a relative path, which is
// not one of an environment's programs.
func scriptPath(text string) bool {
	if strings.HasPrefix(text, "/") || strings.HasPrefix(text, "~") || strings.HasPrefix(text, "$") || !strings.ContainsAny(text, `/\`) {
		return false
	}
	for _, dir := range []string{"/bin/", "/Scripts/", `\bin\`, `\Scripts\`} {
		if strings.Contains("/"+text, dir) && !strings.HasPrefix(text, "bin/") && !strings.HasPrefix(text, "./bin/") {
			return false
		}
	}
	return len(text) < 2 || text[1] != ':'
}

// windowsScript says that a program is a file of commands.
func windowsScript(text string) bool {
	lower := strings.ToLower(text)
	return strings.HasSuffix(lower, ".bat") || strings.HasSuffix(lower, ".cmd") || strings.HasSuffix(lower, ".ps1")
}

// environment is what is assigned where a command runs.
func (in *interp) environment(c ctx, line int) map[string]Word {
	if in.snapshot == nil {
		if in.envLeft -= len(in.st.vars); in.envLeft < 0 {
			in.problem("too many assignments to repeat for every command")
			in.snapshot = map[string]Word{}
		} else {
			in.snapshot = make(map[string]Word, len(in.st.vars))
			for _, name := range slices.Sorted(maps.Keys(in.st.vars)) {
				if w, ok := in.value(name, in.st.vars[name], line); ok {
					in.snapshot[in.m.show(name)] = w
				}
			}
		}
	}
	if len(c.env) == 0 {
		return in.snapshot
	}
	if in.envLeft -= len(in.snapshot) + len(c.env); in.envLeft < 0 {
		in.problem("too many assignments to repeat for every command")
		return in.snapshot
	}
	out := maps.Clone(in.snapshot)
	for name, text := range c.env {
		out[in.m.show(name)] = in.shown(in.word(text, line))
	}
	return out
}
