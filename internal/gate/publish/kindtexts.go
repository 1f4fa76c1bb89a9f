// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"slices"
	"strings"
	"unicode"

	"github.com/scientific-python/sallyport/internal/workflow/shell"
)

// pythonText judges a text of Python that is written in the workflow by what
// it imports and calls: with the standard library alone, and without the parts
// of it that run other texts, it runs nobody else's code.
func pythonText(text string) commandKind {
	for _, name := range identifiers(strings.ReplaceAll(text, "platform.system", "")) {
		if slices.Contains(strings.Fields(runningNames), name) || strings.HasPrefix(name, "exec") || strings.HasPrefix(name, "spawn") ||
			strings.HasPrefix(name, "posix_spawn") || name != "__name__" && name != "__version__" && name != "__future__" && name != "__doc__" && name != "__init__" && strings.HasPrefix(name, "__") {
			return code
		}
	}
	for _, name := range imported(text) {
		if !slices.Contains(strings.Fields(stdlib), name) {
			return code
		}
	}
	for _, name := range identifiers(text) {
		if slices.Contains([]string{"urlopen", "urlretrieve", "HTTPConnection", "HTTPSConnection", "create_connection", "socket"}, name) {
			return fetches
		}
	}
	return changes
}

// imported are the modules that a text of Python imports, without what they are
// in; "." for one beside the text.
func imported(text string) []string {
	var out []string
	for _, line := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("\r\n;:", r) }) {
		f := strings.Fields(line)
		if len(f) > 0 && strings.HasPrefix(f[0], "from.") {
			out = append(out, ".")
		}
		if len(f) < 2 || f[0] != "import" && f[0] != "from" {
			continue
		}
		names := f[1:2]
		if f[0] == "import" {
			names = strings.Split(strings.Join(f[1:], " "), ",")
		}
		for _, n := range names {
			n, _, _ = strings.Cut(strings.TrimSpace(n), " ")
			n, _, _ = strings.Cut(n, ".")
			out = append(out, n)
		}
	}
	return out
}

// loaded are the modules that python has at hand before it looks for any: those
// that are built in, and those that its start needs.
const loaded = "os sys io time errno gc posixpath stat codecs abc site"

// runningNames are what a text of Python runs other texts or programs with, or
// finds such a name by.
const runningNames = `eval compile import_module system popen fork forkpty pty ctypes builtins globals getattr runpy subprocess code codeop
	load_module find_spec path_hooks meta_path addsitedir addpackage loads_code FunctionType CodeType pickle marshal startfile modules`

// identifiers are the words of a text that may be names.
func identifiers(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// stdlib are modules of the standard library that such texts use.
const stdlib = `__future__ abc argparse ast base64 binascii bisect bz2 calendar codecs collections configparser contextlib copy csv
	dataclasses datetime decimal difflib email enum errno filecmp fileinput fnmatch functools gc getopt getpass glob gzip hashlib
	hmac html http inspect io itertools json locale logging lzma math mimetypes operator os pathlib platform
	posixpath pprint random re secrets shlex shutil signal site socket ssl stat statistics string struct sys sysconfig
	tarfile tempfile textwrap threading time tomllib traceback types typing unicodedata urllib uuid warnings xml zipfile zlib`

// node loads modules of the workspace by a word, so its texts are not told
// apart.
func node(shell.Command, []string) commandKind { return code }

// awk runs programs by system() and by pipes.
func awk(_ shell.Command, a []string) commandKind {
	text, ok := "", false
	for i := 0; i < len(a); i++ {
		switch w := a[i]; {
		case ok: // a file, or an assignment
		case w == "-F" || w == "-v" || w == "--field-separator" || w == "--assign":
			i++
		case w == "--":
		case strings.HasPrefix(w, "-F") || strings.HasPrefix(w, "-v") || strings.HasPrefix(w, "--field-separator=") || strings.HasPrefix(w, "--assign=") || w == "--posix" || w == "--csv" || w == "--re-interval":
		case strings.HasPrefix(w, "-"):
			return code // a program in a file, a library
		default:
			text, ok = w, true
		}
	}
	body := strings.ReplaceAll(text, "||", "")
	if !strings.Contains(body, "/") {
		body = withoutStrings(body) // with a regular expression in it, quotes may be anything
	}
	switch {
	case strings.Contains(body, "system") || strings.Contains(body, "@") && (strings.Contains(body, "@load") || strings.Contains(body, "@include")):
		return code
	case strings.Contains(body, "|") && (strings.Contains(body, "print") || strings.Contains(body, "getline")):
		return code
	case strings.Contains(body, ">"):
		return changes
	}
	return harmless
}

// withoutStrings leaves out what is in double quotes.
func withoutStrings(text string) string {
	var out strings.Builder
	in := false
	for i := 0; i < len(text); i++ {
		switch {
		case in && text[i] == '\\':
			i++
		case text[i] == '"':
			in = !in
		case !in:
			out.WriteByte(text[i])
		}
	}
	return out.String()
}

// shortFlags are the flags of one letter that a word holds: those in values
// take the rest of the word, or the next one.
func shortFlags(word, values string) string {
	if len(word) < 2 || word[0] != '-' || word[1] == '-' {
		return ""
	}
	for i := 1; i < len(word); i++ {
		if strings.IndexByte(values, word[i]) >= 0 {
			return word[1 : i+1]
		}
	}
	return word[1:]
}

// longFlag reports whether a word is a long flag, or one of its abbreviations
// of at least least letters.
func longFlag(word string, least int, flags ...string) bool {
	name, _, _ := strings.Cut(word, "=")
	return len(name) >= 2+least && slices.ContainsFunc(flags, func(f string) bool { return strings.HasPrefix(f, name) })
}

// positional are the arguments that are no flags; each flag of values takes
// the next word.
func positional(a []string, values ...string) []string {
	var out []string
	for i := 0; i < len(a); i++ {
		switch {
		case slices.Contains(values, a[i]):
			i++
		case a[i] == "-" || !strings.HasPrefix(a[i], "-"):
			out = append(out, a[i])
		}
	}
	return out
}
