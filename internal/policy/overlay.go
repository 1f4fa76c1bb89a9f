// SPDX-License-Identifier: BSD-3-Clause

package policy

import "strings"

// Setting is one value from outside the policy file.
type Setting struct {
	// Key is the full name in the policy file, one of [Keys].
	Key string
	// Values holds what was given: exactly one value, except for lists.
	Values []string
	// From names where it was given, for messages: "--repository",
	// "GITHUB_REPOSITORY".
	From string
}

// Overlay is what completes or replaces a policy.
//
// Give a setting only where the user or the runner offers one: a setting
// without a value, or with an empty one, is an error and never "no check".
type Overlay struct {
	// Flags replace what the file says, key by key; a list replaces a list.
	// They loosen as well as tighten: whoever starts the program could name
	// another file as easily. The report's source stays "file".
	Flags []Setting
	// Facts come from the runner and fill in what neither file nor flags say.
	// Where the facts hold a "publisher.repository" that is not the policy's,
	// the run is another repository's, and its facts say nothing about this
	// publisher: none but "project" is used.
	Facts []Setting
}

// With returns a copy of p under the overlay. All settings are held to the
// rules of the policy file, used or not; the error is an [*Error].
func (p *Policy) With(o Overlay) (*Policy, error) {
	c := p.clone()
	var all problems
	given := map[string]string{}
	for _, s := range o.Flags {
		if other, twice := given[s.Key]; twice {
			all.source = s.From
			all.add(0, "the value is given by %s already; give one of the two", other)
			continue
		}
		given[s.Key] = s.From
		all.take(c, s)
	}
	facts := &Policy{}
	for _, s := range o.Facts {
		all.take(facts, s)
	}
	if err := all.err(); err != nil {
		return nil, err
	}
	used := len(o.Flags) > 0
	ours := c.Publisher.Repository == "" || facts.Publisher.Repository == "" ||
		SameName(c.Publisher.Repository, facts.Publisher.Repository)
	for _, s := range o.Facts {
		f, _ := fieldByKey(s.Key)
		if f.said(c) || c.Written(s.Key) || !ours && s.Key != "project" {
			continue
		}
		all.take(c, s)
		used = true
	}
	if used && c.Origin.Source != SourceFile {
		c.Origin.Source = SourceInput
	}
	return c, all.err()
}

// take checks a setting and puts it in place of what p has.
func (p *problems) take(at *Policy, s Setting) {
	p.source = s.From
	f, known := fieldByKey(s.Key)
	switch {
	case !known:
		p.add(0, "%q is not a key of the policy that can be set from outside", s.Key)
		return
	case len(s.Values) == 0:
		p.add(0, "%q is given without a value; give one, or leave it out for the policy's", s.Key)
		return
	case len(s.Values) > 1 && !f.list:
		p.add(0, "%q is given %d values; give one", s.Key, len(s.Values))
		return
	}
	f.clear(at)
	for _, v := range s.Values {
		switch {
		case strings.TrimSpace(v) == "":
			p.add(0, "%q is given an empty value; give one, or leave it out for the policy's", s.Key)
		case len(v) > maxValue:
			p.add(0, "%q is given a value of %d bytes, more than the %d that a value may have", s.Key, len(v), maxValue)
		default:
			if err := f.set(at, v); err != nil {
				p.add(0, "%s: %v", s.Key, err)
			}
		}
	}
}
