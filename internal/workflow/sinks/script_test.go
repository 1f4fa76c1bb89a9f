// SPDX-License-Identifier: BSD-3-Clause

package sinks

import (
	"fmt"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/workflow/shell"
)

const (
	secretPassword = "TWINE_PASSWORD=${{ secrets.PYPI }}"
	pypirc         = "[distutils]\nindex-servers = pypi lab\n[pypi]\nusername = __token__\npassword = pypi-AgEI\n[lab]\nrepository = https://lab.example/legacy/\nusername: me\npassword: x\n"
)

// show is a sink in one line: uploader, index, credential and what decided.
func show(all []Sink) string {
	var lines []string
	for _, s := range all {
		index := s.Index
		switch {
		case !s.IndexKnown:
			index = "?"
		case s.Index == PyPI:
			index = "pypi"
		case s.Index == TestPyPI:
			index = "testpypi"
		}
		line := fmt.Sprintf("%s | %s | %s | %s", s.Uploader, index, s.Credential, s.Why)
		for _, w := range []struct {
			on   bool
			text string
		}{{s.DryRun, "dry"}, {s.SkipExisting, "skip"}, {s.Mints, "mints"}, {s.Guessed, "guessed"}, {len(s.Secrets) > 0, "secrets " + strings.Join(s.Secrets, ",")},
			{len(s.Spare) > 0, "spare " + strings.Join(s.Spare, ",")}} {
			if w.on {
				line += " | " + w.text
			}
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func environment(pairs string) map[string]string {
	env := map[string]string{}
	for pair := range strings.SplitSeq(pairs, ";") {
		if k, v, ok := strings.Cut(pair, "="); ok {
			env[k] = v
		}
	}
	return env
}

const (
	idYes = "no credential is given and the job may have an id-token"
	idNo  = "no credential is given and the job has no id-token"
	idWho = "no credential is given, and whether the job may have an id-token is not known"
	bare  = "no credential is given"
)

func TestOfScript(t *testing.T) {
	for _, c := range []struct {
		script string
		env    string
		token  Truth
		want   string
	}{
		// twine: flags and variables, then .pypirc, then the id-token at PyPI
		{"twine upload dist/*", "", Yes, "twine upload | pypi | trusted-publishing | " + idYes},
		{"twine upload dist/*", "", No, "twine upload | pypi | ambient | " + idNo},
		{"twine upload dist/*", "", Unclear, "twine upload | pypi | unknown | " + idWho},
		{"twine upload dist/*", secretPassword, Yes, "twine upload | pypi | token | TWINE_PASSWORD | secrets PYPI"},
		{"twine upload dist/*", "TWINE_PASSWORD=", Yes, "twine upload | pypi | trusted-publishing | " + idYes},
		{"twine upload dist/*", "TWINE_PASSWORD=${{ '' }}", Yes, "twine upload | pypi | trusted-publishing | " + idYes},
		{"twine upload dist/*", "TWINE_PASSWORD=${{ env.P }};P=${{ secrets['Q'] }}", Yes, "twine upload | pypi | token | TWINE_PASSWORD | secrets Q"},
		{"twine upload dist/*", "TWINE_USERNAME=__token__", Yes, "twine upload | pypi | trusted-publishing | " + idYes},
		{"twine upload dist/*", "TWINE_USERNAME=somebody", Yes, "twine upload | pypi | ambient | TWINE_USERNAME names a user and no password is given"},
		{"twine upload -u __token__ -p $PYPI_TOKEN dist/*", "PYPI_TOKEN=${{ secrets.T }}", Yes, "twine upload | pypi | token | -p | secrets T"},
		{"twine upload -u __token__ -p\"$PYPI_TOKEN\" dist/*", "", Yes, "twine upload | pypi | token | -p"},
		{"twine upload --password=${{ secrets.A }} x", "", No, "twine upload | pypi | token | --password | secrets A"},
		{"twine upload --passw abc x", "", No, "twine upload | pypi | token | --passw"},
		{"twine upload -p '' x", "", Yes, "twine upload | pypi | trusted-publishing | " + idYes},
		{"twine upload -r testpypi dist/*", "", Yes, "twine upload | testpypi | trusted-publishing | " + idYes},
		{"twine upload --repository testpypi dist/*", secretPassword, No, "twine upload | testpypi | token | TWINE_PASSWORD | secrets PYPI"},
		{"twine upload dist/*", "TWINE_REPOSITORY=testpypi", Yes, "twine upload | testpypi | trusted-publishing | " + idYes},
		{"twine upload -r pypi dist/*", "TWINE_REPOSITORY=testpypi", Yes, "twine upload | pypi | trusted-publishing | " + idYes},
		{"twine upload -r lab dist/*", "", No, "twine upload | ? | ambient | " + bare},
		{"twine upload -r lab dist/*", "", Yes, "twine upload | ? | unknown | no credential is given, and the index is not a constant"},
		{"twine upload --repository-url https://test.pypi.org/legacy/ d", "", Yes, "twine upload | testpypi | trusted-publishing | " + idYes},
		{"twine upload --repository-url $URL d", "URL=https://lab.example/", Yes, "twine upload | https://lab.example/ | ambient | " + bare},
		{"twine upload --repository-url $URL d", "URL=${{ secrets.S }}", Yes, "twine upload | ? | unknown | no credential is given, and the index is not a constant"},
		{"twine upload d", "TWINE_REPOSITORY_URL=https://u:p@lab.example/x/", Yes, "twine upload | https://lab.example/x/ | token | TWINE_REPOSITORY_URL, which carries a password"},
		{"twine upload d", "TWINE_REPOSITORY_URL=https://__token__:${{ secrets.T }}@upload.pypi.org/legacy/", Yes, "twine upload | pypi | token | TWINE_REPOSITORY_URL, which carries a password | secrets T"},
		{"twine upload d", "TWINE_REPOSITORY_URL=https://pypi.org.evil.example/legacy/", Yes, "twine upload | https://pypi.org.evil.example/legacy/ | ambient | " + bare},
		{"twine upload --skip-existing d", "", Yes, "twine upload | pypi | trusted-publishing | " + idYes + " | skip"},
		{"twine upload --config-file x d", "", Yes, "twine upload | pypi | token | --config-file, a file that is not known here"},
		{"twine check dist/*", secretPassword, Yes, ""},
		{"pip install twine", secretPassword, Yes, ""},
		{"echo twine upload", secretPassword, Yes, ""},
		{"twine $COMMAND upload d", "", No, "twine upload | pypi | ambient | " + idNo},
		{"twine upload $ARGS", "ARGS=-r testpypi dist/*", Yes, "twine upload | testpypi | trusted-publishing | " + idYes},
		{"$PUBLISH", "PUBLISH=twine upload dist/*", Yes, "twine upload | pypi | trusted-publishing | " + idYes},
		{"export TWINE_PASSWORD=$X\ntwine upload d", "X=${{ secrets.T }}", Yes, "twine upload | pypi | token | TWINE_PASSWORD | secrets T"},
		{"TWINE_PASSWORD=${{ secrets.T }} twine upload d", "", Yes, "twine upload | pypi | token | TWINE_PASSWORD | secrets T"},
		{"cat > ~/.pypirc <<EOF\n[pypi]\nusername = __token__\npassword = ${{ secrets.T }}\nEOF\ntwine upload d", "", Yes, "twine upload | pypi | token | .pypirc | secrets T"},
		{"cp ci/pypirc ~/.pypirc\ntwine upload d", "", Yes, "twine upload | pypi | token | .pypirc, which the job writes"},
		// the ways to twine
		{"python -m twine upload d", "", Yes, "twine upload | pypi | trusted-publishing | " + idYes},
		{"python3.12 -mtwine upload d", "", Yes, "twine upload | pypi | trusted-publishing | " + idYes},
		{"$PY -m twine upload d", "", Yes, "twine upload | pypi | trusted-publishing | " + idYes},
		{"./venv/bin/twine upload d", "", Yes, "twine upload | pypi | trusted-publishing | " + idYes},
		{"$VENV/bin/twine upload d", "", Yes, "twine upload | pypi | trusted-publishing | " + idYes},
		{"sudo -E twine upload d", "", Yes, "twine upload | pypi | trusted-publishing | " + idYes},
		{"env A=b twine upload d", "", Yes, "twine upload | pypi | trusted-publishing | " + idYes},
		{"bash -c 'twine upload d'", "", Yes, "twine upload | pypi | trusted-publishing | " + idYes},
		{"pipx run twine upload d", "", Yes, "twine upload | pypi | trusted-publishing | " + idYes},
		{"pipx run 'twine==6.1' upload d", "", Yes, "twine upload | pypi | trusted-publishing | " + idYes},
		{"uvx twine@6 upload d", "", Yes, "twine upload | pypi | trusted-publishing | " + idYes},
		{"uvx --from twine==6.1 twine upload d", "", Yes, "twine upload | pypi | trusted-publishing | " + idYes},
		{"uv run --with twine twine upload d", "", Yes, "twine upload | pypi | trusted-publishing | " + idYes},
		{"uv run -m twine upload d", "", Yes, "twine upload | pypi | trusted-publishing | " + idYes},
		{"uv run --with twine python -m twine upload d", "", Yes, "twine upload | pypi | trusted-publishing | " + idYes},
		{"uv tool run twine upload d", "", Yes, "twine upload | pypi | trusted-publishing | " + idYes},
		{"poetry run twine upload d", "", Yes, "twine upload | pypi | trusted-publishing | " + idYes},
		{"pixi run -e build twine upload d", "", Yes, "twine upload | pypi | trusted-publishing | " + idYes},
		{"pixi exec -s twine twine upload d", "", Yes, "twine upload | pypi | trusted-publishing | " + idYes},
		{"hatch run release:twine upload d", "", Yes, "twine upload | pypi | trusted-publishing | " + idYes},
		{"conda run -n b twine upload d", "", Yes, "twine upload | pypi | trusted-publishing | " + idYes},
		{"timeout 10m twine upload d", "", Yes, "twine upload | pypi | trusted-publishing | " + idYes},
		{"find dist -name '*.whl' -exec twine upload {} +", "", Yes, "twine upload | pypi | trusted-publishing | " + idYes},
		{"ls dist/* | xargs twine upload", "", Yes, "twine upload | pypi | trusted-publishing | " + idYes},
		// uv: any credential turns trusted publishing off
		{"uv publish", "", Yes, "uv publish | pypi | trusted-publishing | " + idYes},
		{"uv publish", "", No, "uv publish | pypi | none | " + idNo},
		{"uv publish", "", Unclear, "uv publish | pypi | unknown | " + idWho},
		{"uv publish", "UV_PUBLISH_TOKEN=${{ secrets.T }}", Yes, "uv publish | pypi | token | UV_PUBLISH_TOKEN | secrets T"},
		{"uv publish --token $T", "", Yes, "uv publish | pypi | token | --token"},
		{"uv publish -t x", "", Yes, "uv publish | pypi | token | -t"},
		{"uv publish", "UV_PUBLISH_USERNAME=u;UV_PUBLISH_PASSWORD=${{ secrets.P }}", Yes, "uv publish | pypi | token | UV_PUBLISH_PASSWORD | secrets P"},
		{"uv publish -u u", "", Yes, "uv publish | pypi | ambient | -u names a user and no password is given"},
		{"uv publish --keyring-provider subprocess", "", Yes, "uv publish | pypi | ambient | --keyring-provider"},
		{"uv publish", "UV_KEYRING_PROVIDER=disabled", Yes, "uv publish | pypi | trusted-publishing | " + idYes},
		{"uv publish --trusted-publishing always", "", Yes, "uv publish | pypi | trusted-publishing | " + idYes},
		{"uv publish --trusted-publishing always", "UV_PUBLISH_TOKEN=${{ secrets.T }}", Yes, "uv publish | pypi | token | UV_PUBLISH_TOKEN | secrets T"},
		{"uv publish --trusted-publishing never", "", Yes, "uv publish | pypi | none | --trusted-publishing is never, and no credential is given"},
		{"uv publish --trusted-publishing=$MODE", "", Yes, "uv publish | pypi | unknown | --trusted-publishing is not a constant"},
		{"uv publish --publish-url https://test.pypi.org/legacy/", "", Yes, "uv publish | testpypi | trusted-publishing | " + idYes},
		{"uv publish", "UV_PUBLISH_URL=https://u:${{ secrets.P }}@lab.example/up", Yes, "uv publish | https://lab.example/up | token | UV_PUBLISH_URL, which carries a password | secrets P"},
		{"uv publish --index testpypi", "", Yes, "uv publish | ? | trusted-publishing | " + idYes},
		{"uv publish --index lab", "UV_PUBLISH_TOKEN=x", Yes, "uv publish | ? | token | UV_PUBLISH_TOKEN"},
		{"uv publish --dry-run 'dist/*'", "", Yes, "uv publish | pypi | trusted-publishing | " + idYes + " | dry"},
		{"uv --directory sub publish", "", Yes, "uv publish | pypi | trusted-publishing | " + idYes},
		{"uv build", "UV_PUBLISH_TOKEN=x", Yes, ""},
		{"uv publish", "TWINE_PASSWORD=${{ secrets.T }}", Yes, "uv publish | pypi | trusted-publishing | " + idYes + " | spare TWINE_PASSWORD"},
		// flit
		{"flit publish", "FLIT_USERNAME=__token__;FLIT_PASSWORD=${{ secrets.P }}", Yes, "flit publish | pypi | token | FLIT_PASSWORD | secrets P"},
		{"flit publish", "", Yes, "flit publish | pypi | ambient | " + bare},
		{"flit publish", "FLIT_INDEX_URL=https://test.pypi.org/legacy/;FLIT_PASSWORD=${{ secrets.P }}", Yes, "flit publish | testpypi | token | FLIT_PASSWORD | secrets P"},
		{"flit publish --repository testpypi", "FLIT_PASSWORD=x", Yes, "flit publish | testpypi | token | FLIT_PASSWORD"},
		{"flit -f sub/pyproject.toml publish", "", No, "flit publish | pypi | ambient | " + bare},
		{"flit build", "FLIT_PASSWORD=x", Yes, ""},
		// poetry
		{"poetry publish --build", "POETRY_PYPI_TOKEN_PYPI=${{ secrets.P }}", Yes, "poetry publish | pypi | token | POETRY_PYPI_TOKEN_PYPI | secrets P"},
		{"poetry publish", "", Yes, "poetry publish | pypi | ambient | " + bare},
		{"poetry publish -u __token__ -p ${{ secrets.P }}", "", Yes, "poetry publish | pypi | token | -p | secrets P"},
		{"poetry config pypi-token.pypi ${{ secrets.P }}\npoetry publish", "", Yes, "poetry publish | pypi | token | POETRY_PYPI_TOKEN_PYPI | secrets P"},
		{"poetry config repositories.lab https://lab.example/\npoetry config http-basic.lab me $PW\npoetry publish -r lab", "PW=${{ secrets.P }}", Yes, "poetry publish | https://lab.example/ | token | POETRY_HTTP_BASIC_LAB_PASSWORD | secrets P"},
		{"poetry publish -r test-pypi", "POETRY_PYPI_TOKEN_TEST_PYPI=${{ secrets.P }};POETRY_REPOSITORIES_TEST_PYPI_URL=https://test.pypi.org/legacy/", Yes, "poetry publish | testpypi | token | POETRY_PYPI_TOKEN_TEST_PYPI | secrets P"},
		{"poetry publish -r lab", "POETRY_PYPI_TOKEN_PYPI=x", Yes, "poetry publish | ? | ambient | " + bare},
		{"poetry publish --dry-run", "", No, "poetry publish | pypi | ambient | " + bare + " | dry"},
		{"poetry build", "", No, ""},
		// hatch
		{"hatch publish", "HATCH_INDEX_USER=__token__;HATCH_INDEX_AUTH=${{ secrets.H }}", Yes, "hatch publish | pypi | token | HATCH_INDEX_AUTH | skip | secrets H"},
		{"hatch publish", "", Yes, "hatch publish | pypi | ambient | " + bare + " | skip"},
		{"hatch publish -r test -a x", "", Yes, "hatch publish | testpypi | token | -a | skip"},
		{"hatch publish -r https://lab.example/ -a $A", "", No, "hatch publish | https://lab.example/ | token | -a | skip"},
		{"hatch publish -o auth=$A -o repo=test", "A=${{ secrets.H }}", No, "hatch publish | testpypi | token | --option auth | skip | secrets H"},
		{"hatch publish -p other", "", No, "hatch publish | ? | ambient | " + bare + " | skip"},
		{"hatch -e release publish", "", No, "hatch publish | pypi | ambient | " + bare + " | skip"},
		{"hatch build", "", No, ""},
		// pdm
		{"pdm publish", "", Yes, "pdm publish | pypi | trusted-publishing | " + idYes},
		{"pdm publish", "", No, "pdm publish | pypi | ambient | " + idNo},
		{"pdm publish", "PDM_PUBLISH_USERNAME=__token__;PDM_PUBLISH_PASSWORD=${{ secrets.P }}", Yes, "pdm publish | pypi | token | PDM_PUBLISH_PASSWORD | secrets P"},
		{"pdm publish -P $P -r testpypi", "", Yes, "pdm publish | testpypi | token | -P"},
		{"pdm publish -r https://lab.example/", "", Yes, "pdm publish | https://lab.example/ | trusted-publishing | " + idYes},
		{"pdm config repository.pypi.password ${{ secrets.P }}\npdm publish --no-build", "", Yes, "pdm publish | pypi | token | pdm config repository.pypi.password | secrets P"},
		// maturin: its token, then the id-token, then the rest
		{"maturin publish", "MATURIN_PYPI_TOKEN=${{ secrets.M }}", Yes, "maturin publish | pypi | token | MATURIN_PYPI_TOKEN | secrets M"},
		{"maturin upload w/*", "", Yes, "maturin upload | pypi | trusted-publishing | " + idYes},
		{"maturin publish -u __token__ -p $P", "", Yes, "maturin publish | pypi | trusted-publishing | " + idYes + " | spare -p"},
		{"maturin publish -u __token__ -p $P", "", No, "maturin publish | pypi | token | -p"},
		{"maturin publish -r testpypi", "", No, "maturin publish | testpypi | ambient | " + idNo},
		{"maturin upload --skip-existing --repository-url https://lab.example/ x", "MATURIN_PASSWORD=${{ secrets.M }}", No, "maturin upload | https://lab.example/ | token | MATURIN_PASSWORD | skip | secrets M"},
		{"maturin build", "MATURIN_PYPI_TOKEN=x", Yes, ""},
		// others
		{"python setup.py sdist bdist_wheel upload", "", Yes, "setup.py upload | pypi | ambient | " + bare},
		{"python setup.py upload -r testpypi", "", Yes, "setup.py upload | testpypi | ambient | " + bare},
		{"./setup.py sdist upload", "", Yes, "setup.py upload | pypi | ambient | " + bare},
		{"python setup.py sdist", "", Yes, ""},
		{"rye publish --token $T --yes", "T=${{ secrets.R }}", Yes, "rye publish | pypi | token | --token | secrets R"},
		{"anaconda -q -t ${TOKEN} upload --force -u my-org d/*.whl", "TOKEN=${{ secrets.A }}", Yes, "anaconda upload | https://anaconda.org/my-org | token | -t | skip | secrets A"},
		{"anaconda upload --user my-org -t $A d", "", No, "anaconda upload | https://anaconda.org/my-org | token | -t"},
		{"anaconda upload d", "ANACONDA_API_TOKEN=${{ secrets.A }}", No, "anaconda upload | https://anaconda.org/ | token | ANACONDA_API_TOKEN | secrets A"},
		{"anaconda upload -u $ORG d", "", No, "anaconda upload | ? | ambient | " + bare},
		{"anaconda show x/upload", "", No, ""},
		{"jupyter-releaser finalize-release", "", Yes, "jupyter-releaser | pypi | trusted-publishing | " + idYes},
		{"python -m jupyter_releaser.actions.finalize_release", "PYPI_TOKEN=${{ secrets.P }}", Yes, "jupyter-releaser | pypi | token | PYPI_TOKEN | secrets P"},
		{"semantic-release publish", "PYPI_TOKEN=${{ secrets.P }}", No, "semantic-release publish | pypi | token | PYPI_TOKEN | secrets P"},
		{"semantic-release publish", "", Yes, ""},
		{"semantic-release version", "PYPI_TOKEN=x", Yes, ""},
		{"npx semantic-release", "", Yes, ""},
		{"npx -p x semantic-release", "PYPI_TOKEN=${{ secrets.P }}", Yes, "semantic-release publish | pypi | token | PYPI_TOKEN | secrets P"},
		{"ana org --token $A upload --user lab d/*.whl", "A=${{ secrets.A }}", No, "anaconda upload | https://anaconda.org/lab | token | --token | secrets A"},
		{"fullrelease", secretPassword, No, "zest.releaser | pypi | token | TWINE_PASSWORD | secrets PYPI"},
		{"devpi upload", "", No, "devpi upload | ? | ambient | " + bare},
		{"gh release upload v1 dist/*", secretPassword, Yes, ""},
		{"npm publish", "", Yes, ""},
		{"cargo publish", "", Yes, ""},
		// by hand
		{"curl -u __token__:$T -F ':action=file_upload' -F content=@d.whl https://upload.pypi.org/legacy/", "T=${{ secrets.C }}", No, "HTTP upload | pypi | token | -u"},
		{"curl -F content=@d.whl https://test.pypi.org/legacy/", "", No, "HTTP upload | testpypi | none | " + bare},
		{"curl -F package=@d.whl https://${{ secrets.F }}@push.fury.io/org/", "", No, "HTTP upload | https://push.fury.io/org/ | token | the address, which carries a password | secrets F"},
		{"curl -X POST https://pypi.org/_/oidc/mint-token -d '{}'", "", Yes, "mint-token | https://pypi.org/_/oidc/mint-token | trusted-publishing | asks the index for a token | mints"},
		{"T=$(curl -X POST https://pypi.org/_/oidc/mint-token -d '{}')\nTWINE_PASSWORD=$T twine upload d", "", Yes,
			"mint-token | https://pypi.org/_/oidc/mint-token | trusted-publishing | asks the index for a token | mints\ntwine upload | pypi | trusted-publishing | TWINE_PASSWORD, a token that the job asks the index for"},
		{"curl -L https://example.org/legacy/", "", Yes, ""},
	} {
		got := show(OfScript(shell.Parse(c.script, ""), Context{Env: environment(c.env), IDToken: c.token}))
		if got != c.want {
			t.Errorf("%s\n with %q, id-token %s:\n  got %s\n want %s", c.script, c.env, c.token, got, c.want)
		}
	}
}

// TestFiles are uploaders that read configuration files.
func TestFiles(t *testing.T) {
	const uv = "[tool.uv]\npublish-url = 'https://lab.example/'\n[[tool.uv.index]]\nname = 'testpypi'\nurl = 'https://test.pypi.org/simple/'\npublish-url = 'https://test.pypi.org/legacy/'\n"
	for _, c := range []struct {
		script string
		ctx    Context
		want   string
	}{
		{"uv publish", Context{IDToken: Yes, Pyproject: uv}, "uv publish | https://lab.example/ | trusted-publishing | " + idYes},
		{"uv publish --index testpypi", Context{IDToken: Yes, Pyproject: uv}, "uv publish | testpypi | trusted-publishing | " + idYes},
		{"uv publish", Context{IDToken: Yes, Pyproject: uv, UV: "trusted-publishing = 'never'"}, "uv publish | pypi | none | trusted-publishing of tool.uv is never, and no credential is given"},
		{"uv publish", Context{IDToken: Yes, Pyproject: "[tool.uv]\ntrusted-publishing = 'always'"}, "uv publish | pypi | trusted-publishing | " + idYes},
		{"uv publish", Context{IDToken: Yes, Pyproject: "no toml ["}, "uv publish | pypi | trusted-publishing | " + idYes},
		{"twine upload d", Context{IDToken: Yes, Pypirc: pypirc}, "twine upload | pypi | token | .pypirc"},
		{"twine upload -r lab d", Context{IDToken: Yes, Pypirc: pypirc}, "twine upload | https://lab.example/legacy/ | token | .pypirc"},
		{"twine upload d", Context{IDToken: Yes, PypircUnread: true}, "twine upload | pypi | token | .pypirc, which the job writes"},
		{"flit publish --repository lab", Context{Pypirc: pypirc, Env: environment("FLIT_PASSWORD=x")}, "flit publish | https://lab.example/legacy/ | token | .pypirc"},
		{"maturin publish -r lab", Context{IDToken: No, Pypirc: pypirc}, "maturin publish | https://lab.example/legacy/ | token | .pypirc"},
		{"maturin publish", Context{IDToken: Yes, Pypirc: pypirc}, "maturin publish | pypi | trusted-publishing | " + idYes},
		{"python setup.py upload -r lab", Context{Pypirc: pypirc}, "setup.py upload | https://lab.example/legacy/ | token | .pypirc"},
		{"twine upload d", Context{IDToken: Yes, Minted: true, MintedBy: []string{"mint"}, Env: environment("TWINE_PASSWORD=${{ steps.mint.outputs.token }}")},
			"twine upload | pypi | trusted-publishing | TWINE_PASSWORD, a token that the job asks the index for"},
		{"twine upload d", Context{IDToken: Yes, Env: environment("TWINE_PASSWORD=${{ steps.mint.outputs.token }}")}, "twine upload | pypi | token | TWINE_PASSWORD"},
		{"twine upload d", Context{IDToken: Yes, Minted: true, Env: environment("TWINE_PASSWORD=${{ secrets.P }}")}, "twine upload | pypi | token | TWINE_PASSWORD | secrets P"},
	} {
		if got := show(OfScript(shell.Parse(c.script, ""), c.ctx)); got != c.want {
			t.Errorf("%s:\n  got %s\n want %s", c.script, got, c.want)
		}
	}
}

// TestSetupOf: what a step leaves for the next ones.
func TestSetupOf(t *testing.T) {
	for _, c := range []struct{ before, script, want string }{
		{"poetry config pypi-token.pypi ${{ secrets.P }}", "poetry publish", "poetry publish | pypi | token | POETRY_PYPI_TOKEN_PYPI | secrets P"},
		{"poetry config --unset pypi-token.pypi", "poetry publish", "poetry publish | pypi | ambient | " + bare},
		{"echo TWINE_PASSWORD=${{ secrets.P }} >> $GITHUB_ENV", "twine upload d", "twine upload | pypi | token | TWINE_PASSWORD | secrets P"},
		{"echo \"[pypi]\npassword = ${{ secrets.P }}\" > $HOME/.pypirc", "twine upload d", "twine upload | pypi | token | .pypirc | secrets P"},
		{"hatch config set publish.index.auth ${{ secrets.P }}", "hatch publish", "hatch publish | pypi | token | HATCH_INDEX_AUTH | skip | secrets P"},
		{"curl -d x https://pypi.org/_/oidc/mint-token > t; echo \"UV_PUBLISH_TOKEN=$(jq .token t)\" >> $GITHUB_ENV", "uv publish",
			"uv publish | pypi | trusted-publishing | UV_PUBLISH_TOKEN, a token that the job asks the index for"},
		{"echo nothing", "uv publish", "uv publish | pypi | trusted-publishing | " + idYes},
	} {
		ctx := Context{IDToken: Yes}
		ctx = ctx.After(SetupOf(shell.Parse(c.before, ""), ctx))
		if got := show(OfScript(shell.Parse(c.script, ""), ctx)); got != c.want {
			t.Errorf("%s, then %s:\n  got %s\n want %s", c.before, c.script, got, c.want)
		}
	}
}

// TestWhere: where a command stands, and what it sends.
func TestWhere(t *testing.T) {
	script := "set -x\nsudo env A=b twine upload \\\n  a/*.whl \"b/$X\" || true\nuv publish\n"
	found := OfScript(shell.Parse(script, "bash"), Context{IDToken: Yes})
	if len(found) != 2 {
		t.Fatalf("found %s", show(found))
	}
	first, second := found[0], found[1]
	if first.Line != 2 || !first.Ignored || strings.Join(first.Via, " ") != "sudo env" || strings.Join(first.Files, " ") != "a/*.whl b/$X" {
		t.Errorf("first: %+v", first)
	}
	if second.Line != 4 || second.Ignored || len(second.Via) != 0 || strings.Join(second.Files, " ") != "dist/*" {
		t.Errorf("second: %+v", second)
	}
}

// TestAttests: who sends attestations.
func TestAttests(t *testing.T) {
	for command, want := range map[string]Truth{
		"twine upload d": No, "twine upload --attestations d": Unclear, "uv publish": Unclear, "uv publish --no-attestations": No,
		"UV_PUBLISH_NO_ATTESTATIONS=1 uv publish": No, "pdm publish": No, "hatch publish": No, "flit publish": No, "maturin upload x": No,
	} {
		found := OfScript(shell.Parse(command, ""), Context{IDToken: Yes})
		if len(found) != 1 || found[0].Attests != want {
			t.Errorf("%s: want %s: %+v", command, want, found)
		}
	}
}
