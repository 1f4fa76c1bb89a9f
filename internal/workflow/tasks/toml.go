// SPDX-License-Identifier: BSD-3-Clause

package tasks

import (
	"strings"
	"sync/atomic"

	"github.com/pelletier/go-toml/v2"
)

// document is a TOML file and its text, for the lines.
type document struct {
	root map[string]any
	text string
}

// lastTOML is the file that was read last: the commands of a job mostly ask for
// the same one. Nobody changes a document.
var lastTOML atomic.Pointer[document]

// readTOML reads a file; one that does not parse has no tables.
func readTOML(text string) document {
	if d := lastTOML.Load(); d != nil && d.text == text {
		return *d
	}
	d := parseTOML(text)
	lastTOML.Store(&d)
	return d
}

func parseTOML(text string) document {
	d := document{text: text}
	if err := toml.Unmarshal([]byte(text), &d.root); err != nil {
		d.root = nil
	}
	return d
}

// at is a table by its path.
func (d document) at(path ...string) map[string]any {
	table := d.root
	for _, p := range path {
		table, _ = table[p].(map[string]any)
	}
	return table
}

// line is where a key of a table stands, by the look of the lines: 1 where it
// is not found.
func (d document) line(table []string, key string) int {
	var header []string
	n, best := 0, 0
	for line := range strings.Lines(d.text) {
		n++
		line = strings.TrimSpace(line)
		if inner, ok := strings.CutPrefix(line, "["); ok {
			inner, _, _ = strings.Cut(strings.TrimLeft(inner, "["), "]")
			header = dotted(inner)
			if same(header, table, key) {
				return n
			}
			continue
		}
		left, _, ok := strings.Cut(line, "=")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		full := append(append([]string{}, header...), dotted(left)...)
		if len(full) > len(table) && same(full[:len(table)+1], table, key) { // and key.cmd = "x"
			return n
		}
		if best == 0 && len(full) > 0 && full[len(full)-1] == key {
			best = n
		}
	}
	return max(best, 1)
}

func dotted(text string) []string {
	parts := strings.Split(strings.TrimSpace(text), ".")
	for i := range parts {
		parts[i] = strings.Trim(strings.TrimSpace(parts[i]), `"'`)
	}
	return parts
}

func same(full, table []string, key string) bool {
	if len(full) != len(table)+1 || full[len(table)] != key {
		return false
	}
	for i := range table {
		if full[i] != table[i] {
			return false
		}
	}
	return true
}

// texts are the strings of a string or list.
func texts(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, e := range v {
			if s, ok := e.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}

func strs(v any) map[string]string {
	m, _ := v.(map[string]any)
	out := map[string]string{}
	for k, v := range m {
		switch v := v.(type) {
		case string:
			out[k] = v
		case map[string]any: // poe: {default = "x"}
			if s, ok := v["default"].(string); ok {
				out[k] = s
			}
		}
	}
	return out
}
