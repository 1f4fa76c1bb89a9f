// SPDX-License-Identifier: BSD-3-Clause

package tasks

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// tox reads "tox -e NAME[,…]": tox.ini, setup.cfg, pyproject.toml's
// legacy_tox_ini, and the TOML forms.
func tox(c *call) []string {
	values, rest := flags(c.args, false, "-e", "--env", "-c", "--conf", "--workdir", "--root", "-f", "-m", "-x", "--override", "--result-json", "-p", "--parallel", "--skip-env")
	if len(rest) > 0 && slices.Contains([]string{"exec", "e"}, rest[0]) {
		if i := slices.Index(c.args, "--"); i >= 0 {
			return c.args[i+1:]
		}
		return nil
	}
	var names []string
	posargs := ""
	if i := slices.Index(c.args, "--"); i >= 0 {
		posargs = join(c.args[i+1:])
	}
	for _, v := range append(values["-x"], values["--override"]...) {
		if _, text, ok := strings.Cut(v, "="); ok && uploads().MatchString(text) {
			c.add(Task{Runner: "tox", Name: "-x " + v, File: "-", Line: 1, Scripts: []Text{{Text: text, Line: 1}}})
		}
	}
	if file, text, ok := c.r.first(c.dir, "toxfile.py"); ok && uploads().MatchString(text) {
		c.r.python(c.dir, file, text, c.how(), c.via, c.depth)
	}
	if len(values["-e"])+len(values["--env"])+len(values["-m"]) == 0 && c.r.env["TOXENV"] != "" {
		values["-e"] = []string{c.r.env["TOXENV"]}
	}
	for _, v := range append(values["-e"], values["--env"]...) {
		names = append(names, strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ' ' })...)
	}
	candidates := []string{"tox.ini", "setup.cfg", "pyproject.toml", "tox.toml"}
	if conf := last(values, "-c", "--conf"); conf != "" {
		candidates = []string{conf, path.Join(conf, "tox.ini"), path.Join(conf, "pyproject.toml")}
	}
	for _, name := range candidates {
		file, text, ok := c.r.first(c.dir, name)
		if !ok {
			continue
		}
		base := 0
		if strings.HasSuffix(file, ".toml") {
			doc := readTOML(text)
			table := doc.at("tool", "tox")
			if path.Base(file) == "tox.toml" {
				table = doc.root
			}
			legacy, isLegacy := table["legacy_tox_ini"].(string)
			if !isLegacy {
				if toxTOML(c, file, doc, table, names, posargs) {
					return nil
				}
				continue
			}
			base = max(doc.line([]string{"tool", "tox"}, "legacy_tox_ini")-1, 0)
			text = legacy
		}
		if toxINI(c, file, readINI(text), names, values["-m"], posargs, base) {
			return nil
		}
	}
	return nil
}

// toxINI yields the tasks of environments; false if the file has none of tox.
func toxINI(c *call, file string, all ini, names, labels []string, posargs string, base int) bool {
	main := "tox"
	if strings.HasSuffix(file, "setup.cfg") {
		main = "tox:tox"
	}
	_, hasMain := all[main]
	_, hasEnv := all["testenv"]
	if !hasMain && !hasEnv && !slices.ContainsFunc(names, func(n string) bool { return all["testenv:"+n] != nil }) {
		return false
	}
	for _, label := range labels {
		for _, l := range all[main]["labels"] {
			if name, envs, ok := strings.Cut(l.Text, "="); ok && strings.TrimSpace(name) == label {
				names = append(names, splitOutside(envs)...)
			}
		}
		for _, s := range slices.Sorted(maps.Keys(all)) {
			env, ok := strings.CutPrefix(s, "testenv:")
			if ok && slices.ContainsFunc(all[s]["labels"], func(l Text) bool { return slices.Contains(splitOutside(l.Text), label) }) {
				names = append(names, braces(splitOutside(env))...)
			}
		}
	}
	if len(names) == 0 {
		for _, key := range []string{"envlist", "env_list"} {
			for _, l := range all[main][key] {
				names = append(names, splitOutside(l.Text)...)
			}
		}
		names = braces(names)
	}
	for _, name := range names {
		section := "testenv:" + name
		if all[section] == nil {
			section = "testenv"
			for _, s := range slices.Sorted(maps.Keys(all)) {
				if rest, ok := strings.CutPrefix(s, "testenv:"); ok && slices.Contains(braces(splitOutside(rest)), name) {
					section = s
				}
			}
		}
		t := Task{Runner: "tox", Name: name, File: file, Line: all.line(section) + base, Env: map[string]string{}}
		inside := 0
		for _, key := range []string{"commands_pre", "commands", "commands_post", "install_command", "extras_setup_commands", "list_dependencies_command", "package_command"} {
			lines := toxValue(all, section, key, 0)
			for _, l := range joinLines(toxFollow(all, lines, 0, new(int))) {
				l.Line += base
				l.Text = toxText(toxInside(all, l.Text, 0, &inside), posargs)
				if !strings.HasPrefix(key, "commands") && !uploads().MatchString(l.Text) {
					continue // every tox run installs
				}
				t.Scripts = append(t.Scripts, l)
			}
		}
		for _, key := range []string{"setenv", "set_env"} {
			for _, l := range toxFollow(all, append(slices.Clone(all["testenv"][key]), all[section][key]...), 0, new(int)) {
				if k, v, ok := strings.Cut(toxFactor(l.Text), "="); ok {
					t.Env[strings.TrimSpace(k)] = toxText(strings.TrimSpace(v), posargs)
				}
			}
		}
		c.add(t)
	}
	return true
}

var toxRefs = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\{\[([^\]{}]+)\]([\w-]+)\}$`) })

// toxFollow replaces lines that are a reference to another section's key.
func toxFollow(all ini, lines []Text, depth int, work *int) []Text {
	var out []Text
	for _, l := range lines {
		if *work++; *work > 5000 {
			break
		}
		m := toxRefs().FindStringSubmatch(toxFactor(l.Text))
		if m == nil || depth > 4 {
			out = append(out, l)
			continue
		}
		out = append(out, toxFollow(all, all[m[1]][strings.ToLower(m[2])], depth+1, work)...)
	}
	return out
}

// toxValue is a key of an environment: its own, or that of the sections that it
// is based on.
func toxValue(all ini, section, key string, depth int) []Text {
	if lines, ok := all[section][key]; ok || depth > 4 {
		return lines
	}
	based, ok := all[section]["base"]
	if !ok {
		return all["testenv"][key]
	}
	for _, l := range based {
		for _, name := range splitOutside(l.Text) {
			for _, s := range []string{name, "testenv:" + name} {
				if all[s] != nil && s != section {
					if lines := toxValue(all, s, key, depth+1); lines != nil {
						return lines
					}
				}
			}
		}
	}
	return nil
}

var toxInner = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{\[([^\]{}]+)\]([\w-]+)\}`) })

// toxInside puts the keys of other sections into a line.
func toxInside(all ini, text string, depth int, work *int) string {
	if *work++; depth > 3 || len(text) > maxExpanded || *work > 1000 {
		return text
	}
	return toxInner().ReplaceAllStringFunc(text, func(s string) string {
		m := toxInner().FindStringSubmatch(s)
		lines, ok := all[m[1]][strings.ToLower(m[2])]
		if !ok || len(lines) > 20 {
			return s
		}
		var out []string
		for _, l := range lines {
			out = append(out, toxInside(all, l.Text, depth+1, work))
		}
		return strings.Join(out, " ")
	})
}

// joinLines joins lines that end in a backslash.
func joinLines(lines []Text) []Text {
	var out []Text
	open := false
	for _, l := range lines {
		text, more := strings.CutSuffix(l.Text, `\`)
		if open {
			out[len(out)-1].Text += " " + strings.TrimSpace(text)
		} else {
			out = append(out, Text{Text: strings.TrimSpace(text), Line: l.Line})
		}
		open = more
	}
	return out
}

var (
	toxFactors = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[\w.!{},*-]+:\s+`) })
	toxParts   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{(posargs|env:\w+|/|[\w]+)(?::([^{}]*))?\}`) })
)

// toxFactor drops a condition ("py312,!cov: command").
func toxFactor(text string) string { return strings.TrimPrefix(text, toxFactors().FindString(text)) }

// toxText makes shell text of a tox command: conditions and the marks for
// ignored failures go, substitutions become what they stand for.
func toxText(text, posargs string) string {
	text = strings.TrimLeft(toxFactor(text), "-! ")
	for range 3 { // defaults may hold substitutions
		text = toxParts().ReplaceAllStringFunc(text, func(s string) string {
			m := toxParts().FindStringSubmatch(s)
			name, isEnv := strings.CutPrefix(m[1], "env:")
			switch {
			case isEnv:
				return "${" + name + ":-" + m[2] + "}"
			case m[1] == "posargs" && posargs != "":
				return posargs
			case m[1] == "posargs":
				return m[2]
			case m[1] == "/":
				return "/"
			case m[1] == "toxinidir" || m[1] == "tox_root":
				return "."
			case m[1] == "envpython" || m[1] == "env_python":
				return "python"
			}
			return s
		})
	}
	return text
}

// toxTOML yields the tasks of the TOML forms: commands are lists of words.
func toxTOML(c *call, file string, doc document, table map[string]any, names []string, posargs string) bool {
	envs, _ := table["env"].(map[string]any)
	base, _ := table["env_run_base"].(map[string]any)
	if envs == nil && base == nil {
		return false
	}
	if len(names) == 0 {
		names = texts(table["env_list"])
	}
	prefix := []string{"env"}
	if path.Base(file) != "tox.toml" {
		prefix = []string{"tool", "tox", "env"}
	}
	for _, name := range names {
		env, _ := envs[name].(map[string]any)
		t := Task{Runner: "tox", Name: name, File: file, Line: doc.line(prefix, name), Env: map[string]string{}}
		for _, key := range []string{"commands_pre", "commands", "commands_post"} {
			commands, ok := env[key].([]any)
			for _, name := range texts(env["base"]) {
				if from, is := toxTable(table, strings.Split(name, ".")).(map[string]any); is && !ok {
					commands, ok = from[key].([]any)
				}
			}
			if !ok {
				commands, _ = base[key].([]any)
			}
			for _, words := range toxCommands(table, commands, 0, new(int)) {
				if len(words) > 0 {
					t.Scripts = append(t.Scripts, Text{Text: toxText(join(words), posargs), Line: t.Line})
				}
			}
		}
		for _, from := range []map[string]any{base, env} {
			vars, _ := from["set_env"].(map[string]any)
			for k, v := range vars {
				if s, ok := v.(string); ok {
					t.Env[k] = toxText(s, posargs)
				}
			}
		}
		c.add(t)
	}
	return true
}

// splitOutside splits at commas and blanks that stand outside braces.
func splitOutside(text string) []string {
	depth := 0
	return strings.FieldsFunc(text, func(r rune) bool {
		switch r {
		case '{':
			depth++
		case '}':
			depth--
		}
		return depth <= 0 && (r == ',' || r == ' ' || r == '\t')
	})
}

// braces expands {a,b} in names, to at most 500.
func braces(names []string) []string {
	var out []string
	for len(names) > 0 && len(out)+len(names) < 500 {
		name := names[0]
		names = names[1:]
		open := strings.IndexByte(name, '{')
		end := -1
		if open >= 0 {
			end = strings.IndexByte(name[open:], '}')
		}
		if end < 0 {
			out = append(out, name)
			continue
		}
		var expanded []string
		for part := range strings.SplitSeq(name[open+1:open+end], ",") {
			expanded = append(expanded, name[:open]+strings.TrimSpace(part)+name[open+end+1:])
		}
		names = append(expanded, names...)
	}
	return out
}
