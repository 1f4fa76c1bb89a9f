// SPDX-License-Identifier: BSD-3-Clause

package tasks

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// justfile is what a justfile says.
type justfile struct {
	recipes map[string]*recipe
	order   []string
	vars    map[string]string
	alias   map[string]string
	include []string
	ticks   []Text // commands of variables that upload
}

type recipe struct {
	line int
	deps []string
	body []Text
}

var (
	justHead   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^@?([A-Za-z_][\w-]*)((?:\s+[^:]*)?):($|[^=].*)`) })
	justVar    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:export\s+)?([A-Za-z_][\w-]*)\s*:=\s*(.*)$`) })
	justAlias  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^alias\s+([\w-]+)\s*:=\s*([\w:-]+)`) })
	justImport = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:import\??|mod\??\s+\w+)\s+['"]([^'"]+)['"]`) })
	justPart   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{\{\s*([^{}]*?)\s*\}\}`) })
	justName   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z_][\w-]*$`) })
	justDep    = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\(?\s*([A-Za-z_][\w-]*)(?:[^()\s]*)(?:\s+[^()]*\))?`)
	})
)

// readJustfile reads recipes with their dependencies, variables and aliases.
func readJustfile(text string) *justfile {
	j := &justfile{recipes: map[string]*recipe{}, vars: map[string]string{}, alias: map[string]string{}}
	var current *recipe
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimRight(line, " \t\r\n")
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "":
		case line[0] == ' ' || line[0] == '\t':
			if current != nil {
				current.body = append(current.body, Text{Text: trimmed, Line: n})
			}
		case line[0] == '#' || line[0] == '[' || strings.HasPrefix(line, "set "):
			current = nil
		default:
			current = j.head(line, n)
		}
	}
	return j
}

func (j *justfile) head(line string, n int) *recipe {
	if len(j.recipes) > maxRules || len(j.vars) > maxRules {
		return nil
	}
	if m := justImport().FindStringSubmatch(line); m != nil {
		j.include = append(j.include, m[1])
		return nil
	}
	if word := strings.Fields(line); len(word) == 2 && (word[0] == "mod" || word[0] == "mod?") {
		j.include = append(j.include, word[1]+".just", word[1]+"/mod.just", word[1]+"/justfile", word[1]+"/.justfile")
		return nil
	}
	if m := justAlias().FindStringSubmatch(line); m != nil {
		j.alias[m[1]] = m[2]
		return nil
	}
	if m := justVar().FindStringSubmatch(line); m != nil {
		if v := m[2]; len(v) >= 2 && v[0] == '`' && v[len(v)-1] == '`' && uploads().MatchString(v) {
			j.ticks = append(j.ticks, Text{Text: v[1 : len(v)-1], Line: n})
		}
		if v := m[2]; len(v) >= 2 && (v[0] == '"' || v[0] == '\'') && v[len(v)-1] == v[0] {
			j.vars[m[1]] = v[1 : len(v)-1]
		}
		return nil
	}
	m := justHead().FindStringSubmatch(line)
	if m == nil {
		return nil
	}
	r := &recipe{line: n}
	for _, d := range justDep().FindAllStringSubmatch(strings.ReplaceAll(m[3], "&&", " "), 100) {
		r.deps = append(r.deps, d[1])
	}
	if j.recipes[m[1]] == nil {
		j.order = append(j.order, m[1])
	}
	j.recipes[m[1]] = r
	return r
}

// text puts variables in; what else is interpolated becomes a shell variable.
func (j *justfile) text(text string) string {
	return justPart().ReplaceAllStringFunc(text, func(s string) string {
		name := justPart().FindStringSubmatch(s)[1]
		if v, ok := j.vars[name]; ok {
			return v
		}
		if justName().MatchString(name) {
			return "${" + strings.ReplaceAll(name, "-", "_") + "}"
		}
		return "${just_expression}"
	})
}

// scripts are the commands of a recipe; one that begins with #! is a script.
func (j *justfile) scripts(r *recipe) []Text {
	var out []Text
	if len(r.body) > 0 && strings.HasPrefix(r.body[0].Text, "#!") {
		var lines []string
		for _, l := range r.body {
			for len(lines) < l.Line-r.body[0].Line {
				lines = append(lines, "")
			}
			lines = append(lines, j.text(l.Text))
		}
		dialect := "bash {0}"
		if strings.Contains(lines[0], "python") {
			s := readPython(strings.Join(lines[1:], "\n"))
			found := s.commands(s.tokens)
			found = append(found, s.literals(s.tokens, found)...)
			for i := range found {
				found[i].Line += r.body[0].Line
			}
			return found
		}
		if !slices.ContainsFunc([]string{"bash", "sh", "zsh"}, func(name string) bool { return strings.Contains(lines[0], name) }) {
			return foreign(strings.Join(lines, "\n"))
		}
		return []Text{{Text: strings.Join(lines, "\n"), Line: r.body[0].Line, Dialect: dialect}}
	}
	for _, l := range joinLines(r.body) {
		l.Text = j.text(strings.TrimLeft(l.Text, "@- "))
		out = append(out, l)
	}
	return out
}

// just reads "just [VAR=x] RECIPE [args]".
func just(c *call) []string {
	values, rest := flags(c.args, false, "-f", "--justfile", "-d", "--working-directory", "--set", "--shell", "--dotenv-path", "--dotenv-filename")
	names := []string{"justfile", "Justfile", ".justfile", "JUSTFILE"}
	if f := last(values, "-f", "--justfile"); f != "" {
		names = []string{f}
	}
	file, text, ok := c.r.first(c.dir, names...)
	if !ok {
		return nil
	}
	files := map[string]*justfile{file: readJustfile(text)}
	order := []string{file}
	for i := 0; i < len(order) && len(order) < 20; i++ {
		for _, inc := range files[order[i]].include {
			if f, text, ok := c.r.first(path.Dir(order[i]), inc); ok && files[f] == nil {
				files[f] = readJustfile(text)
				order = append(order, f)
			}
		}
	}
	for _, f := range order {
		if ticks := files[f].ticks; len(ticks) > 0 {
			c.add(Task{Runner: "just", Name: "variables of " + f, File: f, Line: ticks[0].Line, Dir: path.Dir(f), Scripts: ticks})
		}
	}
	var wanted []string
	for _, a := range rest {
		if k, v, ok := strings.Cut(a, "="); ok {
			files[file].vars[k] = v
		} else {
			wanted = append(wanted, a)
		}
	}
	if len(wanted) == 0 && len(files[file].order) > 0 {
		wanted = files[file].order[:1]
	}
	if len(wanted) > 20 {
		wanted = wanted[:20]
	}
	for _, w := range wanted { // arguments that name no recipe find none
		c.recipe(files, order, w, 0)
	}
	return nil
}

func (c *call) recipe(files map[string]*justfile, order []string, name string, depth int) {
	if depth > MaxDepth {
		return
	}
	if i := strings.LastIndex(name, ":"); i >= 0 {
		name = name[i+1:]
	}
	for _, f := range order {
		j := files[f]
		if a, ok := j.alias[name]; ok {
			name = a
		}
		r := j.recipes[name]
		if r == nil || c.r.seen["recipe\x00"+f+"\x00"+name] {
			continue
		}
		c.r.seen["recipe\x00"+f+"\x00"+name] = true
		for _, d := range r.deps {
			if !slices.Contains([]string{name}, d) {
				c.recipe(files, order, d, depth+1)
			}
		}
		if len(r.body) > 0 {
			c.add(Task{Runner: "just", Name: name, File: f, Line: r.line, Dir: path.Dir(f), Scripts: j.scripts(r)})
		}
	}
}
