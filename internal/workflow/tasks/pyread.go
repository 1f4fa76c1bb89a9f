// SPDX-License-Identifier: BSD-3-Clause

package tasks

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// maxExpr bounds one statement or argument list, in tokens.
const maxExpr = 1000

// function is a def at any depth: its decorators and its body's tokens.
type function struct {
	name       string
	line       int
	decorators [][]token
	body       []token
}

// source is a Python file as far as calls and functions go.
type source struct {
	tokens    []token
	functions map[string][]function
	constants map[string][]string // module variables that are strings or lists of them
}

func readPython(text string) source {
	s := source{tokens: pyTokens(text), functions: map[string][]function{}, constants: map[string][]string{}}
	var decorators [][]token
	for i := 0; i < len(s.tokens); i++ {
		t := s.tokens[i]
		if t.col < 0 {
			continue
		}
		line := s.statement(i)
		switch {
		case t.kind == '@':
			decorators = append(decorators, line)
			i += len(line) - 1
			continue
		case t.text == "async" && i+2 < len(s.tokens) && s.tokens[i+1].text == "def":
			s.function(i+1, t.col, decorators)
		case t.text == "def" && i+1 < len(s.tokens):
			s.function(i, t.col, decorators)
		case t.kind == 'n' && len(line) > 2 && line[1].kind == '=' && line[2].kind != '=':
			if words, ok := s.words(line[2:]); ok && len(s.constants) < 2000 {
				s.constants[t.text] = words
			}
		}
		decorators = nil
	}
	return s
}

// statement is the tokens from i to the end of its logical line.
func (s source) statement(i int) []token {
	depth := 0
	for j := i; j < min(len(s.tokens), i+maxExpr); j++ {
		t := s.tokens[j]
		if j > i && t.col >= 0 && depth <= 0 {
			return s.tokens[i:j]
		}
		switch t.kind {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		}
	}
	return s.tokens[i:min(len(s.tokens), i+maxExpr)]
}

func (s source) function(i, col int, decorators [][]token) {
	head := s.statement(i)
	end := i + len(head)
	for end < len(s.tokens) && (s.tokens[end].col < 0 || s.tokens[end].col > col) {
		end++
	}
	name := s.tokens[i+1].text
	s.functions[name] = append(s.functions[name], function{name, s.tokens[i].line, decorators, s.tokens[min(i+len(head), end):end]})
}

// invocation is a call in the source: NAME.NAME(args).
type invocation struct {
	name string // dotted
	args [][]token
	line int
}

// invocations finds the calls among tokens, nested ones too.
func invocations(tokens []token) []invocation {
	var out []invocation
	for i := 0; i+1 < len(tokens) && len(out) < 5000; i++ {
		if tokens[i].kind != 'n' || i > 0 && tokens[i-1].kind == '.' {
			continue
		}
		name, j := tokens[i].text, i+1
		for j+1 < len(tokens) && tokens[j].kind == '.' && tokens[j+1].kind == 'n' {
			name += "." + tokens[j+1].text
			j += 2
		}
		if j < len(tokens) && tokens[j].kind == '(' && (i == 0 || tokens[i-1].text != "def") {
			out = append(out, invocation{name, arguments(tokens[j+1:]), tokens[i].line})
		}
	}
	return out
}

// arguments cuts tokens behind a bracket at its commas, up to its end; at
// most 200.
func arguments(tokens []token) [][]token {
	var out [][]token
	depth, from := 0, 0
	for i, t := range tokens[:min(len(tokens), maxExpr)] {
		switch t.kind {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			if depth--; depth < 0 {
				if i > from {
					out = append(out, tokens[from:i])
				}
				return out
			}
		case ',':
			if depth == 0 {
				if i > from {
					out = append(out, tokens[from:i])
				}
				from = i + 1
			}
		}
		if len(out) == 200 {
			break
		}
	}
	return out
}

// words are the strings of an expression: of a string, of a list, of a name
// that stands for one. What is not known is a shell variable; false where the
// expression is neither.
func (s source) words(expr []token) ([]string, bool) {
	if len(expr) == 0 {
		return nil, false
	}
	if sum := operands(expr); len(sum) > 1 && expr[0].kind != 's' { // ["a"] + LIST
		var out []string
		known := false
		for _, e := range sum {
			w, ok := s.words(e)
			if !ok {
				w = []string{s.word(e)}
			}
			known = known || ok
			out = append(out, w...)
		}
		return out, known
	}
	switch {
	case expr[0].kind == '[' || expr[0].kind == '(':
		if len(expr) > 1 && expr[1].kind == expr[0].kind {
			return nil, false
		}
		var out []string
		for _, a := range arguments(expr[1:]) {
			if len(a) > 0 && a[0].kind == '*' {
				if w, ok := s.words(a[1:]); ok {
					out = append(out, w...)
					continue
				}
			}
			out = append(out, s.word(a))
		}
		return out, len(out) > 0
	case expr[0].kind == 's':
		return []string{s.word(expr)}, true
	case expr[0].kind == 'n' && len(expr) == 1:
		w, ok := s.constants[expr[0].text]
		return w, ok
	}
	return nil, false
}

// operands are what an expression adds up, outside brackets.
func operands(expr []token) [][]token {
	var out [][]token
	depth, from := 0, 0
	for i, t := range expr[:min(len(expr), maxExpr)] {
		switch t.kind {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			if depth--; depth < 0 {
				return nil
			}
		case '+':
			if depth == 0 {
				out = append(out, expr[from:i])
				from = i + 1
			}
		}
	}
	return append(out, expr[from:])
}

// word is one string: literals next to each other are one.
func (s source) word(expr []token) string {
	var b strings.Builder
	if len(expr) > 1 && expr[0].kind == '*' {
		expr = expr[1:]
	}
	for i, t := range expr {
		switch {
		case t.kind == 's':
			b.WriteString(t.text)
		case i > 0 && t.kind == '+' || t.kind == '(' || t.kind == ')':
		default:
			if t.kind == 'n' && len(expr) == 1 {
				if w, ok := s.constants[t.text]; ok && len(w) == 1 {
					return w[0]
				}
			}
			var e strings.Builder
			for _, x := range expr[i:] {
				if x.kind == 's' {
					e.WriteString(`"` + x.text + `"`)
				} else {
					e.WriteString(x.text)
				}
			}
			if strings.HasPrefix(e.String(), "sys.executable") {
				return "python"
			}
			b.WriteString("${" + pyIdent(e.String()) + "}")
			return b.String()
		}
	}
	return b.String()
}

// runs are the names of functions that run a command.
var runs = []string{"run", "call", "check_call", "check_output", "Popen", "system", "popen", "run_install", "run_always", "sudo", "local", "sh", "shell",
	"execvp", "execv", "spawn", "execute", "cmd", "command", "run_command", "run_cmd", "getoutput", "getstatusoutput", "create_subprocess_shell", "create_subprocess_exec"}

// commands are the shell texts of what tokens run: for f("a", "b"), f(["a",
// "b"]) and f("a b").
func (s source) commands(tokens []token) []Text {
	out := s.byHand(tokens)
	for _, in := range invocations(tokens) {
		name := in.name[strings.LastIndexByte(in.name, '.')+1:]
		switch {
		case strings.HasPrefix(in.name, "twine.commands.upload") || in.name == "twine.cli.dispatch" || in.name == "twine_upload" || in.name == "twine_upload.upload":
			out = append(out, Text{Text: "twine upload", Line: in.line})
			continue
		case !slices.Contains(runs, name) || len(in.args) == 0:
			continue
		}
		var words []string
		if w, ok := s.words(in.args[0]); ok && in.args[0][0].kind != 's' {
			words = w
		} else {
			for _, a := range in.args {
				if len(a) > 1 && a[0].kind == 'n' && a[1].kind == '=' {
					continue
				}
				if a[0].kind == '*' {
					if w, ok := s.words(a[1:]); ok {
						words = append(words, w...)
						continue
					}
				}
				words = append(words, s.word(a))
			}
		}
		switch {
		case len(words) == 1:
			out = append(out, Text{Text: words[0], Line: in.line})
		case len(words) > 1:
			out = append(out, Text{Text: join(words), Line: in.line})
		}
	}
	return out
}

// uploads are phrases that upload, wherever a string or list has them.
var uploads = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\btwine"? +"?upload\b|\b(?:uv|flit|poetry|hatch|pdm|maturin|rye)"? +"?publish\b|\bmaturin"? +"?upload\b|\bsetup\.py .*\bupload\b|\banaconda\b.* upload\b|/legacy/?\b|oidc/mint-token`)
})

// literals are strings and lists that hold such a phrase, outside the calls
// that commands knows.
func (s source) literals(tokens []token, known []Text) []Text {
	var out []Text
	add := func(text string, line int) {
		if uploads().MatchString(text) && !strings.Contains(text, "\n\n") && !slices.ContainsFunc(known, func(t Text) bool { return strings.Contains(t.Text, text) }) {
			out = append(out, Text{Text: text, Line: line})
		}
	}
	for i, t := range tokens {
		switch {
		case t.kind == '[' && i+1 < len(tokens) && (tokens[i+1].kind == 's' || tokens[i+1].text == "sys"):
			if words, ok := s.words(tokens[i:min(len(tokens), i+400)]); ok {
				add(join(words), t.line)
			}
		case t.kind == 's' && len(t.text) < 2000 && (t.col < 0):
			add(t.text, t.line)
		}
		if len(out) > 100 {
			break
		}
	}
	return out
}

// python yields the commands that a Python file runs.
func (r *resolver) python(dir, file, text, how, via string, depth int) {
	s := readPython(text)
	scripts := s.commands(s.tokens)
	scripts = append(scripts, r.imported(dir, path.Dir(file), s)...)
	scripts = append(scripts, s.literals(s.tokens, scripts)...)
	if len(scripts) > 0 {
		r.add(Task{Runner: "script", Name: file, File: file, Line: 1, Dir: dir, Scripts: scripts}, how, via, depth)
	}
}
