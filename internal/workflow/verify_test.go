// SPDX-License-Identifier: BSD-3-Clause

package workflow

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// verify holds the positions of a model against the file: they lie in it, and
// plain and literal texts stand where they say.
func verify(t testing.TB, w *Workflow) {
	t.Helper()
	v := verifier{t: t, path: w.Path}
	src, _ := newSource(w.Source)
	for i, start := range src.starts {
		end := len(w.Source)
		if i+1 < len(src.starts) {
			end = src.starts[i+1]
		}
		v.lines = append(v.lines, string(w.Source[start:end]))
	}
	for _, c := range w.Comments {
		v.pos(Pos{c.Line, c.Column}, "comment")
		if !strings.HasPrefix(v.from(Pos{c.Line, c.Column}), "#") {
			t.Errorf("%s:%d:%d: no comment stands there", w.Path, c.Line, c.Column)
		}
	}
	for _, tr := range w.Triggers {
		v.pos(tr.Pos, "trigger")
	}
	v.text(w.Name)
	v.vars(w.Env)
	for _, j := range w.Jobs {
		v.span(j.Pos, j.End, "job")
		for _, x := range append([]Text{j.ID, j.Name, j.If}, j.Needs...) {
			v.text(x)
		}
		v.vars(j.Env)
		for s := range All(j.Steps) {
			v.step(s)
		}
	}
}

type verifier struct {
	t     testing.TB
	path  string
	lines []string
}

func (v *verifier) pos(p Pos, what string) bool {
	v.t.Helper()
	if p.Line < 1 || p.Line > len(v.lines) || p.Column < 1 || p.Column > utf8.RuneCountInString(v.lines[p.Line-1])+1 {
		v.t.Errorf("%s: the %s at %v is outside of the file", v.path, what, p)
		return false
	}
	return true
}

func (v *verifier) span(p Pos, end int, what string) {
	v.t.Helper()
	v.pos(p, what)
	if end < p.Line || end > len(v.lines) {
		v.t.Errorf("%s: the %s at %v ends on line %d of %d", v.path, what, p, end, len(v.lines))
	}
}

func (v *verifier) from(p Pos) string {
	r := []rune(v.lines[p.Line-1])
	return string(r[min(p.Column-1, len(r)):])
}

func (v *verifier) text(x Text) {
	v.t.Helper()
	if !x.Written() || !v.pos(x.Pos(), "text") {
		return
	}
	at := v.from(x.Pos())
	ok := true
	switch x.Style {
	case Literal:
		ok = strings.HasPrefix(at, "|")
		for i := 0; ok && i < len(x.Value); i++ {
			if line := x.LineOf(i); i == 0 || x.Value[i-1] == '\n' {
				want, _, _ := strings.Cut(x.Value[i:], "\n")
				ok = want == "" || line <= len(v.lines) && strings.Contains(v.lines[line-1], want)
			}
		}
	case Folded:
		ok = strings.HasPrefix(at, ">") && v.words(x)
	case Quoted:
		ok = strings.HasPrefix(at, `"`) || strings.HasPrefix(at, "'")
	default:
		ok = v.words(x)
	}
	if !ok {
		v.t.Errorf("%s:%d:%d: %q does not stand there", v.path, x.Line, x.Column, x.Value)
	}
}

// words holds each word of a text against the line that LineOf gives.
func (v *verifier) words(x Text) bool {
	for i := 0; i < len(x.Value); {
		rest := x.Value[i:]
		word, _, _ := strings.Cut(strings.FieldsFunc(rest+" .", func(r rune) bool {
			return r == ' ' || r == '\t' || r == '\n' || r == '\u2028' || r == '\u2029' || r == '\u0085'
		})[0], " ")
		at := strings.Index(rest, word)
		if at < 0 {
			return true
		}
		if line := x.LineOf(i + at); line > len(v.lines) || !strings.Contains(v.lines[line-1], word) {
			return false
		}
		i += at + len(word)
	}
	return true
}

func (v *verifier) vars(vars []Var) {
	for _, x := range vars {
		v.text(x.Name)
		v.text(x.Value)
	}
}

func (v *verifier) step(s *Step) {
	v.span(s.Pos, s.End, "step")
	for _, x := range []Text{s.ID, s.Name, s.If, s.ContinueOnError} {
		v.text(x)
	}
	v.vars(s.With)
	v.vars(s.Env)
	if s.Run != nil {
		v.text(s.Run.Script)
		if body := strings.TrimSpace(s.Run.Script.Value); body != "" && s.Alias == (Pos{}) && s.Run.Script.Style == Literal && s.End < s.Run.Script.LineOf(len(strings.TrimRight(s.Run.Script.Value, "\n"))) {
			v.t.Errorf("%s: the step at %v ends on line %d, before its script", v.path, s.Pos, s.End)
		}
	}
	if s.Uses != nil {
		v.text(s.Uses.Raw)
	}
}
