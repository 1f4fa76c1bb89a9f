// SPDX-License-Identifier: BSD-3-Clause

package expr

import (
	"math"
	"strings"

	"github.com/rhysd/actionlint"
)

// kinds is a set of the types that the expression language has.
type kinds uint8

const (
	kindNull kinds = 1 << iota
	kindBool
	kindNumber
	kindString
	kindArray
	kindObject

	primitives  = kindNull | kindBool | kindNumber | kindString
	collections = kindArray | kindObject
	anyKind     = primitives | collections
)

// datum is one value that is known. The zero datum is null when kind is 0 or
// kindNull.
type datum struct {
	kind kinds
	b    bool
	n    float64
	s    string
	list []datum  // an array, or the members of an object in order
	keys []string // of an object
	// filtered says that the array came from *: an index then goes to each of
	// its elements.
	filtered bool
	// unordered says that the order of the array is not known.
	unordered bool
}

func null() datum            { return datum{kind: kindNull} }
func boolean(b bool) datum   { return datum{kind: kindBool, b: b} }
func number(n float64) datum { return datum{kind: kindNumber, n: n} }
func text(s string) datum    { return datum{kind: kindString, s: s} }

// named turns an identifier into a keyword or a context.
func named(t *actionlint.Token, pos Pos) node {
	switch t.Value {
	case "null":
		return &literal{null()}
	case "true", "false":
		return &literal{boolean(t.Value == "true")}
	case "NaN":
		return &literal{number(math.NaN())}
	case "Infinity":
		return &literal{number(math.Inf(1))}
	}
	return &name{strings.ToLower(t.Value), pos}
}

// truthy follows the service: false, 0, NaN, the empty string and null are falsy.
func (d datum) truthy() bool {
	switch d.kind {
	case kindBool:
		return d.b
	case kindNumber:
		return d.n != 0 && d.n == d.n
	case kindString:
		return d.s != ""
	case kindArray, kindObject:
		return true
	}
	return false
}

// toNumber coerces; sure is false where this code does not know the result.
func (d datum) toNumber() (n float64, sure bool) {
	switch d.kind {
	case kindBool:
		if d.b {
			return 1, true
		}
		return 0, true
	case kindNumber:
		return d.n, true
	case kindString:
		return parseNumber(d.s)
	case kindArray, kindObject:
		return math.NaN(), true
	}
	return 0, true
}

// toText coerces; sure is false where this code does not know the result.
func (d datum) toText() (s string, sure bool) {
	switch d.kind {
	case kindBool:
		if d.b {
			return "true", true
		}
		return "false", true
	case kindNumber:
		return formatNumber(d.n)
	case kindString:
		return d.s, true
	case kindArray:
		return "Array", true
	case kindObject:
		return "Object", true
	}
	return "", true
}

// same reports whether two primitives are the very same value.
func (d datum) same(o datum) bool {
	return d.kind == o.kind && d.kind&collections == 0 && d.b == o.b && d.s == o.s &&
		math.Float64bits(d.n) == math.Float64bits(o.n)
}

// at applies .key, .* (key nil) or [key], as the service does.
func (d datum) at(key *datum) (out datum, sure bool) {
	if d.kind&collections == 0 {
		if key == nil {
			return datum{kind: kindArray, filtered: true}, true
		}
		return null(), true
	}
	if d.filtered {
		out = datum{kind: kindArray, filtered: true}
		for _, x := range d.list {
			if x.kind&collections == 0 {
				continue
			}
			found, ok := x.members(key)
			if !ok {
				return null(), false
			}
			out.list = append(out.list, found...)
		}
		return out, true
	}
	found, ok := d.members(key)
	switch {
	case !ok:
		return null(), false
	case key == nil:
		return datum{kind: kindArray, filtered: true, list: found}, true
	case len(found) == 0:
		return null(), true
	}
	return found[0], true
}

// members returns what key names in one collection: all for nil, else at most
// one.
func (d datum) members(key *datum) (found []datum, sure bool) {
	if key == nil {
		return d.list, true
	}
	if d.kind == kindArray {
		n, ok := key.toNumber()
		if !ok {
			return nil, false
		}
		if n >= 0 && n < float64(len(d.list)) {
			return d.list[int(n) : int(n)+1], true
		}
		return nil, true
	}
	if key.kind&collections != 0 {
		return nil, true
	}
	s, ok := key.toText()
	if !ok {
		return nil, false
	}
	for i, k := range d.keys {
		switch eqFold(k, s) {
		case True:
			return d.list[i : i+1], true
		case Unknown:
			return nil, false
		}
	}
	return nil, true
}
