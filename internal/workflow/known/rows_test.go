// SPDX-License-Identifier: BSD-3-Clause

package known

import (
	"slices"
	"strings"
	"testing"
)

// TestRows holds every row to the form that Of and its readers rely on.
func TestRows(t *testing.T) {
	seen := map[string]bool{}
	for _, rows := range tables {
		for _, r := range rows {
			switch parts := strings.Split(r.name, "/"); {
			case r.name != strings.ToLower(r.name), len(parts) < 2, slices.Contains(parts, ""), len(r.name) > maxName:
				t.Errorf("%q is no name of an action in lower case", r.name)
			case seen[r.name]:
				t.Errorf("%s: two rows", r.name)
			}
			seen[r.name] = true
			if r.role == Unknown {
				t.Errorf("%s: no role", r.name)
			}
			if r.source == "" {
				t.Errorf("%s: no source", r.name)
			}
			for _, input := range slices.Concat(r.scripts, r.shell) {
				if input != strings.ToLower(input) {
					t.Errorf("%s: input %q is not in lower case", r.name, input)
				}
			}
			for _, c := range r.caches {
				if c.name == "" || c.on == nil {
					t.Errorf("%s: a cache without a name or an answer", r.name)
				}
				if name, value, ok := strings.Cut(c.off, ": "); c.off != "" && (!ok || name == "" || value == "" || strings.Contains(c.off, "\n")) {
					t.Errorf("%s: %q is no line of YAML", r.name, c.off)
				}
			}
		}
	}
	if n := len(Names()); n != len(seen) || n < 100 {
		t.Errorf("the table has %d names, its parts %d", n, len(seen))
	}
	if !slices.IsSorted(Names()) {
		t.Error("the names are not sorted")
	}
}

// TestOff: the line that a finding prints does turn the cache off, for every
// version.
func TestOff(t *testing.T) {
	for _, rows := range tables {
		for _, r := range rows {
			for _, c := range r.caches {
				if c.off == "" {
					continue
				}
				input, value, _ := strings.Cut(c.off, ": ")
				with := map[string]string{strings.ToLower(input): strings.Trim(value, "'")}
				for _, version := range []string{"", "v1", "v3.0.0", "v5", "v6", "v7.1.2", "v10", "main"} {
					u := use{version: parseVersion(version), in: written(with)}
					if got := c.of(u, r.role).On(u.in); got.String() != "false" {
						t.Errorf("%s %s: %q leaves %s %s", r.name, version, c.off, c.name, got)
					}
				}
			}
		}
	}
}

// written is a Values of constant inputs.
func written(with map[string]string) Values {
	return func(input string) ([]string, bool, bool) {
		text, ok := with[input]
		return []string{text}, true, ok
	}
}
