// SPDX-License-Identifier: BSD-3-Clause

package sigstoretest

import (
	"bytes"
	"encoding/json"
	"testing"
)

func TestEdit(t *testing.T) {
	const doc = `{"a":{"b/c":[1,{"d":2.50}],"~":"<"},"e":null}`
	for _, c := range []struct {
		pointer string
		value   any
		want    string // empty: an error
	}{
		{"/a/b~1c/1/d", "x", `{"a":{"b/c":[1,{"d":"x"}],"~":"<"},"e":null}`},
		{"/a/~0", nil, `{"a":{"b/c":[1,{"d":2.50}],"~":null},"e":null}`},
		{"/f", []int{1}, `{"a":{"b/c":[1,{"d":2.50}],"~":"<"},"e":null,"f":[1]}`},
		{"/a/b~1c/-", 3, `{"a":{"b/c":[1,{"d":2.50},3],"~":"<"},"e":null}`},
		{"/a/b~1c/0", 9, `{"a":{"b/c":[9,{"d":2.50}],"~":"<"},"e":null}`},
		{"a", 1, ""}, {"/x/y", 1, ""}, {"/a/b~1c/2", 1, ""}, {"/a/b~1c/-1/d", 1, ""}, {"/e/f", 1, ""}, {"/e/f/g", 1, ""},
	} {
		got, err := Edit([]byte(doc), c.pointer, c.value)
		if string(got) != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: got %s, %v, want %s", c.pointer, got, err, c.want)
		}
	}
	for _, bad := range []string{"", "{", `{} {}`} {
		if _, err := Edit([]byte(bad), "/a", 1); err == nil {
			t.Errorf("%q was edited", bad)
		}
	}
}

func TestRemove(t *testing.T) {
	const doc = `{"a":[1,2,{"b":3}],"c":4}`
	for pointer, want := range map[string]string{
		"/c": `{"a":[1,2,{"b":3}]}`, "/a/0": `{"a":[2,{"b":3}],"c":4}`, "/a/2/b": `{"a":[1,2,{}],"c":4}`,
		"/d": "", "/a/3": "", "/c/d": "", "/a/-": "",
	} {
		got, err := Remove([]byte(doc), pointer)
		if string(got) != want || (err == nil) != (want != "") {
			t.Errorf("%s: got %s, %v, want %s", pointer, got, err, want)
		}
	}
}

func FuzzEdit(f *testing.F) {
	f.Add([]byte(`{"a":[1,{"b":2}]}`), "/a/1/b", "x")
	f.Add([]byte(`{}`), "/\xff", "not UTF-8")
	f.Add([]byte(`[[]]`), "/0/-", "y")
	f.Add(Publish(Subject{Name: "n"}), "/predicate", "{}")
	f.Fuzz(func(t *testing.T, doc []byte, pointer, value string) {
		once, err := Edit(doc, pointer, value)
		if err != nil {
			return
		}
		if !json.Valid(once) {
			t.Fatalf("not JSON: %q", once)
		}
		if len(pointer) > 1 && pointer[len(pointer)-2:] == "/-" {
			return // appends, and an object may have the key "-"
		}
		again, err := Edit(once, pointer, value)
		if err != nil || !bytes.Equal(once, again) {
			t.Errorf("editing again: %q, %v, want %q", again, err, once)
		}
	})
}
