// SPDX-License-Identifier: BSD-3-Clause

// Package strictjson reads JSON without the leniency of encoding/json, which
// takes the last of two equal keys, matches keys whatever their case, and
// replaces invalid UTF-8. Two programs that read a signed statement must not
// see two different things, so each of these is an error here.
//
// [Check] walks a whole document once; [Object], [Array] and [String] then
// take it apart one level at a time, so that a large value which nobody looks
// into costs nothing. The package trusts nothing about its input.
package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Limits bound what Check accepts.
type Limits struct {
	Bytes   int // size of the document
	Depth   int // nesting of objects and arrays
	Members int // members of one object, elements of one array
}

// Default limits suit attestations and statements: 4 MiB, 64 levels, 65,536
// members.
var Default = Limits{Bytes: 4 << 20, Depth: 64, Members: 1 << 16}

// Check reports whether data is exactly one JSON value of valid UTF-8, within
// the limits, in which no object has two equal keys.
func Check(data []byte, l Limits) error {
	if len(data) > l.Bytes {
		return fmt.Errorf("reading JSON: %d bytes are more than the limit of %d", len(data), l.Bytes)
	}
	if len(bytes.Trim(data, space)) == 0 {
		return errors.New("reading JSON: the document is empty")
	}
	if bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) {
		return errors.New("reading JSON: the document begins with a byte order mark")
	}
	if !utf8.Valid(data) {
		return errors.New("reading JSON: the document is not valid UTF-8")
	}
	return walk(data, l)
}

// space is what RFC 8259 calls whitespace.
const space = " \t\r\n"

// level is one open object or array of the walk.
type level struct {
	keys  map[string]struct{} // nil for an array
	key   string
	inKey bool // the next token of an object is a key
	count int
}

func walk(data []byte, l Limits) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var stack []level
	for {
		tok, err := d.Token()
		if err == io.EOF && len(stack) == 0 {
			return nil
		}
		if err != nil {
			return syntaxError(data, d.InputOffset(), err)
		}
		top := len(stack) - 1
		if top >= 0 && stack[top].inKey {
			if key, ok := tok.(string); ok {
				if _, dup := stack[top].keys[key]; dup {
					return fmt.Errorf("reading JSON: the key %q is given twice%s", clip(key), path(stack))
				}
				stack[top].keys[key] = struct{}{}
				stack[top].key, stack[top].inKey = key, false
				continue
			}
		}
		if delim, ok := tok.(json.Delim); ok && (delim == '}' || delim == ']') {
			stack = stack[:top]
			top--
		} else {
			if top >= 0 {
				if stack[top].count++; stack[top].count > l.Members {
					return fmt.Errorf("reading JSON: more than %d members%s", l.Members, path(stack))
				}
			}
			if ok {
				if len(stack) >= l.Depth {
					return fmt.Errorf("reading JSON: nested more than %d deep", l.Depth)
				}
				lv := level{}
				if delim == '{' {
					lv.keys, lv.inKey = map[string]struct{}{}, true
				}
				stack = append(stack, lv)
				continue
			}
		}
		// A value has ended; in an object the next token is a key (or the end).
		if top >= 0 && stack[top].keys != nil {
			stack[top].inKey = true
		}
		if top < 0 {
			return trailing(data[d.InputOffset():])
		}
	}
}

func trailing(rest []byte) error {
	if len(bytes.Trim(rest, space)) > 0 {
		return errors.New("reading JSON: there is something after the document's end")
	}
	return nil
}

func syntaxError(data []byte, offset int64, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("reading JSON: the document ends in the middle (after %d bytes); is the file truncated?", len(data))
	}
	var se *json.SyntaxError
	if errors.As(err, &se) {
		offset = se.Offset
	}
	return fmt.Errorf("reading JSON: line %d: %w", 1+bytes.Count(data[:min(int(offset), len(data))], []byte("\n")), err)
}

func path(stack []level) string {
	var b strings.Builder
	for i, lv := range stack {
		if i == len(stack)-1 || i == 8 {
			break
		}
		if lv.keys != nil {
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(clip(lv.key))
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return fmt.Sprintf(" in %q", b.String())
}

func clip(s string) string {
	if len(s) > 64 {
		return s[:64] + "…"
	}
	return s
}

// Object takes one object apart. known lists the keys that mean something
// here: a key that equals one of them but for its case is an error, since a
// lenient reader would take it for that one. raw must have passed [Check].
func Object(raw []byte, known ...string) (map[string]json.RawMessage, error) {
	if k := kind(raw); k != '{' {
		return nil, fmt.Errorf("expecting an object, found %s", describe(k))
	}
	var m map[string]json.RawMessage
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, fmt.Errorf("reading an object: %w", err)
	}
	for key := range m {
		for _, k := range known {
			if key != k && strings.EqualFold(key, k) {
				return nil, fmt.Errorf("the key %q is spelled %q in the specification", clip(key), k)
			}
		}
	}
	return m, nil
}

// Array takes one array apart. raw must have passed [Check].
func Array(raw []byte) ([]json.RawMessage, error) {
	if k := kind(raw); k != '[' {
		return nil, fmt.Errorf("expecting an array, found %s", describe(k))
	}
	var a []json.RawMessage
	if err := json.Unmarshal(raw, &a); err != nil {
		return nil, fmt.Errorf("reading an array: %w", err)
	}
	return a, nil
}

// String reads one string. raw must have passed [Check].
func String(raw []byte) (string, error) {
	if k := kind(raw); k != '"' {
		return "", fmt.Errorf("expecting a string, found %s", describe(k))
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return "", fmt.Errorf("reading a string: %w", err)
	}
	return s, nil
}

// IsNull reports whether raw is absent or the value null.
func IsNull(raw []byte) bool {
	return len(raw) == 0 || string(bytes.Trim(raw, space)) == "null"
}

func kind(raw []byte) byte {
	raw = bytes.Trim(raw, space)
	if len(raw) == 0 {
		return 0
	}
	return raw[0]
}

func describe(k byte) string {
	switch k {
	case 0:
		return "nothing"
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	}
	return "a number"
}
