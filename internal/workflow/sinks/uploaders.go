// SPDX-License-Identifier: BSD-3-Clause

package sinks

import (
	"path"
	"strings"
)

// uploaders are the commands that upload to an index, by program. A function
// gets the arguments behind the program and gives a sink, or says that this
// call is none.
//
// The order of credentials is each tool's own, as read in its source or
// documentation at the named version.
var uploaders map[string]func(c *call, args []word) (Sink, bool)

func init() { // a literal would refer to itself through launchers
	uploaders = map[string]func(c *call, args []word) (Sink, bool){
		"twine":                     twine,           // pypa/twine 7.0.0, twine/auth.py, twine/settings.py
		"uv":                        uvPublish,       // astral-sh/uv 0.11, docs/reference/cli, commands/publish.rs
		"flit":                      flit,            // pypa/flit 3.12, flit/upload.py
		"poetry":                    poetry,          // python-poetry/poetry 2, docs/configuration, docs/repositories
		"hatch":                     hatch,           // pypa/hatch 1.14, src/hatch/publish/index.py
		"pdm":                       pdm,             // pdm-project/pdm 2, cli/commands/publish
		"maturin":                   maturin,         // PyO3/maturin, src/upload.rs
		"rye":                       rye,             // astral-sh/rye, cli/publish.rs
		"anaconda":                  anaconda,        // anaconda/anaconda-client, commands/upload.py
		"ana":                       anaconda,        // anaconda/anaconda-cli
		"binstar":                   anaconda,        // its former name
		"jupyter-releaser":          jupyterReleaser, // jupyter-server/jupyter_releaser, jupyter_releaser/python.py
		"jupyter-releaser-finalize": jupyterFinalize, // the same as a module
		"semantic-release":          semanticRelease, // python-semantic-release < 8; semantic-release-pypi
		"wheelhouse-uploader":       wheelhouse,      // ogrisel/wheelhouse-uploader, README
		"fullrelease":               zest,            // zest.releaser, README
		"devpi":                     devpi,           // devpi-client, docs/userman
		"curl":                      http,            // curl(1)
		"wget":                      http,            // wget(1)
		"http":                      http,            // httpie
		"https":                     http,            // httpie
		"xh":                        http,            // ducaale/xh
		"invoke-webrequest":         http,            // PowerShell
		"invoke-restmethod":         http,            // PowerShell
		"iwr":                       http,            // PowerShell's alias
		"irm":                       http,            // PowerShell's alias
	}
}

// sub tells a command with sub-commands: the words behind the wanted one. A
// word that is not known where the sub-command belongs is passed over, as in
// "twine $OPTIONS upload".
func sub(c *call, global optionSet, args []word, names ...string) ([]word, arguments, bool) {
	before := arguments{flags: map[string][]value{}}
	for len(args) > 0 {
		parsed := global.parse(c, args, true)
		for k, v := range parsed.flags {
			before.flags[k] = append(before.flags[k], v...)
		}
		if len(parsed.rest) == 0 {
			return nil, before, false
		}
		next := parsed.rest[0]
		for _, name := range names {
			if v := c.resolve(next, ""); v.static && v.text == name {
				return parsed.rest[1:], before, true
			}
		}
		if next.static {
			return nil, before, false
		}
		args = parsed.rest[1:]
	}
	return nil, before, false
}

var twineFlags = options("-u --username=", "-p --password=", "-r --repository=", "--repository-url=", "--skip-existing", "--attestations",
	"--config-file=", "--client-cert=", "--cert=", "-c --comment=", "-s --sign", "--sign-with=", "-i --identity=", "--non-interactive",
	"--verbose", "--disable-progress-bar", "--no-color")

func twine(c *call, args []word) (Sink, bool) {
	rest, _, ok := sub(c, twineFlags, args, "upload")
	if !ok {
		return Sink{}, false
	}
	a := twineFlags.parse(c, rest, false)
	repository := first(a.last("repository"), c.variable("TWINE_REPOSITORY"), value{text: "pypi", static: true, given: true, from: "the default"})
	where := c.named(repository)
	if u := first(a.last("repository-url"), c.variable("TWINE_REPOSITORY_URL")); u.set() {
		where = at(u)
	}
	s := sink("twine upload", where, c.twineCredential(a, repository, where))
	s.Files = c.texts(a.rest)
	s.SkipExisting = a.has("skip-existing")
	if a.has("attestations") || c.variable("TWINE_ATTESTATIONS").mayBeTrue() {
		s.Attests = Unclear // it sends what lies beside the files
	}
	return s, true
}

// twineCredential: command line and environment, then .pypirc, then keyring,
// then trusted publishing, at PyPI and TestPyPI and for __token__ only.
func (c *call) twineCredential(a arguments, repository value, where address) choice {
	if v := first(a.last("password"), c.variable("TWINE_PASSWORD")); v.set() {
		return c.token(v)
	}
	if where.credentials {
		return inAddress(where)
	}
	if ch, ok := c.inFile(strings.TrimSpace(repository.text)); ok {
		return ch
	}
	if a.has("config-file") {
		return choice{Token, "--config-file, a file that is not known here", nil}
	}
	if u := first(a.last("username"), c.variable("TWINE_USERNAME")); u.set() && u.static && !u.is("__token__") {
		return choice{Ambient, u.from + " names a user and no password is given", nil}
	}
	switch where.offersOIDC() {
	case Yes:
		return c.exchange(Ambient)
	case Unclear:
		if c.ctx.IDToken != No {
			return choice{Unknown, "no credential is given, and the index is not a constant", nil}
		}
	}
	return nothing()
}

var uvFlags = options("-t --token=", "-u --username=", "-p --password=", "--publish-url=", "--index=", "--check-url=", "--keyring-provider=",
	"--trusted-publishing=", "--no-attestations", "--dry-run", "--skip-existing", "--direct", "--config-file=", "--directory=", "--project=",
	"--cache-dir=", "--color=", "--allow-insecure-host=", "--trusted-host=", "--default-index=", "--index-url=", "--extra-index-url=")

func uvPublish(c *call, args []word) (Sink, bool) {
	rest, before, ok := sub(c, uvFlags, args, "publish")
	if !ok {
		return Sink{}, false
	}
	a := uvFlags.parse(c, rest, false)
	if before.has("config-file") {
		a.flags["config-file"] = before.flags["config-file"]
	}
	if dir := first(a.last("directory"), before.last("directory"), a.last("project"), before.last("project")); dir.set() && dir.static {
		c.inFolder(path.Join(c.dir, strings.ReplaceAll(dir.text, `\\`, "/")))
	}
	where := c.uvIndex(a)
	s := sink("uv publish", where, c.uvCredential(a, where))
	s.Files = c.files(a.rest, "dist/*")
	s.SkipExisting = a.has("skip-existing")
	s.DryRun = a.has("dry-run")
	s.Attests = Unclear // it sends what lies beside the files, since 0.9.12
	if a.has("no-attestations") || c.variable("UV_PUBLISH_NO_ATTESTATIONS").mayBeTrue() {
		s.Attests = No
	}
	return s, true
}

func (c *call) uvIndex(a arguments) address {
	if name := first(a.last("index"), c.variable("UV_PUBLISH_INDEX")); name.set() {
		for _, index := range c.uv().Index {
			if name.is(index.Name) && index.PublishURL != "" {
				return at(value{text: index.PublishURL, static: !dynamic(index.PublishURL), from: "publish-url of index " + index.Name})
			}
		}
		return address{from: name.from}
	}
	if u := first(a.last("publish-url"), c.variable("UV_PUBLISH_URL")); u.set() {
		return at(u)
	}
	if u := c.uv().PublishURL; u != "" {
		return at(value{text: u, static: !dynamic(u), from: "publish-url of tool.uv"})
	}
	return known(PyPI, "the default")
}

// uvCredential: in the automatic mode any credential or keyring provider
// turns trusted publishing off without a word; it works at any address.
func (c *call) uvCredential(a arguments, where address) choice {
	given := first(a.last("token"), a.last("password"), c.variable("UV_PUBLISH_TOKEN"), c.variable("UV_PUBLISH_PASSWORD"))
	if given.set() {
		return c.token(given)
	}
	if where.credentials {
		return inAddress(where)
	}
	if v := first(a.last("keyring-provider"), c.variable("UV_KEYRING_PROVIDER"), setting(c.uv().KeyringProvider, "keyring-provider of tool.uv")); v.set() && !v.is("disabled") {
		return choice{Ambient, v.from, nil}
	}
	mode := first(a.last("trusted-publishing"), setting(c.uv().TrustedPublishing, "trusted-publishing of tool.uv"))
	switch {
	case a.has("config-file"):
		return choice{Unknown, "--config-file names settings that are not read here", nil}
	case mode.is("never"):
		return choice{None, mode.from + " is never, and no credential is given", nil}
	case mode.set() && !mode.static:
		return choice{Unknown, mode.from + " is not a constant", nil}
	}
	if u := first(a.last("username"), c.variable("UV_PUBLISH_USERNAME")); u.set() && !mode.is("always") {
		return choice{Ambient, u.from + " names a user and no password is given", nil}
	}
	return c.exchange(None)
}

// setting makes a value of a configuration file's string.
func setting(text, from string) value {
	return value{text: text, static: true, given: text != "", from: from}
}
