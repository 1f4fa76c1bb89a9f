// SPDX-License-Identifier: BSD-3-Clause

package expr

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// completion is one completion of a scenario: every property that it leaves open
// has been chosen.
type completion struct {
	from   source
	rnd    *rand.Rand
	words  []string
	chosen map[string]item
	syms   map[string]string
}

func (c *completion) lookup(path []string) (Value, int) {
	v, used := c.from.lookup(path)
	key := strings.Join(path[:used], "\x00")
	x, ok := c.chosen[key]
	if !ok {
		items := v.orAnything().items
		x = item{d: c.choose(items[c.rnd.IntN(len(items))], 0)}
		c.chosen[key] = x
	}
	return Value{[]item{x}}, used
}

// choose picks a value of a class.
func (c *completion) choose(x item, depth int) datum {
	if x.open == nil {
		return x.d
	}
	o := x.open
	if o.sym != "" {
		if s, ok := c.syms[o.sym]; ok {
			return text(s)
		}
	}
	for range 200 {
		d := c.guess(o, depth)
		if o.truthy && !d.truthy() {
			continue
		}
		if d.kind == kindString && !c.fits(o, d.s) {
			continue
		}
		if o.sym != "" {
			c.syms[o.sym] = d.s
		}
		return d
	}
	s := o.prefix
	if o.names != nil {
		s = fitting[o.names.pattern.src]
		s = o.names.base + s
	} else if o.prefix == "" {
		s = "zz/zz"
	}
	if o.sym != "" {
		c.syms[o.sym] = s
	}
	return text(s)
}

// fitting has a name for each pattern of the tests that guessing may miss.
var fitting = map[string]string{"v*": "v1", "[0-9]+.[0-9]+": "1.2", "rel/**": "rel/x"}

func (c *completion) fits(o *open, s string) bool {
	if !strings.HasPrefix(s, o.prefix) {
		return false
	}
	if n, err := parseNumber(s); o.plain && (n == n || !err) {
		return false
	}
	if o.names != nil && o.names.pattern.Match(strings.TrimPrefix(s, o.names.base)) == False {
		return false
	}
	for _, other := range o.differs {
		if t, ok := strings.CutPrefix(other, "="); ok && strings.EqualFold(s, t) {
			return false
		} else if ok {
			continue
		}
		t, ok := c.syms[other]
		if !ok { // it must not be chosen later to be this
			t = "some/repository"
			c.syms[other] = t
		}
		if strings.EqualFold(s, t) {
			return false
		}
	}
	return true
}

func (c *completion) guess(o *open, depth int) datum {
	var all []kinds
	for k := kindNull; k <= kindObject; k <<= 1 {
		if o.kinds&k != 0 {
			all = append(all, k)
		}
	}
	switch k := all[c.rnd.IntN(len(all))]; k {
	case kindBool:
		return boolean(c.rnd.IntN(2) == 0)
	case kindNumber:
		return number([]float64{0, 1, -1, 2, 15, 1.5}[c.rnd.IntN(6)])
	case kindString:
		s := c.words[c.rnd.IntN(len(c.words))]
		if c.rnd.IntN(4) == 0 {
			s = strings.ToUpper(s)
		}
		if o.prefix != "" && !strings.HasPrefix(s, o.prefix) {
			s = o.prefix + s
		}
		if o.plain && !strings.Contains(s, "/") {
			s = "o/" + s
		}
		return text(s)
	case kindArray, kindObject:
		d := datum{kind: k, filtered: k == kindArray && c.rnd.IntN(2) == 0}
		for i := 0; depth < 3 && c.rnd.IntN(3) > 0; i++ {
			d.list = append(d.list, c.choose(item{open: &open{kinds: anyKind}}, depth+1))
			if k == kindObject {
				d.keys = append(d.keys, c.words[c.rnd.IntN(len(c.words))]+strconv.Itoa(i))
			}
		}
		return d
	}
	return null()
}

// errOpen says that the value of a completed expression is not defined: the run
// would stop with an error, or this oracle does not know.
var errOpen = errors.New("open")

// concrete evaluates a tree where everything is chosen. It is written apart
// from the evaluator: one value at a time, and only ASCII text.
func concrete(n node, from source, now outcome) (datum, error) {
	list := func(ns []node) (out []datum, err error) {
		for _, x := range ns {
			d, err := concrete(x, from, now)
			if err != nil {
				return nil, err
			}
			out = append(out, d)
		}
		return out, nil
	}
	switch n := n.(type) {
	case *literal:
		return n.d, nil
	case *not:
		d, err := concrete(n.x, from, now)
		return boolean(!d.truthy()), err
	case *logic:
		for i, x := range n.xs {
			d, err := concrete(x, from, now)
			if err != nil || i == len(n.xs)-1 || d.truthy() != n.and {
				return d, err
			}
		}
	case *compare:
		ds, err := list([]node{n.l, n.r})
		if err != nil {
			return datum{}, err
		}
		return concreteCompare(n.op, ds[0], ds[1])
	case *concat:
		ds, err := list(n.parts)
		if err != nil {
			return datum{}, err
		}
		return concreteJoin(ds, "")
	case *call:
		return concreteCall(n, from, now)
	case *name, *index:
		return concretePath(n, from, now)
	}
	return datum{}, errOpen
}

func concreteCompare(op string, a, b datum) (datum, error) {
	if a.kind&collections != 0 && a.kind == b.kind {
		return datum{}, errOpen
	}
	if a.kind == kindString && b.kind == kindString {
		order := strings.Compare(strings.ToUpper(a.s), strings.ToUpper(b.s))
		return boolean(map[string]bool{"==": order == 0, "!=": order != 0, "<": order < 0, ">": order > 0,
			"<=": order <= 0, ">=": order >= 0}[op]), nil
	}
	if a.kind&collections != 0 || b.kind&collections != 0 {
		return boolean(op == "!="), nil
	}
	if a.kind == kindNull && b.kind == kindNull {
		if op != "==" && op != "!=" && op != "<=" && op != ">=" {
			return boolean(false), nil
		}
		return boolean(op != "!="), nil
	}
	m, ok := a.toNumber()
	o, ok2 := b.toNumber()
	if !ok || !ok2 {
		return datum{}, errOpen
	}
	return boolean(map[string]bool{"==": m == o, "!=": m != o, "<": m < o, ">": m > o, "<=": m <= o, ">=": m >= o}[op]), nil
}

func concreteJoin(ds []datum, sep string) (datum, error) {
	var out []string
	for _, d := range ds {
		s, ok := d.toText()
		if !ok {
			return datum{}, errOpen
		}
		out = append(out, s)
	}
	return text(strings.Join(out, sep)), nil
}

func concretePath(n node, from source, now outcome) (datum, error) {
	root, steps := chain(n)
	context, ok := root.(*name)
	path := []string{}
	var d datum
	var err error
	var keys []*datum
	for _, st := range steps {
		if st.key == nil {
			keys = append(keys, nil)
			continue
		}
		k, err := concrete(st.key, from, now)
		if err != nil {
			return datum{}, err
		}
		keys = append(keys, &k)
	}
	if ok {
		path = append(path, context.context)
		for _, k := range keys {
			s := "*"
			if k != nil {
				var sure bool
				if s, sure = k.toText(); !sure || s == "*" {
					return datum{}, errOpen
				}
			}
			path = append(path, s)
		}
		v, used := from.lookup(path)
		d, keys = v.items[0].d, keys[used-1:]
	} else if d, err = concrete(root, from, now); err != nil {
		return datum{}, err
	}
	for _, k := range keys {
		if d, ok = d.at(k); !ok {
			return datum{}, errOpen
		}
	}
	return d, nil
}

func concreteCall(n *call, from source, now outcome) (datum, error) {
	if isStatus(n.fn) && len(n.args) > 0 {
		return datum{}, errOpen
	}
	switch n.fn {
	case "success":
		return boolean(now.success), nil
	case "failure":
		return boolean(now.failure), nil
	case "cancelled":
		return boolean(now.cancelled), nil
	case "always":
		return boolean(true), nil
	case "case":
		if len(n.args)%2 == 0 {
			return datum{}, errOpen
		}
		for i := 0; i+1 < len(n.args); i += 2 {
			d, err := concrete(n.args[i], from, now)
			if err != nil || d.kind != kindBool {
				return datum{}, errOpen
			}
			if d.b {
				return concrete(n.args[i+1], from, now)
			}
		}
		return concrete(n.args[len(n.args)-1], from, now)
	}
	var args []datum
	for _, a := range n.args {
		d, err := concrete(a, from, now)
		if err != nil {
			return d, err
		}
		args = append(args, d)
	}
	return concreteFunc(n.fn, args)
}

func concreteFunc(fn string, args []datum) (datum, error) {
	switch fn {
	case "contains", "startswith", "endswith":
		if len(args) != 2 {
			return datum{}, errOpen
		}
		if fn == "contains" && args[0].kind == kindArray {
			any := slices.ContainsFunc(args[0].list, func(d datum) bool {
				r, err := concreteCompare("==", d, args[1])
				return err == nil && r.b
			})
			open := slices.ContainsFunc(args[0].list, func(d datum) bool {
				_, err := concreteCompare("==", d, args[1])
				return err != nil
			})
			if !any && open {
				return datum{}, errOpen
			}
			return boolean(any), nil
		}
		if args[0].kind&collections != 0 || args[1].kind&collections != 0 {
			return boolean(false), nil
		}
		a, ok := args[0].toText()
		b, ok2 := args[1].toText()
		if !ok || !ok2 {
			return datum{}, errOpen
		}
		a, b = strings.ToLower(a), strings.ToLower(b)
		return boolean(map[string]bool{"contains": strings.Contains(a, b), "startswith": strings.HasPrefix(a, b),
			"endswith": strings.HasSuffix(a, b)}[fn]), nil
	case "format":
		if len(args) == 2 && args[0].kind == kindString {
			if before, after, ok := strings.Cut(args[0].s, "{0}"); ok && !strings.ContainsAny(before+after, "{}") {
				return concreteJoin([]datum{text(before), args[1], text(after)}, "")
			}
		}
	case "join":
		if len(args) == 1 && args[0].kind&collections == 0 {
			return concreteJoin(args, "")
		}
		if len(args) == 1 && args[0].kind == kindArray && !slices.ContainsFunc(args[0].list, func(d datum) bool { return d.kind&collections != 0 }) {
			return concreteJoin(args[0].list, ",")
		}
	}
	return datum{}, errOpen
}
