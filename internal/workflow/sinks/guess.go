// SPDX-License-Identifier: BSD-3-Clause

package sinks

import (
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/lazyregexp"
	"github.com/scientific-python/sallyport/internal/workflow/shell"
)

var indexWord = lazyregexp.New(`(?i)pypi|twine|flit|anaconda|(?:^|[_-])pdm|poetry|hatch[_-]index|uv[_-]publish|maturin`)
var secretWord = lazyregexp.New(`(?i)token|passw|key|secret|auth|credential`)

// readingWord finds variables from which installers read where and how to
// fetch packages. They are no credentials for an upload, whatever the secret
// behind them is called.
var readingWord = lazyregexp.New(`(?i)^(?:env )?(?:pip_|uv_(?:extra_)?index|uv_default_index|conda_|pixi_auth)`)

// looksLikeIndexCredential judges by the names of variable and secret, which
// is all there is.
func looksLikeIndexCredential(name string, v value) bool {
	if !v.set() || v.static || readingWord.MatchString(name) {
		return false
	}
	for _, s := range v.secrets() {
		if indexWord.MatchString(s) {
			return true
		}
	}
	return indexWord.MatchString(name) && secretWord.MatchString(name)
}

// guess is the sink of something unknown that is handed a credential.
func guess(uploader string, values map[string]value, ctx Context) []Sink {
	var names, secrets []string
	for name, v := range values {
		if looksLikeIndexCredential(name, v) {
			names = append(names, v.from)
			secrets = append(secrets, v.secrets()...)
		}
	}
	if len(names) == 0 {
		return nil
	}
	slices.Sort(names)
	slices.Sort(secrets)
	return []Sink{{Uploader: uploader, Credential: Token, Why: names[0] + " of what is not known here", Secrets: slices.Compact(secrets),
		Attests: Unclear, SkipExisting: true, Guessed: true}}
}

// OfUnknown guesses at a step none of whose commands is known to upload. Two
// things count: the step itself sets a variable that looks like a credential
// for an index, and a command that nobody knows is handed one as an argument
// (or any secret, together with an index's upload address). A step that only
// runs what is known to upload nothing gives no sink, unless it leaves
// something behind in a file.
func OfUnknown(script shell.Script, ctx Context) []Sink {
	writes := len(script.EnvFile) > 0
	for _, w := range script.Written {
		writes = writes || !strings.Contains(w.Path.Text, "GITHUB_OUTPUT") && !strings.Contains(w.Path.Text, "GITHUB_STEP_SUMMARY") && w.Path.Text != "/dev/null"
	}
	known := len(script.Commands) > 0 && !writes && len(script.Unresolved) == 0 && script.Problem == nil
	for _, command := range script.Commands {
		c := newCall(ctx, command.Env)
		words := c.expand(command.Words)
		if c.harmless(words) {
			continue
		}
		known = false
		if found := c.handed(words); found != nil {
			for i := range found {
				found[i].Line, found[i].Via = command.Line, slices.Clone(command.Via)
			}
			return found
		}
	}
	if known {
		return nil
	}
	values := map[string]value{}
	for _, name := range ctx.StepEnv {
		values[name] = ctx.env(name)
	}
	return guess("run", values, ctx)
}

// handed guesses at an unknown command by its arguments.
func (c *call) handed(words []word) []Sink {
	if len(words) == 0 {
		return nil
	}
	name := words[0].text
	values := map[string]value{}
	var index address
	var secrets []string
	for i, w := range words[1:] {
		v := c.resolve(w, "an argument")
		if a := at(v); a.offersOIDC() == Yes && legacyPath.MatchString(a.url) {
			index = a
		}
		secrets = append(secrets, v.secrets()...)
		key := "argument"
		if flag := words[i].text; i > 0 && strings.HasPrefix(flag, "-") {
			key = flag
		}
		if len(v.secrets()) > 0 {
			values[key+" "+v.text] = v
		}
	}
	found := guess(name, values, c.ctx)
	if found == nil && index.known && len(secrets) > 0 {
		slices.Sort(secrets)
		found = []Sink{{Uploader: name, Credential: Token, Why: "an argument of what is not known here", Secrets: slices.Compact(secrets),
			Attests: Unclear, SkipExisting: true, Guessed: true}}
	}
	if found != nil && index.known {
		found[0].Index, found[0].IndexKnown = index.url, true
	}
	return found
}

// harmlessCommands upload to no index by themselves, and run nothing that
// could: parts of the shell, tools for files and text, installers, tests.
var harmlessCommands = map[string]bool{}

func init() {
	for name := range strings.FieldsSeq(`
		: . [ [[ alias awk base64 basename break cat cd chmod chown column command comm continue cp curl cut date declare df diff dirname
		du echo env exit export expr false file find free getconf gpg grep gunzip gzip head hostname id install jq less let ln local ls
		lscpu md5sum mkdir mktemp mv nl nproc od openssl paste popd printenv printf pushd pwd read readlink realpath return rm rmdir sed
		seq set sha256sum shasum shift shopt sleep sort source stat swapon tac tail tar tee test touch tr trap tree true type ulimit
		umask uname uniq unset unzip wait wc wget which whoami xxd yq zip
		apk apt apt-get brew choco conda dnf git gh mamba micromamba winget yum
		build check-manifest check-wheel-contents coverage mypy pip pip3 pipenv pre-commit pytest ruff venv virtualenv
		write-host write-output set-content get-content get-childitem remove-item copy-item new-item`) {
		harmlessCommands[name] = true
	}
}

// harmless reports whether a command is known and uploads nothing. Uploaders
// are: what they do is decided by their own rows.
func (c *call) harmless(words []word) bool {
	name, _ := unlaunch(words)
	if name == "" {
		return true // assignments
	}
	_, uploader := uploaders[name]
	return uploader || harmlessCommands[name]
}
