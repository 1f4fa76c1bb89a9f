// SPDX-License-Identifier: BSD-3-Clause

package tasks

import (
	"strconv"
	"strings"
)

// function is what $(call NAME,…) and $(foreach X,LIST,TEXT) stand for.
func (m *makefile) function(text string, depth int) (string, bool) {
	name, rest, ok := strings.Cut(strings.TrimSpace(text), " ")
	if !ok || depth >= MaxDepth {
		return "", false
	}
	args := makeArguments(rest)
	switch name {
	case "call":
		value, ok := m.vars[strings.TrimSpace(args[0])]
		if !ok {
			return "", false
		}
		for i := range 9 {
			given := ""
			if i+1 < len(args) {
				given = args[i+1]
			}
			n := strconv.Itoa(i + 1)
			value = strings.NewReplacer("$("+n+")", given, "${"+n+"}", given, "$"+n, given).Replace(value)
		}
		return value, len(value) <= maxExpanded
	case "foreach":
		if len(args) < 3 {
			return "", false
		}
		x := strings.TrimSpace(args[0])
		var out []string
		for _, item := range strings.Fields(m.expandDepth(args[1], "", "", depth+1)) {
			out = append(out, strings.NewReplacer("$("+x+")", item, "${"+x+"}", item).Replace(args[2]))
			if len(out) > 50 {
				break
			}
		}
		text := strings.Join(out, " ")
		return text, len(text) <= maxExpanded
	case "strip", "info", "eval":
		return rest, true
	}
	return "", false
}

// makeArguments cuts a function's arguments at the commas outside of brackets;
// there is at least one.
func makeArguments(text string) []string {
	var out []string
	depth, from := 0, 0
	for i := range len(text) {
		switch text[i] {
		case '(', '{':
			depth++
		case ')', '}':
			depth--
		case ',':
			if depth == 0 {
				out = append(out, text[from:i])
				from = i + 1
			}
		}
	}
	return append(out, text[from:])
}

// shellCalls are the commands of $(shell …) in a line.
func shellCalls(line string) []string {
	var out []string
	for at := 0; len(out) < 20; {
		i := strings.Index(line[at:], "$(shell ")
		if i < 0 {
			return out
		}
		at += i + 1
		end := closing(line, at)
		if end < 0 {
			return out
		}
		out = append(out, line[at+len("(shell "):end])
		at = end
	}
	return out
}

// pythonRecipe are the commands of a recipe that Python runs.
func pythonRecipe(recipe []Text) []Text {
	var text strings.Builder
	for _, l := range recipe {
		text.WriteString(l.Text + "\n")
	}
	s := readPython(text.String())
	found := s.commands(s.tokens)
	for i := range found {
		found[i].Line = recipe[0].Line + found[i].Line - 1
	}
	return found
}
