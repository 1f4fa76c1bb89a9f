// SPDX-License-Identifier: BSD-3-Clause

package tasks

import (
	"path"
	"slices"
	"strings"
)

// makefile is what a Makefile says, as far as lines tell.
type makefile struct {
	rules   map[string]*rule
	order   []string
	vars    map[string]string
	include []string
	shells  []Text          // $(shell …), which runs when the file is read
	soft    map[string]bool // variables set by ?=
	work    int             // expansions done
	cut     bool            // a bound on them was met
}

// maxWork bounds the expansions of one file: variables may name each other.
const maxWork = 20_000

// maxExpanded bounds one expanded text, in bytes.
const maxExpanded = 8 << 10

type rule struct {
	line    int
	prereqs []string
	recipe  []Text
}

const maxRules = 5000

// readMakefile reads rules, recipes and simple variables. Conditionals are
// not evaluated: both branches count.
func readMakefile(text string) *makefile {
	m := &makefile{rules: map[string]*rule{}, vars: map[string]string{}, soft: map[string]bool{}}
	lines := strings.Split(text, "\n")
	var current []*rule
	prefix := "\t"
	for i := 0; i < len(lines); i++ {
		n := i + 1
		line := lines[i]
		for strings.HasSuffix(line, `\`) && i+1 < len(lines) {
			i++
			line = line[:len(line)-1] + " " + strings.TrimSpace(lines[i])
		}
		if recipe, ok := strings.CutPrefix(line, prefix); ok {
			for _, r := range current {
				r.recipe = append(r.recipe, Text{Text: strings.TrimLeft(recipe, "@-+ \t"), Line: n})
			}
			continue
		}
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		word, rest, _ := strings.Cut(line, " ")
		for _, cmd := range shellCalls(line) {
			m.shells = append(m.shells, Text{Text: cmd, Line: n})
		}
		if word == "define" {
			name := strings.TrimSpace(strings.TrimRight(strings.TrimSpace(rest), ":+?!="))
			var body []string
			for i++; i < len(lines) && strings.TrimSpace(lines[i]) != "endef"; i++ {
				body = append(body, strings.TrimLeft(strings.TrimSpace(lines[i]), "@-+"))
			}
			if text := strings.Join(body, "\n"); len(m.vars) < maxRules && name != "" {
				m.vars[name] = text[:min(len(text), 4096)]
			}
			continue
		}
		switch word {
		case "ifeq", "ifneq", "ifdef", "ifndef", "else", "endif", "endef", "vpath", "unexport":
			continue
		case "include", "-include", "sinclude":
			m.include = append(m.include, strings.Fields(rest)...)
			continue
		case "export", "override":
			line = rest
		}
		if name, value, add, ok := makeAssign(line); ok {
			if name == ".RECIPEPREFIX" && value != "" {
				prefix = value[:1]
			}
			if i := strings.IndexByte(line, '='); i > 0 && line[i-1] == '?' {
				if _, has := m.vars[name]; has {
					continue
				}
				m.soft[name] = true
			}
			if add {
				value = strings.TrimSpace(m.vars[name] + " " + value)
			}
			if len(m.vars) < maxRules {
				m.vars[name] = value[:min(len(value), 4096)]
			}
			continue
		}
		if r := m.rule(line, n); r != nil {
			current = r
		}
	}
	return m
}

// makeAssign reads NAME = value and its kinds.
func makeAssign(line string) (name, value string, add, ok bool) {
	i := strings.IndexByte(line, '=')
	if i <= 0 {
		return
	}
	name = line[:i]
	add = strings.HasSuffix(name, "+")
	name = strings.TrimSpace(strings.TrimRight(name, ":+?!"))
	if name == "" || strings.ContainsAny(name, " \t:#$()") {
		return "", "", false, false
	}
	value, _, _ = strings.Cut(line[i+1:], " #")
	return name, strings.TrimSpace(value), add, true
}

// rule reads "targets: prerequisites ; recipe".
func (m *makefile) rule(line string, n int) []*rule {
	targets, rest, ok := strings.Cut(line, ":")
	if !ok || len(m.rules) > maxRules {
		return nil
	}
	rest = strings.TrimLeft(rest, ":")
	rest, inline, hasInline := strings.Cut(rest, ";")
	if name, value, _, ok := makeAssign(strings.TrimSpace(rest)); ok { // a target's variable
		if _, has := m.vars[name]; !has {
			m.vars[name] = value[:min(len(value), 4096)]
		}
		return nil
	}
	rest, _, _ = strings.Cut(rest, "#")
	var rules []*rule
	for _, t := range strings.Fields(m.expand(targets, "", "")) {
		r := m.rules[t]
		if r == nil {
			r = &rule{line: n}
			m.rules[t] = r
			m.order = append(m.order, t)
		}
		r.prereqs = append(r.prereqs, strings.Fields(strings.ReplaceAll(rest, "|", " "))...)
		if len(r.recipe) == 0 {
			r.line = n
		}
		if hasInline {
			r.recipe = append(r.recipe, Text{Text: strings.TrimLeft(strings.TrimSpace(inline), "@-+"), Line: n})
		}
		rules = append(rules, r)
	}
	return rules
}

// expand replaces variables; what is not known stays. $$ becomes $.
func (m *makefile) expand(text, target, first string) string {
	return m.expandDepth(text, target, first, 0)
}

func (m *makefile) expandDepth(text, target, first string, depth int) string {
	if !strings.Contains(text, "$") {
		return text
	}
	if m.work++; m.work > maxWork {
		m.cut = true
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if b.Len() >= maxExpanded {
			m.cut = true
			break
		}
		if text[i] != '$' || i+1 == len(text) {
			b.WriteByte(text[i])
			continue
		}
		i++
		switch open := text[i]; open {
		case '$':
			b.WriteByte('$')
		case '@':
			b.WriteString(target)
		case '<', '^', '?':
			b.WriteString(first)
		case '(', '{':
			end := closing(text, i)
			if end < 0 {
				b.WriteString(text[i-1:])
				return b.String()
			}
			name := text[i+1 : end]
			if value, ok := m.vars[name]; ok && depth < MaxDepth {
				b.WriteString(m.expandDepth(value, target, first, depth+1))
			} else if text, ok := m.function(name, depth); ok {
				b.WriteString(m.expandDepth(text, target, first, depth+1))
			} else if name == "MAKE" {
				b.WriteString("make")
			} else if strings.ContainsAny(name, " ,$(") {
				b.WriteString("$(" + name + ")")
			} else {
				b.WriteString("${" + name + "}")
			}
			i = end
		default:
			if value, ok := m.vars[string(open)]; ok && depth < MaxDepth {
				b.WriteString(m.expandDepth(value, target, first, depth+1))
			} else {
				b.WriteString("$" + string(open))
			}
		}
	}
	return b.String()
}

func closing(text string, i int) int {
	open, end := text[i], byte(')')
	if open == '{' {
		end = '}'
	}
	depth := 0
	for ; i < len(text); i++ {
		switch text[i] {
		case open:
			depth++
		case end:
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// makeTarget reads "make [-C DIR] [-f FILE] [VAR=x] TARGET…".
func makeTarget(c *call) []string {
	values, rest := flags(c.args, false, "-C", "--directory", "-f", "--file", "--makefile", "-I", "-W", "-o")
	dir := c.dir
	for _, d := range append(values["-C"], values["--directory"]...) {
		dir = clean(path.Join(dir, d))
	}
	names := []string{"GNUmakefile", "makefile", "Makefile"}
	if f := last(values, "-f", "--file", "--makefile"); f != "" {
		names = []string{f}
	}
	file, text, ok := c.r.first(dir, names...)
	if !ok {
		return nil
	}
	files := map[string]*makefile{file: readMakefile(text)}
	order := []string{file}
	for i := 0; i < len(order) && len(order) < 20; i++ {
		for _, inc := range files[order[i]].include {
			inc = files[order[i]].expand(inc, "", "")
			found := []string{path.Join(dir, inc)}
			if strings.ContainsAny(inc, "*?[$") {
				found = c.r.glob(path.Join(dir, inc))
			}
			for _, name := range found {
				if f, text, ok := c.r.first(".", name); ok && files[f] == nil && len(order) < 20 {
					files[f] = readMakefile(text)
					order = append(order, f)
				}
			}
		}
	}
	vars := map[string]string{}
	for _, f := range order {
		for k, v := range files[f].vars {
			if given := c.r.env[k]; files[f].soft[k] && given != "" {
				v = given
			}
			vars[k] = v
		}
		for _, s := range files[f].shells {
			if uploads().MatchString(s.Text) {
				s.Text = strings.ReplaceAll(s.Text, "$$", "$")
				c.add(Task{Runner: "make", Name: "$(shell) at line " + s.Text, File: f, Line: s.Line, Dir: dir, Scripts: []Text{s}})
			}
		}
	}
	var targets []string
	for _, a := range rest {
		if k, v, ok := strings.Cut(a, "="); ok {
			vars[k] = v
		} else {
			targets = append(targets, a)
		}
	}
	if goal := vars[".DEFAULT_GOAL"]; len(targets) == 0 && goal != "" {
		targets = []string{goal}
	}
	if i := slices.IndexFunc(files[file].order, func(t string) bool { return !strings.HasPrefix(t, ".") && !strings.Contains(t, "%") }); len(targets) == 0 && i >= 0 {
		targets = files[file].order[i : i+1]
	}
	for _, f := range order {
		files[f].vars = vars
	}
	for _, t := range targets {
		c.target(files, order, dir, t, 0)
	}
	return nil
}

// target yields a target's recipe behind those of its prerequisites.
func (c *call) target(files map[string]*makefile, order []string, dir, name string, depth int) {
	if depth > MaxDepth || c.r.seen["target\x00"+dir+"\x00"+name] {
		return
	}
	c.r.seen["target\x00"+dir+"\x00"+name] = true
	if !c.r.look() {
		return
	}
	for _, f := range order {
		m := files[f]
		r := m.rules[name]
		if r == nil {
			for _, pattern := range m.order {
				if before, after, ok := strings.Cut(pattern, "%"); ok && len(name) > len(before)+len(after) && strings.HasPrefix(name, before) && strings.HasSuffix(name, after) {
					r = m.rules[pattern]
					break
				}
			}
		}
		if r == nil {
			continue
		}
		var prereqs []string
		for _, p := range r.prereqs {
			prereqs = append(prereqs, strings.Fields(m.expand(p, name, ""))...)
		}
		for _, p := range prereqs[:min(len(prereqs), 200)] {
			c.target(files, order, dir, p, depth+1)
		}
		if len(r.recipe) == 0 {
			continue
		}
		first := ""
		if len(prereqs) > 0 {
			first = prereqs[0]
		}
		t := Task{Runner: "make", Name: name, File: f, Line: r.line, Dir: dir}
		if shell := m.vars["SHELL"]; strings.Contains(shell, "python") {
			t.Scripts = pythonRecipe(r.recipe)
			c.add(t)
			continue
		}
		for _, l := range r.recipe {
			l.Text = strings.TrimLeft(m.expand(l.Text, name, first), "@-+ \t")
			t.Scripts = append(t.Scripts, l)
		}
		if m.cut {
			c.r.fail("reading %q: its variables expand too far", f)
		}
		c.add(t)
	}
}
