// SPDX-License-Identifier: BSD-3-Clause

package graph

import (
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/scientific-python/sallyport/internal/workflow/shell"
	"github.com/scientific-python/sallyport/internal/workflow/tasks"
)

// scriptTree is the tree with the files that a script writes before it runs
// them.
type scriptTree struct {
	fs.FS
	files map[string]string
}

func (o scriptTree) Open(name string) (fs.File, error) {
	if text, ok := o.files[name]; ok {
		return &scriptFile{Reader: strings.NewReader(text), name: path.Base(name), size: int64(len(text))}, nil
	}
	return o.FS.Open(name)
}

// scriptFile is a file that a script writes.
type scriptFile struct {
	io.Reader
	name string
	size int64
}

func (w *scriptFile) Stat() (fs.FileInfo, error) { return w, nil }
func (w *scriptFile) Close() error               { return nil }
func (w *scriptFile) Name() string               { return w.name }
func (w *scriptFile) Size() int64                { return w.size }
func (w *scriptFile) Mode() fs.FileMode          { return 0o444 }
func (w *scriptFile) ModTime() time.Time         { return time.Time{} }
func (w *scriptFile) IsDir() bool                { return false }
func (w *scriptFile) Sys() any                   { return nil }

// maxScriptFiles bounds the files that a script writes and runs, and
// maxScriptText their text in bytes.
const (
	maxScriptFiles = 50
	maxScriptText  = 1 << 20
)

// scriptTree is the tree as a script leaves it that runs in dir: the files whose
// text it writes, and copies.
func (b *builder) scriptTree(script shell.Script, dir string) scriptTree {
	o := scriptTree{b.fs, map[string]string{}}
	dirs := []string{dir}
	for _, c := range script.Commands {
		if d := below(dir, c.Dir); !slices.Contains(dirs, d) && len(dirs) < 10 {
			dirs = append(dirs, d)
		}
	}
	size := 0
	put := func(name, text string, appended bool) {
		for _, d := range dirs {
			at := below(d, name)
			if size += len(text); len(o.files) >= maxScriptFiles || size > maxScriptText || !fs.ValidPath(at) || at == "." {
				return
			}
			if appended {
				o.files[at] += text
			} else {
				o.files[at] = text
			}
		}
	}
	for _, w := range script.Written {
		if w.Content.Text != "" {
			put(w.Path.Text, w.Content.Text, w.Append)
		}
	}
	for _, c := range script.Commands {
		var args []string
		switch c.Program() {
		case "cp", "mv", "ln", "install":
		default:
			continue
		}
		for _, w := range c.Words[1:] {
			if !strings.HasPrefix(w.Text, "-") {
				args = append(args, w.Text)
			}
		}
		if len(args) != 2 {
			continue
		}
		from := below(below(dir, c.Dir), args[0])
		text, ok := o.files[from]
		if !ok {
			text = b.file(from)
		}
		if text != "" && len(text) <= 64<<10 {
			put(args[1], text, false)
			put(path.Join(args[1], path.Base(from)), text, false)
		}
	}
	return o
}

// below is a path as a command in a folder of the tree means it. What lies
// outside of the tree is put at its root by its name.
func below(dir, name string) string {
	name = strings.ReplaceAll(name, `\`, "/")
	if strings.HasPrefix(name, "/") || strings.HasPrefix(name, "~") || strings.HasPrefix(name, "$") {
		return path.Clean(strings.TrimLeft(name, "/"))
	}
	return path.Join(dir, name)
}

// parseTask reads a script of a task. A file may be read in by the step, or by
// another one of all.
func parseTask(t tasks.Task, text tasks.Text, step string, all []tasks.Task) shell.Script {
	if t.Runner == "script" {
		others := []string{step, " "}
		for _, o := range all {
			if o.File == t.File && o.Name == t.Name {
				continue
			}
			for _, s := range o.Scripts {
				others = append(others, s.Text, "\n")
			}
		}
		return shell.ParseFile(text.Text, text.Dialect, strings.Join(others, ""))
	}
	return shell.Parse(text.Text, text.Dialect)
}

// choosers are the variables by which task runners choose what they run.
var choosers = []string{"TOXENV", "TOX_ENV", "NOXSESSION"}

// chosen are those of a step's environment, as NAME=value lines.
func chosen(env map[string]string) string {
	var out strings.Builder
	for _, name := range choosers {
		if text, ok := env[name]; ok && !strings.Contains(text, "\n") {
			out.WriteString(name + "=" + text + "\n")
		}
	}
	return out.String()
}

// taskEnv are the variables that a command gives a task runner.
func taskEnv(c shell.Command, chosen string) map[string]string {
	if chosen == "" && len(c.Env) == 0 {
		return nil
	}
	out := map[string]string{}
	for line := range strings.Lines(chosen) {
		if name, text, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "="); ok {
			out[name] = text
		}
	}
	for name, w := range c.Env {
		if w.Static {
			out[name] = w.Text
		}
	}
	return out
}

// readVia reports whether a command of a script that the step writes was found
// by way of a file.
func readVia(c Command, name string) bool {
	return len(c.Via) > 0 && strings.Contains(c.Via[0], path.Base(strings.ReplaceAll(name, `\`, "/"))+":")
}
