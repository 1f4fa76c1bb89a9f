// SPDX-License-Identifier: BSD-3-Clause

package shell

import (
	"maps"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// interp walks a script once, statement by statement, and notes the commands.
// All texts inside are masked; only what leaves the package is shown.
type interp struct {
	m     *masker
	st    *state
	funcs map[string][]function
	alias map[string]string

	choice map[string]int // values chosen for the command being read

	commands    []Command
	assigned    map[string]Word
	written     []Write
	envFile     map[string]Word
	unresolved  []string
	problems    []string
	approximate bool

	left      int             // work still allowed
	envLeft   int             // entries of environments still allowed
	snapshot  map[string]Word // the environment of the last command, while it holds
	exhausted bool
	exits     int // exits seen
	called    map[string]bool
}

type function struct {
	body *syntax.Stmt
	src  *source
}

// value is one value of a variable: its elements (one, where it is no array),
// or what it was before the script.
type value struct {
	elems   []string
	array   bool
	unknown bool
}

// variable is every value that a variable may have, the last written last.
// Every one of them occurs where it belongs to a loop.
type variable struct {
	alts []value
	loop bool
}

// state is what changes while a script runs.
type state struct {
	vars     map[string]*variable
	args     []string // $1 and so on, while argsKnown
	argsOK   bool
	errexit  bool
	pipefail bool
	exited   bool // nothing that follows runs
	mayExit  bool // what follows runs only if an exit before it did not
	dir      string
	dirs     []string // of pushd
}

func (in *interp) fork() *state {
	in.work(1 + len(in.st.vars)/8)
	s := *in.st
	s.vars = maps.Clone(in.st.vars)
	return &s
}

// ctx is where a statement stands.
type ctx struct {
	kind       dialect
	src        *source
	via        []string
	off        bool // errexit does not act here
	tail       bool // its status becomes the status of the script
	cond       bool
	background bool
	pipe       bool
	piped      string
	stdin      *string
	stdinLine  int
	stdinFile  string
	env        map[string]string // prefix assignments
	depth      int
	level      int
}

func newInterp() *interp {
	return &interp{
		st:       &state{vars: map[string]*variable{}},
		funcs:    map[string][]function{},
		alias:    map[string]string{},
		called:   map[string]bool{},
		assigned: map[string]Word{}, envFile: map[string]Word{},
		left: maxWork, envLeft: maxEnv,
	}
}

// work spends n units and says whether there are any left.
func (in *interp) work(n int) bool {
	in.left -= n
	if in.left < 0 && !in.exhausted {
		in.exhausted = true
		in.problem("it takes too much work to follow; the rest is not read")
	}
	return !in.exhausted
}

func (in *interp) word(text string, line int) Word {
	return Word{Text: text, Static: in.m.known(text), Line: line}
}

func (in *interp) shown(w Word) Word {
	return Word{Text: in.m.show(w.Text), Static: in.m.known(w.Text), Line: w.Line}
}

// run reads a text in the dialect of c.
func (in *interp) run(c ctx, src *source) {
	c.src = src
	if c.depth > MaxDepth {
		in.problem("more than %d functions, evals and shells inside one another", MaxDepth)
		return
	}
	if !in.work(1 + len(src.text)) {
		return
	}
	if c.kind.family != famBourne {
		in.approximate = true
		in.lines(c, src)
		return
	}
	if n := nesting(src.text); n > maxNesting {
		in.problem("line %d: %d characters may open a level of nesting, more than %d; read line by line", src.base, n, maxNesting)
		in.approximate = true
		in.lines(c, src)
		return
	}
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(src.text), "")
	if err != nil {
		in.problem("line %d: the parser does not understand it (%s); read line by line", src.errorLine(err), plainError(in, err))
		in.approximate = true
		in.lines(c, src)
		return
	}
	in.stmts(c, file.Stmts)
}

// nesting counts what may open a level in the parser's recursion, which knows
// no bound of its own.
func nesting(text string) int {
	n := 0
	for i := range len(text) {
		if strings.IndexByte("({[`!~?=*-+|&", text[i]) >= 0 {
			n++
		}
	}
	for _, word := range []string{"if", "while", "until", "for", "case", "select", "function", "time", "coproc"} {
		n += strings.Count(text, word)
	}
	return n
}

// stmts walks a list. All but the last matter only to errexit, and to a
// following statement that asks for the status.
func (in *interp) stmts(c ctx, list []*syntax.Stmt) {
	tail := c.tail
	for i, s := range list {
		c.tail = tail
		if i < len(list)-1 {
			c.tail = readsStatus(list[i+1])
		}
		in.stmt(c, s)
		if in.st.exited || in.st.mayExit {
			c.cond = true
		}
	}
}

func (in *interp) stmt(c ctx, s *syntax.Stmt) {
	if s == nil || !in.work(1) {
		return
	}
	if c.level++; c.level > maxNesting {
		in.problem("nested too deeply")
		return
	}
	if s.Negated {
		c.off, c.tail = true, false
	}
	if s.Background || s.Coprocess {
		c.background, c.off, c.tail = true, true, false
		before := in.fork()
		defer func() { in.st, in.snapshot = before, nil }()
	}
	if !in.redirects(&c, s) {
		return
	}
	in.command(c, s.Cmd)
}

func (in *interp) command(c ctx, cmd syntax.Command) {
	switch x := cmd.(type) {
	case *syntax.CallExpr:
		in.call(c, x)
	case *syntax.DeclClause:
		in.declare(c, x)
	case *syntax.Block:
		in.stmts(c, x.Stmts)
	case *syntax.Subshell:
		in.sub(c, x.Stmts)
	case *syntax.IfClause:
		in.ifClause(c, x)
	case *syntax.WhileClause:
		in.while(c, x)
	case *syntax.ForClause:
		in.loop(c, x)
	case *syntax.CaseClause:
		in.cases(c, x)
	case *syntax.BinaryCmd:
		in.binary(c, x)
	case *syntax.FuncDecl:
		if x.Name == nil {
			return
		}
		f := function{x.Body, c.src}
		if c.cond {
			in.funcs[x.Name.Value] = append(in.funcs[x.Name.Value], f)
		} else {
			in.funcs[x.Name.Value] = []function{f}
		}
	case *syntax.TimeClause:
		c.via = via(c, "time")
		in.stmt(c, x.Stmt)
	case *syntax.CoprocClause:
		c.background = true
		in.stmt(c, x.Stmt)
	case *syntax.TestDecl:
		in.stmt(c, x.Body)
	case nil:
	default:
		// [[ … ]], (( … )), let: no commands but in substitutions.
		in.substs(c, cmd)
	}
}

// sub walks statements in a subshell: what they assign is forgotten.
func (in *interp) sub(c ctx, list []*syntax.Stmt) {
	before := in.st
	in.st = in.fork()
	in.stmts(c, list)
	in.st = before
	in.snapshot = nil
}

// branch walks statements that may not run, on a copy of the state.
func (in *interp) branch(c ctx, from *state, walk func(ctx)) *state {
	in.st = from
	in.st = in.fork()
	in.snapshot = nil
	c.cond = true
	walk(c)
	in.snapshot = nil
	return in.st
}

// join is the state after one of several branches was taken.
func (in *interp) join(states ...*state) *state {
	alive := slices.DeleteFunc(slices.Clone(states), func(s *state) bool { return s.exited })
	if len(alive) == 0 {
		return states[0]
	}
	out := *alive[0]
	out.vars = maps.Clone(out.vars)
	out.mayExit = out.mayExit || len(alive) < len(states)
	for _, s := range alive[1:] {
		in.work(1 + len(s.vars)/8)
		out.mayExit = out.mayExit || s.mayExit
		out.errexit = out.errexit && s.errexit
		out.pipefail = out.pipefail && s.pipefail
		if !slices.Equal(out.args, s.args) || out.argsOK != s.argsOK {
			out.args, out.argsOK = nil, false
		}
		for _, name := range slices.Sorted(maps.Keys(s.vars)) {
			if mine := out.vars[name]; mine != s.vars[name] {
				out.vars[name] = either(mine, s.vars[name])
			}
		}
		for name, v := range out.vars {
			if s.vars[name] == nil {
				out.vars[name] = either(nil, v)
			}
		}
	}
	in.snapshot = nil
	return &out
}

// either is a variable that has a value of a or of b; nil is one that the
// script did not set.
func either(a, b *variable) *variable {
	unset := []value{{unknown: true}}
	alts := unset
	if a != nil {
		alts = a.alts
	}
	more := unset
	if b != nil {
		more = b.alts
	}
	out := &variable{alts: slices.Clone(alts)}
	for _, v := range more {
		same := func(o value) bool {
			return o.unknown == v.unknown && o.array == v.array && slices.Equal(o.elems, v.elems)
		}
		out.alts = slices.DeleteFunc(out.alts, same)
		out.alts = append(out.alts, v)
	}
	if len(out.alts) > maxChoices {
		out.alts = []value{{unknown: true}}
	}
	return out
}

func via(c ctx, name string) []string { return append(slices.Clip(c.via), name) }
