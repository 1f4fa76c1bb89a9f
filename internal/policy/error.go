// SPDX-License-Identifier: BSD-3-Clause

package policy

import (
	"fmt"
	"sort"
	"strings"
)

// maxProblems bounds how many problems of one file are reported.
const maxProblems = 50

// Problem is one thing wrong with a policy file, a flag or a runner's fact.
type Problem struct {
	// Source is the file's path, or the flag or variable that gave the value.
	Source string
	// Line counts from 1; 0 where the source has no lines.
	Line int
	// Text says what is wrong and what to write instead.
	Text string
}

// String is the problem as it is shown: "reading SOURCE: line N: TEXT".
func (p Problem) String() string {
	if p.Line > 0 {
		return fmt.Sprintf("reading %s: line %d: %s", p.Source, p.Line, p.Text)
	}
	return fmt.Sprintf("reading %s: %s", p.Source, p.Text)
}

// Error is every problem of a policy. All errors of this package that a user
// can cause are of this type; the command line ends with exit code 3 for it.
type Error struct {
	Problems []Problem
}

// Error lists the problems, one a line, in the order of the file.
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// problems collects what is wrong with one source.
type problems struct {
	source string
	list   []Problem
	more   int
}

func (p *problems) add(line int, format string, args ...any) {
	if len(p.list) >= maxProblems {
		p.more++
		return
	}
	p.list = append(p.list, Problem{Source: p.source, Line: line, Text: fmt.Sprintf(format, args...)})
}

// err returns nil where nothing is wrong.
func (p *problems) err() error {
	if len(p.list) == 0 {
		return nil
	}
	list := p.list
	sort.SliceStable(list, func(i, j int) bool { return list[i].Line < list[j].Line })
	if p.more > 0 {
		list = append(list, Problem{Source: p.source, Text: fmt.Sprintf("%d more problems are not shown; correct the first ones and try again", p.more)})
	}
	return &Error{Problems: list}
}

// oneError is an [Error] of a single problem.
func oneError(source string, line int, format string, args ...any) error {
	return &Error{Problems: []Problem{{Source: source, Line: line, Text: fmt.Sprintf(format, args...)}}}
}
