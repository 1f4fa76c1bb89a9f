// SPDX-License-Identifier: BSD-3-Clause

package shell

import (
	"fmt"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// substs walks the commands inside $(…), `…`, <(…) and >(…) of a node. A
// failure there is lost, but for one that is all that an assignment does.
func (in *interp) substs(c ctx, n syntax.Node) { in.substsOf(c, n, false) }

func (in *interp) substsOf(c ctx, n syntax.Node, heeded bool) {
	c.pipe, c.piped, c.stdin, c.env = false, "", nil, nil
	if !heeded {
		c.off, c.tail = true, false
	}
	syntax.Walk(n, func(n syntax.Node) bool {
		switch x := n.(type) {
		case *syntax.CmdSubst:
			in.subst(c, x.Stmts)
			return false
		case *syntax.ProcSubst:
			p := c
			p.off, p.tail, p.background = true, false, true
			in.subst(p, x.Stmts)
			return false
		}
		return !in.exhausted
	})
}

func (in *interp) subst(c ctx, list []*syntax.Stmt) {
	if c.level++; c.level > maxNesting {
		in.problem("nested too deeply")
		return
	}
	before := in.st
	in.st = in.fork()
	in.st.errexit = in.st.errexit && c.kind.posix // bash does not hand it down
	if len(list) == 1 {
		in.st.errexit = before.errexit
	}
	in.stmts(c, list)
	in.st = before
	in.snapshot = nil
}

// substituted gives the output of $(…) where it is certain: a program's own
// path stands for its name.
func (in *interp) substituted(c ctx, x *syntax.CmdSubst) (string, bool) {
	if len(x.Stmts) != 1 || len(x.Stmts[0].Redirs) > 1 {
		return "", false
	}
	call, ok := x.Stmts[0].Cmd.(*syntax.CallExpr)
	if !ok || len(call.Assigns) > 0 || len(call.Args) < 2 {
		return "", false
	}
	switch last := call.Args[len(call.Args)-1].Lit(); literal(call, 0) {
	case "which":
		return last, last != "" && len(call.Args) == 2
	case "command", "type":
		flag := literal(call, 1)
		return last, last != "" && len(call.Args) == 3 && (flag == "-v" || flag == "-p" || flag == "-P")
	case "echo", "printf":
		if len(x.Stmts[0].Redirs) > 0 {
			return "", false
		}
		text, ok := in.output(c, x.Stmts[0])
		return strings.TrimRight(text, "\n"), ok
	}
	return "", false
}

// call reads a simple command: its assignments, or the commands that it may
// be, one for every value of the variables it names.
func (in *interp) call(c ctx, x *syntax.CallExpr) {
	for i, a := range x.Assigns {
		in.substsOf(c, a, len(x.Args) == 0 && i == len(x.Assigns)-1)
	}
	for _, w := range x.Args {
		in.substs(c, w)
	}
	if len(x.Args) == 0 {
		for _, a := range x.Assigns {
			in.assignment(c, a)
		}
		return
	}
	names := in.open(c, x)
	in.choose(names, func(several bool) {
		call := c
		call.cond = call.cond || several
		if len(x.Assigns) > 0 {
			call.env = map[string]string{}
			for name, v := range c.env {
				call.env[name] = v
			}
			for _, a := range x.Assigns {
				if a.Name != nil && a.Array == nil && a.Index == nil {
					call.env[a.Name.Value] = in.text(c, a.Value)
				}
			}
		}
		if words := in.words(c, x.Args); len(words) > 0 {
			in.exec(call, words)
		}
	})
}

// choice is a variable of several values that a command names.
type choice struct {
	name string
	n    int
	all  bool // every value occurs
}

func (in *interp) key(x *syntax.ParamExp) string { return fmt.Sprintf("\x00%p", x) }

// open lists what is to be chosen before a command is known. A default in the
// program's place (${TOOL:-twine}) is a value as well.
func (in *interp) open(c ctx, x *syntax.CallExpr) []choice {
	var out []choice
	look := func(n syntax.Node, program bool) {
		syntax.Walk(n, func(n syntax.Node) bool {
			switch p := n.(type) {
			case *syntax.CmdSubst, *syntax.ProcSubst:
				return false
			case *syntax.ParamExp:
				if p.Param == nil {
					return true
				}
				if v := in.st.vars[p.Param.Value]; v != nil && len(v.alts) > 1 {
					ch := choice{p.Param.Value, len(v.alts), v.loop}
					if !slices.Contains(out, ch) {
						out = append(out, ch)
					}
				} else if _, _, ok := in.lookup(c, p.Param.Value); program && !ok && p.Exp != nil && p.Exp.Word != nil {
					switch p.Exp.Op {
					case syntax.DefaultUnset, syntax.DefaultUnsetOrNull, syntax.AssignUnset, syntax.AssignUnsetOrNull:
						out = append(out, choice{in.key(p), 2, false})
					}
				}
			}
			return len(out) < 64
		})
	}
	for _, a := range x.Assigns {
		look(a, false)
	}
	for i, w := range x.Args {
		look(w, i == 0)
	}
	return out
}

// choose calls do for every combination of the choices. Past maxChoices
// combinations the remaining variables count as unknown.
func (in *interp) choose(list []choice, do func(several bool)) {
	total, several := 1, false
	for i, ch := range list {
		if total*ch.n > maxChoices {
			list = list[:i]
			several = true
			break
		}
		total *= ch.n
		several = several || !ch.all
	}
	if len(list) == 0 {
		do(several)
		return
	}
	outer := in.choice
	for n := range total {
		in.choice = map[string]int{}
		for name, v := range outer {
			in.choice[name] = v
		}
		rest := n
		for _, ch := range list {
			in.choice[ch.name] = rest%ch.n + 1
			rest /= ch.n
		}
		do(several)
	}
	in.choice = outer
}

// assignment sets a variable from NAME=value, NAME+=value or NAME=(…).
func (in *interp) assignment(c ctx, a *syntax.Assign) {
	if a.Name == nil {
		return
	}
	name, line := a.Name.Value, c.src.line(a.Pos().Offset())
	set := func() *variable {
		var old value
		known := false
		if elems, array, ok := in.lookup(c, name); ok {
			old, known = value{elems: elems, array: array}, true
		}
		switch {
		case a.Index != nil:
			return &variable{alts: []value{{unknown: true}}}
		case a.Array != nil:
			v := value{array: true}
			if a.Append {
				if !known && in.st.vars[name] != nil {
					return &variable{alts: []value{{unknown: true}}}
				}
				v.elems = append(v.elems, old.elems...)
			}
			for _, e := range a.Array.Elems {
				if e.Value == nil || e.Index != nil {
					return &variable{alts: []value{{unknown: true}}}
				}
				for _, w := range in.words(c, []*syntax.Word{e.Value}) {
					v.elems = append(v.elems, w.Text)
				}
			}
			return &variable{alts: []value{v}}
		}
		text := in.text(c, a.Value)
		if a.Append {
			before := in.m.hold("$" + name)
			if known {
				before = strings.Join(old.elems, " ")
			}
			text = before + text
		}
		return &variable{alts: []value{{elems: []string{text}}}}
	}
	var v *variable
	x := &syntax.CallExpr{Assigns: []*syntax.Assign{a}}
	in.choose(in.open(c, x), func(bool) {
		if one := set(); v == nil {
			v = one
		} else {
			v = either(v, one)
		}
	})
	if c.cond && c.background {
		v = either(in.st.vars[name], v)
	}
	in.assign(name, v, line)
}

// assign sets a variable and notes it.
func (in *interp) assign(name string, v *variable, line int) {
	size := 0
	for _, alt := range v.alts {
		for _, e := range alt.elems {
			size += len(e) + 1
		}
	}
	if size > maxValue || len(in.st.vars) >= 4096 {
		v = &variable{alts: []value{{unknown: true}}}
		if len(in.st.vars) >= 4096 && in.st.vars[name] == nil {
			in.problem("more than 4096 variables")
			return
		}
	}
	in.work(size)
	in.st.vars[name] = v
	in.snapshot = nil
	if w, ok := in.value(name, v, line); ok {
		shown := in.m.show(name)
		if old, ok := in.assigned[shown]; ok && old.Text != w.Text {
			w.Static = false
		}
		in.assigned[shown] = w
	}
}

// value is a variable as one word: the value written last.
func (in *interp) value(name string, v *variable, line int) (Word, bool) {
	known, text := 0, ""
	for _, alt := range v.alts {
		if !alt.unknown {
			known++
			text = strings.Join(alt.elems, " ")
		}
	}
	if known == 0 {
		return Word{Text: "$" + in.m.show(name), Line: line}, true
	}
	w := in.shown(in.word(text, line))
	w.Static = w.Static && len(v.alts) == 1
	return w, true
}

// declare reads export, local, readonly, declare and typeset.
func (in *interp) declare(c ctx, x *syntax.DeclClause) {
	for _, a := range x.Args {
		in.substs(c, a)
		switch {
		case a.Name != nil && !a.Naked:
			in.assignment(c, a)
		case a.Naked && a.Value != nil:
			line := c.src.line(a.Pos().Offset())
			for _, w := range in.words(c, []*syntax.Word{a.Value}) {
				if name, text, ok := strings.Cut(w.Text, "="); ok && syntax.ValidName(name) {
					in.assign(name, scalar(text), line)
				}
			}
		}
	}
}

func scalar(text string) *variable { return &variable{alts: []value{{elems: []string{text}}}} }

func shorten(text string) string {
	if len(text) <= maxShown {
		return text
	}
	return strings.ToValidUTF8(text[:maxShown-len("…")], "") + "…"
}
