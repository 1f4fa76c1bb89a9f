// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"strings"
	"testing"

	"github.com/scientific-python/sallyport/internal/workflow/graph"
	"github.com/scientific-python/sallyport/internal/workflow/shell"
)

func TestKinds(t *testing.T) {
	for kind, scripts := range map[commandKind]string{
		harmless: `
			echo hello
			ls -la dist/
			cd dist
			sha256sum dist/*
			cat dist/x >> "$GITHUB_STEP_SUMMARY"
			git describe --tags
			git tag v1.0
			gh release create v1.0 dist/*
			gh attestation verify dist/x.whl --repo octo-sci/samplepkg
			gh -R octo-sci/samplepkg release view
			twine check dist/*
			python --version
			python3 -V
			pip list
			python -m pip check
			unset X
			find dist -name '*.whl'
			tar -tzf dist/x.tar.gz
			tar tf dist/x.tar.gz
			python -m zipfile -l dist/x.whl
			uv --version
			cosign verify-blob x
			curl -sSf https://example.org/status
			apt-get update
			sed -n 1p file
			npm --version`,
		uploads: `
			twine upload dist/*
			python -m twine upload dist/*
			uv publish
			hatch publish
			pdm publish --no-build
			poetry publish
			maturin upload x`,
		changes: `
			rm -r dist/*wasm*
			source .venv/bin/activate
			mkdir -p dist
			mv a b
			cp a dist/
			unzip x.whl
			tar xf a.tar.gz
			git checkout main
			git clean -fxd
			sed -i s/a/b/ pyproject.toml
			find dist -delete
			python -c 'import shutil; shutil.rmtree("dist")'
			python -m venv .venv
			poetry config pypi-token.pypi x
			gpg --sign x`,
		fetches: `
			curl -sSfLo dist/a.whl https://example.org/a.whl
			curl -O https://example.org/a.whl
			wget https://example.org/a.whl
			gh release download v1.0
			gh -R octo-sci/samplepkg release download v1.0 --dir dist
			git clone https://example.org/x`,
		locked: `
			pip install --require-hashes -r requirements.txt
			PIP_REQUIRE_HASHES=1 pip install -r requirements.txt
			uv pip install --require-hashes -r requirements.txt
			uv sync --locked --no-install-project`,
		installs: `
			pip install build twine
			pip3 install -U pip
			python -m pip install .
			./venv/bin/python -m pip install x
			pipx install build
			pipx run twine upload dist/*
			uvx twine upload dist/*
			uv tool run twine upload dist/*
			uv pip install x
			conda install -y python
			apt-get install -y libx
			sudo apt-get install -y libx
			npm ci
			brew install x
			poetry install`,
		tests: `
			pytest
			python -m pytest -x
			tox -e py313
			nox -s tests
			python -m unittest
			pre-commit run -a`,
		code: `
			python tools/release.py
			python -m release deploy
			./scripts/publish
			scripts/publish --now
			bash scripts/publish.sh
			source scripts/env.sh
			curl -sSf https://example.org/install | sh
			make dist
			just release
			npm run build
			hatch run release
			pixi run publish
			python -c 'import samplepkg; print(samplepkg.__version__)'
			node scripts/x.js
			python -c 'import subprocess; subprocess.run("x")'
			docker run --rm example.org/x
			hatch version`,
		builds: `
			python -m build
			pyproject-build .
			pip wheel .
			uv build
			uv run python tools/x.py
			hatch build
			poetry build
			poetry publish --build
			pdm build
			pdm publish
			flit publish
			flit build
			maturin build --release
			python setup.py sdist bdist_wheel
			python -m cibuildwheel
			uvx --from build pyproject-build
			pipx run build --sdist
			cmake --build .
			docker build .
			auditwheel repair x.whl`,
		unheard: `
			samplepkg-release --now
			$TOOL upload`,
	} {
		for line := range strings.SplitSeq(strings.TrimSpace(scripts), "\n") {
			line = strings.TrimSpace(line)
			script := shell.Parse(line, "bash")
			got := harmless
			for _, c := range script.Commands {
				got = max(got, kindOf(graph.Command{Command: c}))
			}
			if got != kind || len(script.Commands) == 0 {
				t.Errorf("%q %s, want %q", line, got.verb(), kind.verb())
			}
		}
	}
}

// TestKindTables: a program is judged in one place.
func TestKindTables(t *testing.T) {
	seen := map[string]bool{}
	for _, names := range plainPrograms {
		for name := range strings.FieldsSeq(names) {
			if seen[name] || judges[name] != nil {
				t.Errorf("%q is there twice", name)
			}
			seen[name] = true
			if name != strings.ToLower(name) {
				t.Errorf("%q is not in lower case", name)
			}
		}
	}
}

func TestReplaceCalls(t *testing.T) {
	for in, want := range map[string]string{
		"always() && x == 'always()'":        "true && x == 'always()'",
		"!cancelled( ) || Success()":         "!false || false",
		"contains(needs.*.result,'failure')": "contains(needs.*.result,'failure')",
		"'it''s' && failure()":               "'it''s' && true",
	} {
		if got := asFailed(in); got != want {
			t.Errorf("%q gives %q, want %q", in, got, want)
		}
	}
}
