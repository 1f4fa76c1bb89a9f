// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"
	"unicode/utf8"
)

// JSON writes r in the form of docs/schemas/report.schema.json, indented by
// two spaces and with a final newline. The same report gives the same bytes.
//
// Values are exact, but for bytes that are not UTF-8, which JSON cannot hold:
// they are written as the four characters \xNN. What must not reach a log as
// it is (invisible characters, "::", "##[") is written as JSON escapes, which
// a JSON reader undoes. Slices are never null, and an index verdict that was
// not judged is "unknown".
func JSON(w io.Writer, r *Report) error {
	return encode(w, normal(r))
}

// normal returns a copy of r that is fit to be written.
func normal(r *Report) *Report {
	c := complete(reflect.ValueOf(*r)).Interface().(Report)
	for i := range c.Dists {
		if c.Dists[i].Index.Verdict == "" {
			c.Dists[i].Index.Verdict = "unknown"
		}
	}
	return &c
}

// complete copies v deeply, with no nil slice and no string that is not UTF-8.
func complete(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.String:
		out.SetString(validText(v.String()))
	case reflect.Slice:
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			out.Index(i).Set(complete(v.Index(i)))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			out.Field(i).Set(complete(v.Field(i)))
		}
	default:
		out.Set(v)
	}
	return out
}

// validText writes the bytes of s that are not UTF-8 as \xNN.
func validText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			fmt.Fprintf(&b, `\x%02x`, s[i])
		} else {
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	return b.String()
}

// encode writes v as indented JSON that may be printed to the runner's log.
func encode(w io.Writer, v any) error {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("encoding the report: %w", err)
	}
	if _, err := w.Write(logSafe(buf.Bytes())); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

// logSafe rewrites a JSON document so that it holds no invisible character and
// neither "::" nor "##[", without changing what it means: all of these occur
// only inside strings, where each may be written as an escape.
func logSafe(doc []byte) []byte {
	var out bytes.Buffer
	out.Grow(len(doc))
	colons, hashes := 0, 0
	for i := 0; i < len(doc); {
		r, size := utf8.DecodeRune(doc[i:])
		switch {
		case r == ':' && colons > 0, r == '[' && hashes > 1:
			fmt.Fprintf(&out, `\u%04x`, r)
		case r == '\n' || visible(r):
			out.Write(doc[i : i+size])
		case r > 0xffff:
			r1, r2 := surrogates(r)
			fmt.Fprintf(&out, `\u%04x\u%04x`, r1, r2)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
		colons, hashes = trail(colons, r, ':'), trail(hashes, r, '#')
		i += size
	}
	return out.Bytes()
}

// surrogates splits a rune above U+FFFF as JSON's escapes need it.
func surrogates(r rune) (rune, rune) {
	r -= 0x10000
	return 0xd800 + r>>10, 0xdc00 + r&0x3ff
}
