// SPDX-License-Identifier: BSD-3-Clause

package policy

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"
)

// file reads the root mapping: one publisher at the top level, or several
// under "publishers".
//
// Of the keys beside "publishers", "builder", "source" and "require" are
// defaults for entries that do not have that key (a block replaces a block as
// a whole), and "other-indexes" and "ignore" hold for all.
func (r *reader) file(f *File, root *yaml.Node) {
	shared := &Policy{Lines: map[string]int{}}
	var entries *yaml.Node
	s := r.policyKeys(shared, "the policy")
	s["other-indexes"] = func(k, v *yaml.Node) { r.otherIndexes(shared, k, v) }
	s["ignore"] = func(k, v *yaml.Node) { r.ignores(shared, k, v) }
	s["publishers"] = func(k, v *yaml.Node) {
		shared.Lines[k.Value] = k.Line
		entries = v
	}
	r.mapping(root, "the policy", s)
	shared.Origin = Origin{Source: SourceFile, Path: f.Path, SHA256: f.SHA256}
	f.Policies = []*Policy{shared}
	if entries != nil {
		f.Several = true
		f.Policies = r.publishers(shared, entries)
	}
	for _, p := range f.Policies {
		r.together(p)
	}
}

// policyKeys is what one publisher's policy may have.
func (r *reader) policyKeys(p *Policy, where string) schema {
	s := schema{}
	for name, f := range inSection("") {
		s[name] = func(k, v *yaml.Node) { r.field(p, f, k, v) }
	}
	for _, section := range []string{"publisher", "builder", "source"} {
		s[section] = func(k, v *yaml.Node) {
			p.Lines[section] = k.Line
			keys := r.sectionKeys(p, section)
			r.mapping(v, fmt.Sprintf("%q", section), keys)
		}
	}
	return s
}

// sectionKeys is what stands under "publisher", "builder" or "source".
func (r *reader) sectionKeys(p *Policy, section string) schema {
	s := schema{}
	for name, f := range inSection(section) {
		s[name] = func(k, v *yaml.Node) { r.field(p, f, k, v) }
	}
	if section == "source" {
		s["generated"] = func(k, v *yaml.Node) { r.generated(p, k, v) }
	}
	return s
}

// field reads a key of the table.
func (r *reader) field(p *Policy, f field, k, v *yaml.Node) {
	where := fmt.Sprintf("%q", f.key)
	p.Lines[f.key] = k.Line
	one := func(n *yaml.Node) {
		value, ok := r.scalar(n, where, f.numeric)
		if !ok {
			return
		}
		if err := f.set(p, value); err != nil {
			r.add(n.Line, "%s: %v", f.key, err)
		}
	}
	if f.list {
		r.items(v, where, f.mayBeEmpty, one)
		return
	}
	one(v)
}

// publishers reads the entries of the list. The publisher's keys stand in the
// entry itself or, as at the top level, under "publisher".
func (r *reader) publishers(shared *Policy, n *yaml.Node) []*Policy {
	for _, key := range []string{"project", "publisher"} {
		if line := shared.Lines[key]; line > 0 {
			r.add(line, "%q stands beside \"publishers\"; move it into the entry of the list that it belongs to", key)
		}
	}
	var list []*Policy
	r.items(n, `"publishers"`, false, func(item *yaml.Node) {
		p := &Policy{Lines: map[string]int{}}
		where := fmt.Sprintf("entry %d of \"publishers\"", len(list)+1)
		s := r.policyKeys(p, where)
		inline := 0
		for name, read := range r.sectionKeys(p, "publisher") {
			s[name] = func(k, v *yaml.Node) {
				inline = k.Line
				read(k, v)
			}
		}
		read := r.mapping(item, where, s)
		list = append(list, p)
		if !read {
			return
		}
		if inline > 0 && p.Lines["publisher"] > 0 {
			r.add(inline, "%s has the publisher's keys both in itself and under \"publisher\"; keep one of the two", where)
		}
		if p.Lines["project"] == 0 {
			r.add(item.Line, "%s has no \"project\"; write it, as the entry is chosen by it", where)
		}
		inherit(p, shared)
	})
	r.distinct(list)
	return list
}

// inherit gives an entry what it shares with the others.
func inherit(p, shared *Policy) {
	p.Origin = shared.Origin
	p.OtherIndexes, p.Ignore = shared.OtherIndexes, shared.Ignore
	take := func(key string) bool {
		if p.Lines[key] > 0 || shared.Lines[key] == 0 {
			return false
		}
		for k, line := range shared.Lines {
			if k == key || strings.HasPrefix(k, key+".") {
				p.Lines[k] = line
			}
		}
		return true
	}
	if take("builder") {
		p.Builder = shared.Builder
	}
	if take("source") {
		p.Source = shared.Source
	}
	if take("require") {
		p.Require = shared.Require
	}
	take("other-indexes")
	take("ignore")
}

// distinct refuses entries that [File.Choose] could never tell apart.
func (r *reader) distinct(list []*Policy) {
	for i, p := range list {
		for j, q := range list[:i] {
			if p.Project == "" || p.Index() != q.Index() || !SameProject(p.Project, q.Project) {
				continue
			}
			if p.Publisher.Workflow == q.Publisher.Workflow {
				r.add(p.Lines["project"], "entries %d and %d of \"publishers\" have the same project, index and workflow, so none can be chosen; make one of these differ or remove one entry", j+1, i+1)
			}
		}
	}
}

// together refuses values that contradict one another.
func (r *reader) together(p *Policy) {
	for _, o := range p.OtherIndexes {
		if o.Line > 0 && sameURL(o.URL, p.Index()) {
			r.add(o.Line, "\"other-indexes\" lists %s, which is the publisher's own index; remove it here, as only trusted publishing may reach that one", o.URL)
		}
	}
}
