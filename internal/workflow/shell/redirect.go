// SPDX-License-Identifier: BSD-3-Clause

package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// redirects reads what a statement is given and what it writes.
func (in *interp) redirects(c *ctx, s *syntax.Stmt) bool {
	for _, r := range s.Redirs { // what is written may be what is given
		switch r.Op {
		case syntax.Hdoc, syntax.DashHdoc, syntax.WordHdoc, syntax.RdrIn:
			in.input(c, r)
		}
	}
	for _, r := range s.Redirs {
		if !in.work(1) {
			return false
		}
		if r.Word != nil {
			in.substs(*c, r.Word)
		}
		switch r.Op {
		case syntax.Hdoc, syntax.DashHdoc:
			if r.Hdoc != nil {
				in.substs(*c, r.Hdoc)
			}
		case syntax.RdrOut, syntax.AppOut, syntax.RdrClob, syntax.RdrAll, syntax.AppAll:
			if r.N != nil && r.N.Value != "1" {
				continue
			}
			path := in.word(in.text(*c, r.Word), c.src.line(r.OpPos.Offset()))
			if path.Text == "/dev/null" {
				continue
			}
			one := *s
			one.Redirs = nil
			text, ok := in.outputOf(*c, &one)
			in.write(path, text, ok, r.Op == syntax.AppOut || r.Op == syntax.AppAll)
		}
	}
	return true
}

// input reads what a statement is given.
func (in *interp) input(c *ctx, r *syntax.Redirect) {
	switch {
	case r.Op == syntax.RdrIn:
		c.stdin = nil
		if text := in.text(*c, r.Word); in.m.known(text) {
			c.stdinFile = text
		}
	case r.Op == syntax.WordHdoc:
		text := in.text(*c, r.Word) + "\n"
		c.stdin, c.stdinLine = &text, c.src.line(r.Word.Pos().Offset())
	case r.Hdoc != nil:
		text := in.heredoc(*c, r)
		c.stdin, c.stdinLine = &text, c.src.line(r.Hdoc.Pos().Offset())
	}
}

// heredoc gives the text of a here-document, with the expansions done that a
// shell does, which are none where the delimiter is quoted.
func (in *interp) heredoc(c ctx, r *syntax.Redirect) string {
	quoted := false
	for _, p := range r.Word.Parts {
		lit, ok := p.(*syntax.Lit)
		quoted = quoted || !ok || strings.Contains(lit.Value, `\`)
	}
	var text string
	if quoted {
		for _, p := range r.Hdoc.Parts {
			if lit, ok := p.(*syntax.Lit); ok {
				text += lit.Value
			}
		}
	} else {
		var b strings.Builder
		for _, p := range r.Hdoc.Parts {
			if lit, ok := p.(*syntax.Lit); ok {
				b.WriteString(strings.NewReplacer("\\\\", "\\", "\\$", "$", "\\`", "`", "\\\n", "").Replace(lit.Value))
				continue
			}
			for _, piece := range in.pieces(c, []syntax.WordPart{p}, true, nil) {
				b.WriteString(piece.text)
			}
		}
		text = b.String()
	}
	if r.Op == syntax.DashHdoc {
		lines := strings.SplitAfter(text, "\n")
		for i, l := range lines {
			lines[i] = strings.TrimLeft(l, "\t")
		}
		text = strings.Join(lines, "")
	}
	in.work(len(text))
	return text
}

// output gives what a statement prints, where that is certain.
func (in *interp) output(c ctx, s *syntax.Stmt) (string, bool) {
	for _, r := range s.Redirs {
		switch r.Op {
		case syntax.Hdoc, syntax.DashHdoc, syntax.WordHdoc:
			in.input(&c, r)
		default:
			return "", false
		}
	}
	return in.outputOf(c, s)
}

func (in *interp) outputOf(c ctx, s *syntax.Stmt) (string, bool) {
	if c.level++; c.level > 50 || !in.work(1) {
		return "", false
	}
	all := func(list []*syntax.Stmt) (string, bool) {
		var b strings.Builder
		for _, s := range list {
			text, ok := in.output(c, s)
			if !ok || !in.work(len(text)) {
				return "", false
			}
			b.WriteString(text)
		}
		return b.String(), true
	}
	switch x := s.Cmd.(type) {
	case *syntax.Block:
		return all(x.Stmts)
	case *syntax.Subshell:
		return all(x.Stmts)
	case *syntax.BinaryCmd:
		if x.Op != syntax.Pipe {
			return "", false
		}
		right, ok := x.Y.Cmd.(*syntax.CallExpr)
		if name := ""; ok {
			if name = literal(right, 0); name == "sudo" {
				name = literal(right, 1)
			}
			if name == "tee" {
				return in.output(c, x.X)
			}
		}
	case *syntax.CallExpr:
		if len(x.Args) == 0 {
			return "", false
		}
		words := in.words(c, x.Args)
		if len(words) == 0 {
			return "", false
		}
		switch words[0].Text {
		case "echo":
			return echo(words[1:]), true
		case "printf":
			return in.printf(words[1:])
		case "cat":
			if c.stdin != nil && (len(words) == 1 || len(words) == 2 && words[1].Text == "-") {
				return *c.stdin, true
			}
		}
	}
	return "", false
}

func echo(words []Word) string {
	end, escapes := "\n", false
	for len(words) > 0 && len(words[0].Text) > 1 && words[0].Text[0] == '-' && strings.Trim(words[0].Text[1:], "neE") == "" {
		if strings.Contains(words[0].Text, "n") {
			end = ""
		}
		escapes = escapes || strings.Contains(words[0].Text, "e")
		words = words[1:]
	}
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = w.Text
	}
	text := strings.Join(texts, " ")
	if escapes {
		text = ansi(text)
	}
	return text + end
}

// printf knows %s and %b, and repeats its format for further arguments.
func (in *interp) printf(words []Word) (string, bool) {
	if len(words) > 0 && words[0].Text == "--" {
		words = words[1:]
	}
	if len(words) == 0 || strings.HasPrefix(words[0].Text, "-v") {
		return "", false
	}
	format, args := ansi(words[0].Text), words[1:]
	var b strings.Builder
	for {
		used := false
		for i := 0; i < len(format); i++ {
			if format[i] != '%' || i+1 == len(format) {
				b.WriteByte(format[i])
				continue
			}
			i++
			switch format[i] {
			case '%':
				b.WriteByte('%')
			case 's', 'b', 'd', 'q':
				used = true
				if len(args) > 0 {
					b.WriteString(args[0].Text)
					args = args[1:]
				}
			default:
				return "", false
			}
		}
		if !in.work(b.Len()) {
			return "", false
		}
		if len(args) == 0 || !used {
			return b.String(), true
		}
	}
}

// write notes a file that is written, and the variables in $GITHUB_ENV.
func (in *interp) write(path Word, text string, known, appended bool) {
	if len(in.written) >= MaxCommands {
		in.problem("more than %d files written", MaxCommands)
		return
	}
	if !in.work(len(text)) {
		return
	}
	content := in.shown(in.word(text, path.Line))
	if !known {
		content = Word{Line: path.Line}
	}
	shown := in.shown(path)
	in.written = append(in.written, Write{Path: shown, Content: content, Append: appended, Line: path.Line})
	switch strings.ToUpper(strings.Trim(shown.Text, "${} %")) {
	case "GITHUB_ENV", "ENV:GITHUB_ENV", "ENV.GITHUB_ENV", "GITHUB.ENV":
		if known {
			in.envLines(text, path.Line)
		} else {
			in.envFile[AnyVariable] = Word{Text: "$(…)", Line: path.Line}
		}
	}
}

// envLines reads NAME=value and NAME<<END … END.
func (in *interp) envLines(text string, line int) {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		l := strings.TrimSuffix(lines[i], "\r")
		name, v, ok := strings.Cut(l, "=")
		if before, end, here := strings.Cut(l, "<<"); here && (!ok || len(before) < len(name)) {
			name, v, ok = before, "", true
			for i++; i < len(lines) && strings.TrimSpace(lines[i]) != strings.TrimSpace(end); i++ {
				if v != "" {
					v += "\n"
				}
				v += lines[i]
			}
		}
		if ok && strings.TrimSpace(name) != "" {
			in.envFile[in.m.show(strings.TrimSpace(name))] = in.shown(in.word(v, line))
		}
	}
}
