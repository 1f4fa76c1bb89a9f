// SPDX-License-Identifier: BSD-3-Clause

package strictjson

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	small := Limits{Bytes: 200, Depth: 4, Members: 3}
	for _, c := range []struct{ name, in, want string }{
		{"object", `{"a":1,"b":[1,2,{"a":null}]}`, ""},
		{"scalars", ` "x" `, ""},
		{"same key at other levels", `{"a":{"a":{"a":1}},"b":{"a":1}}`, ""},
		{"same key in array elements", `[{"a":1},{"a":1}]`, ""},
		{"string values equal to keys", `{"a":"a","b":"a"}`, ""},
		{"empty", "", "is empty"},
		{"spaces", " \n", "is empty"},
		{"duplicate", `{"a":1,"a":2}`, `"a" is given twice`},
		{"duplicate by escape", "{\"a\":1,\"\\u0061\":2}", `"a" is given twice`},
		{"duplicate below", `{"p":{"q":{"x":1,"x":1}}}`, `in "p.q"`},
		{"duplicate after a nested value", `{"a":{"b":1},"a":2}`, "given twice"},
		{"duplicate after an array", `{"a":[{"b":1}],"a":2}`, "given twice"},
		{"truncated", `{"a":`, "truncated"},
		{"truncated string", `{"a":"b`, "truncated"},
		{"trailing", `{} {}`, "after the document's end"},
		{"trailing brace", `{}}`, "after the document's end"},
		{"byte order mark", "\xef\xbb\xbf{}", "byte order mark"},
		{"invalid UTF-8", "{\"a\":\"\xff\"}", "UTF-8"},
		{"comma", `{"a":1,}`, "line 1"},
		{"missing comma", "{\"a\":1\n\"b\":2}", "line 2"},
		{"array without commas", `[1 2]`, "line 1"},
		{"deep", `[[[[[1]]]]]`, "more than 4 deep"},
		{"wide object", `{"a":1,"b":1,"c":1,"d":1}`, "more than 3 members"},
		{"wide array", `[1,2,3,4]`, "more than 3 members"},
		{"large", `"` + strings.Repeat("x", 300) + `"`, "more than the limit of 200"},
		{"very deep", strings.Repeat("[", 190), "more than 4 deep"},
		{"text", "hello", "line 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := Check([]byte(c.in), small)
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("Check(%q) = %v, want %q", c.in, err, c.want)
			}
		})
	}
}

func TestObject(t *testing.T) {
	m, err := Object([]byte(` {"name":"x","other":1}`), "name")
	if err != nil || string(m["name"]) != `"x"` {
		t.Errorf("Object = %v, %v", m, err)
	}
	for _, in := range []string{`{"Name":"x"}`, `{"NAME":"x"}`, `{"name":"x","Name":"y"}`, `[]`, `null`, `"x"`} {
		if m, err := Object([]byte(in), "name"); err == nil {
			t.Errorf("Object(%s) = %v, want an error", in, m)
		}
	}
	if s, err := String([]byte(`1`)); err == nil {
		t.Errorf("String(1) = %q, want an error", s)
	}
	if a, err := Array([]byte(`{}`)); err == nil {
		t.Errorf("Array({}) = %v, want an error", a)
	}
}

// FuzzCheck holds that whatever Check accepts, encoding/json accepts too, and
// that the two agree on every key of the top object.
func FuzzCheck(f *testing.F) {
	for _, s := range []string{`{"a":1}`, `[{"a":[]}]`, `{"a":{"a":1},"b":2}`, `{"a":1,"a":2}`, `"\ud800"`, `[1 2]`, `{}}`, "0\f"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if Check(data, Default) != nil {
			return
		}
		if !json.Valid(data) {
			t.Fatalf("Check accepts %q, which is not JSON", data)
		}
		if m, err := Object(data); err == nil {
			out, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			again, err := Object(out)
			if err != nil || len(again) != len(m) {
				t.Fatalf("%q: %d members, after a round trip %d (%v)", data, len(m), len(again), err)
			}
		}
	})
}
