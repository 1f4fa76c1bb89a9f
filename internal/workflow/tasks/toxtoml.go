// SPDX-License-Identifier: BSD-3-Clause

package tasks

// toxTable is a value of tox's tables by its path.
func toxTable(table map[string]any, path []string) any {
	var v any = table
	for _, p := range path {
		m, _ := v.(map[string]any)
		v = m[p]
	}
	return v
}

// toxCommands are commands as lists of words. Tables in their place, or in the
// place of words, stand for others: {replace = "ref", of = […]}, posargs, env.
func toxCommands(table map[string]any, commands []any, depth int, work *int) [][]string {
	var out [][]string
	for _, c := range commands[:min(len(commands), 100)] {
		if *work++; *work > maxLooks {
			break
		}
		switch c := c.(type) {
		case []any:
			out = append(out, toxWords(table, c, depth, work))
		case map[string]any:
			if of := texts(c["of"]); len(of) > 0 && depth < 4 {
				if list, ok := toxTable(table, of).([]any); ok {
					out = append(out, toxCommands(table, list, depth+1, work)...)
				}
			}
		}
	}
	return out
}

func toxWords(table map[string]any, words []any, depth int, work *int) []string {
	var out []string
	for _, w := range words[:min(len(words), 200)] {
		if *work++; *work > 10*maxLooks {
			break
		}
		switch w := w.(type) {
		case string:
			out = append(out, w)
		case map[string]any:
			switch w["replace"] {
			case "posargs":
				out = append(out, texts(w["default"])...)
			case "env":
				name, _ := w["name"].(string)
				text, _ := w["default"].(string)
				out = append(out, "{env:"+name+":"+text+"}")
			case "ref":
				if list, ok := toxTable(table, texts(w["of"])).([]any); ok && depth < 4 {
					out = append(out, toxWords(table, list, depth+1, work)...)
				}
			}
		}
	}
	return out
}
