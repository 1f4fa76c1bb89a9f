// SPDX-License-Identifier: BSD-3-Clause

package tasks

import (
	"encoding/json"
	"path"
	"slices"
	"sort"
	"strings"
)

// named is a task definition of a table: its commands, and the names of other
// tasks of the table that run too.
type named struct {
	scripts []string
	calls   []string
	env     map[string]string
	dir     string
}

// definition reads what pixi, poe, pdm, rye and taskipy write behind a name:
// a command, or a table or list of them. The keys of the tools do not clash.
func definition(v any, listsCall bool) named {
	var d named
	switch v := v.(type) {
	case string:
		d.scripts = []string{v}
	case []any:
		for _, e := range v {
			switch e := e.(type) {
			case string:
				if listsCall {
					d.calls = append(d.calls, e)
				} else {
					d.scripts = append(d.scripts, e)
				}
			case map[string]any:
				d.join(definition(e, listsCall))
			}
		}
	case map[string]any:
		for _, key := range []string{"cmd", "shell", "sh", "task_cmd"} {
			if words, ok := v[key].([]any); ok {
				d.scripts = append(d.scripts, join(texts(words)))
			} else if s, ok := v[key].(string); ok {
				d.scripts = append(d.scripts, s)
			}
		}
		for _, key := range []string{"depends-on", "depends_on", "deps", "ref", "composite", "sequence", "chain", "parallel", "task", "uses"} {
			switch e := v[key].(type) {
			case string:
				d.calls = append(d.calls, e)
			case []any:
				d.join(definition(e, true))
			case map[string]any:
				d.calls = append(d.calls, texts(mapValues(e))...)
			}
		}
		if s, ok := v["script"].(string); ok && v["cmd"] == nil { // module:function
			module, _, _ := strings.Cut(s, ":")
			d.scripts = append(d.scripts, "python -m "+quote(module))
		}
		if cases, ok := v["switch"].([]any); ok {
			d.join(definition(cases, false))
		}
		d.env = strs(v["env"])
		d.dir, _ = v["cwd"].(string)
	}
	return d
}

func mapValues(m map[string]any) []any {
	var out []any
	for _, v := range m {
		out = append(out, v)
	}
	sort.Slice(out, func(i, j int) bool { a, _ := out[i].(string); b, _ := out[j].(string); return a < b })
	return out
}

func (d *named) join(o named) {
	d.scripts = append(d.scripts, o.scripts...)
	d.calls = append(d.calls, o.calls...)
}

// table is one place of tasks: a file's table by its path.
type table struct {
	file  string
	doc   document
	path  []string
	tasks map[string]any
}

// run yields a task of the tables by name, with what it calls; false where no
// table has it. Whatever has the name is taken.
func (c *call) run(runner string, tables []table, name string, listsCall bool, depth int) bool {
	ok := false
	name, _, _ = strings.Cut(strings.TrimSpace(name), " ") // arguments behind the name
	for _, t := range tables {
		v, has := t.tasks[name]
		if !has {
			continue
		}
		ok = true
		if depth > MaxDepth {
			c.r.fail("following %q: tasks call tasks more than %d deep", c.how(), MaxDepth)
			continue
		}
		key := strings.Join([]string{runner, t.file, strings.Join(t.path, "."), name}, "\x00")
		if c.r.seen[key] {
			continue
		}
		c.r.seen[key] = true
		if !c.r.look() {
			return ok
		}
		d := definition(v, listsCall)
		task := Task{Runner: runner, Name: name, File: t.file, Line: t.doc.line(t.path, name), Env: d.env}
		if d.dir != "" {
			task.Dir = clean(path.Join(path.Dir(t.file), d.dir))
		}
		for _, s := range d.scripts {
			task.Scripts = append(task.Scripts, Text{Text: s, Line: task.Line})
		}
		if len(task.Scripts) > 0 {
			c.add(task)
		}
		calls := d.calls
		for _, s := range d.scripts { // a command may name a task of the table
			if words := split(s); len(words) > 0 && len(words[0]) > 0 && words[0][0] != name {
				calls = append(calls, words[0][0])
			}
		}
		for _, other := range calls {
			c.run(runner, tables, other, listsCall, depth+1)
		}
	}
	return ok
}

func (c *call) pyproject(at ...string) []table {
	file, text, ok := c.r.first(c.dir, "pyproject.toml")
	if !ok {
		return nil
	}
	doc := readTOML(text)
	tasks := doc.at(at...)
	if tasks == nil {
		return nil
	}
	return []table{{file, doc, at, tasks}}
}

// pixi reads "pixi run [-e ENV] NAME": tasks of the workspace, of its
// features and of platforms. What is no task is a program.
func pixi(c *call) []string {
	_, rest := flags(c.args, true, "--manifest-path", "-m", "--color")
	if len(rest) == 0 || !slices.Contains([]string{"run", "r", "exec", "x"}, rest[0]) {
		return nil
	}
	values, words := flags(rest[1:], true, "-e", "--environment", "--manifest-path", "-m", "--concurrent-downloads", "-s", "--spec", "-w", "--with", "-c", "--channel", "-p", "--platform")
	if len(words) > 0 && words[0] == "--" {
		words = words[1:]
	}
	if len(words) == 0 {
		return nil
	}
	candidates := []string{"pixi.toml", "pyproject.toml"}
	if m := last(values, "--manifest-path", "-m"); m != "" {
		candidates = []string{m, path.Join(m, "pixi.toml"), path.Join(m, "pyproject.toml")}
	}
	var tables []table
	for _, name := range candidates {
		file, text, ok := c.r.first(c.dir, name)
		if !ok {
			continue
		}
		doc := readTOML(text)
		var at []string
		if !strings.HasSuffix(file, "pixi.toml") {
			at = []string{"tool", "pixi"}
		}
		tables = pixiTables(file, doc, at, last(values, "-e", "--environment"))
		if len(tables) > 0 {
			break
		}
	}
	first := words
	if len(words) > 1 && slices.Contains([]string{"exec", "x"}, rest[0]) {
		return words
	}
	if fields := strings.Fields(words[0]); len(words) == 1 && len(fields) > 1 {
		first = fields
	}
	if c.run("pixi", tables, first[0], false, 0) {
		return nil
	}
	return first
}

func pixiTables(file string, doc document, at []string, environment string) []table {
	var tables []table
	add := func(path ...string) {
		full := append(slices.Clone(at), path...)
		if tasks := doc.at(append(slices.Clone(full), "tasks")...); tasks != nil {
			tables = append(tables, table{file, doc, append(full, "tasks"), tasks})
		}
		platforms := doc.at(append(slices.Clone(full), "target")...)
		for _, platform := range sorted(platforms) {
			p := append(slices.Clone(full), "target", platform, "tasks")
			if tasks := doc.at(p...); tasks != nil {
				tables = append(tables, table{file, doc, p, tasks})
			}
		}
	}
	add()
	features := doc.at(append(slices.Clone(at), "feature")...)
	wanted := sorted(features)
	environments := doc.at(append(slices.Clone(at), "environments")...)
	if e, ok := environments[environment]; ok {
		wanted = texts(e)
		if m, ok := e.(map[string]any); ok {
			wanted = texts(m["features"])
		}
	}
	for _, f := range wanted {
		add("feature", f)
	}
	return tables
}

func sorted(m map[string]any) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// hatch reads "hatch run [ENV:]NAME"; environments inherit scripts from
// their template, which is "default" if not named.
func hatch(c *call) []string {
	values, rest := flags(c.args, true, "-e", "--env", "-p", "--project", "--data-dir", "--cache-dir", "--config")
	if len(rest) > 1 && rest[0] == "env" {
		rest = rest[1:]
	}
	if len(rest) == 0 || rest[0] != "run" {
		return nil
	}
	more, words := flags(rest[1:], true, "-e", "--env", "-i", "--include", "-x", "--exclude", "-f", "--filter")
	for len(words) > 0 && (words[0] == "--" || words[0] != "" && strings.ContainsAny(words[0][:1], "+-")) {
		words = words[1:]
	}
	if len(words) == 0 {
		return nil
	}
	env := last(more, "-e", "--env")
	if env == "" {
		env = last(values, "-e", "--env")
	}
	if e, name, ok := strings.Cut(words[0], ":"); ok {
		env, words = e, append([]string{name}, words[1:]...)
	}
	var tables []table
	for _, place := range []struct {
		file string
		at   []string
	}{{"hatch.toml", []string{"envs"}}, {"pyproject.toml", []string{"tool", "hatch", "envs"}}} {
		file, text, ok := c.r.first(c.dir, place.file)
		if !ok {
			continue
		}
		doc := readTOML(text)
		for e, n := env, 0; n < MaxDepth; n++ {
			if e == "" {
				e = "default"
			}
			c.hatchHooks(file, doc, append(slices.Clone(place.at), e))
			for _, key := range []string{"scripts", "extra-scripts"} {
				at := append(slices.Clone(place.at), e, key)
				if tasks := doc.at(at...); tasks != nil {
					tables = append(tables, table{file, doc, at, tasks})
				}
			}
			if e == "default" {
				break
			}
			e, _ = doc.at(append(slices.Clone(place.at), e)...)["template"].(string)
		}
	}
	if c.run("hatch", tables, words[0], false, 0) {
		return nil
	}
	return words
}

// pdm reads "pdm run NAME" and "pdm NAME", with the hooks around it.
func pdm(c *call) []string {
	_, rest := flags(c.args, true, "-p", "--project", "-c", "--config")
	run := len(rest) > 0 && rest[0] == "run"
	if run {
		_, rest = flags(rest[1:], true, "-p", "--project", "--venv")
	}
	if len(rest) == 0 {
		return nil
	}
	tables := c.pyproject("tool", "pdm", "scripts")
	ok := c.run("pdm", tables, rest[0], false, 0)
	for _, hook := range []string{"pre_", "post_"} {
		c.run("pdm", tables, hook+rest[0], false, 0)
	}
	if ok || !run {
		return nil
	}
	return rest
}

func rye(c *call) []string {
	if len(c.args) < 2 || c.args[0] != "run" && c.args[0] != "r" {
		return nil
	}
	_, rest := flags(c.args[1:], true, "--pyproject")
	if len(rest) == 0 || c.run("rye", c.pyproject("tool", "rye", "scripts"), rest[0], false, 0) {
		return nil
	}
	return rest
}

// poetry runs programs, and poe and taskipy as plugins.
func poetry(c *call) []string {
	_, rest := flags(c.args, true, "-C", "--directory", "-P", "--project")
	switch {
	case len(rest) < 2:
	case rest[0] == "run":
		return rest[1:]
	case rest[0] == "poe":
		return rest
	}
	return nil
}

// npm reads package.json's scripts, with the hooks around them.
func npm(c *call) []string {
	values, rest := flags(c.args, true, "--prefix", "-C", "--dir", "--cwd", "-w", "--workspace", "--filter")
	dir := c.dir
	if d := last(values, "--prefix", "-C", "--dir", "--cwd"); d != "" {
		dir = clean(path.Join(c.dir, d))
	}
	if len(rest) > 1 && slices.Contains([]string{"run", "run-script", "rum", "urn"}, rest[0]) {
		_, rest = flags(rest[1:], true)
	}
	file, text, ok := c.r.first(dir, "package.json")
	if !ok || len(rest) == 0 {
		return nil
	}
	var pkg struct {
		Scripts map[string]string `json:"scripts"`
	}
	if json.Unmarshal([]byte(text), &pkg) != nil {
		c.r.fail("reading %q: it is no package.json", file)
		return nil
	}
	for _, name := range []string{"pre" + rest[0], rest[0], "post" + rest[0]} {
		if s, ok := pkg.Scripts[name]; ok {
			line := 1 + strings.Count(text[:max(strings.Index(text, `"`+name+`"`), 0)], "\n")
			c.add(Task{Runner: "npm", Name: name, File: file, Line: line, Dir: dir, Scripts: []Text{{Text: s, Line: line}}})
		}
	}
	return nil
}
