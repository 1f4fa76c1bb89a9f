// SPDX-License-Identifier: BSD-3-Clause

// Package tasks finds the commands behind a command that only names them: a
// task of tox, nox, pixi, hatch, poe, pdm, rye, make, just, invoke or npm, or
// a script of the repository. It reads the repository's files as text through
// an [fs.FS] and runs nothing.
//
// The files are hostile: each is read up to 1 MiB, a resolution follows tasks
// that name tasks 6 deep, once each, and yields at most 200. What is found
// errs on the side of more: all branches, and every definition of a name.
package tasks

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Limits of one resolution.
const (
	MaxFile  = 1 << 20 // bytes of a file
	MaxDepth = 6       // tasks that call tasks
	MaxTasks = 200     // tasks yielded
	maxFiles = 100     // files opened
	maxText  = 4 << 20 // bytes of all scripts together
)

// Text is a piece of a script.
type Text struct {
	Text string
	// Line is where it begins in the task's file, from 1.
	Line int
	// Dialect is the shell as a workflow's shell: key names it; "" for sh.
	Dialect string
}

// Task is what a command stands for.
type Task struct {
	// Runner is the program that has the task: tox, make, …; "script" for a
	// file of the repository that is run itself.
	Runner string
	Name   string
	// File is slash-separated, from the root of the file system. Line is where
	// the task is defined, from 1.
	File string
	Line int
	// Scripts are its commands. Parts that are not known are shell variables.
	Scripts []Text
	// Env are the variables that the task sets, values as written.
	Env map[string]string
	// Dir is where the commands run, slash-separated from the root.
	Dir string
	// Via says how the task is reached: "pixi run publish -> pyproject.toml:57".
	Via string
}

// Resolve finds the tasks behind a command, given as its words without
// quotes, that runs in dir (slash-separated, "" or "." for the root). A
// command that names no task of the repository gives none. Tasks that these
// tasks call follow them. The error joins what could not be read; the tasks
// found beside it stand.
func Resolve(fsys fs.FS, dir string, words []string) ([]Task, error) {
	return ResolveIn(fsys, dir, words, nil)
}

// ResolveIn is [Resolve] with variables that are set for the command.
func ResolveIn(fsys fs.FS, dir string, words []string, env map[string]string) ([]Task, error) {
	r := &resolver{fsys: fsys, seen: map[string]bool{}, texts: map[string]string{}, env: env}
	r.command(clean(dir), words, "", 0)
	return r.found, errors.Join(r.errs...)
}

// Commands splits the text of a script into the words of its commands, well
// enough to see which tasks they name. It is no shell.
func Commands(text string) [][]string { return split(text) }

type resolver struct {
	fsys  fs.FS
	seen  map[string]bool
	texts map[string]string // files by name
	found []Task
	size  int
	uses  int // of runners
	looks int // of definitions
	errs  []error
	env   map[string]string

	imports int // modules read
}

// maxUses and maxLooks bound the work of one resolution.
const (
	maxUses  = 300
	maxLooks = 2000
)

// look counts a definition that is read; false past the bound.
func (r *resolver) look() bool {
	if r.looks++; r.looks > maxLooks {
		r.fail("following tasks: more than %d definitions are involved", maxLooks)
		return false
	}
	return true
}

func (r *resolver) fail(format string, args ...any) {
	if len(r.errs) < 20 {
		r.errs = append(r.errs, fmt.Errorf(format, args...))
	}
}

// read reads a file of the repository; false where there is none.
func (r *resolver) read(name string) (string, bool) {
	if !fs.ValidPath(name) || name == "." {
		return "", false
	}
	if text, ok := r.texts[name]; ok {
		return text, text != ""
	}
	if len(r.texts) >= maxFiles {
		r.fail("reading %q: more than %d files are involved", name, maxFiles)
		return "", false
	}
	r.texts[name] = ""
	f, err := r.fsys.Open(name)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			r.fail("reading %q: %w", name, err)
		}
		return "", false
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return "", false
	}
	data, err := io.ReadAll(io.LimitReader(f, MaxFile+1))
	switch {
	case err != nil:
		r.fail("reading %q: %w", name, err)
		return "", false
	case len(data) > MaxFile:
		r.fail("reading %q: it is larger than %d bytes", name, MaxFile)
		return "", false
	}
	text := strings.ReplaceAll(strings.ToValidUTF8(string(data), "?"), "\r\n", "\n")
	r.texts[name] = text
	return text, text != ""
}

// first reads the first of some files in a folder.
func (r *resolver) first(dir string, names ...string) (name, text string, ok bool) {
	for _, n := range names {
		file := path.Join(dir, n)
		if text, ok := r.read(file); ok {
			return file, text, true
		}
	}
	return "", "", false
}

// add yields a task once, and follows what its commands name.
func (r *resolver) add(t Task, how, via string, depth int) {
	key := t.Runner + "\x00" + t.File + "\x00" + t.Name
	if r.seen[key] {
		return
	}
	r.seen[key] = true
	if len(r.found) >= MaxTasks {
		r.fail("following %q: more than %d tasks are involved", how, MaxTasks)
		return
	}
	for i, s := range t.Scripts {
		if r.size += len(s.Text); r.size > maxText {
			t.Scripts = t.Scripts[:i]
			r.fail("following %q: the scripts are larger than %d bytes together", how, maxText)
			break
		}
	}
	t.Via = fmt.Sprintf("%s -> %s:%d", how, t.File, t.Line)
	if via != "" {
		t.Via = via + " -> " + t.Via
	}
	r.found = append(r.found, t)
	for _, s := range t.Scripts {
		if s.Dialect == "python" {
			continue
		}
		dir := t.Dir
		for _, words := range split(ownDir(s.Text, t.File)) {
			dir = enter(dir, words)
			r.command(dir, words, t.Via, depth+1)
		}
	}
}

// command finds what runs a command, launchers aside.
func (r *resolver) command(dir string, words []string, via string, depth int) {
	if depth > MaxDepth {
		r.fail("following %q: tasks call tasks more than %d deep", via, MaxDepth)
		return
	}
	for range 12 {
		words = unwrap(words)
		if len(words) == 0 {
			return
		}
		runner, ok := runners[program(words[0])]
		if !ok {
			r.script(dir, words, via, depth)
			return
		}
		if r.uses++; r.uses > maxUses {
			r.fail("following %q: more than %d commands name tasks", via, maxUses)
			return
		}
		call := &call{r: r, dir: dir, words: words, args: words[1:], via: via, depth: depth}
		if words = runner(call); words == nil {
			return
		}
	}
}

// call is one use of a runner.
type call struct {
	r           *resolver
	dir         string
	words, args []string
	via         string
	depth       int
}

// how is the call as it is shown, at most 100 bytes.
func (c *call) how() string {
	s := strings.Join(strings.Fields(strings.Join(c.words, " ")), " ")
	if len(s) > 100 {
		s = strings.ToValidUTF8(s[:100], "") + "…"
	}
	return s
}

func (c *call) add(t Task) {
	if t.Dir == "" {
		t.Dir = c.dir
	}
	c.r.add(t, c.how(), c.via, c.depth)
}

// runners find tasks. One that gives words says that these are the command to
// look at instead.
var runners map[string]func(c *call) []string

func init() { // the functions lead back here
	runners = map[string]func(c *call) []string{
		"tox": tox, "nox": nox, "pixi": pixi, "hatch": hatch, "poe": poe, "pdm": pdm, "poetry": poetry, "rye": rye,
		"make": makeTarget, "gmake": makeTarget, "just": just, "invoke": invoke, "inv": invoke, "task": anyTask,
		"npm": npm, "yarn": npm, "pnpm": npm, "uv": uv, "uvx": uv, "pipx": pipx, "pipenv": pipenv, "conda": pipenv,
		"node": foreignScript, "deno": foreignScript, "bun": npmOrScript, "perl": foreignScript, "ruby": foreignScript, "php": foreignScript, "rscript": foreignScript,
		"julia": foreignScript, "lua": foreignScript, "tclsh": foreignScript, "awk": foreignScript, "gawk": foreignScript, "go": foreignScript,
		"cibuildwheel": cibuildwheel, "pre-commit": preCommit, "prek": preCommit, "go-task": blockTask, "mise": blockTask, "devbox": blockTask, "doit": blockTask, "rake": blockTask,
		"run-parts": runParts, "mamba": pipenv, "micromamba": pipenv, "bash": shellScript, "sh": shellScript, "dash": shellScript, "zsh": shellScript,
		"source": shellScript, ".": shellScript, "pwsh": shellScript, "python": python, "python3": python, "py": python, "pypy3": python,
	}
}

func clean(dir string) string {
	dir = path.Clean(strings.TrimPrefix(dir, "/"))
	if strings.HasPrefix(dir, "..") {
		return "."
	}
	return dir
}

// flags takes flags that have an argument out of args, in both spellings, and
// drops the others. With stop it ends at the first word that is no flag.
func flags(args []string, stop bool, valued ...string) (values map[string][]string, rest []string) {
	values = map[string][]string{}
	for i := 0; i < len(args); i++ {
		a := args[i]
		if a == "--" {
			return values, append(rest, args[i:]...)
		}
		if !strings.HasPrefix(a, "-") || a == "-" {
			rest = append(rest, a)
			if stop {
				return values, append(rest, args[i+1:]...)
			}
			continue
		}
		name, attached, has := strings.Cut(a, "=")
		switch {
		case slices.Contains(valued, name) && has:
			values[name] = append(values[name], attached)
		case slices.Contains(valued, a) && i+1 < len(args):
			i++
			values[a] = append(values[a], args[i])
		case len(a) > 2 && a[1] != '-' && slices.Contains(valued, a[:2]):
			values[a[:2]] = append(values[a[:2]], a[2:])
		case len(a) > 2 && a[1] != '-' && slices.Contains(valued, "-"+a[len(a)-1:]) && i+1 < len(args): // -qe NAME
			i++
			values["-"+a[len(a)-1:]] = append(values["-"+a[len(a)-1:]], args[i])
		}
	}
	return values, rest
}

func last(values map[string][]string, names ...string) string {
	for _, n := range names {
		if v := values[n]; len(v) > 0 {
			return v[len(v)-1]
		}
	}
	return ""
}
