// SPDX-License-Identifier: BSD-3-Clause

package expr

import (
	"slices"
	"strings"
)

// equal is the loose equality of the service, over what is known.
func equal(a, b item) Truth {
	switch {
	case a.open == nil && b.open == nil:
		return equalData(a.d, b.d)
	case a.open == nil:
		return equalOpen(b.open, a)
	default:
		return equalOpen(a.open, b)
	}
}

// equalData compares two known values.
func equalData(a, b datum) Truth {
	if a.kind == b.kind {
		switch a.kind {
		case kindNull:
			return True
		case kindBool:
			return truthOf(a.b == b.b)
		case kindNumber:
			return truthOf(a.n == b.n)
		case kindString:
			return eqFold(a.s, b.s)
		default:
			return Unknown // by identity, which is not followed here
		}
	}
	if (a.kind|b.kind)&collections != 0 {
		return False
	}
	m, sure := a.toNumber()
	n, sureToo := b.toNumber()
	if (sure && m != m) || (sureToo && n != n) {
		return False
	}
	if !sure || !sureToo {
		return Unknown
	}
	return truthOf(m == n)
}

// equalOpen compares a class of values with an item.
func equalOpen(o *open, x item) Truth {
	k := x.kinds()
	switch {
	case o.kinds == kindNull && k == kindNull:
		return True
	case o.kinds&primitives == 0 && k&collections == 0, k&primitives == 0 && o.kinds&collections == 0:
		return False
	case o.kinds&collections == o.kinds && k&collections == k && o.kinds&k == 0:
		return False
	case o.kinds != kindString:
		return Unknown
	case k&kindString == 0: // only a text that reads as a number equals such
		return notIf(o.isPlain())
	case k != kindString:
		return Unknown
	case x.open == nil:
		return notIf(o.excludes(x.d.s))
	}
	if o.sym != "" && o.sym == x.open.sym {
		return True
	}
	p, q := o.prefix, x.open.prefix
	n := min(len(p), len(q))
	apart := ascii(p) && ascii(q) && eqFold(p[:n], q[:n]) == False
	return notIf(apart || slices.Contains(o.differs, x.open.sym) || slices.Contains(x.open.differs, o.sym))
}

func notIf(no bool) Truth {
	if no {
		return False
	}
	return Unknown
}

// isPlain reports whether no text of the class reads as a number.
func (o *open) isPlain() bool {
	if o.plain {
		return true
	}
	c := strings.ToLower(o.prefix)
	return c != "" && c[0] >= 'a' && c[0] <= 'z' && c[0] != 'i' && c[0] != 'n'
}

// excludes reports whether no text of the class equals s, whatever the case.
func (o *open) excludes(s string) bool {
	switch {
	case o.truthy && s == "", slices.Contains(o.differs, "="+lowerASCII(s)):
		return true
	case prefixFold(s, o.prefix) == False:
		return true
	case o.names != nil && ascii(s):
		base, rest := o.names.cut(s)
		return base && !o.names.possible(rest)
	}
	return false
}

// less orders two items as <, or, when the operands are swapped, as >.
func less(a, b item) Truth {
	if a.open != nil || b.open != nil {
		return notIf(a.kinds()&primitives == 0 || b.kinds()&primitives == 0)
	}
	if a.d.kind == b.d.kind {
		switch a.d.kind {
		case kindBool:
			return truthOf(!a.d.b && b.d.b)
		case kindNumber:
			return truthOf(a.d.n < b.d.n)
		case kindString:
			order, sure := orderFold(a.d.s, b.d.s)
			if !sure {
				return Unknown
			}
			return truthOf(order < 0)
		}
		return False
	}
	if (a.d.kind|b.d.kind)&collections != 0 {
		return False
	}
	m, sure := a.d.toNumber()
	n, sureToo := b.d.toNumber()
	if !sure || !sureToo {
		return Unknown
	}
	return truthOf(m < n)
}

// relation applies a comparison operator.
func relation(op string, a, b item) Truth {
	switch op {
	case "==":
		return equal(a, b)
	case "!=":
		return equal(a, b).Not()
	case "<":
		return less(a, b)
	case ">":
		return less(b, a)
	case "<=":
		return any3([]Truth{equal(a, b), less(a, b)})
	case ">=":
		return any3([]Truth{equal(a, b), less(b, a)})
	}
	return Unknown
}

// startsWith, endsWith and contains are the functions of those names, over what
// is known.
func startsWith(a, b item) Truth {
	return onTexts(a, b, prefixFold, func(o *open, s string) Truth {
		n := min(len(o.prefix), len(s))
		switch {
		case prefixFold(o.prefix, s) == True:
			return True
		case ascii(o.prefix) && ascii(s) && eqFold(o.prefix[:n], s[:n]) == False:
			return False
		case o.names != nil && ascii(s):
			base, rest := o.names.cut(s)
			return notIf(base && !o.names.begins(rest))
		}
		return Unknown
	})
}

func endsWith(a, b item) Truth {
	return onTexts(a, b, suffixFold, func(_ *open, s string) Truth { return yesIf(s == "") })
}

func contains(a, b item) Truth {
	if a.open == nil && a.d.kind == kindArray {
		out := make([]Truth, 0, len(a.d.list))
		for _, x := range a.d.list {
			out = append(out, equal(item{d: x}, b))
		}
		return any3(out)
	}
	if a.open != nil && a.open.kinds&kindArray != 0 {
		return Unknown
	}
	return onTexts(a, b, containsFold, func(o *open, s string) Truth {
		return yesIf(containsFold(o.prefix, s) == True)
	})
}

func yesIf(yes bool) Truth {
	if yes {
		return True
	}
	return Unknown
}

// onTexts applies a test of two texts; a collection makes the answer False.
// part is for a class of strings and a known text.
func onTexts(a, b item, whole func(a, b string) Truth, part func(o *open, s string) Truth) Truth {
	if a.kinds()&primitives == 0 || b.kinds()&primitives == 0 {
		return False
	}
	if b.open != nil {
		return Unknown
	}
	s, sure := b.d.toText()
	switch {
	case !sure:
		return Unknown
	case a.open == nil:
		t, sure := a.d.toText()
		if !sure {
			return Unknown
		}
		return whole(t, s)
	case a.open.kinds == kindString:
		return part(a.open, s)
	}
	return Unknown
}
