// SPDX-License-Identifier: BSD-3-Clause

package shell

import (
	"sort"
	"strconv"
	"strings"
)

// masker replaces what is not known in advance by placeholders that every
// shell takes for part of a name. The runner replaces ${{ … }} before a shell
// sees the text, so the parser must not see it either; and a value that is
// read a second time (by eval, say) must not have its unknown parts read as
// code.
//
// A placeholder is the prefix, a number in decimal and "q". The prefix does
// not occur in the text and does not overlap itself, so that placeholders are
// found again wherever they end up.
type masker struct {
	prefix string
	held   []string
	index  map[string]int
	size   int
}

func newMasker(text string) *masker {
	m := &masker{index: map[string]int{}}
	for n := 0; ; n++ {
		m.prefix = "z" + strconv.Itoa(n) + "x"
		if !strings.Contains(text, m.prefix) {
			return m
		}
	}
}

// hold gives the placeholder of an unknown part. Past 4 MiB of held text all
// parts are one and the same.
func (m *masker) hold(text string) string {
	text = m.show(text)
	if m.size+len(text) > 4<<20 {
		text = "$?"
	}
	i, ok := m.index[text]
	if !ok {
		i = len(m.held)
		m.held = append(m.held, text)
		m.index[text] = i
		m.size += len(text)
	}
	return m.prefix + strconv.Itoa(i) + "q"
}

// next finds the first placeholder: where it begins and ends, and its number.
func (m *masker) next(text string) (begin, end, index int, ok bool) {
	begin = strings.Index(text, m.prefix)
	if begin < 0 {
		return 0, 0, 0, false
	}
	digits := begin + len(m.prefix)
	end = digits
	for end < len(text) && text[end] >= '0' && text[end] <= '9' {
		end++
	}
	index, err := strconv.Atoi(text[digits:end])
	if err != nil || end == len(text) || text[end] != 'q' || index >= len(m.held) {
		// Cut in two by a bound on the length: shown as it is.
		return begin, end, -1, true
	}
	return begin, end + 1, index, true
}

// known says that a masked text has no unknown part.
func (m *masker) known(text string) bool { return !strings.Contains(text, m.prefix) }

// unknown says that a masked text begins with an unknown part.
func (m *masker) unknown(text string) bool { return strings.HasPrefix(text, m.prefix) }

// show puts the unknown parts back as they were written.
func (m *masker) show(text string) string {
	if m.known(text) {
		return text
	}
	var b strings.Builder
	for {
		begin, end, i, ok := m.next(text)
		if !ok {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:begin])
		if i >= 0 {
			b.WriteString(m.held[i])
		} else {
			b.WriteString("$?")
		}
		text = text[end:]
	}
}

// source is a text as the parser sees it, with the lines it came from.
type source struct {
	text  string
	base  int   // line of the first byte
	lines []int // offset, in the masked text, of every newline that the text had
}

// line gives the line of an offset.
func (s *source) line(offset uint) int {
	at := min(int(offset), len(s.text))
	return s.base + sort.SearchInts(s.lines, at)
}

// source masks the expressions of a text. An expression ends at the first }}
// outside of its single-quoted strings; one that does not end is left alone.
func (in *interp) source(text string, base int) *source {
	if in.m == nil {
		in.m = newMasker(text)
	}
	s := &source{base: base}
	var b strings.Builder
	lines := func(t string, inside bool) {
		for i := range len(t) {
			if t[i] == '\n' {
				at := b.Len() + i
				if inside {
					at = b.Len()
				}
				s.lines = append(s.lines, at)
			}
		}
	}
	for {
		begin := strings.Index(text, "${{")
		end := -1
		if begin >= 0 {
			end = expressionEnd(text[begin:])
		}
		if end < 0 {
			break
		}
		lines(text[:begin], false)
		b.WriteString(text[:begin])
		lines(text[begin:begin+end], true)
		b.WriteString(in.m.hold(text[begin : begin+end]))
		text = text[begin+end:]
	}
	lines(text, false)
	b.WriteString(text)
	s.text = b.String()
	in.work(len(s.text))
	return s
}

// expressionEnd gives the length of the expression that the text begins with,
// or -1.
func expressionEnd(text string) int {
	quoted := false
	for i := 3; i < len(text); i++ {
		switch {
		case text[i] == '\'':
			quoted = !quoted
		case !quoted && strings.HasPrefix(text[i:], "}}"):
			return i + 2
		}
	}
	return -1
}
