// SPDX-License-Identifier: BSD-3-Clause

// Package schemas_test holds the JSON Schemas in this folder against documents
// that they must accept (testdata/*/ok) and refuse (testdata/*/err).
package schemas_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"github.com/scientific-python/sallyport/internal/report/reporttest"
)

var schemas = map[string]string{
	"policy": reporttest.Policy, "ledger": reporttest.Ledger, "report": reporttest.Report,
}

func TestDocuments(t *testing.T) {
	for kind, schema := range schemas {
		for _, how := range []string{"ok", "err"} {
			paths, err := filepath.Glob(filepath.Join("testdata", kind, how, "*"))
			if err != nil || len(paths) == 0 {
				t.Fatalf("no documents in testdata/%s/%s: %v", kind, how, err)
			}
			for _, path := range paths {
				t.Run(path, func(t *testing.T) {
					data, err := os.ReadFile(path)
					if err != nil {
						t.Fatal(err)
					}
					err = reporttest.Validate(t, schema, asJSON(t, data))
					if how == "ok" && err != nil {
						t.Errorf("refused: %v", err)
					}
					if how == "err" && err == nil {
						t.Error("accepted")
					}
				})
			}
		}
	}
}

// asJSON turns a YAML document (JSON is one, too) into JSON, as an editor that
// checks YAML against a schema does: dates stay text.
func asJSON(t *testing.T, data []byte) []byte {
	t.Helper()
	var node yaml.Node
	if err := yaml.Unmarshal(data, &node); err != nil {
		t.Fatal(err)
	}
	value, err := plain(node.Content[0])
	if err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func plain(n *yaml.Node) (any, error) {
	switch n.Kind {
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			v, err := plain(n.Content[i+1])
			if err != nil {
				return nil, err
			}
			m[n.Content[i].Value] = v
		}
		return m, nil
	case yaml.SequenceNode:
		list := []any{}
		for _, item := range n.Content {
			v, err := plain(item)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	case yaml.ScalarNode:
		switch n.ShortTag() {
		case "!!null":
			return nil, nil
		case "!!int":
			var i int64
			err := n.Decode(&i)
			return i, err
		case "!!bool":
			return n.Value == "true", nil
		}
		return n.Value, nil
	}
	return nil, fmt.Errorf("line %d: neither mapping, list nor value", n.Line)
}

// Every field is described, nothing is open, and all is of the named draft.
func TestSchemasAreStrict(t *testing.T) {
	for _, name := range schemas {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(data)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		root := doc.(map[string]any)
		if root["$schema"] != "https://json-schema.org/draft/2020-12/schema" || !strings.HasSuffix(root["$id"].(string), "/"+name) {
			t.Errorf("%s: $schema %v, $id %v", name, root["$schema"], root["$id"])
		}
		walk(root, func(s map[string]any) {
			props, isObject := s["properties"].(map[string]any)
			if !isObject {
				return
			}
			if s["additionalProperties"] != false {
				t.Errorf("%s: %q takes unknown keys", name, s["description"])
			}
			for key, sub := range props {
				sub := sub.(map[string]any)
				if sub["$ref"] == nil && sub["description"] == nil {
					t.Errorf("%s: %q has no description", name, key)
				}
			}
		})
	}
}

// walk calls f for every object in a JSON value that may be a schema.
func walk(v any, f func(map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		f(v)
		for key, sub := range v {
			if props, ok := sub.(map[string]any); ok && (key == "properties" || key == "$defs") {
				for _, p := range props {
					walk(p, f)
				}
				continue
			}
			walk(sub, f)
		}
	case []any:
		for _, sub := range v {
			walk(sub, f)
		}
	}
}
