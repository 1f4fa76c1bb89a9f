// SPDX-License-Identifier: BSD-3-Clause

package workflow

import (
	"bytes"
	"sort"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// source is a file's text beside its nodes. The nodes know where they begin;
// this finds where they end, and the comments between them, by reading the
// text once in the nodes' order.
type source struct {
	data     []byte
	starts   []int // offset of each line
	spans    map[*yaml.Node]span
	comments []Comment
	at       int // up to here comments have been collected

	line, column, offset int // the last place looked up, to go on from
}

// span is where a node stands, without its anchor and tag.
type span struct {
	start, end int   // offsets; end is behind the last byte
	folds      []int // see Text.Folds
	first      int   // offset at which the value begins (behind a block's header)
}

// breakAt returns the length of the line break at i, or 0. YAML 1.1, and with
// it both our parser and GitHub's, breaks lines at three more characters than
// editors show.
func breakAt(b []byte, i int) int {
	switch c := b[i]; {
	case c == '\n':
		return 1
	case c == '\r':
		if i+1 < len(b) && b[i+1] == '\n' {
			return 2
		}
		return 1
	case c == 0xC2 && i+1 < len(b) && b[i+1] == 0x85:
		return 2
	case c == 0xE2 && i+2 < len(b) && b[i+1] == 0x80 && (b[i+2] == 0xA8 || b[i+2] == 0xA9):
		return 3
	}
	return 0
}

// newSource indexes the lines; strange is the first line that ends in a break
// other than LF and CRLF, or 0.
func newSource(data []byte) (s *source, strange int) {
	s = &source{data: data, starts: make([]int, 1, 1+bytes.Count(data, []byte{'\n'}))}
	for i := 0; i < len(data); {
		n := breakAt(data, i)
		if n == 0 {
			i++
			continue
		}
		if strange == 0 && data[i] != '\n' && !(n == 2 && data[i] == '\r') {
			strange = len(s.starts)
		}
		i += n
		s.starts = append(s.starts, i)
	}
	return s, strange
}

// lineAt returns the line of an offset.
func (s *source) lineAt(offset int) int {
	return sort.SearchInts(s.starts, offset+1)
}

// find returns the offset of a line and column. Columns count characters, so
// it walks from the last place where it can.
func (s *source) find(line, column int) int {
	if line < 1 || line > len(s.starts) {
		return len(s.data)
	}
	i, c := s.starts[line-1], 1
	if line == s.line && column >= s.column {
		i, c = s.offset, s.column
	}
	for ; c < column && i < len(s.data); c++ {
		_, n := utf8.DecodeRune(s.data[i:])
		i += n
	}
	s.line, s.column, s.offset = line, c, i
	return i
}

// pos returns the line and column of an offset.
func (s *source) pos(offset int) Pos {
	line := s.lineAt(offset)
	return Pos{line, 1 + utf8.RuneCount(s.data[s.starts[line-1]:offset])}
}

func (s *source) space(i int) int {
	if s.data[i] == ' ' || s.data[i] == '\t' {
		return 1
	}
	return breakAt(s.data, i)
}

func (s *source) lineEnd(i int) int {
	for i < len(s.data) && breakAt(s.data, i) == 0 {
		i++
	}
	return i
}

// properties steps over anchors and tags before a node's content.
func (s *source) properties(i int) int {
	for i < len(s.data) {
		switch c := s.data[i]; {
		case c == '&' || c == '!':
			for i < len(s.data) && s.space(i) == 0 {
				i++
			}
		case s.space(i) > 0:
			i += s.space(i)
		case c == '#':
			i = s.lineEnd(i)
		default:
			return i
		}
	}
	return i
}

// index finds the spans of a node and all below it, in the file's order, and
// collects the comments before and between them. Aliases are not followed.
func (s *source) index(n *yaml.Node) span {
	sp := span{start: s.find(n.Line, n.Column)}
	if i := sp.start; (n.Kind != yaml.ScalarNode || n.Value != "" || n.Style != 0) && i < len(s.data) && (s.data[i] == '&' || s.data[i] == '!') {
		sp.start = s.properties(i)
	}
	sp.first = sp.start
	switch n.Kind {
	case yaml.ScalarNode:
		s.scan(sp.start)
		s.scalar(n, &sp)
		s.at = max(s.at, sp.end)
	case yaml.AliasNode:
		sp.end = min(sp.start+1+len(n.Value), len(s.data))
		s.scan(sp.start)
		s.at = max(s.at, sp.end)
	default:
		sp.end = sp.start
		closer := byte(0)
		if n.Style&yaml.FlowStyle != 0 && sp.start < len(s.data) {
			if closer = ']'; n.Kind == yaml.MappingNode {
				closer = '}'
			}
			if c := s.data[sp.start]; c == '{' || c == '[' {
				sp.end++
			}
		}
		for _, c := range n.Content {
			sp.end = max(sp.end, s.index(c).end)
		}
		if closer != 0 {
			sp.end = s.closing(sp.end, closer)
		}
	}
	s.spans[n] = sp
	return sp
}

// blank reports whether only spaces and comments stand behind an offset.
func (s *source) blank(i int) bool {
	for i < len(s.data) {
		switch n := s.space(i); {
		case n > 0:
			i += n
		case s.data[i] == '#' && (i == 0 || s.afterSpace(i)):
			i = s.lineEnd(i)
		default:
			return false
		}
	}
	return true
}

// closing steps from i over what may stand before a closing bracket, and over
// the bracket if it is there.
func (s *source) closing(i int, closer byte) int {
	for j := i; j < len(s.data); {
		switch c := s.data[j]; {
		case c == closer:
			return j + 1
		case c == ',':
			j++
		case s.space(j) > 0:
			j += s.space(j)
		case c == '#':
			j = s.lineEnd(j)
		default:
			return i
		}
	}
	return i
}

// scalar finds the end of a scalar.
func (s *source) scalar(n *yaml.Node, sp *span) {
	i := sp.start
	switch {
	case n.Style&yaml.DoubleQuotedStyle != 0:
		for i++; i < len(s.data) && s.data[i] != '"'; i++ {
			if s.data[i] == '\\' {
				i++
			}
		}
		sp.end = min(i+1, len(s.data))
	case n.Style&yaml.SingleQuotedStyle != 0:
		for i++; i < len(s.data); i++ {
			if s.data[i] == '\'' {
				if i+1 >= len(s.data) || s.data[i+1] != '\'' {
					break
				}
				i++
			}
		}
		sp.end = min(i+1, len(s.data))
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		end := s.lineEnd(i)
		s.at = i
		s.scan(end) // a comment may stand in the header
		sp.end, sp.first = end, end
		if end < len(s.data) {
			sp.first = end + breakAt(s.data, end)
			s.follow(n, sp.first, sp)
			sp.end = max(sp.end, end)
		}
	default:
		s.follow(n, i, sp)
	}
}

// follow reads a scalar without escapes along the file: the same characters in
// the same order, but for spaces and line breaks.
func (s *source) follow(n *yaml.Node, i int, sp *span) {
	sp.end = i
	if n.Value == "" {
		if sp.first != sp.start {
			sp.end = sp.start
		}
		return
	}
	literal := n.Style&yaml.LiteralStyle != 0
	value := []byte(n.Value)
	for v := 0; v < len(value); v++ {
		if c := value[v]; c == ' ' || c == '\t' || breakAt(value, v) > 0 {
			v += max(0, breakAt(value, v)-1)
			continue
		}
		for i < len(s.data) && s.space(i) > 0 {
			w := breakAt(s.data, i)
			i += s.space(i)
			if w > 0 && !literal {
				sp.folds = append(sp.folds, v)
			}
		}
		if i >= len(s.data) || s.data[i] != value[v] {
			return
		}
		i++
		sp.end = i
	}
}

// scan collects the comments from where the last scan ended up to an offset.
// Nothing but indicators, anchors, tags and comments stands there.
func (s *source) scan(to int) {
	for i := s.at; i < min(to, len(s.data)); i++ {
		if s.data[i] != '#' || (i > 0 && !s.afterSpace(i)) {
			continue
		}
		end := s.lineEnd(i)
		p := s.pos(i)
		own := strings.TrimSpace(string(s.data[s.starts[p.Line-1]:i])) == ""
		s.comments = append(s.comments, Comment{p.Line, p.Column, strings.TrimSpace(string(s.data[i+1 : end])), own})
		i = end
		s.at = end
	}
	s.at = max(s.at, to)
}

func (s *source) afterSpace(i int) bool {
	c := s.data[i-1]
	return c == ' ' || c == '\t' || s.starts[s.lineAt(i)-1] == i
}
