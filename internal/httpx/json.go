// SPDX-License-Identifier: BSD-3-Clause

package httpx

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Bounds of a [Decoder], below which every honest answer stays.
const (
	maxDepth = 64
	maxKeys  = 1000
	peeked   = 1024
)

// Decoder walks one JSON document in order, so that memory is bounded by the
// largest single value that the caller asks for and not by the document. Keys
// are matched exactly and must not repeat within an object; nesting is limited
// to 64 and an object to 1000 keys.
type Decoder struct {
	dec   *json.Decoder
	depth int
}

// NewDecoder walks the document in r.
func NewDecoder(r io.Reader) *Decoder {
	dec := json.NewDecoder(r)
	// As float64 a large number would be an error that repeats all its digits.
	dec.UseNumber()
	return &Decoder{dec: dec}
}

// JSON makes a [Request].Read of a function that walks the answer's document.
// It refuses HTML by name, and anything after the document. The function
// starts from nothing each time it is called.
func (c *Client) JSON(walk func(d *Decoder) error) func(io.Reader, http.Header) error {
	return func(body io.Reader, h http.Header) error {
		b := bufio.NewReader(body)
		// An error of Peek comes again with the first Read.
		start, _ := b.Peek(peeked)
		text := bytes.TrimLeft(start, " \t\r\n")
		switch {
		case len(text) == 0:
			return errors.New("status 200, but nothing in it; expected JSON")
		case text[0] == '<':
			return fmt.Errorf("status 200, but HTML or XML instead of JSON (%q)", c.clean(c.uncut(text, len(start) == peeked)))
		case strings.HasPrefix(strings.ToLower(h.Get("Content-Type")), "text/html"):
			return errors.New("status 200, but its content type is HTML; expected JSON")
		}
		d := NewDecoder(b)
		if err := walk(d); err != nil {
			return err
		}
		return d.End()
	}
}

// End refuses anything but white space after the document.
func (d *Decoder) End() error {
	if _, err := d.dec.Token(); err == nil || errors.As(err, new(*json.SyntaxError)) {
		return errors.New("something follows the JSON document")
	} else if err != io.EOF {
		return err
	}
	return nil
}

// Object calls field with each key. The function must consume the value.
func (d *Decoder) Object(field func(key string) error) error {
	if err := d.open('{'); err != nil {
		return err
	}
	return d.object(field)
}

func (d *Decoder) object(field func(key string) error) error {
	seen := map[string]bool{}
	for d.dec.More() {
		t, err := d.token()
		if err != nil {
			return err
		}
		key, ok := t.(string)
		if !ok {
			return errors.New("expected a key")
		}
		if seen[key] {
			return fmt.Errorf("the key %q is there twice", Clean(key))
		}
		if len(seen) == maxKeys {
			return &LimitError{What: "JSON object", Limit: maxKeys, Unit: "keys"}
		}
		seen[key] = true
		if err := field(key); err != nil {
			return err
		}
	}
	return d.close()
}

// Array calls item before each element. The function must consume it.
func (d *Decoder) Array(item func() error) error {
	if err := d.open('['); err != nil {
		return err
	}
	return d.array(item)
}

// ArrayOrNull is Array, where null counts as empty.
func (d *Decoder) ArrayOrNull(item func() error) error {
	t, err := d.token()
	if err != nil || t == nil {
		return err
	}
	if t != json.Delim('[') {
		return fmt.Errorf("expected an array or null, found %s", kind(t))
	}
	if err := d.deeper(); err != nil {
		return err
	}
	return d.array(item)
}

func (d *Decoder) array(item func() error) error {
	for d.dec.More() {
		if err := item(); err != nil {
			return err
		}
	}
	return d.close()
}

// Skip passes over one value of any kind.
func (d *Decoder) Skip() error {
	t, err := d.token()
	if err != nil {
		return err
	}
	switch t {
	case json.Delim('{'):
		if err := d.deeper(); err != nil {
			return err
		}
		// A key of a skipped value may repeat: nobody reads it.
		for d.dec.More() {
			if _, err := d.token(); err != nil {
				return err
			}
			if err := d.Skip(); err != nil {
				return err
			}
		}
		return d.close()
	case json.Delim('['):
		if err := d.deeper(); err != nil {
			return err
		}
		return d.array(d.Skip)
	}
	return nil
}

// Raw is one value of any kind as it stands, white space around it excepted.
func (d *Decoder) Raw() (json.RawMessage, error) {
	var m json.RawMessage
	if err := d.dec.Decode(&m); err != nil {
		return nil, whole(err)
	}
	return m, nil
}

// String is a string; null counts as empty where orNull is set.
func (d *Decoder) String(orNull bool) (string, error) {
	t, err := d.token()
	if err != nil {
		return "", err
	}
	if s, ok := t.(string); ok {
		return s, nil
	}
	if t == nil && orNull {
		return "", nil
	}
	return "", fmt.Errorf("expected a string, found %s", kind(t))
}

func (d *Decoder) open(want json.Delim) error {
	t, err := d.token()
	if err != nil {
		return err
	}
	if t != want {
		return fmt.Errorf("expected %s, found %s", kind(want), kind(t))
	}
	return d.deeper()
}

func (d *Decoder) deeper() error {
	if d.depth++; d.depth > maxDepth {
		return &LimitError{What: "JSON nesting", Limit: maxDepth, Unit: "levels"}
	}
	return nil
}

func (d *Decoder) close() error {
	_, err := d.token()
	d.depth--
	return err
}

func (d *Decoder) token() (json.Token, error) {
	t, err := d.dec.Token()
	if err != nil {
		return nil, whole(err)
	}
	return t, nil
}

// whole turns the end of the input into an error that says what it means.
func whole(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return errors.New("the JSON document ends early")
	}
	return err
}

func kind(t json.Token) string {
	switch t {
	case json.Delim('{'):
		return "an object"
	case json.Delim('['):
		return "an array"
	case nil:
		return "null"
	}
	switch t.(type) {
	case string:
		return "a string"
	case bool:
		return "true or false"
	case float64, json.Number:
		return "a number"
	}
	return "something else"
}

// ObjectOrObjects is Object over one object, or over each object of a list.
func (d *Decoder) ObjectOrObjects(field func(key string) error) error {
	t, err := d.token()
	if err != nil {
		return err
	}
	switch t {
	case json.Delim('{'):
		if err := d.deeper(); err != nil {
			return err
		}
		return d.object(field)
	case json.Delim('['):
		if err := d.deeper(); err != nil {
			return err
		}
		return d.array(func() error { return d.Object(field) })
	}
	return fmt.Errorf("expected an object or an array, found %s", kind(t))
}
