// SPDX-License-Identifier: BSD-3-Clause

package shell

import (
	"errors"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// lines reads a text by its quoting rules alone.
func (in *interp) lines(c ctx, src *source) {
	if c.depth++; c.depth > MaxDepth {
		in.problem("more than %d functions, evals and shells inside one another", MaxDepth)
		return
	}
	c.src = src
	r := &lineReader{in: in, c: c}
	var cur []token
	l := &lexer{in: in, c: c, src: src, text: src.text, vars: r.lookup}
	for l.at < len(l.text) && !in.exhausted {
		// One statement after the other, so that a variable is known to the
		// statements after the one that sets it.
		end := l.next()
		cur = append(cur[:0], l.tokens...)
		l.tokens = l.tokens[:0]
		r.statement(cur)
		if !end {
			break
		}
	}
	for _, i := range l.inner {
		sub := c
		sub.off, sub.tail = true, false
		in.lines(sub, &source{text: i.text, base: i.line})
	}
}

// next splits up to the end of a statement and says whether there is more.
func (l *lexer) next() bool {
	for l.at < len(l.text) {
		before := len(l.tokens)
		l.step()
		for _, t := range l.tokens[before:] {
			if t.op == ";" {
				return true
			}
		}
		if l.in.exhausted {
			return false
		}
	}
	return false
}

// lineReader puts tokens together to commands.
type lineReader struct {
	in     *interp
	c      ctx
	blocks []bool // open braces, and whether a condition opened them
	opens  bool   // the next brace belongs to a condition
	list   bool   // inside the list of a cmd for
}

func (r *lineReader) lookup(name string) (string, bool) {
	elems, _, ok := r.in.lookup(r.c, r.fold(name))
	if !ok || len(elems) == 0 {
		return "", ok && len(elems) > 0
	}
	return elems[0], true
}

// fold makes names comparable: PowerShell and cmd do not tell cases apart.
func (r *lineReader) fold(name string) string {
	if r.c.kind.family == famBourne {
		return name
	}
	return strings.ToUpper(strings.TrimPrefix(strings.ToLower(name), "env:"))
}

// statement reads the tokens of one line: commands and what stands between.
func (r *lineReader) statement(tokens []token) {
	var cmd []token
	conditional, pipe, piped := false, false, ""
	for i, t := range tokens {
		switch t.op {
		case "":
			cmd = append(cmd, t)
			continue
		case "<", ">", ">>":
			cmd = append(cmd, t)
			continue
		case "&":
			if r.c.kind.family == famPower && len(cmd) == 0 {
				cmd = append(cmd, t) // the call operator
				continue
			}
		}
		c := r.c
		c.cond = c.cond || conditional || slices.Contains(r.blocks, true)
		c.pipe, c.piped = pipe || t.op == "|", piped
		c.background = t.op == "&" && r.c.kind.family == famBourne
		if t.op == "||" {
			c.off, c.tail = true, !lostAfter(tokens[i+1:])
		}
		if r.c.kind.family == famCmd && len(cmd) > 0 && strings.EqualFold(cmd[0].text, "for") && t.op == "(" {
			r.list, cmd = true, nil
			continue
		}
		if r.list { // what a for goes through are files, not commands
			r.list, cmd = t.op != ")", nil
			continue
		}
		if len(cmd) > 0 {
			if r.command(c, cmd) {
				conditional = true
			}
		}
		switch t.op {
		case "|":
			pipe, piped = true, shorten(r.in.m.show(show(cmd)))
			cmd = nil
			continue
		case "&&", "||":
			conditional = true
		case ";":
			conditional = false
			r.opens = r.opens && r.c.kind.family == famPower
		case "{", "(":
			if t.op == "{" || r.c.kind.family == famCmd {
				r.blocks = append(r.blocks[:min(len(r.blocks), 1000)], r.opens || conditional)
				r.opens = false
			}
		case "}", ")":
			if len(r.blocks) > 0 && (t.op == "}" || r.c.kind.family == famCmd) {
				r.blocks = r.blocks[:len(r.blocks)-1]
			}
		}
		pipe, piped, cmd = false, "", nil
	}
	if len(cmd) > 0 {
		c := r.c
		c.cond = c.cond || conditional || slices.Contains(r.blocks, true)
		c.pipe, c.piped = pipe, piped
		r.command(c, cmd)
	}
}

func show(cmd []token) string {
	texts := make([]string, len(cmd))
	for i, t := range cmd {
		texts[i] = t.op + t.text
	}
	return strings.Join(texts, " ")
}

// lostAfter says that what follows || surely succeeds.
func lostAfter(tokens []token) bool {
	var words []string
	for _, t := range tokens {
		if t.op != "" {
			break
		}
		words = append(words, strings.ToLower(t.text))
	}
	if len(words) == 0 {
		return false
	}
	switch words[0] {
	case "true", ":", "echo", "printf", "ver", "cd.", "rem", "write-host", "write-output":
		return true
	case "exit", "return":
		return words[len(words)-1] == "0"
	}
	return false
}

var keywords = []string{"then", "do", "else", "!", "elif", "if", "while", "until", "fi", "done", "esac", "time", "function"}

// command reads one command with its redirections. It says whether what
// follows on the line depends on it.
func (r *lineReader) command(c ctx, tokens []token) (decides bool) {
	in := r.in
	var words []Word
	type target struct {
		path     Word
		appended bool
	}
	var writes []target
	raw, called := tokens[0].raw, tokens[0].op == "&"
	for i := 0; i < len(tokens); i++ {
		t := tokens[i]
		switch t.op {
		case "":
			words = append(words, in.word(t.text, t.line))
		case ">", ">>":
			fd := len(words) > 0 && (words[len(words)-1].Text == "2" || words[len(words)-1].Text == "1")
			second := fd && words[len(words)-1].Text == "2"
			if fd {
				words = words[:len(words)-1]
			}
			if i+1 < len(tokens) && tokens[i+1].op == "" {
				if i++; !second {
					writes = append(writes, target{in.word(tokens[i].text, t.line), t.op == ">>"})
				}
			}
		case "<":
			if i+1 < len(tokens) && tokens[i+1].op == "" {
				i++
			}
		}
	}
	for len(words) > 0 && c.kind.family == famBourne && slices.Contains(keywords, words[0].Text) {
		c.cond = c.cond || words[0].Text != "time"
		words = words[1:]
	}
	if len(words) == 0 {
		return false
	}
	text, known := "", false
	switch first := strings.ToLower(words[0].Text); {
	case first == "echo" || first == "write-output" || first == "write-host":
		text, known = echo(words[1:]), true
	case raw && c.kind.family == famPower:
		text, known = join(words)+"\n", true
	}
	for _, w := range writes {
		if p := strings.ToLower(w.path.Text); p != "nul" && p != "/dev/null" && p != in.m.hold("$null") {
			in.write(w.path, text, known, w.appended)
		}
	}
	switch c.kind.family {
	case famPower:
		return r.power(c, words, tokens, called)
	case famCmd:
		return r.batch(c, words)
	}
	env := map[string]string{}
	for len(words) > 0 {
		name, v, ok := strings.Cut(words[0].Text, "=")
		if !ok || !syntax.ValidName(name) {
			break
		}
		env[name] = v
		if len(words) == 1 {
			for name, v := range env {
				in.assign(name, scalar(v), words[0].Line)
			}
			return false
		}
		words = words[1:]
	}
	if len(env) > 0 {
		c.env = env
	}
	in.exec(c, words)
	return false
}

func plainError(in *interp, err error) string { return shorten(in.m.show(parseText(err))) }

func parseText(err error) string {
	var p syntax.ParseError
	if errors.As(err, &p) {
		return p.Text
	}
	var l syntax.LangError
	if errors.As(err, &l) {
		return l.Feature
	}
	return err.Error()
}

// errorLine is where the parser gave up.
func (s *source) errorLine(err error) int {
	var p syntax.ParseError
	if errors.As(err, &p) && p.Pos.IsValid() {
		return s.line(p.Pos.Offset())
	}
	return s.base
}
