// SPDX-License-Identifier: BSD-3-Clause

package shell

import (
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// piece is a part of a word while it is put together: unquoted pieces that
// came from a variable are split at blanks.
type piece struct {
	text  string
	split bool // may be split
	brk   bool // a new field begins here ("$@", "${a[@]}")
	quote bool // was quoted: an empty one is still a field
}

// words expands arguments into fields, as the shell would.
func (in *interp) words(c ctx, list []*syntax.Word) []Word {
	var out []Word
	for _, w := range list {
		line := c.src.line(w.Pos().Offset())
		for _, b := range braces(w) {
			for _, text := range in.fields(in.pieces(c, b.Parts, false, nil)) {
				if !in.work(1 + len(text)) {
					return out
				}
				out = append(out, in.word(text, line))
			}
		}
	}
	return out
}

// text expands a word to one text, as in an assignment.
func (in *interp) text(c ctx, w *syntax.Word) string {
	if w == nil {
		return ""
	}
	var b strings.Builder
	for i, p := range in.pieces(c, w.Parts, false, nil) {
		if p.brk && i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(p.text)
	}
	in.work(b.Len())
	return b.String()
}

func (in *interp) fields(pieces []piece) []string {
	var out []string
	var cur strings.Builder
	open := false
	flush := func() {
		if open {
			out = append(out, cur.String())
		}
		cur.Reset()
		open = false
	}
	for _, p := range pieces {
		if p.brk {
			flush()
		}
		if !p.split {
			cur.WriteString(p.text)
			open = open || p.quote || p.text != ""
			continue
		}
		rest := p.text
		for {
			at := strings.IndexAny(rest, " \t\n")
			if at < 0 {
				cur.WriteString(rest)
				open = open || rest != ""
				break
			}
			cur.WriteString(rest[:at])
			open = open || at > 0
			flush()
			rest = strings.TrimLeft(rest[at:], " \t\n")
		}
	}
	flush()
	return out
}

func (in *interp) pieces(c ctx, parts []syntax.WordPart, quoted bool, out []piece) []piece {
	for _, part := range parts {
		if in.exhausted {
			return out
		}
		switch x := part.(type) {
		case *syntax.Lit:
			out = append(out, piece{text: unescape(x.Value, quoted)})
		case *syntax.SglQuoted:
			text := x.Value
			if x.Dollar {
				text = ansi(text)
			}
			out = append(out, piece{text: text, quote: true})
		case *syntax.DblQuoted:
			n := len(out)
			out = in.pieces(c, x.Parts, true, out)
			if len(out) == n && !allElements(x.Parts) {
				out = append(out, piece{})
			}
			for i := n; i < len(out); i++ {
				out[i].quote, out[i].split = true, false
			}
		case *syntax.ParamExp:
			out = in.param(c, x, quoted, out)
		case *syntax.CmdSubst:
			if text, ok := in.substituted(c, x); ok {
				out = append(out, piece{text: text, split: !quoted})
				continue
			}
			out = append(out, piece{text: in.verbatim(c, x)})
		case *syntax.ExtGlob:
			out = append(out, piece{text: slice(c.src, x.Pos(), x.End())})
		case *syntax.BraceExp:
			out = append(out, piece{text: slice(c.src, x.Pos(), x.End())})
		default:
			out = append(out, piece{text: in.verbatim(c, part)})
		}
	}
	return out
}

// allElements says that the parts are one expansion of all elements, which
// may be no field at all.
func allElements(parts []syntax.WordPart) bool {
	if len(parts) != 1 {
		return false
	}
	p, ok := parts[0].(*syntax.ParamExp)
	return ok && p.Param != nil && (p.Param.Value == "@" || index(p) == "@")
}

// verbatim is the placeholder of a node as it is written.
func (in *interp) verbatim(c ctx, n syntax.Node) string {
	text := slice(c.src, n.Pos(), n.End())
	in.work(len(text))
	return in.m.hold(text)
}

func slice(src *source, begin, end syntax.Pos) string {
	b, e := int(begin.Offset()), int(end.Offset())
	if b > e || e > len(src.text) {
		return ""
	}
	return src.text[b:e]
}

// param expands $NAME and its kin; what is not known stays as it is written.
func (in *interp) param(c ctx, x *syntax.ParamExp, quoted bool, out []piece) []piece {
	raw := func() []piece { return append(out, piece{text: in.verbatim(c, x)}) }
	if x.Param == nil || x.Excl || x.Length || x.Width || x.Slice != nil || x.Repl != nil || x.Names != 0 || x.Flags != nil || x.NestedParam != nil {
		return raw()
	}
	name, at := x.Param.Value, index(x)
	elems, array, ok := in.lookup(c, name)
	if x.Exp != nil {
		if in.choice[in.key(x)] == 2 { // the default is chosen
			return in.pieces(c, x.Exp.Word.Parts, quoted, out)
		}
		switch x.Exp.Op {
		case syntax.DefaultUnset, syntax.DefaultUnsetOrNull, syntax.AssignUnset, syntax.AssignUnsetOrNull:
			if ok && (len(elems) == 0 || elems[0] == "") && x.Exp.Word != nil {
				return in.pieces(c, x.Exp.Word.Parts, quoted, out)
			}
		case syntax.ErrorUnset, syntax.ErrorUnsetOrNull:
		case syntax.AlternateUnset, syntax.AlternateUnsetOrNull:
			if !ok || x.Exp.Word == nil {
				return raw()
			}
			if len(elems) == 0 || elems[0] == "" {
				return out
			}
			return in.pieces(c, x.Exp.Word.Parts, quoted, out)
		default:
			return raw()
		}
	}
	if !ok {
		return raw()
	}
	switch {
	case name == "@" || name == "*" || array && (at == "@" || at == "*"):
		if quoted && (name == "*" || at == "*") {
			return append(out, piece{text: strings.Join(elems, " ")})
		}
		for i, e := range elems {
			out = append(out, piece{text: e, split: !quoted, brk: i > 0})
		}
		return out
	case at != "":
		n, err := strconv.Atoi(at)
		if err != nil || n < 0 || n >= len(elems) {
			return raw()
		}
		return append(out, piece{text: elems[n], split: !quoted})
	case len(elems) == 0:
		return append(out, piece{split: !quoted})
	}
	return append(out, piece{text: elems[0], split: !quoted})
}

// index gives a subscript that is written out.
func index(x *syntax.ParamExp) string {
	if x.Index == nil {
		return ""
	}
	if w, ok := x.Index.(*syntax.Word); ok {
		if lit := w.Lit(); lit != "" {
			return lit
		}
	}
	return "?"
}

// lookup gives the elements of a variable, if its value is known.
func (in *interp) lookup(c ctx, name string) (elems []string, array, ok bool) {
	if v, ok := c.env[name]; ok {
		return []string{v}, false, true
	}
	switch name {
	case "@", "*":
		return in.st.args, true, in.st.argsOK
	case "#", "?", "$", "!", "-", "0", "_":
		return nil, false, false
	}
	if n, err := strconv.Atoi(name); err == nil {
		if !in.st.argsOK {
			return nil, false, false
		}
		if n < 1 || n > len(in.st.args) {
			return nil, false, true
		}
		return in.st.args[n-1 : n], false, true
	}
	v := in.st.vars[name]
	if v == nil {
		return nil, false, false
	}
	i := 0
	if len(v.alts) > 1 {
		if i = in.choice[name] - 1; i < 0 || i >= len(v.alts) {
			return nil, false, false
		}
	}
	alt := v.alts[i]
	return alt.elems, alt.array, !alt.unknown
}

// unescape removes the backslashes of a literal.
func unescape(text string, quoted bool) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			b.WriteByte(text[i])
			continue
		}
		next := text[i+1]
		switch {
		case next == '\n':
		case quoted && strings.IndexByte("$`\"\\", next) < 0:
			b.WriteByte('\\')
			b.WriteByte(next)
		default:
			b.WriteByte(next)
		}
		i++
	}
	return b.String()
}

// ansi decodes the text of $'…'.
func ansi(text string) string {
	simple := map[byte]byte{'n': '\n', 't': '\t', 'r': '\r', 'a': 7, 'b': 8, 'e': 27, 'E': 27, 'f': 12, 'v': 11, '\\': '\\', '\'': '\'', '"': '"', '?': '?'}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			b.WriteByte(text[i])
			continue
		}
		i++
		ch := text[i]
		digits, base, from := 0, 16, i+1
		switch {
		case ch == 'x':
			digits = 2
		case ch == 'u':
			digits = 4
		case ch == 'U':
			digits = 8
		case ch >= '0' && ch <= '7':
			digits, base, from = 3, 8, i
		}
		end := from
		for end < len(text) && end-from < digits {
			if _, err := strconv.ParseUint(text[end:end+1], base, 8); err != nil {
				break
			}
			end++
		}
		if n, err := strconv.ParseUint(text[from:end], base, 32); digits > 0 && err == nil {
			if ch == 'u' || ch == 'U' {
				b.WriteRune(rune(n))
			} else {
				b.WriteByte(byte(n))
			}
			i = end - 1
			continue
		}
		if r, ok := simple[ch]; ok {
			b.WriteByte(r)
			continue
		}
		b.WriteByte('\\')
		b.WriteByte(ch)
	}
	return b.String()
}

// braces expands {a,b}, up to 64 words; a sequence {1..9}, and more than
// that, stays as it is written.
func braces(w *syntax.Word) []*syntax.Word {
	split := *w
	if len(w.Parts) > 64 || !syntax.SplitBraces(&split) {
		return []*syntax.Word{w}
	}
	if out := product(&split, 0); out != nil {
		return out
	}
	return []*syntax.Word{w}
}

// product gives the words of a split one, or nil where it is not expanded.
func product(w *syntax.Word, depth int) []*syntax.Word {
	if depth > MaxDepth {
		return nil
	}
	out := []*syntax.Word{{}}
	for _, p := range w.Parts {
		b, ok := p.(*syntax.BraceExp)
		if !ok {
			for _, o := range out {
				o.Parts = append(o.Parts, p)
			}
			continue
		}
		if b.Sequence {
			return nil
		}
		var next []*syntax.Word
		for _, e := range b.Elems {
			inner := product(e, depth+1)
			if inner == nil || len(next)+len(out)*len(inner) > 64 {
				return nil
			}
			for _, o := range out {
				for _, i := range inner {
					parts := append(append([]syntax.WordPart(nil), o.Parts...), i.Parts...)
					next = append(next, &syntax.Word{Parts: parts})
				}
			}
		}
		out = next
	}
	return out
}
