// SPDX-License-Identifier: BSD-3-Clause

package tasks

import (
	"path"
)

func poe(c *call) []string {
	values, rest := flags(c.args, true, "-C", "--directory", "--root", "-e", "--executor")
	dir := *c
	if d := last(values, "-C", "--directory", "--root"); d != "" {
		dir.dir = clean(path.Join(c.dir, d))
	}
	tables := dir.pyproject("tool", "poe", "tasks")
	more := []string{"poe_tasks.toml", "poe_tasks.yaml"}
	if _, text, ok := c.r.first(dir.dir, "pyproject.toml"); ok {
		table := readTOML(text).at("tool", "poe")
		more = append(more, texts(table["include"])...)
		if list, ok := table["include"].([]any); ok {
			for _, e := range list {
				if m, ok := e.(map[string]any); ok {
					more = append(more, texts(m["path"])...)
				}
			}
		}
	}
	for _, f := range more[:min(len(more), 20)] {
		if file, text, ok := c.r.first(dir.dir, f); ok {
			doc := readTOML(text)
			for _, at := range [][]string{{"tasks"}, {"tool", "poe", "tasks"}} {
				if tasks := doc.at(at...); tasks != nil {
					tables = append(tables, table{file, doc, at, tasks})
				}
			}
		}
	}
	if len(rest) > 0 {
		dir.run("poe", tables, rest[0], true, 0)
	}
	return nil
}

func taskipy(c *call) []string {
	if _, rest := flags(c.args, true); len(rest) > 0 {
		c.run("taskipy", c.pyproject("tool", "taskipy", "tasks"), rest[0], false, 0)
	}
	return nil
}
