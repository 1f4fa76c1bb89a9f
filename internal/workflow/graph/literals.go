// SPDX-License-Identifier: BSD-3-Clause

package graph

import (
	"encoding/json"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow"
	"github.com/scientific-python/sallyport/internal/workflow/expr"
)

// literal is a value of a matrix; anything where it holds expressions.
func (b *builder) literal(v workflow.Value) expr.Value {
	plain, ok := plainValue(v, 0)
	if !ok {
		return expr.Anything()
	}
	if text, ok := plain.(string); ok {
		return expr.Known(text)
	}
	data, err := json.Marshal(plain)
	if err != nil {
		return expr.Anything()
	}
	e, err := expr.Parse("fromJSON('" + strings.ReplaceAll(string(data), "'", "''") + "')")
	if err != nil {
		return expr.Anything()
	}
	return e.Value(&expr.Scenario{})
}

// maxNested is how deep the values of a matrix are looked into.
const maxNested = 5

func plainValue(v workflow.Value, depth int) (any, bool) {
	switch {
	case depth > maxNested:
		return nil, false
	case v.Kind == workflow.List:
		out := []any{}
		for _, x := range v.List {
			p, ok := plainValue(x, depth+1)
			if !ok {
				return nil, false
			}
			out = append(out, p)
		}
		return out, true
	case v.Kind == workflow.Mapping:
		out := map[string]any{}
		for _, e := range v.Entries {
			p, ok := plainValue(e.Value, depth+1)
			if !ok {
				return nil, false
			}
			out[e.Key.Value] = p
		}
		return out, true
	}
	return v.Text.Value, !strings.Contains(v.Text.Value, "${{")
}
