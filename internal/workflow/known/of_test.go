// SPDX-License-Identifier: BSD-3-Clause

package known

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// of asks for an action by its name.
func of(name, version string, with map[string]string, in Values) Facts {
	parts := strings.SplitN(name, "/", 3)
	a := Action{Owner: parts[0], Repo: parts[1], Ref: commit, Version: version}
	if len(parts) == 3 {
		a.Path = parts[2]
	}
	return Of(a, with, in)
}

func TestArtifacts(t *testing.T) {
	type in = map[string]string
	ids := func(s Stored) Stored {
		s.IDOutput, s.DigestOutput = "artifact-id", "artifact-digest"
		return s
	}
	for _, c := range []struct {
		name, version string
		with          in
		stores        []Stored
		fetches       []Fetched
	}{
		{"actions/upload-artifact", "v7", in{"path": "dist/*"}, []Stored{ids(Stored{Name: "artifact", Paths: []string{"dist/*"}})}, nil},
		{"actions/upload-artifact", "v4", in{"name": "cibw-${{ matrix.os }}", "path": "wheelhouse/*.whl\n\n!wheelhouse/*wasm*\n"},
			[]Stored{ids(Stored{Name: "cibw-${{ matrix.os }}", Paths: []string{"wheelhouse/*.whl", "!wheelhouse/*wasm*"}})}, nil},
		{"actions/upload-artifact", "v3", in{"path": "d"}, []Stored{{Name: "artifact", Paths: []string{"d"}}}, nil},
		{"actions/upload-artifact", "v7", in{"name": "x", "path": "a/b/c.whl", "archive": "false"}, []Stored{ids(Stored{Name: "c.whl", Paths: []string{"a/b/c.whl"}})}, nil},
		{"actions/upload-artifact", "v7", in{"path": "dist/*.[wt]*", "archive": "false"}, []Stored{ids(Stored{Name: "*", Paths: []string{"dist/*.[wt]*"}})}, nil},
		{"actions/upload-artifact", "v6", in{"path": "d", "archive": "false"}, []Stored{ids(Stored{Name: "artifact", Paths: []string{"d"}})}, nil},
		{"actions/upload-artifact", "v7", in{"path": "d/x", "archive": "${{ inputs.a }}"},
			[]Stored{ids(Stored{Name: "artifact", Paths: []string{"d/x"}}), ids(Stored{Name: "x", Paths: []string{"d/x"}})}, nil},
		{"actions/upload-artifact/merge", "v7", nil, []Stored{ids(Stored{Name: "merged-artifacts"})}, []Fetched{{By: "pattern", Text: "*", Merge: true}}},

		{"actions/download-artifact", "v8", nil, nil, []Fetched{{By: "all"}}},
		{"actions/download-artifact", "v8", in{"name": "dist", "path": "dist/"}, nil, []Fetched{{By: "name", Text: "dist", Dest: "dist/"}}},
		{"actions/download-artifact", "v8", in{"name": "", "pattern": "cibw-*", "merge-multiple": "true"}, nil, []Fetched{{By: "pattern", Text: "cibw-*", Merge: true}}},
		{"actions/download-artifact", "v8", in{"artifact-ids": "${{ needs.build.outputs.id }}"}, nil, []Fetched{{By: "id", Text: "${{ needs.build.outputs.id }}", Input: "artifact-ids"}}},
		{"actions/download-artifact", "v3", in{"pattern": "x"}, nil, []Fetched{{By: "all"}}},
		{"actions/download-artifact", "v8", in{"name": "d", "run-id": "12"}, nil, []Fetched{{By: "name", Text: "d"}}}, // ignored without a token
		{"actions/download-artifact", "v8", in{"name": "d", "run-id": "12", "github-token": "${{ github.token }}"}, nil, []Fetched{{By: "name", Text: "d", Outside: "another run"}}},
		{"actions/download-artifact", "v8", in{"name": "d", "run-id": "${{ github.run_id }}", "github-token": "t"}, nil, []Fetched{{By: "name", Text: "d"}}},
		{"actions/download-artifact", "v8", in{"name": "d", "repository": "o/r", "github-token": "t"}, nil, []Fetched{{By: "name", Text: "d", Outside: "another repository"}}},
		{"actions/download-artifact", "v8", in{"name": "d", "repository": "${{github.repository}}", "github-token": "t"}, nil, []Fetched{{By: "name", Text: "d"}}},

		{"dawidd6/action-download-artifact", "v9", in{"name": "wheels", "workflow": "w.yml"}, nil, []Fetched{{By: "name", Text: "wheels", Dest: "./", Outside: "another run"}}},
		{"dawidd6/action-download-artifact", "v9", in{"name": "w.*", "name_is_regexp": "true", "repo": "o/r"}, nil, []Fetched{{By: "pattern", Text: "*", Dest: "./", Outside: "another repository"}}},
		{"dawidd6/action-download-artifact", "v9", in{"run_id": "${{ github.run_id }}"}, nil, []Fetched{{By: "all", Dest: "./"}}},
		{"dawidd6/action-download-artifact", "v9", in{"run_id": "17"}, nil, []Fetched{{By: "all", Dest: "./", Outside: "another run"}}},
		{"robinraju/release-downloader", "v1", in{"filename": "*.whl"}, nil, []Fetched{{By: "pattern", Text: "*.whl", Dest: ".", Outside: "a release", Merge: true}}},

		{"hynek/build-and-inspect-python-package", "v2", in{"upload-name-suffix": "-${{ matrix.p }}"}, []Stored{
			{Name: "Packages-${{ matrix.p }}", Paths: []string{"/tmp/baipp/dist/*"}},
			{Name: "Package Metadata-${{ matrix.p }}"},
			{Name: "PyPI README-${{ matrix.p }}", Paths: []string{"/tmp/baipp/dist/PyPI-README.*"}},
		}, nil},
		{"openastronomy/github-actions-workflows/.github/workflows/publish.yml", "v3.0.2", nil, []Stored{{Name: "dist-*", Paths: []string{"dist/*"}}}, nil},
		{"openastronomy/github-actions-workflows/.github/workflows/publish_pure_python.yml", "v3.0.2", nil, nil, nil},
		{"openastronomy/github-actions-workflows/.github/workflows/publish_pure_python.yml", "v3.0.2", in{"save_artifacts": "true"}, []Stored{{Name: "dist-publish-pure", Paths: []string{"dist/*"}}}, nil},
		{"jupyter-server/jupyter_releaser/.github/actions/finalize-release", "v2", nil, nil, []Fetched{{By: "all", Outside: "a release", Merge: true}}},
	} {
		got := of(c.name, c.version, c.with, nil)
		if diff := cmp.Diff(c.stores, got.Stores); diff != "" {
			t.Errorf("%s %s %v stores (-want +got):\n%s", c.name, c.version, c.with, diff)
		}
		if diff := cmp.Diff(c.fetches, got.Fetches); diff != "" {
			t.Errorf("%s %s %v fetches (-want +got):\n%s", c.name, c.version, c.with, diff)
		}
	}
}

// TestOpenName: a name that may be empty leaves the choice to what follows.
func TestOpenName(t *testing.T) {
	with := map[string]string{"name": "${{ inputs.name }}", "pattern": "cibw-*"}
	in := texts(map[string][]string{"name": {"", "sdist"}, "pattern": {"cibw-*"}})
	want := []Fetched{{By: "name", Text: "${{ inputs.name }}"}, {By: "pattern", Text: "cibw-*"}}
	if diff := cmp.Diff(want, of("actions/download-artifact", "v8", with, in).Fetches); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSigns(t *testing.T) {
	type in = map[string]string
	for _, c := range []struct {
		name string
		with in
		want *Signed
	}{
		{"actions/attest-build-provenance", in{"subject-path": "dist/*.whl, dist/*.tar.gz\nother/*"}, &Signed{Kind: "provenance", Subjects: []string{"dist/*.whl", "dist/*.tar.gz", "other/*"}}},
		{"actions/attest-build-provenance", in{"subject-path": "${{ format('{0},{1}', 'a', 'b') }}/*"}, &Signed{Kind: "provenance", Subjects: []string{"${{ format('{0},{1}', 'a', 'b') }}/*"}}},
		{"actions/attest-build-provenance", in{"subject-checksums": "sums.txt"}, &Signed{Kind: "provenance", Checksums: "sums.txt"}},
		{"actions/attest", in{"subject-path": "dist/*"}, &Signed{Kind: "provenance", Subjects: []string{"dist/*"}}},
		{"actions/attest", in{"subject-path": "dist/*", "sbom-path": "s.json"}, &Signed{Kind: "sbom", Subjects: []string{"dist/*"}}},
		{"actions/attest", in{"predicate-type": "https://docs.pypi.org/attestations/publish/v1", "predicate": "{}"}, &Signed{Kind: "publish"}},
		{"actions/attest", in{"predicate-type": "https://example.org/x", "predicate": "{}"}, &Signed{Kind: "other"}},
		{"actions/attest-sbom", in{"subject-path": "a"}, &Signed{Kind: "sbom", Subjects: []string{"a"}}},
		{"astral-sh/attest-action", nil, &Signed{Kind: "publish", Subjects: []string{"dist/*"}}},
		{"astral-sh/attest-action", in{"paths": "a/ b/*"}, &Signed{Kind: "publish", Subjects: []string{"a/", "b/*"}}},
		{"sigstore/gh-action-sigstore-python", in{"inputs": "./dist/*.tar.gz ./dist/*.whl"}, &Signed{Kind: "signature", Subjects: []string{"./dist/*.tar.gz", "./dist/*.whl"}}},
		{"hynek/build-and-inspect-python-package", nil, nil},
		{"hynek/build-and-inspect-python-package", in{"attest-build-provenance-github": "${{ github.event_name == 'release' }}"}, &Signed{Kind: "provenance", Subjects: []string{"/tmp/baipp/dist/*"}}},
		{"scientific-python/sallyport", in{"command": "attest", "dists": "dist/"}, &Signed{Kind: "provenance", Subjects: []string{"dist/"}}},
		{"pypa/gh-action-pypi-publish", nil, nil},
	} {
		if diff := cmp.Diff(c.want, of(c.name, "v9", c.with, nil).Signs); diff != "" {
			t.Errorf("%s %v signs (-want +got):\n%s", c.name, c.with, diff)
		}
	}
}

func TestRoles(t *testing.T) {
	type in = map[string]string
	for _, c := range []struct {
		name string
		with in
		want Role
	}{
		{"Actions/Checkout", nil, Checkout},
		{"pypa/cibuildwheel", nil, Builds},
		{"PyPA/gh-action-pypi-publish", nil, Publishes},
		{"prefix-dev/setup-pixi", nil, Installs},
		{"prefix-dev/setup-pixi", in{"run-install": "false"}, Setup},
		{"prefix-dev/setup-pixi", in{"run-install": "${{ inputs.x }}"}, Installs},
		{"mamba-org/setup-micromamba", nil, Setup},
		{"mamba-org/setup-micromamba", in{"environment-file": "environment.yml"}, Installs},
		{"actions/setup-python", in{"python-version": "3.13"}, Setup},
		{"actions/setup-python", in{"pip-install": "build"}, Installs},
		{"PyO3/maturin-action", nil, Builds},
		{"PyO3/maturin-action", in{"command": "upload"}, Publishes},
		{"PyO3/maturin-action", in{"command": "${{ inputs.c }}"}, Builds},
		{"python-semantic-release/python-semantic-release", nil, Builds},
		{"python-semantic-release/python-semantic-release", in{"build": "false"}, Releases},
		{"actions/github-script", in{"script": "console.log(1)"}, Reports},
		{"actions/github-script", in{"script": "await require('./x.js')()"}, Builds},
		{"actions/cache", nil, Caching},
		{"softprops/action-gh-release", nil, Releases},
		{"codecov/codecov-action", nil, Reports},
		{"casperdcl/deploy-pypi", in{"password": "x"}, Publishes},
		{"casperdcl/deploy-pypi", in{"build": "true"}, Builds},
		{"aio-libs/create-release", in{"pypi_token": "${{ secrets.PYPI_TOKEN }}"}, Publishes},
		{"aio-libs/create-release", nil, Releases},
		{"messense/maturin-action", nil, Builds},
		{"scientific-python/sallyport", in{"command": "gate"}, Gates},
		{"slsa-framework/slsa-github-generator/.github/workflows/generator_generic_slsa3.yml", nil, Signs},
		{"octo-sci/samplepkg", nil, Unknown},
		{"actions/checkout/nothing", nil, Unknown},
		{"joerick/cibuildwheel", nil, Builds},
		{"Wandalen/wretry.action", in{"command": "twine upload dist/*"}, Builds},
		{"Wandalen/wretry.action", in{"action": "pypa/gh-action-pypi-publish@v1"}, Unknown},
	} {
		got := of(c.name, "v10", c.with, nil)
		if got.Role != c.want || got.Known != (c.want != Unknown) || got.Known != (got.Source != "") {
			t.Errorf("%s %v: role %d, known %t, source %q; want role %d", c.name, c.with, got.Role, got.Known, got.Source, c.want)
		}
	}
}

func TestCommandsAndLoose(t *testing.T) {
	type in = map[string]string
	for _, c := range []struct {
		name    string
		with    in
		command string
		shell   []string
		loose   []string
	}{
		{"scientific-python/sallyport", in{"command": " Gate "}, "gate", nil, nil},
		{"scientific-python/sallyport", in{"command": "gate", "seal": "true"}, "seal", nil, nil},
		{"scientific-python/sallyport/composite", in{"command": "verify"}, "verify", nil, nil},
		{"scientific-python/sallyport", nil, "gate", nil, nil},
		{"scientific-python/sallyport", in{"command": "${{ inputs.c }}"}, "${{ inputs.c }}", nil, nil},
		{"addnab/docker-run-action", in{"run": "twine upload dist/*", "shell": "bash"}, "", []string{"run"}, nil},
		{"addnab/docker-run-action", in{"run": "print()", "shell": "python3"}, "", nil, nil},
		{"nick-invision/retry", in{"command": "twine upload"}, "", retryInputs, nil},
		{"nick-fields/retry", in{"command": "twine upload"}, "", retryInputs, nil},
		{"nick-fields/retry", in{"shell": "/bin/bash -e"}, "", retryInputs, nil},
		{"nick-fields/retry", in{"shell": "python"}, "", nil, nil},
		{"pypa/hatch", nil, "", nil, []string{"the newest hatch"}},
		{"pypa/hatch", in{"version": "latest"}, "", nil, []string{"the newest hatch"}},
		{"pypa/hatch", in{"version": "1.14.0"}, "", nil, nil},
		{"hynek/build-and-inspect-python-package", nil, "", nil, []string{"the uv installer from astral.sh"}},
		{"docker/setup-qemu-action", nil, "", nil, []string{"the image tonistiigi/binfmt:latest"}},
		{"docker/setup-qemu-action", in{"image": "x@sha256:0"}, "", nil, nil},
	} {
		got := of(c.name, "v1", c.with, nil)
		if got.Command != c.command || !cmp.Equal(got.Shell, c.shell) || !cmp.Equal(got.Loose, c.loose) {
			t.Errorf("%s %v: command %q, shell %q, loose %q", c.name, c.with, got.Command, got.Shell, got.Loose)
		}
	}
	// What one use adds must not reach the next.
	of("pypa/hatch", "v1", nil, nil)
	if got := of("pypa/hatch", "v1", in{"version": "1.14.0"}, nil).Loose; len(got) != 0 {
		t.Errorf("the table has changed: %q", got)
	}
}
