// SPDX-License-Identifier: BSD-3-Clause

package graph

import (
	"maps"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/shell"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
	"github.com/scientific-python/sallyport/internal/workflow/tasks"
)

// maxAlternatives is how many texts a script is read as, beside the one that is
// written.
const maxAlternatives = 16

// alternatives adds the uploads of a step that hide in a value: of an
// expression that has several, of a variable that a shell runs as text, of an
// input that something else runs.
func (b *builder) alternatives(f frame, s *Step, bound bindings, ctx sinks.Context) {
	if s.Step.Uses != nil {
		b.inputTexts(s, ctx)
		return
	}
	run := s.Step.Run
	if run == nil {
		return
	}
	text := bound.apply(run.Script.Value)
	for _, other := range b.otherTexts(s, text) {
		if !b.spend(1000, s.File) {
			return
		}
		step, script := *s.Step, *run
		script.Script.Value = other
		step.Run = &script
		again := *s
		again.Step = &step
		again.Sinks, again.Commands, again.Downloads, again.Uploads, again.Caches = nil, nil, nil, nil, nil
		gaps, known := len(b.g.Gaps), len(b.g.Sinks)
		b.run(f, &again, bindings{}, ctx)
		found := slices.Clone(b.g.Sinks[known:])
		b.g.Gaps, b.g.Sinks = b.g.Gaps[:gaps], b.g.Sinks[:known]
		for _, k := range found {
			b.another(s, k)
		}
	}
	if carriesCommand(s.Env) {
		env := map[string]string{}
		for name, value := range s.Env {
			if !strings.Contains(name, "$") {
				env[name] = value
			}
		}
		script := shell.ParseIn(b.constants(s, text), s.Shell, env)
		for _, k := range sinks.OfScript(script, b.beside(ctx, ".")) {
			b.another(s, &Sink{Sink: k, Step: s, File: s.File, Line: run.Script.LineAt(k.Line), Reachable: s.Reachable()})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Env)) {
		if strings.HasPrefix(name, "CIBW_") {
			b.hidden(s, ctx, "variable "+name, s.Env[name], s.Line)
		}
	}
}

// another adds an upload that was found by another reading, unless that place
// is known to upload.
func (b *builder) another(s *Step, k *Sink) {
	if k.Guessed || slices.ContainsFunc(s.Sinks, func(o *Sink) bool { return o.File == k.File && o.Line == k.Line && o.Uploader == k.Uploader }) {
		return
	}
	if len(b.g.Sinks) >= MaxSinks {
		b.limit(s.Job.File.Path)
		return
	}
	s.Sinks = slices.DeleteFunc(s.Sinks, func(o *Sink) bool { return o.Guessed })
	b.g.Sinks = slices.DeleteFunc(b.g.Sinks, func(o *Sink) bool { return o.Guessed && o.Step == s })
	k.Step = s
	s.Sinks = append(s.Sinks, k)
	b.g.Sinks = append(b.g.Sinks, k)
}

// carriesCommand reports whether a variable may hold the words of an upload.
func carriesCommand(env map[string]string) bool {
	for _, text := range env {
		for _, word := range []string{"upload", "publish", "twine", "/legacy"} {
			if strings.Contains(text, word) {
				return true
			}
		}
	}
	return false
}

// otherTexts are the texts that a script may be beside the one that its
// constants give: one for each value that an expression in it may have.
func (b *builder) otherTexts(s *Step, text string) []string {
	if !strings.Contains(text, "${{") {
		return nil
	}
	first := b.constants(s, text)
	var out []string
	for _, in := range b.matrixScenarios(s, text) {
		ways := [][]byte{nil}
		for _, p := range b.template(text).Parts {
			pieces := []string{p.Text}
			if p.Expr != nil {
				if values, all := (expr.Template{Parts: []expr.Part{p}}).Texts(in); all && len(values) > 0 && len(values)*len(ways) <= maxAlternatives && !slices.ContainsFunc(values, func(v string) bool { return strings.Contains(v, "\n") }) && slices.ContainsFunc(values, func(v string) bool { return !dull(v) }) {
					pieces = values
				}
			}
			n := len(ways)
			for _, piece := range pieces[1:] {
				for _, w := range ways[:n] {
					ways = append(ways, append(slices.Clone(w), piece...))
				}
			}
			for i, w := range ways[:n] {
				ways[i] = append(w, pieces[0]...)
			}
		}
		for _, way := range ways {
			w := string(way)
			if w != first && w != text && len(w) <= maxText && !slices.Contains(out, w) && len(out) < maxAlternatives {
				out = append(out, w)
			}
		}
	}
	return out
}

// dull reports whether a value is of the kind that a matrix mostly has: a
// version, a platform, a switch. It is no command, no task and no address.
func dull(v string) bool {
	v = lower(v)
	if v == "" || '0' <= v[0] && v[0] <= '9' || v == "true" || v == "false" {
		return true
	}
	for _, start := range []string{"ubuntu-", "windows-", "macos-", "macosx", "manylinux", "musllinux", "cp3", "pp3", "v3.", "python3", "python-3", "pypy-", "linux", "x86", "x64", "amd64", "arm64", "aarch64", "i686", "win32", "win_", "ppc64le", "s390x", "universal2", "auto"} {
		if strings.HasPrefix(v, start) && !strings.ContainsAny(v, " ;&|$`(\n") {
			return true
		}
	}
	return false
}

// matrixScenarios are the ways to fill in what a text reads of the job's
// matrix, and of the step's environment.
func (b *builder) matrixScenarios(s *Step, text string) []*expr.Scenario {
	base := &expr.Scenario{Env: b.envValues(s)}
	out := []*expr.Scenario{base}
	var m *workflow.Matrix
	if st := s.Job.Job.Strategy; st != nil {
		m = st.Matrix
	}
	if m == nil || !strings.Contains(strings.ToLower(text+strings.Join(slices.Collect(maps.Values(s.Env)), " ")), "matrix") {
		return out
	}
	add := func(all []*expr.Scenario, values map[string]expr.Value) []*expr.Scenario {
		var next []*expr.Scenario
		for _, in := range all {
			one := *in
			one.Matrix = maps.Clone(in.Matrix)
			if one.Matrix == nil {
				one.Matrix = map[string]expr.Value{}
			}
			maps.Copy(one.Matrix, values)
			one.Env = b.envIn(s, &one)
			next = append(next, &one)
		}
		return next
	}
	axes := out
	for _, x := range m.Axes {
		name := lower(x.Name.Value)
		if x.Expr.Written() || !strings.Contains(lower(text+strings.Join(slices.Collect(maps.Values(s.Env)), " ")), name) || len(x.Values)*len(axes) > maxAlternatives {
			continue
		}
		var next []*expr.Scenario
		for _, v := range x.Values {
			next = append(next, add(axes, map[string]expr.Value{name: b.literal(v)})...)
		}
		axes = next
	}
	out = append(out, axes...)
	for _, v := range m.Include[:min(len(m.Include), 2*maxAlternatives)] {
		values := map[string]expr.Value{}
		for _, e := range v.Entries {
			values[lower(e.Key.Value)] = b.literal(e.Value)
		}
		out = append(out, add([]*expr.Scenario{base}, values)...)
	}
	return out
}

// envValues are the values of the step's environment that are constant.
func (b *builder) envValues(s *Step) map[string]expr.Value { return b.envIn(s, &expr.Scenario{}) }

func (b *builder) envIn(s *Step, in *expr.Scenario) map[string]expr.Value {
	out := map[string]expr.Value{}
	for name, text := range s.Env {
		if len(text) > 4096 || strings.Contains(strings.ToLower(text), "secrets") {
			continue
		}
		if value, ok := b.template(text).Value(in); ok {
			out[name] = expr.Known(value)
		}
	}
	return out
}

// prose are inputs that hold text for readers.
var prose = []string{"body", "message", "description", "title", "text", "comment", "notes", "name", "release-notes", "payload", "content", "summary"}

// inputTexts adds the uploads in texts that an action is given to run, where no
// shell of a known action was seen to run them.
func (b *builder) inputTexts(s *Step, ctx sinks.Context) {
	if len(s.Sinks) > 0 && !slices.ContainsFunc(s.Sinks, func(k *Sink) bool { return k.Guessed }) || uploadsNothing(s.Known) {
		return
	}
	if s.Uses != nil && s.Uses.Kind == workflow.Docker && s.With["entrypoint"] != "" {
		b.hidden(s, ctx, "input entrypoint", s.With["entrypoint"]+" "+s.With["args"], s.Line)
	}
	for _, name := range slices.Sorted(maps.Keys(s.With)) {
		if !slices.Contains(prose, name) && !slices.Contains(s.Known.Shell, name) {
			b.hidden(s, ctx, "input "+name, s.With[name], s.Line)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Env)) {
		if strings.HasPrefix(name, "CIBW_") {
			b.hidden(s, ctx, "variable "+name, s.Env[name], s.Line)
		}
	}
	if s.Uses != nil && strings.EqualFold(s.Uses.Name(), "pypa/cibuildwheel") {
		found, _ := tasks.Resolve(b.fs, clean(s.With["package-dir"]), []string{"cibuildwheel"})
		for _, t := range found {
			for _, text := range t.Scripts {
				b.hidden(s, ctx, t.Via, text.Text, s.Line)
			}
		}
	}
}

// hidden adds the uploads of a text that may be run, in whole or by the strings
// in it.
func (b *builder) hidden(s *Step, ctx sinks.Context, from, text string, line int) {
	for _, candidate := range tasks.Phrases(text) {
		if !b.spend(200, s.File) {
			return
		}
		found := sinks.OfScript(shell.Parse(candidate, ""), b.beside(ctx, "."))
		for _, k := range found {
			k.Via = append([]string{from}, k.Via...)
			b.another(s, &Sink{Sink: k, Step: s, File: s.File, Line: line, Reachable: s.Reachable()})
		}
		if len(found) > 0 {
			return
		}
	}
}
