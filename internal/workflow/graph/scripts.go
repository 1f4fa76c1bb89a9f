// SPDX-License-Identifier: BSD-3-Clause

package graph

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/shell"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
	"github.com/scientific-python/sallyport/internal/workflow/tasks"
)

type scriptKey struct {
	text, dialect, dir string
	env                string // variables by which a task runner chooses its tasks
}

// parsed is a script with the tasks and scripts of the repository that it
// runs.
type parsed struct {
	script shell.Script
	tasks  []task
	err    error // what could not be read of them
}

type task struct {
	tasks.Task
	scripts []shell.Script // parallel to Task.Scripts
}

// script adds what a run step runs, and returns the context of the next step.
func (b *builder) script(f frame, s *Step, bound bindings, ctx sinks.Context) sinks.Context {
	run := s.Step.Run
	text := b.constants(s, bound.apply(run.Script.Value))
	dialect, dir := firstOf(bound.apply(run.Shell.Value)), bound.apply(run.WorkingDirectory.Value)
	if len(s.Chain) == 0 {
		dialect = firstOf(dialect, s.Job.Job.Defaults.Shell.Value, f.file.Defaults.Shell.Value)
		dir = firstOf(dir, f.bound.apply(s.Job.Job.Defaults.WorkingDirectory.Value), f.bound.apply(f.file.Defaults.WorkingDirectory.Value))
	}
	dir = clean(dir)
	if dialect == "" && len(s.Chain) == 0 {
		dialect = b.defaultShell(s, text, dir, b.beside(ctx, dir))
	}
	s.Script = text
	p := b.parse(scriptKey{withStartUp(text, dialect, ctx.Env), dialect, dir, chosen(ctx.Env)})
	ctx = b.beside(ctx, dir)
	where := func(line int) int { return run.Script.LineAt(line) }
	s.Shell, s.ShellLine = shellLine(f, s, bound)
	if strings.Contains(dialect, "{0}") && !PlainShell(dialect) {
		// The key "shell" takes a whole command line, which may do more than
		// start a shell.
		before := b.parse(scriptKey{strings.ReplaceAll(dialect, "{0}", "-c true"), "bash", dir, ""})
		at := run.Shell.Line
		if at == 0 {
			at = s.Line
		}
		for _, c := range before.script.Commands {
			s.Commands = append(s.Commands, Command{Command: c, Via: append([]string{"shell:"}, c.Via...), File: s.File, Line: at})
		}
		for _, k := range sinks.OfScript(before.script, ctx) {
			b.sink(s, k, s.File, at)
		}
		for name, w := range before.script.Assigned {
			env := maps.Clone(ctx.Env)
			if env == nil {
				env = map[string]string{}
			}
			env[name] = b.shellValue(w, ctx.Env)
			ctx.Env = env
		}
		b.unread(s, before.script, s.File, at)
	}
	for _, c := range p.script.Commands {
		s.Commands = append(s.Commands, Command{Command: c, Via: c.Via, File: s.File, Line: where(c.Line), Locked: b.locked(dir, c)})
	}
	s.Written = p.script.Written
	s.EnvWrites = envWrites(p.script, s.File, where)
	found := b.settled(dir, sinks.OfScript(p.script, ctx))
	for i := range found {
		b.sink(s, found[i], s.File, where(found[i].Line))
	}
	after := ctx
	for _, t := range p.tasks {
		inner := b.beside(ctx, clean(t.Dir))
		if len(t.Env) > 0 {
			inner.Env = merged(t.Env, ctx.Env, nil)
			for name, v := range t.Env {
				inner.Env[name] = v
			}
		}
		for i, script := range t.scripts {
			for _, c := range script.Commands {
				s.Commands = append(s.Commands, Command{Command: c, Via: append([]string{t.Via}, c.Via...), File: t.File, Line: t.Scripts[i].Line + c.Line - 1, Locked: b.locked(clean(t.Dir), c)})
			}
			for _, k := range b.settled(clean(t.Dir), sinks.OfScript(script, inner)) {
				k.Via = append([]string{t.Via}, k.Via...)
				found = append(found, k)
				b.sink(s, k, t.File, t.Scripts[i].Line+k.Line-1)
			}
			s.EnvWrites = append(s.EnvWrites, envWrites(script, t.File, func(line int) int { return t.Scripts[i].Line + line - 1 })...)
			setup := sinks.SetupOf(script, inner)
			after = after.After(setup)
			s.leaves = over(s.leaves, setup.Env)
			if setup.Mints {
				after = minted(after, s)
			}
		}
	}
	for _, t := range p.tasks {
		for i, script := range t.scripts {
			b.unread(s, script, t.File, t.Scripts[i].Line)
		}
	}
	if len(found) == 0 {
		for _, k := range sinks.OfUnknown(p.script, ctx) {
			line := s.Line
			if k.Line > 0 {
				line = where(k.Line)
			}
			b.sink(s, k, s.File, line)
		}
	}
	if p.err != nil {
		for line := range strings.SplitSeq(p.err.Error(), "\n") {
			b.gap(Gap{Kind: UnreadScript, Job: s.Job, Step: s, File: s.File, Line: s.Line, Name: "what the step runs", Reason: line})
		}
	}
	b.unread(s, p.script, s.File, where(1))
	b.fetches(s)
	setup := sinks.SetupOf(p.script, ctx)
	s.leaves = over(s.leaves, setup.Env)
	if after = after.After(setup); setup.Mints {
		after = minted(after, s)
	}
	return after
}

// constants puts the value of expressions that have but one in their place, so
// that a command cannot hide in one.
func (b *builder) constants(s *Step, text string) string {
	if !strings.Contains(text, "${{") {
		return text
	}
	in := &expr.Scenario{Env: b.envValues(s)}
	var out strings.Builder
	for _, p := range b.template(text).Parts {
		piece := p.Text
		if p.Expr != nil {
			single := expr.Template{Parts: []expr.Part{p}}
			if value, ok := single.Value(in); ok && !strings.Contains(value, "\n") {
				piece = value
			}
		}
		out.WriteString(piece)
	}
	return out.String()
}

// shellValue is what a variable of a shell is set to, one variable of the step
// looked through.
func (b *builder) shellValue(w shell.Word, env map[string]string) string {
	if w.Static {
		return w.Text
	}
	if text, ok := env[strings.Trim(w.Text, "${}\"")]; ok {
		return text
	}
	return "${{ computed by a script }}"
}

// unread tells what of a script was not read.
func (b *builder) unread(s *Step, script shell.Script, file string, line int) {
	for _, name := range script.Unresolved {
		if strings.Contains(name, "://") && !strings.ContainsAny(name, " \t\n") {
			continue // an address that a program is handed; no shell runs one
		}
		if slices.ContainsFunc(s.Commands, func(c Command) bool { return path.Base(c.File) == path.Base(name) || c.File == "-" && readVia(c, name) }) {
			continue // read after all, as a script of the repository
		}
		b.gap(Gap{Kind: UnreadScript, Job: s.Job, Step: s, File: file, Line: line, Name: name, Reason: "it is run, and its text is not in the repository's files or cannot be known from them"})
	}
	if script.Problem != nil {
		b.gap(Gap{Kind: UnreadScript, Job: s.Job, Step: s, File: file, Line: line, Name: "the script", Reason: script.Problem.Error()})
	}
}

func (b *builder) parse(key scriptKey) *parsed {
	if p, ok := b.scripts[key]; ok {
		return p
	}
	p := &parsed{script: shell.Parse(key.text, key.dialect)}
	b.scripts[key] = p
	var errs []string
	tree := b.scriptTree(p.script, key.dir)
	var env map[string]string
	of := uintptr(1) // commands share their variables: each set is read once
	for _, c := range p.script.Commands {
		if at := reflect.ValueOf(c.Env).Pointer(); at != of {
			env, of = taskEnv(c, key.env), at
		}
		words := make([]string, len(c.Words))
		for i, w := range c.Words {
			words[i] = w.Text
		}
		found, err := tasks.ResolveIn(tree, below(key.dir, c.Dir), words, env)
		for i := range found {
			if _, here := tree.files[found[i].File]; here {
				found[i].File = "-" // it is written in the step
			}
		}
		if err != nil && len(errs) < 20 {
			errs = append(errs, err.Error())
		}
		for _, t := range found {
			if slices.ContainsFunc(p.tasks, func(o task) bool { return o.Via == t.Via && o.File == t.File && o.Line == t.Line && o.Name == t.Name }) {
				continue
			}
			inner := task{Task: t}
			for _, text := range t.Scripts {
				inner.scripts = append(inner.scripts, parseTask(t, text, key.text, found))
			}
			p.tasks = append(p.tasks, inner)
		}
	}
	if len(errs) > 0 {
		p.err = fmt.Errorf("%s", strings.Join(errs, "\n"))
	}
	return p
}

// beside adds the configuration that an uploader finds where it runs.
func (b *builder) beside(ctx sinks.Context, dir string) sinks.Context {
	ctx.Pyproject, ctx.UV = b.settings(dir)
	ctx.Config = func(below string) (pyproject, uv string) {
		return b.settings(clean(path.Join(dir, below)))
	}
	return ctx
}

// maxParents bounds how far up settings are looked for.
const maxParents = 20

// settings are those that uv finds in a folder: of the first folder upwards
// that has uv.toml, or a pyproject.toml with settings of uv.
func (b *builder) settings(dir string) (pyproject, uv string) {
	at := dir
	for range maxParents {
		project := b.file(path.Join(at, "pyproject.toml"))
		if uv := b.file(path.Join(at, "uv.toml")); uv != "" || b.configuresUV(at, project) {
			return project, uv
		}
		if at == "." {
			break
		}
		at = path.Dir(at)
	}
	return b.file(path.Join(dir, "pyproject.toml")), ""
}

// configuresUV reports whether a folder's pyproject.toml may have settings of uv.
func (b *builder) configuresUV(dir, project string) bool {
	has, ok := b.uv[dir]
	if !ok {
		plain := strings.NewReplacer(" ", "", "\t", "", `"`, "", "'", "").Replace(project)
		has = strings.Contains(plain, "tool.uv") || strings.Contains(plain, "uv") && (strings.Contains(plain, "[tool]") || strings.Contains(plain, "tool="))
		b.uv[dir] = has
	}
	return has
}

// maxConfig is how much of a configuration file is read, in bytes.
const maxConfig = 1 << 20

func (b *builder) file(name string) string {
	text, ok := b.files[name]
	if ok || !fs.ValidPath(name) {
		return text
	}
	f, err := b.fs.Open(name)
	if err == nil {
		var data []byte
		if data, err = io.ReadAll(io.LimitReader(f, maxConfig+1)); err == nil && len(data) > maxConfig {
			err = fmt.Errorf("it has more than %d bytes", maxConfig)
		} else if err == nil {
			text = string(data)
		}
		_ = f.Close()
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		b.unreadable[name] = true
	}
	b.files[name] = text
	return text
}

// settled takes back what was said of uploads that run where the settings of
// an uploader are there and cannot be read: they may hold a credential.
func (b *builder) settled(dir string, found []sinks.Sink) []sinks.Sink {
	for at := dir; len(b.unreadable) > 0; at = path.Dir(at) {
		for _, name := range []string{path.Join(at, "uv.toml"), path.Join(at, "pyproject.toml")} {
			if !b.unreadable[name] {
				continue
			}
			for i := range found {
				if found[i].Credential == sinks.TrustedPublishing {
					found[i].Credential, found[i].Why = sinks.Unknown, name+" is there and cannot be read"
				}
			}
		}
		if at == "." || at == "/" {
			break
		}
	}
	return found
}

// clean makes a working directory a path of the tree; "." where it is none
// that is known.
func clean(dir string) string {
	dir = strings.TrimPrefix(dir, "${{ github.workspace }}/")
	dir = path.Clean(strings.ReplaceAll(dir, `\`, "/"))
	if !fs.ValidPath(dir) || strings.Contains(dir, "$") {
		return "."
	}
	return dir
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
