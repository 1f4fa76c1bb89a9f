// SPDX-License-Identifier: BSD-3-Clause

package sinks

import (
	"maps"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/lazyregexp"
)

// anacondaIndex is the channel of a user or organisation on anaconda.org.
const anacondaIndex = "https://anaconda.org/"

var anacondaFlags = options("-t --token=", "-u --user=", "-l --label=", "-c --channel=", "--force", "-f --fail", "--skip-existing", "--no-register", "--register",
	"-s --site=", "-p --package=", "-v --version=", "--summary=", "-T --package-type=", "-d --description=", "--private", "--no-progress", "-q --quiet", "-V --verbose",
	"--verbose", "-b --batch", "-i --interactive", "--basename", "--keep-basename")

// anaconda: the token by flag (before or behind the sub-command) or variable,
// else what "anaconda login" or a keyring left. There is no OIDC there.
func anaconda(c *call, args []word) (Sink, bool) {
	global := options("-t --token=", "-s --site=", "-v --verbose", "-q --quiet", "--show-traceback", "--disable-ssl-warnings", "--at=")
	rest, before, ok := sub(c, global, args, "upload")
	if !ok { // "anaconda org upload", as the new command line has it
		if rest, before, ok = sub(c, global, args, "org"); ok {
			var inner arguments
			rest, inner, ok = sub(c, global, rest, "upload")
			maps.Copy(before.flags, inner.flags)
		}
	}
	if !ok {
		return Sink{}, false
	}
	a := anacondaFlags.parse(c, rest, false)
	where := anacondaAt(first(a.last("user"), c.variable("ANACONDA_USER")))
	if site := first(a.last("site"), before.last("site"), before.last("at"), c.variable("ANACONDA_SITE")); site.set() {
		where = at(site)
	}
	ch := nothing()
	if v := first(a.last("token"), before.last("token"), c.variable("ANACONDA_API_TOKEN"), c.variable("BINSTAR_API_TOKEN")); v.set() {
		ch = c.token(v)
	}
	s := sink("anaconda upload", where, ch)
	s.Files = c.texts(a.rest)
	s.SkipExisting = a.has("skip-existing") || a.has("force")
	return s, true
}

// anacondaAt is the channel of an owner; without one it is that of whoever
// the token belongs to, of which only the host is known.
func anacondaAt(owner value) address {
	switch {
	case !owner.set():
		return known(anacondaIndex, "the default")
	case !owner.static || dynamic(owner.text) || strings.ContainsAny(owner.text, "/?# "):
		return address{from: owner.from}
	}
	return known(anacondaIndex+strings.TrimSpace(owner.text), owner.from)
}

var noFlags = options("--config=", "-c=", "--noop", "-v=", "--dry-run", "-d")

func jupyterReleaser(c *call, args []word) (Sink, bool) {
	if _, _, ok := sub(c, noFlags, args, "finalize-release", "publish-assets", "publish-release"); !ok {
		return Sink{}, false
	}
	return jupyterFinalize(c, nil)
}

// jupyterFinalize: PYPI_TOKEN and PYPI_TOKEN_MAP, TWINE_PASSWORD; without one
// the id-token, where there is one. No attestations.
func jupyterFinalize(c *call, _ []word) (Sink, bool) {
	where := known(PyPI, "the default")
	if u := c.variable("TWINE_REPOSITORY_URL"); u.set() {
		where = at(u)
	}
	var ch choice
	if v := first(c.variable("PYPI_TOKEN_MAP"), c.variable("PYPI_TOKEN"), c.variable("TWINE_PASSWORD")); v.set() {
		ch = c.token(v)
	} else {
		ch = c.exchange(Ambient)
	}
	s := sink("jupyter-releaser", where, ch)
	dry := c.variable("RH_DRY_RUN")
	s.DryRun = dry.is("true")
	return s, true
}

// semanticRelease uploads below version 8 and with semantic-release-pypi, and
// then needs one of these variables; without them it is no sink.
func semanticRelease(c *call, args []word) (Sink, bool) {
	v := first(c.variable("PYPI_TOKEN"), c.variable("REPOSITORY_PASSWORD"), c.variable("PYPI_PASSWORD"))
	if !v.set() {
		return Sink{}, false
	}
	rest, _, named := sub(c, noFlags, args, "publish")
	if !named && len(noFlags.parse(c, args, true).rest) > 0 {
		return Sink{}, false
	}
	where := known(PyPI, "the default")
	if u := first(c.variable("REPOSITORY_URL"), c.variable("PYPI_REPO_URL")); u.set() {
		where = at(u)
	}
	s := sink("semantic-release publish", where, c.token(v))
	s.Files = []string{"dist/*"}
	a := noFlags.parse(c, append(append([]word{}, args...), rest...), false)
	s.DryRun = a.has("noop") || a.has("dry-run")
	return s, true
}

// wheelhouse uploads to a storage container that serves as an index.
func wheelhouse(c *call, args []word) (Sink, bool) {
	flags := options("--secrets=", "--update-index", "--no-update-index", "--provider-name=", "--region=", "--username=", "--local-folder=")
	rest, _, ok := sub(c, flags, args, "upload")
	if !ok {
		return Sink{}, false
	}
	ch := nothing()
	if v := first(flags.parse(c, rest, false).last("secrets"), c.variable("WHEELHOUSE_UPLOADER_SECRET")); v.set() {
		ch = c.token(v)
	}
	s := sink("wheelhouse_uploader upload", address{}, ch)
	s.SkipExisting = true
	return s, true
}

// zest hands over to twine, with twine's variables and defaults.
func zest(c *call, _ []word) (Sink, bool) {
	s, ok := twine(c, []word{{"upload", true}, {"dist/*", true}})
	s.Uploader = "zest.releaser"
	return s, ok
}

func devpi(c *call, args []word) (Sink, bool) {
	flags := options("--index=", "--from-dir=", "--formats=", "--clientdir=", "--dry-run", "--only-latest", "-y")
	rest, _, ok := sub(c, flags, args, "upload")
	if !ok {
		return Sink{}, false
	}
	a := flags.parse(c, rest, false)
	s := sink("devpi upload", at(a.last("index")), nothing())
	s.Files, s.DryRun = c.texts(a.rest), a.has("dry-run")
	return s, true
}

// setup is "python setup.py … upload": setuptools below 42 and distutils,
// which read .pypirc only. upload_all is wheelhouse_uploader's.
func setup(c *call, args []word) (Sink, bool) {
	flags := options("-r --repository=", "--show-response", "-s --sign", "-i --identity=", "-d --dist-dir=", "-p --plat-name=")
	for i, w := range args {
		if w.text != "upload" && w.text != "upload_all" {
			continue
		}
		name := first(flags.parse(c, args[i+1:], false).last("repository"), value{text: "pypi", static: true, given: true, from: "the default"})
		ch, ok := c.inFile(name.text)
		if !ok {
			ch = nothing()
		}
		s := sink("setup.py "+w.text, c.named(name), ch)
		s.Files = []string{"dist/*"}
		return s, true
	}
	return Sink{}, false
}

var (
	legacyPath = lazyregexp.New(`(?i)/legacy/?$`)
	mintPath   = lazyregexp.New(`(?i)/_/oidc/(?:[a-z]+/)?mint-token/?$`)
	urlIn      = lazyregexp.New(`(?i)https?://(?:\$\{\{[^{}]*\}\}|[^\s"'<>\\])+`)
)

var curlFlags = options("-u --user=", "-F --form=", "--form-string=", "-d --data=", "--data-raw=", "--data-binary=", "-T --upload-file=", "-H --header=", "-X --request=",
	"-o --output=", "-w --write-out=", "--url=", "-n --netrc", "--netrc-file=", "-K --config=", "--oauth2-bearer=", "-m --max-time=", "--retry=", "-A --user-agent=",
	"--post-file=", "--post-data=", "--body-file=", "--body-data=", "--method=", "--http-user=", "--http-password=", "--password=",
	"-s --silent", "-S --show-error", "-f --fail", "-L --location", "-v --verbose", "-Uri=", "-Credential=", "-Form=", "-Method=", "-Headers=", "-Body=", "-InFile=")

// http recognises an upload by hand: a form sent to an address that ends in
// /legacy/, the upload action in a form, or a token asked for.
func http(c *call, args []word) (Sink, bool) {
	a := curlFlags.parse(c, args, false)
	var where address
	form, mint, upload, legacy := false, false, false, false
	look := func(v value) {
		form = form || strings.Contains(v.text, ":action") && strings.Contains(v.text, "file_upload")
		u := urlIn.FindStringSubmatch(v.text)
		if u == nil {
			return
		}
		target := at(value{text: u[0], static: v.static || !dynamic(u[0]), given: true, from: "the address"})
		path := strings.TrimRight(u[0], "/")
		switch {
		case mintPath.MatchString(path):
			mint, where = true, target
		case legacyPath.MatchString(path):
			legacy, where = true, target
		case strings.Contains(u[0], "push.fury.io"): // Gemfury's upload address
			legacy, where = true, target
		case where.url == "":
			where = target
		}
	}
	for _, w := range a.rest {
		look(c.resolve(w, "the address"))
	}
	for _, name := range slices.Sorted(maps.Keys(a.flags)) {
		for _, v := range a.flags[name] {
			look(v)
		}
		switch name {
		case "form", "form-string", "upload-file", "data", "data-raw", "data-binary", "Form", "InFile", "Body", "post-file", "post-data", "body-file", "body-data":
			upload = true
			form = form || name == "form" && strings.HasPrefix(a.last(name).text, "content=@")
		case "method", "Method", "request":
			upload = upload || a.last(name).is("POST", "PUT")
		}
	}
	switch {
	case mint:
		ch := c.exchange(None)
		if c.ctx.IDToken != No {
			ch = choice{TrustedPublishing, "asks the index for a token", nil}
		}
		s := sink("mint-token", where, ch)
		s.Mints = true
		return s, true
	case !form && !(legacy && (upload || len(a.rest) > 1)):
		return Sink{}, false
	}
	ch := choice{None, "no credential is given", nil}
	if v := first(a.last("password"), a.last("http-password"), a.last("user"), a.last("oauth2-bearer"), a.last("Credential")); v.set() {
		ch = c.token(value{text: v.text, static: v.static, given: true, from: v.from})
	} else if where.credentials {
		ch = inAddress(where)
	} else if h := authorization(a); h.set() {
		ch = c.token(h)
	} else if a.has("netrc") || a.has("netrc-file") || a.has("config") {
		ch = choice{Ambient, "a file of the runner", nil}
	}
	s := sink("HTTP upload", where, ch)
	for _, v := range a.flags["form"] {
		if name, file, ok := strings.Cut(v.text, "=@"); ok && (name == "content" || name == "package") {
			s.Files = append(s.Files, file)
		}
	}
	return s, true
}

func authorization(a arguments) value {
	for _, name := range []string{"header", "Headers"} {
		for _, v := range a.flags[name] {
			if strings.Contains(strings.ToLower(v.text), "authorization") {
				return v
			}
		}
	}
	return value{}
}
