// SPDX-License-Identifier: BSD-3-Clause

package graph

import (
	"maps"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/known"
	"github.com/scientific-python/sallyport/internal/workflow/shell"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

// jobSteps adds the steps of a job, local composites expanded.
func (b *builder) jobSteps(f frame, j *Job) {
	indexes := map[*workflow.Step]int{}
	for i, s := range j.Job.Steps {
		for own := range workflow.All([]*workflow.Step{s}) {
			indexes[own] = i + 1
		}
	}
	base := layer(containerEnv(j.Job.Container, f.bound), f.file.Env, f.bound)
	base = layer(base, j.Job.Env, f.bound)
	ctx := sinks.Context{IDToken: idToken(j)}
	for x := range b.g.Repo.Expand(f.file.Path, j.Job.Steps) {
		// An expression is a few dozen small steps.
		if b.steps++; b.steps > MaxSteps || !b.spend(50*len(j.Runs)*(1+len(x.Chain)), f.file.Path) {
			b.limit(f.file.Path)
			return
		}
		if x.Truncated {
			b.gap(Gap{Kind: UnreadFile, Job: j, File: f.file.Path, Line: j.Job.Pos.Line, Name: "job " + j.Job.ID.Value, Reason: x.Fault})
		}
		own := x.Step
		if len(x.Chain) > 0 {
			own = x.Chain[0].Step
		}
		s := &Step{Job: j, Index: indexes[own], File: x.File, Line: x.Step.Pos.Line, CallerFile: f.file.Path, CallerLine: own.Pos.Line, Expanded: x}
		bound, scenarios := b.enter(f, j, s)
		s.Runs = make([]Run, len(j.Runs))
		here := b.condition(x.Step.If)
		for i, r := range j.Runs {
			s.Runs[i] = Run{scenarios.at(i), and(r.Runs, scenarios.runs[i])}
			if here != nil && s.Runs[i].Runs != expr.False {
				s.Runs[i].Runs = and(s.Runs[i].Runs, here.Eval(s.Runs[i].Scenario))
			}
		}
		s.Env = base
		outer := f.bound
		for k, fr := range x.Chain {
			s.Env = layer(s.Env, fr.Step.Env, outer)
			outer = scenarios.bound[k]
		}
		s.Env = layer(s.Env, x.Step.Env, bound)
		s.With = with(x.Step.With, bound)
		ctx.Env, ctx.StepEnv = merged(s.Env, ctx.Env, x.Step.Env), names(x.Step.Env)
		b.fault(s)
		switch {
		case x.Step.Uses != nil:
			ctx = b.action(s, ctx)
		case x.Step.Run != nil:
			ctx = b.script(f, s, bound, ctx)
		}
		j.Steps = append(j.Steps, s)
	}
}

// inside is what holds inside the composite actions that lead to a step.
type inside struct {
	j     *Job
	runs  []expr.Truth // the conditions of the using steps
	calls []*expr.Scenario
	bound []bindings
}

func (in *inside) at(i int) *expr.Scenario {
	if in.calls != nil {
		return in.calls[i]
	}
	return in.j.Runs[i].Scenario
}

// enter follows the chain of composites to a step: their conditions, and what
// their inputs stand for.
func (b *builder) enter(f frame, j *Job, s *Step) (bindings, *inside) {
	in := &inside{j: j, runs: make([]expr.Truth, len(j.Runs))}
	for i := range in.runs {
		in.runs[i] = expr.True
	}
	bound := f.bound
	for _, fr := range s.Chain {
		cond := b.condition(fr.Step.If)
		next := bindings{inputs: map[string]string{}, secrets: bound.secrets}
		values := make([]map[string]expr.Value, len(j.Runs))
		for i := range j.Runs {
			if cond != nil && in.runs[i] != expr.False {
				in.runs[i] = and(in.runs[i], cond.Eval(in.at(i)))
			}
			values[i] = map[string]expr.Value{}
		}
		for _, bd := range fr.Inputs {
			text := bd.Value.Value
			if !bd.Default {
				text = bound.apply(text)
			}
			name := lower(bd.Name)
			next.inputs[name] = text
			for i := range j.Runs {
				values[i][name] = b.value(text, in.at(i), "")
			}
		}
		calls := make([]*expr.Scenario, len(j.Runs))
		for i := range j.Runs {
			calls[i] = in.at(i).Call(values[i])
		}
		in.calls = calls
		bound = next
		in.bound = append(in.bound, bound)
	}
	return bound, in
}

// layer lays variables over others; the result is shared where nothing is
// added.
func layer(under map[string]string, over []workflow.Var, bound bindings) map[string]string {
	if len(over) == 0 {
		return under
	}
	out := maps.Clone(under)
	if out == nil {
		out = map[string]string{}
	}
	for _, v := range over {
		name := bound.apply(v.Name.Value)
		if !v.Name.Written() {
			// The variables are given whole as an expression: any name.
			name = "${{ any }}"
		}
		out[name] = bound.apply(v.Value.Value)
	}
	return out
}

// merged is the environment of a step after earlier steps of the job have set
// variables: those win over what the workflow and the job say, and lose
// against what the step itself says.
func merged(written, before map[string]string, own []workflow.Var) map[string]string {
	if len(before) == 0 {
		return written
	}
	out := maps.Clone(written)
	if out == nil {
		out = map[string]string{}
	}
	for name, text := range before {
		if _, ok := out[name]; ok {
			mine := false
			for _, v := range own {
				mine = mine || v.Name.Value == name
			}
			if mine {
				continue
			}
		}
		out[name] = text
	}
	return out
}

func names(vars []workflow.Var) []string {
	var out []string
	for _, v := range vars {
		if v.Name.Written() {
			out = append(out, v.Name.Value)
		}
	}
	return out
}

func with(vars []workflow.Var, bound bindings) map[string]string {
	if len(vars) == 0 {
		return nil
	}
	out := make(map[string]string, len(vars))
	for _, v := range vars {
		if v.Name.Written() {
			out[lower(v.Name.Value)] = bound.apply(v.Value.Value)
		}
	}
	return out
}

// idToken says whether the uploaders of a job can ask for an id-token.
func idToken(j *Job) sinks.Truth {
	switch j.Permissions.Of(workflow.IDToken) {
	case workflow.WriteAccess:
		return sinks.Yes
	case workflow.UnknownAccess:
		return sinks.Unclear
	}
	return sinks.No
}

// IDToken says whether steps of the job can ask for an id-token: Unknown where
// that depends on what the files do not say.
func (j *Job) IDToken() expr.Truth {
	switch j.Permissions.Of(workflow.IDToken) {
	case workflow.WriteAccess:
		return expr.True
	case workflow.UnknownAccess:
		return expr.Unknown
	}
	return expr.False
}

// fault tells what of a step is not in the model.
func (b *builder) fault(s *Step) {
	switch {
	case s.Action != nil:
		b.gap(Gap{Kind: LocalCode, Job: s.Job, Step: s, File: s.File, Line: s.Line, Name: s.Step.Uses.Raw.Value, Reason: "it is a local action that is a program or container, which is not read"})
	case s.Fault != "" && !s.Truncated && b.g.Repo.Actions[s.Step.Uses.Path] == nil:
		// It may be there when the job runs: in a folder that a step fetches.
		b.gap(Gap{Kind: LocalCode, Job: s.Job, Step: s, File: s.File, Line: s.Line, Name: s.Step.Uses.Raw.Value, Reason: s.Fault})
	case s.Fault != "" && !s.Truncated:
		b.gap(Gap{Kind: UnreadFile, Job: s.Job, Step: s, File: s.File, Line: s.Line, Name: s.Step.Uses.Raw.Value, Reason: s.Fault})
	case s.Step.Incomplete:
		b.gap(Gap{Kind: UnreadFile, Job: s.Job, Step: s, File: s.File, Line: s.Line, Name: "a step", Reason: "part of it could not be read"})
	}
}

// action adds what a remote action does.
func (b *builder) action(s *Step, ctx sinks.Context) sinks.Context {
	u := s.Step.Uses
	next := ctx
	if u.Kind == workflow.UsesUnknown {
		b.gap(Gap{Kind: UnknownAction, Job: s.Job, Step: s, File: s.File, Line: u.Pos.Line, Name: u.Raw.Value, Reason: "it is no form of \"uses\" that GitHub documents"})
		return next
	}
	if u.Kind != workflow.Remote && u.Kind != workflow.Docker {
		return next
	}
	s.Uses = u
	ctx.Version = version(u)
	uses, ok := sinks.ParseUses(u.Raw.Value)
	if !ok {
		return next
	}
	found, recognised := sinks.OfAction(uses, s.With, b.beside(ctx, "."))
	for _, k := range found {
		if !k.Guessed {
			b.sink(s, k, s.File, u.Pos.Line)
		}
		if k.Mints {
			next = minted(next, s)
		}
	}
	// What an action puts into its outputs is not known: it may be a token that
	// it asked for, where the job asks for one at all.
	if id := ownID(s); id != "" && len(s.Chain) == 0 {
		next.MintedBy = append(slices.Clone(next.MintedBy), id)
	}
	b.known(s, known.Action{Owner: uses.Owner, Repo: uses.Repo, Path: uses.Path, Ref: uses.Ref, Version: ctx.Version})
	b.shells(s, ctx)
	for _, k := range found {
		if k.Guessed && len(s.Sinks) == 0 {
			b.sink(s, k, s.File, u.Pos.Line)
		}
	}
	if !recognised && !s.Known.Known {
		b.gap(Gap{Kind: UnknownAction, Job: s.Job, Step: s, File: s.File, Line: u.Pos.Line, Name: u.Raw.Value, Reason: "what this action does is not known here"})
	}
	return next
}

// minted is the context after a step that asks an index for a token.
func minted(ctx sinks.Context, s *Step) sinks.Context {
	ctx.Minted = true
	ctx.MintedBy = append(slices.Clone(ctx.MintedBy), lower(s.Step.ID.Value), ownID(s))
	return ctx
}

// version is the version that a ref names, or else the comment beside it.
func version(u *workflow.Uses) string {
	if !u.Pinned {
		if isVersion(strings.TrimPrefix(u.Ref, "v")) {
			return u.Ref
		}
		return ""
	}
	for word := range strings.FieldsSeq(u.Comment) {
		word = strings.Trim(word, ",;()=")
		if i := strings.LastIndexAny(word, "=@/"); i >= 0 {
			word = word[i+1:]
		}
		if isVersion(strings.TrimPrefix(word, "v")) {
			return word
		}
	}
	return ""
}

func isVersion(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (i == 0 || c != '.' && c != '-' && !isWord(c)) {
			return false
		}
	}
	return s != "" && len(s) < 20
}

// remote adds the step that stands for a call of another repository's workflow.
func (b *builder) remote(f frame, j *Job, err error) {
	c := j.Job.Call
	s := &Step{Job: j, File: f.file.Path, Line: c.Uses.Pos.Line, CallerFile: f.file.Path, CallerLine: c.Uses.Pos.Line, Runs: j.Runs, With: with(c.With, f.bound), Uses: &c.Uses}
	j.Steps = []*Step{s}
	uses, ok := sinks.ParseUses(c.Uses.Raw.Value)
	if !ok || c.Uses.Kind != workflow.Remote {
		b.gap(Gap{Kind: UnknownWorkflow, Job: j, Step: s, File: s.File, Line: s.Line, Name: c.Uses.Raw.Value, Reason: err.Error()})
		return
	}
	ctx := sinks.Context{Env: map[string]string{}, IDToken: idToken(j), Version: version(&c.Uses)}
	secrets := sinks.Secrets{Inherit: c.Inherit && f.bound.secrets == nil, Named: with(c.Secrets, f.bound)}
	if c.Inherit && f.bound.secrets != nil {
		secrets.Named = f.bound.secrets
	}
	found, recognised := sinks.OfReusable(uses, s.With, secrets, ctx)
	for _, k := range found {
		b.sink(s, k, s.File, s.Line)
	}
	b.known(s, known.Action{Owner: uses.Owner, Repo: uses.Repo, Path: uses.Path, Ref: uses.Ref, Version: ctx.Version})
	if !recognised && !s.Known.Known {
		b.gap(Gap{Kind: UnknownWorkflow, Job: j, Step: s, File: s.File, Line: s.Line, Name: c.Uses.Raw.Value, Reason: "what this reusable workflow of another repository does is not known here"})
	}
}

// known adds what the table says of a remote action.
func (b *builder) known(s *Step, a known.Action) {
	any := &expr.Scenario{}
	s.Known = known.Of(a, s.With, b.values(s, any))
	for _, c := range s.Known.Caches {
		use := &Cache{Step: s, Cache: c, Inside: c.Off == "" && s.Known.Role != known.Caching}
		lacking := b.lacks(s, c.NeedsFile)
		for _, r := range s.Runs {
			on := expr.False
			if r.Runs != expr.False && c.On != nil && !lacking {
				on = c.On(b.values(s, r.Scenario))
			}
			use.On = append(use.On, on)
		}
		s.Caches = append(s.Caches, use)
	}
	b.artifacts(s)
}

// shells adds what the inputs run that an action hands to a shell.
func (b *builder) shells(s *Step, ctx sinks.Context) {
	for _, input := range s.Known.Shell {
		text, ok := s.With[input]
		if !ok {
			continue
		}
		line := s.Line
		for _, v := range s.Step.With {
			if strings.EqualFold(v.Name.Value, input) {
				line = v.Name.Line
			}
		}
		p := b.parse(scriptKey{b.constants(text), "", "."})
		scripts := []shell.Script{p.script}
		for _, t := range p.tasks {
			scripts = append(scripts, t.scripts...)
		}
		for _, script := range scripts {
			for _, c := range script.Commands {
				s.Commands = append(s.Commands, Command{Command: c, Via: append([]string{"input " + input}, c.Via...), File: s.File, Line: line})
			}
			for _, k := range sinks.OfScript(script, b.beside(ctx, ".")) {
				k.Via = append([]string{"input " + input}, k.Via...)
				b.sink(s, k, s.File, line)
			}
			b.unread(s, script, s.File, line)
		}
	}
}

// values gives the possible texts of a step's inputs in a scenario.
func (b *builder) values(s *Step, in *expr.Scenario) known.Values {
	return func(input string) ([]string, bool, bool) {
		switch input {
		case known.EventName:
			return []string{in.Event}, true, in.Event != ""
		case known.Ref:
			return b.ref(in)
		}
		text, given := s.With[input]
		if !given {
			return nil, true, false
		}
		if !strings.Contains(text, "${{") {
			return []string{text}, true, true
		}
		texts, all := b.template(text).Texts(in)
		return texts, all, true
	}
}

// ref is github.ref as the table asks for it. Where only the kind of ref is
// known, a name stands for all names of that kind: the table looks no further.
func (b *builder) ref(in *expr.Scenario) ([]string, bool, bool) {
	if text, ok := b.template("${{ github.ref }}").Value(in); ok {
		return []string{text}, true, true
	}
	switch kind, _ := b.template("${{ github.ref_type }}").Value(in); kind {
	case "tag":
		return []string{"refs/tags/any"}, true, true
	case "branch":
		return []string{"refs/heads/any"}, true, true
	}
	return nil, false, false
}

// lacks reports whether a file without which a cache stays off is certainly
// not in the tree: a manifest beside which it would lie is there, and it is not.
func (b *builder) lacks(s *Step, name string) bool {
	if name == "" || s.With["manifest-path"] != "" || s.With["working-directory"] != "" || b.file(name) != "" {
		return false
	}
	return b.file("pyproject.toml") != "" || b.file("pixi.toml") != ""
}

// sink adds an upload to a step.
func (b *builder) sink(s *Step, k sinks.Sink, file string, line int) {
	for i := len(s.Chain) - 1; i >= 0; i-- {
		k.Via = append([]string{s.Chain[i].Step.Uses.Raw.Value}, k.Via...)
	}
	if len(b.g.Sinks) >= MaxSinks {
		b.limit(s.Job.File.Path)
		return
	}
	out := &Sink{Sink: k, Step: s, File: file, Line: line, Reachable: s.Reachable()}
	s.Sinks = append(s.Sinks, out)
	b.g.Sinks = append(b.g.Sinks, out)
}
