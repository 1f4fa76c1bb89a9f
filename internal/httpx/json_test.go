// SPDX-License-Identifier: BSD-3-Clause

package httpx

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// collect walks a document of an object with arrays and returns what it saw.
func collect(data string) (map[string]string, error) {
	out := map[string]string{}
	d := NewDecoder(strings.NewReader(data))
	err := d.Object(func(key string) error {
		switch key {
		case "raw":
			raw, err := d.Raw()
			out[key] = string(raw)
			return err
		case "string", "null":
			s, err := d.String(key == "null")
			out[key] = s
			return err
		case "array":
			return d.Array(func() error {
				s, err := d.String(false)
				out[key] += s + ";"
				return err
			})
		case "maybe":
			out[key] = "seen"
			return d.ArrayOrNull(d.Skip)
		case "objects":
			return d.ObjectOrObjects(func(k string) error { out[key] += k + ";"; return d.Skip() })
		}
		return d.Skip()
	})
	if err == nil {
		err = d.End()
	}
	return out, err
}

func TestDecoder(t *testing.T) {
	out, err := collect(` {"x":[{"a":1,"a":[2,{}]},null,1e999],"raw": {"a" : 1} ,"string":"s","null":null,
		"array":["a","b"],"maybe":null,"objects":[{"k":1},{"l":{}}]} ` + "\n")
	if err != nil {
		t.Fatal(err)
	}
	want := "map[array:a;b; maybe:seen null: objects:k;l; raw:{\"a\" : 1} string:s]"
	if got := fmt.Sprint(out); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestDecoderRefuses(t *testing.T) {
	deep := strings.Repeat("[", 5000)
	many := make([]string, maxKeys+1)
	for i := range many {
		many[i] = fmt.Sprintf(`"k%d":0`, i)
	}
	for _, tt := range []struct{ name, in, want string }{
		{"empty", "", "ends early"},
		{"cut", `{"x":[1,2`, "ends early"},
		{"cut key", `{"x`, "ends early"},
		{"array for object", `[]`, "expected an object, found an array"},
		{"null for object", `null`, "found null"},
		{"string for array", `{"array":"x"}`, "expected an array, found a string"},
		{"number for string", `{"string":1}`, "expected a string, found a number"},
		{"null for string", `{"string":null}`, "found null"},
		{"object in array", `{"array":[{}]}`, "found an object"},
		{"boolean or null", `{"maybe":true}`, "expected an array or null, found true or false"},
		{"number for objects", `{"objects":3}`, "expected an object or an array"},
		{"twice", `{"string":"a","string":"b"}`, "twice"},
		{"twice by escape", `{"string":"a","\u0073tring":"b"}`, "twice"},
		{"trailing", `{} {}`, "follows"},
		{"trailing text", `{} x`, "follows"},
		{"trailing comma", `{"a":1,}`, "invalid character"},
		{"number key", `{1:2}`, "invalid character"},
		{"deep", `{"x":` + deep, "limit of 64 levels"},
		{"deep closed", `{"x":` + strings.Repeat("[", 64) + strings.Repeat("]", 64) + `}`, "limit of 64 levels"},
		{"many keys", "{" + strings.Join(many, ",") + "}", "limit of 1000 keys"},
		{"deep raw", `{"raw":` + strings.Repeat(deep, 3), "depth"},
	} {
		_, err := collect(tt.in)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v; want %q", tt.name, err, tt.want)
		}
		if err != nil && len(err.Error()) > 400 {
			t.Errorf("%s: an error of %d bytes", tt.name, len(err.Error()))
		}
	}
}

func TestJSONSaysWhatItGot(t *testing.T) {
	c, err := New(Options{Base: "https://api.github.com"})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ body, kind, want string }{
		{"<!DOCTYPE html>\n<title>Log in</title>", "text/html", `HTML or XML instead of JSON ("<!DOCTYPE html> <title>Log in</title>")`},
		{" \n", "application/json", "nothing in it"},
		{`{"a":1}`, "Text/HTML; charset=utf-8", "content type is HTML"},
		{`{"a":1}x`, "application/json", "follows"},
		{`{"a":1}`, "text/plain", ""},
	} {
		err := c.JSON(func(d *Decoder) error { return d.Skip() })(strings.NewReader(tt.body), http.Header{"Content-Type": {tt.kind}})
		if got := fmt.Sprint(err); !strings.Contains(got, tt.want) || (err == nil) != (tt.want == "") {
			t.Errorf("%q: %v; want %q", tt.body, err, tt.want)
		}
	}
}

// What Skip passes over is exactly what encoding/json calls one valid
// document, save for nesting.
func FuzzDecoder(f *testing.F) {
	for _, s := range []string{`{}`, `{"a":[1,2,{"b":null}]}`, `[`, `{"a":1,}`, `[1 2]`, `"\ud800"`, `1e999`, `nul`, "\xff", `{"a" 1}`, `[]]`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d := NewDecoder(bytes.NewReader(data))
		err := d.Skip()
		if err == nil {
			err = d.End()
		}
		limit := new(LimitError)
		if errors.As(err, &limit) {
			return
		}
		if (err == nil) != json.Valid(data) {
			t.Errorf("Skip says %v, json.Valid says %v", err, json.Valid(data))
		}
	})
}
