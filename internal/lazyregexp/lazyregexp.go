// SPDX-License-Identifier: BSD-3-Clause

// Package lazyregexp compiles package-level regular expressions when they are
// first used. Compiling some thirty of them at every start took a tenth of the
// time of "sallyport --version".
package lazyregexp

import (
	"regexp"
	"sync"
)

// Regexp is a regular expression that is compiled on first use. Its methods
// are those of [regexp.Regexp].
type Regexp struct{ get func() *regexp.Regexp }

// New returns the expression s. A test that uses it finds out whether it
// compiles; it panics then, as [regexp.MustCompile] does.
func New(s string) *Regexp {
	return &Regexp{sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(s) })}
}

// MatchString reports whether s holds a match.
func (r *Regexp) MatchString(s string) bool { return r.get().MatchString(s) }

// FindStringSubmatch returns the first match and its groups.
func (r *Regexp) FindStringSubmatch(s string) []string { return r.get().FindStringSubmatch(s) }

// ReplaceAllString replaces matches, expanding $1.
func (r *Regexp) ReplaceAllString(s, repl string) string { return r.get().ReplaceAllString(s, repl) }

// ReplaceAllLiteralString replaces matches by repl as it is.
func (r *Regexp) ReplaceAllLiteralString(s, repl string) string {
	return r.get().ReplaceAllLiteralString(s, repl)
}

// ReplaceAllStringFunc replaces matches by what f returns.
func (r *Regexp) ReplaceAllStringFunc(s string, f func(string) string) string {
	return r.get().ReplaceAllStringFunc(s, f)
}
