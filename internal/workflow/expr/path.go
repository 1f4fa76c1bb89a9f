// SPDX-License-Identifier: BSD-3-Clause

package expr

// step is one dereference: a node for [expr], nil for *.
type step struct{ key node }

// chain splits n into its root and the steps from there.
func chain(n node) (root node, steps []step) {
	for {
		i, ok := n.(*index)
		if !ok {
			break
		}
		steps = append(steps, step{i.key})
		n = i.recv
	}
	for i, j := 0, len(steps)-1; i < j; i, j = i+1, j-1 {
		steps[i], steps[j] = steps[j], steps[i]
	}
	return n, steps
}

// path evaluates a chain of dereferences.
func (ev *evaluator) path(n node) Value {
	root, steps := chain(n)
	context, ok := root.(*name)
	if !ok {
		return ev.walk(ev.eval(root), steps)
	}
	// An index that is a choice of a few texts is followed for each of them.
	paths := [][]string{{context.context}}
	used := 0
	for _, st := range steps {
		keys := []string{"*"}
		if st.key != nil {
			var all bool
			keys, all = ev.eval(st.key).Texts()
			if !all || len(keys)*len(paths) > maxItems {
				break
			}
		}
		var longer [][]string
		for _, p := range paths {
			for _, k := range keys {
				if st.key != nil && k == "*" { // a property of that name: not followed
					return Anything()
				}
				longer = append(longer, append(p[:len(p):len(p)], k))
			}
		}
		paths = longer
		used++
	}
	var out Value
	for _, p := range paths {
		v, n := ev.from.lookup(p)
		v = ev.walk(v, append(stepsOf(p[n:]), steps[used:]...))
		for _, x := range v.items {
			out.add(x)
		}
	}
	return out.cap()
}

func stepsOf(path []string) []step {
	out := make([]step, 0, len(path))
	for _, p := range path {
		if p == "*" {
			out = append(out, step{})
		} else {
			out = append(out, step{&literal{text(p)}})
		}
	}
	return out
}

// walk dereferences a value step by step.
func (ev *evaluator) walk(v Value, steps []step) Value {
	for _, st := range steps {
		keys := []item{{}}
		if st.key != nil {
			keys = ev.eval(st.key).orAnything().items
		}
		var out Value
		for _, x := range v.orAnything().items {
			for _, k := range keys {
				if !ev.spend(x.size() + k.size()) {
					return Anything()
				}
				out.add(deref(x, k, st.key == nil))
			}
		}
		v = out.cap()
	}
	return v.orAnything()
}

// deref applies one step to an item.
func deref(x, key item, star bool) item {
	unknown := item{open: &open{kinds: anyKind}}
	if star {
		unknown = item{open: &open{kinds: kindArray}}
	}
	switch {
	case x.open != nil && x.open.kinds&collections != 0:
		return unknown
	case x.open != nil: // a primitive has no properties
		x = item{d: null()}
	case x.d.kind&collections == 0:
	case key.open != nil:
		return unknown
	}
	k := &key.d
	if star {
		k = nil
	}
	d, sure := x.d.at(k)
	if !sure {
		return unknown
	}
	return item{d: d}
}
