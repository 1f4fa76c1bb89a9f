// SPDX-License-Identifier: BSD-3-Clause

package tasks

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// foreignScript is a script or text in a language that is not read: the strings
// in it that upload.
func foreignScript(c *call) []string {
	for i, a := range c.args {
		switch {
		case slices.Contains([]string{"-e", "-E", "-p", "--eval", "--print", "-ne", "-pe", "-r", "eval"}, a) && i+1 < len(c.args), strings.Contains(a, "system("):
			text := a
			if !strings.Contains(a, "system(") {
				text = c.args[i+1]
			}
			c.strings("-", text)
			return nil
		case strings.HasPrefix(a, "-") || a == "run":
			continue
		}
		if file := path.Join(c.dir, a); !strings.Contains(a, " ") {
			if text, ok := c.r.read(file); ok {
				c.strings(file, text)
			}
			return nil
		}
	}
	return nil
}

func npmOrScript(c *call) []string {
	if rest := npm(c); rest != nil {
		return rest
	}
	return foreignScript(c)
}

// strings yields what of a text's strings uploads.
func (c *call) strings(file, text string) {
	if found := foreign(text); len(found) > 0 {
		c.add(Task{Runner: "strings", Name: file, File: file, Line: found[0].Line, Scripts: found})
	}
}

// cibuildwheel runs commands of pyproject.toml.
func cibuildwheel(c *call) []string {
	file, text, ok := c.r.first(c.dir, "pyproject.toml")
	if !ok {
		return nil
	}
	doc := readTOML(text)
	table := doc.at("tool", "cibuildwheel")
	var found []Text
	var walk func(v any, key string, depth int)
	walk = func(v any, key string, depth int) {
		if depth > 4 || len(found) > maxPhrases {
			return
		}
		switch v := v.(type) {
		case map[string]any:
			for _, k := range sorted(v) {
				walk(v[k], k, depth+1)
			}
		case []any:
			for _, e := range v {
				walk(e, key, depth+1)
			}
		case string:
			if uploads().MatchString(v) {
				found = append(found, Text{Text: v, Line: doc.line([]string{"tool", "cibuildwheel"}, key)})
			}
		}
	}
	walk(table, "", 0)
	if len(found) > 0 {
		c.add(Task{Runner: "cibuildwheel", Name: "tool.cibuildwheel", File: file, Line: found[0].Line, Scripts: found})
	}
	return nil
}

// preCommit runs the entries of local hooks.
func preCommit(c *call) []string {
	if _, rest := flags(c.args, true); len(rest) == 0 || rest[0] != "run" {
		return nil
	}
	file, text, ok := c.r.first(c.dir, ".pre-commit-config.yaml")
	if !ok {
		return nil
	}
	n := 0
	for line := range strings.Lines(text) {
		n++
		if entry, ok := strings.CutPrefix(strings.TrimLeft(line, " -\t"), "entry:"); ok && uploads().MatchString(entry) {
			c.add(Task{Runner: "pre-commit", Name: "entry at line " + strings.TrimSpace(entry), File: file, Line: n, Scripts: []Text{{Text: strings.Trim(strings.TrimSpace(entry), `"'`), Line: n}}})
		}
	}
	return nil
}

// anyTask is taskipy's or go-task's program.
func anyTask(c *call) []string {
	taskipy(c)
	return blockTask(c)
}

// blockFiles have tasks of a name with their commands in a block below it.
var blockFiles = []string{"Taskfile.yml", "Taskfile.yaml", "taskfile.yml", "mise.toml", ".mise.toml", "devbox.json", "dodo.py", "Rakefile"}

// blockTask looks for the block of a task in files that are not read otherwise.
func blockTask(c *call) []string {
	_, rest := flags(c.args, false)
	rest = slices.DeleteFunc(rest, func(w string) bool { return w == "run" || w == "exec" || w == "x" || w == "--" })
	if len(rest) == 0 {
		return nil
	}
	for _, name := range blockFiles {
		file, text, ok := c.r.first(c.dir, name)
		if !ok {
			continue
		}
		line, body := block(text, rest[0])
		if body == "" {
			continue
		}
		found := foreign(body)
		for l := range strings.Lines(body) {
			if l = strings.TrimLeft(strings.TrimSpace(l), "- "); uploads().MatchString(l) && len(found) == 0 {
				found = append(found, Text{Text: l, Line: 1})
			}
		}
		for i := range found {
			found[i].Line += line - 1
		}
		if len(found) > 0 {
			c.add(Task{Runner: "task", Name: rest[0], File: file, Line: line, Scripts: found})
		}
	}
	if c.words[0] == "mise" || c.words[0] == "devbox" {
		return rest
	}
	return nil
}

var blockHead = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^\s*(?:\[tasks\.|def task_|task\s+:|def )?["']?([\w:.-]+)["']?\s*(?:\]|:|=|\(|do\b)`)
})

// block is the text of a named block: the line of its name, and what follows
// it with a deeper indent, or up to the next table.
func block(text, name string) (int, string) {
	lines := strings.SplitAfter(text, "\n")
	for i, l := range lines {
		m := blockHead().FindStringSubmatch(l)
		if m == nil || m[1] != name {
			continue
		}
		indent := len(l) - len(strings.TrimLeft(l, " \t"))
		end := i + 1
		for end < len(lines) {
			next := lines[end]
			deep := len(next)-len(strings.TrimLeft(next, " \t")) > indent
			if strings.TrimSpace(next) != "" && !deep && (!strings.HasPrefix(l, "[") || strings.HasPrefix(next, "[")) {
				break
			}
			end++
		}
		return i + 1, strings.Join(lines[i:end], "")
	}
	return 0, ""
}

// runParts runs all files of a folder.
func runParts(c *call) []string {
	if _, rest := flags(c.args, false); len(rest) > 0 {
		c.r.file(c.dir, strings.TrimSuffix(rest[0], "/")+"/*", c.how(), c.via, c.depth, "")
	}
	return nil
}

// enter is the folder after a command, where that is a cd.
func enter(dir string, words []string) string {
	if len(words) < 2 || words[0] != "cd" && words[0] != "pushd" {
		return dir
	}
	to := words[1]
	if strings.HasPrefix(to, "/") || strings.ContainsAny(to, "$~-") && to != "-" && strings.HasPrefix(to, "-") || strings.ContainsAny(to, "$~") {
		return dir
	}
	return clean(path.Join(dir, strings.TrimPrefix(to, "@root@/")))
}

var (
	// fileDir is how a script names the folder that it lies in.
	fileDir = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`"?(?:\$\(cd (?:-P )?(?:-- )?)?"?(?:\$\(dirname (?:-- )?"?(?:\$0|\$\{0\}|\$\{?BASH_SOURCE(?:\[0\])?\}?)"?\)|\$\{(?:0|BASH_SOURCE(?:\[0\])?)%/\*\})"?(?: *(?:>/dev/null 2>&1|&> ?/dev/null|>/dev/null|2>&1))*(?: *(?:&&|;) *pwd(?: -P)? *\))?"?`)
	})
	dirVariable = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?m)^\s*(?:export |readonly |local |declare )?([A-Za-z_]\w*)="?@own@"?\s*$`)
	})
)

// ownDir puts the path of a script's folder, from the root of the tree, where
// the script works it out: @root@/FOLDER.
func ownDir(text, file string) string {
	if !strings.Contains(text, "dirname") && !strings.Contains(text, "%/*}") || len(text) > 256<<10 {
		return text
	}
	text = fileDir().ReplaceAllString(text, "@own@")
	for _, m := range dirVariable().FindAllStringSubmatch(text, 5) {
		text = strings.NewReplacer(`"$`+m[1]+`"`, "@own@", `"${`+m[1]+`}"`, "@own@", "$"+m[1]+"/", "@own@/", "${"+m[1]+"}", "@own@").Replace(text)
	}
	return strings.ReplaceAll(text, "@own@", "@root@/"+path.Dir(file))
}

// maxGlob is how many files a pattern may stand for.
const maxGlob = 20

// glob are the files that a name with patterns or unknown parts may stand for,
// in a folder that is known.
func (r *resolver) glob(name string) []string {
	pattern := path.Base(name)
	dir := path.Dir(name)
	if strings.ContainsAny(dir, "*?[$") || !fs.ValidPath(dir) {
		return nil
	}
	pattern = unknownPart().ReplaceAllString(pattern, "*")
	if !strings.ContainsAny(pattern, "*?[") || strings.Trim(pattern, "*") == "" && dir == "." {
		return nil
	}
	entries, err := fs.ReadDir(r.fsys, dir)
	if err != nil {
		return nil
	}
	var out []string
	for _, e := range entries {
		if ok, err := path.Match(pattern, e.Name()); err == nil && ok && e.Type().IsRegular() && len(out) < maxGlob {
			out = append(out, path.Join(dir, e.Name()))
		}
	}
	return out
}

var unknownPart = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\$\{\{[^}]*\}\}|\$\{[^}]*\}|\$\([^)]*\)|\$\w+`)
})

// otherLanguage reports whether a script's first line names an interpreter whose
// language is not read.
func otherLanguage(line string) bool {
	return slices.ContainsFunc([]string{"node", "deno", "bun", "ruby", "perl", "php", "Rscript", "julia", "lua", "tclsh"}, func(name string) bool { return strings.Contains(line, name) })
}

// hatchHooks are the commands that upload and that an environment runs when it
// is made, or whose definitions others replace.
func (c *call) hatchHooks(file string, doc document, at []string) {
	env := doc.at(at...)
	var found []Text
	var walk func(v any, key string, depth int)
	walk = func(v any, key string, depth int) {
		if depth > 5 || len(found) > maxPhrases {
			return
		}
		switch v := v.(type) {
		case map[string]any:
			for _, k := range sorted(v) {
				walk(v[k], key, depth+1)
			}
		case []any:
			for _, e := range v {
				walk(e, key, depth+1)
			}
		case string:
			if uploads().MatchString(v) {
				found = append(found, Text{Text: v, Line: doc.line(at, key)})
			}
		}
	}
	for _, key := range []string{"pre-install-commands", "post-install-commands", "overrides"} {
		walk(env[key], key, 0)
	}
	if len(found) > 0 {
		c.add(Task{Runner: "hatch", Name: "commands of " + strings.Join(at, "."), File: file, Line: found[0].Line, Scripts: found})
	}
}
