// SPDX-License-Identifier: BSD-3-Clause

package services

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/scientific-python/sallyport/internal/strictjson"
)

// fields reads the members of a JSON object. It remembers the first error, so
// that a whole object is read before anybody looks whether there was one.
type fields struct {
	m   map[string]json.RawMessage
	err error
}

// limits are those of an answer of at most n bytes.
func limits(n int64) strictjson.Limits {
	return strictjson.Limits{Bytes: int(n), Depth: 16, Members: 256}
}

// object reads a document that is one JSON object.
func object(data []byte, l strictjson.Limits, known ...string) (*fields, error) {
	if err := strictjson.Check(data, l); err != nil {
		return nil, err
	}
	f := inner(data, known...)
	return f, f.err
}

func inner(raw []byte, known ...string) *fields {
	m, err := strictjson.Object(raw, known...)
	return &fields{m, err}
}

func (f *fields) fail(key string, err error) {
	if f.err == nil {
		f.err = fmt.Errorf("reading %q: %w", key, err)
	}
}

func (f *fields) has(key string) bool { return !strictjson.IsNull(f.m[key]) }

func (f *fields) object(key string, known ...string) *fields {
	in := inner(f.m[key], known...)
	if in.err != nil {
		f.fail(key, in.err)
	}
	return in
}

func (f *fields) array(key string) []json.RawMessage {
	a, err := strictjson.Array(f.m[key])
	if err != nil {
		f.fail(key, err)
	}
	return a
}

func (f *fields) text(key string) string {
	s, err := strictjson.String(f.m[key])
	if err != nil {
		f.fail(key, err)
	}
	return s
}

// number reads an integer that is not negative.
func (f *fields) number(key string) int64 {
	var n int64
	if !f.has(key) {
		f.fail(key, errors.New("expecting a number, found nothing"))
	} else if err := json.Unmarshal(f.m[key], &n); err != nil || n < 0 {
		f.fail(key, errors.New("expecting a number that is whole and not negative"))
	}
	return n
}

// bytes reads bytes in base64.
func (f *fields) bytes(key string) []byte {
	b, err := base64.StdEncoding.Strict().DecodeString(f.text(key))
	if err != nil || len(b) == 0 {
		f.fail(key, errors.New("expecting bytes in base64"))
	}
	return b
}

// hash reads a SHA-256 in hexadecimal digits.
func (f *fields) hash(key string) []byte {
	b, err := hash(f.text(key))
	if err != nil {
		f.fail(key, err)
	}
	return b
}

func hash(s string) ([]byte, error) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != 32 {
		return nil, errors.New("expecting a SHA-256 in hexadecimal digits")
	}
	return b, nil
}

// digest reads an object that names SHA-256 and holds such a hash.
func (f *fields) digest(key string) (sum [32]byte) {
	in := f.object(key, "algorithm", "value")
	if in.text("algorithm") != "sha256" && in.err == nil {
		in.fail("algorithm", errors.New(`expecting "sha256"`))
	}
	copy(sum[:], in.hash("value"))
	f.take(in)
	return sum
}

// take makes another object's error its own, and reports whether there is one.
func (f *fields) take(in *fields) bool {
	if f.err == nil {
		f.err = in.err
	}
	return in.err != nil
}
