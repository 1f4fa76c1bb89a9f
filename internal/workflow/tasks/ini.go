// SPDX-License-Identifier: BSD-3-Clause

package tasks

import "strings"

// ini is what a configparser file says: section -> key -> lines.
type ini map[string]map[string][]Text

// readINI reads sections, keys and values over several indented lines. Keys
// and section names count as written, keys in lower case.
func readINI(text string) ini {
	all := ini{}
	var section map[string][]Text
	key := ""
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimRight(line, " \t\r\n")
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "" || trimmed[0] == '#' || trimmed[0] == ';':
		case line[0] == '[':
			name, _, ok := strings.Cut(line[1:], "]")
			section, key = nil, ""
			if ok && len(all) < 1000 {
				if all[name] == nil {
					all[name] = map[string][]Text{"": {{Line: n}}}
				}
				section = all[name]
			}
		case section == nil:
		case line[0] == ' ' || line[0] == '\t':
			if key != "" {
				section[key] = append(section[key], Text{Text: trimmed, Line: n})
			}
		default:
			i := strings.IndexAny(line, "=:")
			if i < 0 || len(section) > 1000 {
				key = ""
				continue
			}
			key = strings.ToLower(strings.TrimRight(strings.TrimSpace(line[:i]), "+ \t"))
			section[key] = nil
			if v := strings.TrimSpace(line[i+1:]); v != "" {
				section[key] = []Text{{Text: v, Line: n}}
			}
		}
	}
	return all
}

// line is where a section begins.
func (i ini) line(section string) int {
	if head := i[section][""]; len(head) > 0 {
		return head[0].Line
	}
	return 1
}
