// SPDX-License-Identifier: BSD-3-Clause

package expr

import "testing"

func TestMayBeEmpty(t *testing.T) {
	const id = "needs.b.outputs.id"
	push := &Scenario{Event: "push"}
	for _, c := range []struct {
		text string
		want bool
	}{
		{id, false},
		{"needs.B.outputs['ID']", false},
		{"needs.b.outputs.other", true},
		{id + " || ''", false},
		{"'' || " + id, false},
		{"github.event_name == 'push' && " + id + " || ''", false},
		{"github.event_name == 'release' && " + id + " || ''", true},
		{"needs.b.outputs.x == 'y' && " + id + " || ''", true},
		{"needs.b.outputs.x == 'y' && " + id, false}, // it is "false", which is no id
		{"needs.b.outputs.x == 'y' && " + id + " || null", true},
		{"needs.b.result == 'success' && " + id + " || needs.c.outputs.id", true},
		{"format('{0}', " + id + ")", false},
		{"vars.x", true},
		{"'17'", false},
		{"''", true},
	} {
		e, err := Parse(c.text)
		if err != nil {
			t.Fatal(err)
		}
		if got := e.MayBeEmpty(push, map[string]Value{id: SomeString("")}); got != c.want {
			t.Errorf("%s: %v", c.text, got)
		}
	}
}
