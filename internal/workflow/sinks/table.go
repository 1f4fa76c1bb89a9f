// SPDX-License-Identifier: BSD-3-Clause

package sinks

import "strings"

// actionTable says what actions upload, by OWNER/REPO[/PATH] in lower case.
// The document of each row is the action's own action.yml unless it says
// otherwise. Every repository named gh-action-pypi-publish is ghAction.
var actionTable = map[string]row{
	// inputs user, password, url, registry_domain, upload, dist_dir, skip_existing (at 10cf4cd)
	"casperdcl/deploy-pypi": {deployPyPI},
	// inputs pypi_token, repository_username, repository_password, repository_name, repository_url, build_format (README of v2)
	"jrubics/poetry-publish": {tokenInputs{tokens: []string{"pypi_token", "repository_password"}, index: []string{"repository_url"}, named: []string{"repository_name"}}.sinks},
	// input pypi-token (at 0a850a9)
	"etils-actions/pypi-auto-publish":  {tokenInputs{tokens: []string{"pypi-token"}}.sinks},
	"etils-actions/pypi-build-publish": {tokenInputs{tokens: []string{"pypi-token"}}.sinks},
	// inputs PYPI_PASSWORD, PYPI_USERNAME, REGISTRY (at 0c6ff36); PUBLISH_REGISTRY* since (README of v1)
	"code-specialist/pypi-poetry-publish": {tokenInputs{tokens: []string{"publish_registry_password", "pypi_password"},
		index: []string{"publish_registry", "registry"}, alias: map[string]string{"https://pypi.org/simple/": PyPI, "https://pypi.org/simple": PyPI}}.sinks},
	// twine's variables (at 067bd92)
	"mariamrf/py-package-publish-action": {twineVariables},
	// inputs command, args; maturin's variables (README of v1)
	"pyo3/maturin-action":        {maturinAction},
	"messense/maturin-action":    {maturinAction},
	"pyo3/maturin-action-legacy": {maturinAction},
	// below version 8: inputs pypi_token, repository_username, repository_password, additional_options; later no upload (CHANGELOG 8.0.0)
	"python-semantic-release/python-semantic-release": {semanticAction},
	"relekang/python-semantic-release":                {semanticAction},
	// inputs twine-username, twine-token, use-trusted-publisher, index-name, dry-run, skip-existing, library-name (at 00e9a19, 0396d02)
	"ansys/actions/release-pypi-public":  {ansys(PyPI)},
	"ansys/actions/release-pypi-test":    {ansys(TestPyPI)},
	"ansys/actions/release-pypi-private": {ansys("")},
	"ansys/actions/_release-pypi":        {ansys("")},
	// input pypi_token, without which it only makes a release page (at 03b1279)
	"aio-libs/create-release": {func(in inputs, u Uses) []Sink {
		if !in.get("pypi_token").set() {
			return nil
		}
		return tokenInputs{tokens: []string{"pypi_token"}}.sinks(in, u)
	}},
	// input pypi-token, without which it only tags (release/action.yml at 036b722)
	"datalad/release-action/release": {func(in inputs, u Uses) []Sink {
		if !in.get("pypi-token").set() {
			return nil
		}
		return tokenInputs{tokens: []string{"pypi-token"}}.sinks(in, u)
	}},
	// trades the id-token by curl, output api-token (at 20ae438)
	"tschm/token-mint-action": {func(in inputs, _ Uses) []Sink {
		ch := in.c.exchange(None)
		if in.c.ctx.IDToken != No {
			ch = choice{TrustedPublishing, "asks the index for a token", nil}
		}
		s := sink("", known(PyPI, "the action"), ch)
		s.Mints = true
		return []Sink{s}
	}},
	// input secret-pypi-key (at 115c6ad)
	"neuroinformatics-unit/actions/upload_pypi": {tokenInputs{tokens: []string{"secret-pypi-key"}}.sinks},
	// inputs artifacts_path, anaconda_nightly_upload_token, _organization, _labels (0.6.4)
	"scientific-python/upload-nightly-action": {channel{owner: []string{"anaconda_nightly_upload_organization"}, otherwise: "scientific-python-nightly-wheels",
		token: "anaconda_nightly_upload_token", folder: "artifacts_path"}.sinks},
	// inputs anaconda_user, anaconda_token; the folder dist (at 0c6269d)
	"openastronomy/publish-wheels-anaconda": {channel{owner: []string{"anaconda_user"}, token: "anaconda_token", files: "dist/*"}.sinks},
	// inputs token, owner (formerly channel), packages, target-type, repository-url, force (at 003fb68)
	"anaconda/actions/upload-package": {channel{owner: []string{"owner", "channel"}, token: "token", paths: "packages", address: "repository-url"}.sinks},
	// jupyter-releaser's variables, input dry_run (v2)
	"jupyter-server/jupyter_releaser/.github/actions/finalize-release": {finalizeRelease},
	"jupyter-server/jupyter-releaser/.github/actions/finalize-release": {finalizeRelease},
	"jupyter-server/jupyter_releaser/.github/actions/publish-release":  {finalizeRelease},
	"jupyter-server/jupyter-releaser/.github/actions/publish-release":  {finalizeRelease},
}

// tokenInputs is an action that takes a token and has no trusted publishing.
type tokenInputs struct {
	tokens []string          // inputs, the one that wins first
	index  []string          // inputs with an address
	named  []string          // inputs that name a repository of the project's configuration
	alias  map[string]string // addresses that stand for others
}

func (t tokenInputs) sinks(in inputs, _ Uses) []Sink {
	where := in.index(PyPI, append(append([]string{}, t.index...), "-")...)
	if u, ok := t.alias[where.url]; ok {
		where.url = u
	}
	if len(t.named) > 0 && !in.get(t.index...).set() {
		if v := in.get(t.named...); v.set() {
			where = in.c.named(v)
		}
	}
	ch := choice{None, "input " + t.tokens[0] + " is empty", nil}
	for _, name := range t.tokens {
		if v := in.get(name); v.set() {
			ch = in.c.token(v)
			break
		}
	}
	s := sink("", where, ch)
	s.Files = []string{"dist/*"}
	return []Sink{s}
}

// channel is an action that uploads to anaconda.org.
type channel struct {
	owner     []string // inputs
	otherwise string   // the owner without one
	token     string   // input
	folder    string   // input with a folder
	paths     string   // input with paths
	files     string   // what is always uploaded
	address   string   // input with another server
}

func (n channel) sinks(in inputs, _ Uses) []Sink {
	owner := in.get(n.owner...)
	if !owner.set() && n.otherwise != "" {
		owner = value{text: n.otherwise, static: true, given: true, from: "the default"}
	}
	where := anacondaAt(owner)
	if n.address != "" && in.get(n.address).set() {
		where = at(in.get(n.address))
	}
	ch := choice{None, "input " + n.token + " is empty", nil}
	if v := in.get(n.token); v.set() {
		ch = in.c.token(v)
	}
	s := sink("", where, ch)
	switch {
	case n.folder != "":
		s.Files = in.folder(".", n.folder)
	case n.paths != "":
		s.Files = strings.Fields(in.get(n.paths).text)
	default:
		s.Files = []string{n.files}
	}
	s.SkipExisting = true // all of them overwrite, or may
	if v := in.get("force"); n.paths != "" && !v.mayBeTrue() {
		s.SkipExisting = false
	}
	return []Sink{s}
}
