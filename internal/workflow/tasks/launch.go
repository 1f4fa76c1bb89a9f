// SPDX-License-Identifier: BSD-3-Clause

package tasks

import (
	"io/fs"
	"path"
	"slices"
	"strings"
)

var uvValued = []string{"--from", "--with", "--with-editable", "--with-requirements", "-w", "-p", "--python", "--index", "--default-index", "--extra", "--group", "--no-group",
	"--only-group", "--package", "--directory", "--project", "--env-file", "--config-file", "-c", "--constraints", "--extra-index-url", "--index-url"}

// uv runs a program ("uv run", "uvx", "uv tool run") or a module.
func uv(c *call) []string {
	rest := c.args
	if program(c.words[0]) == "uv" {
		_, rest = flags(rest, true, uvValued...)
		switch {
		case len(rest) > 1 && rest[0] == "run":
			rest = rest[1:]
		case len(rest) > 2 && rest[0] == "tool" && rest[1] == "run":
			rest = rest[2:]
		default:
			return nil
		}
	}
	if i := slices.IndexFunc(rest, func(s string) bool { return s == "-m" || s == "--module" }); i >= 0 && !slices.ContainsFunc(rest[:i], func(s string) bool { return !strings.HasPrefix(s, "-") }) {
		return append([]string{"python", "-m"}, rest[i+1:]...)
	}
	_, rest = flags(rest, true, uvValued...)
	return behind(rest)
}

func pipx(c *call) []string {
	_, rest := flags(c.args, true)
	if len(rest) < 2 || rest[0] != "run" {
		return nil
	}
	_, rest = flags(rest[1:], true, "--spec", "--python", "--pip-args", "-i", "--index-url", "--backend", "--with")
	return behind(rest)
}

func pipenv(c *call) []string {
	_, rest := flags(c.args, true)
	if len(rest) < 2 || rest[0] != "run" {
		return nil
	}
	_, rest = flags(rest[1:], true, "-n", "--name", "-p", "--prefix", "--cwd", "-r")
	return behind(rest)
}

func behind(rest []string) []string {
	if len(rest) > 0 && rest[0] == "--" {
		rest = rest[1:]
	}
	if len(rest) == 0 {
		return nil
	}
	return rest
}

// shellScript is a script given to a shell: bash scripts/x.sh, . x.
func shellScript(c *call) []string {
	_, rest := flags(c.args, true, "-o", "+o", "-O", "--rcfile", "--init-file", "-File", "-ExecutionPolicy")
	for i, a := range c.args {
		if strings.EqualFold(a, "-file") && i+1 < len(c.args) {
			rest = c.args[i+1:]
		}
	}
	if len(rest) > 0 {
		c.r.file(c.dir, rest[0], c.how(), c.via, c.depth, program(c.words[0]))
	}
	return nil
}

// script is a program that may be a file of the repository.
func (r *resolver) script(dir string, words []string, via string, depth int) {
	if !strings.Contains(words[0], "/") && !strings.HasSuffix(words[0], ".sh") && !strings.HasSuffix(words[0], ".py") {
		return
	}
	c := call{words: words}
	r.file(dir, words[0], c.how(), via, depth, "")
}

// file yields a script of the repository. Variables that name the checkout
// are the root.
func (r *resolver) file(dir, name, how, via string, depth int, shell string) {
	for _, root := range []string{"$GITHUB_WORKSPACE/", "${GITHUB_WORKSPACE}/", "${{ github.workspace }}/", "${{github.workspace}}/", "$PWD/", "${PWD}/", "$(pwd)/"} {
		if rest, ok := strings.CutPrefix(name, root); ok {
			name = rest
		}
	}
	for _, root := range []string{"@root@/", "$(git rev-parse --show-toplevel)/"} {
		if rest, ok := strings.CutPrefix(name, root); ok {
			name, dir = rest, "."
		}
	}
	if strings.HasPrefix(name, "/") || strings.HasPrefix(name, "~") || strings.HasPrefix(name, "$") {
		dir, name = ".", strings.TrimLeft(name, "/") // outside of the tree
	}
	file := path.Join(dir, strings.ReplaceAll(name, `\`, "/"))
	text, ok := r.read(file)
	if !ok {
		for _, one := range r.glob(file) {
			r.file(".", one, how, via, depth, shell)
		}
		return
	}
	line, _, _ := strings.Cut(text, "\n")
	switch {
	case strings.HasSuffix(file, ".py") || strings.HasPrefix(line, "#!") && strings.Contains(line, "python"):
		r.python(dir, file, text, how, via, depth)
	case strings.HasPrefix(line, "#!") && otherLanguage(line):
		if found := foreign(text); len(found) > 0 {
			r.add(Task{Runner: "strings", Name: file, File: file, Line: found[0].Line, Dir: dir, Scripts: found}, how, via, depth)
		}
	default:
		dialect := ""
		switch {
		case strings.HasSuffix(file, ".ps1") || shell == "pwsh":
			dialect = "pwsh"
		case strings.HasPrefix(line, "#!") && strings.Contains(line, "bash") || strings.HasSuffix(file, ".bash") || shell == "bash" || shell == "source":
			dialect = "bash {0}"
		case strings.HasSuffix(file, ".bat") || strings.HasSuffix(file, ".cmd"):
			dialect = "cmd"
		}
		r.add(Task{Runner: "script", Name: name, File: file, Line: 1, Dir: dir, Scripts: []Text{{Text: text, Line: 1, Dialect: dialect}}}, how, via, depth)
	}
}

// python is a script or a module given to Python: a file, or a package of the
// repository with all its modules. Modules that are runners run.
func python(c *call) []string {
	for i := 0; i < len(c.args); i++ {
		a := c.args[i]
		module, attached := strings.CutPrefix(a, "-m")
		switch {
		case a == "-W" || a == "-X":
			i++
		case pythonFlag(a, 'c') && i+1 < len(c.args):
			c.r.python(c.dir, "-", c.args[i+1], c.how(), c.via, c.depth)
			return nil
		case pythonFlag(a, 'm') && i+1 < len(c.args):
			return c.module(c.args[i+1], c.args[i+2:])
		case attached && !strings.HasPrefix(a, "--"):
			return c.module(module, c.args[i+1:])
		case !strings.HasPrefix(a, "-"):
			c.r.file(c.dir, a, c.how(), c.via, c.depth, "python")
			return nil
		}
	}
	return nil
}

// pythonFlag reports whether a word is a flag of Python, alone or behind others
// in one word (-Im).
func pythonFlag(word string, flag byte) bool {
	return len(word) > 1 && len(word) < 7 && word[0] == '-' && word[1] != '-' && word[len(word)-1] == flag && !strings.ContainsAny(word[1:len(word)-1], "mcWX")
}

func (c *call) module(name string, args []string) []string {
	if name == "poethepoet" {
		name = "poe"
	}
	if name == "cibuildwheel" || name == "pre_commit" {
		name = strings.ReplaceAll(name, "_", "-")
	}
	if _, ok := runners[name]; ok {
		return append([]string{name}, args...)
	}
	base := strings.ReplaceAll(name, ".", "/")
	if base == "" {
		return nil
	}
	for _, root := range []string{c.dir, path.Join(c.dir, "src")} {
		if file, text, ok := c.r.first(root, base+".py"); ok {
			c.r.python(c.dir, file, text, c.how(), c.via, c.depth)
			return nil
		}
		if _, _, ok := c.r.first(root, base+"/__main__.py"); !ok {
			continue
		}
		entries, err := fs.ReadDir(c.r.fsys, path.Join(root, base))
		if err != nil {
			c.r.fail("reading the package %q: %w", base, err)
		}
		for _, e := range entries { // all are read as they are: no import need be followed
			c.r.seen["import\x00"+path.Join(root, base, e.Name())] = true
		}
		for _, e := range entries[:min(len(entries), 50)] {
			file := path.Join(root, base, e.Name())
			if text, ok := c.r.read(file); ok && strings.HasSuffix(file, ".py") {
				c.r.python(c.dir, file, text, c.how(), c.via, c.depth)
			}
		}
		return nil
	}
	return nil
}
