// SPDX-License-Identifier: BSD-3-Clause

package workflow

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/rhysd/actionlint"
	"go.yaml.in/yaml/v4"
)

// file is one file while it is read.
type file struct {
	path     string
	src      *source
	root     *yaml.Node // nil if nothing could be read
	empty    bool       // there is no node to read
	problems []Problem
	dropped  int
	marks    []*bool      // Incomplete flags of what is being read, outermost first
	seen     map[Pos]bool // places where this package has its own problem
	ours     map[Pos]bool // places that actionlint does not know
	trailing map[int]int  // line -> index of its trailing comment
}

// problem records a problem at a place. If it is lost, everything that is being
// read is marked.
func (f *file) problem(at Pos, lost bool, format string, args ...any) {
	if lost {
		for _, m := range f.marks {
			*m = true
		}
	}
	f.seen[at] = true
	if len(f.problems) >= MaxProblems {
		f.dropped++
		return
	}
	f.problems = append(f.problems, Problem{f.path, at.Line, at.Column, fmt.Sprintf(format, args...), lost})
}

// enter marks what is being read as an owner of problems until the returned
// function is called.
func (f *file) enter(mark *bool) func() {
	f.marks = append(f.marks, mark)
	return func() { f.marks = f.marks[:len(f.marks)-1] }
}

// open decodes a file. On return f.root is nil if there is nothing to read:
// then either f.empty is set, or a problem says why.
func open(path string, data []byte, mark *bool) *file {
	f := &file{path: path, marks: []*bool{mark}, seen: map[Pos]bool{}, ours: map[Pos]bool{}, trailing: map[int]int{}}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	var strange int
	f.src, strange = newSource(data)
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		f.problem(Pos{1, 1}, true, "the file is UTF-16; GitHub Actions files are UTF-8")
		return f
	}
	if strange > 0 {
		f.problem(Pos{strange, 1}, false, "the line ends in a character that YAML takes as a line break and editors do not show; lines are counted as YAML does")
	}
	root, _, err := decode(data, false)
	if err != nil {
		f.syntax(err)
		return f
	}
	if len(root.Content) == 0 || null(root.Content[0]) {
		f.empty = true
		return f
	}
	m := measure{seen: map[*yaml.Node]size{}, open: map[*yaml.Node]bool{}}
	if _, bad := m.node(root.Content[0], 1); bad != "" {
		f.problem(m.at, true, "%s; nothing of the file was read", bad)
		return f
	}
	f.src.spans = make(map[*yaml.Node]span, m.all)
	if sp := f.src.index(root.Content[0]); !f.src.blank(sp.end) {
		switch _, more, err := decode(data, true); {
		case err != nil:
			f.syntax(err)
			return f
		case more != nil:
			f.problem(*more, true, "the file has more than one YAML document; GitHub refuses it, and only the first was read")
		}
	}
	f.src.scan(len(data))
	for i, c := range f.src.comments {
		if !c.Own {
			f.trailing[c.Line] = i
		}
	}
	f.root = root.Content[0]
	return f
}

// decode reads the first document, and only if asked to looks behind it: more
// is where another begins. (Looking costs as much again, so the caller asks
// where something is left.)
func decode(data []byte, behind bool) (root *yaml.Node, more *Pos, err error) {
	defer func() {
		if r := recover(); r != nil {
			root, err = nil, fmt.Errorf("parsing YAML: the parser gave up: %v", r)
		}
	}()
	var n, next yaml.Node
	if !behind {
		err = yaml.Unmarshal(data, &n)
		return &n, nil, err
	}
	d := yaml.NewDecoder(bytes.NewReader(data))
	if err := d.Decode(&n); err != nil {
		return nil, nil, err
	}
	switch err := d.Decode(&next); {
	case err == nil:
		more = &Pos{max(1, next.Line), max(1, next.Column)}
	case !errors.Is(err, io.EOF):
		return nil, nil, err
	}
	return &n, more, nil
}

// syntax records an error of the YAML parser at its line.
func (f *file) syntax(err error) {
	at, message := Pos{1, 1}, err.Error()
	var pe *yaml.ParserError
	if errors.As(err, &pe) {
		at, message = Pos{pe.Line, pe.Column}, pe.Message
	}
	at.Line, at.Column = max(1, min(at.Line, len(f.src.starts))), max(1, at.Column)
	f.problem(at, true, "the file is not YAML: %s; nothing of it was read", clip(message))
}

// clip bounds a foreign message.
func clip(s string) string {
	if len(s) > 300 {
		s = strings.ToValidUTF8(s[:300], "") + "…"
	}
	return s
}

// check adds what actionlint's parser has against a workflow's form, but for
// what this package said already or knows better. A file in which nothing was
// met that is not known costs no second reading.
func (f *file) check() {
	if len(f.problems) == 0 {
		return
	}
	errs, gone := lint(f.src.data)
	if gone != "" {
		f.problem(Pos{1, 1}, false, "actionlint's parser gave up on the file: %s", gone)
	}
	for _, e := range errs {
		at := Pos{max(1, min(e.Line, len(f.src.starts))), max(1, e.Column)}
		if !f.seen[at] && !f.ours[at] {
			f.problem(at, false, "%s", clip(e.Message))
		}
	}
}

func lint(data []byte) (errs []*actionlint.Error, gone string) {
	defer func() { // it panics on "timeout-minutes: !!float nan", for one
		if r := recover(); r != nil {
			errs, gone = nil, clip(fmt.Sprint(r))
		}
	}()
	_, errs = actionlint.Parse(data)
	return errs, ""
}

// done returns the problems of the file.
func (f *file) done() []Problem {
	if f.dropped > 0 {
		f.problems = append(f.problems, Problem{File: f.path, Message: fmt.Sprintf("%d more problems in the file are not listed", f.dropped)})
	}
	return f.problems
}

// size is what a node amounts to with its aliases followed.
type size struct{ nodes, depth int }

// measure bounds a tree before anything walks it with aliases followed.
type measure struct {
	seen map[*yaml.Node]size // nodes with an anchor
	open map[*yaml.Node]bool // anchors that are being measured
	all  int
	at   Pos
}

func (m *measure) node(n *yaml.Node, depth int) (s size, bad string) {
	if depth > MaxDepth {
		m.at = Pos{n.Line, n.Column}
		return s, fmt.Sprintf("the YAML nests deeper than %d", MaxDepth)
	}
	if n.Kind == yaml.AliasNode {
		if m.open[n.Alias] {
			m.at = Pos{n.Line, n.Column}
			return s, fmt.Sprintf("the YAML alias %q refers to what it stands in", clip(n.Value))
		}
		s = m.seen[n.Alias]
		if depth+s.depth-1 > MaxDepth {
			m.at = Pos{n.Line, n.Column}
			return s, fmt.Sprintf("the YAML nests deeper than %d, aliases followed", MaxDepth)
		}
		return s, ""
	}
	if m.all++; m.all > MaxNodes {
		m.at = Pos{n.Line, n.Column}
		return s, fmt.Sprintf("the YAML has more than %d nodes", MaxNodes)
	}
	if n.Anchor != "" {
		m.open[n] = true
		defer func() { delete(m.open, n); m.seen[n] = s }()
	}
	s = size{1, 1}
	for _, c := range n.Content {
		cs, bad := m.node(c, depth+1)
		if bad != "" {
			return s, bad
		}
		s.nodes += cs.nodes
		s.depth = max(s.depth, cs.depth+1)
		if s.nodes > MaxNodes {
			m.at = Pos{c.Line, c.Column}
			return s, fmt.Sprintf("the YAML has more than %d nodes, aliases followed", MaxNodes)
		}
	}
	return s, ""
}
