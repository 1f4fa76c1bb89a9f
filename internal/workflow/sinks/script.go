// SPDX-License-Identifier: BSD-3-Clause

package sinks

import (
	"maps"
	"path"
	"slices"
	"sort"
	"strings"

	"github.com/scientific-python/sallyport/internal/workflow/shell"
)

// OfScript finds the uploads among the commands of a script, in their order.
// The caller reads what the script calls (task runners, scripts of the
// repository) and passes that in as scripts of its own.
func OfScript(script shell.Script, ctx Context) []Sink {
	ctx = ctx.After(within(script, ctx))
	read := &configs{}
	mints := mints(script, ctx, read)
	var found []Sink
	for _, command := range script.Commands {
		c := newCall(ctx, command.Env)
		c.mints, c.read, c.shell = mints, read, true
		if command.Dir != "" {
			c.dir = command.Dir
			c.inFolder(c.dir)
		}
		s, ok := c.sink(c.expand(command.Words))
		if !ok {
			continue
		}
		s.Line, s.Via, s.Ignored = command.Line, slices.Clone(command.Via), command.Ignored
		s.Spare = c.spare(s)
		if !slices.ContainsFunc(found, func(o Sink) bool {
			return o.Line == s.Line && o.Uploader == s.Uploader && o.Index == s.Index && o.Credential == s.Credential && slices.Equal(o.Via, s.Via) && slices.Equal(o.Files, s.Files)
		}) {
			found = append(found, s)
		}
	}
	return found
}

func newCall(ctx Context, env map[string]shell.Word) *call {
	return &call{ctx: ctx, read: &configs{}, env: func(name string) (word, bool) {
		w, ok := env[name]
		return word{w.Text, w.Static}, ok
	}, maybe: func(name string) (word, bool) {
		for _, key := range slices.Sorted(maps.Keys(env)) {
			if mayBe(key, name) {
				return word{env[key].Text, env[key].Static}, true
			}
		}
		return word{}, false
	}}
}

// sink recognises one command.
func (c *call) sink(words []word) (Sink, bool) {
	name, args := unlaunch(words)
	if name == "docker" || name == "podman" {
		return c.image(args)
	}
	if upload, ok := uploaders[name]; ok {
		return upload(c, args)
	}
	if name == "setup.py" {
		return setup(c, args)
	}
	if strings.HasPrefix(name, "py") || strings.HasPrefix(name, "$") || name == "%python%" { // python [flags] setup.py …
		for i, w := range args {
			if path.Base(w.text) == "setup.py" {
				return setup(c, args[i+1:])
			}
			if !strings.HasPrefix(w.text, "-") {
				break
			}
		}
	}
	return Sink{}, false
}

// maxWords bounds a variable that is taken for several words, in bytes.
const maxWords = 4096

// expand replaces words that are a variable of the workflow by its words, as
// an unquoted variable is.
func (c *call) expand(words []shell.Word) []word {
	var out []word
	for i, w := range words {
		plain := word{w.Text, w.Static}
		if w.Static || shellVar.FindStringSubmatch(w.Text) == nil {
			out = append(out, plain)
			continue
		}
		v := c.resolve(plain, "")
		if len(v.text) > maxWords {
			v.static = false
		}
		fields := strings.Fields(v.text[:min(len(v.text), maxWords)])
		if !v.static || len(fields) == 0 || i > 0 && len(fields) == 1 && fields[0][0] != '-' {
			out = append(out, plain)
			continue
		}
		for _, f := range fields[:min(len(fields), 100)] {
			out = append(out, word{f, true})
		}
	}
	return out
}

// mints says that the script asks an index for a token by hand.
func mints(script shell.Script, ctx Context, read *configs) bool {
	minted := false
	for _, command := range script.Commands {
		c := newCall(ctx, command.Env)
		c.read = read
		if name, _ := unlaunch(c.expand(command.Words)); slices.Contains(secretStores, name) {
			return false // what it hands on may come from there
		}
		if s, ok := c.sink(c.expand(command.Words)); ok && s.Mints {
			minted = true
		}
	}
	return minted
}

// secretStores are programs that fetch secrets from elsewhere.
var secretStores = []string{"aws", "gcloud", "az", "vault", "bao", "op", "pass", "gopass", "bw", "bws", "sops", "doppler", "infisical", "gpg", "age", "conjur", "chamber",
	"berglas", "lpass", "akeyless", "keyring", "security", "secret-tool", "kubectl", "consul", "heroku"}

// credentialVariables are those that uploaders read a password or token from,
// beside poetry's, which carry a repository's name.
var credentialVariables = []string{"ANACONDA_API_TOKEN", "BINSTAR_API_TOKEN", "FLIT_PASSWORD", "HATCH_INDEX_AUTH", "MATURIN_PASSWORD", "MATURIN_PYPI_TOKEN",
	"PDM_PUBLISH_PASSWORD", "PYPI_PASSWORD", "PYPI_TOKEN", "PYPI_TOKEN_MAP", "RYE_TOKEN", "TWINE_PASSWORD", "UV_PUBLISH_PASSWORD", "UV_PUBLISH_TOKEN"}

// isCredentialVariable reports whether an uploader reads a credential from a
// variable of that name.
func isCredentialVariable(name string) bool {
	upper := strings.ToUpper(name)
	return slices.Contains(credentialVariables, upper) || strings.HasPrefix(upper, "POETRY_PYPI_TOKEN_") ||
		strings.HasPrefix(upper, "POETRY_HTTP_BASIC_") && strings.HasSuffix(upper, "_PASSWORD")
}

// spare names the credentials in reach of an upload by trusted publishing.
func (c *call) spare(s Sink) []string {
	names := s.Spare
	if s.Credential != TrustedPublishing {
		return names
	}
	for name := range c.ctx.Env {
		if isCredentialVariable(name) {
			if v := c.variable(name); v.set() && !strings.HasPrefix(s.Why, name+",") {
				names = append(names, name)
			}
		}
	}
	sort.Strings(names)
	return slices.Compact(names)
}
