// SPDX-License-Identifier: BSD-3-Clause

package graph

import (
	"errors"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
	"github.com/scientific-python/sallyport/internal/workflow/known"
	"github.com/scientific-python/sallyport/internal/workflow/shell"
	"github.com/scientific-python/sallyport/internal/workflow/sinks"
)

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
		b.gap(Gap{Kind: UnknownAction, Job: s.Job, Step: s, File: s.File, Line: u.Pos.Line, Name: u.Raw.Value, Reason: "what this image does is not known here"})
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
		if k.Guessed && len(s.Sinks) == 0 && !uploadsNothing(s.Known) {
			b.sink(s, k, s.File, u.Pos.Line)
		}
	}
	if !recognised && !s.Known.Known {
		b.gap(Gap{Kind: UnknownAction, Job: s.Job, Step: s, File: s.File, Line: u.Pos.Line, Name: u.Raw.Value, Reason: "what this action does is not known here"})
	}
	return next
}

// uploadsNothing reports whether an action is known, and known to run nothing
// that could upload.
func uploadsNothing(f known.Facts) bool {
	switch f.Role {
	case known.Checkout, known.Setup, known.Stores, known.Fetches, known.Signs, known.Caching, known.Reports, known.Gates:
		return f.Known && len(f.Scripts) == 0
	}
	return false
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
	if errors.Is(err, workflow.ErrNoCallee) && c.Uses.Kind != workflow.UsesUnknown {
		b.gap(Gap{Kind: Missing, Job: j, Step: s, File: s.File, Line: s.Line, Name: c.Uses.Raw.Value, Reason: "the reusable workflow is not in the tree"})
		return
	}
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
	s.Known = known.Of(a, s.With, b.values(s, s.scenario()))
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
		p := b.parse(scriptKey{b.constants(s, text), "", ".", ""})
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
		if in != s.scenario() && strings.Contains(text, "env") {
			own := *in
			own.Env = s.scenario().Env
			in = &own
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
	if file == "-" { // a script that stands in the step
		file, line = s.File, s.Line
	}
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
