// SPDX-License-Identifier: BSD-3-Clause

package sinks

import "strings"

var flitFlags = options("--repository=", "--pypirc=", "-f --ini-file=", "--format=", "--setup-py", "--no-setup-py", "--use-vcs", "--no-use-vcs", "--debug")

// flit: --repository looks in .pypirc; else FLIT_INDEX_URL; the password from
// FLIT_PASSWORD, then .pypirc, then the keyring. No trusted publishing.
func flit(c *call, args []word) (Sink, bool) {
	rest, _, ok := sub(c, flitFlags, args, "publish")
	if !ok {
		return Sink{}, false
	}
	a := flitFlags.parse(c, rest, false)
	name := first(a.last("repository"), value{text: "pypi", static: true, given: true, from: "the default"})
	where := c.named(name)
	if u := c.variable("FLIT_INDEX_URL"); u.set() && !a.has("repository") {
		where = at(u)
	}
	password := c.variable("FLIT_PASSWORD")
	ch, inFile := c.inFile(name.text)
	switch {
	case inFile && (a.has("repository") || !password.set()):
	case password.set():
		ch = c.token(password)
	case where.credentials:
		ch = inAddress(where)
	case a.has("pypirc"):
		ch = choice{Token, "--pypirc, a file that is not known here", nil}
	default:
		ch = nothing()
	}
	s := sink("flit publish", where, ch)
	s.Files = []string{"dist/*"}
	return s, true
}

var poetryFlags = options("-u --username=", "-p --password=", "-r --repository=", "--build", "--dist-dir=", "--dry-run", "--skip-existing", "--cert=",
	"--client-cert=", "-C --directory=", "-P --project=", "-n --no-interaction", "-q --quiet", "-v --verbose", "--ansi", "--no-ansi", "--no-cache", "--no-plugins")

// poetry: flags, then the repository's token, then its password, then the
// keyring. No trusted publishing.
func poetry(c *call, args []word) (Sink, bool) {
	rest, _, ok := sub(c, poetryFlags, args, "publish")
	if !ok {
		return Sink{}, false
	}
	a := poetryFlags.parse(c, rest, false)
	name := a.last("repository")
	where := known(PyPI, "the default")
	key := "PYPI"
	if name.set() && !name.is("pypi") {
		key = poetryKey(name.text)
		where = at(name)
		if u := c.variable("POETRY_REPOSITORIES_" + key + "_URL"); name.static && u.set() {
			where = at(u)
		}
	}
	ch := nothing()
	credential := first(a.last("password"), c.variable("POETRY_PYPI_TOKEN_"+key), c.variable("POETRY_HTTP_BASIC_"+key+"_PASSWORD"))
	switch {
	case credential.set():
		ch = c.token(credential)
	case where.credentials:
		ch = inAddress(where)
	}
	s := sink("poetry publish", where, ch)
	s.Files = []string{"dist/*"}
	if v := a.last("dist-dir"); v.set() {
		s.Files = []string{strings.TrimSuffix(v.text, "/") + "/*"}
	}
	s.SkipExisting, s.DryRun = a.has("skip-existing"), a.has("dry-run")
	return s, true
}

// poetryKey is a name as it is spelled in poetry's variables.
func poetryKey(name string) string {
	return strings.NewReplacer("-", "_", ".", "_").Replace(strings.ToUpper(strings.TrimSpace(name)))
}

var hatchFlags = options("-u --user=", "-a --auth=", "-r --repo=", "--ca-cert=", "--client-cert=", "--client-key=", "-n --no-prompt", "--initialize-auth",
	"--publisher=", "-p=", "-o --option=", "-y --yes", "-e --env=", "--project=", "--data-dir=", "--cache-dir=", "--config=", "-v --verbose", "-q --quiet", "--color", "--no-color")

// hatch: the repositories main and test, or an address; auth by flag, option
// or variable, then .pypirc and keyring. No trusted publishing.
func hatch(c *call, args []word) (Sink, bool) {
	rest, _, ok := sub(c, hatchFlags, args, "publish")
	if !ok {
		return Sink{}, false
	}
	a := hatchFlags.parse(c, rest, false)
	var optionAuth, optionRepo value
	for _, o := range a.flags["option"] {
		switch key, text, _ := strings.Cut(o.text, "="); key {
		case "auth":
			optionAuth = c.resolve(word{text, !dynamic(text)}, "--option auth")
		case "repo":
			optionRepo = c.resolve(word{text, !dynamic(text)}, "--option repo")
		}
	}
	repo := first(a.last("repo"), optionRepo, c.variable("HATCH_INDEX_REPO"), value{text: "main", static: true, given: true, from: "the default"})
	where := at(repo)
	switch {
	case repo.is("main"):
		where = known(PyPI, repo.from)
	case repo.is("test"):
		where = known(TestPyPI, repo.from)
	}
	if v := first(a.last("publisher"), a.last("p"), c.variable("HATCH_PUBLISHER")); v.set() && !v.is("index") {
		where = address{from: v.from} // a plugin
	}
	ch := nothing()
	if v := first(a.last("auth"), optionAuth, c.variable("HATCH_INDEX_AUTH")); v.set() {
		ch = c.token(v)
	} else if where.credentials {
		ch = inAddress(where)
	} else if in, ok := c.inFile("pypi"); ok {
		ch = in
	}
	s := sink("hatch publish", where, ch)
	s.Files = c.files(a.rest, "dist")
	s.SkipExisting = true // it passes over names that the index lists
	return s, true
}

var pdmFlags = options("-r --repository=", "-u --username=", "-P --password=", "-S --sign", "-i --identity=", "-c --comment=", "--no-build", "-d --dest=",
	"--skip-existing", "--no-very-ssl", "--ca-certs=", "-p --project=", "-k --skip=", "-v --verbose", "-q --quiet")

// pdm: flag, variable, configuration, keyring, then trusted publishing at
// whatever address.
func pdm(c *call, args []word) (Sink, bool) {
	rest, _, ok := sub(c, pdmFlags, args, "publish")
	if !ok {
		return Sink{}, false
	}
	a := pdmFlags.parse(c, rest, false)
	repository := first(a.last("repository"), c.variable("PDM_PUBLISH_REPO"), value{text: "pypi", static: true, given: true, from: "the default"})
	where := c.named(repository)
	if u := c.variable("pdm config repository." + repository.text + ".url"); repository.static && u.set() {
		where = at(u)
	}
	var ch choice
	if v := first(a.last("password"), c.variable("PDM_PUBLISH_PASSWORD"), c.variable("pdm config repository."+repository.text+".password")); v.set() {
		ch = c.token(v)
	} else if where.credentials {
		ch = inAddress(where)
	} else {
		ch = c.exchange(Ambient)
	}
	s := sink("pdm publish", where, ch)
	s.Files = []string{"dist/*"}
	if v := a.last("dest"); v.set() {
		s.Files = []string{strings.TrimSuffix(v.text, "/") + "/*"}
	}
	s.SkipExisting = a.has("skip-existing")
	return s, true
}

var maturinFlags = options("-u --username=", "-p --password=", "-r --repository=", "--repository-url=", "--skip-existing", "--non-interactive", "-m --manifest-path=",
	"-i --interpreter=", "-o --out=", "--target=", "-F --features=", "-b --bindings=", "--compatibility=", "--manylinux=", "-j --jobs=", "--profile=", "--no-sdist",
	"-f --find-interpreter", "--release", "--strip", "-v --verbose", "-q --quiet", "--sdist", "--locked", "--frozen", "--offline", "--all-features", "--no-default-features", "--zig")

func maturin(c *call, args []word) (Sink, bool) {
	uploader := "maturin upload"
	rest, _, ok := sub(c, maturinFlags, args, "upload")
	if !ok {
		uploader = "maturin publish"
		if rest, _, ok = sub(c, maturinFlags, args, "publish"); !ok {
			return Sink{}, false
		}
	}
	return c.maturin(uploader, maturinFlags.parse(c, rest, false)), true
}

// maturin: MATURIN_PYPI_TOKEN, then trusted publishing, whose failure is only
// a warning, then .pypirc, then flags and the other variables, then keyring.
func (c *call) maturin(uploader string, a arguments) Sink {
	repository := first(a.last("repository"), c.variable("MATURIN_REPOSITORY"), value{text: "pypi", static: true, given: true, from: "the default"})
	where := c.named(repository)
	if u := first(a.last("repository-url"), c.variable("MATURIN_REPOSITORY_URL")); u.set() {
		where = at(u)
	}
	password := first(a.last("password"), c.variable("MATURIN_PASSWORD"))
	var ch choice
	if v := c.variable("MATURIN_PYPI_TOKEN"); v.set() {
		ch = c.token(v)
	} else if ch = c.exchange(Ambient); c.ctx.IDToken == No {
		if in, ok := c.inFile(repository.text); ok {
			ch = in
		} else if password.set() {
			ch = c.token(password)
		}
	}
	s := sink(uploader, where, ch)
	if ch.credential == TrustedPublishing && password.set() {
		s.Spare = append(s.Spare, password.from)
	}
	s.Files = c.texts(a.rest)
	s.SkipExisting = a.has("skip-existing")
	return s
}

var ryeFlags = options("-r --repository=", "--repository-url=", "-u --username=", "--token=", "--sign", "-i --identity=", "--cert=", "--skip-existing", "-y --yes", "-v --verbose", "-q --quiet")

func rye(c *call, args []word) (Sink, bool) {
	rest, _, ok := sub(c, ryeFlags, args, "publish")
	if !ok {
		return Sink{}, false
	}
	a := ryeFlags.parse(c, rest, false)
	where := c.named(first(a.last("repository"), value{text: "pypi", static: true, given: true, from: "the default"}))
	if u := a.last("repository-url"); u.set() {
		where = at(u)
	}
	ch := nothing()
	if v := first(a.last("token"), c.variable("RYE_TOKEN")); v.set() {
		ch = c.token(v)
	}
	s := sink("rye publish", where, ch)
	s.Files = c.files(a.rest, "dist/*")
	s.SkipExisting = a.has("skip-existing")
	return s, true
}
