// SPDX-License-Identifier: BSD-3-Clause

package sinks

import "strings"

// Limits of a .pypirc: more than anybody writes by hand.
const (
	maxPypirc   = 1 << 20
	maxSections = 200
	maxKeys     = 50
)

// readPypirc reads the format of Python's configparser as far as a .pypirc
// uses it: sections of keys with one-line values, ":" or "=" between them.
// Text over 1 MiB and what lies beyond 200 sections of 50 keys is not read.
func readPypirc(text string) map[string]map[string]string {
	sections := map[string]map[string]string{}
	if len(text) > maxPypirc {
		return sections
	}
	var section map[string]string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#' || line[0] == ';':
		case line[0] == '[':
			name, _, ok := strings.Cut(line[1:], "]")
			if !ok || len(sections) == maxSections {
				section = nil
				continue
			}
			if sections[name] == nil {
				sections[name] = map[string]string{}
			}
			section = sections[name]
		case section != nil && len(section) < maxKeys:
			if i := strings.IndexAny(line, "=:"); i > 0 {
				section[strings.ToLower(strings.TrimSpace(line[:i]))] = strings.TrimSpace(line[i+1:])
			}
		}
	}
	return sections
}
