// SPDX-License-Identifier: BSD-3-Clause

package runner

import (
	"slices"
	"strings"
)

// section is a part of an INI or TOML file: the lines below a name in brackets.
type section struct {
	name    string // lower case, without quotes
	entries []entry
	// addresses are the indexes that are named beside other entries, by what
	// holds both.
	addresses map[string]string
}

// entry is a key with its value as written, lines that go on included.
type entry struct{ key, value string } // the key in lower case, without quotes

// maxLine is the length in bytes up to which a line is taken apart. A longer
// one is a value as a whole.
const maxLine = 64 << 10

// sections takes a file apart, line by line, as far as INI and TOML agree. A
// line that is neither a name in brackets nor a key goes on with the last
// value: that of an INI file does where it is indented, that of a TOML file
// between three quotes or in a list. Lines of comment are passed over: no
// uploader reads a password there.
func sections(text string) []section {
	out := []section{{}}
	indent := 0 // of the last key
	var more []string
	// whole gives the last entry the lines that it goes on with.
	whole := func() {
		if here := &out[len(out)-1]; len(more) > 0 {
			last := &here.entries[len(here.entries)-1]
			last.value += "\n" + strings.Join(more, "\n")
			more = nil
		}
	}
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\r", "\n"), "\n") {
		here := &out[len(out)-1]
		bare := strings.TrimSpace(line)
		if bare == "" || bare[0] == '#' || bare[0] == ';' {
			continue
		}
		if name, ok := heading(bare); ok {
			whole()
			out = append(out, section{name: name})
			continue
		}
		in := len(line) - len(strings.TrimLeft(line, " \t"))
		key, value, ok := pair(bare)
		n := len(here.entries)
		if n > 0 && (!ok || in > indent && blank(here.entries[n-1].value)) {
			more = append(more, bare) // in INI; in TOML a key has a value
		}
		switch {
		case ok:
			whole()
			indent = in
			here.entries = append(here.entries, inline(key, value)...)
		case n == 0:
			here.entries = append(here.entries, entry{"", bare})
		}
	}
	whole()
	for i := range out {
		out[i].address()
	}
	return out
}

// address notes the addresses of the section's indexes.
func (s *section) address() {
	s.addresses = map[string]string{}
	for _, e := range s.entries {
		holder, last := split(e.key)
		if _, there := s.addresses[holder]; !there && (last == "repository" || last == "url" || last == "service") && !blank(e.value) {
			s.addresses[holder] = plain(e.value)
		}
	}
}

func heading(line string) (string, bool) {
	if !strings.HasPrefix(line, "[") {
		return "", false
	}
	name, rest, ok := strings.Cut(strings.TrimLeft(line, "["), "]")
	rest = strings.TrimLeft(rest, "]")
	if rest = strings.TrimSpace(rest); !ok || rest != "" && !strings.ContainsAny(rest[:1], "#;") || strings.ContainsAny(name, "{},") {
		return "", false // a list of a value
	}
	return keyName(name), true
}

// pair takes a line with a key apart, at the first "=" or, as INI allows, ":".
func pair(line string) (key, value string, ok bool) {
	at := strings.IndexAny(line, "=:")
	if at <= 0 || at > 200 || len(line) > maxLine || strings.ContainsAny(line[:at], "/{}()<>") || strings.HasPrefix(line[at:], "://") {
		return "", "", false
	}
	return keyName(line[:at]), strings.TrimSpace(line[at+1:]), true
}

// inline takes TOML's tables in one line apart: name = {key = value, …}.
func inline(key, value string) []entry {
	body, ok := strings.CutPrefix(value, "{")
	if !ok {
		return []entry{{key, value}}
	}
	out := []entry{{key, ""}}
	for part := range strings.SplitSeq(strings.TrimRight(body, "}"), ",") {
		if k, v, ok := pair(strings.TrimSpace(part)); ok {
			out = append(out, entry{key + "." + k, v})
		} else {
			out[len(out)-1].value += part
		}
	}
	return out
}

// keyName folds a key or a section's name: quotes and spaces around the parts
// mean nothing in TOML.
func keyName(s string) string {
	parts := strings.Split(strings.ToLower(s), ".")
	for i := range parts {
		parts[i] = strings.Trim(parts[i], " \t\"'")
	}
	return strings.Join(parts, ".")
}

// secret reports whether an entry is one that holds a secret.
func (e entry) secret(section string) bool {
	_, last := split(e.key)
	return slices.Contains(secretKeys, last) || section == "pypi-token" || strings.HasPrefix(e.key, "pypi-token.")
}

// index says which index an entry is for: by the address beside it, or by the
// name of what holds both.
func (s section) index(key string) string {
	holder, _ := split(key)
	if address := s.addresses[holder]; address != "" {
		return secretIndex(address)
	}
	if holder == "" {
		holder = s.name
	}
	if s.name == "pypi-token" || strings.HasPrefix(key, "pypi-token.") { // poetry's: the key is the index
		holder = key
	}
	switch _, name := split(holder); name {
	case "pypi", "server-login":
		return IndexPyPI
	case "testpypi":
		return IndexTest
	}
	return ""
}

// split parts a dotted name before its last part.
func split(name string) (holder, last string) {
	at := strings.LastIndexByte(name, '.')
	return name[:max(at, 0)], name[at+1:]
}

// plain takes the quotes and what follows them off a value.
func plain(value string) string {
	for _, quote := range []string{`"`, "'"} {
		if rest, ok := strings.CutPrefix(value, quote); ok {
			rest, _, _ = strings.Cut(rest, quote)
			return strings.TrimSpace(rest)
		}
	}
	return strings.TrimSpace(value)
}

// blank reports whether a value is nothing but quotes, or quotes and a comment.
func blank(value string) bool {
	value = strings.TrimSpace(value)
	for _, none := range []string{`""`, "''"} {
		if rest, ok := strings.CutPrefix(value, none); ok && strings.HasPrefix(strings.TrimSpace(rest), "#") {
			return true
		}
	}
	return strings.Trim(value, " \t\n\"'") == ""
}
