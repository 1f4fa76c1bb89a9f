// SPDX-License-Identifier: BSD-3-Clause

package tasks

import (
	"path"
	"slices"
	"strings"
)

// maxCommands bounds the commands seen in one text.
const maxCommands = 2000

// split cuts a text into commands and these into words: quotes and escapes
// are removed, && || ; | & and newlines end a command, # begins a comment.
// Expansions stay as they are written.
func split(text string) [][]string {
	var commands [][]string
	var words []string
	var word strings.Builder
	inWord := false
	endWord := func() {
		if inWord {
			words = append(words, word.String())
		}
		word.Reset()
		inWord = false
	}
	end := func() {
		endWord()
		if len(words) > 0 && len(commands) < maxCommands {
			commands = append(commands, words)
		}
		words = nil
	}
	for i := 0; i < len(text); i++ {
		switch b := text[i]; b {
		case '\\':
			if i+1 < len(text) {
				i++
				if text[i] != '\n' {
					word.WriteByte(text[i])
					inWord = true
				}
			}
		case '\'', '"':
			inWord = true
			for i++; i < len(text) && text[i] != b; i++ {
				if b == '"' && text[i] == '\\' && i+1 < len(text) && strings.IndexByte("\"\\$`\n", text[i+1]) >= 0 {
					i++
					if text[i] == '\n' {
						continue
					}
				}
				word.WriteByte(text[i])
			}
		case ' ', '\t', '\r':
			endWord()
		case '\n', ';', '&', '|', '(', ')':
			if b == '(' && strings.HasSuffix(word.String(), "$") { // $(…) stays in its word
				i = substitution(text, i, &word)
				continue
			}
			end()
		case '#':
			if inWord {
				word.WriteByte(b)
				continue
			}
			for i+1 < len(text) && text[i+1] != '\n' {
				i++
			}
		default:
			word.WriteByte(b)
			inWord = true
		}
	}
	end()
	return commands
}

// substitution copies a parenthesised part that begins at i.
func substitution(text string, i int, word *strings.Builder) int {
	depth := 0
	for ; i < len(text); i++ {
		word.WriteByte(text[i])
		switch text[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return i
}

// quote makes one shell word of a text; "$x" parts stay expansions.
func quote(text string) string {
	if text != "" && strings.IndexFunc(text, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("%+,-./:=@_*$~{}", r))
	}) < 0 {
		return text
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "`", "\\`").Replace(text) + `"`
}

func join(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = quote(w)
	}
	return strings.Join(quoted, " ")
}

// program is the base name of a program, without ".exe" and a version.
func program(word string) string {
	name := strings.TrimSuffix(strings.ToLower(path.Base(strings.ReplaceAll(word, `\`, "/"))), ".exe")
	if i := strings.IndexAny(name, "@=<>~!["); i > 0 {
		name = name[:i]
	}
	if rest, ok := strings.CutPrefix(name, "python3."); ok && strings.Trim(rest, "0123456789") == "" {
		return "python3"
	}
	if word == "." {
		return "."
	}
	return name
}

// wrappers run the command behind their own flags; the ones named take an
// argument.
var wrappers = map[string][]string{
	"sudo": {"-u", "-g", "-C", "--user", "--group"}, "doas": {"-u"}, "env": {"-u", "-C", "-S", "--unset", "--chdir"}, "time": {"-f", "-o"},
	"nice": {"-n"}, "timeout": {"-s", "-k"}, "nohup": nil, "command": nil, "exec": {"-a"}, "xvfb-run": {"-s", "-n"}, "stdbuf": {"-i", "-o", "-e"},
	"xargs": {"-n", "-I", "-P", "-L", "-d"}, "then": nil, "do": nil, "else": nil, "if": nil, "while": nil, "until": nil, "!": nil, "{": nil, "elif": nil,
}

// unwrap drops assignments and wrappers from the front of a command, and
// reads the command that a shell is given with -c.
func unwrap(words []string) []string {
	for range 12 {
		for len(words) > 0 && (words[0] == "" || assigns(words[0])) {
			words = words[1:]
		}
		if len(words) == 0 {
			return nil
		}
		name := program(words[0])
		valued, ok := wrappers[name]
		if !ok {
			if slices.Contains([]string{"bash", "sh", "dash", "zsh"}, name) {
				for i, w := range words[1:] {
					if strings.HasPrefix(w, "-") && strings.HasSuffix(w, "c") && !strings.HasPrefix(w, "--") && i+2 < len(words) {
						if inner := split(words[i+2]); len(inner) > 0 {
							words = inner[0]
							ok = true
						}
						break
					}
				}
			}
			if !ok {
				return words
			}
			continue
		}
		_, rest := flags(words[1:], true, valued...)
		if len(rest) > 0 && rest[0] == "--" {
			rest = rest[1:]
		}
		if name == "timeout" && len(rest) > 0 {
			rest = rest[1:]
		}
		words = rest
	}
	return words
}

func assigns(word string) bool {
	name, text, ok := strings.Cut(word, "=")
	return ok && name != "" && !strings.HasPrefix(text, "=") && strings.IndexFunc(name, func(r rune) bool {
		return r != '_' && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}) < 0
}
