// SPDX-License-Identifier: BSD-3-Clause

package expr

// source gives the values of context properties. path[0] is the context; "*"
// is a filter. used says how much of the path the value is for: the rest is
// looked up in it.
type source interface {
	lookup(path []string) (v Value, used int)
}

// outcome is what the status functions answer.
type outcome struct{ success, failure, cancelled bool }

// well is the outcome where nothing has failed so far; outcomes are all there
// are. In the fourth nothing failed, but a needed job was skipped.
var (
	well     = outcome{success: true}
	outcomes = []outcome{
		well, {failure: true}, {cancelled: true}, {},
		{success: true, cancelled: true}, {failure: true, cancelled: true},
	}
)

// evaluator evaluates one expression once.
type evaluator struct {
	from   source
	now    outcome
	budget int // bytes and values that may still be worked on
}

const (
	maxWork = 1 << 22
	maxText = 64 << 10 // longer texts become unknown
)

// Eval says whether the condition e lets its job or step run in scenario s.
//
// True: it runs when everything before it goes well. False: it runs in no case,
// whatever fails or is cancelled. Unknown: it depends on something that the
// scenario leaves open, or it runs only after a failure or cancellation. So
// `failure()` is Unknown and `always()` is True; a condition that calls no
// status function stands for success() && (…).
func (e *Expr) Eval(s *Scenario) Truth { return e.eval(s) }

func (e *Expr) eval(from source) Truth {
	run := func(now outcome) Truth {
		ev := evaluator{from: from, now: now, budget: maxWork}
		return ev.eval(e.root).Truth()
	}
	first := run(well)
	if !e.status || first == True {
		return first
	}
	for _, now := range outcomes[1:] {
		if run(now) != False {
			return Unknown
		}
	}
	return first
}

// Value returns the possible values of e in scenario s, where everything before
// it went well.
func (e *Expr) Value(s *Scenario) Value {
	ev := evaluator{from: s, now: well, budget: maxWork}
	return ev.eval(e.root)
}

// spend takes from the budget; false means that it is used up.
func (ev *evaluator) spend(n int) bool {
	ev.budget -= n + 1
	return ev.budget > 0
}

func (ev *evaluator) eval(n node) Value {
	if !ev.spend(0) {
		return Anything()
	}
	switch n := n.(type) {
	case *literal:
		return known(n.d)
	case *name, *index:
		return ev.path(n)
	case *not:
		return truthValue(ev.eval(n.x).Truth().Not())
	case *compare:
		return ev.pairs(ev.eval(n.l), ev.eval(n.r), func(a, b item) Truth { return relation(n.op, a, b) })
	case *logic:
		return ev.logic(n)
	case *call:
		return ev.call(n)
	case *concat:
		return ev.join(n.parts)
	}
	return Anything()
}

func truthValue(t Truth) Value {
	if t == Unknown {
		return AnyBool()
	}
	return known(boolean(t == True))
}

// pairs applies a test to every pair of items.
func (ev *evaluator) pairs(a, b Value, test func(a, b item) Truth) Value {
	var out Value
	for _, x := range a.orAnything().items {
		for _, y := range b.orAnything().items {
			if !ev.spend(x.size() + y.size()) {
				return AnyBool()
			}
			switch test(x, y) {
			case Unknown:
				return AnyBool()
			case True:
				out.add(item{d: boolean(true)})
			case False:
				out.add(item{d: boolean(false)})
			}
		}
	}
	return out
}

// size is how much work an item may be.
func (x item) size() int {
	if x.open != nil {
		n := len(x.open.prefix) + len(x.open.differs)
		if x.open.names != nil {
			n += 64 * len(x.open.names.pattern.elems)
		}
		return n
	}
	n := len(x.d.s) + len(x.d.keys)
	for _, e := range x.d.list {
		n += 1 + item{d: e}.size()
	}
	return n
}

// logic evaluates a && b && … to the first falsy value or the last one, and
// a || b || … to the first truthy value or the last one.
func (ev *evaluator) logic(n *logic) Value {
	var out Value
	for i, x := range n.xs {
		v := ev.eval(x).orAnything()
		if i == len(n.xs)-1 {
			for _, it := range v.items {
				out.add(it)
			}
			break
		}
		goesOn := false
		for _, it := range v.items {
			falsy, truthy := it.split()
			stop, on := falsy, truthy
			if !n.and {
				stop, on = truthy, falsy
			}
			for _, s := range stop {
				out.add(s)
			}
			goesOn = goesOn || len(on) > 0
		}
		if !goesOn {
			break
		}
		out = out.cap()
	}
	return out.cap()
}

// join concatenates the texts of all parts.
func (ev *evaluator) join(parts []node) Value {
	out := known(text(""))
	for _, p := range parts {
		out = ev.append(out, ev.eval(p))
	}
	return out
}

// append concatenates: a is text already, b becomes text.
func (ev *evaluator) append(a, b Value) Value {
	var out Value
	for _, x := range a.items {
		for _, y := range b.orAnything().items {
			if !ev.spend(x.size() + y.size()) {
				return AnyString()
			}
			out.add(glue(x, y.toText()))
		}
	}
	return out.cap()
}

// toText is the text of an item.
func (x item) toText() item {
	switch {
	case x.open == nil:
		if s, sure := x.d.toText(); sure {
			return item{d: text(s)}
		}
		return item{open: &open{kinds: kindString, truthy: true}} // a number
	case x.open.kinds == kindString:
		return x
	}
	never := x.open.kinds&(kindNull|kindString) == 0 || x.open.truthy
	return item{open: &open{kinds: kindString, truthy: never}}
}

// glue concatenates two texts.
func glue(a, b item) item {
	switch {
	case a.open == nil && b.open == nil:
		if len(a.d.s)+len(b.d.s) > maxText {
			return item{open: &open{kinds: kindString, truthy: true}}
		}
		return item{d: text(a.d.s + b.d.s)}
	case a.open == nil && a.d.s == "":
		return b
	case b.open == nil && b.d.s == "":
		return a
	}
	o := &open{kinds: kindString, truthy: a.truth() == True || b.truth() == True}
	switch {
	case a.open != nil:
		o.prefix = a.open.prefix
	case len(a.d.s)+len(b.open.prefix) <= maxText:
		o.prefix = a.d.s + b.open.prefix
	}
	return item{open: o}
}
