// SPDX-License-Identifier: BSD-3-Clause

package expr

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// MaxPattern is the longest filter pattern, and the longest name matched, in
// bytes.
const MaxPattern = 4096

// Pattern is one branch, tag or path filter pattern: * is any text without a
// slash, ** any text, [abc] or [0-9] one of these characters, ? makes the
// character before it optional, + repeats it, \ takes the next one as it is.
type Pattern struct {
	src   string
	elems []elem
}

// elem matches runes: as often as its flags say.
type elem struct {
	any    bool // any rune; with slash false, none that is a slash
	slash  bool
	ranges [][2]rune
	// optional: may be left out. repeated: may come more than once.
	optional, repeated bool
	// folder matches nothing; it stands before a "**/" that is at the start or
	// after a slash. Where that wants any folder, the root may do too. Whether
	// the service agrees for names of branches is not documented: both readings
	// are kept.
	folder bool
}

// ParsePattern reads a pattern, without the ! of a negative one. What the
// documentation leaves open (a quantifier with nothing before it or after
// another one, a class that starts with ! or ^) is an error.
func ParsePattern(src string) (*Pattern, error) {
	p := &Pattern{src: src}
	if err := p.parse(); err != nil {
		return nil, fmt.Errorf("parsing the filter pattern %q: %w", shorten(src), err)
	}
	return p, nil
}

func (p *Pattern) parse() error {
	if p.src == "" || len(p.src) > MaxPattern {
		return fmt.Errorf("its length is not 1 to %d bytes", MaxPattern)
	}
	if !utf8.ValidString(p.src) {
		return errors.New("it is not UTF-8")
	}
	rs := []rune(p.src)
	quantifiable := false
	for i := 0; i < len(rs); i++ {
		switch c := rs[i]; c {
		case '*':
			e := elem{any: true, optional: true, repeated: true}
			if i+1 < len(rs) && rs[i+1] == '*' {
				i++
				e.slash = true
				if i+1 < len(rs) && rs[i+1] == '/' && (i < 2 || rs[i-2] == '/') {
					p.elems = append(p.elems, elem{optional: true, folder: true})
				}
			}
			p.elems, quantifiable = append(p.elems, e), false
		case '?', '+':
			if !quantifiable {
				return fmt.Errorf("%q has no character before it", c)
			}
			last := &p.elems[len(p.elems)-1]
			last.optional, last.repeated = c == '?', c == '+'
			quantifiable = false
		case '[':
			n, e, err := class(rs[i+1:])
			if err != nil {
				return err
			}
			i += n
			p.elems, quantifiable = append(p.elems, e), true
		case '\\':
			if i++; i == len(rs) {
				return errors.New("it ends in a backslash")
			}
			p.elems, quantifiable = append(p.elems, elem{ranges: [][2]rune{{rs[i], rs[i]}}}), true
		default:
			p.elems, quantifiable = append(p.elems, elem{ranges: [][2]rune{{c, c}}}), true
		}
	}
	return nil
}

// class reads what follows a [; n counts the runes up to and with the ].
func class(rs []rune) (n int, e elem, err error) {
	for ; n < len(rs) && rs[n] != ']'; n++ {
		lo, hi := rs[n], rs[n]
		if n == 0 && (lo == '!' || lo == '^') || lo == '\\' || lo == '[' {
			return 0, e, fmt.Errorf("%q in brackets", lo)
		}
		if n+2 < len(rs) && rs[n+1] == '-' && rs[n+2] != ']' {
			hi = rs[n+2]
			n += 2
		}
		if hi < lo {
			return 0, e, fmt.Errorf("the range %c-%c is empty", lo, hi)
		}
		e.ranges = append(e.ranges, [2]rune{lo, hi})
	}
	if n == len(rs) || len(e.ranges) == 0 {
		return 0, e, errors.New("brackets that are empty or not closed")
	}
	return n + 1, e, nil
}

func (e *elem) matches(c rune, fold bool) bool {
	if e.any {
		return e.slash || c != '/'
	}
	for _, r := range e.ranges {
		if r[0] <= c && c <= r[1] {
			return true
		}
		if fold && (r[0] <= upper(c) && upper(c) <= r[1] || r[0] <= lower(c) && lower(c) <= r[1]) {
			return true
		}
	}
	return false
}

func upper(c rune) rune {
	if 'a' <= c && c <= 'z' {
		c -= 'a' - 'A'
	}
	return c
}

func lower(c rune) rune {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// run feeds s to the pattern and returns the states it can be in: at[i] says
// that the elements before i are satisfied. Work is len(s) times elements.
func (p *Pattern) run(s string, fold, folders bool) (at []bool, alive bool) {
	at = make([]bool, len(p.elems)+1)
	at[0] = true
	p.skip(at, folders)
	alive = true
	for _, c := range s {
		next := make([]bool, len(at))
		alive = false
		for i := range p.elems {
			if at[i] && p.elems[i].matches(c, fold) {
				next[i+1], alive = true, true
				if p.elems[i].repeated {
					next[i] = true
				}
			}
		}
		if !alive {
			return next, false
		}
		at = next
		p.skip(at, folders)
	}
	return at, alive
}

// skip adds the states that are reached without reading anything.
func (p *Pattern) skip(at []bool, folders bool) {
	for i, e := range p.elems {
		if !at[i] {
			continue
		}
		if e.optional {
			at[i+1] = true
		}
		if folders && e.folder {
			at[i+3] = true // the mark, the ** and the slash
		}
	}
}

// outside reports whether a name is none that patterns are tried on.
func outside(name string) bool { return len(name) > MaxPattern || !utf8.ValidString(name) }

// Match says whether a name (a branch or tag without refs/…, or a path) matches.
func (p *Pattern) Match(name string) Truth {
	if outside(name) {
		return Unknown
	}
	strict, _ := p.run(name, false, false)
	loose, _ := p.run(name, false, true)
	n := len(p.elems)
	if strict[n] != loose[n] {
		return Unknown
	}
	return truthOf(strict[n])
}

// String returns the pattern as it was given.
func (p *Pattern) String() string { return p.src }

// Literal returns the only name that matches, if there is but one.
func (p *Pattern) Literal() (string, bool) {
	s, rest := p.head()
	return s, rest == 0
}

// head returns the text that every match starts with, and how many elements
// are left after it.
func (p *Pattern) head() (string, int) {
	var b strings.Builder
	for i, e := range p.elems {
		single := !e.any && len(e.ranges) == 1 && e.ranges[0][0] == e.ranges[0][1] && !e.optional
		if !single {
			return b.String(), len(p.elems) - i
		}
		b.WriteRune(e.ranges[0][0])
		if e.repeated {
			return b.String(), len(p.elems) - i
		}
	}
	return b.String(), 0
}
