// SPDX-License-Identifier: BSD-3-Clause

// Package reporttest lets the tests of other packages hold what they write
// against the JSON Schemas in docs/schemas. It trusts nothing; it is only for
// tests.
package reporttest

import (
	"bytes"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Schemas of docs/schemas, for [Validate].
const (
	Report = "report.schema.json"
	Policy = "policy.schema.json"
	Ledger = "ledger.schema.json"
)

// ValidateJSON fails the test if data is not a report by the schema.
func ValidateJSON(t testing.TB, data []byte) {
	t.Helper()
	if err := Validate(t, Report, data); err != nil {
		t.Errorf("the report does not fit its schema: %v\n%s", err, data)
	}
}

// Validate holds one JSON document against a schema of docs/schemas. It stops
// the test if the schema itself cannot be read or data is not JSON.
func Validate(t testing.TB, schema string, data []byte) error {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("reading a document for %s: %v", schema, err)
	}
	return Compile(t, schema).Validate(doc)
}

var (
	mu       sync.Mutex
	compiled = map[string]*jsonschema.Schema{}
)

// Compile reads a schema of docs/schemas, each only once.
func Compile(t testing.TB, schema string) *jsonschema.Schema {
	t.Helper()
	mu.Lock()
	defer mu.Unlock()
	if s := compiled[schema]; s != nil {
		return s
	}
	_, file, _, ok := runtime.Caller(0)
	if !ok {
		t.Fatal("the place of the source files is not known; test without -trimpath")
	}
	path := filepath.Join(filepath.Dir(file), "..", "..", "..", "docs", "schemas", schema)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	s, err := c.Compile(path)
	if err != nil {
		t.Fatalf("compiling %s: %v", schema, err)
	}
	compiled[schema] = s
	return s
}
