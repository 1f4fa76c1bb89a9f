// SPDX-License-Identifier: BSD-3-Clause

package sinks

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/scientific-python/sallyport/internal/lazyregexp"
)

// value is a string of the workflow: a constant, or a template or a shell
// word whose value is only known when it runs.
type value struct {
	text   string
	static bool   // text is what it will be
	open   bool   // it is not known whether the variable is this one
	given  bool   // somebody wrote it: the flag, variable or input is there
	from   string // the input, variable or flag, for Why
}

var (
	wholeExpr = lazyregexp.New(`^\s*\$\{\{([^{}]*)\}\}\s*$`)
	literal   = lazyregexp.New(`^\s*'([^']*)'\s*$`)
	envRef    = lazyregexp.New(`^\s*env(?:\.([A-Za-z_]\w*)|\['([A-Za-z_]\w*)'\])\s*$`)
	shellVar  = lazyregexp.New(`^\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?::?[-=?]([^{}$]*))?\}|\{?env:([A-Za-z_]\w*)\}?)$`)
	// stepOutput is the first output of a step that an expression names.
	stepOutput = lazyregexp.New(`(?i)\$\{\{[^}]*\bsteps\s*(?:\.\s*([A-Za-z_][\w-]*)|\[\s*'([^']*)'\s*\])`)
	cmdVar     = lazyregexp.New(`^%([A-Za-z_]\w*)%$`)
)

// secretName finds every mention, which lazyregexp cannot.
var secretName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\bsecrets\s*(?:\.\s*([A-Za-z_][\w-]*)|\[\s*'([\w-]+)'\s*\])`)
})

// maxDepth bounds how far variables that name variables are followed.
const maxDepth = 6

// written makes a value of text from a workflow's YAML: ${{ 'x' }} and
// ${{ env.X }} are looked through, any other template is not constant.
func (ctx Context) written(text, from string) value {
	for range maxDepth {
		m := wholeExpr.FindStringSubmatch(text)
		if m == nil {
			break
		}
		if l := literal.FindStringSubmatch(m[1]); l != nil {
			return value{text: l[1], static: true, given: true, from: from}
		}
		e := envRef.FindStringSubmatch(m[1])
		if e == nil {
			break
		}
		next, ok := ctx.Env[e[1]+e[2]]
		if !ok {
			break
		}
		text = next
	}
	return value{text: text, static: !strings.Contains(text, "${{"), given: true, from: from}
}

// env reads a variable of the context; an absent one is not given.
func (ctx Context) env(name string) value {
	text, ok := ctx.Env[name]
	if ok {
		return ctx.written(text, name)
	}
	if isCredentialVariable(name) {
		for _, key := range slices.Sorted(maps.Keys(ctx.Env)) {
			if mayBe(key, name) {
				v := ctx.written(ctx.Env[key], name)
				v.open = true
				return v
			}
		}
	}
	return value{from: name}
}

// mayBe reports whether a name that is not wholly known may be the name of a
// variable: what stands before its first expansion begins it.
func mayBe(key, name string) bool {
	before, _, open := strings.Cut(key, "$")
	return open && strings.HasPrefix(name, before)
}

// set says that the value may be something: it is there, and it is not
// certainly empty. A secret that may not exist counts as something.
func (v value) set() bool { return v.given && (!v.static || strings.TrimSpace(v.text) != "") }

// is compares with a constant; a value that is not constant equals nothing.
func (v value) is(texts ...string) bool {
	return v.given && v.static && slices.ContainsFunc(texts, func(t string) bool { return strings.EqualFold(strings.TrimSpace(v.text), t) })
}

// mayBeTrue is for switches: off only when absent or constantly false.
func (v value) mayBeTrue() bool { return v.set() && !v.is("false", "0", "no", "off", "f", "n") }

// secrets are the names of the secrets that the text refers to, sorted.
func (v value) secrets() []string { return secretsIn(v.text) }

func secretsIn(text string) []string {
	var names []string
	for _, m := range secretName().FindAllStringSubmatch(text, -1) {
		names = append(names, m[1]+m[2])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// minted says that a credential may come out of a token exchange of the same
// job: it is neither a constant nor a secret, nor an output of a step that
// asked for no token.
func (v value) minted(by []string) bool {
	if !v.given || v.static || len(v.secrets()) > 0 {
		return false
	}
	m := stepOutput.FindStringSubmatch(v.text)
	return m == nil || slices.Contains(by, strings.ToLower(m[1]+m[2]))
}

// first is the first value that is set, or the last one's absence.
func first(values ...value) value {
	for _, v := range values {
		if v.set() {
			return v
		}
	}
	return value{}
}
