// SPDX-License-Identifier: BSD-3-Clause

package sinks

import (
	"strings"
)

// ghAction is pypa/gh-action-pypi-publish and its forks, at v1.14.0: trusted
// publishing if user is __token__ and password is empty, so that a secret
// which does not exist turns it on and any other password turns it off.
// Trusted publishing came with v1.8, attestations by default with v1.11.
func ghAction(in inputs, uses Uses) []Sink {
	where := in.index(PyPI, "repository-url", "repository_url")
	user, password := in.get("user"), in.get("password")
	major, minor, dated := uses.version(in.c.ctx.Version)
	var ch choice
	switch {
	case password.set():
		ch = in.c.token(password)
	case where.credentials:
		ch = inAddress(where)
	case user.set() && user.static && !user.is("__token__"):
		ch = choice{None, "input user names a user and input password is empty", nil}
	case dated && (major < 1 || major == 1 && minor < 8):
		ch = choice{None, "input password is empty, and versions below 1.8 have no trusted publishing", nil}
	default:
		ch = in.c.exchange(None)
		ch.why = strings.Replace(ch.why, "no credential is given", "input password is empty", 1)
	}
	s := sink("", where, ch)
	s.Files = in.folder("dist", "packages-dir", "packages_dir")
	s.SkipExisting = in.get("skip-existing", "skip_existing").mayBeTrue()
	s.Attests = ghAttests(in, where, ch, major, minor, dated)
	return []Sink{s}
}

func ghAttests(in inputs, where address, ch choice, major, minor int, dated bool) Truth {
	attestations := in.get("attestations")
	switch {
	case attestations.is("false") || ch.credential == Token || ch.credential == None:
		return No
	case where.known && !strings.Contains(where.url, "pypi.org"):
		return No
	case dated && (major < 1 || major == 1 && minor < 8):
		return No
	case dated && major == 1 && minor < 11 && !attestations.set():
		return No
	case !dated || !where.known || attestations.set() && !attestations.static || ch.credential == Unknown:
		return Unclear
	}
	return Yes
}

// deployPyPI asks for a token itself where the password is empty.
func deployPyPI(in inputs, _ Uses) []Sink {
	if v := in.get("upload"); v.given && !v.is("true") && v.static {
		return nil
	}
	where := in.index(PyPI, "url")
	ch := in.c.exchange(None)
	if v := in.get("password"); v.set() {
		ch = in.c.token(v)
	}
	s := sink("", where, ch)
	s.Files = in.folder("dist", "dist_dir")
	s.SkipExisting = in.get("skip_existing").mayBeTrue()
	return []Sink{s}
}

// twineVariables is an action that runs twine with what the job has set.
func twineVariables(in inputs, _ Uses) []Sink {
	s, ok := twine(in.c, []word{{"upload", true}, {"dist/*", true}})
	s.Uploader = ""
	if !ok {
		return nil
	}
	return []Sink{s}
}

// maturinAction runs "maturin COMMAND ARGS".
func maturinAction(in inputs, uses Uses) []Sink {
	command := in.get("command")
	if !command.set() {
		return nil // build
	}
	if command.static && !command.is("publish", "upload") {
		return nil
	}
	var args []word
	for _, w := range strings.Fields(in.get("args").text) {
		args = append(args, word{w, !dynamic(w)})
	}
	s := in.c.maturin("", maturinFlags.parse(in.c, args, false))
	s.Uploader = uses.String()
	if !command.static {
		s.Credential, s.Why = Unknown, "input command is not a constant"
	}
	return []Sink{s}
}

// semanticAction uploads below version 8 only, and only when it is handed a
// credential.
func semanticAction(in inputs, uses Uses) []Sink {
	major, _, dated := uses.version(in.c.ctx.Version)
	v := first(in.get("pypi_token"), in.get("repository_password"), in.c.variable("PYPI_TOKEN"), in.c.variable("REPOSITORY_PASSWORD"))
	if dated && major >= 8 || !v.set() {
		return nil
	}
	s := sink("", in.index(PyPI, "repository_url"), in.c.token(v))
	s.Files = []string{"dist/*"}
	s.DryRun = strings.Contains(in.get("additional_options").text, "--noop")
	return []Sink{s}
}

// ansys are ANSYS's release actions: twine, or gh-action-pypi-publish where
// use-trusted-publisher says so.
func ansys(index string) func(in inputs, _ Uses) []Sink {
	return func(in inputs, _ Uses) []Sink {
		where := in.index(index, "index-name", "-")
		if index != "" {
			where = known(index, "the default")
		}
		trusted := in.get("use-trusted-publisher")
		var ch choice
		switch token := in.get("twine-token"); {
		case trusted.is("true"):
			ch = in.c.exchange(None)
		case trusted.mayBeTrue():
			ch = choice{Unknown, "input use-trusted-publisher is not a constant", nil}
		case token.set():
			ch = in.c.token(token)
		default:
			ch = choice{None, "input twine-token is empty", nil}
		}
		s := sink("", where, ch)
		s.Files = []string{in.get("library-name").text + "-artifacts/*"}
		skip := in.get("skip-existing")
		s.SkipExisting = !skip.given || skip.mayBeTrue()
		s.DryRun = in.get("dry-run").is("true")
		if trusted.mayBeTrue() {
			s.Attests = Unclear // the version inside decides
		}
		return []Sink{s}
	}
}

// finalizeRelease runs jupyter-releaser with the job's variables.
func finalizeRelease(in inputs, _ Uses) []Sink {
	s, _ := jupyterFinalize(in.c, nil)
	s.Uploader = ""
	s.DryRun = s.DryRun || in.get("dry_run").is("true")
	return []Sink{s}
}
