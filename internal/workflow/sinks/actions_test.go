// SPDX-License-Identifier: BSD-3-Clause

package sinks

import (
	"slices"
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/workflow/shell"
)

const (
	ghYes = "input password is empty and the job may have an id-token"
	ghNo  = "input password is empty and the job has no id-token"
)

func TestOfAction(t *testing.T) {
	const (
		gh  = "pypa/gh-action-pypi-publish"
		sha = "@76f52bc884231f62b9a034ebfe128415bbaabdfc"
	)
	for _, c := range []struct {
		uses, with string
		ctx        Context
		attests    Truth
		want       string
	}{
		{gh + "@release/v1", "", Context{IDToken: Yes}, Yes, gh + " | pypi | trusted-publishing | " + ghYes},
		{gh + "@release/v1", "", Context{IDToken: No}, No, gh + " | pypi | none | " + ghNo},
		{gh + "@release/v1", "", Context{IDToken: Unclear}, Unclear, gh + " | pypi | unknown | input password is empty, and whether the job may have an id-token is not known"},
		{gh + "@v1.13.0", "password=${{ secrets.P }}", Context{IDToken: Yes}, No, gh + " | pypi | token | input password | secrets P"},
		{gh + "@v1.13.0", "password=${{ github.event_name == 'push' && secrets.P || '' }}", Context{IDToken: Yes}, No, gh + " | pypi | token | input password | secrets P"},
		{gh + "@v1.13.0", "password=${{ inputs.token }}", Context{IDToken: Yes}, No, gh + " | pypi | token | input password"},
		{gh + "@v1.13.0", "password=", Context{IDToken: Yes}, Yes, gh + " | pypi | trusted-publishing | " + ghYes},
		{gh + "@v1.13.0", "user=__token__", Context{IDToken: Yes}, Yes, gh + " | pypi | trusted-publishing | " + ghYes},
		{gh + "@v1.13.0", "user=me", Context{IDToken: Yes}, No, gh + " | pypi | none | input user names a user and input password is empty"},
		{gh + "@v1.13.0", "repository-url=https://test.pypi.org/legacy/", Context{IDToken: Yes}, Yes, gh + " | testpypi | trusted-publishing | " + ghYes},
		{gh + "@v1.13.0", "repository_url=https://test.pypi.org/legacy/", Context{IDToken: Yes}, Yes, gh + " | testpypi | trusted-publishing | " + ghYes},
		{gh + "@v1.13.0", "Repository-URL=https://lab.example/x/", Context{IDToken: Yes}, No, gh + " | https://lab.example/x/ | trusted-publishing | " + ghYes},
		{gh + "@v1.13.0", "repository-url=${{ inputs.url }}", Context{IDToken: Yes}, Unclear, gh + " | ? | trusted-publishing | " + ghYes},
		{gh + "@v1.13.0", "attestations=false", Context{IDToken: Yes}, No, gh + " | pypi | trusted-publishing | " + ghYes},
		{gh + "@v1.13.0", "attestations=${{ inputs.a }}", Context{IDToken: Yes}, Unclear, gh + " | pypi | trusted-publishing | " + ghYes},
		{gh + "@v1.10.3", "", Context{IDToken: Yes}, No, gh + " | pypi | trusted-publishing | " + ghYes},
		{gh + "@v1.10.3", "attestations=true", Context{IDToken: Yes}, Yes, gh + " | pypi | trusted-publishing | " + ghYes},
		{gh + "@v1.5.0", "", Context{IDToken: Yes}, No, gh + " | pypi | none | input password is empty, and versions below 1.8 have no trusted publishing"},
		{gh + sha, "", Context{IDToken: Yes}, Unclear, gh + " | pypi | trusted-publishing | " + ghYes},
		{gh + sha, "", Context{IDToken: Yes, Version: "v1.12.4"}, Yes, gh + " | pypi | trusted-publishing | " + ghYes},
		{gh + "@v1.13.0", "skip-existing=true", Context{IDToken: Yes}, Yes, gh + " | pypi | trusted-publishing | " + ghYes + " | skip"},
		{gh + "@v1.13.0", "skip-existing=false", Context{IDToken: Yes}, Yes, gh + " | pypi | trusted-publishing | " + ghYes},
		{gh + "@v1.13.0", "", Context{IDToken: Yes, Env: environment(secretPassword)}, Yes, gh + " | pypi | trusted-publishing | " + ghYes + " | spare TWINE_PASSWORD"},
		{"step-security/gh-action-pypi-publish@v1", "password=${{ secrets.P }}", Context{}, No, "step-security/gh-action-pypi-publish | pypi | token | input password | secrets P"},
		{"Someone/GH-Action-PyPI-Publish@main", "", Context{IDToken: Yes}, Yes, "Someone/GH-Action-PyPI-Publish | pypi | trusted-publishing | " + ghYes},
		{"docker://ghcr.io/pypa/gh-action-pypi-publish:v1.13.0", "", Context{IDToken: Yes}, Yes, gh + " | pypi | trusted-publishing | " + ghYes},
		{"casperdcl/deploy-pypi@v2", "", Context{IDToken: Yes}, No, "casperdcl/deploy-pypi | pypi | trusted-publishing | " + idYes},
		{"casperdcl/deploy-pypi@v2", "password=${{ secrets.P }};url=https://test.pypi.org/legacy/;skip_existing=true", Context{IDToken: Yes}, No, "casperdcl/deploy-pypi | testpypi | token | input password | skip | secrets P"},
		{"casperdcl/deploy-pypi@v2", "upload=false", Context{IDToken: Yes}, "", ""},
		{"datalad/release-action/release@v1", "token=${{ secrets.T }};pypi-token=${{ secrets.P }}", Context{IDToken: Yes}, No, "datalad/release-action/release | pypi | token | input pypi-token | secrets P"},
		{"datalad/release-action/release@v1", "token=${{ secrets.T }}", Context{IDToken: Yes}, "", ""},
		{"tschm/token-mint-action@v1", "", Context{IDToken: Yes}, No, "tschm/token-mint-action | pypi | trusted-publishing | asks the index for a token | mints"},
		{"tschm/token-mint-action@v1", "", Context{IDToken: No}, No, "tschm/token-mint-action | pypi | none | " + idNo + " | mints"},
		{"JRubics/poetry-publish@v2.1", "pypi_token=${{ secrets.P }}", Context{}, No, "JRubics/poetry-publish | pypi | token | input pypi_token | secrets P"},
		{"JRubics/poetry-publish@v2.1", "repository_name=testpypi;repository_url=https://test.pypi.org/legacy/;repository_password=${{ secrets.P }}", Context{}, No,
			"JRubics/poetry-publish | testpypi | token | input repository_password | secrets P"},
		{"JRubics/poetry-publish@v2.1", "", Context{IDToken: Yes}, No, "JRubics/poetry-publish | pypi | none | input pypi_token is empty"},
		{"etils-actions/pypi-auto-publish@v1", "pypi-token=${{ secrets.P }}", Context{}, No, "etils-actions/pypi-auto-publish | pypi | token | input pypi-token | secrets P"},
		{"code-specialist/pypi-poetry-publish@v1", "PUBLISH_REGISTRY_PASSWORD=${{ secrets.P }};PUBLISH_REGISTRY=https://pypi.org/simple/", Context{}, No,
			"code-specialist/pypi-poetry-publish | pypi | token | input publish_registry_password | secrets P"},
		{"code-specialist/pypi-poetry-publish@v1", "pypi_password=${{ secrets.P }}", Context{}, No, "code-specialist/pypi-poetry-publish | pypi | token | input pypi_password | secrets P"},
		{"mariamrf/py-package-publish-action@v1", "", Context{IDToken: No, Env: environment(secretPassword)}, No, "mariamrf/py-package-publish-action | pypi | token | TWINE_PASSWORD | secrets PYPI"},
		{"PyO3/maturin-action@v1", "command=upload;args=--skip-existing w/*", Context{IDToken: No, Env: environment("MATURIN_PYPI_TOKEN=${{ secrets.M }}")}, No,
			"PyO3/maturin-action | pypi | token | MATURIN_PYPI_TOKEN | skip | secrets M"},
		{"PyO3/maturin-action@v1", "command=publish", Context{IDToken: Yes}, No, "PyO3/maturin-action | pypi | trusted-publishing | " + idYes},
		{"PyO3/maturin-action@v1", "command=build;args=--release", Context{IDToken: Yes}, "", ""},
		{"PyO3/maturin-action@v1", "", Context{IDToken: Yes}, "", ""},
		{"PyO3/maturin-action@v1", "command=${{ inputs.c }}", Context{IDToken: Yes}, No, "PyO3/maturin-action | pypi | unknown | input command is not a constant"},
		{"python-semantic-release/python-semantic-release@v7.34.6", "pypi_token=${{ secrets.P }}", Context{}, No, "python-semantic-release/python-semantic-release | pypi | token | input pypi_token | secrets P"},
		{"python-semantic-release/python-semantic-release@v9", "pypi_token=${{ secrets.P }}", Context{}, "", ""},
		{"relekang/python-semantic-release@master", "github_token=x", Context{}, "", ""},
		{"ansys/actions/release-pypi-public@v8", "library-name=x;twine-username=__token__;twine-token=${{ secrets.P }}", Context{}, No, "ansys/actions/release-pypi-public | pypi | token | input twine-token | skip | secrets P"},
		{"ansys/actions/release-pypi-test@v8", "use-trusted-publisher=true", Context{IDToken: Yes}, Unclear, "ansys/actions/release-pypi-test | testpypi | trusted-publishing | " + idYes + " | skip"},
		{"ansys/actions/_release-pypi@v8", "index-name=https://lab.example/;dry-run=true;skip-existing=false", Context{}, No, "ansys/actions/_release-pypi | https://lab.example/ | none | input twine-token is empty | dry"},
		{"neuroinformatics-unit/actions/upload_pypi@v2", "secret-pypi-key=${{ secrets.P }}", Context{}, No, "neuroinformatics-unit/actions/upload_pypi | pypi | token | input secret-pypi-key | secrets P"},
		{"scientific-python/upload-nightly-action@0.6.4", "artifacts_path=d;anaconda_nightly_upload_token=${{ secrets.A }}", Context{}, No,
			"scientific-python/upload-nightly-action | https://anaconda.org/scientific-python-nightly-wheels | token | input anaconda_nightly_upload_token | skip | secrets A"},
		{"scientific-python/upload-nightly-action@0.6.4", "anaconda_nightly_upload_organization=lab", Context{}, No,
			"scientific-python/upload-nightly-action | https://anaconda.org/lab | none | input anaconda_nightly_upload_token is empty | skip"},
		{"OpenAstronomy/publish-wheels-anaconda@v1", "anaconda_user=astropy;anaconda_token=${{ secrets.A }}", Context{}, No,
			"OpenAstronomy/publish-wheels-anaconda | https://anaconda.org/astropy | token | input anaconda_token | skip | secrets A"},
		{"anaconda/actions/upload-package@v0.3", "token=${{ secrets.A }};channel=pyviz;packages=dist/*.conda", Context{}, No,
			"anaconda/actions/upload-package | https://anaconda.org/pyviz | token | input token | secrets A"},
		{"jupyter-server/jupyter_releaser/.github/actions/finalize-release@v2", "token=x", Context{IDToken: Yes}, No, "jupyter-server/jupyter_releaser/.github/actions/finalize-release | pypi | trusted-publishing | " + idYes},
		{"jupyter-server/jupyter-releaser/.github/actions/finalize-release@v2", "dry_run=true", Context{IDToken: No, Env: environment("PYPI_TOKEN=${{ secrets.P }}")}, No,
			"jupyter-server/jupyter-releaser/.github/actions/finalize-release | pypi | token | PYPI_TOKEN | dry | secrets P"},
		{"hynek/build-and-inspect-python-package@v2", "", Context{IDToken: Yes}, "", ""},
		{"pypa/cibuildwheel@v3", "", Context{}, "", ""},
		{"actions/upload-artifact@v4", "name=pypi", Context{}, "", ""},
		{"slsa-framework/slsa-github-generator/.github/workflows/x.yml@v2", "", Context{}, "", ""},
		{"someone/unknown@v1", "pypi-token=${{ secrets.X }}", Context{}, Unclear, "someone/unknown | ? | token | input pypi-token of what is not known here | skip | guessed | secrets X"},
		{"someone/unknown@v1", "token=${{ secrets.PYPI_API_TOKEN }}", Context{}, Unclear, "someone/unknown | ? | token | input token of what is not known here | skip | guessed | secrets PYPI_API_TOKEN"},
		{"someone/unknown@v1", "token=${{ secrets.GITHUB_TOKEN }}", Context{}, "", ""},
		{"someone/unknown@v1", "", Context{StepEnv: []string{"PYPI_TOKEN"}, Env: environment("PYPI_TOKEN=${{ secrets.P }}")}, Unclear,
			"someone/unknown | ? | token | PYPI_TOKEN of what is not known here | skip | guessed | secrets P"},
		{"someone/unknown@v1", "", Context{Env: environment("PYPI_TOKEN=${{ secrets.P }}")}, "", ""},
	} {
		uses, ok := ParseUses(c.uses)
		if !ok {
			t.Fatalf("%s does not parse", c.uses)
		}
		found, isKnown := OfAction(uses, environment(c.with), c.ctx)
		if got := show(found); got != c.want {
			t.Errorf("%s with %s, id-token %s:\n  got %s\n want %s", c.uses, c.with, c.ctx.IDToken, got, c.want)
		}
		nobodys := []string{"someone", "hynek", "actions", "slsa-framework"} // no uploaders of theirs
		if want := !slices.Contains(nobodys, uses.Owner) && uses.Repo != "cibuildwheel"; isKnown != want {
			t.Errorf("%s: known %v", c.uses, isKnown)
		}
		if len(found) == 1 && found[0].Attests != c.attests {
			t.Errorf("%s with %s: attests %s, want %s", c.uses, c.with, found[0].Attests, c.attests)
		}
	}
}

func TestOfReusable(t *testing.T) {
	const publish = "OpenAstronomy/github-actions-workflows/.github/workflows/publish.yml"
	token := Secrets{Named: environment("pypi_token=${{ secrets.P }};anaconda_token=${{ secrets.A }}")}
	for _, c := range []struct {
		uses, with string
		secrets    Secrets
		known      bool
		want       string
	}{
		{publish, "", token, true, publish + " | pypi | token | secret pypi_token | secrets P"},
		{publish, "", Secrets{}, true, publish + " | pypi | none | secret pypi_token is not handed over"},
		{publish, "", Secrets{Inherit: true}, true, publish + " | pypi | token | secret pypi_token, inherited | secrets pypi_token"},
		{publish, "upload_to_pypi=false", token, true, ""},
		{publish, "upload_to_pypi=false;upload_to_anaconda=true;anaconda_user=astropy", token, true, publish + " | https://anaconda.org/astropy | token | secret anaconda_token | secrets A"},
		{publish, "repository_url=https://test.pypi.org/legacy/", token, true, publish + " | testpypi | token | secret pypi_token | secrets P"},
		{"x/y/.github/workflows/z.yml", "", token, false, "x/y/.github/workflows/z.yml | ? | token | secret anaconda_token of what is not known here | skip | guessed | secrets A,P"},
		{"x/y/.github/workflows/z.yml", "a=b", Secrets{}, false, ""},
	} {
		uses, _ := ParseUses(c.uses + "@main")
		found, isKnown := OfReusable(uses, environment(c.with), c.secrets, Context{IDToken: No})
		if got := show(found); got != c.want || isKnown != c.known {
			t.Errorf("%s with %s: known %v\n  got %s\n want %s", c.uses, c.with, isKnown, got, c.want)
		}
	}
}

func TestOfUnknown(t *testing.T) {
	const env = "PYPI_TOKEN of what is not known here | skip | guessed | secrets P"
	for _, c := range []struct {
		name, script, env, own, want string
	}{
		{"a variable of the step", "./release", "PYPI_TOKEN=${{ secrets.P }};OTHER=${{ secrets.Q }}", "PYPI_TOKEN OTHER", "run | ? | token | " + env},
		{"another variable", "./release", "PYPI_TOKEN=${{ secrets.P }};OTHER=${{ secrets.Q }}", "OTHER", ""},
		{"a task", "make release", "PYPI_TOKEN=${{ secrets.P }}", "PYPI_TOKEN", "run | ? | token | " + env},
		{"it is only looked at", "if [ -z \"$PYPI_TOKEN\" ]; then echo none >> $GITHUB_OUTPUT; exit 1; fi", "PYPI_TOKEN=${{ secrets.P }}", "PYPI_TOKEN", ""},
		{"it is written to a file", "echo \"$PYPI_TOKEN\" > token", "PYPI_TOKEN=${{ secrets.P }}", "PYPI_TOKEN", "run | ? | token | " + env},
		{"it is handed on", "echo \"TOKEN=$PYPI_TOKEN\" >> $GITHUB_ENV", "PYPI_TOKEN=${{ secrets.P }}", "PYPI_TOKEN", "run | ? | token | " + env},
		{"a script that is not there", "source ./env.sh", "PYPI_TOKEN=${{ secrets.P }}", "PYPI_TOKEN", "run | ? | token | " + env},
		{"a variable of an installer", "tox", "PIP_EXTRA_INDEX_URL=https://u:${{ secrets.LAB_PYPI_TOKEN }}@lab.example/simple", "PIP_EXTRA_INDEX_URL", ""},
		{"an argument", "./release.sh ${{ secrets.PYPI_TOKEN }}", "", "", "./release.sh | ? | token | an argument of what is not known here | skip | guessed | secrets PYPI_TOKEN"},
		{"an argument of a flag", "python tools/up.py --pypi-token ${{ secrets.X }}", "", "", "python | ? | token | an argument of what is not known here | skip | guessed | secrets X"},
		{"an argument that is no credential", "./notify ${{ secrets.SLACK }}", "", "", ""},
		{"an argument and an address", "doit up -u ${{ secrets.U }} -p ${{ secrets.V }} -r $WHERE", "WHERE=https://upload.pypi.org/legacy/", "",
			"doit | pypi | token | an argument of what is not known here | skip | guessed | secrets U,V"},
		{"an argument of what is known", "gh secret set PYPI_TOKEN --body ${{ secrets.PYPI_TOKEN }}", "", "", ""},
	} {
		ctx := Context{Env: environment(c.env), StepEnv: strings.Fields(c.own)}
		if got := show(OfUnknown(shell.Parse(c.script, "bash"), ctx)); got != c.want {
			t.Errorf("%s:\n  got  %s\n  want %s", c.name, got, c.want)
		}
	}
}

func TestParseUses(t *testing.T) {
	for text, want := range map[string]string{
		"a/b@v1": "a/b v1", "a/b/c/d@x/y": "a/b/c/d x/y", "a/b": "a/b ", "./local": "", "$/local": "", "docker://alpine:3": "", "docker://ghcr.io/a/b:v1": "a/b v1",
		"docker://ghcr.io/a/b@sha256:00": "a/b sha256:00", "": "", "a": "", "/b@x": "",
	} {
		got := ""
		if u, ok := ParseUses(text); ok {
			got = u.String() + " " + u.Ref
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestNoValues: what credentials are never leaves the package.
func TestNoValues(t *testing.T) {
	const secret = "pypi-AgEIcHlwaS5vcmcSECRET"
	uses, _ := ParseUses("pypa/gh-action-pypi-publish@v1")
	found, _ := OfAction(uses, map[string]string{"password": secret, "repository-url": "https://u:" + secret + "@lab.example/"}, Context{IDToken: Yes})
	if len(found) != 1 || found[0].Credential != Token || strings.Contains(show(found), "SECRET") {
		t.Errorf("got %s", show(found))
	}
}

func FuzzPypirc(f *testing.F) {
	f.Add(pypirc)
	f.Add("[a\n]x=y\n[b]\n = \n:\n")
	f.Fuzz(func(t *testing.T, text string) {
		all := readPypirc(text)
		if len(all) > maxSections {
			t.Errorf("%d sections", len(all))
		}
		for name, section := range all {
			if len(section) > maxKeys {
				t.Errorf("%d keys in %q", len(section), name)
			}
			for key, v := range section {
				if !strings.Contains(text, v) || strings.ContainsAny(v, "\n") || key != strings.TrimSpace(key) {
					t.Errorf("%q = %q is not in the text", key, v)
				}
			}
		}
	})
}
