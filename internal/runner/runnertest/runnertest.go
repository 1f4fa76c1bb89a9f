// SPDX-License-Identifier: BSD-3-Clause

// Package runnertest reads text as GitHub's runner does, so that tests can
// hold what a program writes against what the runner would do about it.
//
// It follows the behaviour of actions/runner 2.336 (ActionCommand,
// FileCommandManager). Where the runner is laxer in ways that depend on its
// machine (it compares by the rules of a language, which overlook invisible
// characters), this package is as lax as can be: it drops such characters
// before it looks. It trusts nothing.
//
// [Issuer] is the other half: what a runner offers to a job, an identity token,
// with whatever claims and faults a test wants.
package runnertest

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// Command is one command that the runner would execute.
type Command struct {
	Name       string // lower case
	Properties map[string]string
	Data       string
	Line       string // as found in the log
}

// commands are the names that the runner knows; others are plain text.
var commands = map[string]bool{
	"add-mask": true, "add-matcher": true, "add-path": true, "debug": true, "echo": true,
	"endgroup": true, "error": true, "group": true, "notice": true, "remove-matcher": true,
	"save-state": true, "set-env": true, "set-output": true, "stop-commands": true, "warning": true,
	"internal-set-repo-path": true,
}

// ParseLog returns the commands in what a step wrote to its standard output or
// error.
func ParseLog(log string) []Command {
	var out []Command
	log = strings.ReplaceAll(log, "\r\n", "\n")
	// A lone carriage return ends a line too where the runner reads lines.
	for _, line := range strings.FieldsFunc(log, func(r rune) bool { return r == '\n' || r == '\r' }) {
		if c, ok := parseLine(line); ok {
			out = append(out, c)
			continue
		}
		if c, ok := parseLine(strings.Map(dropInvisible, line)); ok {
			out = append(out, c)
		}
	}
	return out
}

// dropInvisible removes what a comparison by language overlooks.
func dropInvisible(r rune) rune {
	if r != ' ' && !unicode.IsSpace(r) && (!unicode.IsPrint(r) ||
		unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)) {
		return -1
	}
	return r
}

func parseLine(line string) (Command, bool) {
	if c, ok := parseV2(line); ok {
		return c, true
	}
	return parseV1(line)
}

// parseV2 reads ::name key=value,key=value::data at the start of a line, after
// white space.
func parseV2(line string) (Command, bool) {
	rest, ok := strings.CutPrefix(strings.TrimLeftFunc(line, unicode.IsSpace), "::")
	if !ok {
		return Command{}, false
	}
	head, data, ok := strings.Cut(rest, "::")
	if !ok {
		return Command{}, false
	}
	c, ok := command(line, head, ",", "%3A", ":", "%2C", ",")
	c.Data = unescape(data, "%0D", "\r", "%0A", "\n", "%25", "%")
	return c, ok
}

// parseV1 reads ##[name key=value;key=value]data anywhere in a line.
func parseV1(line string) (Command, bool) {
	_, rest, ok := strings.Cut(line, "##[")
	if !ok {
		return Command{}, false
	}
	head, data, ok := strings.Cut(rest, "]")
	if !ok {
		return Command{}, false
	}
	c, ok := command(line, head, ";", "%3B", ";", "%5D", "]")
	c.Data = unescape(data, "%3B", ";", "%0D", "\r", "%0A", "\n", "%5D", "]", "%25", "%")
	return c, ok
}

func command(line, head, sep string, escapes ...string) (Command, bool) {
	name, props, _ := strings.Cut(head, " ")
	c := Command{Name: strings.ToLower(name), Properties: map[string]string{}, Line: line}
	for _, pair := range strings.Split(props, sep) {
		if k, v, ok := strings.Cut(strings.TrimSpace(pair), "="); ok && k != "" && v != "" {
			c.Properties[k] = unescape(v, append([]string{"%0D", "\r", "%0A", "\n"}, append(escapes, "%25", "%")...)...)
		}
	}
	return c, commands[c.Name]
}

// unescape replaces one escape after the other, as the runner does.
func unescape(s string, pairs ...string) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		s = strings.ReplaceAll(s, pairs[i], pairs[i+1])
	}
	return s
}

// Pair is one name and value of a command file.
type Pair struct{ Name, Value string }

// ParseFile reads a command file of names and values (GITHUB_OUTPUT,
// GITHUB_STATE, GITHUB_ENV), in order; of one name the last holds.
func ParseFile(text string) ([]Pair, error) {
	pairs, _, err := parseFile(text)
	return pairs, err
}

// Delimiters returns the delimiter of each pair that [ParseFile] returns, ""
// for one of the form NAME=VALUE. A writer whose delimiters repeat can be made
// to write further pairs, and so can one without any.
func Delimiters(text string) []string {
	_, marks, _ := parseFile(text)
	return marks
}

func parseFile(text string) (out []Pair, marks []string, err error) {
	add := func(name, value, mark string) {
		out, marks = append(out, Pair{name, value}), append(marks, mark)
	}
	for text != "" {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		if line == "" {
			continue
		}
		equals, heredoc := strings.Index(line, "="), strings.Index(line, "<<")
		switch {
		case equals >= 0 && (heredoc < 0 || equals < heredoc):
			add(line[:equals], line[equals+1:], "")
		case heredoc > 0 && heredoc+2 < len(line):
			mark := line[heredoc+2:]
			var value []string
			for {
				if text == "" {
					return out, marks, fmt.Errorf("delimiter %q of %q not found", mark, line[:heredoc])
				}
				var next string
				next, text, _ = strings.Cut(text, "\n")
				if next == mark {
					break
				}
				value = append(value, next)
			}
			add(line[:heredoc], strings.Join(value, "\n"), mark)
		default:
			return out, marks, errors.New("neither NAME=VALUE nor NAME<<DELIMITER: " + line)
		}
	}
	return out, marks, nil
}
