// SPDX-License-Identifier: BSD-3-Clause

package policy

import (
	"fmt"
	"strings"
)

// Change is one way in which a policy lets more pass than an earlier one.
type Change struct {
	// Entry says which of several publishers the change is of, "PROJECT to
	// INDEX"; "" where the file has one.
	Entry string
	// Key is the full name of the key ("builder.refs"), [KeyPublishers] for a
	// whole entry, or [KeyFile] for the file itself.
	Key string
	// Was and Now are the values in words, quoted where they are the file's.
	Was, Now string
	// Line is where Now stands in the new file; 0 where nothing stands there.
	Line int
}

// Keys of a [Change] that are no single value's.
const (
	KeyPublishers = "publishers"
	KeyFile       = "the policy file"
)

// notSaid and notThere are what a value and an entry of a list were or are
// where the policy has none.
const (
	notSaid  = "not said"
	notThere = "not there"
)

// String is the change on one line.
func (c Change) String() string {
	s := fmt.Sprintf("%s: was %s, is %s", c.Key, c.Was, c.Now)
	if c.Entry != "" {
		s += " (" + c.Entry + ")"
	}
	return s
}

// Looser returns every way in which new lets more pass than old, in the order
// of the policy's documentation. What is tighter in new is not reported; what
// cannot be compared counts as looser.
//
// Keys that have a default are compared by it ([Policy.WithDefaults]). Give
// both policies the same facts first ([Policy.With]): a repository that is not
// said is the running one. A value that is said where none was, and none was
// assumed, is tighter, as nothing was held against it before; but "none", for
// an environment, is looser.
//
// A nil policy is one of no file: as old it is the defaults, as new it is
// looser whatever old was.
func Looser(old, new *Policy) []Change {
	switch {
	case old == nil && new == nil:
		return nil
	case new == nil:
		return []Change{noFile(old.Origin.Path)}
	case old == nil:
		old = New()
	}
	a, b := old.WithDefaults(), new.WithDefaults()
	var out []Change
	for _, c := range comparisons {
		for _, ch := range c.compare(a, b) {
			ch.Key = c.key
			if ch.Line == 0 {
				ch.Line = b.lineOf(c.key)
			}
			out = append(out, ch)
		}
	}
	return out
}

func noFile(path string) Change {
	was := "there"
	if path != "" {
		was = fmt.Sprintf("%q", path)
	}
	return Change{Key: KeyFile, Was: was, Now: notThere + ", so that the defaults hold"}
}

// lineOf is where a key stands, or else its section.
func (p *Policy) lineOf(key string) int {
	if line := p.Lines[key]; line > 0 {
		return line
	}
	section, _, _ := strings.Cut(key, ".")
	return p.Lines[section]
}

// LooserFiles is [Looser] for whole files: entries of "publishers" are compared
// with those of the same project, index and workflow, else of the same project
// and index, and an entry that none corresponds to is looser. An entry that is
// gone lets nothing pass. Facts complete both files, as in [Overlay]; the error
// is an [*Error] about them.
func LooserFiles(old, new *File, facts []Setting) ([]Change, error) {
	switch {
	case old == nil && new == nil:
		return nil, nil
	case new == nil:
		return []Change{noFile(old.Path)}, nil
	case old == nil:
		old = &File{Policies: []*Policy{New()}}
	}
	before, err := completed(old, facts)
	if err != nil {
		return nil, err
	}
	after, err := completed(new, facts)
	if err != nil {
		return nil, err
	}
	several := old.Several || new.Several
	var out []Change
	for i, match := range pairs(old, new, before, after) {
		p, entry := after[i], ""
		if several {
			entry = p.entry()
		}
		if match == nil {
			out = append(out, Change{Entry: entry, Key: KeyPublishers, Was: notThere, Now: quoted(entry), Line: p.lineOf("project")})
			continue
		}
		for _, c := range Looser(match, p) {
			c.Entry = entry
			out = append(out, c)
		}
	}
	return out, nil
}

func completed(f *File, facts []Setting) ([]*Policy, error) {
	out := make([]*Policy, len(f.Policies))
	for i, p := range f.Policies {
		full, err := p.With(Overlay{Facts: facts})
		if err != nil {
			return nil, err
		}
		out[i] = full.WithDefaults()
	}
	return out, nil
}

// entry names a publisher among several.
func (p *Policy) entry() string {
	project := p.Project
	if project == "" {
		project = "any project"
	}
	return project + " to " + p.Index()
}

// pairs returns, for each new policy, the old one that it is compared with, or
// nil.
func pairs(old, new *File, before, after []*Policy) []*Policy {
	out := make([]*Policy, len(after))
	// A file of one publisher is any release's policy, as File.Choose has it,
	// unless it says whose it is.
	if !old.Several && (!new.Several || old.Policies[0].Project == "") {
		for i := range out {
			out[i] = before[0]
		}
		return out
	}
	taken := make([]bool, len(before))
	match := func(same func(a, b *Policy) bool) {
		for i, b := range after {
			for j, a := range before {
				if out[i] == nil && !taken[j] && same(a, b) {
					out[i], taken[j] = a, true
				}
			}
		}
	}
	alike := func(a, b *Policy) bool { return SameProject(a.Project, b.Project) && sameURL(a.Index(), b.Index()) }
	match(func(a, b *Policy) bool { return alike(a, b) && a.Publisher.Workflow == b.Publisher.Workflow })
	match(alike)
	return out
}
