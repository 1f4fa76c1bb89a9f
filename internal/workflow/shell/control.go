// SPDX-License-Identifier: BSD-3-Clause

package shell

import (
	"mvdan.cc/sh/v3/syntax"
)

func (in *interp) ifClause(c ctx, x *syntax.IfClause) {
	if len(x.Cond) == 0 { // else
		in.stmts(c, x.Then)
		return
	}
	test := c
	test.off = true
	test.tail = false
	in.condition(test, x.Cond, func(negated bool) bool {
		if negated {
			return fails(x.Then)
		}
		return x.Else != nil && len(x.Else.Cond) == 0 && fails(x.Else.Then)
	})
	from := in.st
	yes := in.branch(c, from, func(c ctx) { in.stmts(c, x.Then) })
	no := from
	if x.Else != nil {
		no = in.branch(c, from, func(c ctx) { in.ifClause(c, x.Else) })
	}
	if x.Else != nil {
		in.st = in.join(yes, no)
	} else {
		in.st = in.join(no, yes)
	}
}

// condition walks what decides. The status of its last statement counts as
// heeded where a failure makes the script fail.
func (in *interp) condition(c ctx, list []*syntax.Stmt, heeded func(negated bool) bool) {
	if len(list) == 0 {
		return
	}
	in.stmts(c, list[:len(list)-1])
	last := *list[len(list)-1]
	c.tail = heeded(last.Negated)
	last.Negated = false
	in.stmt(c, &last)
}

func (in *interp) while(c ctx, x *syntax.WhileClause) {
	test := c
	test.off = true
	// A loop that goes on until the command succeeds heeds its failure.
	in.condition(test, x.Cond, func(negated bool) bool { return negated != x.Until })
	from := in.st
	c.tail = false
	body := in.branch(c, from, func(c ctx) { in.stmts(c, x.Do) })
	in.st = in.join(from, body)
}

func (in *interp) loop(c ctx, x *syntax.ForClause) {
	in.substs(c, x.Loop)
	from := in.st
	in.st = in.fork()
	if it, ok := x.Loop.(*syntax.WordIter); ok && it.Name != nil {
		v := &variable{alts: []value{{unknown: true}}, loop: true}
		if it.InPos.IsValid() {
			var items []value
			known := true
			for _, w := range in.words(c, it.Items) {
				known = known && !in.m.unknown(w.Text)
				items = append(items, value{elems: []string{w.Text}})
			}
			if known && len(items) > 0 && len(items) <= maxChoices {
				v.alts = items
			}
		}
		in.assign(it.Name.Value, v, int(it.Pos().Line()))
	}
	c.tail = false
	in.stmts(c, x.Do)
	in.st = in.join(from, in.st)
	if in.st.exited {
		in.st.exited, in.st.mayExit = false, true
	}
}

func (in *interp) cases(c ctx, x *syntax.CaseClause) {
	in.substs(c, x.Word)
	from := in.st
	states := []*state{from}
	for _, item := range x.Items {
		states = append(states, in.branch(c, from, func(c ctx) { in.stmts(c, item.Stmts) }))
	}
	in.st = in.join(states...)
}

func (in *interp) binary(c ctx, x *syntax.BinaryCmd) {
	switch x.Op {
	case syntax.AndStmt, syntax.OrStmt:
		left := c
		left.off = true
		if x.Op == syntax.OrStmt {
			left.tail = !succeeds(x.Y)
			if fails([]*syntax.Stmt{x.Y}) {
				left.off = c.off
				left.tail = true
			}
		}
		in.stmt(left, x.X)
		from := in.st
		right := in.branch(c, from, func(c ctx) { in.stmt(c, x.Y) })
		in.st = in.join(from, right)
	default:
		left, right := c, c
		left.pipe, right.pipe = true, true
		if !in.st.pipefail {
			left.off, left.tail = true, false
		}
		before := in.st
		in.st = in.fork()
		in.snapshot = nil
		if text, ok := in.output(c, x.X); ok {
			right.stdin, right.stdinLine = &text, c.src.line(x.X.Pos().Offset())
		} else {
			right.stdin = nil
		}
		in.stmt(left, x.X)
		in.st = before
		in.snapshot = nil
		right.stdinFile = in.catFile(c, x.X)
		right.piped = in.m.show(shorten(slice(c.src, x.X.Pos(), x.X.End())))
		in.sub(right, []*syntax.Stmt{x.Y})
	}
}

// catFile is the one file that a statement prints, "" where it is not that.
func (in *interp) catFile(c ctx, s *syntax.Stmt) string {
	x, ok := s.Cmd.(*syntax.CallExpr)
	if !ok || len(x.Args) != 2 || len(s.Redirs) > 0 || literal(x, 0) != "cat" {
		return ""
	}
	if words := in.words(c, x.Args); len(words) == 2 && in.m.known(words[1].Text) && words[1].Text != "-" {
		return words[1].Text
	}
	return ""
}

// fails says that a list surely ends the script, or its function, with a
// failure.
func fails(list []*syntax.Stmt) bool {
	if len(list) == 0 {
		return false
	}
	s := list[len(list)-1]
	if s.Negated || s.Background {
		return false
	}
	switch x := s.Cmd.(type) {
	case *syntax.Block:
		return fails(x.Stmts)
	case *syntax.Subshell:
		return fails(x.Stmts)
	case *syntax.CallExpr:
		switch name := literal(x, 0); name {
		case "false":
			return true
		case "exit", "return":
			return len(x.Args) < 2 || literal(x, 1) != "0"
		}
	}
	return false
}

// succeeds says that a statement surely succeeds, so that a failure on the
// left of || is lost.
func succeeds(s *syntax.Stmt) bool {
	if s == nil || s.Negated {
		return false
	}
	switch x := s.Cmd.(type) {
	case *syntax.Block:
		return len(x.Stmts) > 0 && succeeds(x.Stmts[len(x.Stmts)-1]) && !leaves(x.Stmts)
	case *syntax.Subshell:
		return len(x.Stmts) > 0 && succeeds(x.Stmts[len(x.Stmts)-1]) && !leaves(x.Stmts)
	case *syntax.CallExpr:
		if len(x.Args) == 0 {
			return len(x.Assigns) > 0
		}
		switch literal(x, 0) {
		case "true", ":", "echo", "printf", "continue", "break":
			return true
		case "exit", "return":
			return literal(x, 1) == "0"
		}
	}
	return false
}

// leaves says that a statement of the list is an exit with a failure.
func leaves(list []*syntax.Stmt) bool {
	for i := range list {
		if fails(list[i : i+1]) {
			return true
		}
	}
	return false
}

// readsStatus says that a statement asks for $?.
func readsStatus(s *syntax.Stmt) bool {
	found := false
	look := func(n syntax.Node) {
		syntax.Walk(n, func(n syntax.Node) bool {
			if p, ok := n.(*syntax.ParamExp); ok && p.Param != nil && p.Param.Value == "?" {
				found = true
			}
			_, nested := n.(*syntax.CmdSubst)
			return !found && !nested
		})
	}
	switch x := s.Cmd.(type) {
	case *syntax.CallExpr, *syntax.DeclClause, *syntax.TestClause, *syntax.ArithmCmd:
		look(x)
	case *syntax.IfClause:
		if len(x.Cond) > 0 {
			switch first := x.Cond[0].Cmd.(type) {
			case *syntax.CallExpr, *syntax.TestClause, *syntax.ArithmCmd:
				look(first)
			}
		}
	}
	return found
}

// literal gives an argument that is written out, or the empty string.
func literal(x *syntax.CallExpr, i int) string {
	if i >= len(x.Args) {
		return ""
	}
	return x.Args[i].Lit()
}
