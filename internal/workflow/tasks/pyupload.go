// SPDX-License-Identifier: BSD-3-Clause

package tasks

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// indexAddress is the upload address of an index.
var indexAddress = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^https?://\S+/legacy/?$`)
})

// senders are modules by which Python speaks HTTP.
var senders = []string{"requests", "urllib", "urllib3", "httpx", "aiohttp", "pycurl", "http"}

// byHand are the uploads that Python makes by itself, without a command: by
// twine's own functions, or a form sent to an index.
func (s source) byHand(tokens []token) []Text {
	var out []Text
	twine, sends, upload := 0, false, false
	for i, t := range tokens {
		next := func(n int, text string) bool { return i+n < len(tokens) && tokens[i+n].text == text }
		switch {
		case t.kind == 'n' && t.text == "twine" && next(1, ".") && (next(2, "commands") && next(3, ".") && next(4, "upload") || next(2, "__main__") || next(2, "cli")):
			twine = max(t.line, 1)
		case t.kind == 'n' && (t.text == "run_module" || t.text == "import_module" || t.text == "__import__") && next(1, "(") && i+2 < len(tokens) && tokens[i+2].kind == 's' && strings.HasPrefix(tokens[i+2].text, "twine"):
			twine = max(t.line, 1)
		case t.kind == 'n' && slices.Contains(senders, t.text):
			sends = true
		case t.kind == 'n' && t.text == "check" && twine > 0, t.kind == 's' && t.text == "check":
			upload = true // twine check
		}
	}
	if twine > 0 && !upload {
		out = append(out, Text{Text: "twine upload", Line: twine})
	}
	for _, t := range tokens {
		if sends && t.kind == 's' && indexAddress().MatchString(t.text) {
			text := `curl -u "__token__:${sent_by_python}" -F ":action=file_upload" ` + quote(t.text)
			out = append(out, Text{Text: text, Line: t.line})
		}
	}
	return out
}

// maxImports is how many modules of the repository are read for one script.
const maxImports = 10

// imported are the commands that upload in modules of the repository that a
// script imports, and in those that they import.
func (r *resolver) imported(dir, beside string, s source) []Text {
	var out []Text
	for _, file := range r.modules(dir, beside, s) {
		text, ok := r.read(file)
		if !ok || r.seen["import\x00"+file] || r.imports >= maxImports {
			continue
		}
		r.seen["import\x00"+file] = true
		r.imports++
		module := readPython(text)
		commands := module.commands(module.tokens)
		for _, t := range append(commands, module.literals(module.tokens, commands)...) {
			if uploads().MatchString(t.Text) {
				out = append(out, Text{Text: t.Text, Line: 1})
			}
		}
		out = append(out, r.imported(dir, path.Dir(file), module)...)
	}
	return out
}

// modules are the files of the repository that a script imports.
func (r *resolver) modules(dir, beside string, s source) []string {
	var out []string
	for i, t := range s.tokens {
		if t.kind != 'n' || t.text != "import" && t.text != "from" || t.col < 0 && i > 0 && s.tokens[i-1].kind != ';' || i+1 >= len(s.tokens) {
			continue
		}
		name, j := "", i+1
		for j < len(s.tokens) && (s.tokens[j].kind == '.' || s.tokens[j].kind == 'n' && s.tokens[j].text != "import" && s.tokens[j].text != "as" && s.tokens[j].line == t.line && (j == i+1 || s.tokens[j-1].kind == '.')) {
			name += s.tokens[j].text
			j++
		}
		name = strings.Trim(strings.ReplaceAll(name, ".", "/"), "/")
		if name == "" || len(out) >= 100 {
			continue
		}
		for _, root := range []string{beside, dir} {
			file := path.Join(root, name+".py")
			if _, ok := r.read(file); ok && root != "" {
				out = append(out, file)
				break
			}
		}
	}
	return out
}
