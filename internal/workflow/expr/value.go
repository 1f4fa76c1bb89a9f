// SPDX-License-Identifier: BSD-3-Clause

package expr

import "fmt"

// Value is what an expression or a context property may be under a scenario: a
// set of possible values, some of them known, some known only in part. The zero
// Value is "anything".
type Value struct{ items []item }

// item is one known value, or (open not nil) a class of values.
type item struct {
	d    datum
	open *open
}

// open is a class of values of which only this is known.
type open struct {
	kinds  kinds
	truthy bool   // never falsy
	prefix string // kindString alone: they start with it
	names  *names // kindString alone: what follows names.base is such a name
	plain  bool   // kindString alone: never reads as a number
	// sym names an unknown: two opens of kindString alone with the same sym,
	// not empty, are the same text. differs lists syms they are never equal to,
	// and texts in lower case behind "=".
	sym     string
	differs []string
}

// maxItems bounds a set; a larger one is widened to an open class.
const maxItems = 32

// Known returns the value v: nil, a bool, an int, a float64 or a string.
// Anything else panics: it is for constants and for what a parser returned.
func Known(v any) Value { return OneOf(v) }

// OneOf returns the value that is one of these (see [Known]), and nothing else.
// Without any it is "anything".
func OneOf(all ...any) Value {
	var v Value
	for _, x := range all {
		switch x := x.(type) {
		case nil:
			v.add(item{d: null()})
		case bool:
			v.add(item{d: boolean(x)})
		case int:
			v.add(item{d: number(float64(x))})
		case float64:
			v.add(item{d: number(x)})
		case string:
			v.add(item{d: text(x)})
		default:
			panic(fmt.Sprintf("expr.OneOf of a %T", x))
		}
	}
	return v.cap()
}

// Either returns the value that is one of a or one of b.
func Either(a, b Value) Value {
	out := Value{append([]item(nil), a.orAnything().items...)}
	for _, x := range b.orAnything().items {
		out.add(x)
	}
	return out.cap()
}

// Anything is the value of which nothing is known.
func Anything() Value { return openValue(open{kinds: anyKind}) }

// AnyString is a string of which nothing is known; it may be empty.
func AnyString() Value { return openValue(open{kinds: kindString}) }

// SomeString is a string that starts with prefix and is not empty.
func SomeString(prefix string) Value {
	return openValue(open{kinds: kindString, prefix: prefix, truthy: true})
}

// AnyNumber is a number of which nothing is known.
func AnyNumber() Value { return openValue(open{kinds: kindNumber}) }

// AnyBool is true or false.
func AnyBool() Value { return OneOf(true, false) }

func openValue(o open) Value { return Value{[]item{{open: &o}}} }
func known(d datum) Value    { return Value{[]item{{d: d}}} }
func anyObject() Value       { return openValue(open{kinds: kindObject}) }
func anyArray() Value        { return openValue(open{kinds: kindArray}) }

// optional adds null: the property may be absent.
func optional(v Value) Value { return Either(v, Known(nil)) }

// Texts returns the possible values as text, in the order in which they were
// found; all is false when there are others, which cannot be listed.
func (v Value) Texts() (texts []string, all bool) {
	all = true
	seen := map[string]bool{}
	for _, x := range v.orAnything().items {
		s, sure := "", false
		if x.open == nil {
			s, sure = x.d.toText()
		}
		if !sure {
			all = false
			continue
		}
		if !seen[s] {
			seen[s] = true
			texts = append(texts, s)
		}
	}
	return texts, all
}

// Truth says whether the value counts as true.
func (v Value) Truth() Truth {
	v = v.orAnything()
	first := v.items[0].truth()
	for _, x := range v.items[1:] {
		if x.truth() != first {
			return Unknown
		}
	}
	return first
}

// add puts an item in, unless it is there already.
func (v *Value) add(x item) {
	if x.open == nil {
		for _, o := range v.items {
			if o.open == nil && o.d.same(x.d) {
				return
			}
		}
	} else {
		for _, o := range v.items {
			if o.open == x.open {
				return
			}
		}
	}
	v.items = append(v.items, x)
}

func (v Value) orAnything() Value {
	if len(v.items) == 0 {
		return Anything()
	}
	return v
}

// cap widens a set that has grown too large.
func (v Value) cap() Value {
	if len(v.items) <= maxItems {
		return v
	}
	wide := open{truthy: true}
	for _, x := range v.items {
		if x.open != nil {
			wide.kinds |= x.open.kinds
		} else {
			wide.kinds |= x.d.kind
		}
		wide.truthy = wide.truthy && x.truth() == True
	}
	return openValue(wide)
}

func (x item) truth() Truth {
	switch {
	case x.open == nil:
		return truthOf(x.d.truthy())
	case x.open.truthy || x.open.prefix != "" || x.open.kinds&primitives == 0:
		return True
	case x.open.kinds == kindNull:
		return False
	}
	return Unknown
}

// split returns the values of an item that are falsy and those that are truthy.
func (x item) split() (falsy, truthy []item) {
	switch x.truth() {
	case True:
		return nil, []item{x}
	case False:
		return []item{x}, nil
	}
	if x.open.kinds&kindNull != 0 {
		falsy = append(falsy, item{d: null()})
	}
	if x.open.kinds&kindBool != 0 {
		falsy = append(falsy, item{d: boolean(false)})
	}
	if x.open.kinds&kindNumber != 0 {
		falsy = append(falsy, item{d: number(0)}, item{open: &open{kinds: kindNumber}}) // NaN, -0
	}
	if x.open.kinds&kindString != 0 {
		falsy = append(falsy, item{d: text("")})
	}
	rest := *x.open
	rest.truthy = true
	rest.kinds &^= kindNull
	return falsy, []item{{open: &rest}}
}

func (x item) kinds() kinds {
	if x.open != nil {
		return x.open.kinds
	}
	return x.d.kind
}
