// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"
)

// spelled is a variable of a script, and the line of the script.
type spelled struct {
	name string
	line int
}

// spelledOut are the variables that a script puts into a text for eval or for
// another shell or interpreter: behind eval outside of single quotes, behind
// -c and the like inside double quotes, and in a here-document whose end is not
// quoted. The commands that were read do not tell these from texts in which the
// inner shell finds the variable itself, which is safe. In a script for cmd
// every %NAME% is put in before the line is read.
func spelledOut(script string, cmd bool) []spelled {
	var out []spelled
	lines := strings.Split(script, "\n")
	for n, line := range lines {
		add := func(names []string) {
			for _, v := range names {
				out = append(out, spelled{v, n + 1})
			}
		}
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		rest := strings.Join(lines[n:min(len(lines), n+maxJoined)], "\n")
		if cmd {
			add(percentVariables(line))
		}
		for _, word := range []string{"eval", "iex", "Invoke-Expression"} {
			if at := wordAt(line, word); at >= 0 {
				add(plainVariables(unquoted(rest[at+len(word):], false)))
			}
		}
		if after, ok := strings.CutPrefix(strings.TrimSpace(line), "& $env:"); ok {
			add(plainVariables("$env:" + after))
		}
		if at := flagAt(line); at >= 0 {
			add(plainVariables(unquoted(rest[at:], true)))
		}
		for _, start := range []string{"source <(", ". <(", "sh <(", "source /dev/stdin <<<", ". /dev/stdin <<<"} {
			if _, after, ok := strings.Cut(line, start); ok {
				add(plainVariables(after))
			}
		}
		if before, after, ok := strings.Cut(line, "| xargs"); ok && strings.Contains(after, "sh -c") {
			add(plainVariables(before))
		}
		if end, ok := openDocument(line); ok {
			for _, inner := range lines[n+1 : min(len(lines), n+1+maxDocument)] {
				if strings.TrimSpace(inner) == end {
					break
				}
				add(plainVariables(inner))
			}
		}
	}
	return out
}

// maxJoined is over how many lines a text in quotes is followed, maxDocument
// over how many a here-document. maxCommand is how much of a line before a text
// is looked at for the program that reads it, in bytes.
const (
	maxJoined   = 50
	maxDocument = 500
	maxCommand  = 500
)

// interpreters run what they are given by -c, -e or on their input.
var interpreters = []string{"bash", "sh", "dash", "zsh", "ksh", "su", "pwsh", "powershell", "python", "python3", "node", "perl", "ruby"}

func startsInterpreter(command string) bool {
	return slices.ContainsFunc(strings.Fields(command), func(w string) bool { return slices.Contains(interpreters, w[strings.LastIndexByte(w, '/')+1:]) })
}

// flagAt is the offset behind the opening double quote of a text that a line
// gives an interpreter by a flag such as -c; -1 for none.
func flagAt(line string) int {
	for i := 0; i < len(line); i++ {
		if line[i] != '"' {
			continue
		}
		if i == 0 || line[i-1] != ' ' {
			continue
		}
		before := line[max(0, i-maxCommand):i]
		words := strings.Fields(before)
		if len(words) < 2 {
			continue
		}
		flag := strings.ToLower(words[len(words)-1])
		if (strings.HasPrefix(flag, "-") && !strings.HasPrefix(flag, "--") && len(flag) < 8 && (strings.HasSuffix(flag, "c") || strings.HasSuffix(flag, "e")) || flag == "-command") &&
			startsInterpreter(lastCommand(before)) {
			return i + 1
		}
	}
	return -1
}

// lastCommand is what stands behind the last separator of a line.
func lastCommand(line string) string { return line[strings.LastIndexAny(line, ";|&(")+1:] }

// openDocument is the end of a here-document that an interpreter reads and that
// the shell puts variables into.
func openDocument(line string) (end string, ok bool) {
	before, after, found := strings.Cut(line, "<<")
	end, _, _ = strings.Cut(strings.TrimSpace(strings.TrimPrefix(after, "-")), " ")
	if !found || end == "" || strings.ContainsAny(end, "<'\"\\$") || !startsInterpreter(lastCommand(before)) {
		return "", false
	}
	return end, true
}

// wordAt is the offset of a command's name in a line, -1 for none.
func wordAt(line, word string) int {
	lower, word := asciiLower(line), strings.ToLower(word)
	for from := 0; ; {
		i := strings.Index(lower[from:], word)
		if i < 0 {
			return -1
		}
		i += from
		end := i + len(word)
		before := strings.Trim(lastCommand(line[max(0, i-maxCommand):i]), " \t{!")
		if end < len(line) && (line[end] == ' ' || line[end] == '\t') && slices.Contains([]string{"", "then", "do", "else", "command", "builtin"}, before) {
			return i
		}
		from = end
	}
}

// percentVariables are the variables of a line for cmd.
func percentVariables(line string) []string {
	var out []string
	parts := strings.Split(line, "%")
	for i := 1; i+1 < len(parts); i++ {
		if p := parts[i]; p != "" && !strings.ContainsFunc(p, func(r rune) bool { return r != '_' && (r >= 0x80 || !isWordByte(byte(r))) }) {
			out = append(out, p)
		}
	}
	return out
}

// unquoted is a text without what stands in single quotes, up to the end of the
// command; in double quotes from the start where inside is true, and then up to
// the closing one.
func unquoted(text string, inside bool) string {
	var b strings.Builder
	double, single := inside, false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case single:
			single = c != '\''
			continue
		case c == '\\' && i+1 < len(text):
			i++
			continue
		case c == '"':
			if double = !double; inside && !double {
				return b.String()
			}
			continue
		case c == '\'' && !double:
			single = true
			continue
		case !double && (c == ';' || c == '|' || c == '&'):
			return b.String()
		}
		b.WriteByte(c)
	}
	return b.String()
}

// asciiLower keeps the offsets of a text, which folding of other letters may not.
func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r | 0x20
		}
		return r
	}, s)
}
