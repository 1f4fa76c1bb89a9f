// SPDX-License-Identifier: BSD-3-Clause

package tasks

import (
	"path"
	"slices"
	"strings"
)

// nox reads "nox -s NAME…": the session.run calls of that session's function,
// and of functions of the file that it calls.
func nox(c *call) []string {
	names := []string{}
	file := "noxfile.py"
	for i := 0; i < len(c.args); i++ {
		a := c.args[i]
		flag, attached, has := strings.Cut(a, "=")
		switch {
		case a == "--":
			i = len(c.args)
		case flag == "-f" || flag == "--noxfile":
			if has {
				file = attached
			} else if i+1 < len(c.args) {
				i++
				file = c.args[i]
			}
		case flag == "-s" || flag == "-e" || flag == "--session" || flag == "--sessions":
			if has {
				names = append(names, attached)
			}
			for i+1 < len(c.args) && !strings.HasPrefix(c.args[i+1], "-") {
				i++
				names = append(names, c.args[i])
			}
		case len(a) > 2 && strings.HasPrefix(a, "-s") && !strings.HasPrefix(a, "--"):
			names = append(names, a[2:])
		}
	}
	file, text, ok := c.r.first(c.dir, file)
	if !ok {
		return nil
	}
	src := readPython(text)
	sessions := src.sessions()
	for _, module := range c.r.modules(c.dir, path.Dir(file), src) {
		text, _ := c.r.read(module)
		for name, functions := range readPython(text).functions {
			if src.functions[name] == nil {
				src.functions[name] = functions
			}
		}
	}
	if len(names) == 0 && c.r.env["NOXSESSION"] != "" {
		names = strings.FieldsFunc(c.r.env["NOXSESSION"], func(r rune) bool { return r == ',' || r == ' ' })
	}
	if len(names) == 0 {
		names = src.constants["nox.options.sessions"]
		for _, statement := range src.options() {
			names = append(names, statement...)
		}
		if len(names) == 0 {
			for name := range sessions {
				names = append(names, name)
			}
			slices.Sort(names)
		}
	}
	for _, name := range names {
		c.session(file, src, sessions, name, 0)
	}
	return nil
}

// options are what nox.options.sessions is set to.
func (s source) options() [][]string {
	var out [][]string
	for i, t := range s.tokens {
		if t.text == "sessions" && i > 3 && s.tokens[i-2].text == "options" && i+2 < len(s.tokens) && s.tokens[i+1].kind == '=' {
			if w, ok := s.words(s.statement(i + 2)); ok {
				out = append(out, w)
			}
		}
	}
	return out
}

// sessions are the functions with a session decorator, by session name.
func (s source) sessions() map[string][]function {
	out := map[string][]function{}
	for _, functions := range s.functions {
		for _, f := range functions {
			for _, d := range f.decorators {
				name := ""
				for _, t := range d {
					if t.kind == '(' {
						break
					}
					if t.kind == 'n' {
						name = t.text
					}
				}
				if name != "session" && name != "task" {
					continue
				}
				names := []string{f.name, strings.ReplaceAll(f.name, "_", "-")}
				for _, in := range invocations(d) {
					for _, a := range in.args {
						if len(a) > 2 && a[0].text == "name" && a[1].kind == '=' {
							names = append(names, s.word(a[2:]))
						}
					}
				}
				slices.Sort(names)
				for _, n := range slices.Compact(names) {
					out[n] = append(out[n], f)
				}
			}
		}
	}
	for _, functions := range out {
		slices.SortFunc(functions, func(a, b function) int { return a.line - b.line })
	}
	return out
}

func (c *call) session(file string, src source, sessions map[string][]function, name string, depth int) {
	base, _, _ := strings.Cut(name, "(")
	if i := strings.LastIndexByte(base, '-'); sessions[base] == nil && i > 0 { // NAME-3.12
		base = base[:i]
	}
	for _, f := range sessions[base] {
		t := Task{Runner: "nox", Name: f.name, File: file, Line: f.line, Env: map[string]string{}, Dir: clean(path.Dir(file))}
		var notified []string
		t.Scripts = src.reach(f, map[string]bool{f.name: true}, 0, &notified)
		c.add(t)
		for _, n := range notified {
			if depth < MaxDepth {
				c.session(file, src, sessions, n, depth+1)
			}
		}
	}
}

// reach are the commands of a function and of those of the file that it
// calls. notified collects the sessions that it has run later.
func (s source) reach(f function, seen map[string]bool, depth int, notified *[]string) []Text {
	out := s.commands(f.body)
	for _, in := range invocations(f.body) {
		last := in.name[strings.LastIndexByte(in.name, '.')+1:]
		if last == "notify" && len(in.args) > 0 {
			*notified = append(*notified, s.word(in.args[0]))
		}
		if seen[in.name] || depth >= MaxDepth || len(seen) > MaxTasks {
			continue
		}
		for _, helper := range s.functions[in.name] {
			seen[in.name] = true
			out = append(out, s.reach(helper, seen, depth+1, notified)...)
		}
	}
	return out
}

// invoke reads "inv NAME…": the c.run calls of the task's function, and of
// the tasks that it names as pre or post.
func invoke(c *call) []string {
	values, rest := flags(c.args, false, "-c", "--collection", "-r", "--search-root", "-f", "--config")
	name := last(values, "-c", "--collection")
	if name == "" {
		name = "tasks"
	}
	dir := c.dir
	if root := last(values, "-r", "--search-root"); root != "" {
		dir = clean(path.Join(dir, root))
	}
	file, text, ok := c.r.first(dir, name+".py", name+"/__init__.py")
	if !ok {
		return nil
	}
	src := readPython(text)
	sessions := src.sessions()
	for _, r := range rest[:min(len(rest), 20)] {
		c.inv(file, src, sessions, r[strings.LastIndexByte(r, '.')+1:], 0)
	}
	return nil
}

func (c *call) inv(file string, src source, sessions map[string][]function, name string, depth int) {
	for _, f := range sessions[name] {
		if depth < MaxDepth {
			for _, d := range f.decorators { // @task(pre=[build], post=[…]), @task(build)
				for _, t := range d {
					if t.kind == 'n' && t.text != name && t.text != "task" && sessions[t.text] != nil && !c.r.seen["inv\x00"+t.text] {
						c.r.seen["inv\x00"+t.text] = true
						c.inv(file, src, sessions, t.text, depth+1)
					}
				}
			}
		}
		var none []string
		c.add(Task{Runner: "invoke", Name: f.name, File: file, Line: f.line, Scripts: src.reach(f, map[string]bool{f.name: true}, 0, &none)})
	}
}
