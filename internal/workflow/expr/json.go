// SPDX-License-Identifier: BSD-3-Clause

package expr

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
)

// toJSON writes primitives; of a collection it says only that the text is not
// empty.
func toJSON(x item) item {
	some := item{open: &open{kinds: kindString, truthy: true}}
	if x.open != nil {
		return some
	}
	switch x.d.kind {
	case kindNull:
		return item{d: text("null")}
	case kindBool:
		return item{d: text(strconv.FormatBool(x.d.b))}
	case kindString:
		for i := range len(x.d.s) {
			if c := x.d.s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
				return some
			}
		}
		return item{d: text(`"` + x.d.s + `"`)}
	}
	return some
}

// fromJSON reads text; what is no JSON is an error of the run, so anything.
func fromJSON(x item) item {
	unknown := item{open: &open{kinds: anyKind}}
	if x.open != nil || x.d.kind != kindString || len(x.d.s) > maxText || !utf8.ValidString(x.d.s) {
		return unknown
	}
	dec := json.NewDecoder(strings.NewReader(x.d.s))
	d, err := decode(dec, 0)
	if err != nil || dec.More() {
		return unknown
	}
	if _, err := dec.Token(); err == nil {
		return unknown
	}
	return item{d: d}
}

// decode reads the next value. Objects with two names that differ only by case
// are refused: which of the two counts is not known.
func decode(dec *json.Decoder, depth int) (datum, error) {
	if depth > MaxDepth {
		return datum{}, errors.New("nested too deeply")
	}
	t, err := dec.Token()
	if err != nil {
		return datum{}, err
	}
	switch t := t.(type) {
	case nil:
		return null(), nil
	case bool:
		return boolean(t), nil
	case float64:
		return number(t), nil
	case string:
		return text(t), nil
	case json.Delim:
		out := datum{kind: kindArray}
		seen := map[string]bool{}
		if t == '{' {
			out.kind = kindObject
		}
		for dec.More() {
			if out.kind == kindObject {
				k, err := dec.Token()
				if err != nil {
					return datum{}, err
				}
				key, ok := k.(string)
				if !ok || seen[canon(key)] {
					return datum{}, errors.New("two names alike")
				}
				seen[canon(key)] = true
				out.keys = append(out.keys, key)
			}
			x, err := decode(dec, depth+1)
			if err != nil {
				return datum{}, err
			}
			out.list = append(out.list, x)
		}
		_, err := dec.Token()
		return out, err
	}
	return datum{}, errors.New("not JSON")
}
